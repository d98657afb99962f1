//! Sums of Epanechnikov and quartic kernels at the middles of cells, exactly, at a cost that does not grow with the band's
//! width.
//!
//! Along a row of cells such a kernel is a polynomial where it is not 0. Its value and differences are added where it
//! begins and taken away behind its end, and a walk along the row adds them up: O(1) for each row that an event reaches.
//! The numbers are fixed point with [`BITS`] binary places in 128 bits, so that what is taken away cancels to the last
//! bit and the sum does not depend on the order of events or on threads. What is rounded is each event's own polynomial,
//! to about 1e-15 of its peak. Where a kernel is only a few cells wide, it is added cell by cell instead, in the same
//! fixed point.
//!
//! The sweep along rows: Chan, U, Choi & Xu (2022), SLAM, SIGMOD, who keep moments of events instead.

use std::ops::Range;

use rayon::prelude::*;

use super::blocks::Block;
use super::raster::Frame;

/// Binary places. Peaks are at most 1 and there are fewer than 2^32 events, so that sums stay below 2^127.
const BITS: i32 = 90;

/// Up to this many cells of reach an event is added cell by cell, which is then the faster way.
const NARROW: f64 = 4.0;

/// Most cells across such an event.
const ACROSS: usize = 9;

/// An event as the sweep takes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Distance at which the kernel ends, metres.
    pub(super) reach: f64,
    /// Height of the kernel in its middle, in 0 to 1.
    pub(super) peak: f64,
    /// How many events stand there.
    pub(super) times: u32,
}

/// `(1 - r²/reach²)^power`: 1 is Epanechnikov, 2 quartic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Power {
    One,
    Two,
}

/// Bytes of differences that a band of rows may take, so that they stay in the processor's own memory.
const BAND_BYTES: usize = 1 << 19;

/// Sums over `count` sources for each cell of the frame, in fixed point; [`to_float`] makes numbers of them.
pub(super) fn sums(frame: &Frame, count: usize, source: impl Fn(usize) -> Source, power: Power) -> Vec<i128> {
    let mut sums = vec![0; frame.len()];
    if frame.is_empty() {
        return sums;
    }
    let rows = frame.rows as usize;
    let furthest = (0..count).fold(0.0_f64, |furthest, at| furthest.max(source(at).reach));
    // Rows beside a band whose events may reach into it; events beyond the frame stand in its first and last row.
    let beside = (furthest / frame.grid.side_m()).min(rows as f64) as usize + 1;
    let (ordered, starts) = by_row(frame, count, source);
    let height = band_rows(frame.columns as usize, power).min(rows.div_ceil(rayon::current_num_threads() * 4)).max(1);
    sums.par_chunks_mut(height * frame.columns as usize).enumerate().for_each(|(band, sums)| {
        let first = band * height;
        let from = starts[first.saturating_sub(beside)];
        let to = starts[(first + height + beside).min(rows)];
        add_band(frame, &Band::across(frame, first), sums, &ordered[from..to], power);
    });
    sums
}

/// As [`sums`] for a block of the frame's cells, to the last bit: sums over the sources that reach it, in any order.
pub(super) fn sums_in(frame: &Frame, block: &Block, mut sources: Vec<Source>, power: Power) -> Vec<i128> {
    let mut sums = vec![0; block.columns.len() * block.rows.len()];
    sources.sort_unstable_by(|a, b| a.y.total_cmp(&b.y));
    let furthest = sources.iter().fold(0.0_f64, |furthest, source| furthest.max(source.reach));
    let height = band_rows(block.columns.len(), power);
    for (band, sums) in sums.chunks_mut((height * block.columns.len()).max(1)).enumerate() {
        let first_row = block.rows.start + band * height;
        let (low, high) = (frame.y(first_row as i64 - 1) - furthest, frame.y((first_row + height) as i64) + furthest);
        let from = sources.partition_point(|source| source.y < low);
        let to = sources.partition_point(|source| source.y <= high);
        let columns = block.columns.start as i64..block.columns.end as i64;
        add_band(frame, &Band { first_row, columns }, sums, &sources[from..to], power);
    }
    sums
}

