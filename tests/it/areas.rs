//! Areas, denominators, counts, measures and conditions through the whole house, against the sample town's truths.
#![expect(clippy::cast_precision_loss, reason = "people of a small town")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{self, Town, arg, folder, program, run, shared};

fn town() -> Town {
    support::town("facit_omraden.json")
}

impl Town {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn import(&self, what: &str, file: &str, more: &[&str]) -> Value {
        let file = self.at(file);
        let mut arguments = vec!["--json", "import", what, arg(&file), "--store", arg(&self.store)];
        arguments.extend(more);
        run(&arguments).ok().json()
    }

    /// Rows of the ranked layer, as `GeoJSON` has them.
    fn areas(&self, more: &[&str]) -> Vec<Value> {
        let out = self.at("ut.geojson");
        let mut arguments = vec!["analyse", "area-counts", "--store", arg(&self.store), "--output", arg(&out)];
        arguments.extend(more);
        run(&arguments).ok();
        rows(&out)
    }
}

fn rows(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("the layer is written");
    let layer: Value = serde_json::from_str(&text).expect("GeoJSON");
    layer["features"].as_array().expect("features").iter().map(|feature| feature["properties"].clone()).collect()
}

fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("a number: {value}"))
}

fn equation(report: &Value) -> (u64, u64, u64, u64) {
    let of = |name: &str| whole(&report[name]);
    assert_eq!(of("read"), of("accepted") + of("quarantined") + of("present"), "{report}");
    (of("read"), of("accepted"), of("quarantined"), of("present"))
}

