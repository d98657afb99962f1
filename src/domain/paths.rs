//! Shortest ways along a network, up to a limit, whichever direction traffic may run.
//!
//! Lengths are whole micrometres. Sums of them are exact, so a way is as long there as back, equal ways tie, and the
//! answer does not hang on the order in which they were added.
//!
//! Source: Dijkstra (1959), Numerische Mathematik 1, 269-271. Oracle: Floyd & Warshall's all pairs, in the tests.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Link, Network};

/// A length in micrometres.
pub type Micrometres = u64;

/// Metres as whole micrometres, rounded; 0 for what is negative or not a number.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
pub fn micrometres(metres: f64) -> Micrometres {
    (metres * 1e6).round() as u64
}

/// Micrometres as metres.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^53 micrometres, which is 9 million km")]
pub fn metres(length: Micrometres) -> f64 {
    length as f64 / 1e6
}

/// A place on a link. Ordered by link, then along it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot {
    /// Index of the link.
    pub link: u32,
    /// From the link's first vertex, along its line.
    pub along: Micrometres,
}

/// Some links of a network as a graph without directions.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    lengths: Vec<Micrometres>,
    ends: Vec<[u32; 2]>,
    on: Vec<bool>,
    /// Where the arcs of each node begin; one entry more than there are nodes.
    starts: Vec<u32>,
    /// Link and the node at its other end; a loop stands twice.
    arcs: Vec<(u32, u32)>,
}

impl Paths {
    /// The graph of those links that `on` lets in. Cost O(nodes + vertices).
    #[must_use]
    pub fn new(network: &Network, on: impl Fn(&Link) -> bool) -> Self {
        let links = network.links();
        let on: Vec<bool> = links.iter().map(on).collect();
        let mut starts = Vec::with_capacity(network.nodes().len() + 1);
        let mut arcs = Vec::new();
        for node in (0_u32..).take(network.nodes().len()) {
            starts.push(u32::try_from(arcs.len()).unwrap_or(u32::MAX));
            let here = network.links_at(node).iter().filter(|&&link| on[link as usize]);
            arcs.extend(here.map(|&link| {
                let ends = &links[link as usize];
                (link, if ends.from == node { ends.to } else { ends.from })
            }));
        }
        starts.push(u32::try_from(arcs.len()).unwrap_or(u32::MAX));
        Self {
            lengths: links.iter().map(|link| micrometres(link.length_m())).collect(),
            ends: links.iter().map(|link| [link.from, link.to]).collect(),
            on,
            starts,
            arcs,
        }
    }

    /// Number of nodes of the network.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Number of links of the network, let in or not.
    #[must_use]
    pub const fn links(&self) -> usize {
        self.lengths.len()
    }

    /// Length of a link of the network.
    #[must_use]
    pub fn length(&self, link: u32) -> Micrometres {
        self.lengths[link as usize]
    }

    /// First and last node of a link of the network.
    #[must_use]
    pub fn ends(&self, link: u32) -> [u32; 2] {
        self.ends[link as usize]
    }

    /// Whether the link was let in.
    #[must_use]
    pub fn has(&self, link: u32) -> bool {
        self.on.get(link as usize).copied().unwrap_or(false)
    }

    /// The links at a node that were let in, each with the node at its other end; a loop stands twice.
    #[must_use]
    pub fn arcs(&self, node: u32) -> &[(u32, u32)] {
        &self.arcs[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    /// The two ways off a place: nodes and how far they are.
    #[must_use]
    pub fn ways_off(&self, spot: Spot) -> [(u32, Micrometres); 2] {
        let [from, to] = self.ends(spot.link);
        [(from, spot.along), (to, self.length(spot.link).saturating_sub(spot.along))]
    }

    /// Length of the shortest way between two places, `None` where it is longer than the limit or there is none.
    ///
    /// Two places on one link may be nearer directly or round by its ends. `reach` is working space.
    #[must_use]
    pub fn between(&self, a: Spot, b: Spot, limit: Micrometres, reach: &mut Reach) -> Option<Micrometres> {
        reach.run(self, &self.ways_off(a), limit);
        let direct = (a.link == b.link).then(|| a.along.abs_diff(b.along));
        let round = self.ways_off(b).map(|(node, rest)| reach.distance(node).map(|there| there + rest));
        round.into_iter().chain([direct]).flatten().min().filter(|&length| length <= limit)
    }
}

/// What a search from some nodes reaches. Working space that is used again and again.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    distance: Vec<Micrometres>,
    nodes: Vec<(u32, Micrometres)>,
    touched: Vec<u32>,
    open: BinaryHeap<Reverse<(Micrometres, u32)>>,
}

impl Reach {
    /// Working space for a graph: 8 bytes a node.
    #[must_use]
    pub fn new(paths: &Paths) -> Self {
        Self { distance: vec![Micrometres::MAX; paths.nodes()], ..Self::default() }
    }

