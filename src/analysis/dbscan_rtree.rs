//! DBSCAN through an R-tree: the same answer as [`dbscan()`](super::dbscan()) by another road, as a check on it.
//!
//! It shares the squared distance, the choice of a border point's core and the numbering, and nothing of the search.
//! It is slower, and in dense places it looks at every pair of places within eps.

use rayon::prelude::*;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};

use super::Error;
use super::dbscan::{Clustering, NOISE, Nearest, check, numbered, squared};
use super::sets::Sets;
use crate::domain::Metres;

/// How much wider than eps the searched box is, as a share of eps and of the coordinates: rounding at its edges must not
/// lose a point; the squared distance decides afterwards.
const WIDER: f64 = 1e-12;

/// A place and its number.
type Leaf = GeomWithData<[f64; 2], u32>;

/// Groups points that lie close together: meaning, answer and errors as for [`dbscan()`](super::dbscan()), byte for byte,
/// but that points may lie any distance apart.
///
/// Points on one place are one entry of the tree. Time grows with the number of pairs of places within eps, memory with
/// the number of points: about 150 bytes each.
///
/// # Errors
/// `OutOfRange` for `eps` or `min_points`, `PointNotFinite`, `TooManyPoints` from 2³² - 1.
pub fn dbscan_rtree(points: &[[f64; 2]], eps: Metres, min_points: usize) -> Result<Clustering, Error> {
    let limit = check(points, eps, min_points)?;
    let places = Places::of(points);
    let leaves = places.at.iter().zip(0..).map(|(&at, place)| Leaf::new(at, place)).collect();
    let tree: RTree<Leaf> = RTree::bulk_load(leaves);
    let near = |at: [f64; 2]| {
        let within = move |leaf: &&Leaf| squared(at, *leaf.geom()) <= limit;
        tree.locate_in_envelope(around(at, eps.0)).filter(within).map(|leaf| leaf.data as usize)
    };

    let is_core = |&at: &[f64; 2]| {
        let mut found = 0;
        near(at).any(|place| {
            found += places.copies[place] as usize;
            found >= min_points
        })
    };
    let core: Vec<bool> = places.at.par_iter().map(is_core).collect();

    let sets = Sets::new(places.at.len());
    (0..places.at.len()).into_par_iter().filter(|&place| core[place]).for_each(|place| {
        near(places.at[place]).filter(|&other| other < place && core[other]).for_each(|other| sets.join(place, other));
    });

    let label_of = |place: usize| {
        let mut nearest = Nearest::none(limit);
        if core[place] {
            return sets.find(place) as u32;
        }
        for other in near(places.at[place]).filter(|&other| core[other]) {
            nearest.offer(places.at[place], places.at[other], sets.find(other) as u32);
        }
        nearest.label
    };
    let labels: Vec<u32> = (0..places.at.len()).into_par_iter().map(label_of).collect();

    let labels: Vec<u32> = places.of_point.iter().map(|&place| labels[place as usize]).collect();
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().map(|&[x, y]| (x, y)).unzip();
    debug_assert!(labels.iter().all(|&label| label == NOISE || core[label as usize]));
    let (numbers, count) = numbered(&x, &y, &labels);
    let cluster = labels.iter().map(|&label| numbers.of(label)).collect();
    let core = places.of_point.iter().map(|&place| core[place as usize]).collect();
    Ok(Clustering { cluster, core, count })
}

/// The different places among points.
struct Places {
    at: Vec<[f64; 2]>,
    copies: Vec<u32>,
    of_point: Vec<u32>,
}

impl Places {
    fn of(points: &[[f64; 2]]) -> Self {
        // -0 and 0 are one place.
        let plain = |index: u32| points[index as usize].map(|coordinate| coordinate + 0.0);
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        order.par_sort_unstable_by(|&a, &b| {
            let (a, b) = (plain(a), plain(b));
            a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]))
        });
        let mut places = Self { at: Vec::new(), copies: Vec::new(), of_point: vec![0; points.len()] };
        for index in order {
            if places.at.last() != Some(&plain(index)) {
                places.at.push(plain(index));
                places.copies.push(0);
            }
            let place = places.at.len() - 1;
            places.copies[place] += 1;
            places.of_point[index as usize] = place as u32;
        }
        places
    }
}

/// A box that surely holds all points within `eps` of `at`.
fn around(at: [f64; 2], eps: f64) -> AABB<[f64; 2]> {
    let reach = at.map(|coordinate| eps * (1.0 + WIDER) + coordinate.abs() * WIDER);
    AABB::from_corners([at[0] - reach[0], at[1] - reach[1]], [at[0] + reach[0], at[1] + reach[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_on_one_place_count_as_many_points() {
        let found = dbscan_rtree(&[[0.0, 0.0], [-0.0, 0.0], [3.0, 4.0], [9.0, 9.0]], Metres(5.0), 3).expect("valid");
        assert_eq!(found.core, [true, true, true, false]);
        assert_eq!(found.cluster, [Some(1), Some(1), Some(1), None]);
    }

    #[test]
    fn a_point_at_exactly_eps_is_found_although_the_edge_of_the_box_is_rounded() {
        let base = 6_602_000.1_f64;
        let points = [[base, 0.0], [base + 0.3, 0.0]];
        let eps = points[1][0] - points[0][0];
        assert_eq!(dbscan_rtree(&points, Metres(eps), 2).expect("valid").count, 1);
        assert_eq!(dbscan_rtree(&points, Metres(eps.next_down()), 2).expect("valid").count, 0);
    }

    #[test]
    fn no_points_give_no_clusters() {
        assert_eq!(dbscan_rtree(&[], Metres(50.0), 5).expect("valid"), Clustering::default());
    }
}
