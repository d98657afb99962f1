//! Snapping: to which place on which road does an event belong?
//!
//! # The rule
//!
//! Looked at are the links of the event's net within a limit, each with its place nearest to the event. *About as near* is
//! what lies at most [`ABOUT_M`] farther than the nearest, or half its distance, whichever is more: less than positions
//! in accident registers are off.
//!
//! 1. *Net.* An event that belongs to the car net or to the net for walking and cycling looks at that net only. One that
//!    belongs to neither looks at all links, and at the car net only where that is about as near.
//! 2. *Name.* The nearest link of the event's street is taken where it is about as near as the nearest link; else the
//!    nearest.
//! 3. *Level.* A position tells no height. Where the link lies above another that passes under it, and that one is about
//!    as near, the lower is taken, again and again until nothing passes under: an event where a bridge crosses a street
//!    belongs to the street, and one farther along the bridge to the bridge. A link passes under where the lines cross
//!    within the limit, or come within [`ABOUT_M`] of the place on the upper one, but not where the two share a node: there
//!    the road only goes on. A tunnel is never taken as the lower link; it gives way itself to a link above it that is about as
//!    near. The event's street decides otherwise: a link that carries its name does not give way to one that does not.
//!
//! Equally near links go by their order in the network.

use geo::line_intersection::line_intersection;
use geo::{Coord, Line};
use rayon::prelude::*;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use crate::domain::paths::{metres, micrometres};
use crate::domain::{Link, Net, Network, Spot, Structure};

/// What lies at most so much farther is about as near, metres. Ours: positions of accidents are commonly some metres off.
pub const ABOUT_M: f64 = 5.0;

/// The range of the limit. Below a metre hardly a position is that good; above a kilometre it is no longer that road.
pub const LIMIT_M: std::ops::RangeInclusive<f64> = 1.0..=1_000.0;

/// An event that looks for its road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted<'a> {
    /// Where it is, metres east and north; `None` is ej platsbestämd.
    pub point: Option<[f64; 2]>,
    /// Its net; [`Net::Any`] where that is not known.
    pub net: Net,
    /// Its street as the source writes it.
    pub street: Option<&'a str>,
}

/// Why a link was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Choice {
    /// It is the nearest.
    Nearest,
    /// It is the nearest of the event's street, and not the nearest of all.
    SameStreet,
    /// It passes under a nearer one.
    Under,
    /// It is in the open over a nearer tunnel.
    OverTunnel,
    /// It is of the car net, and a nearer one is not.
    CarFirst,
}

impl Choice {
    /// Every choice.
    pub const ALL: [Self; 5] = [Self::Nearest, Self::SameStreet, Self::Under, Self::OverTunnel, Self::CarFirst];

    /// The word in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::SameStreet => "same-street",
            Self::Under => "under",
            Self::OverTunnel => "over-tunnel",
            Self::CarFirst => "car-first",
        }
    }
}

/// Why an event has no place on a road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unsnapped {
    /// It has no position.
    NoPosition,
    /// No link of its net lies within the limit.
    TooFar {
        /// Metres to the nearest.
        nearest_m: f64,
    },
    /// The network has no link of its net.
    NoNet,
}

impl Unsnapped {
    /// The word in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoPosition => "no-position",
            Self::TooFar { .. } => "too-far",
            Self::NoNet => "no-net",
        }
    }
}

/// An event on its road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Located {
    /// Link and how far along it.
    pub spot: Spot,
    /// The place on the link's line, metres east and north.
    pub point: [f64; 2],
    /// From the event to that place, metres.
    pub distance_m: f64,
    /// Why this link.
    pub choice: Choice,
}

/// A street's name for comparison: lower case, single spaces, nothing else changed.
#[must_use]
pub fn folded(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// A straight piece of a link.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Straight {
    link: u32,
    /// Its number in the link.
    part: u32,
    from: [f64; 2],
    to: [f64; 2],
}

impl Straight {
    /// The nearest point on it and the share of its length before that point.
    fn nearest(&self, point: [f64; 2]) -> ([f64; 2], f64) {
        let [dx, dy] = [self.to[0] - self.from[0], self.to[1] - self.from[1]];
        let squared = dx * dx + dy * dy;
        if squared == 0.0 {
            return (self.from, 0.0);
        }
        let part = (((point[0] - self.from[0]) * dx + (point[1] - self.from[1]) * dy) / squared).clamp(0.0, 1.0);
        if part == 1.0 { (self.to, 1.0) } else { ([self.from[0] + part * dx, self.from[1] + part * dy], part) }
    }

