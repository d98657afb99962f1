//! Sight: what is seen from a place, by whom a place is seen, and what stands in the way.
//!
//! # Conventions
//! - Coordinates are metres in one plane, x east and y north; heights are metres above the ground, which is level.
//! - A **solid** (building) fills what an odd number of its outline's turns goes round: outlines may cross themselves, and
//!   yards are holes. A **wall** (wall, fence, hedge) has no thickness. Either has a top; an unknown top is above all.
//! - An obstacle blocks where the sight line runs **below** its top; a line at the height of the top is clear.
//! - **Grazing**: a line is clear when it is clear after a shift, too small to measure, to the left or to the right. So a
//!   line that touches a corner or runs along a wall is clear. One that runs along the seam of two buildings, or through
//!   the point where two corners meet, is not: whichever way it is shifted, it goes through one of them.
//! - An eye on a wall sees to both sides of it; an eye on a building's outline sees away from it; an eye inside a building
//!   sees nothing and nobody sees it.
//! - `a` sees `b` exactly when `b` sees `a`: the two ends are put in order before anything is computed.
//!
//! Areas and lengths leave out what has none: the line between two buildings that touch is no view.
//!
//! Sources: visibility from a point in O(n log n), Suri & O'Rourke (1986), "Worst-case optimal algorithms for constructing
//! visibility polygons with holes", and T. Asano's angular sweep (1985). Here the sweep is a merge of envelopes, because
//! obstacles may cross: see [`visibility`]. Oracle: CGAL's visibility polygons, `tests/oracles/visibility_cgal.py`.

mod band;
mod change;
mod envelope;
mod error;
mod ground;
mod line;
mod outline;
mod scene;
mod site;
mod surveillance;
mod triangle;
mod view;
mod watch;

#[cfg(test)]
mod hand;
#[cfg(test)]
mod map_tests;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod props;

pub use band::{Blocked, Plant, PlantShape, blocked_band};
pub use change::{Change, Thing, changed};
pub use error::Error;
pub use line::Eye;
pub use scene::{Obstacle, Scene, Shape};
pub use site::{Facade, FacadeKind, Lamp, Light, Site, Windows, highest_eye_m};
pub use surveillance::{Seen, Surveillance, Tally, Watched, surveillance, update};
pub use triangle::{Obstruction, SightTriangle, in_triangle, sight_triangle};
pub use view::{Border, View, visibility};
pub use watch::{Settings, SightLine, sight_lines};

use geo::Coord;
use geo::kernels::{Kernel, Orientation, RobustKernel};

/// Coordinates beyond this are not metres of a map.
const MOST_M: f64 = 1e8;

/// Whether the point can be one of a map in metres.
fn on_map(point: [f64; 2]) -> bool {
    point.iter().all(|coordinate| coordinate.abs() <= MOST_M)
}

/// Refuses a length outside a range, NaN included.
fn within(value: f64, range: std::ops::RangeInclusive<f64>) -> Result<f64, Error> {
    if range.contains(&value) {
        return Ok(value);
    }
    let range = format!("{}–{} m", range.start(), range.end());
    Err(Error::SightLengthOutOfRange { value: value.to_string(), range })
}

/// On which side of the line from `a` to `b` the point lies: 1 left, -1 right, 0 on it. Exact.
fn side(a: [f64; 2], b: [f64; 2], point: [f64; 2]) -> i8 {
    let coordinate = |[x, y]: [f64; 2]| Coord { x, y };
    match RobustKernel::orient2d(coordinate(a), coordinate(b), coordinate(point)) {
        Orientation::CounterClockwise => 1,
        Orientation::Clockwise => -1,
        Orientation::Collinear => 0,
    }
}

/// The vector from `b` to `a`.
fn minus(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

/// Twice the area of the triangle with the origin, positive where `b` is counterclockwise of `a`.
fn cross(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

/// The scalar product.
fn dot(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

/// The spot between `a` and `b` that is nearest to the origin.
fn nearest_to_origin(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    let along = minus(b, a);
    let length2 = dot(along, along);
    let share = if length2 > 0.0 { (-dot(a, along) / length2).clamp(0.0, 1.0) } else { 0.0 };
    [a[0] + share * along[0], a[1] + share * along[1]]
}
