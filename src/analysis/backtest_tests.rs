use proptest::prelude::*;

use super::*;

fn event(step: u32, unit: u32) -> Event {
    Event { at: [f64::from(unit) * 100.0 + 50.0, 50.0], step, unit }
}

fn plan(steps: u32) -> Plan {
    Plan { steps, history: 1, horizon: 1, last_period: 1, origins: 100, shares: vec![0.25], replicates: 200, seed: 1 }
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
}

/// Four units; before: 3, 1, 0, 0; after: 2, 0, 0, 2.
fn small() -> Vec<Event> {
    [(0, 0), (0, 0), (0, 0), (0, 1), (1, 0), (1, 0), (1, 3), (1, 3)].map(|(step, unit)| event(step, unit)).to_vec()
}

#[test]
fn one_origin_by_hand() {
    let found = backtest(&small(), &[1.0; 4], &[], &plan(2)).expect("valid");
    assert_eq!(found.origins, [1]);
    let one = &found.results[0];
    assert_eq!((one.method.as_str(), one.events, one.hits.to_bits()), (BASELINE, 4, 2.0_f64.to_bits()));
    // Unit 0 is a quarter of the area and has half of the events: PAI 2. No other unit had more: PEI 1. It had three
    // quarters of the events before: RRI (1/2) / (3/4).
    near(one.hit_rate.value, 0.5);
    near(one.pai.value, 2.0);
    near(one.pei.value, 1.0);
    near(one.rri.expect("events before").value, 2.0 / 3.0);
    near(one.beyond_baseline.value, 0.0);
    assert_eq!(one.hit_rate.interval, None);
}

#[test]
fn units_with_one_score_are_taken_in_part_and_so_is_the_one_at_the_cut() {
    let (nothing, backwards) = (|_: &[Event], _| vec![7.0; 4], |_: &[Event], _| vec![0.0, 1.0, 2.0, f64::NAN]);
    let mut half = plan(2);
    half.shares = vec![0.25, 0.375, 0.5];
    let found = backtest(&small(), &[1.0; 4], &[("same", &nothing), ("backwards", &backwards)], &half).expect("valid");
    let hits: Vec<f64> = found.results.iter().map(|result| result.hits).collect();
    // The baseline has unit 0, then unit 1. One score for all is chance: the share of the four events. Backwards has unit
    // 2, then 1.
    let wanted = [2.0, 2.0, 2.0, 1.0, 1.5, 2.0, 0.0, 0.0, 0.0];
    hits.iter().zip(wanted).for_each(|(hits, wanted)| near(*hits, wanted));
    near(found.results[3].pai.value, 1.0);
    near(found.results[3].beyond_baseline.value, -0.25);
    // The best with three eighths: unit 0 or 3 and half of the other.
    near(found.results[1].pei.value, 2.0 / 3.0);
}

#[test]
fn sizes_count_as_kilometres_or_areas_do() {
    // Unit 0 has three events on three kilometres, unit 1 two on one: the second is denser.
    let events: Vec<Event> = [0, 0, 0, 1, 1].into_iter().flat_map(|unit| [event(0, unit), event(1, unit)]).collect();
    let found = backtest(&events, &[3.0, 1.0], &[], &plan(2)).expect("valid");
    near(found.results[0].hit_rate.value, 0.4);
    near(found.results[0].pai.value, 1.6);
}

#[test]
fn origins_roll_and_do_not_overlap() {
    let at = |steps, history, horizon, most| origins(&Plan { history, horizon, origins: most, ..plan(steps) });
    assert_eq!(at(12, 6, 2, 100), Ok(vec![6, 8, 10]));
    assert_eq!(at(12, 5, 2, 100), Ok(vec![6, 8, 10]));
    assert_eq!(at(12, 6, 2, 2), Ok(vec![8, 10]));
    assert_eq!(at(3, 2, 1, 9), Ok(vec![2]));
    assert_eq!(at(2, 2, 1, 9), Err(Error::TooFewSteps { steps: 2, least: 3 }));
    assert!(at(u32::MAX, u32::MAX, u32::MAX, 9).is_err() && at(5, 1, 1, 0).is_err());
    // A method is shown nothing from the origin on.
    let sees = |history: &[Event], origin: u32| {
        assert!(history.iter().all(|event| event.step < origin) && history.len() == 2 * origin as usize);
        vec![0.0; 4]
    };
    let events: Vec<Event> = (0..6).flat_map(|step| [event(step, 0), event(step, 3)]).collect();
    backtest(&events, &[1.0; 4], &[("sees", &sees)], &plan(6)).expect("valid");
}

/// Two places that always have events, one of them known to the method; the rest is noise.
fn town() -> Vec<Event> {
    let mut stream = Stream::new(11, 0);
    let mut events = Vec::new();
    for step in 0..24 {
        for _ in 0..20 {
            events.push(event(step, stream.below(100) as u32));
        }
        events.extend([7, 7, 7, 42, 42].map(|unit| event(step, unit)));
    }
    events
}

