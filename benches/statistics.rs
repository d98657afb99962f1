//! Tests and densities over cells, and groups, at once, four and sixteen times the size.
//!
//! Run with `make bench BENCH=statistics`; note machine and commit beside the numbers.

mod town;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lagesbild::analysis::dispersion::Dispersion;
use lagesbild::analysis::gi_star::gi_star_counts;
use lagesbild::analysis::hdbscan::{Selection, Settings};
use lagesbild::analysis::kde::{Kernel, Smoothing, density};
use lagesbild::analysis::near_repeat::{Bands, near_repeat};
use lagesbild::analysis::neighbours::Neighbours;
use lagesbild::analysis::scan::{Options, TimedUnit, Times, Unit, permutation, poisson};
use lagesbild::analysis::{hdbscan, lattice};
use lagesbild::domain::random::Stream;
use lagesbild::domain::{Bbox, Cell, Grid, Metres};
use town::{SIDE, town};

const TIMES: [usize; 3] = [1, 4, 16];
const STEPS: usize = 12;

fn groups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("groups");
    group.sample_size(10);
    for times in TIMES {
        let points = town(6_250 * times);
        let settings = Settings {
            min_cluster_size: 25,
            min_samples: 25,
            precision: Metres(1.0),
            selection: Selection::ExcessOfMass,
        };
        group.bench_with_input(BenchmarkId::new("hdbscan", points.len()), &points, |bencher, points| {
            bencher.iter(|| hdbscan(black_box(points), &settings).expect("valid"));
        });
        let grid = Grid::new(Metres(100.0)).expect("allowed");
        let smoothing =
            Smoothing { kernel: Kernel::Epanechnikov, bandwidth: Some(Metres(200.0)), adaptive: false, edge: false };
        group.bench_with_input(BenchmarkId::new("kde", points.len()), &points, |bencher, points| {
            bencher.iter(|| density(black_box(points), None, &grid, None, &smoothing).expect("valid"));
        });
        let few = town(1_000 * times);
        let mut stream = Stream::new(7, 0);
        let days: Vec<i32> = few.iter().map(|_| i32::try_from(stream.below(365)).expect("a day")).collect();
        let bands = Bands { metres: 200.0, distances: 1, days: 14, times: 1 };
        group.bench_with_input(BenchmarkId::new("near_repeat", few.len()), &few, |bencher, points| {
            bencher.iter(|| near_repeat(black_box(points), &days, &bands, 99, 1).expect("valid"));
        });
    }
    group.finish();
}

/// Cells of a town, and how many of its events lie in each in each step.
fn counted(cell_m: f64, events: usize) -> (Grid, Vec<Cell>, Vec<Vec<u32>>) {
    let grid = Grid::new(Metres(cell_m)).expect("allowed");
    let [west, south] = [580_000.0, 6_602_000.0];
    let area = Bbox { min_x: west, min_y: south, max_x: west + SIDE, max_y: south + SIDE };
    let mut cells = lattice::of_box(area, &grid).expect("few");
    cells.sort_unstable();
    let mut stream = Stream::new(8, 0);
    let mut counts = vec![vec![0; STEPS]; cells.len()];
    for [x, y] in town(events) {
        let at = grid.cell_of(x, y).and_then(|cell| cells.binary_search(&cell).ok());
        if let Some(at) = at {
            counts[at][stream.below(STEPS)] += 1;
        }
    }
    (grid, cells, counts)
}

fn tests(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tests");
    group.sample_size(10);
    for (times, cell_m) in TIMES.into_iter().zip([1_000.0, 500.0, 250.0]) {
        let (grid, cells, counts) = counted(cell_m, 2_000 * times);
        let sums: Vec<u32> = counts.iter().map(|steps| steps.iter().sum()).collect();
        let middles: Vec<[f64; 2]> = cells
            .iter()
            .map(|&cell| grid.bbox_of(cell))
            .map(|cell| [cell.min_x.midpoint(cell.max_x), cell.min_y.midpoint(cell.max_y)])
            .collect();
        let near = Neighbours::queen(&cells);
        let exposure = vec![1.0; cells.len()];
        group.bench_with_input(BenchmarkId::new("gi_star", cells.len()), &sums, |bencher, sums| {
            bencher.iter(|| gi_star_counts(black_box(sums), &exposure, &near, Dispersion::Auto).expect("valid"));
        });
        let units: Vec<Unit> =
            middles.iter().zip(&sums).map(|(&[x, y], &cases)| Unit { x, y, cases, expected: 1.0 }).collect();
        let options = Options { replicates: 99, clusters: 1, ..Options::default() };
        group.bench_with_input(BenchmarkId::new("scan", cells.len()), &units, |bencher, units| {
            bencher.iter(|| poisson(black_box(units), &options).expect("valid"));
        });
        let timed: Vec<TimedUnit> = middles
            .iter()
            .zip(&counts)
            .map(|(&[x, y], cases)| TimedUnit { x, y, cases: cases.clone(), expected: 1.0 })
            .collect();
        let options = Options { window: 0.05, ..options };
        group.bench_with_input(BenchmarkId::new("scan_time", cells.len()), &timed, |bencher, timed| {
            bencher.iter(|| permutation(black_box(timed), &Times::default(), &options).expect("valid"));
        });
    }
    group.finish();
}

criterion_group!(benches, groups, tests);
criterion_main!(benches);
