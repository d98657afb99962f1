//! The union of every layer's errors, and the few that only a use case can meet.

use serde::Serialize;

use super::gate_error::GateRefusal;
use crate::domain::Step;
use crate::texts::{self, ErrorKind, Problem};
use crate::{analysis, catalogued_errors, crs, export, ingest, sample, store};

/// Result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// What a use case refuses, beyond what its parts refuse.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Refusal {
    /// The store has no accidents of that year.
    NoSuchYear {
        /// The store.
        file: String,
        /// As it was asked for.
        year: String,
        /// First year with accidents.
        first: String,
        /// Last one.
        last: String,
    },
    /// The buffer is no distance, or beyond the widest.
    BadBuffer {
        /// As it was given.
        value: String,
        /// Metres.
        most: String,
    },
    /// A number of years beyond 1 to 10.
    BadYears {
        /// As it was given.
        value: String,
    },
    /// What numbers were to be compared with is not known here.
    ExposureUnknown {
        /// As it was asked for.
        exposure: String,
    },
    /// A back-test knows no such method.
    NotBackTested {
        /// As it was asked for.
        method: String,
        /// Those that it knows.
        known: Vec<&'static str>,
    },
    /// A plan that does not say which coordinate system it is in.
    PlanWithoutSystem {
        /// The file.
        file: String,
    },
    /// A file of plans that is larger than any plan.
    PlanTooLarge {
        /// The file.
        file: String,
        /// Megabytes.
        most: String,
    },
    /// The study area has no cell.
    NoCells {
        /// Side of a cell, metres.
        side: String,
    },
    /// The store has no roads with names.
    NoStreets {
        /// The store.
        file: String,
    },
    /// No street has this name.
    NoSuchStreet {
        /// As it was asked for.
        street: String,
        /// The most similar names.
        nearest: Vec<String>,
    },
    /// A junction is named by two streets.
    NotAJunction {
        /// As it was asked for.
        junction: String,
    },
    /// The streets meet nowhere.
    NoSuchJunction {
        /// As it was asked for.
        junction: String,
    },
    /// No object has this name.
    NoSuchObject {
        /// As it was asked for.
        object: String,
        /// The most similar names.
        nearest: Vec<String>,
    },
    /// Several objects have this name.
    SeveralObjects {
        /// As it was asked for.
        object: String,
        /// Number.
        count: usize,
    },
    /// The file or layer has no rows.
    EmptyInput {
        /// The file.
        file: String,
    },
    /// A workbook or container has several sheets that could be meant.
    SeveralSheets {
        /// The file.
        file: String,
        /// Their names.
        sheets: Vec<String>,
    },
    /// There is no such column.
    NoSuchColumn {
        /// The file.
        file: String,
        /// As it was asked for.
        column: String,
        /// Columns that there are.
        columns: Vec<String>,
    },
    /// The column to be summed holds something that is no number.
    ColumnNotNumeric {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// Row in the file.
        row: u32,
        /// What stands there.
        value: String,
    },
    /// No column looks like a coordinate, and the file has no geometry.
    NoCoordinates {
        /// The file.
        file: String,
        /// Columns that there are.
        columns: Vec<String>,
    },
    /// No row has a position that can be used.
    NothingPlaced {
        /// The file or store.
        file: String,
        /// Rows that there are.
        rows: usize,
    },
    /// Every position is the middle of an area: no method on places has anything to say of them.
    OnlyAreaCentroids {
        /// The file or store.
        file: String,
        /// The method.
        method: &'static str,
        /// Rows with a position.
        rows: usize,
    },
    /// Every position is less certain than the length that the method works with.
    PositionsTooCoarse {
        /// The file or store.
        file: String,
        /// The method.
        method: &'static str,
        /// Rows with a position.
        rows: usize,
        /// The length with its unit.
        length: String,
        /// The parameter that holds it.
        parameter: &'static str,
    },
    /// No event has a time.
    NothingDated {
        /// The file or store.
        file: String,
        /// Rows that there are.
        rows: usize,
    },
    /// Every time is coarser than the periods that are asked for.
    TimesTooCoarse {
        /// The file or store.
        file: String,
        /// Rows with a time.
        rows: usize,
        /// The step.
        step: &'static str,
    },
    /// Every time spans more days than the method can take for one.
    DaysTooCoarse {
        /// The file or store.
        file: String,
        /// Rows with a time.
        rows: usize,
        /// Most days.
        days: u32,
    },
    /// What tells cases from the other events has no column and value.
    CasesNotTold {
        /// As it was given.
        given: String,
    },
    /// No event has that value.
    NoSuchCase {
        /// The column.
        column: String,
        /// As it was given.
        value: String,
        /// Some of the values that there are.
        known: Vec<String>,
    },
    /// The input is in degrees, and no metric system is agreed on for where it lies.
    DegreesElsewhere {
        /// The file.
        file: String,
    },
    /// The store has events of several kinds, and none was chosen.
    SeveralKinds {
        /// The store.
        file: String,
        /// The kinds that there are.
        kinds: Vec<String>,
    },
    /// The store has no events of this kind.
    NoEvents {
        /// The store.
        file: String,
    },
    /// Days and months cannot be told apart.
    AmbiguousDates {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// A file is there already.
    FileExists {
        /// The file.
        file: String,
    },
    /// The home area states no coordinate system, and several fit.
    HomeWithoutSystem {
        /// The file.
        file: String,
        /// Codes and names of all that fit.
        candidates: Vec<String>,
    },
    /// The home area is not an area.
    NoHomeArea {
        /// The file.
        file: String,
    },
    /// The value to weight by is not one that a store has.
    UnknownValue {
        /// As it was asked for.
        value: String,
    },
    /// A method along roads, and no road network.
    NoNetwork {
        /// The method.
        method: &'static str,
        /// The store or input file.
        file: String,
    },
    /// A road network for a method that uses none.
    NetworkNotUsed {
        /// The method.
        method: &'static str,
    },
    /// Only events on roads of one keeper, and the network tells no keeper.
    NoKeeperKnown {
        /// The network's file or store.
        network: String,
    },
    /// Only roads of one GCM-typ or passage, and the network has none of it.
    NoSuchGcmType {
        /// The network's file or store.
        network: String,
        /// As it was asked for.
        wanted: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A collection that does not exist.
    NoSuchCollection {
        /// As it was asked for.
        collection: String,
    },
    /// An address beyond this machine, where sign-in does not exist yet.
    BindRefused {
        /// The address.
        address: String,
    },
    /// The address is taken or not ours.
    BindFailed {
        /// The address.
        address: String,
        /// The system's words.
        cause: String,
    },
    /// A file could not be read or written.
    FileFailure {
        /// The file.
        file: String,
        /// The system's words.
        cause: String,
    },
    /// A folder is not there.
    NoSuchFolder {
        /// The folder.
        folder: String,
    },
    /// A file is not there.
    MissingFile {
        /// The file.
        file: String,
    },
    /// A file may not be read or written.
    NotPermitted {
        /// The file.
        file: String,
    },
}
catalogued_errors!(Refusal);

impl Refusal {
    /// None of `lost` rows belongs to a period: because none has a time, or because the times that there are, are too coarse.
    pub(super) fn no_period(file: &str, lost: usize, undated: usize, step: Step) -> Self {
        let file = file.to_owned();
        if undated == lost {
            Self::NothingDated { file, rows: lost }
        } else {
            Self::TimesTooCoarse { file, rows: lost - undated, step: step.code() }
        }
    }
}

/// Any error of the program.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Error {
    /// Of a use case.
    Refusal(Refusal),
    /// Of coordinate systems.
    Crs(crs::Error),
    /// Of readers.
    Read(ingest::ReadError),
    /// Of readers of roads, ground and places.
    Map(ingest::MapError),
    /// Of readers of plans.
    Plan(ingest::plan::PlanReadError),
    /// Of registers of places.
    Register(ingest::RegisterError),
    /// Of geocoding.
    Geocode(super::geocode::GeocodeError),
    /// Of mappings.
    Mapping(ingest::MappingError),
    /// Of stores.
    Store(store::Error),
    /// Of writers.
    Export(export::Error),
    /// Of analyses.
    Analysis(analysis::Error),
    /// Of parameters that do not fit the events.
    Unsuitable(analysis::suitability::Unsuitable),
    /// Of the sample town.
    Sample(sample::Error),
    /// Of areas, their counts and denominators, measures and conditions.
    Area(super::areas::AreaError),
    /// Of a file with the names of columns.
    Aliases(ingest::AliasError),
    /// Of coverage, decision, giving out and gallring.
    Gate(GateRefusal),
}
catalogued_errors!(Error);

