//! A raster block by block: the same values to the last bit as all at once, each block from the events that reach it.
//!
//! A block is given the frame that it is a part of. The epanechnikov and quartic sums are whole numbers; along a row a
//! kernel's polynomial is rounded where it begins on the whole frame, and walked from there to the block exactly. The
//! Gaussian sums are added in the order of y, x, width and weight, which a part of the events keeps.

use std::ops::Range;

use rayon::prelude::*;

use super::raster::Frame;
use super::sweep::{self, Power, Source};
use super::{Kernel, Scale, Weighed, by_place, gauss};
use crate::domain::Metres;

/// Columns and rows of a frame.
#[derive(Debug, Clone)]
pub(in crate::analysis) struct Block {
    pub(in crate::analysis) columns: Range<usize>,
    pub(in crate::analysis) rows: Range<usize>,
}

/// Deals out a frame, of which it is given the middles of columns and rows: blocks that hold every cell once, each with the
/// positions of the points in it and within the halo around it.
pub(in crate::analysis) type Deal<'a> = dyn Fn(&[[f64; 2]], Metres, [&[f64]; 2]) -> Vec<(Vec<u32>, Block)> + 'a;

/// As [`field`](super::field), each block by itself.
pub(super) fn field(frame: &Frame, events: &[Weighed], widths: &[f64], kernel: Kernel, deal: &Deal<'_>) -> Vec<f64> {
    let mut values = vec![0.0; frame.len()];
    let Some(scale) = Scale::of(events, widths, kernel) else { return values };
    let points: Vec<[f64; 2]> = events.iter().map(|event| event.at).collect();
    let widest = widths.iter().copied().fold(0.0, f64::max);
    // A kernel's end may be rounded into the next cell, and must be there in the block too.
    let halo = Metres(kernel.reach() * widest + frame.grid.side_m());
    let columns: Vec<f64> = (0..i64::from(frame.columns)).map(|column| frame.x(column)).collect();
    let rows: Vec<f64> = (0..i64::from(frame.rows)).map(|row| frame.y(row)).collect();
    let parts: Vec<(Block, Vec<f64>)> = deal(&points, halo, [&columns, &rows])
        .into_par_iter()
        .map(|(near, block)| {
            let sources = near.iter().map(|&at| scale.source(at as usize)).collect();
            let values = values_of(frame, &block, sources, kernel, &scale);
            (block, values)
        })
        .collect();
    for (block, part) in parts.iter().filter(|(block, _)| !block.columns.is_empty()) {
        for (row, part) in block.rows.clone().zip(part.chunks(block.columns.len())) {
            let first = row * frame.columns as usize;
            values[first + block.columns.start..first + block.columns.end].copy_from_slice(part);
        }
    }
    values
}

fn values_of(frame: &Frame, block: &Block, mut sources: Vec<Source>, kernel: Kernel, scale: &Scale<'_>) -> Vec<f64> {
    let power = match kernel {
        Kernel::Epanechnikov => Power::One,
        Kernel::Quartic => Power::Two,
        Kernel::Gaussian => {
            sources.sort_unstable_by(by_place);
            return gauss::sums_in(frame, block, &sources).into_iter().map(|sum| sum * scale.per_km2).collect();
        }
    };
    sweep::sums_in(frame, block, sources, power).into_iter().map(|sum| scale.exact(sum)).collect()
}
