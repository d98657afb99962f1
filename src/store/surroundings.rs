//! What stands beside events in a store: measures done and conditions of places. Neither is ever an event.

use serde::Serialize;

use super::Result;
use crate::domain::{Condition, Measure};

/// What became of the rows of one source that were put beside those that are here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Put {
    /// Rows that were not here.
    pub accepted: u64,
    /// Rows that were here as they are given.
    pub present: u64,
    /// Rows of the same source that took the place of an earlier version.
    pub changed: u64,
    /// Rows that the same source gave before and gives no longer: they are gone.
    pub removed: u64,
    /// Places in what was given, from 0, of rows whose id another source has with other content: they were not taken.
    pub elsewhere: Vec<usize>,
}

/// A store that keeps measures and conditions.
///
/// A source is a file. Its rows take the place of those that it gave before, so that a register is imported again when it
/// has grown; an id belongs to the source that gave it first. Ids are unique among what is given; a repeated one is the
/// first row's.
pub trait Surroundings {
    /// Measures by id, byte for byte.
    fn measures(&self) -> Result<Vec<Measure>>;

    /// Conditions by kind, then id.
    fn conditions(&self) -> Result<Vec<Condition>>;

    /// Keeps the measures of one source, in place of those that it gave before.
    fn put_measures(&mut self, source: &str, rows: &[Measure]) -> Result<Put>;

    /// Keeps the conditions of one source, in place of those that it gave before.
    fn put_conditions(&mut self, source: &str, rows: &[Condition]) -> Result<Put>;
}