/// As [`sums`], on this thread and into a list that is there already. Sources come in order of y, and reach equally far.
pub(super) fn sums_here(frame: &Frame, sources: &[Source], power: Power, sums: &mut [i128]) {
    sums.fill(0);
    let height = band_rows(frame.columns as usize, power);
    let reach = sources.first().map_or(0.0, |source| source.reach);
    for (band, sums) in sums.chunks_mut((height * frame.columns as usize).max(1)).enumerate() {
        let first = band * height;
        let (low, high) = (frame.y(first as i64) - reach, frame.y((first + height) as i64) + reach);
        let from = sources.partition_point(|source| source.y < low);
        let to = sources.partition_point(|source| source.y <= high);
        add_band(frame, &Band::across(frame, first), sums, &sources[from..to], power);
    }
}

/// Rows of a frame from this one on, and the columns of them that are summed.
struct Band {
    first_row: usize,
    columns: Range<i64>,
}

impl Band {
    fn across(frame: &Frame, first_row: usize) -> Self {
        Self { first_row, columns: 0..i64::from(frame.columns) }
    }
}

fn band_rows(columns: usize, power: Power) -> usize {
    let differences = if power == Power::One { 3 } else { 5 };
    (BAND_BYTES / (size_of::<i128>() * differences * columns.max(1))).max(4)
}

