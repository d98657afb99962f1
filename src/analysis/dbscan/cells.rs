//! Points in sparse square cells: which points can lie within eps of those of a cell?
//!
//! Only cells that hold points exist, sorted by row, then column, so memory follows the points and not the country.
//! Sorting also puts near points near each other in memory, and the cells of a row within reach into one slice.

use std::ops::Range;

use super::Error;
use crate::domain::Bbox;

/// What is taken off a side of eps/√2, so that rounding cannot put two points in one cell that are farther apart than eps.
///
/// Cell numbers stay below 2³⁰ and are quotients with two roundings of 2⁻⁵³ each, so a point lies at most 2³⁰ · 2⁻⁵² =
/// 2.4e-7 sides outside its cell. Two points of one cell then differ by less than (1 + 4.8e-7) sides along each axis,
/// which with sides shorter by 1e-6 is below eps/√2 by 5e-7, far more than what rounding does to the distance itself.
const SHORTER: f64 = 1e-6;

/// One more than the largest column or row.
const MOST: f64 = (1_u32 << 30) as f64;

/// Cells that reach within eps along an axis: eps is 1.41422 sides, so cell numbers differ by at most 2, and the 2.4e-7
/// sides of rounding do not change that.
const REACH: u64 = 2;

/// The rows around a cell, its own first: the likeliest to end a search early.
const ROWS: [i64; 5] = [0, 1, -1, 2, -2];

/// Bits that one pass of the sort looks at.
const DIGIT: u32 = 11;

/// Points in cell order and the cells that hold them.
pub(super) struct Cells {
    /// East coordinate of each point.
    pub x: Vec<f64>,
    /// North coordinate of each point.
    pub y: Vec<f64>,
    /// Where each point stands in the input.
    pub rows: Vec<u32>,
    /// Where each cell's points begin; one more than there are cells.
    pub starts: Vec<u32>,
    /// Row times width plus column of each cell, ascending.
    keys: Vec<u64>,
    /// Columns, with room for [`REACH`] beyond either side, so that no window runs into another row.
    width: u64,
}

impl Cells {
    /// Sorts finite points into cells with a side of just below eps/√2.
    ///
    /// # Errors
    /// `PointsTooFarApart` where they span 2³⁰ cells or more.
    pub fn new(points: &[[f64; 2]], eps: f64) -> Result<Self, Error> {
        let side = eps * std::f64::consts::FRAC_1_SQRT_2 * (1.0 - SHORTER);
        let bounds = if points.is_empty() {
            Bbox { min_x: 0.0, min_y: 0.0, max_x: 0.0, max_y: 0.0 }
        } else {
            Bbox::around(points.iter().copied())
        };
        let (low, high) = ([bounds.min_x, bounds.min_y], [bounds.max_x, bounds.max_y]);
        let cells_along = |axis: usize| (high[axis] - low[axis]) / side;
        if cells_along(0) >= MOST || cells_along(1) >= MOST {
            return Err(Error::PointsTooFarApart { length: eps.to_string() });
        }
        let width = cells_along(0) as u64 + 1 + 2 * REACH;
        let number = |value: f64, axis: usize| ((value - low[axis]) / side) as u64 + REACH;
        let keys: Vec<u64> = points.iter().map(|&[x, y]| number(y, 1) * width + number(x, 0)).collect();
        let (keys, rows) = sorted(keys);
        let (x, y) = rows.iter().map(|&row| points[row as usize]).map(|[x, y]| (x, y)).unzip();
        let mut cells = Self { x, y, rows, starts: Vec::new(), keys: Vec::new(), width };
        for (at, &key) in keys.iter().enumerate() {
            if cells.keys.last() != Some(&key) {
                cells.keys.push(key);
                cells.starts.push(at as u32);
            }
        }
        cells.starts.push(keys.len() as u32);
        Ok(cells)
    }

    /// Number of cells.
    pub const fn len(&self) -> usize {
        self.keys.len()
    }

    /// The points of a cell.
    pub fn members(&self, cell: usize) -> Range<usize> {
        self.span(&(cell..cell + 1))
    }

    /// The points of neighbouring cells.
    pub fn span(&self, cells: &Range<usize>) -> Range<usize> {
        self.starts[cells.start] as usize..self.starts[cells.end] as usize
    }

    /// Whether two different cells share an edge or a corner.
    pub fn touch(&self, a: usize, b: usize) -> bool {
        let (low, high) = (self.keys[a].min(self.keys[b]), self.keys[a].max(self.keys[b]));
        let apart = high - low;
        apart == 1 || apart.abs_diff(self.width) <= 1
    }

    /// The cells in runs of at most `size`.
    pub fn ranges(&self, size: usize) -> Vec<Range<usize>> {
        (0..self.len()).step_by(size).map(|start| start..(start + size).min(self.len())).collect()
    }

