//! The Platsutdrag: every number on the sheet is recomputed from the rows, and agrees with the layers along roads.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{self, Run, Town, arg, folder, run, shared, store};

/// The sample town with roads, ground and both registers in its store.
fn town() -> Town {
    let town = support::town("facit.json");
    let import = |what: &str, file: &str, more: &[&str]| {
        let file = town.folder.path().join(file);
        run(&[&["import", what, arg(&file), "--store", arg(&town.store)], more].concat()).ok();
    };
    import("roads", "stad.gpkg", &["--layer", "streets"]);
    import("ground", "stad.gpkg", &["--layer", "buildings"]);
    import("events", "olyckor_strada.xlsx", &[]);
    import("events", "skaderapporter.csv", &[]);
    town
}

fn place(store: &Path, out: &Path, target: &[&str]) -> Run {
    let mut arguments = vec!["--json", "place", "--store", arg(store), "--output", arg(out)];
    arguments.extend(target);
    run(&arguments)
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// A value summed over the years of the headline.
fn headline(extract: &Value, pick: &[&str]) -> i64 {
    let years = extract["last"].as_array().expect("years");
    years
        .iter()
        .map(|year| {
            let line = &extract["accidents"]["years"][year.to_string()];
            pick.iter().fold(line, |value, key| &value[*key]).as_i64().unwrap_or_else(|| panic!("{pick:?} of {line}"))
        })
        .sum()
}

#[test]
fn a_drawn_area_holds_what_its_rows_hold() {
    let town = town();
    let connection = Connection::open(&town.store).expect("opens");
    // A box round the middle of the town, drawn as a person would.
    let middle = |axis: &str| -> f64 {
        let sql = format!("SELECT avg(min{axis}) FROM rtree_events_geom");
        connection.query_row(&sql, [], |row| row.get(0)).expect("answers")
    };
    let (x, y) = (middle("x").round(), middle("y").round());
    let (west, east, south, north) = (x - 350.0, x + 350.0, y - 250.0, y + 250.0);
    let area = town.folder.path().join("ritad_yta.geojson");
    let ring = format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]");
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}}"#;
    let feature = format!(
        r#"{{"type":"Feature","properties":{{"namn":"Ritad yta"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
    );
    std::fs::write(&area, format!(r#"{{"type":"FeatureCollection",{crs},"features":[{feature}]}}"#)).expect("written");
    let out = town.folder.path().join("yta.pdf");
    let extract = place(&town.store, &out, &["--area", arg(&area)]).ok().json()["place"].clone();
    assert_eq!(extract["title"], "Ritad yta");
    let inside = format!(
        "fid IN (SELECT id FROM rtree_events_geom WHERE minx >= {west} AND maxx <= {east} AND miny >= {south} AND maxy <= {north})"
    );
    // Stockholm is ahead of UTC: the year is that of the local clock.
    let year = "CAST(strftime('%Y', datetime(time_from, '+1 hour')) AS INTEGER)";
    let accidents = format!("events WHERE kind = 'accident' AND category <> 'G0' AND {inside}");
    let mut counted = 0;
    for (label, line) in extract["accidents"]["years"].as_object().expect("years") {
        let of_year = format!("{accidents} AND {year} = {label}");
        let n = number(&connection, &format!("SELECT count(*) FROM {of_year}"));
        assert_eq!(line["accidents"], n, "{label}");
        counted += n;
        let persons = format!("persons WHERE event IN (SELECT fid FROM {of_year})");
        for (key, condition) in [
            ("dead", "severity = 'dead'"),
            ("iss9", "severity = 'iss9'"),
            ("iss48", "severity = 'iss48'"),
            ("iss13", "severity = 'iss13'"),
            ("police_severe", "severity = 'police-severe'"),
            ("police_light", "severity = 'police-light'"),
            ("injured", "severity NOT IN ('unhurt', 'property', 'unknown')"),
        ] {
            let persons = number(&connection, &format!("SELECT count(*) FROM {persons} AND {condition}"));
            assert_eq!(line["persons"][key], persons, "{label} {key}");
        }
    }
    assert!(counted > 50, "{counted} accidents in the middle of the town");
    let last: Vec<String> = extract["last"].as_array().expect("years").iter().map(Value::to_string).collect();
    let last = format!("{year} IN ({})", last.join(", "));
    let injured = format!(
        "persons WHERE severity NOT IN ('unhurt', 'property', 'unknown') AND event IN (SELECT fid FROM {accidents} AND {last})"
    );
    for (mode, line) in extract["accidents"]["modes"].as_object().expect("modes") {
        let n = number(&connection, &format!("SELECT count(*) FROM {injured} AND mode = '{mode}'"));
        assert_eq!(line["injured"], n, "{mode}");
    }
    for (key, word) in [("police", "polis"), ("hospital", "sjukvård"), ("both", "båda")] {
        let n = number(&connection, &format!("SELECT count(*) FROM {injured} AND reported_by = '{word}'"));
        assert_eq!(extract["accidents"]["reported"][key], n, "{key}");
    }
    let types = extract["accidents"]["types"].as_object().expect("types").values();
    let n = number(&connection, &format!("SELECT count(*) FROM {accidents} AND {last}"));
    assert_eq!(types.filter_map(Value::as_i64).sum::<i64>(), n);
    let falls = format!("events WHERE kind = 'accident' AND category = 'G0' AND {inside} AND {last}");
    let n = number(&connection, &format!("SELECT count(*) FROM {falls}"));
    assert_eq!(extract["accidents"]["falls"]["accidents"], n);
    let damages = format!("events WHERE kind = 'damage' AND {inside} AND {last}");
    let (mut n, mut ore, mut with) = (0, 0, 0);
    for other in extract["others"].as_array().expect("others") {
        n += other["years"].as_object().expect("years").values().filter_map(Value::as_i64).sum::<i64>();
        ore += other["cost"][0].as_i64().expect("öre");
        with += other["cost"][1].as_i64().expect("a number");
    }
    assert_eq!(n, number(&connection, &format!("SELECT count(*) FROM {damages}")));
    assert_eq!(ore, number(&connection, &format!("SELECT ifnull(sum(cost_ore), 0) FROM {damages}")));
    assert_eq!(with, number(&connection, &format!("SELECT count(cost_ore) FROM {damages}")));
    let unplaced = number(&connection, "SELECT count(*) FROM events WHERE kind = 'damage' AND geom IS NULL");
    assert_eq!(extract["unplaced"]["damage"], unplaced);
    assert!(std::fs::read(&out).expect("the sheet").starts_with(b"%PDF-1.7"));
}

/// Name, accidents and injured of the rows of a layer along roads.
fn rows(layer: &Path, table: &str) -> Vec<(String, i64, i64)> {
    let connection = Connection::open(layer).expect("opens");
    let sql =
        format!("SELECT namn, n, ifnull(antal_skadade, 0) FROM {table} WHERE namn IS NOT NULL ORDER BY n DESC, namn");
    let mut select = connection.prepare(&sql).expect("a layer");
    let found = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows");
    found.collect::<rusqlite::Result<_>>().expect("rows")
}

#[test]
fn streets_and_junctions_have_the_numbers_of_the_layers_along_roads() {
    let town = town();
    let layer = town.folder.path().join("vag.gpkg");
    let arguments = ["analyse", "network-counts", "--kind", "accident", "--no-keep", "--store", arg(&town.store)];
    run(&[&arguments[..], &["--output", arg(&layer)]].concat()).ok();
    let out = town.folder.path().join("blad.docx");
    let (streets, junctions) = (rows(&layer, "gator"), rows(&layer, "junctions"));
    for (name, n, injured) in
        streets.iter().take(3).chain([streets.iter().find(|row| row.0 == "Storgatan").expect("is there")])
    {
        let extract = place(&town.store, &out, &["--street", name]).ok().json()["place"].clone();
        assert_eq!(
            (headline(&extract, &["accidents"]), headline(&extract, &["persons", "injured"])),
            (*n, *injured),
            "{name}"
        );
    }
    let named: Vec<_> = junctions.iter().filter(|row| row.0.contains(" / ")).take(3).collect();
    assert_eq!(named.len(), 3);
    for (name, n, injured) in named {
        let extract = place(&town.store, &out, &["--junction", name]).ok().json()["place"].clone();
        assert_eq!(
            (headline(&extract, &["accidents"]), headline(&extract, &["persons", "injured"])),
            (*n, *injured),
            "{name}"
        );
    }
}

#[test]
fn the_same_place_gives_the_same_bytes_in_every_form() {
    let town = town();
    for ending in ["pdf", "docx", "gpkg", "xlsx"] {
        let file = town.folder.path().join(format!("blad.{ending}"));
        place(&town.store, &file, &["--street", "Storgatan"]).ok();
        let first = std::fs::read(&file).expect("written");
        place(&town.store, &file, &["--street", "storgatan"]).ok();
        assert!(first == std::fs::read(&file).expect("written"), "{ending}");
    }
}

#[test]
fn a_name_that_is_not_there_is_refused_with_the_nearest() {
    let town = town();
    let out = town.folder.path().join("blad.pdf");
    for (target, said) in [
        (["--street", "Storgattan"], "Storgatan"),
        (["--junction", "Storgatan"], "två gator"),
        (["--junction", "Storgatan/Tallvägen"], "möts ingenstans"),
        (["--object", "Inget sådant"], "Inget sådant"),
        (["--area", "saknas.gpkg"], "saknas.gpkg"),
    ] {
        let refused = place(&town.store, &out, &target);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(format!("{}{}", refused.out, refused.err).contains(said), "{said}: {refused:?}");
        assert!(!out.exists());
    }
    let refused = place(&town.store, &town.folder.path().join("blad.odt"), &["--street", "Storgatan"]);
    assert_eq!(refused.code, 1, "{refused:?}");
}

#[test]
fn helsinki_answers_for_a_street_and_a_junction() {
    let Some(data) = shared("helsinki_answers_for_a_street_and_a_junction") else { return };
    let folder = folder();
    let store = store(folder.path(), &["--crs", "EPSG:3067"]);
    let roads = data.join("helsinki/helsinki-centre.osm.pbf");
    run(&["import", "roads", arg(&roads), "--store", arg(&store)]).ok();
    let events = data.join("helsinki/accidents_2014_2019.gpkg");
    run(&["import", "events", arg(&events), "--store", arg(&store)]).ok();
    let layer = folder.path().join("vag.gpkg");
    run(&["analyse", "network-counts", "--no-keep", "--store", arg(&store), "--output", arg(&layer)]).ok();
    let out = folder.path().join("blad.pdf");
    let mut seen = std::collections::BTreeMap::new();
    let streets = rows(&layer, "gator");
    for (name, ..) in &streets {
        *seen.entry(name.clone()).or_insert(0) += 1;
    }
    let (name, n, _) = streets.iter().find(|row| seen[&row.0] == 1).expect("a street of one piece");
    let extract = place(&store, &out, &["--street", name]).ok().json()["place"].clone();
    assert_eq!(headline(&extract, &["accidents"]), *n, "{name}");
    // The Finnish register lists no persons beside the accidents: none are made up.
    assert_eq!(extract["accidents"]["lists_persons"], false);
    println!("Helsinki: {name}, {n} accidents; {}", extract["comparison"]);
}

#[test]
fn a_series_breaks_where_a_hospital_stopped_and_two_years_are_no_five_year_trend() {
    let town = town();
    let out = town.folder.path().join("blad.pdf");
    let before = place(&town.store, &out, &["--street", "Storgatan"]).ok().json()["place"]["series"].clone();
    assert_eq!(before["breaks"].as_array().map(Vec::len), Some(0), "{before}");
    // Someone writes that the hospital did not report from 2022 on.
    let lines = town.folder.path().join("tackning.csv");
    run(&["coverage", "--store", arg(&town.store), "--output", arg(&lines)]).ok();
    let text = std::fs::read_to_string(&lines).expect("written").replace('\u{feff}', "");
    let mut table = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    if table.headers().is_ok_and(|head| head.len() < 2) {
        table = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    }
    let head = table.headers().expect("a head").clone();
    let at = |name: &str| head.iter().position(|own| own == name).unwrap_or_else(|| panic!("{name} in {head:?}"));
    let (reporter, year, state) = (at("rapportor"), at("ar"), at("rapporterade"));
    let mut written = csv::Writer::from_writer(Vec::new());
    written.write_record(&head).expect("written");
    for row in table.records() {
        let row = row.expect("a row");
        let stopped = &row[reporter] == "sjukvård" && row[year].parse::<i16>().is_ok_and(|year| year >= 2022);
        let cells = row.iter().enumerate().map(|(at, cell)| if stopped && at == state { "nej" } else { cell });
        written.write_record(cells).expect("written");
    }
    std::fs::write(&lines, written.into_inner().expect("flushed")).expect("written");
    run(&["coverage", "--store", arg(&town.store), "--set", arg(&lines)]).ok();
    let sheet = place(&town.store, &out, &["--street", "Storgatan"]).ok().json()["place"].clone();
    assert_eq!(sheet["zero"]["expected"]["from"][1], 3, "only the years after the break: {}", sheet["zero"]);
    let after = sheet["series"].clone();
    assert_eq!(after["breaks"][0]["after_year"], 2021, "{after}");
    assert_eq!(after["runs"].as_array().map(Vec::len), Some(2), "{after}");
    assert!(after["refusal"].is_object(), "three whole years are no five-year trend: {after}");

    // A store with two years of accidents.
    let folder = folder();
    let short = store(folder.path(), &[]);
    let file = folder.path().join("olyckor.csv");
    let mut rows = "Olycksnummer;Olyckstyp;År;Månad;Dag;X-koordinat;Y-koordinat\n".to_owned();
    for number in 0..40 {
        let (year, month) = (2023 + number / 20, 1 + number % 12);
        let (north, east) = (6_600_000 + number, 500_000 + number);
        let _ = writeln!(rows, "{number};S (singel);{year};{month};5;{north};{east}");
    }
    std::fs::write(&file, rows).expect("written");
    run(&["import", "events", arg(&file), "--store", arg(&short), "--crs", "EPSG:3006"]).ok();
    let area = folder.path().join("yta.geojson");
    let ring = "[[499900,6599900],[500200,6599900],[500200,6600200],[499900,6600200],[499900,6599900]]";
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}}"#;
    let feature =
        format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#);
    std::fs::write(&area, format!(r#"{{"type":"FeatureCollection",{crs},"features":[{feature}]}}"#)).expect("written");
    let extract = place(&short, &out, &["--area", arg(&area)]).ok().json()["place"].clone();
    assert!(extract["series"]["refusal"].is_object(), "{}", extract["series"]);
    assert!(extract["zero"]["too-few-years"]["years"].as_u64().is_some_and(|years| years < 3), "{}", extract["zero"]);
}
