//! The minimum spanning tree of mutual reachability, exact, after Borůvka with a k-d tree.
//!
//! In each round every group of places looks for its cheapest edge to another group. A place remembers what it found: the
//! edge stays its cheapest for as long as the other end is in another group, and its weight stays a lower limit after.
//! Which of several equally cheap edges is taken depends on threads; the weights of the tree and what hangs together
//! below each weight do not, and nothing else is used.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::super::dbscan::squared;
use super::tree::Tree;

/// No place, no group, or more than one.
const NONE: u32 = u32::MAX;

/// An edge between two places, numbered as in the tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    /// Square of the mutual reachability distance.
    pub squared: f64,
    /// One end.
    pub a: u32,
    /// The other.
    pub b: u32,
}

/// The cheapest edge of a place as far as it is known; without an end, a lower limit of its weight.
#[derive(Clone, Copy)]
struct Cheapest {
    squared: f64,
    end: u32,
}

/// `[places - 1]` edges in ascending order of weight. `core`: squared core distance of each place. About O(n log n).
pub(super) fn spanning_tree(tree: &Tree, core: &[f64]) -> Vec<Edge> {
    let n = tree.places.len();
    let mut groups = Groups((0..n as u32).collect());
    let mut group: Vec<u32> = groups.0.clone();
    let mut found: Vec<Cheapest> = core.iter().map(|&squared| Cheapest { squared, end: NONE }).collect();
    let best: Vec<AtomicU64> = (0..n).map(|_| AtomicU64::new(0)).collect();
    let least_core = least_core(tree, core);
    let mut edges: Vec<Edge> = Vec::with_capacity(n - 1);
    while edges.len() + 1 < n {
        let node_group = node_groups(tree, &group);
        best.par_iter().for_each(|best| best.store(f64::INFINITY.to_bits(), Ordering::Relaxed));
        // Squares are not negative, so their bits are ordered as they are.
        let offer = |group: u32, squared: f64| best[group as usize].fetch_min(squared.to_bits(), Ordering::Relaxed);
        for (at, known) in found.iter().enumerate() {
            if known.end != NONE && group[known.end as usize] != group[at] {
                offer(group[at], known.squared);
            }
        }
        found.par_iter_mut().enumerate().with_min_len(512).for_each(|(at, known)| {
            let own = group[at];
            if known.end != NONE && group[known.end as usize] != own {
                return;
            }
            let limit = f64::from_bits(best[own as usize].load(Ordering::Relaxed));
            known.end = NONE;
            if known.squared < limit {
                let search = Search { tree, core, group: &group, node_group: &node_group, least_core: &least_core };
                *known = search.cheapest(at, limit);
                if known.end != NONE {
                    offer(own, known.squared);
                }
            }
        });
        let mut taken: Vec<Edge> = Vec::new();
        let mut has_edge = vec![false; n];
        for (a, known) in (0..).zip(&found) {
            let own = group[a as usize] as usize;
            let is_best = best[own].load(Ordering::Relaxed) == known.squared.to_bits();
            if known.end != NONE && is_best && !std::mem::replace(&mut has_edge[own], true) {
                taken.push(Edge { squared: known.squared, a, b: known.end });
            }
        }
        // Equally cheap edges may close a ring; leaving out the last of them keeps the tree minimal.
        taken.sort_unstable_by(|a, b| a.squared.total_cmp(&b.squared));
        edges.extend(taken.into_iter().filter(|edge| groups.join(edge.a, edge.b)));
        for at in 0..n as u32 {
            group[at as usize] = groups.find(at);
        }
    }
    edges.par_sort_unstable_by(|a, b| a.squared.total_cmp(&b.squared));
    edges
}

/// The least core distance in each node, squared.
fn least_core(tree: &Tree, core: &[f64]) -> Vec<f64> {
    let mut least = vec![f64::INFINITY; tree.nodes.len()];
    for at in (0..tree.nodes.len()).rev() {
        least[at] = if at >= tree.first_leaf {
            tree.nodes[at].places().map(|place| core[place]).fold(f64::INFINITY, f64::min)
        } else {
            least[2 * at + 1].min(least[2 * at + 2])
        };
    }
    least
}

