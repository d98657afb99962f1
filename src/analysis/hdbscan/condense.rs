//! From the spanning tree to clusters: the hierarchy, what of it is large enough, and what of that lasts.
//!
//! Edges of equal weight are cut at once, as Campello, Moulavi & Sander (2013) say. So every level is a property of the
//! points, and not of which of several minimum spanning trees was found. It matters: where two groups meet, the point
//! between them is usually at its own core distance from both, and cutting one edge after the other would give it to
//! whichever came last.

use super::Selection;
use super::spanning::{Edge, Groups};
use super::tree::Place;

/// No node.
const NONE: u32 = u32::MAX;

/// The cluster of all points, which is never chosen.
const ALL: u32 = 0;

/// A cluster that is large enough, and its life from the level where it parts from others to the one where it ends.
struct Cluster {
    parent: u32,
    birth: f64,
    death: f64,
    /// Sum over its events of how much longer they stay than its birth, in 1/m.
    stability: f64,
    is_leaf: bool,
}

/// What was chosen.
pub(super) struct Chosen {
    /// `[places]` which cluster each place is in; `None`: none.
    pub label: Vec<Option<u32>>,
    /// `[places]` strength of membership, 0 to 1.
    pub strength: Vec<f64>,
    /// Stability of each cluster, by label.
    pub stability: Vec<f64>,
}

/// Nodes of the hierarchy: places, then what joins them. A node may have any number of children.
struct Hierarchy {
    /// Level at which each node comes to be, metres.
    level: Vec<f64>,
    events: Vec<u64>,
    first: Vec<u32>,
    last: Vec<u32>,
    next: Vec<u32>,
    root: u32,
}

impl Hierarchy {
    fn new(places: &[Place], core: &[f64], edges: &[Edge], floor: f64) -> Self {
        let n = places.len();
        let level = |squared: f64| squared.sqrt().max(floor);
        let mut nodes = Self {
            level: core.iter().map(|&core| level(core)).collect(),
            events: places.iter().map(|place| u64::from(place.events)).collect(),
            first: vec![NONE; n],
            last: vec![NONE; n],
            next: vec![NONE; n],
            root: 0,
        };
        let mut groups = Groups((0..n as u32).collect());
        let mut top: Vec<u32> = groups.0.clone();
        for edge in edges {
            let at = level(edge.squared);
            let (a, b) = (groups.find(edge.a), groups.find(edge.b));
            let (a, b) = (top[a as usize], top[b as usize]);
            groups.join(edge.a, edge.b);
            let joined = nodes.join(a, b, at, n as u32);
            top[groups.find(edge.a) as usize] = joined;
            nodes.root = joined;
        }
        nodes
    }

    /// The node of two that meet at a level. One that came to be at the same level takes the other in.
    fn join(&mut self, a: u32, b: u32, level: f64, places: u32) -> u32 {
        let meets_here = |node: u32| node >= places && self.level[node as usize] == level;
        match (meets_here(a), meets_here(b)) {
            (true, true) => {
                let last = self.last[a as usize] as usize;
                self.next[last] = self.first[b as usize];
                self.last[a as usize] = self.last[b as usize];
                self.events[a as usize] += self.events[b as usize];
                a
            }
            (true, false) => self.adopt(a, b),
            (false, true) => self.adopt(b, a),
            (false, false) => {
                let node = self.level.len() as u32;
                self.level.push(level);
                self.events.push(self.events[a as usize]);
                self.first.push(a);
                self.last.push(a);
                self.next.push(NONE);
                self.adopt(node, b)
            }
        }
    }

    fn adopt(&mut self, node: u32, child: u32) -> u32 {
        let last = std::mem::replace(&mut self.last[node as usize], child) as usize;
        self.next[last] = child;
        self.events[node as usize] += self.events[child as usize];
        node
    }

    fn children(&self, node: u32) -> impl Iterator<Item = u32> {
        let some = |node: u32| (node != NONE).then_some(node);
        std::iter::successors(some(self.first[node as usize]), move |&child| some(self.next[child as usize]))
    }
}

/// Which cluster each place leaves last, and at which density.
struct Fallen {
    cluster: Vec<u32>,
    density: Vec<f64>,
}

