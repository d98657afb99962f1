//! The detaljplan as a value: what it says, where it says it, and how each provision was understood.
//!
//! # Conventions
//! - Coordinates are metres in the plan's own plane system, x east and y north, whatever the order in the file was.
//! - A text is kept as it was delivered. What a reader could not fit into a field stands in `other`, under the name it
//!   had in the file, and what it could not take over at all stands in [`Plan::remarks`]: nothing goes silently.
//! - Readers fill in what the file says. What a provision *means* ([`Recognised`]) is filled in afterwards by
//!   [`crate::plan::catalogue`], which knows the national catalogue of provisions.
//!
//! Sources: Lantmäteriet, Nationell informationsspecifikation Detaljplan 4.1 (names of fields); SS 637040:2016.

mod ask;
mod crs;
mod envelope;
mod meaning;
mod part;
mod provision;
mod remark;
mod words;

pub use crs::{SYSTEMS, System, epsg_of, system};
pub use envelope::Envelope;
pub use meaning::Meaning;
pub use part::{MOST_M, Outline, Part, Shape, outline, usable};
pub use provision::{Bound, Form, Kind, Provision, Recognised, RecognisedBy, Rgb, Value, is_uuid};
pub use remark::Remark;
pub use words::{PlanFormat, PlanType, Status};

use geo::LineString;
use serde_json::{Map, Value as Json};

/// Members of a delivery that have no field of their own, as they were delivered.
pub type Other = Map<String, Json>;

/// A detaljplan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Its UUID in lower case, or `None` where the file gives none.
    pub uuid: Option<String>,
    /// Its version, from 1.
    pub version: Option<u64>,
    /// From when this version is valid, as delivered (date and time).
    pub valid_from: Option<String>,
    /// Where in the process it is; `None` where the file says nothing or a word that is not in the code list.
    pub status: Option<Status>,
    /// Since when it has that status, as delivered (date).
    pub status_since: Option<String>,
    /// Under which law it was made; `None` as for [`Plan::status`].
    pub plan_type: Option<PlanType>,
    /// The municipality, by name or code, as delivered.
    pub municipality: Option<String>,
    /// The municipality's own designation (beteckning), often the record number.
    pub designation: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its purpose (syfte).
    pub purpose: Option<String>,
    /// Decisions, in the file's order.
    pub decisions: Vec<Decision>,
    /// The description (planbeskrivning) as delivered: see [`Plan::description_text`].
    pub description: Option<Json>,
    /// EPSG code of the plan's coordinates; `None` where nothing states it.
    pub epsg: Option<u32>,
    /// The system as the file writes it.
    pub stated_crs: Option<String>,
    /// The plan area.
    pub parts: Vec<Part>,
    /// Its provisions, in the file's order.
    pub provisions: Vec<Provision>,
    /// Parcels, where a layer of them came with the plan.
    pub parcels: Vec<Parcel>,
    /// Boundary lines, where the format has them apart from the areas (SS 637040).
    pub lines: Vec<BoundaryLine>,
    /// Name of the file, as a person wrote it.
    pub file: String,
    /// What sort of file.
    pub format: PlanFormat,
    /// What the reader met and could not take over.
    pub remarks: Vec<Remark>,
    /// Members without a field.
    pub other: Other,
}

/// A decision about a plan (beslutsinformation).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// When the work began, as delivered (date). From 2022-01-01 the rules of BFS 2020:5 bind.
    pub begun: Option<String>,
    /// When the plan was adopted.
    pub adopted: Option<String>,
    /// When it, or its parts, came into force.
    pub in_force: Vec<String>,
    /// The implementation period (genomförandetid), months.
    pub implementation_months: Option<u64>,
    /// When that period starts.
    pub implementation_starts: Option<String>,
    /// Ids of the provisions it is about; empty means all.
    pub provisions: Vec<String>,
    /// Members without a field.
    pub other: Other,
}

/// A parcel of land (fastighet) that came with a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// Its designation: `Eken 1`.
    pub designation: Option<String>,
    /// Where.
    pub parts: Vec<Part>,
}

/// A boundary line that areas are put together from (SS 637040 `DP_Grans`).
#[derive(Debug, Clone, PartialEq)]
pub struct BoundaryLine {
    /// Its id in the file.
    pub id: String,
    /// What it bounds, in the file's words: `plan`, `anv`, `eg`, `ad` or several.
    pub sort: String,
    /// Its course, metres, x east and y north.
    pub line: LineString<f64>,
    /// How many areas use it; 0 is an orphan.
    pub uses: usize,
}
