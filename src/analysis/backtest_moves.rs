//! What other names for the units must not change in a back-test, planted places, and input that is none.

use proptest::prelude::*;

use super::*;
use crate::analysis::moves::{any_number, any_place, order};

fn plan(steps: u32) -> Plan {
    Plan {
        steps,
        history: 2,
        horizon: 1,
        last_period: 2,
        origins: 100,
        shares: vec![0.1, 0.3],
        replicates: 50,
        seed: 1,
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

proptest! {
    #[test]
    fn units_by_other_numbers_and_events_at_other_places_are_hit_alike(
        events in prop::collection::vec((0_u32..8, 0_u32..9), 1..80), sizes in prop::collection::vec(1_u32..9, 9), seed: u64, east in -9e5..9e5_f64,
    ) {
        let sizes: Vec<f64> = sizes.into_iter().map(f64::from).collect();
        let numbers = order(9, seed);
        let mut other_sizes = vec![0.0; 9];
        (0..9).for_each(|unit| other_sizes[numbers[unit]] = sizes[unit]);
        let event = |&(step, unit): &(u32, u32)| Event { at: [f64::from(unit), 0.0], step, unit };
        let events: Vec<Event> = events.iter().map(event).collect();
        let renamed = |event: &Event| Event { at: [event.at[0] + east, east], unit: numbers[event.unit as usize] as u32, ..*event };
        let others: Vec<Event> = events.iter().map(renamed).collect();
        // A method that counts all that happened.
        let all = |history: &[Event], _| {
            let mut counts = vec![0.0; 9];
            for event in history {
                counts[event.unit as usize] += 1.0;
            }
            counts
        };
        let run = |events: &[Event], sizes: &[f64]| backtest(events, sizes, &[("all", &all)], &plan(8));
        let (before, after) = match (run(&events, &sizes), run(&others, &other_sizes)) {
            (Ok(before), Ok(after)) => (before, after),
            (before, after) => {
                prop_assert_eq!(before.err(), after.err());
                return Ok(());
            }
        };
        prop_assert_eq!(before.origins, after.origins);
        for (before, after) in before.results.iter().zip(&after.results) {
            prop_assert_eq!(before.events, after.events);
            prop_assert!(close(after.hits, before.hits) && close(after.pei.value, before.pei.value), "{after:?} {before:?}");
            prop_assert!(close(after.beyond_baseline.value, before.beyond_baseline.value));
            prop_assert!(after.rri.zip(before.rri).is_none_or(|(a, b)| close(a.value, b.value)));
        }
    }

    #[test]
    fn a_place_that_always_has_the_events_is_hit_by_the_baseline(unit in 0..10_u32, each in 1..5_usize) {
        let events: Vec<Event> =
            (0..8).flat_map(|step| vec![Event { at: [0.0, 0.0], step, unit }; each]).collect();
        let found = backtest(&events, &[2.0; 10], &[], &plan(8)).expect("valid");
        for result in &found.results {
            prop_assert!(close(result.hit_rate.value, 1.0) && close(result.pai.value, 1.0 / result.share) && close(result.pei.value, 1.0));
        }
    }

    #[test]
    fn nothing_panics(
        rows in prop::collection::vec((any_place(), prop_oneof![8 => 0..12_u32, 1 => any::<u32>()], prop_oneof![8 => 0..5_u32, 1 => any::<u32>()]), 0..40),
        sizes in prop::collection::vec(any_number(), 0..6), scores in prop::collection::vec(any_number(), 0..6), share in any_number(),
        steps in 0..40_u32, history in 0..9_u32, horizon in prop_oneof![0..9_u32, Just(u32::MAX)], last_period in prop_oneof![0..9_u32, Just(u32::MAX)],
        origins in prop_oneof![0..9_usize, Just(usize::MAX)], seed: u64,
    ) {
        let events: Vec<Event> = rows.into_iter().map(|(at, step, unit)| Event { at, step, unit }).collect();
        let method = |_: &[Event], _| scores.clone();
        let usable = vec![1.0; scores.len()];
        for (sizes, shares) in [(&sizes, vec![share]), (&usable, vec![share]), (&usable, vec![0.2, 0.5])] {
            let plan = Plan { steps, history, horizon, last_period, origins, shares, replicates: 9, seed };
            if let Ok(found) = backtest(&events, sizes, &[("method", &method)], &plan) {
                prop_assert!(found.results.iter().all(|result| (0.0..=1.0 + 1e-9).contains(&result.hit_rate.value)));
            }
        }
    }
}
