//! Gallring: rows of a source leave the store, every table of it and every byte.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::Result;

/// What is to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erase<'a> {
    /// The register, or the file of ground, places, measures and the like.
    pub source: &'a str,
    /// Only what ended before this UTC stamp; `None` is everything. Rows without a time of their own go by the vintage of the
    /// import that brought them.
    pub before: Option<&'a str>,
}

/// What was erased, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Rows by table; tables without any are left out.
    pub rows: BTreeMap<String, u64>,
    /// Imports whose file name and choices were blanked: all that they brought is gone.
    pub imports_blanked: u64,
    /// Results that rested on the source, by id.
    pub runs: Vec<String>,
}

/// What is looked for in the bytes of the file when it has been written anew.
#[derive(Debug, Default)]
pub struct Needles {
    /// Beginnings of the content hashes of erased rows.
    pub(super) hashes: HashSet<[u8; NEEDLE]>,
    /// What ids of the source begin with, where all of them were erased.
    pub(super) prefix: Option<String>,
}

/// Letters of a content hash that tell it from any other.
pub(super) const NEEDLE: usize = 24;

/// What the file's bytes were searched for, and what was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Searched {
    /// Content hashes of erased rows.
    pub hashes: u64,
    /// How many hashes and ids were found: 0, or the erasure has failed.
    pub found: u64,
}

/// What is left of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The table, or the file where its bytes were searched.
    pub place: String,
    /// The column, where it is a table's.
    pub column: Option<String>,
    /// Rows, or places in the file.
    pub count: u64,
}

/// Erasure, in full.
pub trait Gallring {
    /// The sources that could be erased: registers and files, sorted.
    fn sources(&self) -> Result<Vec<String>>;

    /// Whether an erasure was begun, and the file has not been written anew since.
    fn is_erasing(&self) -> Result<bool>;

    /// Counts what [`Self::erase`] would take; changes nothing.
    fn would_erase(&mut self, what: &Erase<'_>) -> Result<Erased>;

    /// Takes the rows out of every table that holds any: rows that name the source, rows that belong to them, results that
    /// rest on them. One transaction. [`Self::compact`] is to follow.
    ///
    /// # Errors
    /// Another program has the store open: nothing was changed.
    fn erase(&mut self, what: &Erase<'_>) -> Result<(Erased, Needles)>;

    /// Writes the file anew, so that no byte of what was erased stays in it, and looks for what should be gone.
    fn compact(&mut self, needles: &Needles) -> Result<Searched>;

    /// What is left of a source that was erased in full: rows that name it, ids of its rows in any text of any table, and
    /// in the bytes of the file and of the files beside it. Empty where nothing is.
    fn traces(&mut self, source: &str) -> Result<Vec<Trace>>;
}
