//! Which events lie near each other: found once, since only the days are permuted.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::super::Error;
use super::super::dbscan::squared;

/// Most pairs that are held: 0.8 GB.
const MOST_PAIRS: usize = 100_000_000;

/// What strips and windows are widened by, so that rounding cannot lose a pair; the squared distance decides.
const WIDER: f64 = 1.0 + 1e-9;

/// Events that one task looks from.
const EVENTS_A_TASK: usize = 256;

/// Pairs of events by distance band.
pub(super) struct Pairs {
    /// Numbers of two events, band after band.
    pub members: Vec<[u32; 2]>,
    /// Where each band begins, and one more.
    pub starts: Vec<usize>,
}

/// Orders events by strips of the map, so that near events come near each other whatever the order of rows.
///
/// Returns each event's strip, and the order.
pub(super) fn by_strip(at: &[[f64; 2]], days: &[i32], reach: f64) -> Vec<(i64, u32)> {
    let lowest = at.iter().map(|at| at[1]).fold(f64::INFINITY, f64::min);
    let strip = |at: [f64; 2]| ((at[1] - lowest) / (reach * WIDER)) as i64;
    let mut order: Vec<(i64, u32)> = at.iter().map(|&at| strip(at)).zip(0..).collect();
    order.par_sort_unstable_by(|&(a_strip, a), &(b_strip, b)| {
        let ([ax, ay], [bx, by]) = (at[a as usize], at[b as usize]);
        let by_place = a_strip.cmp(&b_strip).then(ax.total_cmp(&bx)).then(ay.total_cmp(&by));
        by_place.then(days[a as usize].cmp(&days[b as usize])).then(a.cmp(&b))
    });
    order
}

impl Pairs {
    /// Pairs of events at a distance of at most the last edge. `at` and `strips` in the order of [`by_strip`]; band k holds
    /// distances above edge k - 1 and up to edge k, the first one 0 as well. About O(n log n + pairs).
    ///
    /// # Errors
    /// `TooManyPairs`.
    pub fn new(at: &[[f64; 2]], strips: &[i64], edges: &[f64]) -> Result<Self, Error> {
        let reach = edges.last().copied().unwrap_or_default();
        let squares: Vec<f64> = edges.iter().map(|edge| edge * edge).collect();
        let seen = AtomicUsize::new(0);
        let from: Vec<usize> = (0..at.len()).step_by(EVENTS_A_TASK).collect();
        let parts: Vec<Vec<Vec<[u32; 2]>>> = from
            .into_par_iter()
            .map(|from| {
                let mut found: Vec<Vec<[u32; 2]>> = vec![Vec::new(); edges.len()];
                for a in from..at.len().min(from + EVENTS_A_TASK) {
                    if seen.load(Ordering::Relaxed) > MOST_PAIRS {
                        break;
                    }
                    let before: usize = found.iter().map(Vec::len).sum();
                    let mut offer = |b: usize| {
                        let distance = squared(at[a], at[b]);
                        if let Some(band) = squares.iter().position(|edge| distance <= *edge) {
                            found[band].push([a as u32, b as u32]);
                        }
                    };
                    let (low, high) = (at[a][0] - reach * WIDER, at[a][0] + reach * WIDER);
                    let own = (a + 1..at.len()).take_while(|&b| strips[b] == strips[a] && at[b][0] <= high);
                    own.for_each(&mut offer);
                    let above = strips[a].saturating_add(1);
                    if above > strips[a] {
                        let first = a + strips[a..].partition_point(|&strip| strip < above);
                        let end = first + strips[first..].partition_point(|&strip| strip == above);
                        let first = first + at[first..end].partition_point(|at| at[0] < low);
                        (first..end).take_while(|&b| at[b][0] <= high).for_each(&mut offer);
                    }
                    let after: usize = found.iter().map(Vec::len).sum();
                    seen.fetch_add(after - before, Ordering::Relaxed);
                }
                found
            })
            .collect();
        if seen.into_inner() > MOST_PAIRS {
            return Err(Error::TooManyPairs { length: reach.to_string(), most: MOST_PAIRS });
        }
        let mut pairs = Self { members: Vec::new(), starts: vec![0] };
        for band in 0..edges.len() {
            parts.iter().for_each(|part| pairs.members.extend(&part[band]));
            pairs.starts.push(pairs.members.len());
        }
        Ok(pairs)
    }

    /// The pairs of a band.
    pub fn of(&self, band: usize) -> &[[u32; 2]] {
        &self.members[self.starts[band]..self.starts[band + 1]]
    }
}
