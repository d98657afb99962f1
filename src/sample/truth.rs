//! What is known of the town because it was planted: hotspots, the quiet quarter, dirty rows and expected totals.

use std::collections::BTreeMap;

use serde::Serialize;

use super::plane::Point;

/// Name of the accident workbook.
pub const WORKBOOK: &str = "olyckor_strada.xlsx";
/// Name of the file of damage reports.
pub const DAMAGES: &str = "skaderapporter.csv";

/// Everything planted in a town, as `truth.json` has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// Town.
    pub town: String,
    /// Seed.
    pub seed: u64,
    /// CRS of all coordinates here, x = east, y = north.
    pub crs: &'static str,
    /// First and last day of the records.
    pub period: [&'static str; 2],
    /// With which search the hotspots come out exactly.
    pub search: Search,
    /// Planted accumulations of accidents.
    pub accident_hotspots: Vec<Hotspot>,
    /// Planted accumulations of damage reports.
    pub damage_hotspots: Vec<Hotspot>,
    /// The quarter without any hotspot.
    pub quiet_quarter: Quiet,
    /// Every dirty row with what is wrong and what is to be done.
    pub dirty_rows: Vec<Dirty>,
    /// Totals.
    pub expected: Expected,
}

/// A search with DBSCAN that finds the planted hotspots and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Search {
    /// `dbscan`.
    pub method: &'static str,
    /// Radius in metres.
    pub eps_m: f64,
    /// Least numbers of points within the radius, the point itself included, for which it holds.
    pub min_points: [usize; 2],
}

/// A planted hotspot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hotspot {
    /// Name of the place.
    pub name: String,
    /// What happens there, in one Swedish sentence.
    pub what: String,
    /// Centre, east and north.
    pub centre: Point,
    /// Every planted event lies within this many metres of the centre.
    pub radius_m: f64,
    /// First and last day on which something was planted.
    pub period: [String; 2],
    /// Number of planted events; all are accepted and placed.
    pub planted: usize,
    /// Number by category (olyckstyp or skadetyp).
    pub categories: BTreeMap<String, usize>,
    /// Their keys (`Olycksnummer` or `Ärendenr`), sorted.
    pub members: Vec<String>,
}

/// The quarter without a hotspot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quiet {
    /// Name.
    pub name: String,
    /// Outline, first vertex not repeated, east and north.
    pub ring: Vec<Point>,
    /// Accepted, placed accidents in it.
    pub accidents: usize,
    /// Accepted, placed damage reports in it.
    pub damages: usize,
}

/// What is to be done with a dirty row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// The row is set aside with its reason.
    Quarantine,
    /// The row is accepted and the report counts it.
    Warning,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// A day or month that does not exist.
    ImpossibleDate,
    /// A coordinate that is no number.
    UnreadableCoordinate,
    /// One coordinate of two.
    HalfCoordinate,
    /// Coordinates outside Sweden.
    OutsideCountry,
    /// Coordinates 0 and 0.
    ZeroCoordinate,
    /// An amount that is no number.
    UnreadableAmount,
    /// A person whose accident is in no row of the accidents.
    OrphanPerson,
    /// A person whose accident was set aside.
    AccidentQuarantined,
    /// A number that stands earlier in the file with other content.
    DuplicateNumber,
    /// An accident without persons.
    NoPersons,
    /// The type differs between the sheets.
    TypeDiffers,
    /// The date differs between the sheets.
    DateDiffers,
    /// The municipality differs between the sheets.
    MunicipalityDiffers,
    /// Police and hospital give different road-user categories.
    CategoryConflict,
    /// The same person stands under two accidents.
    SamePerson,
    /// A bicycle single with two persons.
    SingleWithTwo,
    /// A bicycle accident with passengers only.
    PassengersOnly,
    /// An electric scooter that only the free text tells of.
    ScooterInText,
    /// No coordinates: "ej platsbestämd".
    Unplaced,
    /// A type code that no list has.
    UnknownType,
}

impl Defect {
    /// What is to be done with such a row.
    #[must_use]
    pub const fn treatment(self) -> Treatment {
        match self {
            Self::ImpossibleDate
            | Self::UnreadableCoordinate
            | Self::HalfCoordinate
            | Self::OutsideCountry
            | Self::ZeroCoordinate
            | Self::UnreadableAmount
            | Self::OrphanPerson
            | Self::AccidentQuarantined
            | Self::DuplicateNumber => Treatment::Quarantine,
            _ => Treatment::Warning,
        }
    }
}

/// A dirty row. Differences between the sheets, and odd casts of persons, are told at the accident's row in `Olyckor`; what
/// belongs to one person at that person's row in `Personer`. Damage reports without coordinates are ordinary and only counted ([`Totals::unplaced`]).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dirty {
    /// File.
    pub file: &'static str,
    /// Sheet, for the workbook.
    pub sheet: Option<&'static str>,
    /// Row as Excel shows it: 1 is the header.
    pub row: usize,
    /// Line of the text file on which the row starts, for CSV, where cells may hold line breaks.
    pub line: Option<usize>,
    /// Number of the accident or damage report.
    pub key: String,
    /// Column, where one is to blame.
    pub column: Option<&'static str>,
    /// The cell's value, where one is to blame.
    pub value: Option<String>,
    /// What is wrong.
    pub defect: Defect,
    /// What is to be done.
    pub treatment: Treatment,
}

/// Totals to expect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expected {
    /// Rows of the sheet `Olyckor`.
    pub accidents: Totals,
    /// Rows of the sheet `Personer`.
    pub persons: Totals,
    /// Rows of the damage file.
    pub damages: Totals,
}

/// Totals of one table: `read = accepted + quarantined`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Rows below the header.
    pub read: usize,
    /// Accepted rows.
    pub accepted: usize,
    /// Rows set aside.
    pub quarantined: usize,
    /// Accepted rows without a position; for persons always 0.
    pub unplaced: usize,
    /// Rows by defect: for warnings the rows listed, for quarantine likewise.
    pub by_defect: BTreeMap<String, usize>,
}

impl Totals {
    /// Totals of a table with this many rows, of which `dirty` are dirty.
    pub fn of<'a>(read: usize, unplaced: usize, dirty: impl Iterator<Item = &'a Dirty>) -> Self {
        let mut by_defect = BTreeMap::new();
        let mut set_aside = std::collections::BTreeSet::new();
        for row in dirty {
            let name = serde_json::to_value(row.defect).ok().and_then(|value| value.as_str().map(str::to_owned));
            *by_defect.entry(name.unwrap_or_default()).or_default() += 1;
            if row.treatment == Treatment::Quarantine {
                set_aside.insert(row.row);
            }
        }
        let quarantined = set_aside.len();
        Self { read, accepted: read - quarantined, quarantined, unplaced, by_defect }
    }
}

impl Truth {
    /// The truth as indented JSON with its keys in a fixed order.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("the truth holds only strings, finite numbers and lists")
    }
}
