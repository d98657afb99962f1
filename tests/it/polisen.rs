//! The police's public list: importable, shown over time, and refused for every map of places.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bad_input::one_sentence;
use crate::support::{arg, digest, folder, run, store};

/// Records as the list writes them: byte-order mark, an hour without a leading zero, a point in one text.
fn list(folder: &Path) -> PathBuf {
    let records = [
        (1, "2024-01-31 23:59:00 +01:00", "Trafikolycka", "Kalmar", "56.661571,16.361631"),
        (2, "2024-02-01 0:30:09 +01:00", "Stöld", "Kalmar", "56.661571,16.361631"),
        (3, "2024-02-10 9:58:49 +01:00", "Stöld", "Kalmar", "56.661571,16.361631"),
        (4, "2024-04-01 0:10:00 +02:00", "Brand", "Kalmar län", "57.235,16.33"),
        (5, "2024-04-20 12:00:00 +02:00", "Stöld", "Nybro", ""),
    ];
    let mut text = "\u{feff}[".to_owned();
    for (at, (id, time, kind, area, gps)) in records.iter().enumerate() {
        let comma = if at == 0 { "" } else { ",\n" };
        let _ = write!(
            text,
            "{comma}{{\"id\":{id},\"datetime\":\"{time}\",\"name\":\"rubrik\",\"summary\":\"En person anmälde.\",\
             \"url\":\"/aktuellt/{id}\",\"type\":\"{kind}\",\"location\":{{\"name\":\"{area}\",\"gps\":\"{gps}\"}}}}"
        );
    }
    let path = folder.join("polisen.json");
    std::fs::write(&path, text + "]\n").expect("the file can be written");
    path
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).expect("readable");
    text.trim_start_matches('\u{feff}').lines().map(|line| line.split(';').map(str::to_owned).collect()).collect()
}

#[test]
fn the_list_is_imported_counted_over_time_and_refused_for_places() {
    let folder = folder();
    let (file, store) = (list(folder.path()), store(folder.path(), &[]));
    let report = run(&["--json", "import", "events", arg(&file), "--store", arg(&store)]).ok().json();
    assert_eq!((report["read"].as_u64(), report["accepted"].as_u64()), (Some(5), Some(5)), "{report}");
    assert_eq!((report["mapping"].as_str(), report["crs"].as_str()), (Some("polisen"), Some("EPSG:4326")));
    assert_eq!(report["warnings"]["warn-unplaced"], 1);
    let again = run(&["--json", "import", "events", arg(&file), "--store", arg(&store)]).ok().json();
    assert_eq!(again["present"], 5);
    let connection = rusqlite::Connection::open(&store).expect("the store opens");
    let sql = "SELECT time_from, kind, placed, accuracy_m FROM events WHERE id = 'POLISEN:4'";
    let kept: (String, String, String, Option<f64>) = connection
        .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .expect("the event is there");
    let (time, kind, placed) = (kept.0.as_str(), kept.1.as_str(), kept.2.as_str());
    assert_eq!((time, kind, placed), ("2024-03-31T22:10:00.000Z", "incident", "area-centroid"));
    assert_eq!(kept.3, None, "an accuracy that nobody told");
    drop(connection);

    let before = digest(&store);
    let out = folder.path().join("ut.gpkg");
    for method in ["dbscan", "counts"] {
        for from in [["--store", arg(&store)], ["--input", arg(&file)]] {
            let answer = run(&["--json", "analyse", method, from[0], from[1], "--output", arg(&out)]);
            let error = one_sentence(&answer, 1, &[method, "mittpunkter", from[1], "4"]);
            assert!(error["remedy"].as_str().is_some_and(|text| text.contains("timeline")), "{error}");
            assert!(!out.exists());
        }
    }
    assert_eq!(digest(&store), before);
}

