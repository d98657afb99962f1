//! Ground from OpenStreetMap: buildings, entrances, lamps, trees, barriers.

use std::path::Path;

use super::gather::{Form, Gathered, Wish, gather};
use super::{MapError, Tags};
use crate::crs::Transform;

/// What sort of ground a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// An area.
    Building,
    /// A point.
    Point,
    /// A line.
    Barrier,
}

/// Buildings (closed ways and multipolygons with `building`; the class is its value), entrances, lamps and trees (nodes; the
/// class is `entrance`, `lamp`, `tree`), barriers (nodes and ways; the class is the value of `barrier`).
///
/// # Errors
/// Those of [`super::each`].
pub fn read(path: &Path, transform: &Transform) -> Result<Gathered<(Sort, String)>, MapError> {
    gather(path, transform, chosen, |one, two| one.0 == two.0)
}

fn chosen(form: Form, tags: &Tags<'_>) -> Vec<((Sort, String), Wish)> {
    let value = |key: &str| tags.get(key).filter(|value| *value != "no");
    let mut found = Vec::new();
    let mut add = |sort: Sort, class: &str, wish: Wish| found.push(((sort, class.to_owned()), wish));
    match form {
        Form::Node => {
            if value("entrance").is_some() {
                add(Sort::Point, "entrance", Wish::Point);
            }
            if tags.is("highway", &["street_lamp"]) {
                add(Sort::Point, "lamp", Wish::Point);
            }
            if tags.is("natural", &["tree"]) {
                add(Sort::Point, "tree", Wish::Point);
            }
            if let Some(barrier) = value("barrier") {
                add(Sort::Point, barrier, Wish::Point);
            }
        }
        Form::Open | Form::Closed => {
            if let (Form::Closed, Some(building)) = (form, value("building")) {
                add(Sort::Building, building, Wish::Area);
            }
            if let Some(barrier) = value("barrier") {
                add(Sort::Barrier, barrier, Wish::Line);
            }
        }
        Form::Relation => {
            if let Some(building) = value("building") {
                add(Sort::Building, building, Wish::Area);
            }
        }
    }
    found
}
