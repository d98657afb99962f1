//! A balanced k-d tree over places that are all different, and how far each place must look to find enough events.
//!
//! Nodes lie as in a heap: children of `i` at `2i + 1` and `2i + 2`, leaves all on the last level. Places are stored in
//! the order of leaves, so that what is near is near in memory too.

use std::ops::Range;

use rayon::prelude::*;

use super::super::dbscan::squared;

/// Most places in a leaf.
const LEAF: usize = 12;

/// Places below which a part of the tree is built by one thread.
const ONE_THREAD: usize = 8192;

/// What a bound that went through roots and sums is widened by, so that rounding cannot lose a place on it.
const WIDER: f64 = 1.0 + 1e-9;

/// A place with the events on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// East and north, metres.
    pub at: [f64; 2],
    /// Events on it.
    pub events: u32,
    /// Its number in the order of x, then y.
    pub number: u32,
}

/// The box around a node's places, and which they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    low: [f64; 2],
    high: [f64; 2],
    start: u32,
    end: u32,
    events: u32,
}

impl Node {
    /// At most the squared distance from the point to any place of the node.
    #[inline]
    pub fn nearest(&self, [x, y]: [f64; 2]) -> f64 {
        let dx = (self.low[0] - x).max(x - self.high[0]).max(0.0);
        let dy = (self.low[1] - y).max(y - self.high[1]).max(0.0);
        dx * dx + dy * dy
    }

    /// At least the squared distance from the point to any place of the node.
    fn farthest(&self, [x, y]: [f64; 2]) -> f64 {
        let dx = (x - self.low[0]).max(self.high[0] - x);
        let dy = (y - self.low[1]).max(self.high[1] - y);
        dx * dx + dy * dy
    }

