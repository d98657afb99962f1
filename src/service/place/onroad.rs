//! Streets and junctions with the same bounds and the same likenesses as the layers along roads have: sheet and map agree.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::road::segments::{Division, Home, divide};
use crate::analysis::road::{Streets, junction_of};
use crate::domain::paths::{metres, micrometres};
use crate::domain::{Bbox, Link, Metres, Net, Network, Paths, Spot};
use crate::service::along::{junction_likeness, junction_sort, likeness, per_km_year};
use crate::service::similar::{Likeness, Standing, standing_of};
use crate::service::snap::default_limit_m;

/// A network divided into places.
#[derive(Debug)]
pub struct Ground {
    network: Network,
    paths: Paths,
    division: Division,
    streets: Streets,
    /// Id of a link to its index.
    indexes: BTreeMap<String, u32>,
    radius: Metres,
}

/// Which places of the network are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Streets of one name: those that lie apart are several.
    Streets(Vec<u32>),
    /// Junctions: the crossing of wide streets may be several.
    Junctions(Vec<u32>),
}

/// A place against those like it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How it stands among them.
    pub standing: Standing,
    /// This place's events in the period.
    pub n: u64,
    /// The same a kilometre and year, or a year.
    pub own: f64,
    /// Whether it is a kilometre and year.
    pub per_km: bool,
    /// `(events, exposure)` of each similar place over the whole years, for the forecast.
    #[serde(skip)]
    pub exposures: Vec<(u64, f64)>,
    /// Exposure of this place over the whole years: kilometre-years, or years.
    #[serde(skip)]
    pub exposure: f64,
    /// Junctions that the name means. With more than one the comparison is of the one with most events, and no forecast can
    /// rest on it.
    pub junctions: usize,
}

/// Events on roads in a period, as `(link, metres along it)`, and the length of the period.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The events.
    pub events: &'a [(String, f64)],
    /// Years, above 0.
    pub years: f64,
}

impl Ground {
    /// Divides the network, junctions reaching this far.
    #[must_use]
    pub fn new(network: Network, radius: Metres) -> Self {
        let (car, gc) = (|link: &Link| link.modes.on(Net::Car), |link: &Link| link.modes.on(Net::Gc));
        let nets: [&dyn Fn(&Link) -> bool; 2] = [&car, &gc];
        let division = divide(&network, &nets, radius);
        let streets = Streets::of(&network, &|link| car(link) || gc(link));
        let indexes = (0_u32..).zip(network.links()).map(|(index, link)| (link.id.clone(), index)).collect();
        Self { paths: Paths::new(&network, |_| true), division, streets, indexes, radius, network }
    }

    /// The streets of this name, whatever the case of its letters; `None` where there is none.
    #[must_use]
    pub fn street(&self, name: &str) -> Option<Which> {
        let wanted = name.trim().to_lowercase();
        let streets = (0_u32..).zip(&self.streets.streets);
        let found: Vec<u32> =
            streets.filter(|(_, street)| street.name.trim().to_lowercase() == wanted).map(|(at, _)| at).collect();
        (!found.is_empty()).then_some(Which::Streets(found))
    }

    /// The junctions where all of these streets meet; `None` where there is none.
    #[must_use]
    pub fn junction(&self, streets: &[&str]) -> Option<Which> {
        let wanted: Vec<String> = streets.iter().map(|street| street.to_lowercase()).collect();
        let meets = |at: &u32| {
            let named = |street: &String| {
                self.links_of(&Which::Junctions(vec![*at]))
                    .iter()
                    .any(|link| link.street.as_ref().is_some_and(|own| own.trim().to_lowercase() == *street))
            };
            wanted.iter().all(named)
        };
        let all = 0..u32::try_from(self.division.junctions.len()).unwrap_or(u32::MAX);
        let found: Vec<u32> = all.filter(meets).collect();
        (!found.is_empty()).then_some(Which::Junctions(found))
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self, which: &Which) -> String {
        match which {
            Which::Streets(list) => {
                list.first().map_or_else(String::new, |&at| self.streets.streets[at as usize].name.clone())
            }
            Which::Junctions(list) => {
                let mut names: Vec<String> = Vec::new();
                for street in list.iter().flat_map(|&at| &self.division.junctions[at as usize].streets) {
                    if !names.contains(street) {
                        names.push(street.clone());
                    }
                }
                names.truncate(3);
                names.join(" / ")
            }
        }
    }

    /// Its links: for a junction those within it and those that lead away.
    #[must_use]
    pub fn links_of(&self, which: &Which) -> Vec<&Link> {
        let mut links: Vec<u32> = match which {
            Which::Streets(list) => {
                list.iter().flat_map(|&at| self.streets.streets[at as usize].links.iter().copied()).collect()
            }
            Which::Junctions(list) => list
                .iter()
                .map(|&at| &self.division.junctions[at as usize])
                .flat_map(|junction| junction.arms.iter().chain(&junction.inner).copied())
                .collect(),
        };
        links.sort_unstable();
        links.dedup();
        links.into_iter().map(|at| &self.network.links()[at as usize]).collect()
    }

    /// A box that holds every event of the place: its links and those of the junctions that it meets, and as far beyond as
    /// an event may lie from its road and a road from its junction.
    #[must_use]
    pub fn bounds(&self, which: &Which) -> Bbox {
        let mut links = self.links_of(which);
        if let Which::Streets(list) = which {
            let mine = |link: u32| list.iter().any(|&at| self.streets.streets[at as usize].links.contains(&link));
            for junction in &self.division.junctions {
                let around = || junction.arms.iter().chain(&junction.inner).copied();
                if around().any(mine) {
                    links.extend(around().map(|link| &self.network.links()[link as usize]));
                }
            }
        }
        let bbox = Bbox::around(links.iter().flat_map(|link| link.line.iter().copied()));
        bbox.grown(self.radius.0 + default_limit_m())
    }

