//! DBSCAN for each group by itself: clusters of bicycle accidents that a car accident next to them does not join.

use std::collections::BTreeMap;

use super::{Clustering, NOISE, check, dbscan, numbered};
use crate::analysis::Error;
use crate::domain::Metres;

/// Groups points of each kind that lie close together: [`dbscan`] for each group alone, clusters numbered over all of them.
///
/// - `points`, `eps`, `min_points`: as for [`dbscan`]
/// - `groups`: `[n]` name of the point's group; points without one are a group of their own
/// - returns clusters numbered from 1 by size, then by the smallest x, then y, of the member that comes first; of two alike
///   in all that, those without a group come first, then the group whose name does. One group gives what [`dbscan`] gives
///
/// The answer follows the points and their groups, whatever the order of rows or the number of threads. Time and memory as
/// for [`dbscan`], and no more than that for all points.
///
/// # Errors
/// Those of [`dbscan`], and `LengthsDiffer`.
pub fn dbscan_by_group(
    points: &[[f64; 2]],
    groups: &[Option<&str>],
    eps: Metres,
    min_points: usize,
) -> Result<Clustering, Error> {
    check(points, eps, min_points)?;
    if groups.len() != points.len() {
        return Err(Error::LengthsDiffer { wanted: points.len(), found: groups.len() });
    }
    let mut rows_of: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (row, group) in groups.iter().enumerate() {
        rows_of.entry(*group).or_default().push(row);
    }
    let (mut labels, mut core) = (vec![NOISE; points.len()], vec![false; points.len()]);
    let mut before = 0;
    for rows in rows_of.values() {
        let own: Vec<[f64; 2]> = rows.iter().map(|&row| points[row]).collect();
        let found = dbscan(&own, eps, min_points)?;
        for (at, &row) in rows.iter().enumerate() {
            core[row] = found.core[at];
            labels[row] = found.cluster[at].map_or(NOISE, |number| before + number - 1);
        }
        before += found.count;
    }
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().map(|&[x, y]| (x, y)).unzip();
    let (numbers, count) = numbered(&x, &y, &labels);
    Ok(Clustering { cluster: labels.into_iter().map(|label| numbers.of(label)).collect(), core, count })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn groups_do_not_count_each_other_and_are_numbered_together() {
        // Three bicycles and two cars within 10 m, and four cars elsewhere.
        let points = [
            [0.0, 0.0],
            [5.0, 0.0],
            [9.0, 0.0],
            [1.0, 0.0],
            [2.0, 0.0],
            [90.0, 0.0],
            [90.0, 1.0],
            [90.0, 2.0],
            [90.0, 3.0],
        ];
        let (bicycle, car) = (Some("cykel"), Some("bil"));
        let groups = [bicycle, bicycle, bicycle, car, car, car, car, car, car];
        let found = dbscan_by_group(&points, &groups, Metres(10.0), 3).expect("valid");
        let (one, two) = (Some(1), Some(2));
        assert_eq!(found.cluster, [two, two, two, None, None, one, one, one, one]);
        assert_eq!(found.count, 2);
        assert_eq!(dbscan(&points, Metres(10.0), 3).expect("valid").cluster[3], Some(1), "together they are five");
    }

    #[test]
    fn clusters_alike_in_size_and_place_are_ordered_by_group() {
        let points = [[1.0, 1.0]; 6];
        let groups = [Some("b"), Some("a"), None, Some("b"), Some("a"), None];
        let found = dbscan_by_group(&points, &groups, Metres(1.0), 2).expect("valid");
        assert_eq!(found.cluster, [Some(3), Some(2), Some(1), Some(3), Some(2), Some(1)]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused = dbscan_by_group(&[[0.0, 0.0], [f64::NAN, 0.0]], &[None, Some("a")], Metres(1.0), 2);
        assert_eq!(refused, Err(Error::PointNotFinite { number: 2 }), "its number is that in the input");
        let refused = dbscan_by_group(&[[0.0, 0.0]], &[], Metres(1.0), 2);
        assert_eq!(refused, Err(Error::LengthsDiffer { wanted: 1, found: 0 }));
        assert_eq!(dbscan_by_group(&[], &[], Metres(1.0), 2), Ok(Clustering::default()));
    }

    proptest! {
        #[test]
        fn each_group_is_clustered_as_if_alone_and_one_group_as_without(
            rows in prop::collection::vec((0..40_i32, 0..40_i32, 0..4_usize), 0..150), min_points in 1..6_usize,
        ) {
            const NAMES: [Option<&str>; 4] = [None, Some("a"), Some("b"), Some("c")];
            let points: Vec<[f64; 2]> = rows.iter().map(|&(x, y, _)| [f64::from(x), f64::from(y)]).collect();
            let groups: Vec<Option<&str>> = rows.iter().map(|&(.., group)| NAMES[group]).collect();
            let run = |groups: &[Option<&str>]| dbscan_by_group(&points, groups, Metres(3.0), min_points).expect("valid");
            let found = run(&groups);
            let mut count = 0;
            for name in NAMES {
                let mine: Vec<usize> = (0..rows.len()).filter(|&row| groups[row] == name).collect();
                let own: Vec<[f64; 2]> = mine.iter().map(|&row| points[row]).collect();
                let alone = dbscan(&own, Metres(3.0), min_points).expect("valid");
                count += alone.count;
                let mut pairs: Vec<_> = mine.iter().zip(&alone.cluster).map(|(&row, own)| (found.cluster[row], *own)).collect();
                pairs.sort_unstable();
                pairs.dedup();
                prop_assert!(pairs.windows(2).all(|pair| pair[0].0 != pair[1].0));
                prop_assert!(pairs.iter().all(|(all, own)| all.is_none() == own.is_none()));
                prop_assert!(mine.iter().zip(&alone.core).all(|(&row, core)| found.core[row] == *core));
            }
            prop_assert_eq!(found.count, count);
            prop_assert_eq!(run(&vec![Some("a"); rows.len()]), dbscan(&points, Metres(3.0), min_points).expect("valid"));
        }
    }
}
