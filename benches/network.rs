//! Along roads: snapping a million points to a grid of about 5,000 links, and DBSCAN among 100,000 places on it.
//!
//! Run with `cargo bench --bench network`; note machine and commit beside the numbers.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lagesbild::analysis::road::{Snapper, Wanted, divide, network_dbscan};
use lagesbild::domain::random::Stream;
use lagesbild::domain::{Link, Metres, Net, Network, Paths, Spot};

/// Streets a side; blocks of 100 m.
const SIDE: u32 = 50;
const BLOCK_M: f64 = 100.0;

/// A grid of 2 · 50 · 51 = 5,100 links.
fn grid() -> Network {
    let nodes: Vec<[f64; 2]> = (0..=SIDE)
        .flat_map(|row| (0..=SIDE).map(move |column| [row, column]))
        .map(|[row, column]| [580_000.0 + BLOCK_M * f64::from(column), 6_602_000.0 + BLOCK_M * f64::from(row)])
        .collect();
    let at = |row: u32, column: u32| row * (SIDE + 1) + column;
    let mut ends = Vec::new();
    for row in 0..=SIDE {
        for column in 0..=SIDE {
            if column < SIDE {
                ends.push((at(row, column), at(row, column + 1), format!("Tvärgatan {row}")));
            }
            if row < SIDE {
                ends.push((at(row, column), at(row + 1, column), format!("Långgatan {column}")));
            }
        }
    }
    let link = |(number, (from, to, street)): (usize, (u32, u32, String))| {
        let line = vec![nodes[from as usize], nodes[to as usize]];
        Link { street: Some(street), ..Link::unknown(format!("rad:{number}"), from, to, line) }
    };
    let links = ends.into_iter().enumerate().map(link).collect();
    Network::new(nodes.clone(), links).expect("a network")
}

fn points(n: usize) -> Vec<[f64; 2]> {
    let mut stream = Stream::new(20_260_601, 0);
    let side = BLOCK_M * f64::from(SIDE);
    (0..n).map(|_| [580_000.0 + stream.between(0.0, side), 6_602_000.0 + stream.between(0.0, side)]).collect()
}

fn kernels(criterion: &mut Criterion) {
    let network = grid();
    let snapper = Snapper::new(&network);
    let points = points(1_000_000);
    let wanted: Vec<Wanted<'_>> =
        points.iter().map(|&point| Wanted { point: Some(point), net: Net::Any, street: None }).collect();
    let mut group = criterion.benchmark_group("network");
    group.sample_size(10);
    group.throughput(Throughput::Elements(1_000_000));
    group.bench_function("snap 1M", |bencher| bencher.iter(|| snapper.snap(black_box(&wanted), 50.0)));
    let paths = Paths::new(&network, |_| true);
    let spots: Vec<Spot> =
        snapper.snap(&wanted[..100_000], 50.0).into_iter().filter_map(|one| Some(one.ok()?.spot)).collect();
    group.throughput(Throughput::Elements(spots.len() as u64));
    group.bench_function("network_dbscan 100k", |bencher| {
        bencher.iter(|| network_dbscan(&network, &paths, black_box(&spots), Metres(50.0), 10).expect("valid"));
    });
    group.bench_function("divide", |bencher| {
        bencher.iter(|| divide(black_box(&network), &[&|link: &Link| link.modes.car], Metres(20.0)));
    });
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