#[test]
fn the_timeline_counts_every_event_by_month_type_and_area() {
    let folder = folder();
    let (file, store) = (list(folder.path()), store(folder.path(), &[]));
    run(&["import", "events", arg(&file), "--store", arg(&store)]).ok();
    let before = digest(&store);
    let expected = [
        ["2024-01", "2024-01-01", "2024-01-31", "Trafikolycka", "Kalmar", "1", "0", "nej"],
        ["2024-02", "2024-02-01", "2024-02-29", "Stöld", "Kalmar", "2", "0", "ja"],
        ["2024-04", "2024-04-01", "2024-04-30", "Brand", "Kalmar län", "1", "0", "nej"],
        ["2024-04", "2024-04-01", "2024-04-30", "Stöld", "Nybro", "1", "1", "nej"],
    ];
    for from in [["--store", arg(&store)], ["--input", arg(&file)]] {
        let out = folder.path().join("tid.csv");
        let report = run(&["--json", "analyse", "timeline", from[0], from[1], "--output", arg(&out)]).ok().json();
        let passport = &report["passport"];
        assert_eq!((passport["used"].as_u64(), passport["unplaced"].as_u64()), (Some(5), Some(1)), "{passport}");
        assert!(passport["notes"].to_string().contains("2 av perioderna är ofullständiga"), "{passport}");
        assert_eq!(report["kept"], false);
        let found = rows(&out);
        assert_eq!(
            found[0][1..9],
            ["period", "period_fran", "period_till", "typ", "omrade", "n", "utan_plats", "hel_period"]
        );
        let told: Vec<&[String]> = found[1..].iter().map(|row| &row[1..9]).collect();
        assert_eq!(told, expected, "{from:?}");
        let sums = folder.path().join("summor.csv");
        let target = format!("{}#periods", arg(&sums));
        run(&["analyse", "timeline", from[0], from[1], "--output", &target]).ok();
        let months: Vec<String> = rows(&sums)[1..].iter().map(|row| format!("{} {}", row[1], row[4])).collect();
        assert_eq!(months, ["2024-01 1", "2024-02 2", "2024-03 0", "2024-04 2"], "an empty month is a row");
    }
    assert_eq!(digest(&store), before, "a timeline is counted again each time");
    let out = folder.path().join("vecka.csv");
    run(&["analyse", "timeline", "--input", arg(&file), "--step", "week", "--output", arg(&out)]).ok();
    assert_eq!(rows(&out)[1][1], "2024-W05");
    let answer = run(&["--json", "analyse", "timeline", "--input", arg(&file), "--step", "år", "--output", arg(&out)]);
    one_sentence(&answer, 1, &["step", "år"]);
}

#[test]
fn a_timeline_is_a_table_in_every_format() {
    let folder = folder();
    let file = list(folder.path());
    let out = |name: &str| folder.path().join(name);
    for name in ["tid.gpkg", "tid.geojson", "tid.parquet", "tid.csv"] {
        run(&["analyse", "timeline", "--input", arg(&file), "--output", arg(&out(name))]).ok();
    }
    let connection = rusqlite::Connection::open(out("tid.gpkg")).expect("it opens");
    let kinds: String = connection
        .query_row(
            "SELECT group_concat(table_name || ' ' || data_type, ', ') FROM
             (SELECT * FROM gpkg_contents WHERE table_name NOT IN ('passport', 'layer_styles') ORDER BY table_name)",
            [],
            |row| row.get(0),
        )
        .expect("contents");
    assert_eq!(kinds, "periods attributes, timeline attributes");
    let without: i64 =
        connection.query_row("SELECT count(*) FROM gpkg_geometry_columns", [], |row| row.get(0)).expect("a count");
    assert_eq!(without, 0);
    let text = std::fs::read_to_string(out("tid.geojson")).expect("readable");
    let collection: Value = serde_json::from_str(&text).expect("JSON");
    let features = collection["features"].as_array().expect("features");
    assert_eq!(features.len(), 4);
    assert!(features.iter().all(|feature| feature["geometry"].is_null()) && collection["bbox"].is_null());
    let bytes = std::fs::read(out("tid.parquet")).expect("readable");
    let holds = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    assert!(bytes.starts_with(b"PAR1") && holds(b"lagesbild:passport") && !holds(b"primary_column"));
    // GDAL reads the tables back.
    let dataset = gdal::Dataset::open(out("tid.gpkg")).expect("GDAL opens it");
    let mut layer = dataset.layer_by_name("timeline").expect("the layer");
    let n: i64 = gdal::vector::LayerAccess::features(&mut layer)
        .map(|row| {
            let at = row.field_index("n").expect("a column");
            row.field_as_integer64(at).expect("a number").expect("a value")
        })
        .sum();
    assert_eq!(n, 5);
}

