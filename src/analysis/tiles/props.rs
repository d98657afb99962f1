//! With 1, 4 and 16 tiles, any order of rows and 1, 2 and 8 threads, every answer is that of the kernel without tiles.

use proptest::prelude::*;

use super::*;
use crate::analysis::dispersion::Dispersion;
use crate::analysis::gi_star;
use crate::analysis::kde::{Density, Kernel, Mask, Smoothing};
use crate::analysis::moves::order;
use crate::analysis::neighbours::Neighbours;
use crate::analysis::scan::{self, Options};
use crate::analysis::{counts as counts_whole, dbscan as dbscan_whole, kde, lattice};
use crate::domain::Grid;
use crate::domain::random::Stream;

const WEST: f64 = 580_000.0;
const SOUTH: f64 = 6_602_000.0;
/// Side of the map; 16 tiles have edges at every 1024 m.
const SIDE: f64 = 4096.0;
const TILES: [u32; 3] = [1, 2, 4];

fn extent() -> Bbox {
    Bbox { min_x: WEST, min_y: SOUTH, max_x: WEST + SIDE, max_y: SOUTH + SIDE }
}

fn grid(side: f64) -> Grid {
    Grid::new(Metres(side)).expect("allowed")
}

fn tiling(a_side: u32) -> Tiling {
    Tiling::new(extent(), a_side).expect("allowed")
}

/// Points anywhere, on a lattice of 64 m that holds the tiles' edges and corners, in clumps that lie across a corner, and
/// copies of them all; some lie outside the extent.
fn some_points(most: usize) -> impl Strategy<Value = Vec<[f64; 2]>> {
    let at = |x: f64, y: f64| [WEST + x, SOUTH + y];
    let anywhere = (-300.0..SIDE + 300.0, -300.0..SIDE + 300.0).prop_map(move |(x, y)| at(x, y));
    let lattice = (0..=64_i32, 0..=64_i32).prop_map(move |(x, y)| at(f64::from(x * 64), f64::from(y * 64)));
    let edge = (0..=4_i32, 0..64_i32).prop_map(move |(x, y)| at(f64::from(x * 1024), f64::from(y * 64) + 0.125));
    let clump = (1..4_i32, 1..4_i32, -60.0..60.0, -60.0..60.0)
        .prop_map(move |(x, y, dx, dy)| at(f64::from(x * 1024) + dx, f64::from(y * 1024) + dy));
    let fine = (2040..2056_i32, 2040..2056_i32).prop_map(move |(x, y)| at(f64::from(x), f64::from(y)));
    let point = prop_oneof![2 => anywhere, 1 => lattice, 1 => edge, 4 => clump, 3 => fine];
    (prop::collection::vec(point, 0..most), 0..4_usize).prop_map(|(mut points, every)| {
        if every > 0 {
            let copies: Vec<[f64; 2]> = points.iter().step_by(every + 1).copied().collect();
            points.extend(copies);
        }
        points
    })
}

fn picked<T: Copy>(values: &[T], order: &[usize]) -> Vec<T> {
    order.iter().map(|&at| values[at]).collect()
}

fn on_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(run)
}

fn bits(density: &Density) -> Vec<u64> {
    density.raster.values.iter().map(|value| value.to_bits()).collect()
}

/// A town with clumps, single events and copies.
fn town(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut stream = Stream::new(seed, 0);
    let mut points: Vec<[f64; 2]> =
        (0..n).map(|_| [WEST + stream.between(0.0, SIDE), SOUTH + stream.between(0.0, SIDE)]).collect();
    for clump in 0..12 {
        let middle = [WEST + f64::from(clump % 4) * 1024.0, SOUTH + f64::from(clump / 4) * 1024.0 + 500.0];
        points.extend((0..n / 12).map(|_| middle.map(|value| value + 40.0 * stream.normal())));
        points.extend([middle; 9]);
    }
    points
}

