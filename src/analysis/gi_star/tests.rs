use proptest::prelude::*;

use super::*;
use crate::analysis::calibrate::{gi_finds, moran_finds, null_counts, uneven_exposure, usual_finds};
use crate::analysis::certificate::{Certificate, alarms};
use crate::analysis::local_moran::{Quadrant, local_moran_counts, local_moran_values};
use crate::analysis::nulls::gamma;
use crate::analysis::permutation::neighbour_tails;
use crate::domain::Cell;
use crate::domain::random::Stream;

fn grid(columns: i32, rows: i32) -> Neighbours {
    let cells: Vec<Cell> = (0..columns * rows).map(|at| Cell { column: at / rows, row: at % rows }).collect();
    Neighbours::queen(&cells)
}

fn row_of(places: u32) -> Neighbours {
    let lists: Vec<Vec<u32>> = (0..places).map(|at| if at + 1 < places { vec![at + 1] } else { vec![] }).collect();
    Neighbours::from_lists(&lists)
}

/// The same places in another order: where each goes, and the neighbours then.
fn shuffled(neighbours: &Neighbours, step: usize) -> (Vec<usize>, Neighbours) {
    let places = neighbours.len();
    let turned: Vec<usize> = (0..places).map(|at| (at * step + 5) % places).collect();
    let mut lists = vec![Vec::new(); places];
    for at in 0..places {
        lists[turned[at]] = neighbours.of(at).iter().map(|&other| turned[other as usize] as u32).collect();
    }
    (turned, Neighbours::from_lists(&lists))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn four_places_in_a_row_by_hand() {
    let found = gi_star_counts(&[4, 0, 0, 0], &[1.0; 4], &row_of(4), Dispersion::Poisson).expect("valid");
    let (first, second, last) = (found.places[0], found.places[1], found.places[3]);
    // The first window is half the map and holds all four events: 1 of 16. The second is three quarters.
    assert!(first.events == 4 && close(first.expected, 2.0) && close(first.p_high.expect("tested"), 1.0 / 16.0));
    assert!(close(first.p_low.expect("tested"), 1.0) && close(second.p_high.expect("tested"), 81.0 / 256.0));
    assert!(close(last.p_low.expect("tested"), 1.0 / 16.0) && close(last.p_high.expect("tested"), 1.0));
    // Mean 1, spread √3; z = (4 - 2) / (√3 √(2 (4 - 2) / 3)) = 1.
    assert!(close(first.z.expect("defined"), 1.0) && close(first.q_bh.expect("tested"), 0.25));
    assert_eq!((found.null, found.dispersion, found.total), (Null::Binomial, None, 4));
}

#[test]
fn exposure_explains_what_it_explains() {
    let found = gi_star_counts(&[30, 1, 2, 3], &[30.0, 1.0, 2.0, 3.0], &row_of(4), Dispersion::Auto).expect("valid");
    assert!(found.places.iter().all(|place| close(place.expected, place.events as f64)));
    assert!(found.places.iter().all(|place| place.p_high.expect("tested") > 0.4), "{found:?}");
}

#[test]
fn nothing_one_place_no_events_and_the_whole_map() {
    let of = |n: &[u32], exposure: &[f64], near: &Neighbours| gi_star_counts(n, exposure, near, Dispersion::Auto);
    assert!(of(&[], &[], &row_of(0)).expect("valid").places.is_empty());
    for (n, places) in [(vec![7], 1), (vec![0; 3], 3), (vec![2, 3], 2)] {
        let found = of(&n, &vec![2.0; places], &row_of(places as u32)).expect("valid");
        assert!(found.places.iter().all(|place| place.p_high == Some(1.0) && place.z.is_none()), "{found:?}");
        let moran =
            local_moran_counts(&n, &vec![2.0; places], &row_of(places as u32), Dispersion::Auto).expect("valid");
        assert!(moran.places.iter().flatten().all(|place| place.p == 1.0), "{moran:?}");
    }
}

#[test]
fn places_without_exposure_are_left_out_and_counted() {
    let found = gi_star_counts(&[4, 9, 0, 0, 0], &[1.0, 0.0, 1.0, 1.0, 1.0], &row_of(5), Dispersion::Poisson);
    let found = found.expect("valid");
    assert_eq!((found.excluded, found.total), (Excluded { places: 1, events: 9 }, 4));
    assert!(found.places[1].p_high.is_none() && found.places[1].q_by.is_none() && found.places[1].z.is_none());
    assert!(close(found.places[0].p_high.expect("tested"), 1.0 / 256.0));
}

#[test]
fn what_is_refused() {
    let of = |n: &[u32], exposure: &[f64]| gi_star_counts(n, exposure, &row_of(2), Dispersion::Auto).err();
    assert_eq!(of(&[1], &[1.0]), Some(Error::LengthsDiffer { wanted: 1, found: 2 }));
    assert_eq!(of(&[1, 2], &[1.0]), Some(Error::LengthsDiffer { wanted: 2, found: 1 }));
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(of(&[1, 2], &[1.0, bad]), Some(Error::ExposureNotUsable { number: 2 }));
    }
    assert_eq!(of(&[1, 2], &[0.0, 0.0]), Some(Error::NoExposure));
    let values = gi_star_values(&[1.0, f64::NAN], &row_of(2), 99, 1);
    assert_eq!(values, Err(Error::ValueNotFinite { number: 2 }));
    assert!(local_moran_values(&[1.0], &row_of(2), 99, 1).is_err());
}