    /// Finds every node at most `limit` from the nearest of the starts, each a node and how far it is already.
    ///
    /// Cost O(m log m) for m links within the limit; what was reached before is forgotten.
    pub fn run(&mut self, paths: &Paths, starts: &[(u32, Micrometres)], limit: Micrometres) {
        self.distance.resize(paths.nodes(), Micrometres::MAX);
        for node in self.touched.drain(..) {
            self.distance[node as usize] = Micrometres::MAX;
        }
        self.nodes.clear();
        self.open.clear();
        for &(node, length) in starts {
            self.offer(node, length, limit);
        }
        while let Some(Reverse((length, node))) = self.open.pop() {
            if self.distance[node as usize] != length {
                continue;
            }
            self.nodes.push((node, length));
            for &(link, other) in paths.arcs(node) {
                self.offer(other, length.saturating_add(paths.length(link)), limit);
            }
        }
    }

    fn offer(&mut self, node: u32, length: Micrometres, limit: Micrometres) {
        let known = &mut self.distance[node as usize];
        if length <= limit && length < *known {
            if *known == Micrometres::MAX {
                self.touched.push(node);
            }
            *known = length;
            self.open.push(Reverse((length, node)));
        }
    }

    /// The nodes that were reached and how far they are, nearest first.
    #[must_use]
    pub fn nodes(&self) -> &[(u32, Micrometres)] {
        &self.nodes
    }

    /// How far a node is, `None` where it was not reached.
    #[must_use]
    pub fn distance(&self, node: u32) -> Option<Micrometres> {
        self.distance.get(node as usize).copied().filter(|&length| length != Micrometres::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::network::tests::street;
    use super::super::{Modes, Net};
    use super::*;

    const M: u64 = 1_000_000;

    fn spot(link: u32, metres: u64) -> Spot {
        Spot { link, along: metres * M }
    }

    /// A square of 100 m with a diagonal path for walking, and a far street that nothing leads to.
    fn square() -> Network {
        let nodes = vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0], [500.0, 0.0], [600.0, 0.0]];
        let mut links = vec![
            street("south", &nodes, 0, 1),
            street("east", &nodes, 2, 1), // drawn from north to south
            street("north", &nodes, 2, 3),
            street("west", &nodes, 3, 0),
            street("far", &nodes, 4, 5),
        ];
        links.push(Link { modes: Modes { car: false, gc: true }, ..street("path", &nodes, 0, 2) });
        Network::new(nodes, links).expect("a network")
    }

    #[test]
    fn the_shorter_way_round_a_square_is_taken_in_both_directions() {
        let network = square();
        let paths = Paths::new(&network, |link| link.modes.on(Net::Car));
        let mut reach = Reach::new(&paths);
        let mut between = |a, b, limit: u64| paths.between(a, b, limit * M, &mut reach);
        // From 30 m along the south side to 10 m up the east side (90 m from its first vertex): 70 + 10.
        for (a, b) in [(spot(0, 30), spot(1, 90)), (spot(1, 90), spot(0, 30))] {
            assert_eq!(between(a, b, 80), Some(80 * M));
            assert_eq!(between(a, b, 79), None, "beyond the limit");
        }
        // To 10 m from the west end of the north side: west about, 30 + 100 + 10.
        assert_eq!(between(spot(0, 30), spot(2, 90), 1000), Some(140 * M));
        assert_eq!(between(spot(0, 30), spot(4, 0), 10_000), None, "nothing leads there");
        assert_eq!(between(spot(0, 30), spot(0, 30), 0), Some(0));
        // The path cuts the corner only where it is let in: 30 + 141.421356 m.
        let any = Paths::new(&network, |link| link.modes.on(Net::Any));
        let mut reach = Reach::new(&any);
        let corner = Spot { link: 1, along: 0 };
        assert_eq!(any.between(spot(0, 30), corner, 1000 * M, &mut reach), Some(170 * M));
        assert_eq!(any.between(spot(0, 10), corner, 1000 * M, &mut reach), Some(10 * M + 141_421_356));
        assert!(!paths.has(5) && any.has(5) && !any.has(77));
    }

