//! Names against a register: 100,000 rows, all different, against 50,000 places, and making the index of those.
//!
//! Run with `cargo bench --bench geocode`; note machine and commit beside the numbers.

#[path = "names/mod.rs"]
mod names;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lagesbild::domain::random::Stream;
use lagesbild::geocode::Matcher;
use names::{PLACES, ROWS, register, rows};

fn matching(criterion: &mut Criterion) {
    let mut stream = Stream::new(20_261_123, 0);
    let places = register(&mut stream, PLACES);
    let rows = rows(&places, &mut stream, ROWS);
    let mut group = criterion.benchmark_group("geocode");
    group.sample_size(10);
    group.bench_function("index 50,000 places", |bencher| bencher.iter(|| Matcher::new(black_box(&places))));
    let matcher = Matcher::new(&places);
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("100,000 rows against 50,000 places", |bencher| {
        bencher.iter(|| matcher.find_all(black_box(&rows)));
    });
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
