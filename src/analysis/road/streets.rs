//! Streets as people ask about them: "hur många har skadats på Storgatan?"
//!
//! A street is all links of one name that lie near each other; a municipality with two villages has two Storgatan. An
//! event belongs to the street that its road is part of; one in a junction belongs to every street that meets there, since
//! people say "the crossing on Storgatan" of both. Streets therefore add up to more than the events.

use std::collections::{BTreeMap, BTreeSet};

use super::super::sets::Sets;
use super::segments::{Division, Home, Junction};
use crate::domain::{Bbox, Link, Network, Spot};

/// Links of one name whose boxes are further apart than this are streets of their own, metres. Ours: wider than any square
/// or river that a street goes on behind, narrower than the way between two villages.
pub const APART_M: f64 = 500.0;

/// A street: its links, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Street {
    /// Name.
    pub name: String,
    /// Positions of its links, ascending; at least one.
    pub links: Vec<u32>,
}

/// The streets of a network, and who belongs to which.
#[derive(Debug, Clone, Default)]
pub struct Streets {
    /// By name, then by first link.
    pub streets: Vec<Street>,
    /// `[links]` the street of each link.
    of_link: Vec<Option<u32>>,
}

impl Streets {
    /// The streets of those links that are let in. Links without a name are of none.
    ///
    /// Cost O(k²) for the k links of one name in the worst case, where none is near another in the west-east direction O(k log k).
    #[must_use]
    pub fn of(network: &Network, lets_in: &dyn Fn(&Link) -> bool) -> Self {
        let mut named: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (at, link) in (0_u32..).zip(network.links()) {
            if let Some(name) = link.street.as_deref().filter(|_| lets_in(link)) {
                named.entry(name).or_default().push(at);
            }
        }
        let mut all = Self { streets: Vec::new(), of_link: vec![None; network.links().len()] };
        for (name, links) in named {
            for part in parts(network, &links) {
                let number = all.streets.len() as u32;
                for &link in &part {
                    all.of_link[link as usize] = Some(number);
                }
                all.streets.push(Street { name: name.to_owned(), links: part });
            }
        }
        all
    }

    /// The streets that a spot belongs to, ascending: its own, and all that meet in its junction.
    #[must_use]
    pub fn at(&self, spot: Spot, junction: Option<&Junction>) -> BTreeSet<u32> {
        let near = junction.into_iter().flat_map(|junction| junction.arms.iter().chain(&junction.inner)).copied();
        near.chain([spot.link]).filter_map(|link| *self.of_link.get(link as usize)?).collect()
    }
}

/// The junction of a home, where it is one.
#[must_use]
pub fn junction_of(division: &Division, home: Option<Home>) -> Option<&Junction> {
    match home {
        Some(Home::Junction(at)) => division.junctions.get(at as usize),
        Some(Home::Segment(_)) | None => None,
    }
}

/// Links of one name as groups that lie near each other, each ascending, by their first link.
fn parts(network: &Network, links: &[u32]) -> Vec<Vec<u32>> {
    let boxes: Vec<Bbox> = links.iter().map(|&link| network.links()[link as usize].bbox()).collect();
    let mut order: Vec<usize> = (0..links.len()).collect();
    order.sort_by(|&a, &b| boxes[a].min_x.total_cmp(&boxes[b].min_x).then(a.cmp(&b)));
    let sets = Sets::new(links.len());
    for (place, &a) in order.iter().enumerate() {
        let reach = boxes[a].max_x + APART_M;
        for &b in order[place + 1..].iter().take_while(|&&b| boxes[b].min_x <= reach) {
            let apart = (boxes[b].min_y - boxes[a].max_y).max(boxes[a].min_y - boxes[b].max_y);
            if apart <= APART_M {
                sets.join(a, b);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (at, &link) in links.iter().enumerate() {
        groups.entry(sets.find(at)).or_default().push(link);
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::super::segments::divide;
    use super::*;
    use crate::domain::network::tests::street;
    use crate::domain::{Metres, Paths};

    /// Storgatan along the x axis with Tvärgatan across at 100, and another Storgatan 2 km to the north.
    fn network() -> Network {
        let nodes = vec![
            [0.0, 0.0],
            [100.0, 0.0],
            [200.0, 0.0],
            [100.0, 100.0],
            [0.0, 2_000.0],
            [100.0, 2_000.0],
            [640.0, 0.0],
            [700.0, 0.0],
        ];
        let named = |id: &str, name: &str, from, to| {
            let mut link = street(id, &nodes, from, to);
            link.street = (!name.is_empty()).then(|| name.to_owned());
            link
        };
        let links = vec![
            named("a", "Storgatan", 0, 1),
            named("b", "Storgatan", 1, 2),
            named("c", "Tvärgatan", 1, 3),
            named("d", "Storgatan", 4, 5),
            named("e", "", 2, 6),
            named("f", "Storgatan", 6, 7),
        ];
        Network::new(nodes, links).expect("a network")
    }

    #[test]
    fn a_street_goes_on_behind_a_gap_and_another_of_its_name_far_away_is_a_street_of_its_own() {
        let found = Streets::of(&network(), &|_| true);
        let told: Vec<(&str, &[u32])> =
            found.streets.iter().map(|street| (street.name.as_str(), street.links.as_slice())).collect();
        assert_eq!(told, [("Storgatan", &[0, 1, 5][..]), ("Storgatan", &[3]), ("Tvärgatan", &[2])]);
        assert!(Streets::of(&network(), &|_| false).streets.is_empty());
    }

    #[test]
    fn an_event_in_the_crossing_belongs_to_both_streets_and_one_between_crossings_to_its_own() {
        let network = network();
        let streets = Streets::of(&network, &|_| true);
        let paths = Paths::new(&network, |_| true);
        let division = divide(&network, &[&|_: &Link| true], Metres(20.0));
        let at = |link, metres: u64| {
            let spot = Spot { link, along: metres * 1_000_000 };
            let junction = junction_of(&division, division.home(&paths, spot));
            streets.at(spot, junction).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(at(0, 10), [0]);
        assert_eq!(at(0, 95), [0, 2], "5 m before the crossing");
        assert_eq!(at(2, 10), [0, 2]);
        assert_eq!(at(2, 90), [2]);
        assert_eq!(at(4, 200), [0_u32; 0], "a road without a name is no street");
    }
}