#[test]
fn counts_by_area_alone_give_ranked_areas_with_intervals() {
    let town = town();
    let areas = town.import("areas", "omraden.gpkg", &[]);
    assert_eq!(areas["sets"]["omraden"], 10);
    let kept = town.import("exposure", "omraden.gpkg", &["--year", "2024"]);
    let people: u64 =
        town.truth["areas"].as_array().expect("areas").iter().map(|area| whole(&area["population"])).sum();
    let population = &kept["quantities"]["population 2024"];
    assert_eq!((population["kept"].as_f64(), population["by_code"].as_u64()), (Some(people as f64), Some(10)));
    let report = town.import("counts", "brott_per_omrade.xlsx", &[]);
    // Two sheets of ten areas by twelve months, and a name that no area has.
    assert_eq!(equation(&report), (252, 240, 12, 0));
    let unknown = &report["unknown"][0];
    assert_eq!((&unknown["name"], &unknown["rows"][0]), (&town.truth["unknown"][1], &town.truth["unknown"][0]));
    assert_eq!(unknown["suggestions"][0], town.truth["areas"][0]["name"]);
    let wrong = report["mismatches"].as_array().expect("a list");
    let [row, said, sum] = [0, 1, 2].map(|at| town.truth["wrong_total"][at].to_string());
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    for part in [format!("rad {row},"), format!("säger {said},"), format!("ger {sum}.")] {
        assert!(wrong[0].as_str().expect("a sentence").contains(&part), "{wrong:?} {part}");
    }
    let hidden: u64 = town.truth["counts"][1]["hidden"].as_object().expect("codes").values().map(whole).sum();
    assert_eq!(whole(&report["hidden"]), hidden);

    // The rows that were set aside are mended and come in.
    let out = town.at("karantan.csv");
    let file = town.at("brott_per_omrade.xlsx");
    run(&["import", "counts", arg(&file), "--store", arg(&town.store), "--quarantine", arg(&out)]).ok();
    let aside = std::fs::read_to_string(&out).expect("written");
    assert_eq!(aside.lines().count(), 13, "{aside}");
    let name = town.truth["unknown"][1].as_str().expect("a name");
    std::fs::write(town.at("rattad.csv"), aside.replace(name, "0999C1010").replace("2025-", "2024-")).expect("written");
    assert_eq!(equation(&town.import("counts", "rattad.csv", &[])), (12, 12, 0, 0));

    let before = std::fs::read(&town.store).expect("read");
    let again = town.import("counts", "brott_per_omrade.xlsx", &[]);
    assert_eq!(equation(&again), (252, 0, 12, 240));
    assert!(before == std::fs::read(&town.store).expect("read"), "the same file twice changes no byte");

    let year = ["--period", "2025", "--no-keep", "--exposure", "population", "--category"];
    let of = |category: &str| town.areas(&year.iter().copied().chain([category]).collect::<Vec<_>>());
    let ranked = of("Skadegörelse");
    let planted = &town.truth["counts"][0];
    assert_eq!(ranked.len(), 10);
    for row in &ranked {
        let code = row["kod"].as_str().expect("a code");
        assert_eq!(row["n"], planted["counts"][code], "{row}");
        if row["namnare"] == 0.0 {
            assert_eq!((&row["bedomning"], &row["kvot"]), (&Value::from("Uppgift saknas"), &Value::Null), "{row}");
            continue;
        }
        let (low, ratio, high) = (row["kvot_lag"].as_f64(), row["kvot"].as_f64(), row["kvot_hog"].as_f64());
        assert!(low < ratio && ratio < high, "{row}");
    }
    // What was planted comes out at the ends, and for sure.
    let by_factor = |factor: f64| {
        let of = planted["factors"].as_object().expect("codes");
        of.iter()
            .filter(|(_, value)| value.as_f64().is_some_and(|value| (value - factor).abs() < 1e-9))
            .map(|(code, _)| code.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ranked[0]["kod"].as_str(), by_factor(3.0).first().map(String::as_str));
    assert_eq!(ranked[0]["bedomning"], "Fler än väntat");
    let cold = by_factor(1.0 / 3.0);
    let cold_row = ranked.iter().find(|row| row["kod"].as_str() == cold.first().map(String::as_str)).expect("there");
    assert!(cold_row["kvot"].as_f64() < Some(0.7), "{cold_row}");

    // Hidden numbers are bounds around the truth.
    let hiding = of("Stöld");
    let planted = &town.truth["counts"][1];
    for row in &hiding {
        let code = row["kod"].as_str().expect("a code");
        let truth = whole(&planted["counts"][code]);
        assert!(whole(&row["n_minst"]) <= truth && truth <= whole(&row["n_hogst"]), "{row}");
        assert_eq!(row["n"].is_null(), whole(&planted["hidden"][code]) > 0, "{row}");
        assert!(row["kvot"].is_null(), "the town's rate has bounds only");
        assert!(row["namnare"] == 0.0 || row["kvot_lag"].as_f64() <= row["kvot_hog"].as_f64(), "{row}");
    }
}

#[test]
fn types_are_not_added_up_unasked_and_a_period_narrows() {
    let town = town();
    town.import("areas", "omraden.gpkg", &[]);
    town.import("counts", "brott_per_omrade.xlsx", &[]);
    let out = town.at("ut.geojson");
    let refused = run(&["analyse", "area-counts", "--store", arg(&town.store), "--output", arg(&out)]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("Skadegörelse, Stöld") && refused.err.contains("--category"), "{}", refused.err);
    let year = town.areas(&["--category", "Skadegörelse", "--no-keep"]);
    let quarters: Vec<Vec<Value>> = ["2025K1", "2025K2", "2025K3", "2025K4"]
        .iter()
        .map(|quarter| town.areas(&["--category", "Skadegörelse", "--period", quarter, "--no-keep"]))
        .collect();
    for row in &year {
        let same = |other: &&Value| other["kod"] == row["kod"];
        let sum: u64 = quarters.iter().map(|rows| whole(&rows.iter().find(same).expect("there")["n"])).sum();
        assert_eq!(sum, whole(&row["n"]));
    }
    let all = town.areas(&["--category", "alla", "--no-keep"]);
    let truth = &town.truth["counts"];
    for row in &all {
        let code = row["kod"].as_str().expect("a code");
        let sum = whole(&truth[0]["counts"][code]) + whole(&truth[1]["counts"][code]);
        assert!(whole(&row["n_minst"]) <= sum && sum <= whole(&row["n_hogst"]), "{row}");
    }
    let outside = run(&[
        "analyse",
        "area-counts",
        "--store",
        arg(&town.store),
        "--category",
        "Skadegörelse",
        "--period",
        "2019",
        "--output",
        arg(&out),
    ]);
    assert!(outside.code == 1 && outside.err.contains("2025-01-01"), "{}", outside.err);
}

#[test]
fn events_are_counted_into_areas_and_roads_are_a_denominator() {
    let town = town();
    town.import("areas", "omraden.gpkg", &[]);
    town.import("events", "skaderapporter.csv", &[]);
    town.import("roads", "stad.gpkg", &["--layer", "streets"]);
    let plain = town.areas(&["--kind", "damage", "--no-keep"]);
    let by_road = town.areas(&["--kind", "damage", "--exposure", "road-km"]);
    let sum = |rows: &[Value]| rows.iter().map(|row| whole(&row["n"])).sum::<u64>();
    assert!(sum(&plain) > 500 && sum(&plain) == sum(&by_road));
    let expected: f64 = by_road.iter().filter_map(|row| row["vantat"].as_f64()).sum();
    assert!((expected - sum(&by_road) as f64).abs() < 1e-3, "{expected}");
    let kilometres: f64 = by_road.iter().filter_map(|row| row["namnare"].as_f64()).sum();
    assert!(kilometres > 10.0, "{kilometres}");
    let runs = run(&["--json", "list", "runs", "--store", arg(&town.store)]).ok().json();
    assert!(runs.to_string().contains("area-counts"), "{runs}");
    run(&["verify", arg(&town.store)]).ok();
}

#[test]
fn measures_and_conditions_come_as_planted_and_free_text_stays_out() {
    let town = town();
    let truth: Vec<u64> = town.truth["measures"].as_array().expect("numbers").iter().map(whole).collect();
    let report = town.import("measures", "atgarder.xlsx", &[]);
    assert_eq!(equation(&report), (truth[0], truth[0] - 1, truth[3], 0));
    assert_eq!((whole(&report["unplaced"]), whole(&report["unsourced"])), (truth[0] - 1 - truth[1], truth[2]));
    assert_eq!(report["reasons"]["register-date"], 1);
    assert_eq!(report["passed_over"], 1, "the sum is no measure");
    assert_eq!(report["unread"], serde_json::json!(["Kommentar"]));
    let before = std::fs::read(&town.store).expect("read");
    assert_eq!(equation(&town.import("measures", "atgarder.xlsx", &[])).3, truth[0] - 1);
    assert!(before == std::fs::read(&town.store).expect("read"));

    // A measurement has a speed and a flow of traffic.
    let speeds = town.import("conditions", "hastighetsmatningar.csv", &["--kind", "speed"]);
    assert_eq!(equation(&speeds), (60, 60, 0, 0));
    let slippery = town.import("conditions", "halka.csv", &["--kind", "surface"]);
    assert_eq!(whole(&slippery["unplaced"]), whole(&slippery["accepted"]));
    let faults = town.import("conditions", "felanmalan.csv", &["--kind", "fault"]);
    assert_eq!(equation(&faults), (120, 120, 0, 0));
    let connection = rusqlite::Connection::open(&town.store).expect("opened");
    let sums = |sql: &str| -> BTreeMap<String, f64> {
        let mut select = connection.prepare(sql).expect("prepared");
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("read");
        rows.map(|row| row.expect("a pair")).collect()
    };
    for (what, n) in sums("SELECT what, sum(value) FROM conditions WHERE kind = 'surface' GROUP BY 1") {
        assert_eq!(Some(n), town.truth["surface"][&what].as_f64(), "{what}");
    }
    for (what, n) in sums("SELECT what, count(*) FROM conditions WHERE kind = 'fault' GROUP BY 1") {
        assert_eq!(Some(n), town.truth["faults"][&what].as_f64(), "{what}");
    }
    let planted: f64 = town.truth["speeds"]
        .as_object()
        .expect("streets")
        .values()
        .flat_map(|list| list.as_array().expect("values").iter().filter_map(Value::as_f64))
        .sum();
    let speed = sums("SELECT kind, sum(value) FROM conditions WHERE kind = 'speed' GROUP BY 1")["speed"];
    assert!((speed - planted).abs() < 1e-6);
    drop(connection);
    let bytes = std::fs::read(&town.store).expect("read");
    for text in [&b"Ring Anna"[..], b"Kim Exempel", b"070-000"] {
        assert!(!bytes.windows(text.len()).any(|part| part == text), "free text stays in the file");
    }
    let listed = run(&["--json", "list", "events", "--store", arg(&town.store)]).ok().json();
    assert!(!listed.to_string().contains("speed"), "{listed}");
    run(&["verify", arg(&town.store)]).ok();
}

#[test]
fn a_file_of_areas_with_counts_needs_no_store_and_gives_the_same_bytes_twice() {
    let town = town();
    town.import("areas", "omraden.gpkg", &[]);
    let input = town.at("omraden.gpkg");
    let out = |name: &str| {
        let path = town.at(name);
        let arguments = [
            "analyse",
            "area-counts",
            "--input",
            arg(&input),
            "--value",
            "bostader",
            "--exposure",
            "folkmangd",
            "--output",
            arg(&path),
        ];
        run(&arguments).ok();
        path
    };
    let one = std::fs::read(out("ett.gpkg")).expect("read");
    assert!(one == std::fs::read(out("ett.gpkg")).expect("read"));
    let ranked = rows(&out("tre.geojson"));
    let total: u64 = ranked.iter().map(|row| whole(&row["n"])).sum();
    let expected: f64 = ranked.iter().filter_map(|row| row["vantat"].as_f64()).sum();
    assert!((expected - total as f64).abs() < 1e-3);
    let missing = run(&["analyse", "area-counts", "--input", arg(&input), "--output", arg(&town.at("x.csv"))]);
    assert!(missing.code == 1 && missing.err.contains("folkmangd"), "{}", missing.err);
}

#[test]
fn counts_in_long_csv_meet_the_same_store_and_only_one_number_holds() {
    let town = town();
    town.import("areas", "omraden.gpkg", &[]);
    let code = town.truth["areas"][0]["code"].as_str().expect("a code");
    let name = town.truth["areas"][1]["name"].as_str().expect("a name");
    let write = |number: &str| {
        let text = format!(
            "Område;Månad;Brottstyp;Antal\n{code};2024-01;Rån;{number}\n{name};2024-01;Rån;<5\n{name};2024-02;Rån;..\nEj platsbestämda;2024-01;Rån;3\nTotalt;;;9\n"
        );
        std::fs::write(town.at("ran.csv"), text).expect("written");
    };
    write("4");
    let first = town.import("counts", "ran.csv", &[]);
    assert_eq!(equation(&first), (4, 4, 0, 0));
    assert_eq!((whole(&first["hidden"]), whole(&first["totals"])), (2, 1));
    write("5");
    let changed = town.import("counts", "ran.csv", &[]);
    assert_eq!(equation(&changed), (4, 0, 1, 3));
    let taken = town.import("counts", "ran.csv", &["--replace"]);
    assert_eq!(equation(&taken), (4, 1, 0, 3));
    let ranked = town.areas(&["--no-keep"]);
    assert_eq!((&ranked[0]["kod"], &ranked[0]["n_minst"]), (&Value::from(code), &Value::from(5)));
    assert!(ranked[0]["n_hogst"].is_null(), "it lacks February, which the other has");
    assert_eq!(ranked.iter().filter(|row| row["bedomning"] == "Uppgift saknas").count(), 8);
    std::fs::write(town.at("ar.csv"), format!("Område;År;Brottstyp;Antal\n{code};2024;Rån;40\n")).expect("written");
    let year = town.import("counts", "ar.csv", &[]);
    assert_eq!(equation(&year), (1, 0, 1, 0), "January would count twice");
    assert_eq!(year["reasons"]["counts-overlaps"], 1);
}

#[test]
fn denominators_of_another_geometry_are_spread_by_area_and_what_falls_outside_is_told() {
    let folder = folder();
    let store = support::store(folder.path(), &[]);
    let square = |west: f64, side: f64| {
        let (x, y) = (500_000.0 + west, 6_600_000.0);
        serde_json::json!({"type": "Polygon", "coordinates": [[[x, y], [x + side, y], [x + side, y + 100.0], [x, y + 100.0], [x, y]]]})
    };
    let write = |name: &str, features: Vec<Value>| {
        let crs = serde_json::json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}});
        let text = serde_json::json!({"type": "FeatureCollection", "crs": crs, "features": features}).to_string();
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let feature = |geometry: Value, properties: Value| serde_json::json!({"type": "Feature", "geometry": geometry, "properties": properties});
    let areas = write(
        "stadsdelar.geojson",
        vec![
            feature(square(0.0, 100.0), serde_json::json!({"kod": "V", "namn": "Väst"})),
            feature(square(100.0, 100.0), serde_json::json!({"kod": "Ö", "namn": "Öst"})),
        ],
    );
    // Half in each; then a quarter in the east and the rest outside.
    let grid = write(
        "rutor.geojson",
        vec![
            feature(square(50.0, 100.0), serde_json::json!({"folkmangd": 80})),
            feature(square(175.0, 100.0), serde_json::json!({"folkmangd": 40})),
        ],
    );
    run(&["import", "areas", arg(&areas), "--store", arg(&store)]).ok();
    let report = run(&["--json", "import", "exposure", arg(&grid), "--store", arg(&store)]).ok().json();
    let found = &report["quantities"]["population"];
    assert_eq!(
        (found["read"].as_f64(), found["kept"].as_f64(), found["by_area"].as_u64()),
        (Some(120.0), Some(90.0), Some(2))
    );
    assert_eq!(found["outside"].as_f64(), Some(0.25));
    let table = folder.path().join("bostader_2023.csv");
    std::fs::write(&table, "Område;Lägenheter 2023;Kommentar\nVäst;1 200;x\nÖst;300;\nSyd;7;\n").expect("written");
    let report = run(&["--json", "import", "exposure", arg(&table), "--store", arg(&store)]).ok().json();
    assert_eq!(report["quantities"]["dwellings 2023"]["kept"].as_f64(), Some(1_500.0));
    assert_eq!(report["reasons"]["exposure-unknown-area"], 1);
    let connection = rusqlite::Connection::open(&store).expect("opened");
    let east: f64 = connection
        .query_row("SELECT value FROM area_exposures WHERE area_code = 'Ö' AND quantity = 'population'", [], |row| {
            row.get(0)
        })
        .expect("there");
    assert_eq!(east, 50.0);
}