#[test]
fn scores_and_local_moran_are_those_of_esda() {
    let oracle: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/oracles/local_esda.json")).expect("json");
    let number = |column: &str, at: usize| oracle[column][at].as_f64().expect("a number");
    let near = grid(12, 9);
    let n: Vec<u32> = (0..108_u32)
        .map(|k| k * 7919 % 61 % 11 + if (3..=5).contains(&(k / 9)) && (2..=4).contains(&(k % 9)) { 20 } else { 0 })
        .collect();
    let values: Vec<f64> = n.iter().map(|n| f64::from(*n)).collect();
    let counts = gi_star_counts(&n, &[1.0; 108], &near, Dispersion::Poisson).expect("valid");
    let scored = gi_star_values(&values, &near, 9_999, 1).expect("valid");
    let moran = local_moran_values(&values, &near, 9_999, 1).expect("valid");
    for at in 0..108 {
        let z = number("z", at);
        assert!((counts.places[at].z.expect("defined") - z).abs() < 1e-9, "{at}");
        assert!((scored[at].z.expect("defined") - z).abs() < 1e-9, "{at}");
        let place = moran[at].expect("has neighbours");
        assert!((place.i * 107.0 / 108.0 - number("i", at)).abs() < 1e-9, "{at}");
        // esda: 1 high-high, 2 low-high, 3 low-low, 4 high-low.
        let quadrant = [Quadrant::HighHigh, Quadrant::LowHigh, Quadrant::LowLow, Quadrant::HighLow];
        assert_eq!(place.quadrant, quadrant[number("quadrant", at) as usize - 1]);
        // Both from 9,999 draws of their own: within four standard errors. esda takes the tail of I, or what is left beside it
        // where that is less, and rounding decides there whether an equal sum is as far out; here it is.
        let (p, own) = (number("p_one_sided", at), scored[at].p.expect("has neighbours"));
        let is_high = matches!(place.quadrant, Quadrant::HighHigh | Quadrant::HighLow);
        let (with, without) = if is_high { (own.p_high, 1.0 - own.p_low) } else { (own.p_low, 1.0 - own.p_high) };
        let ends = [with, without].map(|tail| tail.min(1.0 - tail));
        let error = 4.0 * (2.0 * (p + 1e-3) / 9_999.0).sqrt();
        assert!(ends[0].min(ends[1]) - error <= p && p <= ends[0].max(ends[1]) + error, "{at}: {ends:?} {p}");
    }
}

#[test]
fn picks_leave_the_place_itself_out() {
    // The third of 0, 0, 0, 1 has the neighbours 0 and 1. Two of its three others hold the 1 in two of three picks.
    let tails = neighbour_tails(&[0.0, 0.0, 0.0, 1.0], &row_of(4), 9_999, 3);
    let third = tails[2].expect("has neighbours");
    assert!((third.p_high - 2.0 / 3.0).abs() < 0.02 && third.p_low == 1.0 && !third.fitted, "{third:?}");
    // The last has one neighbour, a 0, of three zeros.
    assert_eq!(tails[3].expect("has neighbours").p_high, 1.0);
    let constant = neighbour_tails(&[2.5; 4], &row_of(4), 99, 3);
    assert!(constant.iter().flatten().all(|tails| tails.p_two_sided == 1.0));
    assert!(neighbour_tails(&[1.0], &row_of(1), 99, 3)[0].is_none());
}

