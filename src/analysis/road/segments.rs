//! From links to what people call places: junctions, and the segments of street between them.
//!
//! A *junction* is a cluster of nodes where at least three link ends meet, which hang together by stretches of at most the
//! junction radius; a roundabout is one junction. A *segment* is a chain of links between junctions, through nodes where
//! only two meet, with one street name and one väghållare; carriageways that are links of their own are segments of their
//! own. Whatever lies within the radius of a junction, along the links, is the junction's; the rest is the segment's.

use std::collections::BTreeMap;

use super::super::sets::Sets;
use super::pieces::{Piece, point_at};
use crate::domain::paths::{Micrometres, micrometres};
use crate::domain::{Link, Metres, Network, Paths, Reach, RoadKeeper, Spot};
use crate::texts::swedish;

/// The range of the junction radius. Below a metre nothing hangs together; above 100 m streets are no longer told apart.
pub const RADIUS_M: std::ops::RangeInclusive<f64> = 1.0..=100.0;

/// The place that a stretch of road belongs to: positions in [`Division`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// A junction.
    Junction(u32),
    /// A segment.
    Segment(u32),
}

/// Sorts of junction. A roundabout with signals is a roundabout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JunctionType {
    /// Signals for traffic.
    Signal,
    /// A roundabout.
    Roundabout,
    /// Neither is known to be there.
    Other,
}

/// A cluster of nodes where streets meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Junction {
    /// Its nodes where at least three link ends meet, ascending.
    pub nodes: Vec<u32>,
    /// The links that lie wholly within it, ascending.
    pub inner: Vec<u32>,
    /// The links that lead away from it, ascending; one that comes back stands twice.
    pub arms: Vec<u32>,
    /// Whether a roundabout is part of it.
    pub roundabout: bool,
    /// Whether there are signals for traffic.
    pub signal: bool,
    /// The middle of its nodes, metres east and north.
    pub middle: [f64; 2],
    /// The streets that meet there: most arms first, then by name.
    pub streets: Vec<String>,
    /// Its stretches of road, by link.
    pub pieces: Vec<Piece>,
}

/// A stretch of street between two places.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its links in order, each with whether it is passed against its line. It begins in the west, or in the south.
    pub links: Vec<(u32, bool)>,
    /// The junctions at its ends; `None` where it ends blind, or goes on under another name.
    pub ends: [Option<u32>; 2],
    /// The street that crosses, or begins, at each end.
    pub crossing: [Option<String>; 2],
    /// Name of the street.
    pub street: Option<String>,
    /// Väghållare.
    pub keeper: Option<RoadKeeper>,
    /// Its stretches of road in order, each with whether it is drawn against its link; none where all of it lies within
    /// the radius of junctions.
    pub pieces: Vec<(Piece, bool)>,
}

impl Junction {
    /// Its sort.
    #[must_use]
    pub const fn sort(&self) -> JunctionType {
        match (self.roundabout, self.signal) {
            (true, _) => JunctionType::Roundabout,
            (false, true) => JunctionType::Signal,
            (false, false) => JunctionType::Other,
        }
    }

    /// `Storgatan / Skeppsbrogatan`, at most three streets; the one street's name with `(korsning)`; or what it is.
    #[must_use]
    pub fn name(&self) -> String {
        match self.streets.as_slice() {
            [] if self.roundabout => swedish("road-roundabout-unnamed", &[]),
            [] => swedish("road-junction-unnamed", &[]),
            [only] => swedish("road-junction-one", &[("street", only.clone())]),
            streets => streets[..streets.len().min(3)].join(" / "),
        }
    }
}