    /// The nodes of junctions; none for streets.
    #[must_use]
    pub fn nodes_of(&self, which: &Which) -> Vec<[f64; 2]> {
        match which {
            Which::Streets(_) => Vec::new(),
            Which::Junctions(list) => list
                .iter()
                .flat_map(|&at| &self.division.junctions[at as usize].nodes)
                .map(|&node| self.network.nodes()[node as usize])
                .collect(),
        }
    }

    fn spot(&self, link: &str, along_m: f64) -> Option<Spot> {
        Some(Spot { link: *self.indexes.get(link)?, along: micrometres(along_m) })
    }

    /// Whether an event at this place on a road belongs to it. One in a junction belongs to every street that meets there.
    #[must_use]
    pub fn holds(&self, which: &Which, link: &str, along_m: f64) -> bool {
        let Some(spot) = self.spot(link, along_m) else { return false };
        let home = self.division.home(&self.paths, spot);
        match which {
            Which::Junctions(list) => matches!(home, Some(Home::Junction(at)) if list.contains(&at)),
            Which::Streets(list) => {
                let streets = self.streets.at(spot, junction_of(&self.division, home));
                list.iter().any(|at| streets.contains(at))
            }
        }
    }

    /// Compares the place with those like it. Parts of a street that lie apart are one street, and alike with what their longest
    /// part is like. Of several junctions the one with most events is compared, since no other place is several. `all` are the
    /// events of the headline's period, `whole` those of the years that the forecast rests on.
    #[must_use]
    pub fn compare(&self, which: &Which, all: Counted<'_>, whole: Counted<'_>) -> Option<Comparison> {
        let (counts, counts_whole) = (self.counts(which, all.events), self.counts(which, whole.events));
        let of = |at: usize| counts.get(&(at as u32)).copied().unwrap_or(0);
        let (places, at, list): (Vec<(Likeness, f64)>, u32, &[u32]) = match which {
            Which::Streets(list) => {
                let mut places: Vec<(Likeness, f64)> =
                    self.streets.streets.iter().map(|street| self.street_likeness(street)).collect();
                let length = |at: u32| places[at as usize].1;
                let longest = list.iter().copied().max_by(|&a, &b| length(a).total_cmp(&length(b)).then(b.cmp(&a)))?;
                places[longest as usize].1 = list.iter().map(|&part| length(part)).sum();
                (places, longest, list)
            }
            Which::Junctions(list) => (
                self.division.junctions.iter().map(|junction| self.junction_likeness(junction)).collect(),
                list.iter().copied().max_by_key(|&part| (of(part as usize), std::cmp::Reverse(part)))?,
                list,
            ),
        };
        let on_streets = matches!(which, Which::Streets(_));
        // An event where two parts of a street meet is one event.
        let own_n = if on_streets {
            all.events.iter().filter(|(link, along_m)| self.holds(which, link, *along_m)).count() as u64
        } else {
            of(at as usize)
        };
        let rate = |place: usize| {
            if place != at as usize && list.contains(&(place as u32)) {
                return None;
            }
            let n = if place == at as usize { own_n } else { of(place) };
            if on_streets {
                per_km_year(n as usize, places[place].1, Some(all.years))
            } else {
                Some(rounded(n as f64 / all.years))
            }
        };
        let rated: Vec<(Likeness, Option<f64>)> =
            places.iter().enumerate().map(|(at, (likeness, _))| (likeness.clone(), rate(at))).collect();
        let (standing, others) = standing_of(&rated, at as usize)?;
        let exposure = |at: usize| if on_streets { places[at].1 / 1000.0 * whole.years } else { whole.years };
        let n = |at: usize| counts_whole.get(&(at as u32)).copied().unwrap_or(0);
        Some(Comparison {
            standing,
            n: own_n,
            own: rated[at as usize].1?,
            per_km: on_streets,
            exposures: others.iter().map(|&other| (n(other), exposure(other))).collect(),
            exposure: exposure(at as usize),
            junctions: if on_streets { 0 } else { list.len() },
        })
    }

    fn counts(&self, which: &Which, events: &[(String, f64)]) -> BTreeMap<u32, u64> {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for (link, along_m) in events {
            let Some(spot) = self.spot(link, *along_m) else { continue };
            let home = self.division.home(&self.paths, spot);
            match (which, home) {
                (Which::Junctions(_), Some(Home::Junction(at))) => *counts.entry(at).or_default() += 1,
                (Which::Junctions(_), _) => {}
                (Which::Streets(_), home) => {
                    for street in self.streets.at(spot, junction_of(&self.division, home)) {
                        *counts.entry(street).or_default() += 1;
                    }
                }
            }
        }
        counts
    }

    fn street_likeness(&self, street: &crate::analysis::road::Street) -> (Likeness, f64) {
        let links = street.links.iter().map(|&link| &self.network.links()[link as usize]);
        (likeness(links), street.links.iter().map(|&link| metres(self.paths.length(link))).sum())
    }

    fn junction_likeness(&self, junction: &crate::analysis::road::segments::Junction) -> (Likeness, f64) {
        let links = junction.arms.iter().chain(&junction.inner).map(|&link| &self.network.links()[link as usize]);
        (junction_likeness(junction_sort(junction), junction.arms.len(), links), 0.0)
    }
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
