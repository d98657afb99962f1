//! Near repeats by hand, at the edges, in any order, and where nothing or something was planted.

use proptest::prelude::*;

use super::*;

const PLAIN: Settings = Settings {
    same_place: Metres(0.0),
    band: Metres(100.0),
    bands: 2,
    days: 7,
    time_bands: 2,
    replicates: 99,
    seed: 1,
};

fn on(days: &[i32]) -> Vec<Option<Days>> {
    days.iter().map(|&day| Some(Days { first: day, last: day })).collect()
}

fn observed(found: &NearRepeat) -> Vec<u64> {
    found.cells.iter().map(|cell| cell.observed).collect()
}

#[test]
fn pairs_by_hand_with_edges_in_the_nearer_band() {
    let points = [[0.0, 0.0], [0.0, 0.0], [60.0, 80.0], [0.0, 200.0], [0.0, 200.1]];
    let found = near_repeat(&points, &on(&[0, 7, 8, 14, 15]), &PLAIN).expect("valid");
    // Same place: 0-1 (7 days). At 100 m: 0-2 (8), 1-2 (1). 0.1 m: 3-4 (1). 200 m and less: 0-3 (14), 1-3 (7), 2-3 at 134 m
    // (6), 2-4 at 134 m (7). 200.1 m: none.
    assert_eq!(observed(&found), [1, 0, 2, 1, 3, 1]);
    assert_eq!(found.pairs, 8);
    // Within the first bands: 0 then 1 (7 days, same place), 1 then 2, 3 then 4.
    assert_eq!(found.later, [1, 1, 0, 1, 0]);
    assert_eq!(found.earlier, [0, 1, 1, 0, 1]);
    assert_eq!(found.same_day, [0; 5]);
    // A metre is the same place.
    let found =
        near_repeat(&points, &on(&[0, 7, 8, 14, 15]), &Settings { same_place: Metres(1.0), ..PLAIN }).expect("valid");
    assert_eq!(observed(&found), [2, 0, 1, 1, 3, 1]);
}

#[test]
fn two_pairs_by_hand_have_the_p_of_a_count() {
    // Two places with two events each, days 0, 1, 100, 101: of the three ways to pair the days, one has both pairs near in
    // time and two have none. Expected 2/3, p about 1/3.
    let points = [[0.0, 0.0], [50.0, 0.0], [9000.0, 0.0], [9050.0, 0.0]];
    let found = near_repeat(&points, &on(&[0, 1, 100, 101]), &Settings { replicates: 9999, ..PLAIN }).expect("valid");
    let cell = found.cells[2];
    assert_eq!((cell.band, cell.time_band, cell.observed, cell.median), (1, 0, 2, 0.0));
    assert!((cell.expected - 2.0 / 3.0).abs() < 0.03 && (cell.p - 1.0 / 3.0).abs() < 0.015, "{cell:?}");
    assert!((cell.ratio.expect("expected") - 3.0).abs() < 0.15 && cell.ratio_to_median.is_none());
    // The only band with pairs has two cells: q is p times two, at most that of the other.
    assert!((cell.q - 2.0 * cell.p).abs() < 1e-12 && found.cells[4].q == 1.0 && found.cells[4].p == 1.0);
}

#[test]
fn events_on_the_same_day_follow_nobody() {
    let found = near_repeat(&[[0.0, 0.0]; 3], &on(&[5, 5, 6]), &PLAIN).expect("valid");
    assert_eq!((found.same_day, found.later, found.earlier), (vec![1, 1, 0], vec![1, 1, 0], vec![0, 0, 2]));
    assert_eq!(found.cells[0].observed, 3);
}

#[test]
fn an_interval_stands_for_its_middle_day_and_is_left_out_where_it_is_longer_than_a_time_band() {
    let within = |first, last| Some(Days { first, last });
    let days = [within(0, 0), within(3, 6), within(-10, -4), within(0, 7), within(9, 8), None];
    let found = near_repeat(&[[0.0, 0.0]; 6], &days, &PLAIN).expect("valid");
    assert_eq!((found.coarse, found.undated), (2, 1));
    assert_eq!(found.used, [true, true, true, false, false, false]);
    // Days 0, 4 and -7: 4, 7 and 11 apart.
    assert_eq!(observed(&found)[..2], [2, 1]);
    // A month is no day, however wide the bands.
    let month = [within(0, 30), within(31, 58), within(0, 26)];
    let found = near_repeat(&[[0.0, 0.0]; 3], &month, &Settings { days: 366, ..PLAIN }).expect("valid");
    assert_eq!((found.coarse, found.used), (2, vec![false, false, true]));
    let far = [within(i32::MIN, i32::MAX), within(i32::MIN, i32::MIN), within(i32::MAX, i32::MAX)];
    assert_eq!(near_repeat(&[[0.0, 0.0]; 3], &far, &PLAIN).expect("valid").coarse, 1);
}

#[test]
fn months_and_years_alone_are_refused() {
    let months: Vec<Option<Days>> = (0..9).map(|m| Some(Days { first: m * 30, last: m * 30 + 29 })).collect();
    let refused = near_repeat(&[[0.0, 0.0]; 9], &months, &PLAIN).expect_err("refused");
    assert_eq!(refused, Error::NoDayKnown { rows: 9, days: 7 });
    assert!(matches!(near_repeat(&[[0.0, 0.0]], &[], &PLAIN), Err(Error::NoDayKnown { rows: 1, .. })));
}

