//! How a place compares with similar ones: events a kilometre and year of streets with the same keeper, class and limit;
//! events of junctions with as many arms. Pure.
//!
//! It says how common such a number is, not that a place is worse than its traffic explains: flows are mostly unknown.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::forecast::SIMILAR_LEAST;
use crate::domain::RoadKeeper;
use crate::store::near::Stretch;

/// Shorter than this a rate per kilometre says nothing, metres.
const SHORTEST_M: f64 = 100.0;

/// A street: all links of one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Street {
    /// Name.
    pub name: String,
    /// Keeper, class and limit of the longest part.
    pub keeper: Option<RoadKeeper>,
    /// Class.
    pub class: Option<String>,
    /// Limit, km/h.
    pub speed: Option<u16>,
    /// Metres.
    pub length_m: f64,
    /// Events in the period.
    pub n: u64,
}

/// A comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Number of similar places, this one not counted.
    pub similar: usize,
    /// What makes them similar, in order: keeper, class, limit; or the number of arms.
    pub by: Vec<String>,
    /// This place's number per unit (kilometre and year, or years).
    pub own: f64,
    /// The median of the similar ones.
    pub median: f64,
    /// How many of the similar ones have a lower number per unit.
    pub fewer: usize,
    /// How many have exactly as much.
    pub equal: usize,
    /// `(events, exposure)` of each similar place, for the forecast; exposure in the unit of `own`.
    #[serde(skip)]
    pub exposures: Vec<(u64, f64)>,
    /// Exposure of this place.
    #[serde(skip)]
    pub exposure: f64,
}

/// The streets of a municipality: links with a name, by name; `counts` are events on each link.
#[must_use]
pub fn streets(stretches: &[Stretch], counts: &BTreeMap<&str, u64>) -> Vec<Street> {
    struct Parts<'a> {
        keepers: BTreeMap<Option<RoadKeeper>, f64>,
        classes: BTreeMap<Option<&'a str>, f64>,
        speeds: BTreeMap<Option<u16>, f64>,
        length_m: f64,
        n: u64,
    }
    fn longest<K: Clone + Ord>(parts: &BTreeMap<K, f64>) -> Option<K> {
        parts.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0))).map(|(key, _)| key.clone())
    }
    let mut found: BTreeMap<&str, Parts<'_>> = BTreeMap::new();
    for stretch in stretches {
        let Some(name) = stretch.street.as_deref().filter(|name| !name.is_empty()) else { continue };
        let parts = found.entry(name).or_insert_with(|| Parts {
            keepers: BTreeMap::new(),
            classes: BTreeMap::new(),
            speeds: BTreeMap::new(),
            length_m: 0.0,
            n: 0,
        });
        *parts.keepers.entry(stretch.keeper).or_default() += stretch.length_m;
        *parts.classes.entry(stretch.class.as_deref()).or_default() += stretch.length_m;
        *parts.speeds.entry(stretch.speed).or_default() += stretch.length_m;
        parts.length_m += stretch.length_m;
        parts.n += counts.get(stretch.link.as_str()).copied().unwrap_or(0);
    }
    let street = |(name, parts): (&str, Parts<'_>)| Street {
        name: name.to_owned(),
        keeper: longest(&parts.keepers).flatten(),
        class: longest(&parts.classes).flatten().map(str::to_owned),
        speed: longest(&parts.speeds).flatten(),
        length_m: parts.length_m,
        n: parts.n,
    };
    found.into_iter().map(street).collect()
}

/// What streets may have in common.
type Alike = fn(&Street, &Street) -> bool;

