//! Buildings that the plan names: church, town hall, station, school and the like.

use super::buildings::{Shape, Use};
use super::plane::Point;

/// A named building as drawn.
pub struct Fixed {
    /// Use.
    pub purpose: Use,
    /// Name.
    pub name: &'static str,
    /// Centre in the drawing.
    pub at: Point,
    /// Direction of the front in the drawing.
    pub heading: Point,
    /// Front in metres.
    pub front: f64,
    /// Depth in metres.
    pub depth: f64,
    /// Outline.
    pub shape: Shape,
    /// Floors.
    pub floors: u8,
}

const fn fixed(
    purpose: Use,
    name: &'static str,
    at: Point,
    heading: Point,
    size: (f64, f64),
    shape: Shape,
    floors: u8,
) -> Fixed {
    Fixed { purpose, name, at, heading, front: size.0, depth: size.1, shape, floors }
}

/// The school, whose yard is a planted place.
pub const SCHOOL: &str = "Ängsskolan";
/// The station, whose square is a planted place.
pub const STATION: &str = "Stationen";
/// The toilets in the park, a planted place.
pub const TOILETS: &str = "Parktoaletten";

/// All of them.
pub const FIXED: [Fixed; 15] = [
    fixed(Use::Church, "Provets kyrka", [2120.0, 1415.0], [1.0, 0.12], (42.0, 17.0), Shape::Nave, 3),
    fixed(Use::Public, "Stadshuset", [2138.0, 1306.0], [1.0, -0.08], (34.0, 15.0), Shape::Block, 4),
    fixed(Use::School, SCHOOL, [955.0, 1296.0], [1.0, 0.04], (104.0, 62.0), Shape::Wings, 3),
    fixed(Use::Public, "Idrottshallen", [1098.0, 1560.0], [0.0, 1.0], (46.0, 28.0), Shape::Block, 2),
    fixed(Use::Station, STATION, [1178.0, 1310.0], [0.0, -1.0], (58.0, 12.0), Shape::Block, 2),
    fixed(Use::Public, TOILETS, [1690.0, 1660.0], [1.0, 0.0], (7.0, 4.5), Shape::Block, 1),
    fixed(Use::Public, "Parkpaviljongen", [1520.0, 1670.0], [1.0, 0.3], (18.0, 10.0), Shape::Ell, 1),
    fixed(Use::Public, "Badhuset", [2500.0, 1725.0], [0.2, 1.0], (16.0, 7.0), Shape::Block, 1),
    fixed(Use::Public, "Räddningstjänsten", [880.0, 850.0], [1.0, 0.1], (48.0, 24.0), Shape::Ell, 2),
    fixed(Use::Public, "Biblioteket", [1648.0, 1300.0], [1.0, 0.04], (40.0, 30.0), Shape::Block, 2),
    fixed(Use::School, "Förskolan Björken", [585.0, 1300.0], [0.2, 1.0], (30.0, 22.0), Shape::Ell, 1),
    fixed(Use::School, "Förskolan Kometen", [1540.0, 1930.0], [1.0, 0.1], (34.0, 24.0), Shape::Ell, 1),
    fixed(Use::School, "Förskolan Måsen", [1735.0, 490.0], [1.0, 0.0], (30.0, 20.0), Shape::Ell, 1),
    fixed(Use::School, "Förskolan Humlan", [1320.0, 835.0], [1.0, 0.0], (30.0, 20.0), Shape::Ell, 1),
    fixed(Use::Public, "Vårdcentralen", [1490.0, 1460.0], [1.0, 0.04], (44.0, 26.0), Shape::Wings, 2),
];
