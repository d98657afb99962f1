//! The junction where named streets meet, with the same bounds as the layer of junctions has: the numbers agree.

use std::collections::BTreeMap;

use crate::analysis::road::segments::{Division, Home, divide};
use crate::domain::paths::micrometres;
use crate::domain::{Link, Metres, Net, Network, Paths, Spot};

/// A junction in its network.
#[derive(Debug, Clone)]
pub struct Junction {
    /// Name: the streets that meet.
    pub name: String,
    /// Its nodes, metres east and north.
    pub nodes: Vec<[f64; 2]>,
    /// Number of links that lead away from it.
    pub arms: usize,
    /// Whether a roundabout is part of it.
    pub roundabout: bool,
    /// Which of the division's junctions it is.
    at: Vec<u32>,
    division: Division,
    network: Network,
    /// Id of a link to its index.
    indexes: BTreeMap<String, u32>,
}

/// The junctions where all of these streets meet, as one; `None` where there is none. Case is of no account.
///
/// A crossing of wide streets may be several junctions of the network, one a carriageway: all are taken, and their arms
/// added up.
#[must_use]
pub fn find(network: Network, radius: Metres, streets: &[&str]) -> Option<Junction> {
    let (car, gc) = (|link: &Link| link.modes.on(Net::Car), |link: &Link| link.modes.on(Net::Gc));
    let nets: [&dyn Fn(&Link) -> bool; 2] = [&car, &gc];
    let division = divide(&network, &nets, radius);
    let wanted: Vec<String> = streets.iter().map(|street| street.to_lowercase()).collect();
    let meets = |at: &usize| {
        let junction = &division.junctions[*at];
        let links = || junction.arms.iter().chain(&junction.inner).map(|&link| &network.links()[link as usize]);
        let named = |street: &String| {
            links().any(|link| link.street.as_ref().is_some_and(|own| own.trim().to_lowercase() == *street))
        };
        wanted.iter().all(named)
    };
    let found: Vec<usize> = (0..division.junctions.len()).filter(meets).collect();
    let first = &division.junctions[*found.first()?];
    let mut streets: Vec<String> = found.iter().flat_map(|&at| division.junctions[at].streets.clone()).collect();
    let mut seen = std::collections::BTreeSet::new();
    streets.retain(|street| seen.insert(street.clone()));
    let name = if streets.len() < 2 { first.name() } else { streets[..streets.len().min(3)].join(" / ") };
    let all = |pick: fn(&crate::analysis::road::segments::Junction) -> usize| {
        found.iter().map(|&at| pick(&division.junctions[at])).sum()
    };
    let nodes = found
        .iter()
        .flat_map(|&at| &division.junctions[at].nodes)
        .map(|&node| network.nodes()[node as usize])
        .collect();
    Some(Junction {
        name,
        nodes,
        arms: all(|junction| junction.arms.len()),
        roundabout: found.iter().any(|&at| division.junctions[at].roundabout),
        at: found.iter().map(|&at| u32::try_from(at).unwrap_or(u32::MAX)).collect(),
        indexes: (0_u32..).zip(network.links()).map(|(index, link)| (link.id.clone(), index)).collect(),
        division,
        network,
    })
}

impl Junction {
    /// The paths of its network, for [`Self::holds`].
    #[must_use]
    pub fn paths(&self) -> Paths {
        Paths::new(&self.network, |_| true)
    }

    /// Which junction of the network an event on this link belongs to, if any.
    #[must_use]
    fn home(&self, paths: &Paths, link: &str, along_m: f64) -> Option<u32> {
        let link = *self.indexes.get(link)?;
        match self.division.home(paths, Spot { link, along: micrometres(along_m) })? {
            Home::Junction(at) => Some(at),
            Home::Segment(_) => None,
        }
    }

    /// Whether an event on this link, so far along it, belongs to the junction.
    #[must_use]
    pub fn holds(&self, paths: &Paths, link: &str, along_m: f64) -> bool {
        self.home(paths, link, along_m).is_some_and(|at| self.at.contains(&at))
    }

    /// Events at each other junction of the same sort: as many arms (five and more are one sort), roundabout or not, and
    /// motor vehicles let in.
    #[must_use]
    pub fn others(&self, events: &[(String, f64)]) -> Vec<u64> {
        let paths = self.paths();
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for (link, along_m) in events {
            if let Some(at) = self.home(&paths, link, *along_m) {
                *counts.entry(at).or_default() += 1;
            }
        }
        let alike = |at: &usize| {
            let junction = &self.division.junctions[*at];
            let car = junction.arms.iter().any(|&link| self.network.links()[link as usize].modes.car);
            car && junction.arms.len().min(5) == self.arms.min(5) && junction.roundabout == self.roundabout
        };
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        (0..self.division.junctions.len())
            .filter(alike)
            .map(number)
            .filter(|at| !self.at.contains(at))
            .map(|at| counts.get(&at).copied().unwrap_or(0))
            .collect()
    }
}