#[test]
fn a_method_that_knows_beats_the_baseline_and_one_that_guesses_does_not() {
    let knows = |_: &[Event], _| (0..100).map(|unit| f64::from(u8::from(unit == 7 || unit == 42))).collect();
    let guesses = |_: &[Event], _| vec![0.0; 100];
    let two = Plan { shares: vec![0.02], history: 6, ..plan(24) };
    let found = backtest(&town(), &[1.0; 100], &[("knows", &knows), ("guesses", &guesses)], &two).expect("valid");
    let [_, knows, guesses] = &found.results[..] else { panic!("three results") };
    let above = |measured: Measured| measured.interval.expect("enough origins");
    assert!(above(knows.beyond_baseline)[0] > 0.0, "{knows:?}");
    assert!(above(guesses.beyond_baseline)[1] < 0.0, "{guesses:?}");
    assert!(knows.pei.value > guesses.pei.value && knows.pei.value <= 1.0);
    let [low, high] = above(knows.hit_rate);
    assert!(low <= knows.hit_rate.value && knows.hit_rate.value <= high && low < high);
    near(guesses.pai.value, 1.0);
}

#[test]
fn what_cannot_be_is_refused() {
    let run = |events: &[Event], sizes: &[f64], plan: &Plan| backtest(events, sizes, &[], plan).err();
    assert_eq!(run(&[], &[1.0], &plan(2)), Some(Error::NothingToAnalyse));
    assert_eq!(run(&small(), &[], &plan(2)), Some(Error::LengthsDiffer { wanted: 1, found: 0 }));
    assert_eq!(run(&small(), &[1.0, 0.0, 1.0, 1.0], &plan(2)), Some(Error::SizeNotUsable { number: 2 }));
    assert!(matches!(run(&small(), &[1.0; 4], &Plan { shares: vec![1.0], ..plan(2) }), Some(Error::OutOfRange { .. })));
    assert!(matches!(run(&small(), &[1.0; 4], &Plan { horizon: 0, ..plan(2) }), Some(Error::OutOfRange { .. })));
    let short = |_: &[Event], _| vec![0.0];
    let refused = backtest(&small(), &[1.0; 4], &[("short", &short)], &plan(2)).err();
    assert_eq!(refused, Some(Error::LengthsDiffer { wanted: 4, found: 1 }));
    // No history before the only origin: no RRI.
    let future: Vec<Event> = small().into_iter().filter(|event| event.step == 1).collect();
    assert_eq!(backtest(&future, &[1.0; 4], &[], &plan(2)).expect("valid").results[0].rri, None);
}

#[test]
fn neither_threads_nor_the_order_of_rows_change_anything() {
    let two = Plan { shares: vec![0.01, 0.05, 0.1], history: 6, ..plan(24) };
    // A sum that depends on order shows whether methods see one order.
    let sums = |history: &[Event], _| {
        let mut scores = vec![0.0; 100];
        for event in history {
            let score: &mut f64 = &mut scores[event.unit as usize];
            *score = *score * 0.9 + event.at[0].sin();
        }
        scores
    };
    let run = |events: &[Event]| backtest(events, &[1.0; 100], &[("sums", &sums)], &two).expect("valid");
    let (events, mut shuffled) = (town(), town());
    shuffled.sort_by_key(|event| (event.unit * 37 % 101, event.step * 7 % 24));
    let wanted = run(&events);
    assert_eq!(run(&shuffled), wanted);
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        assert_eq!(pool.install(|| run(&events)), wanted);
    }
}

proptest! {
    #[test]
    fn measures_keep_their_bounds_and_size_has_no_unit(
        events in prop::collection::vec((0_u32..12, 0_u32..9), 1..80), sizes in prop::collection::vec(0.1..9.0, 9),
        share in 0.01..0.99, scores in prop::collection::vec(-3_i32..3, 9),
    ) {
        let events: Vec<Event> = events.into_iter().map(|(step, unit)| event(step, unit)).collect();
        let scores: Vec<f64> = scores.into_iter().map(f64::from).collect();
        let method = |_: &[Event], _| scores.clone();
        let wanted = Plan { shares: vec![share], replicates: 20, ..plan(12) };
        let run = |sizes: &[f64]| backtest(&events, sizes, &[("method", &method)], &wanted);
        let thousand: Vec<f64> = sizes.iter().map(|size| size * 1024.0).collect();
        let found = run(&sizes);
        prop_assert_eq!(&found, &run(&thousand));
        for result in found.iter().flat_map(|found| &found.results) {
            prop_assert!((0.0..=1.0 + 1e-12).contains(&result.hit_rate.value));
            prop_assert!((0.0..=1.0 + 1e-12).contains(&result.pei.value));
            prop_assert!((result.pai.value * share - result.hit_rate.value).abs() < 1e-12);
        }
    }
}