    #[test]
    fn two_places_on_one_link_are_joined_directly_or_round_whichever_is_shorter() {
        // A crescent of 500 m whose ends are 100 m apart by the street.
        let nodes = vec![[0.0, 0.0], [100.0, 0.0]];
        let crescent = vec![nodes[0], [0.0, 200.0], [100.0, 200.0], nodes[1]];
        let links = vec![street("street", &nodes, 0, 1), Link { line: crescent, ..street("crescent", &nodes, 0, 1) }];
        let network = Network::new(nodes, links).expect("a network");
        let paths = Paths::new(&network, |_| true);
        let mut reach = Reach::new(&paths);
        assert_eq!(paths.between(spot(1, 10), spot(1, 490), 500 * M, &mut reach), Some(120 * M));
        assert_eq!(paths.between(spot(1, 100), spot(1, 200), 500 * M, &mut reach), Some(100 * M));
    }

    #[test]
    fn a_loop_is_walked_either_way() {
        let nodes = vec![[0.0, 0.0], [-50.0, 0.0]];
        let ring = vec![nodes[0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0], nodes[0]];
        let links = vec![Link { line: ring, ..street("ring", &nodes, 0, 0) }, street("stem", &nodes, 0, 1)];
        let network = Network::new(nodes, links).expect("a network");
        let paths = Paths::new(&network, |_| true);
        let mut reach = Reach::new(&paths);
        assert_eq!(paths.between(spot(0, 20), spot(0, 390), 1000 * M, &mut reach), Some(30 * M));
        assert_eq!(paths.between(spot(0, 350), spot(1, 50), 1000 * M, &mut reach), Some(100 * M));
        assert_eq!(paths.arcs(0).len(), 3, "both ends of the loop and the stem");
    }

    #[test]
    fn nodes_come_nearest_first() {
        let network = square();
        let paths = Paths::new(&network, |link| link.modes.on(Net::Car));
        let mut reach = Reach::new(&paths);
        reach.run(&paths, &[(0, 0), (0, 0)], 100 * M);
        assert_eq!(reach.nodes(), [(0, 0), (1, 100 * M), (3, 100 * M)]);
        assert_eq!((reach.distance(1), reach.distance(2)), (Some(100 * M), None));
        reach.run(&paths, &[], 100 * M);
        assert!(reach.nodes().is_empty() && reach.distance(0).is_none());
    }

    #[test]
    fn lengths_round_and_saturate() {
        assert_eq!((micrometres(1.5), micrometres(-1.0), micrometres(f64::NAN)), (1_500_000, 0, 0));
        assert_eq!(metres(1_500_000), 1.5);
        assert_eq!(Paths::new(&Network::default(), |_| true).nodes(), 0);
    }

    proptest! {
        #[test]
        fn every_pair_is_as_far_as_floyd_and_warshall_say(
            n in 2_u32..12,
            ends in prop::collection::vec((0..12_u32, 0..12_u32, 0..40_i32), 1..30),
            limit in 10..200_u64,
        ) {
            let nodes: Vec<[f64; 2]> = (0..n).map(|i| [f64::from(i % 4) * 30.0, f64::from(i / 4) * 40.0]).collect();
            // A bend off the straight line makes links of many lengths, loops too.
            let links: Vec<Link> = ends.iter().map(|&(a, b, bend)| {
                let (from, to) = (a % n, b % n);
                let (start, end) = (nodes[from as usize], nodes[to as usize]);
                let line = vec![start, [start[0] + f64::from(bend), end[1]], end];
                Link { from, to, line, ..street("x", &nodes, from, to) }
            }).collect();
            let network = Network::new(nodes, links).expect("a network");
            let paths = Paths::new(&network, |link| link.from != 1);
            let far = u64::MAX / 4;
            let size = n as usize;
            let mut all = vec![vec![far; size]; size];
            for (i, row) in all.iter_mut().enumerate() { row[i] = 0; }
            for (link, index) in network.links().iter().zip(0_u32..) {
                if link.from != 1 {
                    let (a, b) = (link.from as usize, link.to as usize);
                    let length = all[a][b].min(paths.length(index));
                    all[a][b] = length;
                    all[b][a] = length;
                }
            }
            for k in 0..size { for i in 0..size { for j in 0..size {
                all[i][j] = all[i][j].min(all[i][k] + all[k][j]);
            } } }
            let mut reach = Reach::new(&paths);
            for from in 0..n {
                reach.run(&paths, &[(from, 0)], limit * M);
                prop_assert!(reach.nodes().is_sorted_by_key(|&(_, length)| length));
                for to in 0..n {
                    let known = Some(all[from as usize][to as usize]).filter(|&length| length <= limit * M);
                    prop_assert_eq!(reach.distance(to), known);
                }
            }
        }
    }
}
