//! Numbers at the middles of a grid's cells, and the cells that a study area is made of.

use super::super::Error;
use crate::domain::{Bbox, Cell, Grid};

/// Most cells of a raster: 25 million numbers are 200 MB, and more than any screen shows.
pub const MOST_CELLS: u64 = 25_000_000;

/// Which cells a raster has: a block of a grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The grid, anchored at the CRS origin.
    pub grid: Grid,
    /// Column of the westernmost cells.
    pub column0: i32,
    /// Row of the southernmost cells.
    pub row0: i32,
    /// Number of columns.
    pub columns: u32,
    /// Number of rows.
    pub rows: u32,
}

impl Frame {
    /// The block of cells that the box touches; no cells where the box is empty.
    ///
    /// # Errors
    /// `PointsTooFarApart` where a cell's number does not fit; `RasterTooLarge`, with a side that would do, above
    /// [`MOST_CELLS`].
    pub fn around(grid: Grid, bbox: Bbox) -> Result<Self, Error> {
        if bbox.is_empty() {
            return Ok(Self { grid, column0: 0, row0: 0, columns: 0, rows: 0 });
        }
        let corners = (grid.cell_of(bbox.min_x, bbox.min_y), grid.cell_of(bbox.max_x, bbox.max_y));
        let (Some(low), Some(high)) = corners else {
            return Err(Error::PointsTooFarApart { length: grid.side_m().to_string() });
        };
        let span = |from: i32, to: i32| (i64::from(to) - i64::from(from) + 1) as u64;
        let (columns, rows) = (span(low.column, high.column), span(low.row, high.row));
        let cells = columns.saturating_mul(rows);
        if cells > MOST_CELLS {
            // One row and column more than the area's share, because the box seldom begins at an edge.
            let side = grid.side_m() * (cells as f64 / MOST_CELLS as f64).sqrt() * 1.01;
            return Err(Error::RasterTooLarge { cells, most: MOST_CELLS, cell: side.ceil().to_string() });
        }
        Ok(Self { grid, column0: low.column, row0: low.row, columns: columns as u32, rows: rows as u32 })
    }

    /// Number of cells.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// Whether there is no cell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// x of a column's middle, metres; columns count from the frame's own first and may lie outside it.
    #[must_use]
    pub fn x(&self, column: i64) -> f64 {
        (f64::from(self.column0) + column as f64 + 0.5) * self.grid.side_m()
    }

    /// y of a row's middle, metres.
    #[must_use]
    pub fn y(&self, row: i64) -> f64 {
        (f64::from(self.row0) + row as f64 + 0.5) * self.grid.side_m()
    }

    /// Where the point's cell stands in a raster's values; `None` outside.
    #[must_use]
    pub fn at(&self, [x, y]: [f64; 2]) -> Option<usize> {
        self.index(self.grid.cell_of(x, y)?)
    }

    /// Where the cell stands in a raster's values; `None` outside.
    #[must_use]
    pub fn index(&self, cell: Cell) -> Option<usize> {
        let column = i64::from(cell.column) - i64::from(self.column0);
        let row = i64::from(cell.row) - i64::from(self.row0);
        let inside = (0..i64::from(self.columns)).contains(&column) && (0..i64::from(self.rows)).contains(&row);
        inside.then(|| row as usize * self.columns as usize + column as usize)
    }

    /// Area of a cell, square metres.
    #[must_use]
    pub fn cell_m2(&self) -> f64 {
        self.grid.side_m() * self.grid.side_m()
    }
}

/// A number for every cell of a block: row by row from the south, each from the west. NaN stands for "no number".
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// The grid, anchored at the CRS origin; a value belongs to the middle of its cell.
    pub grid: Grid,
    /// Column of the westernmost cells.
    pub column0: i32,
    /// Row of the southernmost cells.
    pub row0: i32,
    /// Number of columns.
    pub columns: u32,
    /// Number of rows.
    pub rows: u32,
    /// `[rows * columns]`.
    pub values: Vec<f64>,
}

