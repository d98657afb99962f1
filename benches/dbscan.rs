//! DBSCAN at 1,000, 10,000 and 100,000 points of a town: 40 % anywhere in 16 by 16 km, the rest in 150 places.
//!
//! Run with `cargo bench --bench dbscan`; note machine and commit beside the numbers.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lagesbild::analysis::{AreaCount, area_rates, counts, dbscan, dbscan_rtree, full_cells, outline};
use lagesbild::domain::{Grid, Metres};

mod town;

use town::town;

fn kernels(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hotspots");
    group.sample_size(10);
    let grid = Grid::new(Metres(250.0)).expect("allowed");
    for n in [1_000, 10_000, 100_000] {
        let points = town(n);
        group.throughput(Throughput::Elements(n as u64));
        group.bench_with_input(BenchmarkId::new("dbscan", n), &points, |bencher, points| {
            bencher.iter(|| dbscan(black_box(points), Metres(50.0), 10).expect("valid"));
        });
        group.bench_with_input(BenchmarkId::new("dbscan_rtree", n), &points, |bencher, points| {
            bencher.iter(|| dbscan_rtree(black_box(points), Metres(50.0), 10).expect("valid"));
        });
        group.bench_with_input(BenchmarkId::new("counts", n), &points, |bencher, points| {
            bencher.iter(|| full_cells(&counts(black_box(points), &grid).expect("valid"), 5));
        });
        // As many areas: of the numbers that occur, each has limits of its own.
        #[expect(clippy::cast_precision_loss, reason = "below four thousand")]
        let areas: Vec<AreaCount> = (0..n as u64)
            .map(|at| AreaCount::known(&at.to_string(), at * 7_919 % 1_009, Some((200 + at * 104_729 % 3_000) as f64)))
            .collect();
        group.bench_with_input(BenchmarkId::new("area_rates", n), &areas, |bencher, areas| {
            bencher.iter(|| area_rates(black_box(areas), true));
        });
        group.bench_with_input(BenchmarkId::new("around_cores", n), &points, |bencher, points| {
            bencher.iter(|| outline::around_cores(black_box(points), Metres(50.0)).expect("valid"));
        });
    }
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
