//! Pieces of roads: which stretches lie within reach, and what do they look like?

use geo::{Coord, LineString, MultiLineString};

use crate::domain::paths::{Micrometres, metres};
use crate::domain::{Link, Network, Paths, Reach, Spot};

/// A stretch of a link. Ordered by link, then by where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// Index of the link.
    pub link: u32,
    /// Where it begins, along the link's line.
    pub from: Micrometres,
    /// Where it ends; not before `from`.
    pub to: Micrometres,
}

impl Piece {
    /// Length of the piece.
    #[must_use]
    pub const fn length(&self) -> Micrometres {
        self.to - self.from
    }
}

/// The point of a link's line so far along it; the ends where that is outside the line.
#[must_use]
pub fn point_at(link: &Link, along: Micrometres) -> [f64; 2] {
    let mut left = metres(along);
    for pair in link.line.windows(2) {
        let length = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        if left < length {
            let part = left / length;
            return [0, 1].map(|axis| pair[0][axis] + part * (pair[1][axis] - pair[0][axis]));
        }
        left -= length;
    }
    link.line.last().copied().unwrap_or_default()
}

/// The vertices of a piece of a link's line, at least two; the link's own where the piece reaches its ends.
#[must_use]
pub fn vertices(link: &Link, piece: &Piece, whole: Micrometres) -> Vec<[f64; 2]> {
    if piece.from == 0 && piece.to >= whole {
        return link.line.clone();
    }
    let (from, to) = (metres(piece.from), metres(piece.to));
    let mut cut = vec![point_at(link, piece.from)];
    let mut along = 0.0;
    for pair in link.line.windows(2) {
        along += (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        if along > from && along < to {
            cut.push(pair[1]);
        }
    }
    cut.push(if piece.to >= whole { link.line[link.line.len() - 1] } else { point_at(link, piece.to) });
    cut
}

/// The pieces as one shape, in their order; a piece that goes on where the one before ends is drawn with it.
///
/// `backwards` says of each piece whether it is drawn against its link. Pieces without length are left out. Coordinates
/// are rounded to tenths of a millimetre.
#[must_use]
pub fn drawn(network: &Network, paths: &Paths, pieces: &[(Piece, bool)]) -> MultiLineString<f64> {
    let mut lines: Vec<Vec<[f64; 2]>> = Vec::new();
    for (piece, backwards) in pieces.iter().filter(|(piece, _)| piece.length() > 0) {
        let link = &network.links()[piece.link as usize];
        let mut cut: Vec<[f64; 2]> = vertices(link, piece, paths.length(piece.link))
            .into_iter()
            .map(|point| point.map(|coordinate| (coordinate * 1e4).round() / 1e4))
            .collect();
        if *backwards {
            cut.reverse();
        }
        match lines.last_mut() {
            Some(before) if before.last() == cut.first() => before.extend(cut.into_iter().skip(1)),
            _ => lines.push(cut),
        }
    }
    let line = |line: Vec<[f64; 2]>| LineString::new(line.into_iter().map(|[x, y]| Coord { x, y }).collect());
    MultiLineString::new(lines.into_iter().map(line).collect())
}

/// The links that a search from these places touches: those at the nodes that it reached, and the places' own.
pub(super) fn touched(paths: &Paths, reach: &Reach, own: &[Spot], links: &mut Vec<u32>) {
    links.clear();
    links.extend(own.iter().map(|spot| spot.link));
    for &(node, _) in reach.nodes() {
        links.extend(paths.arcs(node).iter().map(|&(link, _)| link));
    }
    links.sort_unstable();
    links.dedup();
}

/// The stretches of one link within `limit` of a search and of the places on it, from its beginning to its end, apart
/// from each other. `own` are places of any links.
pub(super) fn within(
    paths: &Paths,
    reach: &Reach,
    own: &[Spot],
    limit: Micrometres,
    link: u32,
    stretches: &mut Vec<(Micrometres, Micrometres)>,
) {
    stretches.clear();
    let length = paths.length(link);
    let [from, to] = paths.ends(link).map(|node| reach.distance(node).and_then(|there| limit.checked_sub(there)));
    stretches.extend(from.map(|rest| (0, rest.min(length))));
    stretches.extend(to.map(|rest| (length - rest.min(length), length)));
    let here = own.iter().filter(|spot| spot.link == link);
    stretches.extend(here.map(|spot| (spot.along.saturating_sub(limit), (spot.along + limit).min(length))));
    merge(stretches);
}

/// Sorts stretches and joins those that touch.
fn merge(stretches: &mut Vec<(Micrometres, Micrometres)>) {
    stretches.sort_unstable();
    let mut kept = 0;
    for at in 1..stretches.len() {
        let next = stretches[at];
        if next.0 <= stretches[kept].1 {
            stretches[kept].1 = stretches[kept].1.max(next.1);
        } else {
            kept += 1;
            stretches[kept] = next;
        }
    }
    stretches.truncate(kept + 1);
}

/// Every piece of road at most `limit` from the nearest of the places, by link.
///
/// Cost O(m log m) for the m links within reach and the places. `reach` is working space.
#[must_use]
pub fn around(paths: &Paths, spots: &[Spot], limit: Micrometres, reach: &mut Reach) -> Vec<Piece> {
    let mut own = spots.to_vec();
    own.sort_unstable();
    own.dedup();
    let starts: Vec<(u32, Micrometres)> = own.iter().flat_map(|&spot| paths.ways_off(spot)).collect();
    reach.run(paths, &starts, limit);
    let (mut links, mut stretches, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
    touched(paths, reach, &own, &mut links);
    for link in links {
        let first = own.partition_point(|spot| spot.link < link);
        let last = own.partition_point(|spot| spot.link <= link);
        within(paths, reach, &own[first..last], limit, link, &mut stretches);
        pieces.extend(stretches.iter().map(|&(from, to)| Piece { link, from, to }));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{M, cross, network};
    use super::*;
    use crate::domain::network::tests::street;

    #[test]
    fn a_point_along_a_bent_line_is_where_a_tape_would_put_it() {
        let nodes = [[0.0, 0.0], [30.0, 40.0]];
        let link = Link { line: vec![nodes[0], [30.0, 0.0], nodes[1]], ..street("a", &nodes, 0, 1) };
        assert_eq!(point_at(&link, 10 * M), [10.0, 0.0]);
        assert_eq!(point_at(&link, 35 * M), [30.0, 5.0]);
        assert_eq!(point_at(&link, 99 * M), [30.0, 40.0]);
        let cut = |from, to| vertices(&link, &Piece { link: 0, from: from * M, to: to * M }, 70 * M);
        assert_eq!(cut(0, 70), link.line);
        assert_eq!(cut(10, 35), [[10.0, 0.0], [30.0, 0.0], [30.0, 5.0]]);
        assert_eq!(cut(40, 70), [[30.0, 10.0], [30.0, 40.0]]);
    }

    #[test]
    fn around_a_place_near_a_crossing_lies_a_star_of_pieces() {
        // Four arms of 100 m that meet in node 0; 20 m up the first arm, 50 m of reach leave 30 m for the others.
        let network = cross();
        let paths = Paths::new(&network, |_| true);
        let mut reach = Reach::new(&paths);
        let pieces = around(&paths, &[Spot { link: 0, along: 20 * M }], 50 * M, &mut reach);
        let lengths: Vec<u64> = pieces.iter().map(|piece| piece.length() / M).collect();
        assert_eq!(lengths, [70, 30, 30, 30]);
        let all: Vec<(Piece, bool)> = pieces.iter().map(|piece| (*piece, false)).collect();
        assert_eq!(drawn(&network, &paths, &all).0.len(), 4);
        assert!(around(&paths, &[], 50 * M, &mut reach).is_empty());
    }

    #[test]
    fn pieces_that_follow_each_other_are_one_line() {
        let network = network(&[[0.0, 0.0], [100.0, 0.0], [200.0, 0.0]], &[(0, 1, "A"), (2, 1, "A")]);
        let paths = Paths::new(&network, |_| true);
        let pieces = [
            (Piece { link: 0, from: 60 * M, to: 100 * M }, false),
            (Piece { link: 1, from: 70 * M, to: 100 * M }, true),
        ];
        let shape = drawn(&network, &paths, &pieces);
        let points: Vec<(f64, f64)> = shape.0[0].coords().map(|coord| (coord.x, coord.y)).collect();
        assert_eq!((shape.0.len(), points), (1, vec![(60.0, 0.0), (100.0, 0.0), (130.0, 0.0)]));
    }

    #[test]
    fn stretches_that_touch_are_joined() {
        let mut stretches = vec![(5, 9), (0, 2), (9, 12), (2, 3)];
        merge(&mut stretches);
        assert_eq!(stretches, [(0, 3), (5, 12)]);
        let mut none = Vec::new();
        merge(&mut none);
        assert!(none.is_empty());
    }
}
