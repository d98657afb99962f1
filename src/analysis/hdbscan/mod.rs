//! HDBSCAN*: where do events concentrate, when no single density fits both the town and the villages?
//!
//! Source: Campello, Moulavi & Sander (2013), PAKDD, LNCS 7819, 160-172; Campello, Moulavi, Zimek & Sander (2015), ACM
//! TKDD 10(1):5; `McInnes` & Healy (2017), ICDM Workshops, 33-42 (spanning tree with space trees, condensed tree).
//! Oracles: the `hdbscan` library (`tests/oracles/hdbscan.json`), the hierarchy of R's dbscan (`r_oracle.rs`), and an all-pairs
//! version of the definition (`props.rs`).
//! Limits: no p-value, and points strewn evenly at random have clusters too. The library (0.8.44) finds, on the mean of 20 maps of
//! 2,000 such points, 79 with at least 5 points, 11 with 15 and 6 with 25. No cluster where all events are one: density is
//! compared between places, so at least two must stand out.

mod condense;
#[cfg(test)]
mod moves;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod props;
#[cfg(test)]
mod r_oracle;
mod spanning;
mod tree;

use std::ops::RangeInclusive;

use rayon::prelude::*;

use super::dbscan::{EPS_M, NOISE, numbered};
use super::{Error, check_length, check_points, range_text};
use crate::domain::{Bbox, Metres};
use tree::{Place, Tree};

/// The range of the least number of events in a cluster: one event is no cluster.
pub const MIN_CLUSTER_SIZE: RangeInclusive<f64> = 2.0..=1_000_000.0;

/// Which of the nested clusters are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Those that last: excess of mass. A cluster gives way to its parts only where they last longer, taken together.
    ExcessOfMass,
    /// Those that part no further: many and small.
    Leaf,
}

/// What [`hdbscan`] is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Least events in a cluster, at least 2.
    pub min_cluster_size: usize,
    /// Events within the core distance, the event itself included; at least 1.
    pub min_samples: usize,
    /// Shorter distances are not told apart, within [`EPS_M`].
    pub precision: Metres,
    /// Which of the nested clusters are taken.
    pub selection: Selection,
}

/// Points and their clusters; lists with `[n]` are in the order of the input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hdbscan {
    /// `[n]` number of the point's cluster, from 1; `None` where it belongs to none.
    pub cluster: Vec<Option<u32>>,
    /// `[n]` strength of membership: density at which the point leaves the cluster over that at which the cluster ends, in
    /// (0, 1]; 0 where it belongs to none.
    pub strength: Vec<f64>,
    /// `[count]` stability of each cluster, in events per metre.
    pub stability: Vec<f64>,
    /// Number of clusters.
    pub count: u32,
}

/// Groups points whose surroundings are denser than what lies between them, at whatever density that is.
///
/// The *core distance* of a point is the distance within which `min_samples` points lie, itself included (as in the paper
/// and scikit-learn; the `hdbscan` library does not count the point, so its `min_samples` is one less). Two points *reach*
/// each other at the largest of their two core distances, their distance, and `precision`. At each level, from far to near,
/// the points that hang together through such reaches are a component; one with fewer than `min_cluster_size` points has
/// fallen out. Components that part into two or more large ones give the tree of clusters, and `selection` takes some of
/// them. All points together are never a cluster.
///
/// - `points`: `[n]` x (east) and y (north) in metres. Repeated points are one place with a weight: they are never parted,
///   and a place with `min_samples` of them has core distance 0, that is `precision`
/// - `min_samples` above n is taken as n
/// - returns clusters numbered from 1 by size, largest first, then by the smallest x, then y, of the member that comes first;
///   no points, one point, all points alike, or fewer than twice `min_cluster_size` points give no clusters
///
/// Density is 1/level, so `precision` sets its top: an address with many events cannot outweigh the town around it by being
/// infinitely dense. Distances along a line or on a lattice are as good as any: equal levels are cut at once, so the answer
/// follows the points, whatever the order of rows or the number of threads, and turning or shifting the map changes nothing
/// but what rounding makes of equal distances. Exact; no seed. About O(n log n) time and 200 bytes a point.
///
/// # Errors
/// `OutOfRange` for a setting, `PointNotFinite`, `TooManyPoints` from 2³² - 1, and `PointsTooFarApart` where the square of
/// their distance is no number.
pub fn hdbscan(points: &[[f64; 2]], settings: &Settings) -> Result<Hdbscan, Error> {
    check(points, settings)?;
    let n = points.len();
    let mut found = Hdbscan { cluster: vec![None; n], strength: vec![0.0; n], ..Hdbscan::default() };
    // Not twice the size, which may be larger than any number.
    if n / 2 < settings.min_cluster_size {
        return Ok(found);
    }
    let (places, place_of) = places(points);
    let tree = Tree::new(places);
    let core = tree.core_squared(settings.min_samples);
    let edges = spanning::spanning_tree(&tree, &core);
    let (least, floor) = (settings.min_cluster_size, settings.precision.0);
    let chosen = condense::choose(&tree.places, &core, &edges, least, floor, settings.selection);
    let mut at = vec![0_u32; tree.places.len()];
    for (index, place) in (0..).zip(&tree.places) {
        at[place.number as usize] = index;
    }
    let index_of = |row: usize| at[place_of[row] as usize] as usize;
    let labels: Vec<u32> = (0..n).map(|row| chosen.label[index_of(row)].unwrap_or(NOISE)).collect();
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().map(|&[x, y]| (x, y)).unzip();
    let (numbers, count) = numbered(&x, &y, &labels);
    found.count = count;
    found.stability = vec![0.0; count as usize];
    for (label, &stability) in (0..).zip(&chosen.stability) {
        if let Some(number) = numbers.of(label) {
            found.stability[number as usize - 1] = stability;
        }
    }
    for (row, &label) in labels.iter().enumerate() {
        found.cluster[row] = numbers.of(label);
        found.strength[row] = chosen.strength[index_of(row)];
    }
    Ok(found)
}

