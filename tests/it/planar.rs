//! Methods that compare cells with what is to be expected, through the whole house, against the sample town's truths.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use geo::{Contains, Point};
use serde_json::Value;

use crate::support::{self, Town, arg, folder, run};

/// The town with its damages, accidents, roads and buildings.
fn filled() -> Town {
    let town = support::town("facit.json");
    let at = |name: &str| town.folder.path().join(name);
    let import = |what: &str, file: &str, more: &[&str]| {
        let file = at(file);
        let mut arguments = vec!["import", what, arg(&file), "--store", arg(&town.store)];
        arguments.extend(more);
        run(&arguments).ok();
    };
    import("roads", "stad.gpkg", &["--layer", "streets"]);
    import("ground", "stad.gpkg", &["--layer", "buildings"]);
    import("events", "olyckor_strada.xlsx", &[]);
    import("events", "skaderapporter.csv", &[]);
    town
}

fn analyse(town: &Town, method: &str, kind: &str, out: &Path, more: &[&str]) -> Value {
    let mut arguments = vec![
        "--json",
        "analyse",
        method,
        "--store",
        arg(&town.store),
        "--kind",
        kind,
        "--no-keep",
        "--output",
        arg(out),
    ];
    arguments.extend(more);
    run(&arguments).ok().json()
}

/// Rows of a layer of a `GeoPackage` as JSON, without their geometry.
fn rows(file: &Path, sql: &str) -> Vec<Vec<rusqlite::types::Value>> {
    let connection = rusqlite::Connection::open(file).expect("opens");
    let mut select = connection.prepare(sql).expect("SQL");
    let columns = select.column_count();
    let found = select
        .query_map([], |row| (0..columns).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<_>>>())
        .expect("answers");
    found.map(|row| row.expect("a row")).collect()
}

fn whole(value: &rusqlite::types::Value) -> i64 {
    match value {
        rusqlite::types::Value::Integer(number) => *number,
        other => panic!("a whole number: {other:?}"),
    }
}

/// Hotspots of a result as `GeoJSON` has them: areas in WGS 84 with their properties.
fn hotspots(file: &Path) -> Vec<(geo::MultiPolygon<f64>, Value)> {
    let text = std::fs::read_to_string(file).expect("written");
    let layer: geojson::FeatureCollection = text.parse().expect("GeoJSON");
    let one = |feature: geojson::Feature| {
        let shape = feature.geometry.expect("a place");
        let shape: geo::Geometry<f64> = shape.try_into().expect("a shape");
        let shape = match shape {
            geo::Geometry::MultiPolygon(shape) => shape,
            geo::Geometry::Polygon(shape) => shape.into(),
            other => panic!("an area: {other:?}"),
        };
        (shape, Value::Object(feature.properties.unwrap_or_default()))
    };
    layer.features.into_iter().map(one).collect()
}

/// Middles of the planted places, in WGS 84.
fn planted(town: &Town, which: &str) -> Vec<Point<f64>> {
    let to = lagesbild::crs::Transform::new("EPSG:3006", lagesbild::crs::WGS84).expect("known");
    let number = |value: &Value| value.as_f64().expect("a number");
    let place = |spot: &Value| {
        let at = to.convert([number(&spot["centre"][0]), number(&spot["centre"][1])]).expect("a place");
        Point::new(at[0], at[1])
    };
    town.truth[which].as_array().expect("places").iter().map(place).collect()
}

#[test]
fn the_scan_points_at_planted_places_with_what_was_expected_and_leaves_quiet_ones_alone() {
    let town = filled();
    let out = town.folder.path().join("skanning.geojson");
    let report = analyse(&town, "scan", "damage", &out, &["--replicates", "199", "--cell", "125", "--window", "5"]);
    let found = hotspots(&out);
    assert!(!found.is_empty(), "{report}");
    let truths = planted(&town, "damage_hotspots");
    let hit = truths.iter().filter(|place| found.iter().any(|(shape, _)| shape.contains(*place))).count();
    assert!(hit * 2 > truths.len(), "{hit} of {} planted places", truths.len());
    for (_, told) in &found {
        let (n, expected) = (told["n"].as_f64().expect("n"), told["vantat"].as_f64().expect("vantat"));
        assert!(n > expected && told["slump"].as_f64().is_some_and(|p| p <= 0.05), "{told}");
        assert!(["Hög", "Måttlig", "Låg"].contains(&told["sakerhet"].as_str().expect("a word")), "{told}");
        assert!(told["sakerhet_text"].as_str().is_some_and(|text| text.contains("bebyggelse")), "{told}");
    }
    assert_eq!(report["passport"]["seed"], 1);
}

