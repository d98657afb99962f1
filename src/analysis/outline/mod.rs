//! The shape of a hotspot: which ground does it cover, without giving away single points as a hull would?
//!
//! A hull through events has events as its corners. Here a shape is a union of discs around core points, or of grid
//! cells. Rings are simple, outer rings run counter-clockwise and holes clockwise (RFC 7946 §3.1.6); polygons of one
//! shape meet in corners at most. Equal points give equal bytes, whatever their order and the number of threads.

mod discs;
mod squares;

use std::ops::RangeInclusive;

use geo::{Area, MultiPolygon};

use super::{Error, check_length, check_points};
use crate::domain::{Cell, Grid, Metres};

/// The range of a disc's radius.
pub const RADIUS_M: RangeInclusive<f64> = super::dbscan::EPS_M;

/// The ground within `radius` metres of any core point.
///
/// - `cores`: `[n]` x (east) and y (north) in metres; none give the empty shape
/// - every disc lies inside the shape. Along an open arc the shape reaches at most `radius / 60` too far, in a notch
///   between discs `radius / 14`; gaps narrower than `radius / 8` may close. With the `eps` of [`super::dbscan()`] as radius it holds all members of the
///   cluster, border points included
/// - an outline has about 8 vertices for each radius of its length
///
/// Points only decide how far each node of a lattice is from the nearest one, and the outline is drawn between nodes, so
/// 100,000 core points cost no more vertices than the ground they cover. The lattice is anchored at the origin of the CRS.
/// Time is O(n) with about 400 distances a point; memory follows n and the length of the outline.
///
/// # Errors
/// `OutOfRange` for the radius, `PointNotFinite`, `TooManyPoints`, and `PointsTooFarApart` for coordinates beyond 2⁴⁰ radii.
pub fn around_cores(cores: &[[f64; 2]], radius: Metres) -> Result<MultiPolygon<f64>, Error> {
    check_length("radius", radius.0, &RADIUS_M)?;
    check_points(cores)?;
    discs::union(cores, radius.0)
}

/// The union of grid cells, exactly: vertices are corners of cells, and there is none on a straight edge.
///
/// Cells may come in any order and more than once; none give the empty shape. Cells that meet in a corner only are
/// polygons of their own. Time is O(n log n).
#[must_use]
pub fn of_cells(grid: &Grid, cells: &[Cell]) -> MultiPolygon<f64> {
    squares::union(*grid, cells)
}

/// Area in square metres, holes taken off.
#[must_use]
pub fn area_m2(shape: &MultiPolygon<f64>) -> f64 {
    shape.unsigned_area()
}
