//! Units in canonical order, those at one place joined.

use std::cmp::Ordering;

/// Places with something in them, ordered by x, then y; no two at the same place.
#[derive(Debug, Clone, Default)]
pub(super) struct Sites {
    /// Where they lie.
    pub at: Vec<[f64; 2]>,
    /// Which units lie there: positions in the input, in canonical order.
    pub units: Vec<Vec<u32>>,
}

impl Sites {
    /// Joins units at the same place. `order` decides between units at one place, so that sums do not follow the rows.
    pub(super) fn new(points: &[[f64; 2]], order: impl Fn(usize, usize) -> Ordering) -> Self {
        // Minus nought is nought.
        let at = |unit: usize| points[unit].map(|value| value + 0.0);
        let by_place = |a: usize, b: usize| at(a)[0].total_cmp(&at(b)[0]).then(at(a)[1].total_cmp(&at(b)[1]));
        let mut sorted: Vec<usize> = (0..points.len()).collect();
        sorted.sort_by(|&a, &b| by_place(a, b).then_with(|| order(a, b)).then(a.cmp(&b)));
        let mut sites = Self::default();
        for together in sorted.chunk_by(|&a, &b| by_place(a, b).is_eq()) {
            sites.at.push(at(together[0]));
            sites.units.push(together.iter().map(|&unit| unit as u32).collect());
        }
        sites
    }

    /// How many.
    pub(super) const fn len(&self) -> usize {
        self.at.len()
    }

    /// The sum of a unit's number over each site, in canonical order.
    pub(super) fn sums<T: std::iter::Sum>(&self, of: impl Fn(usize) -> T) -> Vec<T> {
        self.units.iter().map(|units| units.iter().map(|&unit| of(unit as usize)).sum()).collect()
    }
}

/// The values at these positions.
pub(super) fn pick<T: Clone>(values: &[T], positions: &[u32]) -> Vec<T> {
    positions.iter().map(|&at| values[at as usize].clone()).collect()
}