#[test]
fn every_cell_of_gi_star_is_recomputed_from_the_events_and_the_certificate_keeps_its_promise() {
    let town = filled();
    let out = town.folder.path().join("gi.gpkg");
    let report = analyse(&town, "gi-star", "damage", &out, &["--replicates", "99", "--certify", "60"]);
    let certificate = &report["certificate"];
    let number = |name: &str| certificate[name].as_f64().unwrap_or_else(|| panic!("{name}: {certificate}"));
    assert!(number("low") <= 0.05 && number("maps") == 60.0 && number("share") <= number("high"), "{certificate}");
    // Events and cells agree, and what was expected adds up to what there is.
    let sums = rows(&out, "SELECT sum(n), round(sum(vantat)) FROM cells");
    let used = report["passport"]["used"].as_i64().expect("a number");
    assert_eq!(whole(&sums[0][0]), used);
    let in_events = rows(&out, "SELECT count(*) FROM events WHERE cluster NOT NULL");
    let in_hotspots = rows(&out, "SELECT coalesce(sum(n), 0) FROM hotspots");
    assert_eq!(in_events, in_hotspots);
    // A window is the cell and the eight around it.
    let windows = rows(
        &out,
        "SELECT a.fonster_n, sum(b.n) FROM cells a JOIN cells b ON abs(a.kolumn - b.kolumn) <= 1 AND abs(a.rad - b.rad) <= 1 GROUP BY a.fid",
    );
    assert!(windows.len() > 50 && windows.iter().all(|row| row[0] == row[1]));
    // The exact tail, by summing the binomial law from scratch.
    let law = rows(
        &out,
        "SELECT a.p, a.fonster_n, sum(b.jamforelsetal), (SELECT sum(jamforelsetal) FROM cells) FROM cells a
         JOIN cells b ON abs(a.kolumn - b.kolumn) <= 1 AND abs(a.rad - b.rad) <= 1 GROUP BY a.fid",
    );
    let note = report["passport"]["notes"].to_string();
    if note.contains("oberoende av de andra") {
        let real = |value: &rusqlite::types::Value| match value {
            rusqlite::types::Value::Real(number) => *number,
            other => panic!("a number: {other:?}"),
        };
        for row in &law {
            let (p, k, share) = (real(&row[0]), whole(&row[1]), real(&row[2]) / real(&row[3]));
            let tail = lagesbild::analysis::tails::binomial_at_least(k.unsigned_abs(), used.unsigned_abs(), share);
            assert!((p - tail).abs() <= 1e-3 * tail.max(1e-9), "{p} is not {tail}");
        }
    }
}

#[test]
fn every_method_over_cells_gives_its_layers_from_the_store() {
    let town = filled();
    let at = |name: &str| town.folder.path().join(name);
    for (method, kind, layers) in [
        ("gi-star", "accident", ["hotspots", "cells", "events"].as_slice()),
        ("local-moran", "accident", &["hotspots", "cells", "events"]),
        ("scan", "accident", &["hotspots", "cells", "events"]),
        ("emerging", "accident", &["hotspots", "cells", "events"]),
        ("relative-risk", "damage", &["hotspots", "cells", "events"]),
        ("kde", "damage", &["contours", "events"]),
        ("near-repeat", "damage", &["near_repeat", "events"]),
        ("backtest", "damage", &["backtest"]),
    ] {
        let out = at(&format!("{method}.gpkg"));
        let fewer = if ["scan", "relative-risk"].contains(&method) { &["--replicates", "99"][..] } else { &[] };
        let report = analyse(&town, method, kind, &out, fewer);
        for layer in layers {
            assert!(report["layers"][layer].is_number(), "{method} {layer}: {report}");
        }
        let passport = &report["passport"];
        assert_eq!(passport["method"], method);
        let told = passport["notes"].to_string();
        assert!(method == "near-repeat" || told.contains("jämförs med"), "{method}: {told}");
    }
    // The pairs of the table, counted again from the events.
    let pairs = rows(&at("near-repeat.gpkg"), "SELECT sum(n) FROM near_repeat WHERE tid_mellan LIKE '0–%'");
    let events = rows(
        &at("near-repeat.gpkg"),
        "SELECT geom, julianday(period_fran) FROM events WHERE geom NOT NULL AND period_fran = period_till",
    );
    let event = |row: &Vec<rusqlite::types::Value>| match (&row[0], &row[1]) {
        (rusqlite::types::Value::Blob(blob), rusqlite::types::Value::Real(day)) => {
            // A point's coordinates are the last sixteen bytes.
            let number = |at: usize| f64::from_le_bytes(blob[at..at + 8].try_into().expect("eight bytes"));
            [number(blob.len() - 16), number(blob.len() - 8), *day]
        }
        other => panic!("a point and a day: {other:?}"),
    };
    let events: Vec<[f64; 3]> = events.iter().map(event).collect();
    let is_near = |a: &[f64; 3], b: &[f64; 3]| (a[2] - b[2]).abs() <= 14.0 && (a[0] - b[0]).hypot(a[1] - b[1]) <= 500.0;
    let of = |(at, a): (usize, &[f64; 3])| events[at + 1..].iter().filter(|b| is_near(a, b)).count();
    let again: usize = events.iter().enumerate().map(of).sum();
    assert_eq!(whole(&pairs[0][0]), i64::try_from(again).expect("few"));
    // Accidents are compared with roads, damages with buildings.
    let words = rows(&at("gi-star.gpkg"), "SELECT count(*) FROM cells WHERE jamforelsetal > 0 AND n >= 0");
    assert!(whole(&words[0][0]) > 50);
}