#[test]
fn what_is_refused_says_what_to_do() {
    let town = town();
    let store = arg(&town.store);
    let file = town.at("brott_per_omrade.xlsx");
    for (arguments, words) in [
        (vec!["import", "counts", arg(&file), "--store", store], "import areas"),
        (vec!["import", "conditions", arg(&file), "--store", store], "--kind"),
        (vec!["import", "measures", arg(&town.at("halka.csv")), "--store", store], "--map"),
        (vec!["import", "areas", arg(&town.at("hemomrade.gpkg")), "--store", store, "--kind", "est"], "--kind"),
    ] {
        let refused = run(&arguments);
        assert!(refused.code == 1 && refused.err.contains(words), "{arguments:?}: {}", refused.err);
    }
    let english =
        program().args(["--lang", "en", "import", "counts", arg(&file), "--store", store]).output().expect("started");
    assert!(String::from_utf8_lossy(&english.stderr).contains("has no areas"));
}

#[test]
fn the_areas_of_malmo_are_read_from_mapinfo() {
    let Some(shared) = shared("the_areas_of_malmo_are_read_from_mapinfo") else { return };
    let folder = folder();
    let store = folder.path().join("malmo.gpkg");
    run(&["init", arg(&store), "--crs", "EPSG:3008"]).ok();
    let file = shared.join("messy/malmo_delomraden.tab");
    let report =
        run(&["--json", "import", "areas", arg(&file), "--store", arg(&store), "--name", "delområden"]).ok().json();
    let areas = whole(&report["sets"]["delområden"]);
    assert!(areas > 100, "{report}");
    println!("Malmö: {areas} areas, {}", report["columns"]);
    run(&["verify", arg(&store)]).ok();
}