impl Raster {
    /// The block of cells with these values; `values` is as long as the frame has cells.
    #[must_use]
    pub fn new(frame: &Frame, values: Vec<f64>) -> Self {
        debug_assert_eq!(values.len(), frame.len(), "a value a cell");
        let Frame { grid, column0, row0, columns, rows } = *frame;
        Self { grid, column0, row0, columns, rows, values }
    }

    /// Its block of cells.
    #[must_use]
    pub const fn frame(&self) -> Frame {
        let Self { grid, column0, row0, columns, rows, .. } = *self;
        Frame { grid, column0, row0, columns, rows }
    }

    /// Sum of value times cell area, with values per square kilometre: the number of events. NaN is passed over.
    #[must_use]
    pub fn mass(&self) -> f64 {
        self.values.iter().filter(|value| !value.is_nan()).sum::<f64>() * self.frame().cell_m2() * 1e-6
    }

    /// The levels above which these shares of the mass lie: at 0.5 the densest cells that together hold half of it.
    ///
    /// `shares`: in 0 to 1, in any order; a level for each, which is the value of the last cell that is needed. `None`
    /// for a share that is no such number, and where no value is above 0. Values of 0 or less hold no mass. O(n log n).
    ///
    /// The regions are "highest density regions": Hyndman (1996), The American Statistician 50, 120-126.
    #[must_use]
    pub fn levels_of_mass(&self, shares: &[f64]) -> Vec<Option<f64>> {
        let mut sorted: Vec<f64> = self.values.iter().copied().filter(|value| *value > 0.0).collect();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let mut sum = 0.0;
        let sums: Vec<f64> = sorted
            .iter()
            .map(|value| {
                sum += value;
                sum
            })
            .collect();
        let level = |share: f64| {
            let wanted = share * sum;
            let at = sums.partition_point(|reached| *reached < wanted).min(sorted.len().checked_sub(1)?);
            Some(sorted[at])
        };
        shares.iter().map(|&share| (0.0..=1.0).contains(&share).then(|| level(share)).flatten()).collect()
    }
}

/// The cells of a study area: where events could have happened and would have been recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    frame: Frame,
    inside: Vec<bool>,
}

impl Mask {
    /// The cells whose middles lie in the box, its edges included.
    ///
    /// # Errors
    /// As [`Frame::around`]; `NoStudyArea` where no middle lies in the box.
    pub fn of_bbox(grid: Grid, bbox: Bbox) -> Result<Self, Error> {
        let frame = Frame::around(grid, bbox)?;
        let within = |at: usize| {
            let (x, y) = (frame.x((at % frame.columns as usize) as i64), frame.y((at / frame.columns as usize) as i64));
            (bbox.min_x..=bbox.max_x).contains(&x) && (bbox.min_y..=bbox.max_y).contains(&y)
        };
        Self::checked(frame, (0..frame.len()).map(within).collect())
    }

    /// These cells, in any order; repeated ones count once.
    ///
    /// # Errors
    /// As [`Frame::around`]; `NoStudyArea` of no cells.
    pub fn of_cells(grid: Grid, cells: &[Cell]) -> Result<Self, Error> {
        let boxes = cells.iter().map(|cell| grid.bbox_of(*cell));
        let bbox = Bbox::around(boxes.map(|b| [f64::midpoint(b.min_x, b.max_x), f64::midpoint(b.min_y, b.max_y)]));
        let frame = Frame::around(grid, bbox)?;
        let mut inside = vec![false; frame.len()];
        for at in cells.iter().filter_map(|cell| frame.index(*cell)) {
            inside[at] = true;
        }
        Self::checked(frame, inside)
    }

    fn checked(frame: Frame, inside: Vec<bool>) -> Result<Self, Error> {
        if inside.contains(&true) { Ok(Self { frame, inside }) } else { Err(Error::NoStudyArea) }
    }

    /// The block of cells around it.
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Whether each cell of the block is inside.
    #[must_use]
    pub fn inside(&self) -> &[bool] {
        &self.inside
    }