/// The cells of the extent, and an exposure that differs from cell to cell.
fn cells(grid: Grid) -> (Vec<crate::domain::Cell>, Vec<f64>) {
    let cells = lattice::of_box(extent(), &grid).expect("few");
    let exposure = (0..cells.len()).map(|at| [1.0, 0.3, 4.0, 0.0, 2.5][at * at % 5]).collect();
    (cells, exposure)
}

#[test]
fn every_point_is_in_one_tile_and_in_the_halos_that_reach_it() {
    let edges = [[WEST + 1024.0, SOUTH + 1024.0], [WEST + 1023.875, SOUTH + 1024.0], [WEST - 9e9, SOUTH + 1024.0]];
    let tiling = tiling(4);
    assert_eq!(edges.map(|point| tiling.of(point)), [5, 4, 4]);
    let tiles = tiling.split(&edges, Metres(0.125));
    let rows = |at: usize| (tiles[at].own(), tiles[at].halo());
    assert_eq!(rows(5), (&[0][..], &[1][..]));
    assert_eq!(rows(4), (&[1, 2][..], &[0][..]));
    assert_eq!((rows(0), rows(1)), ((&[][..], &[0, 1, 2][..]), (&[][..], &[0, 1][..])));
    assert_eq!((tiling.len(), tiling.is_empty()), (16, false));
}

#[test]
fn odd_extents_and_numbers_make_one_tile_or_are_refused() {
    let flat = Bbox { max_x: WEST, ..extent() };
    let endless = Bbox { max_x: f64::INFINITY, ..extent() };
    let huge = Bbox { min_x: -f64::MAX, min_y: -f64::MAX, max_x: f64::MAX, max_y: f64::MAX };
    for bbox in [Bbox::EMPTY, flat, endless, huge] {
        let tiling = Tiling::new(bbox, 4).expect("allowed");
        let points = [[WEST, SOUTH], [f64::NAN, 1.0], [f64::INFINITY, -f64::MAX]];
        let tiles = tiling.split(&points, Metres(f64::NAN));
        assert_eq!(tiles.iter().map(|tile| tile.own().len()).sum::<usize>(), 3, "{bbox:?}");
    }
    assert_eq!(Tiling::new(Bbox::EMPTY, 4).expect("allowed").len(), 1);
    for a_side in [0, 257] {
        assert!(matches!(Tiling::new(extent(), a_side), Err(Error::OutOfRange { .. })));
    }
}

#[test]
fn nothing_and_one_point_are_as_without_tiles() {
    let smoothing = Smoothing { kernel: Kernel::Quartic, bandwidth: Some(Metres(200.0)), adaptive: true, edge: true };
    let (grid, (cells, exposure)) = (grid(256.0), cells(grid(256.0)));
    let corner = [WEST + 2048.0, SOUTH + 2048.0];
    for points in [&[][..], &[corner]] {
        let extents = [extent(), Bbox::around(points.iter().copied())];
        for tiling in extents.into_iter().flat_map(|bbox| TILES.map(|n| Tiling::new(bbox, n).expect("allowed"))) {
            assert_eq!(counts(points, &grid, &tiling), counts_whole(points, &grid));
            for min_points in [1, 2] {
                let found = dbscan(points, Metres(50.0), min_points, &tiling);
                assert_eq!(found, dbscan_whole(points, Metres(50.0), min_points));
            }
            let found = density(points, None, &grid, None, &Smoothing { adaptive: false, ..smoothing }, &tiling);
            assert!(found.is_err(), "a bandwidth below the cell");
            let grid = Grid::new(Metres(50.0)).expect("allowed");
            let found = density(points, None, &grid, None, &smoothing, &tiling).expect("valid");
            let whole = kde::density(points, None, &grid, None, &smoothing).expect("valid");
            assert_eq!((bits(&found), found.warnings), (bits(&whole), whole.warnings));
        }
        let n = counts_in(points, &cells, &grid, &tiling(4)).expect("valid");
        assert_eq!(n.iter().sum::<u32>() as usize, points.len());
        let found = gi_star_counts(points, &cells, &exposure, &grid, Dispersion::Auto, &tiling(4));
        assert_eq!(found, gi_star::gi_star_counts(&n, &exposure, &Neighbours::queen(&cells), Dispersion::Auto));
    }
    let none = poisson(&[], &cells, &exposure, &grid, &Options::default(), &tiling(4));
    assert_eq!(none, Err(Error::NothingToAnalyse));
}

