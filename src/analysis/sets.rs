//! Disjoint sets that many threads may join at once.
//!
//! Source: Anderson & Woll (1991), "Wait-free parallel algorithms for the union-find problem", STOC, 370-380; linking
//! by index, halving of paths.

use std::sync::atomic::{AtomicU32, Ordering};

/// Sets over `0..n`. A set is known by its smallest member, so the outcome does not depend on the order of joins.
///
/// Relaxed ordering is enough: a parent only ever changes to a smaller member of the same set, and no other memory
/// hangs on it.
pub(super) struct Sets(Vec<AtomicU32>);

impl Sets {
    /// Every member in a set of its own.
    pub fn new(n: usize) -> Self {
        Self((0..n as u32).map(AtomicU32::new).collect())
    }

    /// The smallest member of the set, once no other thread joins it any more; while they do, some member of it.
    pub fn find(&self, member: usize) -> usize {
        let mut at = member as u32;
        loop {
            let parent = self.0[at as usize].load(Ordering::Relaxed);
            if parent == at {
                return at as usize;
            }
            let above = self.0[parent as usize].load(Ordering::Relaxed);
            if above != parent {
                // Losing this race only leaves the path as long as it was.
                let _ = self.0[at as usize].compare_exchange(parent, above, Ordering::Relaxed, Ordering::Relaxed);
            }
            at = above;
        }
    }

    /// Whether both were in one set when this was asked. `false` may be out of date, `true` never is.
    pub fn joined(&self, a: usize, b: usize) -> bool {
        self.find(a) == self.find(b)
    }

    /// Makes one set of the sets of `a` and `b`.
    pub fn join(&self, a: usize, b: usize) {
        loop {
            let (low, high) = match (self.find(a), self.find(b)) {
                (a, b) if a == b => return,
                (a, b) => (a.min(b) as u32, a.max(b) as u32),
            };
            let root = &self.0[high as usize];
            if root.compare_exchange(high, low, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    #[test]
    fn a_set_is_known_by_its_smallest_member_whatever_the_order_of_joins() {
        let sets = Sets::new(6);
        sets.join(5, 3);
        sets.join(4, 5);
        sets.join(1, 2);
        let roots: Vec<usize> = (0..6).map(|member| sets.find(member)).collect();
        assert_eq!(roots, [0, 1, 1, 3, 3, 3]);
        assert!(sets.joined(3, 4) && !sets.joined(0, 1));
    }

    #[test]
    fn many_threads_that_join_a_chain_make_one_set() {
        let sets = Sets::new(10_000);
        (0..9_999).into_par_iter().for_each(|member| sets.join(member + 1, member));
        assert!((0..10_000).all(|member| sets.find(member) == 0));
    }
}