    /// The cells in runs of at most `size`, each with its part of `values`, which holds one value a point.
    pub fn tasks<'a, T>(&self, mut values: &'a mut [T], size: usize) -> Vec<(Range<usize>, &'a mut [T])> {
        let mut tasks = Vec::new();
        for range in self.ranges(size) {
            let (own, rest) = values.split_at_mut(self.span(&range).len());
            tasks.push((range, own));
            values = rest;
        }
        tasks
    }
}

/// Finds the cells around one cell after another, in ascending order of cells, in O(1) each on average.
pub(super) struct Windows<'a> {
    cells: &'a Cells,
    windows: [Range<usize>; 5],
}

impl<'a> Windows<'a> {
    /// Ready for `cell`, which may be any.
    pub fn new(cells: &'a Cells, cell: usize) -> Self {
        let windows = ROWS.map(|row| {
            let (low, high) = Self::bounds(cells, cell, row);
            cells.keys.partition_point(|&key| key < low)..cells.keys.partition_point(|&key| key <= high)
        });
        Self { cells, windows }
    }

    /// The cells within reach, itself included, as one run for each of the rows around; `cell` never falls.
    pub fn around(&mut self, cell: usize) -> [Range<usize>; 5] {
        let keys = &self.cells.keys;
        for (window, row) in self.windows.iter_mut().zip(ROWS) {
            let (low, high) = Self::bounds(self.cells, cell, row);
            while keys.get(window.start).is_some_and(|&key| key < low) {
                window.start += 1;
            }
            window.end = window.end.max(window.start);
            while keys.get(window.end).is_some_and(|&key| key <= high) {
                window.end += 1;
            }
        }
        self.windows.clone()
    }

    /// First and last key within reach of `cell` on the row that lies `row` rows north of it.
    fn bounds(cells: &Cells, cell: usize, row: i64) -> (u64, u64) {
        let middle = cells.keys[cell].wrapping_add_signed(row * cells.width as i64);
        (middle - REACH, middle + REACH)
    }
}

/// Keys in ascending order, and where each stood: a radix sort, low digits first, over the bits that are in use.
fn sorted(mut keys: Vec<u64>) -> (Vec<u64>, Vec<u32>) {
    let mut rows: Vec<u32> = (0..keys.len() as u32).collect();
    let bits = u64::BITS - keys.iter().fold(0, |all, key| all | key).leading_zeros();
    let (mut other_keys, mut other_rows) = (vec![0; keys.len()], vec![0; keys.len()]);
    for shift in (0..bits).step_by(DIGIT as usize) {
        let digit = |key: u64| (key >> shift) as usize & ((1 << DIGIT) - 1);
        let mut next = [0_usize; 1 << DIGIT];
        for &key in &keys {
            next[digit(key)] += 1;
        }
        let mut sum = 0;
        for slot in &mut next {
            sum += std::mem::replace(slot, sum);
        }
        for (&key, &row) in keys.iter().zip(&rows) {
            let slot = &mut next[digit(key)];
            (other_keys[*slot], other_rows[*slot]) = (key, row);
            *slot += 1;
        }
        std::mem::swap(&mut keys, &mut other_keys);
        std::mem::swap(&mut rows, &mut other_rows);
    }
    (keys, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_radix_sort_sorts_and_keeps_equal_keys_in_order() {
        let keys: Vec<u64> =
            (0..5000_u64).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (i % 60)).chain([7, 7]).collect();
        let mut expected: Vec<(u64, u32)> = keys.iter().copied().zip(0..).collect();
        expected.sort_unstable();
        let (sorted, rows) = sorted(keys);
        assert_eq!(sorted.into_iter().zip(rows).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn windows_hold_the_cells_within_two_rows_and_columns_and_no_others() {
        let points: Vec<[f64; 2]> =
            (0..400_u32).map(|i| [f64::from(i * 37 % 101), f64::from(i * 53 % 97) * 1.5]).collect();
        let cells = Cells::new(&points, 10.0).expect("near");
        let place = |cell: usize| ((cells.keys[cell] / cells.width) as i64, (cells.keys[cell] % cells.width) as i64);
        let mut windows = Windows::new(&cells, 0);
        for cell in 0..cells.len() {
            let mut found: Vec<usize> = windows.around(cell).into_iter().flatten().collect();
            found.sort_unstable();
            let ((row, column), mut expected) = (place(cell), Vec::new());
            for other in 0..cells.len() {
                let (down, right) = (place(other).0.abs_diff(row), place(other).1.abs_diff(column));
                if down <= 2 && right <= 2 {
                    expected.push(other);
                }
                assert_eq!(cell != other && down <= 1 && right <= 1, cell != other && cells.touch(cell, other));
            }
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_window_starts_anywhere() {
        let points: Vec<[f64; 2]> = (0..200).map(|i| [f64::from(i) * 3.0, f64::from(i % 7) * 9.0]).collect();
        let cells = Cells::new(&points, 10.0).expect("near");
        let mut running = Windows::new(&cells, 0);
        for cell in 0..cells.len() {
            assert_eq!(running.around(cell), Windows::new(&cells, cell).around(cell));
        }
    }
}
