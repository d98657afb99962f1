//! Papers that are made again each year.

pub mod accidents;
mod counted;
pub mod hours;
