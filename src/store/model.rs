//! What goes into a store and comes out of it, whichever store it is.

use std::collections::BTreeMap;
use std::fmt;

use geo::{Geometry, MultiPolygon};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{Bbox, CrsDefinition, Event, GeometryKind, Kind, Passport, Source};

/// What a new store is told.
#[derive(Debug, Clone, PartialEq)]
pub struct NewStore {
    /// Name of the place: `Kalmar`.
    pub name: String,
    /// The one metric CRS.
    pub crs: CrsDefinition,
    /// Home area in that CRS, or `None`.
    pub home: Option<MultiPolygon<f64>>,
}

/// What a store knows of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Name of the place.
    pub name: String,
    /// The one metric CRS.
    pub crs: CrsDefinition,
    /// Home area in that CRS, or `None`.
    pub home: Option<MultiPolygon<f64>>,
    /// Version of the schema.
    pub schema_version: u32,
}

/// One import: which file, by which mapping.
#[derive(Clone, Copy)]
pub struct ImportRun<'a> {
    /// The file's name without its folder.
    pub file: &'a str,
    /// Id of the mapping.
    pub mapping: &'a str,
    /// The data's vintage, `YYYY-MM-DDTHH:MM:SS.sssZ`, or `None` where no row has a time.
    pub stamp: Option<&'a str>,
    /// Whether an event that is here with another content is taken in its place.
    pub replace: bool,
    /// What was chosen on the reader's behalf (CRS, axis order, encoding), as a JSON object; kept with the import.
    pub details: &'a Value,
    /// The raw cells of the row at this place, column to cell: asked for only where the store itself quarantines.
    pub raw: &'a dyn Fn(&Source) -> Map<String, Value>,
}

/// The rows ended in an error: see [`super::import_rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aborted;

/// One row on its way in.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A valid event.
    Event {
        /// The event.
        event: Box<Event>,
        /// Ids of the quarantined rows that it is the mended form of: its own and its persons'.
        closes: Vec<String>,
    },
    /// A row that is not valid.
    Quarantined(Box<Quarantined>),
}

/// Whether a row stands for an event or for a person; each has its own equation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// An event.
    Event,
    /// A person in an event.
    Person,
}

impl Part {
    /// The word in files and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Person => "person",
        }
    }

    /// The part with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Event, Self::Person].into_iter().find(|part| part.code() == code)
    }
}

/// A row that was not taken, with all that is needed to mend it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Id of the quarantined row; the same row of the same file has the same id again.
    pub id: String,
    /// Event or person.
    pub part: Part,
    /// Where it was read.
    pub source: Source,
    /// The column at fault, where there is one.
    pub column: Option<String>,
    /// The value at fault.
    pub value: Option<String>,
    /// Id of the reason, for example `changed`.
    pub reason: String,
    /// The reason in a sentence.
    pub reason_text: String,
    /// The raw cells, column to cell.
    pub raw: Map<String, Value>,
}

/// A quarantined row as the store keeps it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuarantineRecord {
    /// The row.
    #[serde(flatten)]
    pub row: Quarantined,
    /// The import that brought it.
    pub import_id: i64,
    /// Id of the event that it became, where it was mended.
    pub closed_by: Option<String>,
}

/// What became of the rows of one part: `read = accepted + quarantined + present`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows that were read.
    pub read: u64,
    /// Rows that were taken.
    pub accepted: u64,
    /// Rows that went to quarantine.
    pub quarantined: u64,
    /// Rows that were here already.
    pub present: u64,
}

impl Tally {
    /// Whether no row was lost and none counted twice.
    #[must_use]
    pub const fn balances(&self) -> bool {
        self.read == self.accepted + self.quarantined + self.present
    }
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ImportCounts {
    /// Events.
    pub events: Tally,
    /// Persons.
    pub persons: Tally,
    /// Accepted events that took the place of an older version.
    pub replaced: u64,
    /// Quarantined rows that this import closed.
    pub closed: u64,
    /// Id of the import, or `None` where it changed nothing.
    pub import_id: Option<i64>,
}

impl fmt::Display for ImportCounts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {:?}", self.events, self.persons)
    }
}