/// The group of each node's places where they are all in one.
fn node_groups(tree: &Tree, group: &[u32]) -> Vec<u32> {
    let mut of_node = vec![NONE; tree.nodes.len()];
    for at in (0..tree.nodes.len()).rev() {
        of_node[at] = if at >= tree.first_leaf {
            let places = tree.nodes[at].places();
            let first = group[places.start];
            if group[places].iter().all(|&group| group == first) { first } else { NONE }
        } else if of_node[2 * at + 1] == of_node[2 * at + 2] {
            of_node[2 * at + 1]
        } else {
            NONE
        };
    }
    of_node
}

/// What a place looks through.
struct Search<'a> {
    tree: &'a Tree,
    core: &'a [f64],
    group: &'a [u32],
    node_group: &'a [u32],
    least_core: &'a [f64],
}

impl Search<'_> {
    /// The cheapest edge from a place to another group, if it costs less than the limit; else the limit.
    fn cheapest(&self, place: usize, limit: f64) -> Cheapest {
        let mut best = Cheapest { squared: limit, end: NONE };
        let mut node = self.leaf_of(place);
        self.look(place, node, &mut best);
        // From the leaf upwards, what lies near comes first. No edge costs less than the place's own core distance.
        while node > 0 && best.squared > self.core[place] {
            let sibling = if node % 2 == 1 { node + 1 } else { node - 1 };
            self.descend(place, sibling, &mut best);
            node = (node - 1) / 2;
        }
        best
    }

    fn leaf_of(&self, place: usize) -> usize {
        let leaves = &self.tree.nodes[self.tree.first_leaf..];
        self.tree.first_leaf + leaves.partition_point(|leaf| leaf.places().end <= place)
    }

    fn descend(&self, place: usize, top: usize, best: &mut Cheapest) {
        let (own, at) = (self.group[place], self.tree.places[place].at);
        let limit = |node: usize| {
            if self.node_group[node] == own {
                return f64::INFINITY;
            }
            self.tree.nodes[node].nearest(at).max(self.least_core[node])
        };
        let mut next = [(0.0, 0_usize); 64];
        next[0] = (limit(top), top);
        let mut waiting = 1;
        while waiting > 0 {
            waiting -= 1;
            let (least, node) = next[waiting];
            if least >= best.squared {
                continue;
            }
            if node >= self.tree.first_leaf {
                self.look(place, node, best);
                continue;
            }
            let (left, right) = ((limit(2 * node + 1), 2 * node + 1), (limit(2 * node + 2), 2 * node + 2));
            let (near, far) = if left.0 <= right.0 { (left, right) } else { (right, left) };
            for child in [far, near] {
                if child.0 < best.squared {
                    next[waiting] = child;
                    waiting += 1;
                }
            }
        }
    }

    fn look(&self, place: usize, leaf: usize, best: &mut Cheapest) {
        let (own, at, own_core) = (self.group[place], self.tree.places[place].at, self.core[place]);
        for other in self.tree.nodes[leaf].places() {
            if self.group[other] != own {
                let cost = squared(at, self.tree.places[other].at).max(self.core[other]).max(own_core);
                if cost < best.squared {
                    *best = Cheapest { squared: cost, end: other as u32 };
                }
            }
        }
    }
}

/// Disjoint sets for one thread, with halving of paths; the smaller number is the root.
pub(super) struct Groups(pub Vec<u32>);

impl Groups {
    /// The root.
    pub fn find(&mut self, mut at: u32) -> u32 {
        while self.0[at as usize] != at {
            let above = self.0[self.0[at as usize] as usize];
            self.0[at as usize] = above;
            at = above;
        }
        at
    }

    /// Makes one of two; whether they were two.
    pub fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
        a != b
    }
}
