//! Points in sparse square cells: which points can lie within eps of those of a cell?
//!
//! Only cells that hold points exist, sorted by row, then column, so memory follows the points and not the country.
//! Sorting also puts near points near each other in memory, and the cells of a row within reach into one slice.

use std::ops::Range;

use rayon::prelude::*;

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

/// Bits that spread words over buckets: few enough for the buckets' ends to stay in the cache.
const BUCKET_BITS: u32 = 11;

/// How far points reach in cells.
struct Span {
    low: [f64; 2],
    /// Cells along either axis, with their fraction.
    cells: [f64; 2],
    side: f64,
}

impl Span {
    fn of(points: &[[f64; 2]], eps: f64) -> Result<Self, Error> {
        let side = eps * std::f64::consts::FRAC_1_SQRT_2 * (1.0 - SHORTER);
        let bounds = if points.is_empty() {
            Bbox { min_x: 0.0, min_y: 0.0, max_x: 0.0, max_y: 0.0 }
        } else {
            Bbox::around(points.iter().copied())
        };
        let cells = [(bounds.max_x - bounds.min_x) / side, (bounds.max_y - bounds.min_y) / side];
        if cells.iter().any(|cells| *cells >= MOST) {
            return Err(Error::PointsTooFarApart { length: eps.to_string() });
        }
        Ok(Self { low: [bounds.min_x, bounds.min_y], cells, side })
    }
}

/// Refuses finite points that span too many cells, as [`Cells::new`] does.
///
/// # Errors
/// `PointsTooFarApart` where they span 2³⁰ cells or more.
pub(in crate::analysis) fn check_span(points: &[[f64; 2]], eps: f64) -> Result<(), Error> {
    Span::of(points, eps).map(drop)
}

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
        let Span { low, cells, side } = Span::of(points, eps)?;
        let width = cells[0] as u64 + 1 + 2 * REACH;
        let number = |value: f64, axis: usize| ((value - low[axis]) / side) as u64 + REACH;
        let key = |&[x, y]: &[f64; 2]| number(y, 1) * width + number(x, 0);
        let (keys, rows) = sorted(points, (cells[1] as u64 + 1 + 2 * REACH) * width, key);
        let (x, y) = rows.par_iter().map(|&row| points[row as usize]).map(|[x, y]| (x, y)).unzip();
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

/// The points' keys in ascending order, and where each stood; equal keys keep their order. `limit` is above every key.
fn sorted(points: &[[f64; 2]], limit: u64, key: impl Fn(&[f64; 2]) -> u64 + Sync) -> (Vec<u64>, Vec<u32>) {
    let numbered = || points.par_iter().map(&key).zip((0..points.len() as u32).into_par_iter());
    let bits = u64::BITS - (limit - 1).leading_zeros();
    if bits > u64::BITS - u32::BITS {
        // Cells finer than the coordinates are wide: too many for a key and a place in one word.
        let mut pairs: Vec<(u64, u32)> = numbered().collect();
        pairs.par_sort_unstable();
        return pairs.into_par_iter().unzip();
    }
    let words: Vec<u64> = numbered().map(|(key, row)| key << u32::BITS | u64::from(row)).collect();
    let words = sorted_words(words, u32::BITS + bits);
    words.into_par_iter().map(|word| (word >> u32::BITS, word as u32)).unzip()
}

/// Words of at most `bits` bits in ascending order: spread over buckets by their highest bits, then bucket by bucket.
///
/// The words come in ascending order of their low half, so a bucket that is sorted by the high half alone is sorted.
fn sorted_words(words: Vec<u64>, bits: u32) -> Vec<u64> {
    let shift = bits.saturating_sub(BUCKET_BITS).max(u32::BITS);
    let bucket = |word: u64| (word >> shift) as usize;
    let mut sizes = vec![0_usize; 1 << BUCKET_BITS.min(bits - u32::BITS)];
    for &word in &words {
        sizes[bucket(word)] += 1;
    }
    let starts = sizes.iter().scan(0, |sum, size| Some(std::mem::replace(sum, *sum + size)));
    let mut next: Vec<usize> = starts.collect();
    let mut spread = vec![0_u64; words.len()];
    for word in words {
        let slot = &mut next[bucket(word)];
        spread[*slot] = word;
        *slot += 1;
    }
    let mut buckets = Vec::with_capacity(sizes.len());
    let mut rest = spread.as_mut_slice();
    for size in sizes.into_iter().filter(|&size| size > 0) {
        let (own, others) = rest.split_at_mut(size);
        buckets.push(own);
        rest = others;
    }
    buckets.into_par_iter().for_each(<[u64]>::sort_unstable);
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_equal_ones_keep_their_order() {
        for bits in [1_u32, 5, 21, 32, 33, 60] {
            let key = |&[x, _]: &[f64; 2]| (x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits);
            let points: Vec<[f64; 2]> = (0..5000).map(|i| [f64::from(i % 1700), 0.0]).collect();
            let mut expected: Vec<(u64, u32)> = points.iter().map(key).zip(0..).collect();
            expected.sort_unstable();
            let (keys, rows) = sorted(&points, 1 << bits, key);
            assert_eq!(keys.into_iter().zip(rows).collect::<Vec<_>>(), expected, "{bits} bits");
        }
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