#[test]
fn rows_that_are_too_coarse_are_left_out_of_a_mixed_file_and_said() {
    let folder = folder();
    let file = folder.path().join("blandat.csv");
    let mut text = "x;y;datum;noggrannhet_m\n".to_owned();
    for row in 0..6 {
        let _ = writeln!(text, "{};6602000;2024-01-0{};{}", 580_000 + row, row + 1, if row < 4 { "5" } else { "2500" });
    }
    std::fs::write(&file, text).expect("the file can be written");
    let out = folder.path().join("ut.geojson");
    let arguments = ["--json", "analyse", "dbscan", "--input", arg(&file), "--crs", "EPSG:3006", "--min-points", "4"];
    let report = run(&[&arguments[..], &["--output", &format!("{}#events", arg(&out))]].concat()).ok().json();
    let passport = &report["passport"];
    assert_eq!((passport["used"].as_u64(), passport["unplaced"].as_u64()), (Some(4), Some(0)), "{passport}");
    assert_eq!(passport["dropped"]["Positionen är osäkrare än metodens längd (50 m)"], 2, "{passport}");
    assert!(passport["notes"].to_string().contains("2 händelser är inte med"), "{passport}");
    let text = std::fs::read_to_string(&out).expect("readable");
    let events: Value = serde_json::from_str(&text).expect("JSON");
    let events = events["features"].as_array().expect("features");
    assert_eq!(
        events.iter().filter(|row| row["geometry"].is_null() && row["properties"]["cluster"].is_null()).count(),
        2
    );
    let wide = run(&[&arguments[..], &["--eps", "2500", "--output", arg(&out)]].concat()).ok().json();
    assert_eq!(wide["passport"]["used"], 6);
    let refused = run(&[&arguments[..], &["--eps", "1", "--output", arg(&out)]].concat());
    let error = one_sentence(&refused, 1, &["blandat.csv", "1 m"]);
    assert!(error["remedy"].as_str().is_some_and(|text| text.contains("--eps")), "{error}");
}

#[test]
fn a_timeline_says_what_has_no_time_and_refuses_what_it_cannot_tell() {
    let folder = folder();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("the file can be written");
        path
    };
    let out = folder.path().join("ut.csv");
    let go = |file: &Path, more: &[&str]| {
        let arguments = ["--json", "analyse", "timeline", "--input", arg(file), "--output", arg(&out)];
        run(&[&arguments[..], more].concat())
    };
    // No coordinates at all: a timeline asks for none.
    let some = write("nagra.csv", "datum;typ\n2024-01-05;a\n;a\n2024-02-05;b\n");
    let report = go(&some, &[]).ok().json();
    assert_eq!(report["passport"]["dropped"]["Händelsen har ingen tid"], 1, "{report}");
    assert_eq!((report["passport"]["used"].as_u64(), report["passport"]["unplaced"].as_u64()), (Some(2), Some(3)));
    let none = write("inga.csv", "datum;typ\n;a\n;b\n");
    one_sentence(&go(&none, &[]), 1, &["inga.csv", "2"]);
    let years = write("ar.csv", "år;typ\n2023;a\n2024;b\n");
    one_sentence(&go(&years, &[]), 1, &["ar.csv", "month"]);
}