#[test]
fn a_planted_hotspot_of_values_is_found_with_a_fitted_tail() {
    let near = grid(20, 20);
    let mut stream = Stream::new(8, 0);
    let hot = |at: usize| (5..8).contains(&(at / 20)) && (5..8).contains(&(at % 20));
    let values: Vec<f64> = (0..400).map(|at| stream.normal() + if hot(at) { 4.0 } else { 0.0 }).collect();
    let found = gi_star_values(&values, &near, 99_999, 1).expect("valid");
    let middle = found[6 * 20 + 6];
    assert!(middle.q_bh.expect("tested") < 0.001 && middle.p.expect("tested").fitted, "{middle:?}");
    assert!(found[15 * 20 + 15].q_bh.expect("tested") > 0.05);
    let moran = local_moran_values(&values, &near, 99_999, 1).expect("valid")[6 * 20 + 6].expect("tested");
    assert!(moran.quadrant == Quadrant::HighHigh && moran.q_bh < 0.001);
}

#[test]
fn the_strictest_correction_finds_the_hotspot_only() {
    let near = grid(20, 20);
    let exposure = vec![1.0; 400];
    let mut n = null_counts(&exposure, 200, &mut Stream::new(8, 0));
    for at in [105, 106, 125, 126] {
        n[at] += 6;
    }
    let run = || max_statistic(&n, &exposure, &near, Dispersion::Auto, 199, 1).expect("valid");
    let found = run();
    let plain = gi_star_counts(&n, &exposure, &near, Dispersion::Auto).expect("valid");
    assert_eq!(found[105], Some(0.005));
    assert!(found[300].expect("tested") > 0.1);
    assert!(found.iter().zip(&plain.places).all(|(most, place)| *most >= place.p_high.map(|p| p.min(0.005))));
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        assert_eq!(pool.install(run), found);
        assert_eq!(pool.install(|| gi_star_counts(&n, &exposure, &near, Dispersion::Auto).expect("valid")), plain);
    }
}

#[test]
fn order_of_places_and_threads_change_no_bit_of_values() {
    let near = grid(15, 13);
    let mut stream = Stream::new(2, 2);
    let values: Vec<f64> =
        (0..195).map(|_| (stream.normal() * 3.0).exp() - 0.1 * f64::from(stream.chance(0.2))).collect();
    let found = gi_star_values(&values, &near, 999, 4).expect("valid");
    let moran = local_moran_values(&values, &near, 999, 4).expect("valid");
    let (turned, other) = shuffled(&near, 7);
    let mut moved = vec![0.0; 195];
    (0..195).for_each(|at| moved[turned[at]] = values[at]);
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let again = pool.install(|| gi_star_values(&moved, &other, 999, 4).expect("valid"));
        let again_moran = pool.install(|| local_moran_values(&moved, &other, 999, 4).expect("valid"));
        for at in 0..195 {
            assert_eq!((again[turned[at]], again_moran[turned[at]]), (found[at], moran[at]));
        }
    }
}

proptest! {
    #[test]
    fn order_and_scale_change_no_bit_of_counts(
        given in prop::collection::vec((0_u32..9, 0.0_f64..5.0), 12..60),
        auto in any::<bool>(),
    ) {
        let (n, mut exposure): (Vec<u32>, Vec<f64>) = given.into_iter().unzip();
        exposure[0] += 1.0;
        let wanted = if auto { Dispersion::Auto } else { Dispersion::Poisson };
        let near = grid(n.len() as i32 / 4 + 1, 4);
        let near = Neighbours::from_lists(&(0..n.len()).map(|at| near.of(at).to_vec()).collect::<Vec<_>>());
        let found = gi_star_counts(&n, &exposure, &near, wanted).expect("valid");
        let moran = local_moran_counts(&n, &exposure, &near, wanted).expect("valid");
        prop_assert!(found.places.iter().flat_map(|place| [place.p_high, place.p_low]).flatten().all(|p| (0.0..=1.0).contains(&p)));
        let step = (7..1000).find(|step| (1..=n.len()).filter(|d| step % d == 0 && n.len() % d == 0).count() == 1).expect("coprime");
        let (turned, other) = shuffled(&near, step);
        let (mut moved_n, mut moved) = (vec![0; n.len()], vec![0.0; n.len()]);
        for at in 0..n.len() {
            (moved_n[turned[at]], moved[turned[at]]) = (n[at], exposure[at] * 4.0);
        }
        let again = gi_star_counts(&moved_n, &moved, &other, wanted).expect("valid");
        let again_moran = local_moran_counts(&moved_n, &moved, &other, wanted).expect("valid");
        prop_assert_eq!(again.null, found.null);
        for (at, to) in turned.into_iter().enumerate() {
            prop_assert_eq!(again.places[to], found.places[at]);
            prop_assert_eq!(again_moran.places[to], moran.places[at]);
        }
    }

    #[test]
    fn no_values_panic(values in prop::collection::vec(prop::num::f64::NORMAL, 0..30), picks in 0_usize..200) {
        let near = row_of(values.len() as u32);
        prop_assert!(gi_star_values(&values, &near, picks, 1).is_ok());
        prop_assert!(local_moran_values(&values, &near, picks, 1).is_ok());
    }
}

