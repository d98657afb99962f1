//! Sums of Gaussian kernels at the middles of cells, event by event out to where the kernel is below 1e-15 of its peak.
//!
//! exp(-(dx² + dy²) / 2h²) is a product of one number a column and one a row, so that an event costs as many exponentials
//! as its square has columns and rows, and one multiplication a cell. What is cut off is less than 1e-15 of each event.

use std::ops::Range;

use rayon::prelude::*;

use super::blocks::Block;
use super::raster::Frame;
use super::sweep::Source;

/// Where the kernel is cut off, in standard deviations: exp(-8.312² / 2) = 1e-15.
pub(super) const CUT_OFF: f64 = 8.312;

/// Sums for each cell of the frame. `reach` of a source is its standard deviation. Each cell adds its events in the order
/// in which they stand, whatever the threads; the caller orders them.
pub(super) fn sums(frame: &Frame, sources: &[Source]) -> Vec<f64> {
    let mut sums = vec![0.0; frame.len()];
    let bands = rayon::current_num_threads() * 4;
    let rows = (frame.rows as usize).div_ceil(bands).max(1);
    sums.par_chunks_mut((rows * frame.columns as usize).max(1)).enumerate().for_each(|(band, sums)| {
        add_band(frame, band * rows, 0..frame.columns as usize, sums, sources);
    });
    sums
}

/// As [`sums`] for a block of the frame's cells, to the last bit, on this thread: the sources that reach it, in their order.
pub(super) fn sums_in(frame: &Frame, block: &Block, sources: &[Source]) -> Vec<f64> {
    let mut sums = vec![0.0; block.columns.len() * block.rows.len()];
    add_band(frame, block.rows.start, block.columns.clone(), &mut sums, sources);
    sums
}

/// Adds to these columns of the rows from `first_row` on, as many as `sums` holds.
fn add_band(frame: &Frame, first_row: usize, across_columns: Range<usize>, sums: &mut [f64], sources: &[Source]) {
    let (west, columns) = (across_columns.start as i64, across_columns.len());
    if columns == 0 {
        return;
    }
    let side = frame.grid.side_m();
    let (south, rows) = (first_row as i64, (sums.len() / columns) as i64);
    let (low_x, low_y) = (frame.x(0), frame.y(0));
    let mut across = Vec::new();
    for source in sources {
        let cut = CUT_OFF * source.reach;
        let from = (((source.y - cut - low_y) / side).ceil() as i64).max(south);
        let to = (((source.y + cut - low_y) / side).floor() as i64).min(south + rows - 1);
        let begin = (((source.x - cut - low_x) / side).ceil() as i64).max(west);
        let end = (((source.x + cut - low_x) / side).floor() as i64).min(west + columns as i64 - 1);
        if from > to || begin > end {
            continue;
        }
        let fall = |distance: f64| {
            let deviations = distance / source.reach;
            (-0.5 * deviations * deviations).exp()
        };
        across.clear();
        across.extend((begin..=end).map(|column| fall(frame.x(column) - source.x)));
        let peak = source.peak * f64::from(source.times);
        for row in from..=to {
            let height = peak * fall(frame.y(row) - source.y);
            let base = (row - south) as usize * columns + (begin - west) as usize;
            for (sum, along) in sums[base..].iter_mut().zip(&across) {
                *sum += height * along;
            }
        }
    }
}