    /// Its places.
    pub const fn places(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The tree.
pub(super) struct Tree {
    /// Places in the order of leaves.
    pub places: Vec<Place>,
    /// Nodes as in a heap.
    pub nodes: Vec<Node>,
    /// The first leaf among the nodes.
    pub first_leaf: usize,
    /// Events on all places.
    events: usize,
}

impl Tree {
    /// Builds it over at least one place; all are different and finite. O(n log n).
    pub fn new(mut places: Vec<Place>) -> Self {
        let mut levels = 0_u32;
        while (places.len() >> levels) > LEAF {
            levels += 1;
        }
        spread(&mut places, levels);
        let first_leaf = (1 << levels) - 1;
        let mut ranges = vec![(0, places.len() as u32)];
        for node in 0..first_leaf {
            let (start, end) = ranges[node];
            let middle = u32::midpoint(start, end);
            ranges.extend([(start, middle), (middle, end)]);
        }
        let empty = Node { low: [f64::INFINITY; 2], high: [f64::NEG_INFINITY; 2], start: 0, end: 0, events: 0 };
        let mut nodes = vec![empty; ranges.len()];
        for (node, (start, end)) in ranges.into_iter().enumerate().rev() {
            let mut own = Node { start, end, ..empty };
            let mut take = |low: [f64; 2], high: [f64; 2], events: u32| {
                own.low = [own.low[0].min(low[0]), own.low[1].min(low[1])];
                own.high = [own.high[0].max(high[0]), own.high[1].max(high[1])];
                own.events += events;
            };
            if node >= first_leaf {
                places[start as usize..end as usize].iter().for_each(|place| take(place.at, place.at, place.events));
            } else {
                nodes[2 * node + 1..2 * node + 3].iter().for_each(|child| take(child.low, child.high, child.events));
            }
            nodes[node] = own;
        }
        let events = nodes[0].events as usize;
        Self { places, nodes, first_leaf, events }
    }

    /// `[places]` square of the distance within which `enough` events lie, those on the place itself included; all events
    /// where there are fewer.
    pub fn core_squared(&self, enough: usize) -> Vec<f64> {
        let enough = enough.min(self.events);
        let mut core = vec![0.0_f64; self.places.len()];
        let mut tasks = Vec::new();
        let mut rest = core.as_mut_slice();
        for leaf in self.first_leaf..self.nodes.len() {
            let (own, others) = rest.split_at_mut(self.nodes[leaf].places().len());
            tasks.push((leaf, own));
            rest = others;
        }
        tasks.into_par_iter().with_min_len(16).for_each_init(Found::default, |found, (leaf, core)| {
            let places = &self.places[self.nodes[leaf].places()];
            for at in 0..places.len() {
                // What the place before found is enough for this one too, from as much farther as they lie apart.
                let bound = match at.checked_sub(1) {
                    Some(before) => {
                        let apart = squared(places[before].at, places[at].at).sqrt();
                        let reach = (core[before].sqrt() + apart) * WIDER;
                        reach * reach * WIDER
                    }
                    None => self.ample(leaf, places[at].at, enough),
                };
                core[at] = found.distance(self, places[at], bound, enough);
            }
        });
        core
    }

    /// A squared distance within which there are certainly enough events: the far corner of the smallest node that has them.
    fn ample(&self, leaf: usize, from: [f64; 2], enough: usize) -> f64 {
        let mut node = leaf;
        while (self.nodes[node].events as usize) < enough && node > 0 {
            node = (node - 1) / 2;
        }
        self.nodes[node].farthest(from) * WIDER
    }
}

/// Orders places so that halving the list again and again gives the nodes of a tree with this many levels.
fn spread(places: &mut [Place], levels: u32) {
    if levels == 0 {
        return;
    }
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for place in places.iter() {
        low = [low[0].min(place.at[0]), low[1].min(place.at[1])];
        high = [high[0].max(place.at[0]), high[1].max(place.at[1])];
    }
    let axis = usize::from(high[1] - low[1] > high[0] - low[0]);
    let middle = places.len() / 2;
    places.select_nth_unstable_by(middle, |a, b| {
        a.at[axis].total_cmp(&b.at[axis]).then(a.at[1 - axis].total_cmp(&b.at[1 - axis]))
    });
    let is_large = places.len() > ONE_THREAD;
    let (left, right) = places.split_at_mut(middle);
    if is_large {
        rayon::join(|| spread(left, levels - 1), || spread(right, levels - 1));
    } else {
        spread(left, levels - 1);
        spread(right, levels - 1);
    }
}

/// What one thread reuses from place to place.
#[derive(Default)]
struct Found {
    near: Vec<(f64, u32)>,
    next: Vec<u32>,
}

impl Found {
    /// The squared distance within which `enough` events lie; there are that many within `bound`.
    fn distance(&mut self, tree: &Tree, place: Place, bound: f64, enough: usize) -> f64 {
        if place.events as usize >= enough {
            return 0.0;
        }
        let mut events = self.gather(tree, place.at, bound);
        if events < enough {
            events = self.gather(tree, place.at, f64::INFINITY);
        }
        let order = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0);
        if events == self.near.len() {
            return self.near.select_nth_unstable_by(enough - 1, order).1.0;
        }
        self.near.sort_unstable_by(order);
        let mut sum = 0;
        let enough_at = self.near.iter().find(|(_, events)| {
            sum += *events as usize;
            sum >= enough
        });
        enough_at.map_or(f64::INFINITY, |(distance, _)| *distance)
    }

    /// Lists the places within a squared distance; returns their events.
    fn gather(&mut self, tree: &Tree, from: [f64; 2], bound: f64) -> usize {
        self.near.clear();
        self.next.clear();
        self.next.push(0);
        let mut events = 0;
        while let Some(node) = self.next.pop() {
            let at = node as usize;
            if at < tree.first_leaf {
                let children = [2 * node + 1, 2 * node + 2];
                self.next
                    .extend(children.into_iter().filter(|&child| tree.nodes[child as usize].nearest(from) <= bound));
                continue;
            }
            for place in &tree.places[tree.nodes[at].places()] {
                let distance = squared(from, place.at);
                if distance <= bound {
                    self.near.push((distance, place.events));
                    events += place.events as usize;
                }
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn core_distances_are_those_of_all_pairs(
            places in prop::collection::btree_map((0..50_i32, 0..50_i32), 1..6_u32, 1..150), enough in 1..30_usize,
        ) {
            let places: Vec<Place> = (0..).zip(&places)
                .map(|(number, (&(x, y), &events))| Place { at: [f64::from(x), f64::from(y)], events, number })
                .collect();
            let tree = Tree::new(places.clone());
            let core = tree.core_squared(enough);
            for (place, core) in tree.places.iter().zip(core) {
                let mut all: Vec<f64> = places
                    .iter()
                    .flat_map(|other| vec![squared(place.at, other.at); other.events as usize])
                    .collect();
                all.sort_by(f64::total_cmp);
                prop_assert_eq!(core, all[enough.min(all.len()) - 1]);
            }
        }
    }
}
