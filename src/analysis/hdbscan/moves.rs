//! What a scale must not change in HDBSCAN*, and input that is none.

use proptest::prelude::*;

use super::*;
use crate::analysis::moves::{any_number, any_place, shifts, some_points};

fn some_settings() -> impl Strategy<Value = Settings> {
    let selection = prop_oneof![Just(Selection::ExcessOfMass), Just(Selection::Leaf)];
    (2..9_usize, 1..9_usize, prop_oneof![Just(0.0625), 0.1..5.0], selection).prop_map(
        |(min_cluster_size, min_samples, precision, selection)| Settings {
            min_cluster_size,
            min_samples,
            precision: Metres(precision),
            selection,
        },
    )
}

#[test]
fn a_cluster_larger_than_any_map_is_not_found() {
    let points: Vec<[f64; 2]> = (0..40).map(|at| [f64::from(at / 20) * 900.0, f64::from(at % 20)]).collect();
    let settings =
        Settings { min_cluster_size: 20, min_samples: 2, precision: Metres(1.0), selection: Selection::ExcessOfMass };
    assert_eq!(hdbscan(&points, &settings).expect("valid").count, 2);
    for min_cluster_size in [21, usize::MAX / 2 + 1, usize::MAX] {
        assert_eq!(hdbscan(&points, &Settings { min_cluster_size, ..settings }).expect("valid").count, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_shift_and_a_scale_change_nothing_but_the_unit_of_stability(
        points in some_points(90), settings in some_settings(), by in shifts(),
    ) {
        let scaled = Settings { precision: Metres(by.length(settings.precision.0)), ..settings };
        let before = hdbscan(&points, &settings).expect("valid");
        let after = hdbscan(&by.points(&points), &scaled).expect("valid");
        prop_assert_eq!((&after.cluster, &after.strength, after.count), (&before.cluster, &before.strength, before.count));
        // Events per metre: half of it where metres are twice as long.
        let unit: Vec<f64> = after.stability.iter().map(|stability| by.length(*stability)).collect();
        prop_assert_eq!(unit, before.stability);
    }

    #[test]
    fn nothing_panics(
        points in prop::collection::vec(any_place(), 0..40), settings in some_settings(), precision in any_number(),
        sizes in (prop_oneof![0..9_usize, any::<usize>()], prop_oneof![0..9_usize, any::<usize>()]),
    ) {
        let odd = Settings { min_cluster_size: sizes.0, min_samples: sizes.1, precision: Metres(precision), ..settings };
        for settings in [settings, odd, Settings { precision: Metres(1.0), ..odd }] {
            if let Ok(found) = hdbscan(&points, &settings) {
                prop_assert!(found.strength.iter().all(|strength| (0.0..=1.0).contains(strength)));
                prop_assert!(found.stability.iter().all(|stability| stability.is_finite()));
            }
        }
    }
}