/// Compares a street with those that are most like it: same keeper, class and limit; where fewer than [`SIMILAR_LEAST`]
/// are, same keeper and class; else none. Streets under 100 m are left out. `years` above 0.
#[must_use]
pub fn of_street(name: &str, streets: &[Street], years: f64) -> Option<Comparison> {
    let own = streets.iter().find(|street| street.name == name)?;
    if own.length_m < SHORTEST_M || years <= 0.0 {
        return None;
    }
    let class: Alike = |a, b| a.keeper == b.keeper && a.class == b.class;
    let limit: Alike = |a, b| a.keeper == b.keeper && a.class == b.class && a.speed == b.speed;
    let others = |alike: Alike| -> Vec<&Street> {
        let fits = |other: &&Street| other.name != own.name && other.length_m >= SHORTEST_M && alike(own, other);
        streets.iter().filter(fits).collect()
    };
    let mut by: Vec<String> = own.keeper.map(|keeper| keeper.code().to_owned()).into_iter().collect();
    by.extend(own.class.clone());
    let mut similar = others(limit);
    if similar.len() < SIMILAR_LEAST {
        similar = others(class);
    } else {
        by.extend(own.speed.map(|speed| format!("{speed} km/tim")));
    }
    let exposure = |street: &Street| street.length_m / 1000.0 * years;
    let exposures = similar.iter().map(|street| (street.n, exposure(street))).collect();
    compare(own.n, exposure(own), exposures, by)
}

/// Compares a number with those of similar places, each with its exposure; `None` with fewer than [`SIMILAR_LEAST`].
#[must_use]
pub fn compare(n: u64, exposure: f64, exposures: Vec<(u64, f64)>, by: Vec<String>) -> Option<Comparison> {
    if exposures.len() < SIMILAR_LEAST || exposure <= 0.0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let rate = |n: u64, exposure: f64| n as f64 / exposure;
    let own = rate(n, exposure);
    let mut rates: Vec<f64> = exposures.iter().map(|&(n, exposure)| rate(n, exposure)).collect();
    rates.sort_unstable_by(f64::total_cmp);
    let middle = rates.len() / 2;
    let median = if rates.len() % 2 == 1 { rates[middle] } else { f64::midpoint(rates[middle - 1], rates[middle]) };
    let fewer = rates.iter().filter(|rate| **rate < own).count();
    let equal = rates.iter().filter(|rate| **rate == own).count();
    Some(Comparison { similar: rates.len(), by, own, median, fewer, equal, exposures, exposure })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn street(name: &str, speed: u16, length_m: f64, n: u64) -> Street {
        let (keeper, class) = (Some(RoadKeeper::Municipal), Some("Lokalgata".to_owned()));
        Street { name: name.to_owned(), keeper, class, speed: Some(speed), length_m, n }
    }

    #[test]
    fn a_street_is_held_against_those_of_its_limit_first() {
        let mut all: Vec<Street> = (0..11).map(|at| street(&format!("G{at}"), 40, 1_000.0, at)).collect();
        all.push(street("Storgatan", 40, 500.0, 5));
        all.push(street("Lederna", 60, 1_000.0, 50));
        all.push(street("Stump", 40, 99.0, 50));
        let found = of_street("Storgatan", &all, 5.0).expect("compared");
        // 5 events over 0.5 km and 5 years is 2 a km and year; the others have 0, 0.2, ... 2.0.
        assert_eq!((found.similar, found.own, found.median), (11, 2.0, 1.0));
        assert_eq!((found.fewer, found.equal), (10, 1));
        assert_eq!(found.by, ["kommunal", "Lokalgata", "40 km/tim"]);
        let wide = of_street("Lederna", &all, 5.0).expect("by class");
        assert_eq!((wide.similar, wide.by.len()), (12, 2));
        assert_eq!(of_street("Stump", &all, 5.0), None);
        assert_eq!(of_street("Storgatan", &all[5..], 5.0), None);
    }

    #[test]
    fn links_of_one_name_are_one_street_with_the_marks_of_its_longest_part() {
        let stretch = |link: &str, speed: u16, length_m: f64| Stretch {
            link: link.to_owned(),
            street: Some("Storgatan".to_owned()),
            class: None,
            keeper: None,
            speed: Some(speed),
            car: true,
            length_m,
        };
        let list =
            [stretch("a", 30, 100.0), stretch("b", 50, 300.0), Stretch { street: None, ..stretch("c", 50, 9.0) }];
        let counts = BTreeMap::from([("a", 2), ("b", 1), ("c", 7)]);
        let found = streets(&list, &counts);
        assert_eq!((found.len(), found[0].speed, found[0].length_m, found[0].n), (1, Some(50), 400.0, 3));
    }
}