/// An import as the store keeps it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportRecord {
    /// Its number.
    pub import_id: i64,
    /// The file's name.
    pub file: String,
    /// Id of the mapping.
    pub mapping: String,
    /// The data's vintage.
    pub stamp: Option<String>,
    /// Whether changed events were taken.
    pub replace: bool,
    /// What was chosen on the reader's behalf.
    pub details: Value,
    /// What it did.
    pub counts: ImportCounts,
}

/// Which events are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only these kinds; `None` is all, an empty list none.
    pub kinds: Option<Vec<Kind>>,
    /// Only these registers; `None` is all, an empty list none.
    pub systems: Option<Vec<String>>,
    /// Whether what persons typed is read too. It may hold personal data: leave it where it is unless it is needed.
    pub free_text: bool,
}

/// Number of events of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// The kind.
    pub kind: Kind,
    /// Events.
    pub events: u64,
    /// Events with a position.
    pub placed: u64,
}

/// A result to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// Id: equal input and parameters should give the same.
    pub id: String,
    /// Method id, for example `dbscan`.
    pub method: String,
    /// Kind of event that was analysed, or `None` for all.
    pub kind: Option<Kind>,
    /// What people call it.
    pub title: String,
    /// Its passport.
    pub passport: Passport,
}

/// A result with its layers.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSummary {
    /// The result.
    pub run: RunRecord,
    /// Its layers, in the order in which they were given.
    pub layers: Vec<RunLayer>,
}

/// What a kept layer holds.
#[derive(Debug, Clone, PartialEq)]
pub struct RunLayer {
    /// Name: `hotspots`, `events`, `cells`, ...
    pub name: String,
    /// Title.
    pub title: String,
    /// A sentence on what it shows.
    pub description: String,
    /// Geometry.
    pub geometry: GeometryKind,
    /// Columns in order.
    pub columns: Vec<LayerColumn>,
    /// Number of rows.
    pub features: u64,
}

/// A column of a kept layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerColumn {
    /// Name in the properties.
    pub name: String,
    /// What people read.
    pub alias: String,
    /// Whether it is one of the few that are shown first.
    pub visible: bool,
}

/// Which rows of a layer are asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Only rows whose boxes touch this one.
    pub bbox: Option<Bbox>,
    /// Rows to pass over.
    pub offset: u64,
    /// Rows to return at most.
    pub limit: u64,
}

impl Window {
    /// Everything.
    pub const ALL: Self = Self { bbox: None, offset: 0, limit: u64::MAX };
}

/// A row of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Key of the row in its table: the same as long as the row is.
    pub key: i64,
    /// Its shape, or `None`.
    pub geometry: Option<Geometry<f64>>,
    /// Its values, in the order of the columns.
    pub properties: Map<String, Value>,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// Rows that the window's box holds, whatever offset and limit.
    pub total: u64,
    /// The rows.
    pub rows: Vec<Feature>,
}

/// What lies under the results on a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Roads: lines.
    Roads,
    /// Buildings: areas.
    Buildings,
    /// Entrances, lamps, trees, gates: points.
    Points,
    /// Fences, walls, hedges: lines.
    Barriers,
    /// Schools, shops, stops, playgrounds: points with names.
    Places,
}

impl Background {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Roads, Self::Buildings, Self::Points, Self::Barriers, Self::Places];
}

/// A road, building, point, barrier or place.
#[derive(Debug, Clone, PartialEq)]
pub struct BackgroundRow {
    /// Name, such as a street's.
    pub name: Option<String>,
    /// Class of road, kind of building, `entrance`, `lamp`, `tree`, `fence`, `school`, ...
    pub class: Option<String>,
    /// Its shape, in the store's CRS.
    pub shape: Geometry<f64>,
}

/// How an event stands to the roads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventRoad {
    /// Id of the event.
    pub event: String,
    /// Id of the link, `None` where the event has no road.
    pub link: Option<String>,
    /// Metres along the link.
    pub along_m: Option<f64>,
    /// Metres to the road, or to the nearest where that is too far.
    pub distance_m: Option<f64>,
    /// Word of the choice, or of the reason why there is none.
    pub choice: String,
}

/// What [`super::Store::verify`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Rows in each table.
    pub rows: BTreeMap<String, u64>,
    /// What is wrong, a sentence each; empty where all is well.
    pub problems: Vec<String>,
}