impl Segment {
    /// `Storgatan, Skeppsbrogatan–Fiskaregatan`; with one known end `Storgatan vid Skeppsbrogatan`; else the street alone.
    /// A road without a name is called by its class. `kind` is that class, in the source's words.
    #[must_use]
    pub fn name(&self, kind: Option<&str>) -> String {
        let own = self.street.clone().or_else(|| kind.map(str::to_owned));
        let own = own.unwrap_or_else(|| swedish("road-unnamed", &[]));
        match &self.crossing {
            [Some(first), Some(second)] if first != second => format!("{own}, {first}–{second}"),
            [Some(only), _] | [None, Some(only)] => {
                swedish("road-segment-at", &[("street", own), ("crossing", only.clone())])
            }
            [None, None] => own,
        }
    }

    /// Length of what belongs to the segment itself.
    #[must_use]
    pub fn length(&self) -> Micrometres {
        self.pieces.iter().map(|(piece, _)| piece.length()).sum()
    }
}

/// How the ends of a link stand to the junction that is nearest to each: its position and how far it is.
type Near = [Option<(u32, Micrometres)>; 2];

/// A network divided into places. Every point of every link let in belongs to exactly one.
#[derive(Debug, Clone, Default)]
pub struct Division {
    /// Junctions, by their first node.
    pub junctions: Vec<Junction>,
    /// Segments, by where the search along the network met them.
    pub segments: Vec<Segment>,
    /// `[links]` the place of each link's middle part; `None` for links that were not let in.
    homes: Vec<Option<Home>>,
    /// `[links]`
    near: Vec<Near>,
    radius: Micrometres,
}

impl Division {
    /// The place that a spot belongs to: of two junctions within the radius the nearer, of equally near ones the first.
    /// `None` for links that were not let in.
    #[must_use]
    pub fn home(&self, paths: &Paths, spot: Spot) -> Option<Home> {
        let home = (*self.homes.get(spot.link as usize)?)?;
        if matches!(home, Home::Junction(_)) {
            return Some(home);
        }
        let ways = paths.ways_off(spot).map(|(_, way)| way);
        let near = self.near[spot.link as usize];
        let junctions = near.into_iter().zip(ways).filter_map(|(near, way)| near.map(|(at, there)| (there + way, at)));
        let nearest = junctions.min().filter(|&(there, _)| there <= self.radius);
        Some(nearest.map_or(home, |(_, at)| Home::Junction(at)))
    }
}

/// Divides those links that any of `nets` lets in, each net by itself: a path that crosses a street makes no junction of it.
///
/// A link that several nets let in belongs to the first. Time O(v + n log n) for v vertices and n nodes.
#[must_use]
pub fn divide(network: &Network, nets: &[&dyn Fn(&Link) -> bool], radius: Metres) -> Division {
    let links = network.links().len();
    let mut division = Division {
        homes: vec![None; links],
        near: vec![[None; 2]; links],
        radius: micrometres(radius.0),
        ..Division::default()
    };
    for (at, net) in nets.iter().enumerate() {
        let paths = Paths::new(network, |link| net(link) && !nets[..at].iter().any(|before| before(link)));
        Divider { network, paths: &paths, rings: rings(network, &paths), radius: micrometres(radius.0) }
            .add(&mut division);
    }
    division
}

/// `[nodes]` whether a roundabout's link is there.
fn rings(network: &Network, paths: &Paths) -> Vec<bool> {
    let mut rings = vec![false; network.nodes().len()];
    for (index, link) in (0_u32..).zip(network.links()) {
        if link.roundabout && paths.has(index) {
            rings[link.from as usize] = true;
            rings[link.to as usize] = true;
        }
    }
    rings
}

/// A walk from one node where not just two links meet to the next.
struct Chain {
    /// Links in order, each with whether it is passed against its line.
    links: Vec<(u32, bool)>,
    /// First and last node.
    ends: [u32; 2],
}

struct Divider<'a> {
    network: &'a Network,
    paths: &'a Paths,
    rings: Vec<bool>,
    radius: Micrometres,
}