#[test]
fn what_is_refused_is_refused_alike() {
    let far = [[WEST, SOUTH], [1e15, SOUTH], [-1e15, SOUTH]];
    let odd = [[WEST, SOUTH], [WEST, f64::NAN]];
    for points in [&far[..], &odd] {
        for tiling in TILES.map(tiling) {
            assert_eq!(counts(points, &grid(100.0), &tiling), counts_whole(points, &grid(100.0)));
            assert_eq!(dbscan(points, Metres(5.0), 1, &tiling), dbscan_whole(points, Metres(5.0), 1));
            assert!(dbscan(points, Metres(5.0), 1, &tiling).is_err());
        }
    }
    assert!(dbscan(&[], Metres(0.0), 1, &tiling(2)).is_err() && dbscan(&[], Metres(1.0), 0, &tiling(2)).is_err());
    let (cells, exposure) = cells(grid(256.0));
    let refused = poisson(&[], &cells, &exposure[1..], &grid(256.0), &Options::default(), &tiling(2));
    assert!(matches!(refused, Err(Error::LengthsDiffer { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn counts_in_tiles_are_the_counts(points in some_points(300), side in prop_oneof![Just(128.0), Just(1000.0), 1.0..3000.0]) {
        let whole = counts_whole(&points, &grid(side)).expect("valid");
        for a_side in TILES {
            prop_assert_eq!(&counts(&points, &grid(side), &tiling(a_side)).expect("valid"), &whole);
        }
    }

    #[test]
    fn clusters_in_tiles_are_the_clusters(
        points in some_points(300), seed: u64, min_points in 1..9_usize, around in any::<bool>(),
        eps in prop_oneof![Just(1.0), Just(5.0), Just(64.0), 1.0..90.0, 200.0..3000.0],
    ) {
        let whole = dbscan_whole(&points, Metres(eps), min_points).expect("valid");
        let order = order(points.len(), seed);
        let shuffled = picked(&points, &order);
        let bbox = if around { Bbox::around(points.iter().copied()) } else { extent() };
        for a_side in TILES {
            let tiling = Tiling::new(bbox, a_side).expect("allowed");
            prop_assert_eq!(&dbscan(&points, Metres(eps), min_points, &tiling).expect("valid"), &whole);
            let after = dbscan(&shuffled, Metres(eps), min_points, &tiling).expect("valid");
            prop_assert_eq!(after.count, whole.count);
            prop_assert_eq!(after.cluster, picked(&whole.cluster, &order));
            prop_assert_eq!(after.core, picked(&whole.core, &order));
        }
    }

    #[test]
    fn densities_in_tiles_are_the_density(
        points in some_points(120), seed: u64, kernel in prop::sample::select(vec![Kernel::Epanechnikov, Kernel::Quartic, Kernel::Gaussian]),
        h in prop_oneof![Just(128.0), 60.0..300.0, 300.0..1500.0], adaptive in any::<bool>(), masked in any::<bool>(),
    ) {
        let grid = grid(60.0);
        let mask = Mask::of_bbox(grid, extent()).expect("cells");
        let area = masked.then_some(&mask);
        let weights: Vec<f64> = points.iter().map(|[x, y]| 0.5 + (x * 7.0 + y * 3.0).abs() % 4.0).collect();
        let smoothing = Smoothing { kernel, bandwidth: Some(Metres(h)), adaptive, edge: true };
        let whole = kde::density(&points, Some(&weights), &grid, area, &smoothing).expect("valid");
        let order = order(points.len(), seed);
        let (points, weights) = (picked(&points, &order), picked(&weights, &order));
        for a_side in TILES {
            let found = density(&points, Some(&weights), &grid, area, &smoothing, &tiling(a_side)).expect("valid");
            prop_assert_eq!(found.raster.frame(), whole.raster.frame());
            prop_assert!(bits(&found) == bits(&whole), "{} tiles a side", a_side);
            prop_assert_eq!((found.bandwidth, found.adapted, found.warnings), (whole.bandwidth, whole.adapted, whole.warnings.clone()));
        }
    }

    #[test]
    fn gi_star_in_tiles_is_gi_star(points in some_points(300), seed: u64, auto in any::<bool>(), side in prop_oneof![Just(256.0), Just(300.0)]) {
        let grid = grid(side);
        let (cells, exposure) = cells(grid);
        let wanted = if auto { Dispersion::Auto } else { Dispersion::Poisson };
        let found = counts_whole(&points, &grid).expect("valid");
        let n: Vec<u32> = cells.iter().map(|cell| found.cells().iter().position(|other| other == cell).map_or(0, |at| found.count(at))).collect();
        let whole = gi_star::gi_star_counts(&n, &exposure, &Neighbours::queen(&cells), wanted).expect("valid");
        let shuffled = picked(&points, &order(points.len(), seed));
        for a_side in TILES {
            let found = gi_star_counts(&shuffled, &cells, &exposure, &grid, wanted, &tiling(a_side)).expect("valid");
            prop_assert_eq!(&found, &whole);
        }
    }
}

#[test]
fn one_two_and_eight_threads_and_sixteen_tiles_give_the_same_bytes() {
    let points = town(9_000, 1);
    let shuffled: Vec<[f64; 2]> = picked(&points, &order(points.len(), 2));
    let (coarse, fine) = (grid(256.0), grid(40.0));
    let (cells, _) = cells(coarse);
    let exposure = vec![1.0; cells.len()];
    let smoothing = |kernel, adaptive| Smoothing { kernel, bandwidth: Some(Metres(170.0)), adaptive, edge: true };
    let options = Options { replicates: 39, alpha: 0.5, ..Options::default() };
    let n = counts_in(&points, &cells, &coarse, &tiling(1)).expect("valid");
    let middles: Vec<[f64; 2]> =
        cells.iter().map(|cell| [cell.column, cell.row].map(|index| (f64::from(index) + 0.5) * 256.0)).collect();
    let scanned = scan::poisson(&scan::units(&middles, &exposure, &n), &options).expect("valid");
    assert!(scanned.clusters.len() > 1, "{scanned:?}");
    let gi = gi_star::gi_star_counts(&n, &exposure, &Neighbours::queen(&cells), Dispersion::Auto).expect("valid");
    let clusters = dbscan_whole(&points, Metres(30.0), 6).expect("valid");
    assert!(clusters.count > 10, "{} clusters", clusters.count);
    let cases = [(Kernel::Epanechnikov, false), (Kernel::Quartic, true), (Kernel::Gaussian, true)];
    let pictures = cases.map(|(kernel, adaptive)| {
        bits(&kde::density(&points, None, &fine, None, &smoothing(kernel, adaptive)).expect("valid"))
    });
    for threads in [1, 2, 8] {
        for tiling in TILES.map(tiling) {
            on_threads(threads, || {
                assert_eq!(counts(&points, &coarse, &tiling), counts_whole(&points, &coarse));
                assert!(dbscan(&points, Metres(30.0), 6, &tiling).expect("valid") == clusters);
                let found = gi_star_counts(&shuffled, &cells, &exposure, &coarse, Dispersion::Auto, &tiling);
                assert!(found.expect("valid") == gi);
                let found = poisson(&shuffled, &cells, &exposure, &coarse, &options, &tiling);
                assert!(found.expect("valid") == scanned);
                for ((kernel, adaptive), wanted) in cases.iter().zip(&pictures) {
                    let found = density(&shuffled, None, &fine, None, &smoothing(*kernel, *adaptive), &tiling);
                    assert!(bits(&found.expect("valid")) == *wanted, "{kernel:?} {tiling:?}");
                }
            });
        }
    }
}
