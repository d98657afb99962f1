use proptest::prelude::*;

use super::*;
use crate::analysis::certificate::{NullCounts, certify};
use crate::domain::Cell;

/// A square of `side` x `side` cells, by column, then row.
fn square(side: i32) -> Neighbours {
    let cells: Vec<Cell> = (0..side).flat_map(|column| (0..side).map(move |row| Cell { column, row })).collect();
    Neighbours::queen(&cells)
}

fn alone(places: usize) -> Neighbours {
    Neighbours::from_lists(&vec![vec![]; places])
}

/// Counts where every place has `low` a step, and place 0 what `first` says.
fn planted(places: usize, steps: usize, low: u32, first: impl Fn(usize) -> u32) -> Vec<u32> {
    (0..places * steps).map(|at| if at < steps { first(at) } else { low }).collect()
}

fn run(counts: &[u32], steps: usize, near: &Neighbours) -> Emerging {
    let exposure = vec![1.0; near.len()];
    emerging(&Cube { counts, steps, exposure: &exposure, near }, 0.05, 1).expect("valid")
}

#[test]
fn a_window_by_hand() {
    // Three of four events in half of the exposure: P(X >= 3) = 5/16, P(X <= 3) = 15/16, P(X = 3) = 4/16.
    let found = window(3, 4, 0.5);
    assert!((found.p - 0.625).abs() < 1e-12 && (found.expected - 2.0).abs() < 1e-12);
    // The mid-p above is 3/16.
    assert!((crate::analysis::tails::normal_above(found.score) - 0.1875).abs() < 1e-12);
    assert!((window(1, 4, 0.5).score + found.score).abs() < 1e-12);
    assert!(window(0, 0, 0.3).score.abs() < 1e-12);
    // A window over the whole map is never odd.
    assert!(window(9, 9, 1.0).p == 1.0 && window(9, 9, 1.0).score.abs() < 1e-12);
    // Far out, the score is finite.
    assert!(window(900, 1_000, 0.001).score.is_finite() && window(900, 1_000, 0.001).score > 30.0);
}

#[test]
fn planted_histories_are_found() {
    let near = alone(30);
    let category = |first: &dyn Fn(usize) -> u32| {
        let found = run(&planted(30, 24, 4, first), 24, &near);
        assert!(found.places[1..].iter().all(|place| place.category == Category::None), "{:?}", found.places);
        (found.places[0].category, found.places[0].word)
    };
    let hot = |pattern, word| (Category::Hot(pattern), Some(word));
    assert_eq!(category(&|_| 4), (Category::None, None));
    assert_eq!(category(&|step| if step == 23 { 40 } else { 4 }), hot(Pattern::New, Word::New));
    assert_eq!(category(&|step| if step > 20 { 40 } else { 4 }), hot(Pattern::Consecutive, Word::New));
    assert_eq!(category(&|step| 25 + (step * 7 % 5) as u32), hot(Pattern::Persistent, Word::Lasting));
    assert_eq!(category(&|step| 20 + 2 * step as u32), hot(Pattern::Intensifying, Word::Rising));
    assert_eq!(category(&|step| 70 - 2 * step as u32), hot(Pattern::Diminishing, Word::Falling));
    assert_eq!(category(&|step| if step == 23 { 4 } else { 40 }), hot(Pattern::Historical, Word::Falling));
    assert_eq!(category(&|step| if step % 4 == 3 { 40 } else { 4 }), hot(Pattern::Sporadic, Word::Passing));
}

#[test]
fn a_town_that_grows_is_no_trend_and_an_empty_place_has_none() {
    // Every place triples over the years, the first one at six times the others; the last is empty.
    let (places, steps) = (40, 30);
    let counts: Vec<u32> = (0..places * steps)
        .map(|at| {
            let level = 4 + (at % steps) as u32 / 4;
            match at / steps {
                0 => level * 6,
                39 => 0,
                _ => level,
            }
        })
        .collect();
    let found = run(&counts, steps, &alone(places));
    assert_eq!(found.places[0].category, Category::Hot(Pattern::Persistent), "{:?}", found.places[0]);
    assert_eq!(found.places[39].trend, None);
    assert!(found.places[39].trend_q.is_nan());
}

