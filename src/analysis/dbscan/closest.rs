//! Are any two points of two sets within reach of each other?
//!
//! Squared distances are `dx * dx + dy * dy`, everywhere the same: no fused multiplication, no other origin. Boxes only
//! skip work: rounding never turns a smaller difference into a larger one, so the distance between two boxes, computed
//! the same way, is at most that between any of their points.

/// Pairs that are tried before boxes are built.
const PAIRS_AT_ONCE: usize = 1024;
/// Points of either set among those pairs.
const SAMPLE: usize = 32;
/// Points that are counted before the count is looked at.
const POINTS_AT_ONCE: usize = 64;

/// The squared distance of two points. Every comparison of DBSCAN goes through this expression.
#[inline]
pub(in crate::analysis) fn squared(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
    dx * dx + dy * dy
}

/// How many of the points lie within the limit (squared metres) of `at`; counting may stop once `enough` are found.
#[inline]
pub(super) fn count_within(x: &[f64], y: &[f64], at: [f64; 2], limit: f64, enough: usize) -> usize {
    let mut found = 0;
    for (x, y) in x.chunks(POINTS_AT_ONCE).zip(y.chunks(POINTS_AT_ONCE)) {
        found += x.iter().zip(y).map(|(&x, &y)| usize::from(squared(at, [x, y]) <= limit)).sum::<usize>();
        if found >= enough {
            break;
        }
    }
    found
}

/// Whether a point of `a` and one of `b` lie within the limit (squared metres) of each other.
///
/// Small sets pair by pair; large ones by halving boxes, so that dense cells just out of reach cost no square of their size.
pub(super) fn any_within(a: (&[f64], &[f64]), b: (&[f64], &[f64]), limit: f64) -> bool {
    let all = a.0.len() * b.0.len() <= PAIRS_AT_ONCE;
    let first = |points: (&[f64], &[f64])| if all { points.0.len() } else { points.0.len().min(SAMPLE) };
    let (from_a, from_b) = (first(a), first(b));
    for i in 0..from_a {
        if count_within(&b.0[..from_b], &b.1[..from_b], [a.0[i], a.1[i]], limit, 1) > 0 {
            return true;
        }
    }
    if all {
        return false;
    }
    let gather =
        |points: (&[f64], &[f64])| -> Vec<[f64; 2]> { points.0.iter().zip(points.1).map(|(&x, &y)| [x, y]).collect() };
    let (mut a, mut b) = (gather(a), gather(b));
    let (box_a, box_b) = (Extent::of(&a), Extent::of(&b));
    a.retain(|&point| box_b.nearest(&Extent::of(&[point])) <= limit);
    b.retain(|&point| box_a.nearest(&Extent::of(&[point])) <= limit);
    !a.is_empty() && !b.is_empty() && any_within_boxes(&mut a, &mut b, limit)
}

/// The same for sets that are not empty, by halving the larger one along its longer side.
fn any_within_boxes(a: &mut [[f64; 2]], b: &mut [[f64; 2]], limit: f64) -> bool {
    let (box_a, box_b) = (Extent::of(a), Extent::of(b));
    if box_a.nearest(&box_b) > limit {
        return false;
    }
    if box_a.farthest(&box_b) <= limit {
        return true;
    }
    if a.len() * b.len() <= PAIRS_AT_ONCE {
        return a.iter().any(|&a| b.iter().any(|&b| squared(a, b) <= limit));
    }
    let (larger, other, extent) = if a.len() >= b.len() { (a, b, box_a) } else { (b, a, box_b) };
    let axis = usize::from(extent.high[1] - extent.low[1] > extent.high[0] - extent.low[0]);
    let middle = larger.len() / 2;
    larger.select_nth_unstable_by(middle, |a, b| a[axis].total_cmp(&b[axis]));
    let (left, right) = larger.split_at_mut(middle);
    any_within_boxes(left, other, limit) || any_within_boxes(right, other, limit)
}

/// The box around points.
struct Extent {
    low: [f64; 2],
    high: [f64; 2],
}

impl Extent {
    fn of(points: &[[f64; 2]]) -> Self {
        let lowest = |axis: usize| points.iter().map(|point| point[axis]).fold(f64::INFINITY, f64::min);
        let highest = |axis: usize| points.iter().map(|point| point[axis]).fold(f64::NEG_INFINITY, f64::max);
        Self { low: [lowest(0), lowest(1)], high: [highest(0), highest(1)] }
    }

    /// At most the squared distance of any point of this box to any of the other.
    fn nearest(&self, other: &Self) -> f64 {
        let gap = |axis: usize| (self.low[axis] - other.high[axis]).max(other.low[axis] - self.high[axis]).max(0.0);
        squared([gap(0), gap(1)], [0.0, 0.0])
    }

    /// At least the squared distance of any point of this box to any of the other.
    fn farthest(&self, other: &Self) -> f64 {
        let span = |axis: usize| (self.high[axis] - other.low[axis]).max(other.high[axis] - self.low[axis]);
        squared([span(0), span(1)], [0.0, 0.0])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counting_stops_once_enough_are_found() {
        let (x, y) = (vec![0.0; 1000], vec![0.0; 1000]);
        assert_eq!(count_within(&x, &y, [3.0, 4.0], 25.0, usize::MAX), 1000);
        assert_eq!(count_within(&x, &y, [3.0, 4.0], 25.0, 1), POINTS_AT_ONCE);
        assert_eq!(count_within(&x, &y, [3.0, 4.0], 24.9, 1), 0);
    }

    proptest! {
        #[test]
        fn boxes_answer_as_all_pairs_do(
            a in prop::collection::vec((0..60_i32, 0..60_i32), 1..200),
            b in prop::collection::vec((0..60_i32, 0..60_i32), 1..200),
            shift in 40..75_i32,
        ) {
            let points = |set: &[(i32, i32)], by: i32| -> (Vec<f64>, Vec<f64>) {
                set.iter().map(|&(x, y)| (f64::from(x + by), f64::from(y))).unzip()
            };
            let ((ax, ay), (bx, by)) = (points(&a, 0), points(&b, shift));
            let by_hand = a.iter().any(|a| b.iter().any(|b| (a.0 - b.0 - shift).pow(2) + (a.1 - b.1).pow(2) <= 25));
            prop_assert_eq!(any_within((&ax, &ay), (&bx, &by), 25.0), by_hand);
        }
    }
}
