//! A Platsutdrag out of a store with 100,000 accidents: the numbers, and the sheet as PDF.
//!
//! Run with `make bench BENCH=place`; note machine and commit beside the numbers. The bar is 300 ms for a street and for a drawn
//! square kilometre; the whole municipality, all of its events on one sheet, is there for comparison.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use lagesbild::domain::random::Stream;
use lagesbild::export::paper::{PAPERS, paper_bytes};
use lagesbild::service::place::{Request, Target, YEARS, extract, paper};
use lagesbild::service::progress::Timings;
use lagesbild::service::{Access, GpkgStore, Silent, import, init, roads, sample};

/// Accidents.
const EVENTS: usize = 100_000;

/// The sample town's streets with accidents strewn over them.
fn store(folder: &Path) -> GpkgStore {
    sample::write(folder, 1).expect("the town is written");
    let path = folder.join("lager.gpkg");
    let home = folder.join("hemomrade.gpkg");
    init::run(&path, &init::Request { name: Some("Provsund"), home: Some(&home), ..init::Request::default() })
        .expect("a store");
    let mut store = GpkgStore::open(&path, Access::ReadWrite).expect("opens");
    roads::import(&folder.join("stad.gpkg"), Some("streets"), None, &mut store).expect("roads");
    let network = lagesbild::store::Store::network(&store).expect("reads").expect("a network");
    let mut stream = Stream::new(20_260_601, 7);
    let mut text = "id;datum;olyckstyp;x;y\n".to_owned();
    for number in 0..EVENTS {
        let link = stream.pick(network.links()).expect("links");
        let [x, y] = link.line[stream.below(link.line.len())];
        let (year, month, day) = (2016 + stream.below(10), 1 + stream.below(12), 1 + stream.below(28));
        let kind = stream.pick(&["S", "C", "F", "G1", "K", "U"]).expect("kinds");
        let (east, north) = (x + stream.between(-3.0, 3.0), y + stream.between(-3.0, 3.0));
        let _ = writeln!(text, "{number};{year}-{month:02}-{day:02};{kind};{east:.1};{north:.1}");
    }
    let file = folder.join("olyckor.csv");
    std::fs::write(&file, text).expect("written");
    let request =
        import::Request { files: vec![file], crs: Some("EPSG:3006".to_owned()), ..import::Request::default() };
    import::events(&request, &mut store, &Silent, &Timings::default()).expect("imported");
    store
}

/// A square kilometre in the middle of the roads.
fn square(store: &GpkgStore) -> String {
    let network = lagesbild::store::Store::network(store).expect("reads").expect("a network");
    let around = lagesbild::domain::Bbox::around(network.links().iter().flat_map(|link| link.line.iter().copied()));
    let [x, y] = [around.min_x.midpoint(around.max_x), around.min_y.midpoint(around.max_y)];
    let corners = [[-500.0, -500.0], [500.0, -500.0], [500.0, 500.0], [-500.0, 500.0], [-500.0, -500.0]];
    let ring: Vec<[f64; 2]> = corners.iter().map(|[east, north]| [x + east, y + north]).collect();
    format!(
        r#"{{"type":"FeatureCollection","crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::3006"}}}},
        "features":[{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[{ring:?}]}}}}]}}"#
    )
}

fn places(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let mut group = criterion.benchmark_group("place");
    group.sample_size(10);
    let drawn = folder.path().join("ritad.geojson");
    std::fs::write(&drawn, square(&store)).expect("written");
    let home = folder.path().join("hemomrade.gpkg");
    for (name, target) in [
        ("street", Target::Street("Storgatan")),
        ("drawn square kilometre", Target::Area(&drawn)),
        ("whole municipality", Target::Area(&home)),
    ] {
        let request = Request { target, buffer_m: None, crs: None, years: YEARS, join_crime: false };
        group.bench_function(format!("{name} 100k"), |bencher| {
            bencher.iter(|| {
                let extract = extract(black_box(&request), &store, &Timings::default()).expect("answers");
                paper_bytes(&paper(&extract), &PAPERS[0]).expect("a sheet")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, places);
criterion_main!(benches);
