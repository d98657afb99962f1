//! What becomes of a row: an event, or a place in quarantine with the reason.

use std::collections::BTreeMap;

use crate::domain::Event;

/// Whether a row tells of an event or of a person in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A row an event.
    Event,
    /// A row a person.
    Person,
}

/// A row that cannot be an event or a person as it stands. It loses nothing: all its cells are here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Event or person.
    pub part: Part,
    /// Id in the quarantine: the same for the same cells, whenever they are read.
    pub id: String,
    /// Register.
    pub system: String,
    /// File name.
    pub file: String,
    /// Sheet or layer.
    pub sheet: Option<String>,
    /// Row as a person counts it.
    pub row: u32,
    /// The column at fault, where there is one.
    pub column: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// Id of the reason in the catalogue: `reason-...`.
    pub reason: &'static str,
    /// All cells: column name and value.
    pub cells: Vec<(String, String)>,
}

/// What one row, or the rows of one event, came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A valid event; `closes` names the quarantined rows that it and its persons mend.
    Event {
        /// The event with its persons.
        event: Box<Event>,
        /// Ids in the quarantine.
        closes: Vec<String>,
    },
    /// A row for the quarantine.
    Rejected(Box<Rejected>),
}

/// How often something worth knowing was met, and where first. Nothing is dropped for a warning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warning {
    /// Number of rows or events.
    pub count: u64,
    /// The first rows, at most five.
    pub rows: Vec<u32>,
}

/// Warnings by their id in the catalogue: `warn-...`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings(pub BTreeMap<&'static str, Warning>);

impl Warnings {
    /// Counts one more.
    pub fn add(&mut self, id: &'static str, row: u32) {
        let warning = self.0.entry(id).or_default();
        warning.count += 1;
        if warning.rows.len() < 5 {
            warning.rows.push(row);
        }
    }
}
