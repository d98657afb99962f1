//! Gi* and local Moran against spdep, and tails and q of counts against R itself, on seven maps.
//!
//! `tests/oracles/local_spdep.json` holds the answers with versions; `tests/oracles/local_spdep.R` made it and says which maps.

use serde::Deserialize;

use super::*;
use crate::analysis::local_moran::{Quadrant, local_moran_values};

#[derive(Deserialize)]
struct Oracle {
    maps: Vec<Map>,
}

#[derive(Deserialize)]
struct Map {
    name: String,
    neighbours: Vec<Vec<u32>>,
    values: Vec<f64>,
    gi_star: Vec<Option<f64>>,
    moran: Vec<Option<f64>>,
    quadrant: Vec<Option<String>>,
    p_high: Option<Vec<f64>>,
    p_low: Option<Vec<f64>>,
    q_bh: Option<Vec<f64>>,
    q_by: Option<Vec<f64>>,
}

fn maps() -> Vec<Map> {
    let oracle: Oracle =
        serde_json::from_str(include_str!("../../../tests/oracles/local_spdep.json")).expect("well-formed");
    assert_eq!(oracle.maps.len(), 7);
    oracle.maps
}

impl Map {
    fn counts(&self) -> Vec<u32> {
        self.values.iter().map(|value| *value as u32).collect()
    }
}

/// Within 1e-9: of the number itself, or of 1 where it is smaller, since scores near 0 are what is left of sums that cancel.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

#[test]
fn the_z_scores_of_spdep() {
    for map in maps() {
        let near = Neighbours::from_lists(&map.neighbours);
        let of_values = gi_star_values(&map.values, &near, 19, 1).expect("valid");
        let same = |own: Option<f64>, at: usize| match (own, map.gi_star[at]) {
            (Some(own), Some(theirs)) => assert!(close(own, theirs), "{} {at}: {own} {theirs}", map.name),
            (own, theirs) => assert_eq!(own, theirs, "{} {at}", map.name),
        };
        for (at, place) in of_values.iter().enumerate() {
            same(place.z, at);
        }
        if map.p_high.is_some() {
            let exposure = vec![1.0; map.values.len()];
            let of_counts = gi_star_counts(&map.counts(), &exposure, &near, Dispersion::Poisson).expect("valid");
            for (at, place) in of_counts.places.iter().enumerate() {
                same(place.z, at);
            }
        }
    }
}

/// Where a place has no neighbours, spdep gives I 0 (an empty sum) and we give none. Where values do not vary, it divides by 0.
///
/// Quadrants are those that spdep calls "pysal". Those that it calls "mean" hold a place's neighbours not against the mean of
/// all places but against the mean of all neighbours' means, where a place without neighbours counts as 0. That changes 1 of
/// 108 quadrants of the first map, and 41 of 80 on the one with values around a million and one place without neighbours.
#[test]
fn the_local_moran_of_spdep() {
    let mut islands = 0;
    for map in maps() {
        let near = Neighbours::from_lists(&map.neighbours);
        let found = local_moran_values(&map.values, &near, 19, 1).expect("valid");
        for (at, place) in found.iter().enumerate() {
            let theirs = map.moran[at];
            let Some(place) = place else {
                let is_island = map.neighbours[at].is_empty();
                islands += usize::from(is_island);
                assert!(theirs.is_none() || (is_island && theirs == Some(0.0)), "{} {at}: {theirs:?}", map.name);
                continue;
            };
            let theirs = theirs.expect("values vary");
            assert!(close(place.i, theirs), "{} {at}: {} {theirs}", map.name, place.i);
            let quadrant = match place.quadrant {
                Quadrant::HighHigh => "High-High",
                Quadrant::LowLow => "Low-Low",
                Quadrant::HighLow => "High-Low",
                Quadrant::LowHigh => "Low-High",
            };
            assert_eq!(map.quadrant[at].as_deref(), Some(quadrant), "{} {at}", map.name);
        }
    }
    assert!(islands >= 2, "{islands} places without neighbours");
}

#[test]
fn the_tails_and_q_of_r() {
    let mut maps_of_counts = 0;
    for map in maps() {
        let (Some(p_high), Some(p_low), Some(q_bh), Some(q_by)) = (&map.p_high, &map.p_low, &map.q_bh, &map.q_by)
        else {
            continue;
        };
        maps_of_counts += 1;
        let near = Neighbours::from_lists(&map.neighbours);
        let exposure = vec![1.0; map.values.len()];
        let found = gi_star_counts(&map.counts(), &exposure, &near, Dispersion::Poisson).expect("valid");
        for (at, place) in found.places.iter().enumerate() {
            let own = [place.p_high, place.p_low, place.q_bh, place.q_by];
            let theirs = [p_high[at], p_low[at], q_bh[at], q_by[at]];
            for (own, theirs) in own.into_iter().zip(theirs) {
                let own = own.expect("tested");
                assert!((own - theirs).abs() <= 1e-9 * theirs, "{} {at}: {own} {theirs}", map.name);
            }
        }
    }
    assert_eq!(maps_of_counts, 4);
}
