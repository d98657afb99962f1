//! What a kernel spreads outside the study area, where no event could be or none was recorded, and how it is given back.

use rayon::prelude::*;

use super::raster::Mask;
use super::{Field, Kernel, Weighed};
use crate::domain::Cell;

/// Of each cell's own kernel, the share that lies in the area: sums over cells, against the sum over all cells of an endless
/// grid, so that it is 1 where the kernel lies wholly inside. Above 0 for each cell inside.
pub(super) fn shares(area: &Mask, kernel: Kernel, bandwidth: f64, field: &Field<'_>) -> Vec<f64> {
    let cells: Vec<Weighed> = area.centres().map(|at| Weighed { at, weight: 1.0 }).collect();
    let found = field(area.frame(), &cells, &[bandwidth], kernel);
    let side = area.frame().grid.side_m();
    let whole = endless(kernel, bandwidth, side);
    let per_cell = kernel.peak() * 1e6 / (bandwidth * bandwidth);
    found.into_iter().map(|sum| (sum / (per_cell * whole)).min(1.0)).collect()
}

/// Diggle's correction: each cell divided by its share.
pub(super) fn divide(values: &mut [f64], shares: &[f64]) {
    for (value, share) in values.iter_mut().zip(shares) {
        if *share > 0.0 {
            *value /= share;
        }
    }
}

/// Outside the area there is no number.
pub(super) fn blank(values: &mut [f64], area: &Mask) {
    for (value, inside) in values.iter_mut().zip(area.inside()) {
        if !inside {
            *value = f64::NAN;
        }
    }
}

/// Jones's correction: each event's weight divided by the share of its kernel, summed over cells, that lies in the area.
pub(super) fn given_back(events: &[Weighed], widths: &[f64], area: &Mask, kernel: Kernel) -> Vec<Weighed> {
    let one = |(event, &width): (&Weighed, &f64)| {
        let frame = area.frame();
        let (mut inside, mut whole) = (0.0, 0.0);
        each_cell(kernel, width, frame.grid.side_m(), event.at, |cell, height| {
            whole += height;
            if frame.index(cell).is_some_and(|at| area.inside()[at]) {
                inside += height;
            }
        });
        let share: f64 = if whole > 0.0 { inside / whole } else { 1.0 };
        // An event lies in a cell inside and its kernel is a cell wide, so that a share of 0 is a matter of rounding.
        Weighed { weight: event.weight / share.max(1e-3), ..*event }
    };
    events.par_iter().zip(widths).map(one).collect()
}

/// The kernel at all cells' middles, its peak taken as 1, around the middle of a cell.
fn endless(kernel: Kernel, width: f64, side: f64) -> f64 {
    if kernel == Kernel::Gaussian {
        let steps = (kernel.reach() * width / side) as i32;
        let along: f64 = (-steps..=steps).map(|step| (-0.5 * (f64::from(step) * side / width).powi(2)).exp()).sum();
        return along * along;
    }
    let mut sum = 0.0;
    each_cell(kernel, width, side, [0.5 * side; 2], |_, height| sum += height);
    sum
}

fn each_cell(kernel: Kernel, width: f64, side: f64, [x, y]: [f64; 2], mut visit: impl FnMut(Cell, f64)) {
    let reach = kernel.reach() * width;
    let first = |low: f64| ((low - reach) / side - 0.5).ceil() as i32;
    let last = |high: f64| ((high + reach) / side - 0.5).floor() as i32;
    for row in first(y)..=last(y) {
        let dy = ((f64::from(row) + 0.5) * side - y) / width;
        for column in first(x)..=last(x) {
            let dx = ((f64::from(column) + 0.5) * side - x) / width;
            let square = dx * dx + dy * dy;
            let height = match kernel {
                Kernel::Epanechnikov => (1.0 - square).max(0.0),
                Kernel::Quartic => (1.0 - square).max(0.0).powi(2),
                Kernel::Gaussian => (-0.5 * square).exp(),
            };
            if height > 0.0 {
                visit(Cell { column, row }, height);
            }
        }
    }
}