#[test]
fn windows_hold_those_beside_them_and_no_exposure_is_no_test() {
    let lists = vec![vec![1], vec![0], vec![]];
    let near = Neighbours::from_lists(&lists);
    let counts = [vec![3_u32; 10], vec![1; 10], vec![0; 10]].concat();
    let cube = Cube { counts: &counts, steps: 10, exposure: &[1.0, 2.0, 0.0], near: &near };
    let found = emerging(&cube, 0.05, 1).expect("valid");
    assert_eq!((found.of(0)[0].n, found.of(1)[9].n), (4, 4));
    assert!(found.of(2).iter().all(|window| window.p.is_nan() && window.q.is_nan()));
    assert!(found.of(3).is_empty() && !found.alarm());
}

#[test]
fn what_cannot_be_is_refused() {
    let near = alone(2);
    let run = |counts: &[u32], steps, exposure: &[f64]| {
        emerging(&Cube { counts, steps, exposure, near: &near }, 0.05, 1).err()
    };
    assert_eq!(run(&[1; 18], 9, &[1.0; 2]), Some(Error::TooFewSteps { steps: 9, least: 10 }));
    assert_eq!(run(&[], 0, &[1.0; 2]), Some(Error::TooFewSteps { steps: 0, least: 10 }));
    assert_eq!(run(&[0; 20], 10, &[1.0; 2]), Some(Error::NothingToAnalyse));
    assert_eq!(run(&[1; 19], 10, &[1.0; 2]), Some(Error::LengthsDiffer { wanted: 20, found: 19 }));
    assert_eq!(run(&[1; 20], 10, &[1.0, f64::NAN]), Some(Error::ExposureNotUsable { number: 2 }));
    assert_eq!(run(&[1; 20], 10, &[-1.0, 1.0]), Some(Error::ExposureNotUsable { number: 1 }));
    assert_eq!(run(&[1; 20], 10, &[1.0, 0.0]), Some(Error::EventsWithoutExposure { number: 2 }));
}

/// Maps that hold nothing, with few and many events a cell, uneven exposure, and totals that grow fivefold.
#[test]
fn histories_that_hold_nothing_raise_the_alarm_as_seldom_as_promised() {
    let near = square(10);
    let (steps, maps) = (12, 200);
    let even = vec![1.0; 100];
    let uneven: Vec<f64> = (0..100).map(|at| f64::from(1 + at * at % 37)).collect();
    let totals = |mean: f64| -> Vec<u64> {
        (0..steps).map(|step| (mean * 100.0 * f64::from(1 + 4 * step / 11)) as u64).collect()
    };
    for (exposure, mean) in [(&even, 0.05), (&even, 0.5), (&even, 5.0), (&uneven, 0.5)] {
        let null = NullCounts::new(exposure, &totals(mean)).expect("exposure");
        let run = |stream: &mut Stream| {
            let counts = null.draw(stream);
            let cube = Cube { counts: &counts, steps: steps as usize, exposure, near: &near };
            emerging(&cube, 0.05, stream.bits()).expect("valid")
        };
        let windows = certify(maps, 0.05, 3, |stream| run(stream).alarm());
        let trends = certify(maps, 0.05, 3, |stream| run(stream).places.iter().any(|place| place.trend_q <= 0.05));
        assert!(!windows.refuted(), "windows at {mean}: {windows:?}");
        assert!(!trends.refuted(), "trends at {mean}: {trends:?}");
    }
}

#[test]
fn threads_change_nothing() {
    let near = square(8);
    let counts: Vec<u32> = (0..64 * 12).map(|at: u32| at.wrapping_mul(2_654_435_761) >> 30).collect();
    let wanted = format!("{:?}", run(&counts, 12, &near));
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        assert_eq!(pool.install(|| format!("{:?}", run(&counts, 12, &near))), wanted);
    }
}

proptest! {
    #[test]
    fn nothing_breaks_and_scale_of_exposure_says_nothing(
        counts in prop::collection::vec(0_u32..20, 9 * 10), exposure in prop::collection::vec(0.1..5.0, 9),
        seed in 0_u64..9,
    ) {
        let near = square(3);
        let run = |exposure: &[f64]| emerging(&Cube { counts: &counts, steps: 10, exposure, near: &near }, 0.05, seed);
        let quadruple: Vec<f64> = exposure.iter().map(|value| value * 4.0).collect();
        let (one, other) = (run(&exposure).expect("valid"), run(&quadruple).expect("valid"));
        prop_assert_eq!(&one, &other);
        for window in &one.windows {
            prop_assert!((0.0..=1.0).contains(&window.p) && window.q >= window.p && window.score.is_finite());
        }
    }
}
