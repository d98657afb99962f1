//! The same rows and parameters give the same bytes, whatever the row order and the number of threads.

use std::fmt::Write as _;
use std::path::Path;

use lagesbild::domain::random::Stream;

use crate::support::{arg, digest, finished, folder, program};

/// Rows of a town with dense places, exact copies and cells of free text, in an order that the seed decides.
fn write_rows(path: &Path, order: u64) {
    let mut stream = Stream::new(20, 0);
    let mut rows: Vec<String> = (0..3_000)
        .map(|row| {
            let (x, y) = if row % 3 == 0 {
                (580_000.0 + 4_000.0 * stream.unit(), 6_602_000.0 + 4_000.0 * stream.unit())
            } else {
                let place = f64::from(row % 7);
                (
                    580_500.0 + 500.0 * place + 30.0 * stream.normal(),
                    6_603_000.0 + 200.0 * place + 30.0 * stream.normal(),
                )
            };
            let copy = row % 50;
            format!("{:.2},{:.2},2023-0{}-0{},typ {copy},{}", x, y, copy % 9 + 1, copy % 8 + 1, copy % 5)
        })
        .collect();
    rows.extend_from_within(0..40);
    let mut shuffle = Stream::new(order, 1);
    for at in (1..rows.len()).rev() {
        rows.swap(at, shuffle.below(at + 1));
    }
    let mut text = String::from("x,y,datum,typ,vikt\n");
    for row in rows {
        let _ = writeln!(text, "{row}");
    }
    std::fs::write(path, text).expect("the file can be written");
}

fn analysed(input: &Path, out: &Path, threads: &str, more: &[&str]) -> String {
    let mut command = program();
    command.env("RAYON_NUM_THREADS", threads).env("TZ", if threads == "1" { "UTC" } else { "Asia/Tokyo" });
    command
        .args(["analyse", more[0], "--input", arg(input), "--crs", "EPSG:3006", "--output", arg(out)])
        .args(&more[1..]);
    finished(&command.output().expect("the program starts")).ok();
    digest(out)
}

#[test]
fn shuffled_rows_and_1_2_8_threads_give_the_same_bytes_in_every_format() {
    let folder = folder();
    let methods: [&[&str]; 9] = [
        &["dbscan", "--eps", "40", "--min-points", "6"],
        &["dbscan", "--eps", "60", "--value", "vikt"],
        &["counts", "--cell", "250"],
        &["gi-star", "--cell", "250", "--replicates", "99", "--certify", "8"],
        &["scan", "--cell", "250", "--replicates", "99"],
        &["scan", "--cell", "250", "--shape", "ellipse", "--replicates", "19"],
        &["hdbscan"],
        &["kde", "--cell", "50", "--adaptive", "yes"],
        &["relative-risk", "--cell", "100", "--bandwidth", "250", "--replicates", "39"],
    ];
    for (number, method) in methods.iter().enumerate() {
        for ending in ["gpkg", "geojson", "parquet", "csv"] {
            let mut seen = Vec::new();
            for (order, threads) in [(1, "1"), (2, "2"), (3, "8")] {
                // The file's name is part of the passport, its folder is not.
                let own = folder.path().join(format!("{number}-{ending}-{order}"));
                std::fs::create_dir(&own).expect("a folder can be made");
                let (input, out) = (own.join("rader.csv"), own.join(format!("ut.{ending}")));
                write_rows(&input, order);
                seen.push(analysed(&input, &out, threads, method));
            }
            assert!(seen.iter().all(|digest| *digest == seen[0]), "{method:?} {ending}: {seen:?}");
        }
    }
}

#[test]
fn a_store_filled_in_another_order_gives_the_same_result() {
    let folder = folder();
    let mut seen = Vec::new();
    for order in [1, 2] {
        let own = folder.path().join(format!("lager-{order}"));
        std::fs::create_dir(&own).expect("a folder can be made");
        let (input, out) = (own.join("rader.csv"), own.join("ut.gpkg"));
        write_rows(&input, order);
        let store = crate::support::store(&own, &["--name", "Prov"]);
        crate::support::run(&["import", "events", arg(&input), "--store", arg(&store), "--crs", "EPSG:3006"]).ok();
        crate::support::run(&["analyse", "dbscan", "--store", arg(&store), "--output", arg(&out)]).ok();
        seen.push(digest(&out));
    }
    assert_eq!(seen[0], seen[1]);
}