impl Divider<'_> {
    fn degree(&self, node: u32) -> usize {
        self.paths.arcs(node).len()
    }

    fn link(&self, index: u32) -> &Link {
        &self.network.links()[index as usize]
    }

    fn add(&self, division: &mut Division) {
        let chains = self.chains();
        let first_junction = division.junctions.len() as u32;
        let (inner, outer): (Vec<&Chain>, Vec<&Chain>) = chains.iter().partition(|chain| self.is_inner(chain));
        let of_node = self.junctions(division, &inner, &outer);
        for chain in &outer {
            self.segments(division, chain, &of_node);
        }
        self.share_out(division, &of_node);
        name_ends(division, first_junction);
    }

    /// All chains: from the nodes in their order, then the rings that have no such node.
    fn chains(&self) -> Vec<Chain> {
        let mut seen = vec![false; self.paths.links()];
        let mut chains = Vec::new();
        let nodes = || (0_u32..).take(self.paths.nodes());
        for node in nodes().filter(|&node| !matches!(self.degree(node), 0 | 2)) {
            for &(link, _) in self.paths.arcs(node) {
                if !seen[link as usize] {
                    chains.push(self.walk(node, link, &mut seen));
                }
            }
        }
        for link in (0_u32..).take(self.paths.links()) {
            if self.paths.has(link) && !seen[link as usize] {
                chains.push(self.walk(self.link(link).from, link, &mut seen));
            }
        }
        chains
    }

    fn walk(&self, start: u32, first: u32, seen: &mut [bool]) -> Chain {
        let (mut at, mut link) = (start, first);
        let mut links = Vec::new();
        loop {
            seen[link as usize] = true;
            let [from, to] = self.paths.ends(link);
            let backwards = from != at;
            links.push((link, backwards));
            at = if backwards { from } else { to };
            let next = self.paths.arcs(at).iter().find(|(next, _)| !seen[*next as usize]);
            match next {
                Some(&(next, _)) if self.degree(at) == 2 => link = next,
                _ => return Chain { links, ends: [start, at] },
            }
        }
    }

    /// Whether the chain lies within a junction: part of a roundabout, or short between nodes where streets meet.
    fn is_inner(&self, chain: &Chain) -> bool {
        let meets = chain.ends.iter().all(|&node| self.degree(node) >= 3);
        let ring = chain.links.iter().all(|&(link, _)| self.link(link).roundabout);
        let length: Micrometres = chain.links.iter().map(|&(link, _)| self.paths.length(link)).sum();
        meets && (ring || length <= self.radius)
    }

    /// Makes the junctions; gives `[nodes]` the junction of each node.
    fn junctions(&self, division: &mut Division, inner: &[&Chain], outer: &[&Chain]) -> Vec<Option<u32>> {
        let sets = Sets::new(self.paths.nodes());
        for chain in inner {
            sets.join(chain.ends[0] as usize, chain.ends[1] as usize);
        }
        let mut of_node: Vec<Option<u32>> = vec![None; self.paths.nodes()];
        for node in (0_u32..).take(self.paths.nodes()).filter(|&node| self.degree(node) >= 3) {
            // The smallest node of a set comes first, so that its junction is there when the others ask for it.
            let first = sets.find(node as usize);
            let at = of_node[first].unwrap_or(division.junctions.len() as u32);
            if at as usize == division.junctions.len() {
                division.junctions.push(Junction {
                    nodes: Vec::new(),
                    inner: Vec::new(),
                    arms: Vec::new(),
                    roundabout: false,
                    signal: false,
                    middle: [0.0; 2],
                    streets: Vec::new(),
                    pieces: Vec::new(),
                });
            }
            of_node[node as usize] = Some(at);
            let junction = &mut division.junctions[at as usize];
            junction.nodes.push(node);
            junction.roundabout |= self.rings[node as usize];
            junction.signal |= self.network.signals().binary_search(&node).is_ok();
        }
        for chain in inner {
            let Some(at) = of_node[chain.ends[0] as usize] else { continue };
            for &(link, _) in &chain.links {
                division.homes[link as usize] = Some(Home::Junction(at));
                division.junctions[at as usize].inner.push(link);
            }
        }
        for chain in outer {
            let arms = [(chain.ends[0], chain.links.first()), (chain.ends[1], chain.links.last())];
            for (node, arm) in arms {
                if let (Some(at), Some(&(link, _))) = (of_node[node as usize], arm) {
                    division.junctions[at as usize].arms.push(link);
                }
            }
        }
        let mut made: Vec<u32> = of_node.iter().flatten().copied().collect();
        made.sort_unstable();
        made.dedup();
        for at in made {
            self.finish(&mut division.junctions[at as usize]);
        }
        of_node
    }

    fn finish(&self, junction: &mut Junction) {
        junction.inner.sort_unstable();
        junction.arms.sort_unstable();
        let places = junction.nodes.iter().map(|&node| self.network.nodes()[node as usize]);
        let sum = places.fold([0.0; 2], |sum, place| [sum[0] + place[0], sum[1] + place[1]]);
        junction.middle = sum.map(|sum| (sum / junction.nodes.len() as f64 * 1e4).round() / 1e4);
        let named = |links: &[u32]| {
            let mut arms: BTreeMap<&str, usize> = BTreeMap::new();
            for street in links.iter().filter_map(|&link| self.link(link).street.as_deref()) {
                *arms.entry(street).or_default() += 1;
            }
            let mut streets: Vec<(&str, usize)> = arms.into_iter().collect();
            streets.sort_by_key(|&(_, arms)| std::cmp::Reverse(arms));
            streets.into_iter().map(|(street, _)| street.to_owned()).collect::<Vec<_>>()
        };
        junction.streets = named(&junction.arms);
        if junction.streets.is_empty() {
            junction.streets = named(&junction.inner);
        }
    }

    /// Cuts a chain where name or väghållare change.
    fn segments(&self, division: &mut Division, chain: &Chain, of_node: &[Option<u32>]) {
        let key = |link: u32| (self.link(link).street.as_deref(), self.link(link).keeper);
        let parts: Vec<&[(u32, bool)]> = chain.links.chunk_by(|a, b| key(a.0) == key(b.0)).collect();
        for (number, part) in parts.iter().enumerate() {
            let street = |at: usize| parts.get(at).and_then(|part| key(part[0].0).0.map(str::to_owned));
            let mut segment = Segment {
                links: part.to_vec(),
                ends: [None; 2],
                crossing: [number.checked_sub(1).and_then(street), street(number + 1)],
                street: street(number),
                keeper: key(part[0].0).1,
                pieces: Vec::new(),
            };
            if number == 0 {
                segment.ends[0] = of_node[chain.ends[0] as usize];
            }
            if number + 1 == parts.len() {
                segment.ends[1] = of_node[chain.ends[1] as usize];
            }
            for crossing in &mut segment.crossing {
                // Only the väghållare changed.
                if *crossing == segment.street {
                    *crossing = None;
                }
            }
            self.turn(&mut segment);
            let at = division.segments.len() as u32;
            for &(link, _) in &segment.links {
                division.homes[link as usize] = Some(Home::Segment(at));
            }
            division.segments.push(segment);
        }
    }

    /// Turns a segment so that it begins in the west, or in the south: its name then reads the same whoever drew it.
    fn turn(&self, segment: &mut Segment) {
        let end = |(link, backwards): (u32, bool), last: bool| {
            let line = &self.link(link).line;
            if backwards == last { line[0] } else { line[line.len() - 1] }
        };
        let (Some(&first), Some(&last)) = (segment.links.first(), segment.links.last()) else { return };
        if end(last, true) < end(first, false) {
            segment.links.reverse();
            for (_, backwards) in &mut segment.links {
                *backwards = !*backwards;
            }
            segment.ends.reverse();
            segment.crossing.reverse();
        }
    }

    /// Gives every stretch within the radius of a junction to the nearest one, and the rest to its segment.
    fn share_out(&self, division: &mut Division, of_node: &[Option<u32>]) {
        // One search from all junctions at once; each node remembers the junction that reached it first.
        let mut owner: Vec<Option<(Micrometres, u32)>> = vec![None; of_node.len()];
        let mut reach = Reach::new(self.paths);
        let starts: Vec<(u32, Micrometres)> =
            (0_u32..).zip(of_node).filter_map(|(node, at)| at.map(|_| (node, 0))).collect();
        reach.run(self.paths, &starts, self.radius);
        for &(node, there) in reach.nodes() {
            let own = of_node[node as usize].map(|at| (0, at));
            let through = self.paths.arcs(node).iter().filter_map(|&(link, other)| {
                let (way, at) = owner[other as usize]?;
                Some((way + self.paths.length(link), at)).filter(|&(way, _)| way == there)
            });
            owner[node as usize] = own.or_else(|| through.min());
        }
        for link in (0_u32..).take(self.paths.links()).filter(|&link| self.paths.has(link)) {
            let length = self.paths.length(link);
            let near = self.paths.ends(link).map(|node| owner[node as usize].map(|(there, at)| (at, there)));
            division.near[link as usize] = near;
            if let Some(Home::Junction(at)) = division.homes[link as usize] {
                division.junctions[at as usize].pieces.push(Piece { link, from: 0, to: length });
                continue;
            }
            let (from, to) = self.cuts(near, length);
            for (at, piece) in
                [(near[0], Piece { link, from: 0, to: from }), (near[1], Piece { link, from: to, to: length })]
            {
                if let Some((at, _)) = at.filter(|_| piece.length() > 0) {
                    division.junctions[at as usize].pieces.push(piece);
                }
            }
        }
        for segment in &mut division.segments {
            for &(link, backwards) in segment.links.iter().filter(|&&(link, _)| self.paths.has(link)) {
                let (from, to) = self.cuts(division.near[link as usize], self.paths.length(link));
                if from < to {
                    segment.pieces.push((Piece { link, from, to }, backwards));
                }
            }
        }
    }

    /// Where the first junction's part of a link ends, and the second one's begins.
    fn cuts(&self, near: Near, length: Micrometres) -> (Micrometres, Micrometres) {
        let rest = near.map(|near| near.map_or(0, |(_, there)| self.radius.saturating_sub(there)));
        let (from, to) = (rest[0].min(length), length - rest[1].min(length));
        if from <= to {
            return (from, to);
        }
        // Both reach as far: they part where they are equally near.
        let there = near.map(|near| near.map_or(0, |(_, there)| there));
        let middle = ((there[1] + length).saturating_sub(there[0]) / 2).min(length);
        (middle, middle)
    }
}

/// The main street other than its own at either end of each segment of a net, whose junctions begin at `first_junction`.
fn name_ends(division: &mut Division, first_junction: u32) {
    let Division { junctions, segments, .. } = division;
    for segment in segments.iter_mut() {
        for (end, crossing) in segment.ends.iter().zip(&mut segment.crossing) {
            if let Some(at) = end.filter(|&at| at >= first_junction) {
                let other = |street: &&String| Some(*street) != segment.street.as_ref();
                *crossing = junctions[at as usize].streets.iter().find(other).cloned();
            }
        }
    }
}

/// The point that a place is told by: a junction's middle, the beginning of a segment.
#[must_use]
pub fn anchor(division: &Division, network: &Network, home: Home) -> [f64; 2] {
    match home {
        Home::Junction(at) => division.junctions[at as usize].middle,
        Home::Segment(at) => division.segments[at as usize].pieces.first().map_or([0.0; 2], |(piece, backwards)| {
            let along = if *backwards { piece.to } else { piece.from };
            point_at(&network.links()[piece.link as usize], along)
        }),
    }
}

#[cfg(test)]
mod tests;