#[test]
fn nothing_and_one_event_give_a_table_of_zeros() {
    for found in [near_repeat(&[], &[], &PLAIN), near_repeat(&[[1.0, 2.0]], &on(&[3]), &PLAIN)] {
        let found = found.expect("valid");
        assert_eq!(found.cells.len(), 6);
        assert!(
            found
                .cells
                .iter()
                .all(|cell| { (cell.observed, cell.expected, cell.ratio, cell.p, cell.q) == (0, 0.0, None, 1.0, 1.0) })
        );
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let refused = |settings: Settings| matches!(near_repeat(&[], &[], &settings), Err(Error::OutOfRange { .. }));
    for settings in [
        Settings { band: Metres(0.0), ..PLAIN },
        Settings { band: Metres(f64::NAN), ..PLAIN },
        Settings { bands: 0, ..PLAIN },
        Settings { bands: 51, ..PLAIN },
        Settings { days: 0, ..PLAIN },
        Settings { time_bands: 61, ..PLAIN },
        Settings { replicates: 0, ..PLAIN },
        Settings { same_place: Metres(-1.0), ..PLAIN },
        Settings { same_place: Metres(f64::NAN), ..PLAIN },
        Settings { same_place: Metres(100.1), ..PLAIN },
    ] {
        assert!(refused(settings), "{settings:?}");
    }
    assert_eq!(near_repeat(&[[f64::NAN, 0.0]], &on(&[1]), &PLAIN), Err(Error::PointNotFinite { number: 1 }));
    // Beyond every map, and still no panic.
    let far = [[-1e300, 1e300], [1e300, -1e300], [f64::MAX, f64::MIN]];
    assert_eq!(near_repeat(&far, &on(&[1, 1, 1]), &PLAIN).expect("valid").pairs, 0);
}

/// Events with places of their own and seasons of their own; each fifth follows another if `planted`.
fn town(n: usize, seed: u64, planted: bool) -> (Vec<[f64; 2]>, Vec<Option<Days>>) {
    let mut stream = Stream::new(seed, 0);
    let (mut points, mut days): (Vec<[f64; 2]>, Vec<i32>) = (Vec::new(), Vec::new());
    for i in 0..n {
        if planted && i % 5 == 4 {
            points.push(points[i - 1].map(|value| value + stream.between(-40.0, 40.0)));
            days.push(days[i - 1] + 1 + stream.below(5) as i32);
        } else {
            points.push([3000.0 * stream.unit().powi(2), stream.between(0.0, 3000.0)]);
            days.push((365.0 * stream.unit().sqrt()) as i32);
        }
    }
    (points, on(&days))
}

#[test]
fn what_was_planted_is_found_and_where_nothing_was_little_is() {
    let (points, days) = town(1500, 3, true);
    let settings = Settings { bands: 5, time_bands: 4, replicates: 499, ..PLAIN };
    let found = near_repeat(&points, &days, &settings).expect("valid");
    let first = found.cells[4];
    assert!(first.p == 0.002 && first.q <= 0.05 && first.ratio.is_some_and(|ratio| ratio > 1.5), "{first:?}");
    let followers = found.earlier.iter().skip(4).step_by(5).filter(|&&earlier| earlier > 0).count();
    assert_eq!(followers, 300);
    // Ten towns of chance: at 5 %, one town in twenty should show anything after the correction.
    let shown = (0..10).filter(|&seed| {
        let (points, days) = town(600, 100 + seed, false);
        let found = near_repeat(&points, &days, &Settings { replicates: 199, ..settings }).expect("valid");
        found.cells.iter().any(|cell| cell.q <= 0.05)
    });
    assert!(shown.count() <= 2);
}

#[test]
fn one_two_and_eight_threads_give_the_same_bytes() {
    let (points, days) = town(2000, 8, true);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| near_repeat(&points, &days, &PLAIN).expect("valid"))
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(8));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn all_pairs_are_counted_and_the_order_of_rows_does_not_matter(
        rows in prop::collection::vec((0..25_i32, 0..25_i32, 0..60_i32), 1..80), seed: u64,
    ) {
        let event = |&(x, y, day): &(i32, i32, i32)| ([f64::from(x) * 20.0, f64::from(y) * 20.0], day);
        let events: Vec<([f64; 2], i32)> = rows.iter().map(event).collect();
        let run = |events: &[([f64; 2], i32)]| {
            let points: Vec<[f64; 2]> = events.iter().map(|(at, _)| *at).collect();
            let days: Vec<i32> = events.iter().map(|(_, day)| *day).collect();
            near_repeat(&points, &on(&days), &Settings { replicates: 19, ..PLAIN }).expect("valid")
        };
        let found = run(&events);
        let mut by_hand = vec![0_u64; 6];
        for (i, (a, day_a)) in events.iter().enumerate() {
            for (b, day_b) in &events[..i] {
                let apart = ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt();
                let (band, time_band) = ((apart / 100.0).ceil() as usize, ((day_a - day_b).abs() - 1).max(0) / 7);
                if band <= 2 && time_band < 2 {
                    by_hand[band * 2 + time_band as usize] += 1;
                }
            }
        }
        prop_assert_eq!(observed(&found), by_hand);
        let mut order: Vec<usize> = (0..events.len()).collect();
        let mut stream = Stream::new(seed, 0);
        for last in (1..order.len()).rev() {
            order.swap(last, stream.below(last + 1));
        }
        let shuffled: Vec<([f64; 2], i32)> = order.iter().map(|&at| events[at]).collect();
        let after = run(&shuffled);
        prop_assert_eq!(&after.cells, &found.cells);
        for (new, &old) in order.iter().enumerate() {
            prop_assert_eq!(after.earlier[new], found.earlier[old]);
            prop_assert_eq!(after.later[new], found.later[old]);
            prop_assert_eq!(after.same_day[new], found.same_day[old]);
        }
    }
}
