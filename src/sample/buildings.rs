//! A building: its use, its outline and the rectangle around it.

use super::plane::{Point, Rect, cm};

/// What a building is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Detached house.
    House,
    /// Apartments.
    Apartments,
    /// Shops below, apartments above.
    Mixed,
    /// Offices and shops.
    Business,
    /// Industry and storage.
    Industry,
    /// School or preschool.
    School,
    /// Church.
    Church,
    /// Railway station.
    Station,
    /// Other public building: town hall, sports hall, fire station, public toilet.
    Public,
    /// Garage or shed.
    Outbuilding,
}

impl Use {
    /// The Swedish word, in layers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::House => "Småhus",
            Self::Apartments => "Flerbostadshus",
            Self::Mixed => "Handel och bostäder",
            Self::Business => "Verksamhet",
            Self::Industry => "Industri",
            Self::School => "Skola",
            Self::Church => "Kyrka",
            Self::Station => "Station",
            Self::Public => "Samhällsfunktion",
            Self::Outbuilding => "Komplementbyggnad",
        }
    }
}

/// Outline within its rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The rectangle.
    Block,
    /// A corner at the back is cut away.
    Ell,
    /// Two wings towards the back.
    Wings,
    /// A broad nave with a narrow chancel.
    Nave,
}

/// A building.
#[derive(Debug, Clone)]
pub struct Building {
    /// Use.
    pub purpose: Use,
    /// Name, for the few that have one.
    pub name: Option<String>,
    /// Street and number; empty for outbuildings.
    pub address: String,
    /// Number of floors.
    pub floors: u8,
    /// Outline, first vertex not repeated, counter-clockwise, to the centimetre.
    pub ring: Vec<Point>,
    /// The rectangle around it.
    pub rect: Rect,
}

/// The outline of a shape in its rectangle.
pub fn ring(rect: &Rect, shape: Shape) -> Vec<Point> {
    let local: &[[f64; 2]] = match shape {
        Shape::Block => &[[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
        Shape::Ell => &[[-1.0, -1.0], [1.0, -1.0], [1.0, 0.15], [0.1, 0.15], [0.1, 1.0], [-1.0, 1.0]],
        Shape::Wings => &[
            [-1.0, -1.0],
            [1.0, -1.0],
            [1.0, 1.0],
            [0.65, 1.0],
            [0.65, -0.45],
            [-0.65, -0.45],
            [-0.65, 0.7],
            [-1.0, 0.7],
        ],
        Shape::Nave => &[
            [-1.0, -0.7],
            [-0.6, -0.7],
            [-0.6, -1.0],
            [0.55, -1.0],
            [0.55, -0.55],
            [1.0, -0.4],
            [1.0, 0.4],
            [0.55, 0.55],
            [0.55, 1.0],
            [-0.6, 1.0],
            [-0.6, 0.7],
            [-1.0, 0.7],
        ],
    };
    local.iter().map(|&[x, y]| cm(rect.at(x, y))).collect()
}