fn check(points: &[[f64; 2]], settings: &Settings) -> Result<(), Error> {
    for (parameter, given, least) in
        [("min-points", settings.min_cluster_size, 2), ("min-samples", settings.min_samples, 1)]
    {
        if given < least {
            let range = range_text(&(least..=u32::MAX as usize), None);
            return Err(Error::OutOfRange { parameter: parameter.to_owned(), value: given.to_string(), range });
        }
    }
    check_length("precision", settings.precision.0, &EPS_M)?;
    check_points(points)?;
    let around = Bbox::around(points.iter().copied());
    let (east, north) = (around.max_x - around.min_x, around.max_y - around.min_y);
    if points.is_empty() || (east * east + north * north).is_finite() {
        return Ok(());
    }
    Err(Error::PointsTooFarApart { length: settings.precision.0.to_string() })
}

/// The places that the points lie on, by x, then y; and `[n]` the number of each point's place.
fn places(points: &[[f64; 2]]) -> (Vec<Place>, Vec<u32>) {
    // -0 becomes 0: they are the same place.
    let mut order: Vec<([f64; 2], u32)> =
        points.par_iter().map(|point| point.map(|value| value + 0.0)).zip(0..points.len() as u32).collect();
    order.par_sort_unstable_by(|([ax, ay], a), ([bx, by], b)| ax.total_cmp(bx).then(ay.total_cmp(by)).then(a.cmp(b)));
    let mut places: Vec<Place> = Vec::new();
    let mut place_of = vec![0; points.len()];
    for (at, row) in order {
        match places.last_mut() {
            Some(last) if last.at == at => last.events += 1,
            _ => places.push(Place { at, events: 1, number: places.len() as u32 }),
        }
        place_of[row as usize] = places.len() as u32 - 1;
    }
    (places, place_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Settings =
        Settings { min_cluster_size: 3, min_samples: 2, precision: Metres(0.01), selection: Selection::ExcessOfMass };

    fn run(points: &[[f64; 2]], settings: Settings) -> Hdbscan {
        hdbscan(points, &settings).expect("valid")
    }

    fn line(x: &[f64]) -> Vec<[f64; 2]> {
        x.iter().map(|&x| [x, 0.0]).collect()
    }

    #[test]
    fn two_groups_on_a_line_by_hand() {
        // Steps of 1 m and of 2 m, 10 m apart, and one point 50 m off. With two samples a point's core distance is that to
        // its neighbour, so levels are the gaps: 1 and 2 inside, 10 between, 50 to the last.
        let points = line(&[0.0, 1.0, 2.0, 12.0, 14.0, 16.0, 18.0, 68.0]);
        let found = run(&points, PLAIN);
        let [a, b] = [Some(2), Some(1)];
        assert_eq!(found.cluster, [a, a, a, b, b, b, b, None]);
        assert_eq!(found.strength, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
        // Both are born at 1/10 and end at 1/2 and 1/1.
        assert!((found.stability[0] - 4.0 * (0.5 - 0.1)).abs() < 1e-12);
        assert!((found.stability[1] - 3.0 * (1.0 - 0.1)).abs() < 1e-12);
        // A precision of 4 m puts all below it on one level.
        let coarse = run(&points, Settings { precision: Metres(4.0), ..PLAIN });
        assert_eq!(coarse.cluster, found.cluster);
        assert!((coarse.stability[1] - 3.0 * (0.25 - 0.1)).abs() < 1e-12);
        // One of 10 m leaves nothing to part them by.
        assert_eq!(run(&points, Settings { precision: Metres(10.0), ..PLAIN }).count, 0);
    }

    #[test]
    fn a_point_that_falls_out_earlier_belongs_less() {
        let points = line(&[0.0, 1.0, 2.0, 6.0, 30.0, 31.0, 32.0]);
        let found = run(&points, PLAIN);
        assert_eq!(found.cluster[..4], [Some(1); 4]);
        assert_eq!(found.strength[..4], [1.0, 1.0, 1.0, 0.25]);
    }

    #[test]
    fn leaves_are_the_finest_and_excess_of_mass_what_lasts() {
        // Two pairs of groups: within a pair 3.5 m apart, the pairs 200 m apart. A pair as a whole lasts longer.
        let group = |from: f64| [from, from + 3.0, from + 6.0];
        let points = line(&[group(0.0), group(9.5), group(200.0), group(209.5)].concat());
        assert_eq!(run(&points, PLAIN).count, 2);
        let leaves = run(&points, Settings { selection: Selection::Leaf, ..PLAIN });
        assert_eq!(leaves.count, 4);
        assert_eq!(leaves.cluster, [[Some(1); 3], [Some(2); 3], [Some(3); 3], [Some(4); 3]].concat());
    }

    #[test]
    fn a_point_between_two_groups_belongs_to_neither() {
        // It reaches both at 5 m, its own core distance, where they also meet: below that it is alone.
        let found = run(&line(&[0.0, 1.0, 2.0, 7.0, 12.0, 13.0, 14.0]), PLAIN);
        assert_eq!(found.cluster, [Some(1), Some(1), Some(1), None, Some(2), Some(2), Some(2)]);
    }

    #[test]
    fn thousands_at_one_address_are_never_parted_and_nothing_is_infinite() {
        let mut points = vec![[100.0, 100.0]; 3000];
        points.extend(vec![[100.0, 160.0]; 2000]);
        points.extend((0..40).map(|i| [1000.0 + f64::from(i), 0.0]));
        let found = run(&points, Settings { min_cluster_size: 25, min_samples: 25, precision: Metres(20.0), ..PLAIN });
        assert!(found.stability.iter().chain(&found.strength).all(|value| value.is_finite()));
        assert_eq!(found.count, 3);
        assert!(found.cluster[..3000].iter().all(|&cluster| cluster == Some(1)));
        assert!(found.cluster[3000..5000].iter().all(|&cluster| cluster == Some(2)));
        assert!((found.stability[0] - 3000.0 * (1.0 / 20.0 - 1.0 / 60.0)).abs() < 1e-9);
    }

    #[test]
    fn a_busy_address_does_not_break_up_the_district_around_it() {
        // 30 events at one address in a district of 400, and another district far off.
        let mut points: Vec<[f64; 2]> =
            (0..400).map(|i| [f64::from(i % 20) * 25.0, f64::from(i / 20) * 25.0]).collect();
        points.extend(vec![[237.0, 237.0]; 30]);
        points.extend((0..400).map(|i| [9000.0 + f64::from(i % 20) * 25.0, f64::from(i / 20) * 25.0]));
        let found = run(&points, Settings { min_cluster_size: 25, min_samples: 5, precision: Metres(20.0), ..PLAIN });
        assert_eq!(found.count, 2);
        assert!(found.cluster[..430].iter().all(|&cluster| cluster == Some(1)));
    }

    #[test]
    fn nothing_and_what_is_all_alike_have_no_clusters() {
        for points in [vec![], vec![[1.0, 2.0]], vec![[1.0, 2.0]; 500], line(&[0.0, 1.0, 2.0, 3.0])] {
            let found = run(&points, PLAIN);
            assert_eq!((found.count, found.cluster), (0, vec![None; points.len()]));
        }
        assert_eq!(run(&[[0.0, 0.0], [-0.0, -0.0]].repeat(50), PLAIN).count, 0);
        let lattice: Vec<[f64; 2]> = (0..400).map(|i| [f64::from(i % 20), f64::from(i / 20)]).collect();
        assert_eq!(run(&lattice, Settings { min_samples: 3, ..PLAIN }).count, 0);
        assert_eq!(run(&line(&[0.0, 1.0, 2.0, 9.0, 10.0, 11.0]), Settings { min_samples: 99, ..PLAIN }).count, 0);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused = |points: &[[f64; 2]], settings: Settings| hdbscan(points, &settings).expect_err("refused");
        for (least, samples, precision) in [(1, 5, 1.0), (0, 5, 1.0), (5, 0, 1.0), (5, 5, 0.0), (5, 5, f64::NAN)] {
            let settings =
                Settings { min_cluster_size: least, min_samples: samples, precision: Metres(precision), ..PLAIN };
            assert!(matches!(refused(&[], settings), Error::OutOfRange { .. }));
        }
        assert_eq!(refused(&[[0.0, f64::NAN]], PLAIN), Error::PointNotFinite { number: 1 });
        let far = [[-1e300, 0.0], [1e300, 0.0]];
        assert!(matches!(refused(&far, PLAIN), Error::PointsTooFarApart { .. }));
    }
}