/// Chooses clusters with at least `least` events. `core`: squared core distances; `floor`: the least level, metres.
pub(super) fn choose(
    places: &[Place],
    core: &[f64],
    edges: &[Edge],
    least: usize,
    floor: f64,
    selection: Selection,
) -> Chosen {
    let nodes = Hierarchy::new(places, core, edges, floor);
    let (clusters, fallen) = condense(&nodes, places.len(), least as u64);
    let chosen = match selection {
        Selection::Leaf => clusters.iter().map(|cluster| cluster.is_leaf).collect(),
        Selection::ExcessOfMass => lasting(&clusters),
    };
    // Parents come before their children, so a chosen one hands its label down.
    let mut label: Vec<Option<u32>> = vec![None; clusters.len()];
    let (mut deaths, mut stability) = (Vec::new(), Vec::new());
    for (at, cluster) in clusters.iter().enumerate().skip(1) {
        label[at] = label[cluster.parent as usize];
        if label[at].is_none() && chosen[at] {
            label[at] = Some(deaths.len() as u32);
            deaths.push(cluster.death);
            stability.push(cluster.stability);
        }
    }
    let label: Vec<Option<u32>> = fallen.cluster.iter().map(|&cluster| label[cluster as usize]).collect();
    let strength = label.iter().zip(&fallen.density).map(|(label, density)| {
        label.map_or(0.0, |label| density.min(deaths[label as usize]) / deaths[label as usize])
    });
    Chosen { strength: strength.collect(), label, stability }
}

/// Goes down from all points. Where a cluster parts into two or more that are large enough they are new clusters; where one
/// is, it goes on and the rest falls out of it; where none is, it ends.
fn condense(nodes: &Hierarchy, places: usize, least: u64) -> (Vec<Cluster>, Fallen) {
    let new = |parent: u32, birth: f64| Cluster { parent, birth, death: birth, stability: 0.0, is_leaf: true };
    let mut clusters = vec![Cluster { is_leaf: false, ..new(ALL, 0.0) }];
    let mut fallen = Fallen { cluster: vec![ALL; places], density: vec![0.0; places] };
    let mut next = vec![(nodes.root, ALL)];
    let mut falling = Vec::new();
    while let Some((node, own)) = next.pop() {
        let level = nodes.level[node as usize];
        let density = 1.0 / level;
        // A place whose events meet only at this very level is no cluster below it, however many they are.
        let lives_on = |child: &u32| nodes.events[*child as usize] >= least && nodes.level[*child as usize] < level;
        let large = nodes.children(node).filter(lives_on).count();
        let cluster = &mut clusters[own as usize];
        cluster.death = density;
        let kept: u64 = if large == 1 {
            nodes.children(node).filter(lives_on).map(|child| nodes.events[child as usize]).sum()
        } else {
            0
        };
        cluster.stability += (nodes.events[node as usize] - kept) as f64 * (density - cluster.birth);
        cluster.is_leaf &= large < 2;
        falling.clear();
        if (node as usize) < places {
            falling.push(node);
        }
        for child in nodes.children(node) {
            match large {
                _ if !lives_on(&child) => falling.push(child),
                1 => next.push((child, own)),
                _ => {
                    next.push((child, clusters.len() as u32));
                    clusters.push(new(own, density));
                }
            }
        }
        while let Some(node) = falling.pop() {
            if (node as usize) < places {
                fallen.cluster[node as usize] = own;
                fallen.density[node as usize] = density;
            }
            falling.extend(nodes.children(node));
        }
    }
    (clusters, fallen)
}

/// Which clusters are at least as stable as what they part into, taken together.
fn lasting(clusters: &[Cluster]) -> Vec<bool> {
    let mut parts: Vec<Vec<f64>> = vec![Vec::new(); clusters.len()];
    let mut chosen = vec![false; clusters.len()];
    for (at, cluster) in clusters.iter().enumerate().skip(1).rev() {
        // Summed in order of size, so that the order in which they were met does not matter.
        let mut below = std::mem::take(&mut parts[at]);
        below.sort_by(f64::total_cmp);
        let below: f64 = below.iter().sum();
        chosen[at] = cluster.stability >= below;
        parts[cluster.parent as usize].push(cluster.stability.max(below));
    }
    chosen
}
