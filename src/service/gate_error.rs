//! What coverage, the STRADA decision, giving out and gallring refuse.

use serde::Serialize;

use crate::catalogued_errors;

/// A refusal at the gate.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum GateRefusal {
    /// The decision is no TOML.
    DecisionNotToml {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// The decision says something that no decision says.
    DecisionUnknownField {
        /// The file.
        file: String,
        /// The field.
        field: String,
        /// Fields that there are.
        fields: Vec<&'static str>,
    },
    /// A field of the decision is missing, empty or no text.
    DecisionWithoutField {
        /// The file.
        file: String,
        /// The field.
        field: String,
    },
    /// The day of erasure is no day.
    DecisionNotADay {
        /// The file.
        file: String,
        /// What stands there.
        value: String,
    },
    /// STRADA rows would leave, and there is no decision.
    NoDecision {
        /// The store.
        file: String,
        /// The layer.
        layer: String,
        /// For whom.
        audience: &'static str,
    },
    /// The layer is not on the permitted list.
    NotPermittedLayer {
        /// The store.
        file: String,
        /// The layer.
        layer: String,
        /// For whom.
        audience: &'static str,
        /// Layers that may leave.
        permitted: Vec<String>,
    },
    /// Too few whole years for what may leave.
    TooFewYearsToGive {
        /// The store.
        file: String,
        /// The layer.
        layer: String,
        /// Whole years that there are.
        years: usize,
        /// Whole years that are needed.
        needed: usize,
    },
    /// No road has a name, or there is no network.
    NoNamedRoads {
        /// The store.
        file: String,
    },
    /// The store has no such layer.
    NoStoreLayer {
        /// The store.
        file: String,
        /// As it was asked for.
        layer: String,
        /// Layers that there are.
        layers: Vec<String>,
    },
    /// `local` was asked for, and the store has no local zone.
    NoLocalCrs {
        /// The store.
        file: String,
    },
    /// Nothing comes from this source.
    UnknownSource {
        /// The store.
        file: String,
        /// As it was asked for.
        source: String,
        /// Sources that there are.
        sources: Vec<String>,
    },
    /// A day was expected.
    NotADay {
        /// The flag.
        parameter: &'static str,
        /// What was given.
        value: String,
    },
    /// There is no rule to go by.
    NoRetention {
        /// The store.
        file: String,
        /// The source.
        source: String,
    },
    /// A column that the täckningstabell needs is missing.
    CoverageWithoutColumn {
        /// The file.
        file: String,
        /// The column.
        column: &'static str,
    },
    /// A cell of the täckningstabell cannot be read.
    CoverageBadCell {
        /// The file.
        file: String,
        /// Row in the file.
        row: u32,
        /// The column.
        column: &'static str,
        /// What stands there.
        value: String,
        /// What can stand there.
        expected: String,
    },
}
catalogued_errors!(GateRefusal);
