//! What each method of a back-test says of the cells, from the events up to a day: more is hotter.

use super::study::Study;
use crate::analysis::backtest::Event;
use crate::analysis::dbscan;
use crate::analysis::dispersion::Dispersion;
use crate::analysis::gi_star::gi_star_counts;
use crate::analysis::kde::{Kernel, Mask, Smoothing, density};
use crate::analysis::neighbours::Neighbours;
use crate::analysis::scan::{Options, poisson, units};
use crate::domain::{Cell, Metres};
use crate::service::error::Result;

/// Cells that a kernel reaches: the bandwidth of the density, in sides of a cell. Ours.
const KERNEL_CELLS: f64 = 1.5;

/// Least events of a cluster. The default of `dbscan`.
const MIN_POINTS: usize = 5;

/// Null maps of a scan: enough for its level of 5 %.
const REPLICATES: usize = 99;

/// Cells, and what it takes to score them. Each score has one value a cell; all 0 for a history that a method refuses.
pub(super) struct Scores<'a> {
    study: &'a Study,
    sizes: &'a [f64],
    mask: Mask,
    near: Neighbours,
    middles: Vec<[f64; 2]>,
}

impl<'a> Scores<'a> {
    /// `sizes`: what it costs to take each cell.
    ///
    /// # Errors
    /// Too many cells for a surface.
    pub fn new(study: &'a Study, sizes: &'a [f64]) -> Result<Self> {
        let mask = Mask::of_cells(study.grid, &study.cells)?;
        let (near, middles) = (Neighbours::queen(&study.cells), study.middles());
        Ok(Self { study, sizes, mask, near, middles })
    }

    fn numbers<'e>(&self, events: impl Iterator<Item = &'e Event>) -> Vec<u32> {
        let mut n = vec![0; self.sizes.len()];
        events.for_each(|event| n[event.unit as usize] += 1);
        n
    }

    fn per_size(&self, n: &[u32]) -> Vec<f64> {
        n.iter().zip(self.sizes).map(|(&n, size)| f64::from(n) / size).collect()
    }

    /// Events per size.
    pub fn counts(&self, history: &[Event]) -> Vec<f64> {
        self.per_size(&self.numbers(history.iter()))
    }

    /// Density in the middle of the cell, per size.
    pub fn kde(&self, history: &[Event]) -> Vec<f64> {
        let side = self.study.grid.side_m();
        let smoothing = Smoothing {
            kernel: Kernel::Epanechnikov,
            bandwidth: Some(Metres(KERNEL_CELLS * side)),
            adaptive: false,
            edge: true,
        };
        let points: Vec<[f64; 2]> = history.iter().map(|event| event.at).collect();
        let Ok(found) = density(&points, None, &self.study.grid, Some(&self.mask), &smoothing) else {
            return vec![0.0; self.sizes.len()];
        };
        let frame = found.raster.frame();
        let per_size = side * side / 1e6;
        let value = |(cell, size): (&Cell, &f64)| {
            frame.index(*cell).map_or(0.0, |at| found.raster.values[at]) * per_size / size
        };
        self.study.cells.iter().zip(self.sizes).map(value).collect()
    }

    /// Events of clusters, per size.
    pub fn dbscan(&self, history: &[Event]) -> Vec<f64> {
        let points: Vec<[f64; 2]> = history.iter().map(|event| event.at).collect();
        let Ok(found) = dbscan(&points, Metres(self.study.grid.side_m() / 2.0), MIN_POINTS) else {
            return vec![0.0; self.sizes.len()];
        };
        let own = history.iter().zip(&found.cluster).filter(|(_, cluster)| cluster.is_some());
        self.per_size(&self.numbers(own.map(|(event, _)| event)))
    }

    /// How improbable so many events around the cell are: minus the logarithm of the exact probability.
    pub fn gi_star(&self, history: &[Event]) -> Vec<f64> {
        let n = self.numbers(history.iter());
        let Ok(found) = gi_star_counts(&n, &self.study.exposure, &self.near, Dispersion::Auto) else {
            return vec![0.0; self.sizes.len()];
        };
        let improbable = |p: Option<f64>| p.map_or(0.0, |p| -p.max(f64::MIN_POSITIVE).ln());
        found.places.iter().map(|place| improbable(place.p_high)).collect()
    }

    /// Times as many as expected in the cell's concentration; 0 in none.
    pub fn scan(&self, history: &[Event], seed: u64) -> Vec<f64> {
        let n = self.numbers(history.iter());
        let options = Options { replicates: REPLICATES, seed, gumbel: 0, ..Options::default() };
        let mut scores = vec![0.0; self.sizes.len()];
        if let Ok(found) = poisson(&units(&self.middles, &self.study.exposure, &n), &options) {
            for cluster in &found.clusters {
                cluster.units.iter().for_each(|&at| scores[at as usize] = cluster.ratio.unwrap_or(0.0));
            }
        }
        scores
    }
}