    /// Whether the point's cell is inside.
    #[must_use]
    pub fn holds(&self, point: [f64; 2]) -> bool {
        self.frame.at(point).is_some_and(|at| self.inside[at])
    }

    /// Number of cells inside; at least 1.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.inside.iter().filter(|inside| **inside).count()
    }

    /// Area inside, square metres.
    #[must_use]
    pub fn area_m2(&self) -> f64 {
        self.cells() as f64 * self.frame.cell_m2()
    }

    /// The middles of the cells inside, row by row from the south.
    pub fn centres(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        let columns = self.frame.columns as usize;
        let middle = move |at: usize| [self.frame.x((at % columns) as i64), self.frame.y((at / columns) as i64)];
        (0..self.inside.len()).filter(|&at| self.inside[at]).map(middle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Metres;

    fn grid() -> Grid {
        Grid::new(Metres(100.0)).expect("allowed")
    }

    fn bbox(min_x: f64, min_y: f64, max_x: f64, max_y: f64) -> Bbox {
        Bbox { min_x, min_y, max_x, max_y }
    }

    #[test]
    fn a_frame_counts_its_cells_from_the_south_west() {
        let frame = Frame::around(grid(), bbox(250.0, -50.0, 420.0, 120.0)).expect("small");
        assert_eq!((frame.column0, frame.row0, frame.columns, frame.rows), (2, -1, 3, 3));
        assert_eq!((frame.x(0), frame.y(2)), (250.0, 150.0));
        assert_eq!((frame.at([399.0, 0.0]), frame.at([199.0, 0.0])), (Some(4), None));
        assert!(Frame::around(grid(), Bbox::EMPTY).expect("none").is_empty());
    }

    #[test]
    fn a_raster_that_is_too_large_is_refused_with_a_side_that_would_do() {
        let wide = bbox(0.0, 0.0, 1e6, 1e6);
        let Err(Error::RasterTooLarge { cell, .. }) = Frame::around(grid(), wide) else { panic!("100 million cells") };
        let larger = Grid::new(Metres(cell.parse().expect("a number"))).expect("allowed");
        assert!(Frame::around(larger, wide).is_ok());
    }

    #[test]
    fn levels_hold_their_share_of_the_mass() {
        let frame = Frame::around(grid(), bbox(0.0, 0.0, 399.0, 50.0)).expect("small");
        let raster = Raster::new(&frame, vec![1.0, 4.0, f64::NAN, 5.0]);
        let levels = raster.levels_of_mass(&[0.5, 0.51, 1.0, 1.5]);
        assert_eq!(levels, [Some(5.0), Some(4.0), Some(1.0), None]);
        assert!((raster.mass() - 0.1).abs() < 1e-15);
        assert_eq!(Raster::new(&frame, vec![0.0; 4]).levels_of_mass(&[0.5]), [None]);
    }

    #[test]
    fn a_mask_holds_the_cells_that_it_was_given() {
        let cells = [Cell { column: 1, row: 1 }, Cell { column: 3, row: 2 }, Cell { column: 1, row: 1 }];
        let mask = Mask::of_cells(grid(), &cells).expect("two cells");
        assert_eq!((mask.cells(), mask.frame().len(), mask.area_m2()), (2, 6, 20_000.0));
        assert!(mask.holds([150.0, 150.0]) && !mask.holds([250.0, 150.0]) && !mask.holds([1e6, 0.0]));
        assert_eq!(mask.centres().collect::<Vec<_>>(), [[150.0, 150.0], [350.0, 250.0]]);
        assert_eq!(Mask::of_cells(grid(), &[]), Err(Error::NoStudyArea));
        assert_eq!(Mask::of_bbox(grid(), bbox(51.0, 51.0, 60.0, 60.0)), Err(Error::NoStudyArea));
        assert_eq!(Mask::of_bbox(grid(), bbox(0.0, 0.0, 250.0, 150.0)).expect("six").cells(), 6);
    }
}
