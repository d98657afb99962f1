//! What a plan's geometry says about safety: who sees a place, from where, and what stands in the way.
//!
//! Every function takes values and returns values: no files, network, clock or global random numbers.
//!
//! Imports: `domain` and `texts` only.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod sight;
