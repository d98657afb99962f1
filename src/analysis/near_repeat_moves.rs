//! What a move of the map and of the calendar must not change in near repeats, and input that is none.

use proptest::prelude::*;

use super::*;
use crate::analysis::moves::{any_move, any_number, any_place, shifts};

const BANDS: Bands = Bands { metres: 100.0, distances: 3, days: 7, times: 2 };

fn observed(found: &NearRepeat) -> Vec<u64> {
    found.table.iter().map(|pairs| pairs.observed).collect()
}

proptest! {
    #[test]
    fn shift_scale_and_turn_change_nothing_they_should_not(
        events in prop::collection::vec((0_i32..40, 0_i32..40, 0_i32..30), 0..60), by in shifts(), turn in any_move(), later in -90_000..90_000_i32,
    ) {
        // 8 m apart at least, so that one place stays one place on half the scale and a quarter, and no other becomes it.
        let points: Vec<[f64; 2]> = events.iter().map(|&(x, y, _)| [f64::from(x) * 8.0, f64::from(y) * 8.0]).collect();
        let days: Vec<i32> = events.iter().map(|event| event.2).collect();
        let shifted: Vec<i32> = days.iter().map(|day| day + later).collect();
        let scaled = |by: &crate::analysis::moves::Move| Bands { metres: by.length(BANDS.metres), ..BANDS };
        let before = near_repeat(&points, &days, &BANDS, 19, 1).expect("valid");
        let after = near_repeat(&by.points(&points), &shifted, &scaled(&by), 19, 1).expect("valid");
        prop_assert_eq!(after, before.clone());
        // The draws follow the order by x and y, what was observed does not.
        let after = near_repeat(&turn.points(&points), &shifted, &scaled(&turn), 0, 1).expect("valid");
        prop_assert_eq!((observed(&after), &after.follows), (observed(&before), &before.follows));
        // What followed is followed where time runs backwards.
        let backwards: Vec<i32> = days.iter().map(|day| later - day).collect();
        let after = near_repeat(&points, &backwards, &BANDS, 0, 1).expect("valid");
        prop_assert_eq!((observed(&after), after.follows, after.is_followed), (observed(&before), before.is_followed, before.follows));
    }

    #[test]
    fn nothing_panics(
        rows in prop::collection::vec((any_place(), prop_oneof![0..30_i32, any::<i32>()]), 0..30), short in any::<bool>(), metres in any_number(),
        distances in prop_oneof![0..5_usize, any::<usize>()], days in prop_oneof![0..40_i32, any::<i32>()],
        times in prop_oneof![0..5_usize, any::<usize>()], replicates in 0..9_usize,
    ) {
        let (points, dates): (Vec<[f64; 2]>, Vec<i32>) = rows.into_iter().unzip();
        let dates = &dates[usize::from(short && !dates.is_empty())..];
        for bands in [Bands { metres, distances, days, times }, Bands { metres, ..BANDS }, BANDS] {
            if let Ok(found) = near_repeat(&points, dates, &bands, replicates, 1) {
                prop_assert!(found.table.iter().all(|pairs| (0.0..=1.0).contains(&pairs.p) && pairs.q >= pairs.p));
            }
        }
    }
}
