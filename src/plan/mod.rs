//! What a plan says, what its geometry says about safety, and what is wrong with the plan itself.
//!
//! [`model`] is the detaljplan as a value, [`catalogue`] knows what its provisions mean, [`faults`] checks the plan itself, and
//! [`sight`] answers who sees a place, from where, and what stands in the way.
//!
//! Every function takes values and returns values: no files, network, clock or global random numbers.
//!
//! Imports: `domain` and `texts` only.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod catalogue;
pub mod faults;
pub mod model;
pub mod sight;