/// How often something is found on so many maps, against a promise of 5 %.
fn false_alarms(maps: u64, seed: u64, one_map: impl Fn(&mut Stream) -> bool + Sync) -> Certificate {
    Certificate::of(alarms(maps, seed, one_map), maps, 0.05)
}

/// Null maps of 40 x 40 cells.
fn alarms_on(
    variation: f64,
    per_cell: f64,
    maps: u64,
    found: impl Fn(&[u32], &[f64], &Neighbours) -> bool + Sync,
) -> Certificate {
    let near = grid(40, 40);
    let exposure = uneven_exposure(1600, variation, &mut Stream::new(99, 0));
    false_alarms(maps, 7, |stream| found(&null_counts(&exposure, (per_cell * 1600.0) as u64, stream), &exposure, &near))
}

#[test]
fn false_alarms_on_null_maps_are_at_most_five_per_cent() {
    // Events a cell, variation of exposure; alarms of 200 maps by Gi*, local Moran, and the usual practice.
    for (per_cell, variation, stored) in
        [(0.05, 0.0, [1, 1, 196]), (0.5, 0.0, [6, 1, 70]), (5.0, 0.0, [3, 8, 11]), (1.0, 0.26, [8, 3, 48])]
    {
        let gi = alarms_on(variation, per_cell, 200, gi_finds);
        let moran = alarms_on(variation, per_cell, 200, moran_finds);
        let usual = alarms_on(variation, per_cell, 200, usual_finds);
        assert!(gi.p > 0.05 && moran.p > 0.05, "{gi:?} {moran:?}");
        assert_eq!([gi.alarms, moran.alarms, usual.alarms], stored, "{per_cell} {variation}");
    }
}

#[test]
fn rates_that_differ_from_place_to_place_raise_no_alarm_either() {
    let near = grid(40, 40);
    let exposure = vec![1.0; 1600];
    let run = |wanted| {
        false_alarms(200, 7, |stream| {
            let rates: Vec<f64> = exposure.iter().map(|_| gamma(2.0, stream)).collect();
            let found = gi_star_counts(&null_counts(&rates, 800, stream), &exposure, &near, wanted).expect("valid");
            found.places.iter().any(|place| place.q_bh.is_some_and(|q| q <= 0.05))
        })
    };
    let (auto, poisson) = (run(Dispersion::Auto), run(Dispersion::Poisson));
    assert!(auto.p > 0.05 && poisson.p < 1e-6, "{auto:?} {poisson:?}");
    assert_eq!((auto.alarms, poisson.alarms), (6, 42));
}

#[test]
fn planted_hotspots_are_found_as_often_with_the_spread_tested_as_without() {
    // Three hotspots of 3 x 3 cells, three times the risk, half an event a cell: share of maps on which a hot cell is found.
    let near = grid(40, 40);
    let exposure = vec![1.0; 1600];
    let hot = |at: usize| {
        [(5, 5), (20, 28), (30, 10)]
            .iter()
            .any(|&(a, b)| (a..a + 3).contains(&(at / 40)) && (b..b + 3).contains(&(at % 40)))
    };
    let rates: Vec<f64> = (0..1600).map(|at| if hot(at) { 3.0 } else { 1.0 }).collect();
    let run = |wanted| {
        false_alarms(200, 7, |stream| {
            let found = gi_star_counts(&null_counts(&rates, 800, stream), &exposure, &near, wanted).expect("valid");
            found.places.iter().enumerate().any(|(at, place)| hot(at) && place.q_bh.is_some_and(|q| q <= 0.05))
        })
    };
    assert_eq!((run(Dispersion::Auto).alarms, run(Dispersion::Poisson).alarms), (119, 125));
}
