//! Space in a metric CRS: lengths, boxes and the grid whose cells nest.

use serde::{Deserialize, Serialize};

/// A length in metres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metres(pub f64);

/// A box with sides along the axes, in metres. Empty where `min` is above `max`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bbox {
    /// West edge.
    pub min_x: f64,
    /// South edge.
    pub min_y: f64,
    /// East edge.
    pub max_x: f64,
    /// North edge.
    pub max_y: f64,
}

impl Bbox {
    /// The box that holds nothing.
    pub const EMPTY: Self =
        Self { min_x: f64::INFINITY, min_y: f64::INFINITY, max_x: f64::NEG_INFINITY, max_y: f64::NEG_INFINITY };

    /// The smallest box around the points; [`Self::EMPTY`] where there are none. NaN is passed over.
    #[must_use]
    pub fn around(points: impl IntoIterator<Item = [f64; 2]>) -> Self {
        points.into_iter().fold(Self::EMPTY, |bbox, [x, y]| Self {
            min_x: bbox.min_x.min(x),
            min_y: bbox.min_y.min(y),
            max_x: bbox.max_x.max(x),
            max_y: bbox.max_y.max(y),
        })
    }

    /// The smallest box that holds both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self {
            min_x: self.min_x.min(other.min_x),
            min_y: self.min_y.min(other.min_y),
            max_x: self.max_x.max(other.max_x),
            max_y: self.max_y.max(other.max_y),
        }
    }

    /// The box with this much more on every side, metres.
    #[must_use]
    pub const fn grown(self, by: f64) -> Self {
        Self { min_x: self.min_x - by, min_y: self.min_y - by, max_x: self.max_x + by, max_y: self.max_y + by }
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !(self.min_x <= self.max_x && self.min_y <= self.max_y)
    }

    /// Area in square metres; 0 where empty.
    #[must_use]
    pub fn area_m2(&self) -> f64 {
        if self.is_empty() { 0.0 } else { (self.max_x - self.min_x) * (self.max_y - self.min_y) }
    }
}

/// A cell's column and row, counted from the CRS origin; ordered by column, then row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// Column: floor(x / side).
    pub column: i32,
    /// Row: floor(y / side).
    pub row: i32,
}

/// A grid of square cells anchored at the CRS origin, so that cells of 125 m nest in those of 250 m everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    side_m: f64,
}

impl Grid {
    /// A grid with cells of this side, or `None` unless it lies between 1 m and 1 000 km.
    #[must_use]
    pub fn new(side: Metres) -> Option<Self> {
        (1.0..=1_000_000.0).contains(&side.0).then_some(Self { side_m: side.0 })
    }

    /// Side of a cell in metres.
    #[must_use]
    pub const fn side_m(&self) -> f64 {
        self.side_m
    }

    /// The cell that holds the point; a point on an edge belongs to the cell east or north of it.
    /// `None` where a coordinate is not finite or lies beyond 2 000 million cells.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked on the line before")]
    pub fn cell_of(&self, x: f64, y: f64) -> Option<Cell> {
        let (column, row) = ((x / self.side_m).floor(), (y / self.side_m).floor());
        (column.abs() < 2e9 && row.abs() < 2e9).then_some(Cell { column: column as i32, row: row as i32 })
    }

    /// The cell's extent.
    #[must_use]
    pub fn bbox_of(&self, cell: Cell) -> Bbox {
        let (x, y) = (f64::from(cell.column), f64::from(cell.row));
        Bbox {
            min_x: x * self.side_m,
            min_y: y * self.side_m,
            max_x: (x + 1.0) * self.side_m,
            max_y: (y + 1.0) * self.side_m,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_on_an_edge_belongs_to_the_cell_east_or_north() {
        let grid = Grid::new(Metres(100.0)).expect("100 m is allowed");
        assert_eq!(grid.cell_of(100.0, 99.9), Some(Cell { column: 1, row: 0 }));
        assert_eq!(grid.cell_of(-0.1, 0.0), Some(Cell { column: -1, row: 0 }));
        assert_eq!(grid.cell_of(f64::NAN, 0.0), None);
    }

    #[test]
    fn cells_of_125_m_nest_in_those_of_250_m() {
        let (small, large) = (Grid::new(Metres(125.0)).expect("allowed"), Grid::new(Metres(250.0)).expect("allowed"));
        for (x, y) in [(580_000.0, 6_602_124.9), (-1.0, 375.0), (124.999, 0.0)] {
            let inner = small.bbox_of(small.cell_of(x, y).expect("finite"));
            let outer = large.bbox_of(large.cell_of(x, y).expect("finite"));
            assert!(inner.min_x >= outer.min_x && inner.max_x <= outer.max_x);
            assert!(inner.min_y >= outer.min_y && inner.max_y <= outer.max_y);
        }
    }

    #[test]
    fn a_grid_refuses_sides_that_make_no_sense() {
        for side in [0.0, -5.0, 0.5, f64::NAN, 2e6] {
            assert_eq!(Grid::new(Metres(side)), None);
        }
    }

    #[test]
    fn the_box_around_nothing_is_empty() {
        assert!(Bbox::around([]).is_empty());
        assert_eq!(Bbox::around([[1.0, 2.0], [4.0, 6.0]]).area_m2(), 12.0);
    }
}