impl Error {
    /// The error as its user meets it.
    #[must_use]
    pub fn problem(&self) -> Problem {
        texts::problem(self)
    }

    /// What sort of failure: HTTP status and exit code follow from it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.problem().kind
    }

    /// The error of the operating system about a file.
    #[must_use]
    pub fn of_file(file: &std::path::Path, error: &std::io::Error) -> Self {
        let file = file.display().to_string();
        Self::Refusal(match error.kind() {
            std::io::ErrorKind::NotFound => Refusal::MissingFile { file },
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Refusal::NotPermitted { file }
            }
            std::io::ErrorKind::AlreadyExists => Refusal::FileExists { file },
            _ => Refusal::FileFailure { file, cause: texts::system_failure(error) },
        })
    }
}

macro_rules! from {
    ($($variant:ident($error:ty)),+) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        }
    )+};
}
from!(
    Refusal(Refusal),
    Crs(crs::Error),
    Read(ingest::ReadError),
    Map(ingest::MapError),
    Plan(ingest::plan::PlanReadError),
    Register(ingest::RegisterError),
    Geocode(super::geocode::GeocodeError),
    Mapping(ingest::MappingError),
    Store(store::Error),
    Export(export::Error),
    Analysis(analysis::Error),
    Unsuitable(analysis::suitability::Unsuitable),
    Sample(sample::Error),
    Area(super::areas::AreaError),
    Aliases(ingest::AliasError),
    Gate(GateRefusal)
);
