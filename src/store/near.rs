//! What lies at one place: asked for by a box or by the name of a street, without reading the whole store.

use super::Result;
use crate::domain::{Bbox, Event, Kind, RoadKeeper};

/// Which events are asked for: those that one of the two finds.
#[derive(Debug, Clone)]
pub struct Nearby {
    /// Positions in this box; none where it is empty.
    pub bbox: Bbox,
    /// Events without a position whose source names this street, letter for letter but for case.
    pub unplaced_on: Option<String>,
}

/// A piece of road as the store draws it.
#[derive(Debug, Clone, PartialEq)]
pub struct RoadPiece {
    /// Id of the link; `None` for a road that is only drawn.
    pub link: Option<String>,
    /// Where it begins and ends in its source's network: `(source, node, node)`.
    pub ends: Option<(String, u32, u32)>,
    /// Street.
    pub street: Option<String>,
    /// Class in the source's words.
    pub class: Option<String>,
    /// Väghållare.
    pub keeper: Option<RoadKeeper>,
    /// The limit, or the higher of the two, km/h.
    pub speed: Option<u16>,
    /// ÅDT, vehicles a day, and the year of the count.
    pub adt: Option<(u32, Option<u16>)>,
    /// GCM-typ.
    pub gcm_type: Option<String>,
    /// Whether motor vehicles may use it; `None` for a road that is only drawn.
    pub car: Option<bool>,
    /// Metres.
    pub length_m: f64,
    /// Vertices.
    pub line: Vec<[f64; 2]>,
}

/// Which roads are asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Roads<'a> {
    /// Those that touch the box.
    In(Bbox),
    /// Those with this name, whatever the case of its letters.
    Named(&'a str),
}

/// An event on a road, and nothing else of it.
#[derive(Debug, Clone, PartialEq)]
pub struct OnLink {
    /// The link.
    pub link: String,
    /// Metres along it.
    pub along_m: f64,
}

/// An event and its place on a road.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The event.
    pub event: Event,
    /// Link and metres along it; `None` where it is on no road.
    pub road: Option<(String, f64)>,
}

/// What a store can tell of one place.
pub trait Near {
    /// Events by id, without what persons typed. The index rounds the box outward: whoever asks tests the position.
    fn events_near(&self, wanted: &Nearby) -> Result<Vec<Placed>>;

    /// Roads, in the order in which they came.
    fn roads_near(&self, wanted: &Roads<'_>) -> Result<Vec<RoadPiece>>;

    /// Names of streets, each once, in byte order.
    fn street_names(&self) -> Result<Vec<String>>;

    /// Events of a kind on roads, of those that begin in `[from, to)` (seconds since 1970 UTC) and whose category is
    /// none of `without`, by link and along it.
    fn events_on_links(&self, kind: Kind, from: i64, to: i64, without: &[&str]) -> Result<Vec<OnLink>>;

    /// Registers that have events of a kind, each once, in byte order.
    fn systems_of(&self, kind: Kind) -> Result<Vec<String>>;

    /// When the first and the last event of a kind with a time begin (seconds since 1970 UTC), and the zone that its sources
    /// write in; `None` where no event of the kind has a time.
    fn span(&self, kind: Kind) -> Result<Option<(i64, i64, String)>>;

    /// When the first of the events of [`Self::events_on_links`] begins and the last ends, on a road or not; `None` where
    /// there is none.
    fn extent(&self, kind: Kind, from: i64, to: i64, without: &[&str]) -> Result<Option<(i64, i64)>>;
}