#[test]
fn a_back_test_prints_the_count_of_the_last_period_beside_every_method() {
    let town = filled();
    let out = town.folder.path().join("prov.csv");
    analyse(&town, "backtest", "damage", &out, &["--methods", "counts,kde", "--exposure", "vag"]);
    let text = std::fs::read_to_string(&out).expect("written").replace('\u{feff}', "");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[1].contains("Antal förra perioden") && lines[2].contains("Antal per ruta"), "{text}");
    let refused = run(&[
        "--json",
        "analyse",
        "backtest",
        "--store",
        arg(&town.store),
        "--kind",
        "damage",
        "--methods",
        "tarot",
        "--no-keep",
        "--output",
        arg(&out),
    ]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("tarot") || refused.out.contains("tarot"));
}

#[test]
fn a_density_is_a_surface_whose_mass_is_the_number_of_events() {
    let folder = folder();
    let rows: PathBuf = folder.path().join("punkter.csv");
    let mut text = String::from("x,y\n");
    for at in 0..400 {
        let (x, y) = (580_000 + 37 * (at % 20) * 3, 6_602_000 + 41 * (at / 20) * 2);
        let _ = writeln!(text, "{x},{y}");
    }
    std::fs::write(&rows, text).expect("written");
    let out = folder.path().join("tathet.tif");
    let arguments = ["--x", "x", "--y", "y", "--crs", "EPSG:3006", "--cell", "50", "--bandwidth", "300"];
    let mut all = vec!["--json", "analyse", "kde", "--input", arg(&rows), "--output", arg(&out)];
    all.extend(arguments);
    run(&all).ok();
    let raster = gdal::Dataset::open(&out).expect("a raster");
    let (columns, height) = raster.raster_size();
    let band = raster.rasterband(1).expect("a band");
    let values = band.read_as::<f64>((0, 0), (columns, height), (columns, height), None).expect("values");
    let mass: f64 = values.data().iter().filter(|value| value.is_finite()).sum::<f64>() * 50.0 * 50.0 / 1e6;
    // Diggle's correction gives back at the border about what is lost there.
    assert!((mass / 400.0 - 1.0).abs() < 0.1, "{mass}");
    // A bandwidth below the cell is refused with the number that works.
    let narrow = ["--x", "x", "--y", "y", "--crs", "EPSG:3006", "--cell", "100", "--bandwidth", "60"];
    let mut all = vec!["analyse", "kde", "--input", arg(&rows), "--output", arg(&out)];
    all.extend(narrow);
    let refused = run(&all);
    assert!(refused.code == 1 && refused.err.contains("60"), "{}", refused.err);
}

#[test]
fn finer_time_than_the_data_has_is_refused_in_a_sentence() {
    let folder = folder();
    let rows = folder.path().join("ar.csv");
    let mut text = String::from("id;datum;typ;x;y\n");
    for at in 0..60 {
        let (year, x, y) = (2010 + at % 12, 580_000 + at * 10, 6_602_000 + at * 7);
        let _ = writeln!(text, "{at};{year};Skadegörelse;{x};{y}");
    }
    std::fs::write(&rows, text).expect("written");
    let out = folder.path().join("ut.gpkg");
    let refused = run(&[
        "analyse",
        "emerging",
        "--input",
        arg(&rows),
        "--x",
        "x",
        "--y",
        "y",
        "--crs",
        "EPSG:3006",
        "--output",
        arg(&out),
    ]);
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert!(!out.exists() && refused.err.lines().count() <= 3, "{}", refused.err);
}