    fn line(&self) -> Line<f64> {
        let coord = |[x, y]: [f64; 2]| Coord { x, y };
        Line::new(coord(self.from), coord(self.to))
    }
}

impl RTreeObject for Straight {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.from, self.to)
    }
}

impl PointDistance for Straight {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        let (nearest, _) = self.nearest(*point);
        squared(nearest, *point)
    }
}

fn squared(a: [f64; 2], b: [f64; 2]) -> f64 {
    let [dx, dy] = [a[0] - b[0], a[1] - b[1]];
    dx * dx + dy * dy
}

/// The nearest place on one link.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    link: u32,
    part: u32,
    share: f64,
    point: [f64; 2],
    distance_m: f64,
}

/// A network made ready for snapping.
pub struct Snapper<'a> {
    network: &'a Network,
    tree: RTree<Straight>,
    /// `[links]` folded street names.
    streets: Vec<Option<String>>,
    /// Whether any link is part of the net, in the order of [`Net::ALL`].
    nets: [bool; 3],
}

impl<'a> Snapper<'a> {
    /// Indexes every straight piece of the network. Time O(v log v) and about 60 bytes for each of the v vertices.
    #[must_use]
    pub fn new(network: &'a Network) -> Self {
        let mut straights = Vec::new();
        for (index, link) in (0_u32..).zip(network.links()) {
            let parts = (0_u32..).zip(link.line.windows(2));
            straights.extend(parts.map(|(part, pair)| Straight { link: index, part, from: pair[0], to: pair[1] }));
        }
        Self {
            network,
            tree: RTree::bulk_load(straights),
            streets: network.links().iter().map(|link| link.street.as_deref().map(folded)).collect(),
            nets: Net::ALL.map(|net| network.links().iter().any(|link| link.modes.on(net))),
        }
    }

