//! From lines to a network: nodes where roads really meet, links between them. Pure.
//!
//! - A line or piece that lies exactly on another, between the same nodes, at the same level, with the same modes and direction, is
//!   a copy: the first is kept.
//! - **With node keys** (OpenStreetMap) a vertex is a node where an end has its key or where ways pass it twice or more
//!   in all, the same way included. Coordinates are never compared: a bridge and the street below share no key.
//! - **Without keys** a road meets another where one of its *ends* lies within [`TOLERANCE_M`] of the other's end, vertex or
//!   interior. Ends meet ends whatever their levels: a street goes on as a bridge. An end meets the inside of a line at the
//!   same level and of the same structure; the end of a bridge or tunnel has come to the ground and meets open ground
//!   (level 0) too. Nothing else meets the inside of a bridge or tunnel. Lines that merely cross never meet: that may be
//!   a bridge. Such crossings are counted.
//! - Ends within the tolerance of each other become one node, at the place that is furthest west, then south. A chain
//!   of such ends becomes one node too. A line bends to the nodes on it, by at most the tolerance.
//!
//! Lines are taken in the order of [`Way::order`], then of the id: the rows of a file may come in any order. Cost
//! O(n log n) for n vertices.

use std::collections::{BTreeSet, HashMap, HashSet};

use rstar::primitives::{GeomWithData, Line};
use rstar::{AABB, RTree};

use crate::domain::{Link, Network};

/// How near an end must lie to what it meets, in metres, where a file has no node keys.
pub const TOLERANCE_M: f64 = 0.1;

/// A line before it is cut into links.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// What its links will be like: `id` without the number of the piece, `line` the whole line, `from` and `to` unused.
    pub link: Link,
    /// Place among the ways: the source's own key as a number, or the row.
    pub order: i64,
    /// `[vertices]` keys of the vertices, or nothing where the source has none.
    pub keys: Vec<i64>,
    /// Linear reference at the first and the last vertex: pieces are then named by theirs.
    pub measures: Option<[f64; 2]>,
}

/// A network, and what was met on the way to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Noded {
    /// The network.
    pub network: Network,
    /// Lines and pieces of one point, without length or with a coordinate that is no number: dropped.
    pub degenerate: usize,
    /// Lines and pieces with the shape, level, modes and direction of another: dropped.
    pub duplicates: usize,
    /// Places where links of the same level cross without a node, neither on a bridge or in a tunnel.
    pub crossings: usize,
    /// Places where links cross without a node at different levels, or one of them on a bridge or in a tunnel.
    pub crossings_apart: usize,
}

/// A stretch of a way between two nodes; the nodes are keys of the noding in hand.
struct Piece {
    way: usize,
    ends: [i64; 2],
    line: Vec<[f64; 2]>,
    /// Shares of the way's length where it begins and ends.
    part: [f64; 2],
}

/// Makes the network. Either all ways have node keys or none.
pub fn node(ways: Vec<Way>) -> Noded {
    let mut found = Noded::default();
    let mut ways: Vec<Way> = ways
        .into_iter()
        .filter_map(|way| {
            let way = cleaned(way);
            found.degenerate += usize::from(way.is_none());
            way
        })
        .collect();
    ways.sort_by(|a, b| {
        let bits = |way: &Way| way.link.line.iter().flatten().map(|value| value.to_bits()).collect::<Vec<_>>();
        (a.order, &a.link.id).cmp(&(b.order, &b.link.id)).then_with(|| bits(a).cmp(&bits(b)))
    });
    let before = ways.len();
    let mut seen = HashSet::new();
    ways.retain(|way| {
        let (forward, backward) = (way.keys.clone(), way.keys.iter().rev().copied().collect());
        seen.insert((sameness(&way.link, &way.link.line), forward.min(backward)))
    });
    found.duplicates = before - ways.len();
    let pieces =
        if ways.iter().all(|way| way.keys.len() == way.link.line.len()) { by_keys(&ways) } else { by_places(&ways) };

    let mut seen = HashSet::new();
    let mut numbers: HashMap<i64, u32> = HashMap::new();
    // A way both of whose ends fall into one node without anything in between.
    let cut: HashSet<usize> = pieces.iter().map(|piece| piece.way).collect();
    found.degenerate += ways.len() - cut.len();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let (mut nodes, mut links) = (Vec::new(), Vec::new());
    for piece in pieces {
        let way = &ways[piece.way];
        // Counted on where a way comes in several runs, and whether or not the piece is kept.
        let count = counts.entry(&way.link.id).or_default();
        *count += 1;
        let count = *count;
        if length(&piece.line) <= 0.0 {
            found.degenerate += 1;
            continue;
        }
        let [one, two] = piece.ends;
        if !seen.insert((sameness(&way.link, &piece.line), [one.min(two), one.max(two)])) {
            found.duplicates += 1;
            continue;
        }
        let places = [piece.line[0], piece.line[piece.line.len() - 1]];
        let [from, to] = [0, 1].map(|end: usize| {
            *numbers.entry(piece.ends[end]).or_insert_with(|| {
                nodes.push(places[end]);
                u32::try_from(nodes.len() - 1).unwrap_or(u32::MAX)
            })
        });
        links.push(Link { id: name(way, &piece, count), from, to, line: piece.line, ..way.link.clone() });
    }
    (found.crossings, found.crossings_apart) = crossings(&links);
    found.network = Network::new(nodes, links).expect("each piece begins and ends at the place of its node");
    found
}

