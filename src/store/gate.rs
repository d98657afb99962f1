//! What a store keeps of coverage, of the STRADA decision and of what was given out.

use serde::{Deserialize, Serialize};

use super::Result;
use crate::domain::{Audience, Coverage, Decision, Secrecy};

/// Events of a register that the same reporters name, by when they start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartCount {
    /// The register.
    pub system: String,
    /// Whether the police report them.
    pub police: bool,
    /// Whether a hospital reports them.
    pub hospital: bool,
    /// IANA name of the source's zone.
    pub zone: String,
    /// The year, `YYYY`, or the whole UTC stamp where the zone decides which year it is.
    pub start: String,
    /// Events.
    pub events: u64,
    /// The latest end among them, a UTC stamp.
    pub last: String,
}

/// Something that left the store as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenOut {
    /// When, by the clock: a UTC stamp. The list is a log, and no result.
    pub given: String,
    /// The layer.
    pub layer: String,
    /// The file's name without its folder.
    pub file: String,
    /// For whom.
    pub audience: Audience,
    /// Registers and files that it rests on.
    pub sources: Vec<String>,
    /// Strictest secrecy among its rows.
    pub secrecy: Secrecy,
    /// The data's vintage, where there is one.
    pub stamp: Option<String>,
    /// Rows.
    pub features: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

/// How long a source may be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The register.
    pub system: String,
    /// Whole years.
    pub keep_years: u16,
    /// On what ground: a decision, a plan of documents.
    pub basis: String,
}

/// Coverage, the decision, the list of what was given out, the municipality's own zone.
pub trait Gate {
    /// The STRADA decision, or `None`.
    ///
    /// # Errors
    /// The store cannot be read, or holds something else in its place.
    fn decision(&self) -> Result<Option<Decision>>;

    /// Keeps a decision in place of an earlier one.
    fn put_decision(&mut self, decision: &Decision) -> Result<()>;

    /// EPSG code of the municipality's own zone, or `None`.
    fn local_epsg(&self) -> Result<Option<u32>>;

    /// Keeps the municipality's own zone.
    fn put_local_epsg(&mut self, epsg: u32) -> Result<()>;

    /// Whether any event is of STRADA.
    fn has_strada(&self) -> Result<bool>;

    /// Events with a time, counted by register, reporters and start.
    fn start_counts(&self) -> Result<Vec<StartCount>>;

    /// The täckningstabell by register, reporter, year.
    fn coverage(&self) -> Result<Vec<Coverage>>;

    /// Keeps lines that were worked out. Lines that a person has written keep state and note, and get the new count; worked
    /// out lines that are not among these go. Returns whether anything changed.
    fn put_derived(&mut self, lines: &[Coverage]) -> Result<bool>;

    /// Keeps lines that a person has written, in place of those that were there.
    fn put_written(&mut self, lines: &[Coverage]) -> Result<()>;

    /// What was given out, oldest first.
    fn exports(&self) -> Result<Vec<GivenOut>>;

    /// Adds to the list of what was given out.
    fn add_export(&mut self, export: &GivenOut) -> Result<()>;

    /// The rules of retention by register.
    fn retention(&self) -> Result<Vec<Retention>>;

    /// Keeps a rule in place of the register's earlier one.
    fn put_retention(&mut self, rule: &Retention) -> Result<()>;
}