    /// Finds the place of every event, `[n]` in their order. See the rule at the top of this page.
    ///
    /// `limit_m`: metres, within [`LIMIT_M`]. The answer for an event hangs on that event and the network alone. Time is
    /// O(log v) an event and the straight pieces within the limit, on all cores.
    #[must_use]
    pub fn snap(&self, events: &[Wanted<'_>], limit_m: f64) -> Vec<Result<Located, Unsnapped>> {
        events.par_iter().map(|event| self.locate(event, limit_m)).collect()
    }

    fn link(&self, index: u32) -> &Link {
        &self.network.links()[index as usize]
    }

    fn locate(&self, event: &Wanted<'_>, limit_m: f64) -> Result<Located, Unsnapped> {
        let Some(point) = event.point else { return Err(Unsnapped::NoPosition) };
        if !Net::ALL.iter().zip(self.nets).any(|(net, any)| *net == event.net && any) {
            return Err(Unsnapped::NoNet);
        }
        let mut near = self.candidates(point, event.net, limit_m);
        let Some(&nearest) = near.first() else {
            let on_net = |straight: &&Straight| self.link(straight.link).modes.on(event.net);
            let nearest = self.tree.nearest_neighbor_iter(point).find(on_net);
            let nearest_m = nearest.map_or(f64::INFINITY, |straight| straight.distance_2(&point).sqrt());
            return Err(Unsnapped::TooFar { nearest_m });
        };
        let mut first = nearest;
        if event.net == Net::Any
            && let Some(car) = near.iter().find(|candidate| self.link(candidate.link).modes.car)
            && car.distance_m <= about(nearest.distance_m)
        {
            first = *car;
            near.retain(|candidate| self.link(candidate.link).modes.car);
        }
        let street = event.street.map(folded);
        let named = |candidate: &Candidate| street.is_some() && self.streets[candidate.link as usize] == street;
        let same = near.iter().find(|candidate| named(candidate));
        let same = same.filter(|candidate| candidate.distance_m <= about(first.distance_m));
        let (mut chosen, mut choice) = (first, if first == nearest { Choice::Nearest } else { Choice::CarFirst });
        if let Some(same) = same.filter(|same| same.link != first.link) {
            (chosen, choice) = (*same, Choice::SameStreet);
        }
        while let Some((instead, why)) = self.instead(&chosen, &near, point, limit_m, &named) {
            (chosen, choice) = (instead, why);
        }
        Ok(self.located(&chosen, choice))
    }

    /// The nearest place on each link of the net within the limit: nearest first, then by the order of links.
    fn candidates(&self, point: [f64; 2], net: Net, limit_m: f64) -> Vec<Candidate> {
        let window = AABB::from_corners(point.map(|c| c - limit_m), point.map(|c| c + limit_m));
        let mut found: Vec<Candidate> = Vec::new();
        for straight in self.tree.locate_in_envelope_intersecting(window) {
            if !self.link(straight.link).modes.on(net) {
                continue;
            }
            let (place, share) = straight.nearest(point);
            let distance_m = squared(place, point).sqrt();
            if distance_m <= limit_m {
                found.push(Candidate { link: straight.link, part: straight.part, share, point: place, distance_m });
            }
        }
        found.sort_unstable_by(|a, b| {
            (a.link.cmp(&b.link)).then(a.distance_m.total_cmp(&b.distance_m)).then(a.part.cmp(&b.part))
        });
        found.dedup_by_key(|candidate| candidate.link);
        found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
        found
    }

    /// The link that the chosen one gives way to, where there is one, and why.
    fn instead(
        &self,
        chosen: &Candidate,
        near: &[Candidate],
        point: [f64; 2],
        limit_m: f64,
        named: &impl Fn(&Candidate) -> bool,
    ) -> Option<(Candidate, Choice)> {
        let upper = self.link(chosen.link);
        let tunnel = |link: &Link| link.structure == Some(Structure::Tunnel);
        let why = if tunnel(upper) { Choice::OverTunnel } else { Choice::Under };
        let gives_way = |other: &&Candidate| {
            let link = self.link(other.link);
            if tunnel(link) || named(chosen) && !named(other) || other.distance_m > about(chosen.distance_m) {
                return false;
            }
            if tunnel(upper) {
                return link.level > upper.level;
            }
            link.level < upper.level && self.passes_under(chosen, other, point, limit_m)
        };
        near.iter().find(gives_way).map(|other| (*other, why))
    }

    /// Whether the lower link's line crosses the upper one's near the event, or comes close to the place on it.
    fn passes_under(&self, upper: &Candidate, lower: &Candidate, point: [f64; 2], limit_m: f64) -> bool {
        let (above, below) = (self.link(upper.link), self.link(lower.link));
        let shares = |node: u32| node == above.from || node == above.to;
        if shares(below.from) || shares(below.to) {
            return false;
        }
        let straights = |link: u32| {
            let vertices = &self.link(link).line;
            (0_u32..).zip(vertices.windows(2)).map(move |(part, pair)| Straight {
                link,
                part,
                from: pair[0],
                to: pair[1],
            })
        };
        if straights(lower.link).any(|straight| straight.distance_2(&upper.point) <= ABOUT_M * ABOUT_M) {
            return true;
        }
        let close = |straight: &Straight| straight.distance_2(&point) <= limit_m * limit_m;
        straights(upper.link).filter(close).any(|one| {
            straights(lower.link).filter(close).any(|other| line_intersection(one.line(), other.line()).is_some())
        })
    }

    fn located(&self, chosen: &Candidate, choice: Choice) -> Located {
        let line = &self.link(chosen.link).line;
        let length = |pair: &[[f64; 2]]| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        let before: f64 = line.windows(2).take(chosen.part as usize).map(length).sum();
        let own = line.windows(2).nth(chosen.part as usize).map_or(0.0, length);
        let whole = micrometres(self.link(chosen.link).length_m());
        let along = micrometres(before + chosen.share * own).min(whole);
        let spot = Spot { link: chosen.link, along };
        Located { spot, point: chosen.point, distance_m: chosen.distance_m, choice }
    }
}

impl Located {
    /// How far along its link, metres.
    #[must_use]
    pub fn along_m(&self) -> f64 {
        metres(self.spot.along)
    }
}

/// The distance up to which something is about as near.
fn about(distance_m: f64) -> f64 {
    distance_m + (distance_m / 2.0).max(ABOUT_M)
}

#[cfg(test)]
mod tests;
