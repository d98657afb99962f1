//! The real files, with the defects that they have.

use std::path::Path;

use serde_json::Value;

use crate::support::{arg, folder, run, shared, store};

fn import(file: &Path, store: &Path, more: &[&str]) -> crate::support::Run {
    let mut arguments = vec!["--json", "import", "events", arg(file), "--store", arg(store)];
    arguments.extend(more);
    run(&arguments)
}

/// Places of a store's events in its own system, in the order of their text.
fn places(store: &Path) -> Vec<[f64; 2]> {
    let connection = rusqlite::Connection::open(store).expect("the store opens");
    let mut query = connection.prepare("SELECT geom FROM events WHERE geom IS NOT NULL").expect("the table exists");
    let blobs = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    let mut points: Vec<[f64; 2]> =
        blobs.map(|blob| lagesbild::geopackage::blob::point_of(&blob.expect("a blob")).expect("a point")).collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points
}

#[test]
fn the_finnish_accidents_of_2019_balance_and_copies_stay_separate() {
    let Some(shared) = shared("Finnish accidents 2019") else { return };
    let folder = folder();
    let store = store(folder.path(), &["--crs", "EPSG:3067"]);
    let file = shared.join("helsinki/tieliikenneonnettomuudet_2019_onnettomuus.csv");
    let first = import(&file, &store, &[]).ok().json();
    let number = |name: &str| first[name].as_u64().expect("a number");
    assert_eq!(number("read"), 15_297);
    assert_eq!(number("read"), number("accepted") + number("quarantined") + number("present"));
    let explained: u64 = first["reasons"].as_object().expect("reasons").values().filter_map(Value::as_u64).sum();
    assert_eq!(explained, number("quarantined"));
    assert_eq!(first["warnings"]["warn-unplaced"], 3);
    assert_eq!(first["crs"], "EPSG:3067");
    let connection = rusqlite::Connection::open(&store).expect("the store opens");
    let copies: i64 = connection
        .query_row(
            "SELECT count(*) FROM (SELECT content FROM events GROUP BY content HAVING count(*) > 1)",
            [],
            |row| row.get(0),
        )
        .expect("it counts");
    assert_eq!(copies, 3, "three rows are exact copies of another, and each is an event of its own");
    let again = import(&file, &store, &[]).ok().json();
    assert_eq!((again["accepted"].as_u64(), again["present"].as_u64()), (Some(0), Some(number("accepted"))));
    println!("Finland 2019: {first}");
    let other = import(&shared.join("helsinki/tieliikenneonnettomuudet_2019_osallinen.csv"), &store, &[]);
    assert_eq!(other.code, 1);
    assert!(other.json()["error"]["message"].as_str().is_some_and(|text| text.contains("Onnett_id")), "{other:?}");
}

#[test]
fn both_jonkoping_csvs_land_on_the_points_of_the_geojson_or_are_refused_by_name() {
    let Some(shared) = shared("Jönköping CSVs") else { return };
    let folder = folder();
    let home = folder.path().join("hem.geojson");
    let area = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[13.6,57.3],[14.8,57.3],[14.8,58.2],[13.6,58.2],[13.6,57.3]]]}}]}"#;
    std::fs::write(&home, area).expect("written");
    let made = |name: &str, more: &[&str]| {
        let own = folder.path().join(name);
        std::fs::create_dir(&own).expect("a folder can be made");
        store(&own, more)
    };
    let reference = made("facit", &[]);
    let json = import(&shared.join("strada-jonkoping/cykelolyckor_demo.geojson"), &reference, &[]).ok().json();
    assert_eq!((json["read"].as_u64(), json["accepted"].as_u64()), (Some(22), Some(22)), "{json}");
    let wanted = places(&reference);
    for (name, crs) in
        [("strada_jonkoping_rt90_cp1252", "EPSG:3021"), ("strada_jonkoping_sweref991330_swapped_cp1252", "EPSG:3008")]
    {
        let file = shared.join("messy").join(name).with_extension("csv");
        let with_home = made(name, &["--home", arg(&home)]);
        let report = import(&file, &with_home, &[]).ok().json();
        assert_eq!((report["crs"].as_str(), report["accepted"].as_u64()), (Some(crs), Some(22)), "{report}");
        assert_eq!(report["encoding"], "windows-1252");
        let found = places(&with_home);
        let worst = found.iter().zip(&wanted).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).fold(0.0, f64::max);
        println!("{name}: {crs}, worst distance {worst:.3} m");
        assert!(worst <= 0.1, "{name}: {worst} m");
        let without = made(&format!("{name}-utan"), &[]);
        let refused = import(&file, &without, &[]);
        assert_eq!(refused.code, 1);
        assert!(refused.json()["error"]["message"].as_str().is_some_and(|text| text.contains(crs)), "{refused:?}");
        let stated = import(&file, &without, &["--crs", crs]).ok().json();
        assert_eq!(stated["accepted"], 22);
    }
}

#[test]
fn the_broken_geojson_is_refused_with_line_and_column() {
    let Some(shared) = shared("broken GeoJSON") else { return };
    let folder = folder();
    let store = store(folder.path(), &[]);
    let refused = import(&shared.join("strada-jonkoping/cykelolyckor_demo_broken.geojson"), &store, &[]);
    assert_eq!(refused.code, 1);
    let place = refused.json()["error"]["place"].as_str().unwrap_or_default().to_owned();
    assert!(place.contains("rad ") && place.contains("kolumn "), "{refused:?}");
}

#[test]
fn the_accidents_of_helsinki_give_hotspots_file_to_file() {
    let Some(shared) = shared("Helsinki hotspots") else { return };
    let folder = folder();
    let out = folder.path().join("helsingfors.geojson");
    let file = shared.join("helsinki/accidents_2014_2019.gpkg");
    let report = run(&[
        "--json",
        "analyse",
        "dbscan",
        "--input",
        arg(&file),
        "--eps",
        "30",
        "--min-points",
        "10",
        "--output",
        arg(&out),
    ])
    .ok()
    .json();
    assert_eq!(report["passport"]["used"], 15_112);
    assert!(report["features"].as_u64().is_some_and(|n| n > 50), "{report}");
    let layer: Value = serde_json::from_str(&std::fs::read_to_string(&out).expect("written")).expect("JSON");
    let first = &layer["features"][0]["properties"];
    println!("Helsinki: {} hotspots, the first: {first}", report["features"]);
    assert!(first["svarighet"].as_str().is_some_and(|text| text.contains("Egendomsskada")), "{first}");
    assert_eq!(report["passport"]["period"][0], "2014-01-01");
}