/// The id of a piece: its number, or its linear reference.
fn name(way: &Way, piece: &Piece, count: usize) -> String {
    let Some([from, to]) = way.measures else { return format!("{}:{count}", way.link.id) };
    let at = |part: f64| {
        let text = format!("{:.6}", from + (to - from) * part);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    format!("{}:{}-{}", way.link.id, at(piece.part[0]), at(piece.part[1]))
}

/// The way without repeated vertices, or `None` where nothing is left of it.
fn cleaned(mut way: Way) -> Option<Way> {
    if way.link.line.iter().flatten().any(|value| !value.is_finite()) {
        return None;
    }
    let keyed = way.keys.len() == way.link.line.len();
    let keep: Vec<usize> = (0..way.link.line.len())
        .filter(|&at| {
            at == 0 || if keyed { way.keys[at] != way.keys[at - 1] } else { way.link.line[at] != way.link.line[at - 1] }
        })
        .collect();
    way.link.line = keep.iter().map(|&at| way.link.line[at]).collect();
    way.keys = if keyed { keep.iter().map(|&at| way.keys[at]).collect() } else { Vec::new() };
    (length(&way.link.line) > 0.0).then_some(way)
}

fn length(line: &[[f64; 2]]) -> f64 {
    line.windows(2).map(|pair| distance(pair[0], pair[1])).sum()
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

/// What two links have in common when one is a copy of the other, drawn in either direction.
fn sameness(link: &Link, line: &[[f64; 2]]) -> Vec<u64> {
    use crate::domain::OneWay;
    let bits = |value: &f64| value.to_bits();
    let forward: Vec<u64> = line.iter().flatten().map(bits).collect();
    let backward: Vec<u64> = line.iter().rev().flatten().map(bits).collect();
    let (first, flip) = if forward <= backward { (forward, false) } else { (backward, true) };
    let way = match (link.one_way, flip) {
        (OneWay::Both, _) => 0,
        (OneWay::Forward, false) | (OneWay::Backward, true) => 1,
        (OneWay::Forward, true) | (OneWay::Backward, false) => 2,
    };
    let structure = match link.structure {
        None => 0,
        Some(crate::domain::Structure::Bridge) => 1,
        Some(crate::domain::Structure::Tunnel) => 2,
    };
    let level = u64::from(link.level.unsigned_abs()) * 2 + u64::from(link.level < 0);
    let mut all = vec![way, structure, level, u64::from(link.modes.car), u64::from(link.modes.gc)];
    all.extend(first);
    all
}

/// Cuts ways at the vertices whose keys are nodes.
fn by_keys(ways: &[Way]) -> Vec<Piece> {
    let mut uses: HashMap<i64, u32> = HashMap::new();
    for way in ways {
        for (at, key) in way.keys.iter().enumerate() {
            let end = at == 0 || at + 1 == way.keys.len();
            *uses.entry(*key).or_default() += if end { 2 } else { 1 };
        }
    }
    let mut pieces = Vec::new();
    for (index, way) in ways.iter().enumerate() {
        let line = &way.link.line;
        let total = length(line);
        let mut travelled = 0.0;
        let mut start = (0, 0.0);
        for at in 1..line.len() {
            travelled += distance(line[at - 1], line[at]);
            if uses[&way.keys[at]] < 2 {
                continue;
            }
            let part = [start.1 / total, if at + 1 == line.len() { 1.0 } else { travelled / total }];
            let ends = [way.keys[start.0], way.keys[at]];
            pieces.push(Piece { way: index, ends, line: line[start.0..=at].to_vec(), part });
            start = (at, travelled);
        }
    }
    // The same key has one place, whatever a file says twice.
    let mut places: HashMap<i64, [f64; 2]> = HashMap::new();
    for piece in &mut pieces {
        let last = piece.line.len() - 1;
        for (end, at) in [(0, 0), (1, last)] {
            piece.line[at] = *places.entry(piece.ends[end]).or_insert(piece.line[at]);
        }
    }
    pieces
}

/// A part of a way between two vertices: way and number.
type Part = GeomWithData<Line<[f64; 2]>, (usize, usize)>;

/// Where a way is met: how far along it, how near, by which group of ends.
#[derive(Clone, Copy)]
struct Meeting {
    along: f64,
    gap: f64,
    group: usize,
}

/// Cuts ways where ends meet them.
fn by_places(ways: &[Way]) -> Vec<Piece> {
    let ends: Vec<(usize, bool, [f64; 2])> = ways
        .iter()
        .enumerate()
        .flat_map(|(way, each)| {
            let line = &each.link.line;
            [(way, false, line[0]), (way, true, line[line.len() - 1])]
        })
        .collect();
    let (groups, places) = grouped(&ends);
    let along: Vec<Vec<f64>> = ways
        .iter()
        .map(|way| {
            let mut travelled = 0.0;
            let steps = way.link.line.windows(2).map(|pair| {
                travelled += distance(pair[0], pair[1]);
                travelled
            });
            std::iter::once(0.0).chain(steps).collect()
        })
        .collect();
    let parts: Vec<Part> = ways
        .iter()
        .enumerate()
        .flat_map(|(way, each)| {
            let pairs = each.link.line.windows(2).enumerate();
            pairs.map(move |(part, pair)| GeomWithData::new(Line::new(pair[0], pair[1]), (way, part)))
        })
        .collect();
    let tree = RTree::bulk_load(parts);
    let mut meetings: Vec<Vec<Meeting>> = vec![Vec::new(); ways.len()];
    for (index, &(way, last, place)) in ends.iter().enumerate() {
        let whole = along[way][along[way].len() - 1];
        meetings[way].push(Meeting { along: if last { whole } else { 0.0 }, gap: -1.0, group: groups[index] });
        for part in tree.locate_within_distance(place, TOLERANCE_M * TOLERANCE_M) {
            let (other, at) = part.data;
            if other != way && !meets_inside(&ways[way].link, &ways[other].link) {
                continue;
            }
            let (gap, share) = nearest(place, part.geom().from, part.geom().to);
            let [from, to] = [along[other][at], along[other][at + 1]];
            meetings[other].push(Meeting { along: from + (to - from) * share, gap, group: groups[index] });
        }
    }
    let mut pieces = Vec::new();
    for (index, way) in ways.iter().enumerate() {
        cut(index, &way.link.line, &along[index], &settled(std::mem::take(&mut meetings[index])), &places, &mut pieces);
    }
    pieces
}

/// Ends within the tolerance of each other, directly or in a chain, as groups: the group of each end, and the place
/// of each group.
fn grouped(ends: &[(usize, bool, [f64; 2])]) -> (Vec<usize>, Vec<[f64; 2]>) {
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    let points = ends.iter().enumerate().map(|(index, end)| GeomWithData::new(end.2, index)).collect();
    let tree: RTree<GeomWithData<[f64; 2], usize>> = RTree::bulk_load(points);
    let mut parent: Vec<usize> = (0..ends.len()).collect();
    for (index, end) in ends.iter().enumerate() {
        for other in tree.locate_within_distance(end.2, TOLERANCE_M * TOLERANCE_M) {
            let (a, b) = (root(&mut parent, index), root(&mut parent, other.data));
            parent[a.max(b)] = a.min(b);
        }
    }
    let groups: Vec<usize> = (0..ends.len()).map(|index| root(&mut parent, index)).collect();
    let mut places: Vec<[f64; 2]> = ends.iter().map(|end| end.2).collect();
    for (index, &group) in groups.iter().enumerate() {
        let (here, best) = (ends[index].2, places[group]);
        if here[0].total_cmp(&best[0]).then(here[1].total_cmp(&best[1])).is_lt() {
            places[group] = here;
        }
    }
    (groups, places)
}

/// Whether the end of one link meets the inside of another that it lies on.
fn meets_inside(end: &Link, through: &Link) -> bool {
    if end.level == through.level && end.structure == through.structure {
        return true;
    }
    through.structure.is_none() && (end.level == through.level || end.structure.is_some() && through.level == 0)
}

/// How far a point is from a part of a line, and at which share of it the nearest place lies.
fn nearest(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> (f64, f64) {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let square = dx * dx + dy * dy;
    let share = if square > 0.0 { ((point[0] - from[0]) * dx + (point[1] - from[1]) * dy) / square } else { 0.0 };
    let share = share.clamp(0.0, 1.0);
    (distance(point, [from[0] + dx * share, from[1] + dy * share]), share)
}

/// One meeting a group and place: of several that are nearer to each other than the tolerance allows to tell apart,
/// the way's own end, else the nearest.
fn settled(mut meetings: Vec<Meeting>) -> Vec<Meeting> {
    meetings.sort_by(|a, b| a.group.cmp(&b.group).then(a.along.total_cmp(&b.along)));
    let mut kept: Vec<Meeting> = Vec::new();
    let mut reached = f64::NEG_INFINITY;
    for meeting in meetings {
        match kept.last_mut() {
            Some(last) if last.group == meeting.group && meeting.along - reached <= 2.0 * TOLERANCE_M => {
                if meeting.gap < last.gap {
                    *last = meeting;
                }
            }
            _ => kept.push(meeting),
        }
        reached = meeting.along;
    }
    kept.sort_by(|a, b| a.along.total_cmp(&b.along).then(a.group.cmp(&b.group)));
    kept
}

/// The pieces of a line between its meetings.
fn cut(
    way: usize,
    line: &[[f64; 2]],
    along: &[f64],
    meetings: &[Meeting],
    places: &[[f64; 2]],
    pieces: &mut Vec<Piece>,
) {
    let total = along[along.len() - 1];
    for pair in meetings.windows(2) {
        let inside = |at: f64| at > pair[0].along + TOLERANCE_M && at < pair[1].along - TOLERANCE_M;
        let mut piece = vec![places[pair[0].group]];
        piece.extend(line.iter().zip(along).filter(|(_, at)| inside(**at)).map(|(vertex, _)| *vertex));
        piece.push(places[pair[1].group]);
        let key = |meeting: &Meeting| i64::try_from(meeting.group).unwrap_or(i64::MAX);
        pieces.push(Piece {
            way,
            ends: [key(&pair[0]), key(&pair[1])],
            line: piece,
            part: [pair[0].along / total, pair[1].along / total],
        });
    }
}

/// Places where links cross without a node: at the same level, and over or under each other.
fn crossings(links: &[Link]) -> (usize, usize) {
    let parts: Vec<GeomWithData<Line<[f64; 2]>, usize>> = links
        .iter()
        .enumerate()
        .flat_map(|(index, link)| {
            link.line.windows(2).map(move |pair| GeomWithData::new(Line::new(pair[0], pair[1]), index))
        })
        .collect();
    let tree = RTree::bulk_load(parts);
    let mut places: [BTreeSet<(usize, usize, i64, i64)>; 2] = [BTreeSet::new(), BTreeSet::new()];
    for (index, link) in links.iter().enumerate() {
        for pair in link.line.windows(2) {
            for other in tree.locate_in_envelope_intersecting(AABB::from_corners(pair[0], pair[1])) {
                let Some(second) = links.get(other.data).filter(|_| other.data > index) else { continue };
                let part = other.geom();
                let Some(at) = crossing([pair[0], pair[1]], [part.from, part.to]) else { continue };
                let ends = |link: &Link| [link.line[0], link.line[link.line.len() - 1]];
                let shared = ends(link)
                    .into_iter()
                    .any(|end| distance(end, at) <= TOLERANCE_M && ends(second).into_iter().any(|other| other == end));
                if shared {
                    continue;
                }
                let apart = link.level != second.level || link.structure.is_some() || second.structure.is_some();
                #[expect(clippy::cast_possible_truncation, reason = "a coordinate in centimetres fits 64 bits")]
                let cell = at.map(|value| (value * 100.0).round() as i64);
                places[usize::from(apart)].insert((index, other.data, cell[0], cell[1]));
            }
        }
    }
    (places[0].len(), places[1].len())
}

/// The place where two parts cross or touch; `None` where they do not, or run along each other.
fn crossing(a: [[f64; 2]; 2], b: [[f64; 2]; 2]) -> Option<[f64; 2]> {
    let (dx, dy) = (a[1][0] - a[0][0], a[1][1] - a[0][1]);
    let (ex, ey) = (b[1][0] - b[0][0], b[1][1] - b[0][1]);
    let turn = dx * ey - dy * ex;
    if turn == 0.0 {
        return None;
    }
    let (fx, fy) = (b[0][0] - a[0][0], b[0][1] - a[0][1]);
    let (s, t) = ((fx * ey - fy * ex) / turn, (fx * dy - fy * dx) / turn);
    let inside = |share: f64| (0.0..=1.0).contains(&share);
    (inside(s) && inside(t)).then(|| [a[0][0] + dx * s, a[0][1] + dy * s])
}

#[cfg(test)]
#[path = "noding_tests.rs"]
mod tests;
