//! What both ways of clustering share: whose is a border point, and which number has a cluster?

use super::NOISE;
use super::closest::squared;

/// The nearest core point so far; of equally near ones the one with the smallest x, then y.
pub(in crate::analysis) struct Nearest {
    squared: f64,
    point: [f64; 2],
    /// The label that came with it, or `NOISE` while there is none.
    pub label: u32,
}

impl Nearest {
    /// None yet; only core points within the limit (squared metres) will count.
    pub const fn none(limit: f64) -> Self {
        Self { squared: limit, point: [f64::INFINITY; 2], label: NOISE }
    }

    /// Looks at one more core point.
    #[inline]
    pub fn offer(&mut self, from: [f64; 2], core: [f64; 2], label: u32) {
        let distance = squared(from, core);
        if distance < self.squared || (distance == self.squared && core < self.point) {
            *self = Self { squared: distance, point: core, label };
        }
    }
}

/// The numbers of labels.
pub(in crate::analysis) struct Numbers(Vec<Option<u32>>);

impl Numbers {
    /// The number of a label; `None` for `NOISE`.
    #[inline]
    pub fn of(&self, label: u32) -> Option<u32> {
        self.0.get(label as usize).copied().flatten()
    }
}

/// Size of a cluster and its first member by x, then y.
#[derive(Clone, Copy)]
struct Place {
    size: u32,
    first: [f64; 2],
}

/// `[labels]` number of each label, from 1: largest first, then smallest x, then y, of the first member. Also their count.
///
/// `x`, `y` and `labels` have one entry a point; labels are below their number or `NOISE`. In the plane different clusters
/// never have the same first member, since equal points have equal labels; where they do (a bridge over a street), the
/// smaller label comes first.
pub(in crate::analysis) fn numbered(x: &[f64], y: &[f64], labels: &[u32]) -> (Numbers, u32) {
    let highest = labels.iter().filter(|&&label| label != NOISE).max();
    let mut places = vec![Place { size: 0, first: [f64::INFINITY; 2] }; highest.map_or(0, |&label| label as usize + 1)];
    for ((&label, &x), &y) in labels.iter().zip(x).zip(y) {
        if label != NOISE {
            let place = &mut places[label as usize];
            place.size += 1;
            let point = [x + 0.0, y + 0.0]; // -0 becomes 0: they are the same place.
            if point < place.first {
                place.first = point;
            }
        }
    }
    let mut order: Vec<u32> = (0..places.len() as u32).filter(|&label| places[label as usize].size > 0).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&places[a as usize], &places[b as usize]);
        let by_place = a.first[0].total_cmp(&b.first[0]).then(a.first[1].total_cmp(&b.first[1]));
        b.size.cmp(&a.size).then(by_place)
    });
    let mut number = vec![None; places.len()];
    for (&label, rank) in order.iter().zip(1..) {
        number[label as usize] = Some(rank);
    }
    (Numbers(number), order.len() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equally_near_core_points_the_first_by_x_then_y_wins_in_any_order() {
        let mut cores = [[5.0, 0.0], [-3.0, 4.0], [-3.0, -4.0], [0.0, 5.0]];
        for _ in 0..2 {
            let mut nearest = Nearest::none(25.0);
            for core in cores {
                nearest.offer([0.0, 0.0], core, (core[1] + 10.0) as u32);
            }
            assert_eq!(nearest.label, 6);
            cores.reverse();
        }
        let mut nearest = Nearest::none(24.0);
        nearest.offer([0.0, 0.0], [5.0, 0.0], 1);
        assert_eq!(nearest.label, NOISE);
    }

    #[test]
    fn size_comes_before_place() {
        let labels = [4, 4, 1, 0, NOISE];
        let (numbers, count) = numbered(&[9.0, 9.0, 1.0, 2.0, 0.0], &[0.0; 5], &labels);
        assert_eq!(labels.map(|label| numbers.of(label)), [Some(1), Some(1), Some(2), Some(3), None]);
        assert_eq!(count, 3);
    }
}