/// The sources row by row, and where each row's begin.
fn by_row(frame: &Frame, count: usize, source: impl Fn(usize) -> Source) -> (Vec<Source>, Vec<usize>) {
    let (low, per_side) = (frame.y(0), 1.0 / frame.grid.side_m());
    let row = |source: Source| floor((source.y - low) * per_side).clamp(0, i64::from(frame.rows) - 1) as usize;
    let mut starts = vec![0; frame.rows as usize + 1];
    for at in 0..count {
        starts[row(source(at)) + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut next = starts.clone();
    let nothing = Source { x: 0.0, y: 0.0, reach: 0.0, peak: 0.0, times: 0 };
    let mut ordered = vec![nothing; count];
    for source in (0..count).map(source) {
        let place = &mut next[row(source)];
        ordered[*place] = source;
        *place += 1;
    }
    (ordered, starts)
}

/// A fixed-point sum as a number.
pub(super) fn to_float(sum: i128) -> f64 {
    sum as f64 * 2.0_f64.powi(-BITS)
}

fn add_band(frame: &Frame, band: &Band, sums: &mut [i128], sources: &[Source], power: Power) {
    match power {
        Power::One => sweep::<3>(frame, band, sums, sources, epanechnikov),
        Power::Two => sweep::<5>(frame, band, sums, sources, quartic),
    }
}

/// As many rows of the band as `sums` holds. `N` differences describe the kernel along a row.
///
/// Kernels begin where they do on the whole frame: what is rounded there must not depend on the columns that are summed.
fn sweep<const N: usize>(
    frame: &Frame,
    band: &Band,
    sums: &mut [i128],
    sources: &[Source],
    differences: impl Fn(f64, f64, f64) -> [f64; N],
) {
    let columns = (band.columns.end - band.columns.start) as usize;
    if columns == 0 {
        return;
    }
    let (side, per_side) = (frame.grid.side_m(), 1.0 / frame.grid.side_m());
    let (west, last) = (band.columns.start, band.columns.end - 1);
    let (south, rows) = (band.first_row as i64, (sums.len() / columns) as i64);
    let wide = |source: &Source| source.reach * per_side > NARROW;
    let mut changes = if sources.iter().any(wide) { vec![[0_i128; N]; sums.len()] } else { Vec::new() };
    let (low_x, low_y) = (frame.x(0), frame.y(0));
    let (lowest, highest) = (frame.y(south), frame.y(south + rows - 1));
    for source in sources {
        let (bottom, top) = (source.y - source.reach, source.y + source.reach);
        if top < lowest || bottom > highest {
            continue;
        }
        // A cell more or less at the kernel's end is a matter of rounding: the kernel is 0 there.
        let from = ceil((bottom - low_y) * per_side).max(south);
        let to = floor((top - low_y) * per_side).min(south + rows - 1);
        let per_reach = 1.0 / source.reach;
        let step = side * per_reach;
        let times = i128::from(source.times);
        if !wide(source) {
            let begin = ceil((source.x - source.reach - low_x) * per_side).max(west);
            let end = floor((source.x + source.reach - low_x) * per_side).min(last);
            if begin > end {
                continue;
            }
            let mut across = [0.0; ACROSS];
            let width = (end + 1 - begin).clamp(0, ACROSS as i64) as usize;
            for (column, square) in (begin..).zip(&mut across[..width]) {
                let u = (frame.x(column) - source.x) * per_reach;
                *square = u * u;
            }
            for row in from..=to {
                let dy = (frame.y(row) - source.y) * per_reach;
                let depth = 1.0 - dy * dy;
                let base = (row - south) as usize * columns + (begin - west) as usize;
                for (sum, square) in sums[base..].iter_mut().zip(&across[..width]) {
                    let height = (depth - square).max(0.0);
                    let height = if N == 3 { height } else { height * height };
                    *sum += narrow(height * source.peak) * times;
                }
            }
            continue;
        }
        for row in from..=to {
            let dy = (frame.y(row) - source.y) * per_reach;
            let depth = 1.0 - dy * dy;
            if depth <= 0.0 {
                continue;
            }
            let half = depth.sqrt() * source.reach;
            let begin = ceil((source.x - half - low_x) * per_side).max(0);
            let end = floor((source.x + half - low_x) * per_side).min(last);
            if begin > end || end < west {
                continue;
            }
            let u = (frame.x(begin) - source.x) * per_reach;
            let mut coefficients = differences(depth, u, step).map(|number| fixed(number * source.peak));
            if times != 1 {
                coefficients = coefficients.map(|coefficient| coefficient.wrapping_mul(times));
            }
            let base = (row - south) as usize * columns;
            let enters = if begin < west { after(coefficients, west - begin) } else { coefficients };
            for (change, coefficient) in changes[base + (begin.max(west) - west) as usize].iter_mut().zip(enters) {
                *change = change.wrapping_add(coefficient);
            }
            if end < last {
                let behind = after(coefficients, end + 1 - begin);
                for (change, coefficient) in changes[base + (end + 1 - west) as usize].iter_mut().zip(behind) {
                    *change = change.wrapping_sub(coefficient);
                }
            }
        }
    }
    for (sums, changes) in sums.chunks_exact_mut(columns).zip(changes.chunks_exact(columns)) {
        let mut state = [0_i128; N];
        for (sum, change) in sums.iter_mut().zip(changes) {
            for (state, change) in state.iter_mut().zip(change) {
                *state = state.wrapping_add(*change);
            }
            *sum = sum.wrapping_add(state[0]);
            for order in 1..N {
                state[order - 1] = state[order - 1].wrapping_add(state[order]);
            }
        }
    }
}

/// The whole number below. The library's own is a call where the processor is not known to have the instruction.
fn floor(number: f64) -> i64 {
    let cut = number as i64;
    cut - i64::from(cut as f64 > number)
}

/// The whole number above.
fn ceil(number: f64) -> i64 {
    let cut = number as i64;
    cut + i64::from((cut as f64) < number)
}

/// A number in fixed point, cut off below the last place. In two halves, which the processor turns into whole numbers.
fn fixed(number: f64) -> i128 {
    const HALF: f64 = (1_u64 << (BITS / 2)) as f64;
    let scaled = number * HALF;
    let high = scaled as i64;
    let low = ((scaled - high as f64) * HALF) as i64;
    (i128::from(high) << (BITS / 2)) + i128::from(low)
}

/// A number in 0 to 1 in fixed point, rounded to 50 places: in a double near 2^52 the last places are whole numbers.
fn narrow(number: f64) -> i128 {
    const PLACES: i32 = 50;
    const LARGE: f64 = (1_u64 << 52) as f64;
    let places = (number * (1_u64 << PLACES) as f64 + LARGE).to_bits() - LARGE.to_bits();
    i128::from(places) << (BITS - PLACES)
}

/// Value and differences `steps` cells on, exactly (Newton's forward formula).
fn after<const N: usize>(differences: [i128; N], steps: i64) -> [i128; N] {
    // Binomials of `steps`; a product of consecutive numbers divides evenly. 64 bits hold those of up to 30 000, and what
    // is wider than that is rare and may be slow.
    let mut binomials = [1_i128; N];
    let mut binomial = 1_i128;
    for (order, place) in binomials.iter_mut().enumerate().skip(1) {
        let (left, order) = (steps + 1 - order as i64, order as i64);
        binomial = if steps < 30_000 {
            i128::from(binomial as i64 * left / order)
        } else {
            binomial.wrapping_mul(i128::from(left)) / i128::from(order)
        };
        *place = binomial;
    }
    let mut behind = differences;
    for order in 0..N {
        for higher in order + 1..N {
            behind[order] = behind[order].wrapping_add(differences[higher].wrapping_mul(binomials[higher - order]));
        }
    }
    behind
}

/// Value and forward differences of `depth - u²`, `u` growing by `step`.
fn epanechnikov(depth: f64, u: f64, step: f64) -> [f64; 3] {
    [depth - u * u, -step * (2.0 * u + step), -2.0 * step * step]
}

/// Value and forward differences of `(depth - u²)²`, `u` growing by `step`.
fn quartic(depth: f64, u: f64, step: f64) -> [f64; 5] {
    let (s, value) = (step, depth - u * u);
    let (s2, u2) = (s * s, u * u);
    [
        value * value,
        s * (-2.0 * depth * (2.0 * u + s) + 4.0 * u2 * u + 6.0 * u2 * s + 4.0 * u * s2 + s2 * s),
        s2 * (-4.0 * depth + 12.0 * u2 + 24.0 * u * s + 14.0 * s2),
        s2 * s * (24.0 * u + 36.0 * s),
        24.0 * s2 * s2,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bbox, Grid, Metres};

    #[test]
    fn differences_walk_along_the_polynomial_and_jump_over_it() {
        let (depth, u, step) = (0.75, -0.5, 0.125);
        let quartic = quartic(depth, u, step).map(fixed);
        for steps in 0..8_i32 {
            let at = u + step * f64::from(steps);
            let value = to_float(after(quartic, i64::from(steps))[0]);
            assert!((value - (depth - at * at).powi(2)).abs() < 1e-15, "{steps}");
        }
        let cap = epanechnikov(depth, u, step).map(fixed);
        assert!((to_float(after(cap, 3)[0]) - (0.75 - 0.125 * 0.125)).abs() < 1e-15);
    }

    #[test]
    fn one_event_by_hand_and_nothing_left_behind_it() {
        // Cells of 100 m; the event stands on a middle and reaches 200 m.
        let grid = Grid::new(Metres(100.0)).expect("allowed");
        let bbox = Bbox { min_x: 1000.0, min_y: 1000.0, max_x: 1699.0, max_y: 1499.0 };
        let frame = Frame::around(grid, bbox).expect("small");
        let source = Source { x: 1250.0, y: 1250.0, reach: 200.0, peak: 1.0, times: 3 };
        let found = sums(&frame, 1, |_| source, Power::One);
        let row = |row: usize| found[row * 7..][..7].iter().map(|sum| to_float(*sum) / 3.0).collect::<Vec<_>>();
        assert_eq!(row(2), [0.0, 0.75, 1.0, 0.75, 0.0, 0.0, 0.0]);
        assert_eq!(row(1), [0.0, 0.5, 0.75, 0.5, 0.0, 0.0, 0.0]);
        assert!(found[4..7].iter().all(|sum| *sum == 0));
        let mut here = vec![7; found.len()];
        sums_here(&frame, &[source], Power::One, &mut here);
        assert_eq!(here, found);
    }
}
