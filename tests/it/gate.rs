//! The STRADA gate, what may leave, and the täckningstabell, through the built program.

use std::path::{Path, PathBuf};

use lagesbild::analysis::series::{YearCount, describe};
use lagesbild::domain::Reporting;
use lagesbild::service::{Access, GpkgStore, coverage};
use rust_xlsxwriter::Workbook;
use serde_json::Value;

use crate::support::{arg, folder, run};

/// An accident: year, month, easting, northing, whether severe, whether the hospital reports it beside the police.
type Accident = (i32, u32, i32, i32, bool, bool);

fn workbook(path: &Path, accidents: &[Accident]) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Olyckor").expect("a name");
    let columns = ["Olycksnummer", "Olyckstyp", "År", "Månad", "Dag", "X-koordinat", "Y-koordinat"];
    for (column, name) in (0_u16..).zip(columns) {
        sheet.write(0, column, name).expect("written");
    }
    for (row, (year, month, east, north, ..)) in (1_u32..).zip(accidents) {
        let cells = [
            row.to_string(),
            "S1 (singelolycka)".to_owned(),
            year.to_string(),
            month.to_string(),
            "15".to_owned(),
            north.to_string(),
            east.to_string(),
        ];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write(row, column, cell).expect("written");
        }
    }
    let sheet = book.add_worksheet().set_name("Personer").expect("a name");
    let columns = ["Olycksnummer", "Sammanvägd skadegrad", "Polisrapport", "Sjukvårdsrapport"];
    for (column, name) in (0_u16..).zip(columns) {
        sheet.write(0, column, name).expect("written");
    }
    for (row, (.., severe, hospital)) in (1_u32..).zip(accidents) {
        let degree = if *severe { "Allvarligt skadad (ISS 9-)" } else { "Lindrigt skadad (ISS 1-3)" };
        let cells =
            [row.to_string(), degree.to_owned(), "Ja".to_owned(), if *hospital { "Ja" } else { "Nej" }.to_owned()];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write(row, column, cell).expect("written");
        }
    }
    book.save(path).expect("saved");
}

/// Two streets that cross at (580 000, 6 602 000), each 400 m long, and a short one that meets nothing.
const STREETS: &str = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}},"features":[
{"type":"Feature","properties":{"namn":"Storgatan"},"geometry":{"type":"LineString","coordinates":[[579800,6602000],[580000,6602000]]}},
{"type":"Feature","properties":{"namn":"Storgatan"},"geometry":{"type":"LineString","coordinates":[[580000,6602000],[580200,6602000]]}},
{"type":"Feature","properties":{"namn":"Kajgatan"},"geometry":{"type":"LineString","coordinates":[[580000,6601800],[580000,6602000]]}},
{"type":"Feature","properties":{"namn":"Kajgatan"},"geometry":{"type":"LineString","coordinates":[[580000,6602000],[580000,6602200]]}},
{"type":"Feature","properties":{"namn":"Lillgatan"},"geometry":{"type":"LineString","coordinates":[[580000,6601000],[580100,6601000]]}}]}"#;

/// One accident in the middle of every month of six years, so that every year is whole; on the streets as each test wants.
fn months(from: i32, to: i32) -> Vec<(i32, u32)> {
    (from..=to).flat_map(|year| (1..=12).map(move |month| (year, month))).collect()
}

/// Of 72 accidents: 6 in the junction (5 severe, 1 not), 60 in Storgatan (10 severe), 6 in Kajgatan (none severe), and 4 more
/// in Lillgatan, too few to be told.
fn town(folder: &Path, more: &[&str]) -> PathBuf {
    let store = folder.join("lager.gpkg");
    let mut arguments = vec!["init", arg(&store)];
    arguments.extend(more);
    run(&arguments).ok();
    let roads = folder.join("gator.geojson");
    std::fs::write(&roads, STREETS).expect("written");
    run(&["import", "roads", arg(&roads), "--store", arg(&store)]).ok();
    let mut accidents: Vec<Accident> = months(2019, 2024)
        .into_iter()
        .enumerate()
        .map(|(n, (year, month))| match n {
            0..6 => (year, month, 580_003, 6_602_001, n < 5, true),
            6..66 => (year, month, 580_100, 6_602_002, n < 16, true),
            _ => (year, month, 580_001, 6_601_900, false, true),
        })
        .collect();
    accidents.extend((1..=4).map(|month| (2021, month, 580_050, 6_601_001, false, true)));
    let book = folder.join("uttag.xlsx");
    workbook(&book, &accidents);
    let report =
        run(&["--json", "import", "events", arg(&book), "--store", arg(&store), "--crs", "EPSG:3006"]).ok().json();
    assert_eq!(report["accepted"], 76, "{report}");
    store
}

fn decision(folder: &Path, day: &str) -> PathBuf {
    let path = folder.join("beslut.toml");
    let text =
        format!("diarienr = \"TN 2026/17\"\nunit = \"Trafik\"\npurpose = \"Trafiksäkerhet\"\nerase_by = \"{day}\"\n");
    std::fs::write(&path, text).expect("written");
    path
}

fn export(store: &Path, layer: &str, output: &Path, more: &[&str]) -> crate::support::Run {
    let mut arguments = vec!["--json", "export", layer, "--store", arg(store), "--output", arg(output)];
    arguments.extend(more);
    run(&arguments)
}

fn rows(file: &Path) -> Vec<Value> {
    let json: Value = serde_json::from_slice(&std::fs::read(file).expect("written")).expect("JSON");
    json["features"].as_array().cloned().unwrap_or_default()
}

#[test]
fn without_a_decision_nothing_of_strada_leaves_and_with_one_only_what_is_listed() {
    let folder = folder();
    let store = town(folder.path(), &[]);
    let out = folder.path().join("ut.geojson");
    for audience in ["rad", "publik"] {
        let refused = export(&store, "olyckor_per_gata", &out, &["--audience", audience]);
        let error = &refused.json()["error"];
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains("STRADA-beslut")), "{refused:?}");
        for layer in ["events", "persons", "coverage", "roads"] {
            let refused = export(&store, layer, &out, &["--audience", audience]);
            assert_eq!(refused.code, 1, "{layer}: {refused:?}");
        }
    }
    assert!(!out.exists());
    let exact = export(&store, "events", &out, &[]).ok().json();
    assert_eq!((&exact["features"], &exact["secrecy"]), (&76.into(), &"strada".into()));
    assert!(std::fs::read_to_string(&out).expect("written").contains("INTERN – STRADA"));
    let path = decision(folder.path(), "2099-12-31");
    run(&["decision", arg(&path), "--store", arg(&store)]).ok();
    let shown = run(&["--json", "decision", "--store", arg(&store)]).ok().json();
    assert_eq!(shown["decision"]["diarienr"], "TN 2026/17");
    let refused = export(&store, "events", &out, &["--audience", "publik"]);
    assert_eq!(refused.code, 1, "a decision opens the list, and no more");
    let given = export(&store, "olyckor_per_gata", &out, &["--audience", "publik"]).ok().json();
    assert_eq!(given["secrecy"], "open");
    let rows = rows(&out);
    let told: Vec<[&Value; 4]> = rows
        .iter()
        .map(|row| &row["properties"])
        .map(|p| [&p["namn"], &p["antal_olyckor"], &p["svara_olyckor"], &p["ovriga_olyckor"]])
        .collect();
    // The four of Lillgatan are not told; nor is that there is such a street.
    let [n60, n10, n50, n6, n0] = [60, 10, 50, 6, 0].map(Value::from);
    let [main_street, quay] = ["Storgatan", "Kajgatan"].map(Value::from);
    assert_eq!(told, [[&main_street, &n60, &n10, &n50], [&quay, &n6, &n0, &n6]]);
    let text = std::fs::read_to_string(&out).expect("written");
    assert!(!text.contains("Lillgatan") && !text.contains("INTERN") && !text.contains("-15"), "{text}");
    assert!(text.contains("2019-01-01") && text.contains("2024-12-31"), "{text}");
    let junctions = folder.path().join("korsningar.geojson");
    export(&store, "olyckor_per_korsning", &junctions, &["--audience", "rad"]).ok();
    let junctions = self::rows(&junctions);
    assert_eq!(junctions.len(), 1);
    let p = &junctions[0]["properties"];
    assert_eq!(
        (&p["antal_olyckor"], &p["svara_olyckor"]),
        (&6.into(), &Value::Null),
        "one that is not severe hides both"
    );
    let list = run(&["--json", "list", "exports", "--store", arg(&store)]).ok().json();
    let list = list["exports"].as_array().expect("a list").clone();
    let told: Vec<(&str, &str)> = list
        .iter()
        .map(|row| (row["layer"].as_str().expect("text"), row["audience"].as_str().expect("text")))
        .collect();
    assert_eq!(told, [("events", "intern"), ("olyckor_per_gata", "publik"), ("olyckor_per_korsning", "rad")]);
    assert_eq!(list[1]["sha256"].as_str(), Some(crate::support::digest(&out).as_str()));
    run(&["verify", arg(&store)]).ok();
}

#[test]
fn four_years_are_too_few_to_give_out() {
    let folder = folder();
    let path = decision(folder.path(), "2099-12-31");
    let store = folder.path().join("lager.gpkg");
    run(&["init", arg(&store), "--strada-decision", arg(&path)]).ok();
    let roads = folder.path().join("gator.geojson");
    std::fs::write(&roads, STREETS).expect("written");
    run(&["import", "roads", arg(&roads), "--store", arg(&store)]).ok();
    let accidents: Vec<Accident> =
        months(2021, 2024).into_iter().map(|(year, month)| (year, month, 580_100, 6_602_000, false, true)).collect();
    let book = folder.path().join("uttag.xlsx");
    workbook(&book, &accidents);
    run(&["import", "events", arg(&book), "--store", arg(&store), "--crs", "EPSG:3006"]).ok();
    let refused = export(&store, "olyckor_per_gata", &folder.path().join("ut.csv"), &["--audience", "publik"]);
    assert_eq!(refused.code, 1);
    assert!(refused.json()["error"]["message"].as_str().is_some_and(|text| text.contains("4 hela år")), "{refused:?}");
}

#[test]
fn a_decision_that_is_not_whole_is_refused_before_anything_is_made() {
    let folder = folder();
    let path = folder.path().join("beslut.toml");
    let store = folder.path().join("lager.gpkg");
    std::fs::write(&path, "diarienr = \"TN 2026/17\"\nunit = \"Trafik\"\n").expect("written");
    let refused = run(&["--json", "init", arg(&store), "--strada-decision", arg(&path)]);
    assert_eq!(refused.code, 1);
    assert!(refused.json()["error"]["remedy"].as_str().is_some_and(|text| text.contains("purpose")), "{refused:?}");
    assert!(!store.exists());
}

#[test]
fn the_day_of_erasure_is_told_by_every_command_that_reads_the_rows() {
    let folder = folder();
    let path = decision(folder.path(), "2020-12-31");
    let store = town(folder.path(), &["--strada-decision", arg(&path)]);
    let list = run(&["list", "events", "--store", arg(&store)]).ok();
    assert!(list.err.contains("2020-12-31") && list.err.contains("TN 2026/17"), "{list:?}");
    let path = decision(folder.path(), "2099-12-31");
    run(&["decision", arg(&path), "--store", arg(&store)]).ok();
    assert_eq!(run(&["list", "events", "--store", arg(&store)]).ok().err, "");
}

#[test]
fn a_layer_is_written_in_the_system_that_is_asked_for() {
    let folder = folder();
    let store = town(folder.path(), &["--local-crs", "EPSG:3008"]);
    let read = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        export(&store, "events", &out, more).ok();
        let text = std::fs::read_to_string(&out).expect("written");
        let mut lines = text.lines();
        let header: Vec<String> = lines.next().expect("a header").split(';').map(str::to_owned).collect();
        (header, lines.next().expect("a row").to_owned())
    };
    let (_, own) = read("egen.csv", &[]);
    let (_, local) = read("lokal.csv", &["--crs", "local"]);
    let (_, same) = read("samma.csv", &["--crs", "EPSG:3008"]);
    assert_eq!(local, same);
    // The first accident lies at (580 003, 6 602 001) in SWEREF 99 TM; PROJ's own program says where in 13 30.
    assert!(own.contains("580003") && own.contains("6602001"), "{own}");
    assert!(!local.contains("580003"), "{local}");
    let proj = lagesbild::crs::Transform::new("EPSG:3006", "EPSG:3008").expect("known");
    let [x, _] = proj.convert([580_003.0, 6_602_001.0]).expect("placed");
    assert!(local.contains(&format!("{:.0}", x.trunc())), "{local}: {x}");
    for wrong in ["EPSG:4326", "EPSG:99999"] {
        assert_eq!(export(&store, "events", &folder.path().join("fel.csv"), &["--crs", wrong]).code, 1);
    }
    let unknown = export(&store, "saknas", &folder.path().join("fel.csv"), &[]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.json()["error"]["remedy"].as_str().is_some_and(|text| text.contains("olyckor_per_gata")));
    let listed = run(&["--json", "list", "layers", "--store", arg(&store)]).ok().json();
    for layer in listed["layers"].as_array().expect("a list") {
        let id = layer["id"].as_str().expect("a text");
        let out = folder.path().join(format!("{}.gpkg", id.replace('/', "-")));
        export(&store, id, &out, &["--crs", "local"]).ok();
    }
}

#[test]
fn a_hospital_that_stopped_reporting_breaks_the_series_of_the_store() {
    let folder = folder();
    let store = folder.path().join("lager.gpkg");
    run(&["init", arg(&store)]).ok();
    // Eight a month by the police; until 2019 as many more by the hospital.
    let accidents: Vec<Accident> = months(2015, 2024)
        .into_iter()
        .flat_map(|(year, month)| {
            (0..if year < 2020 { 8 } else { 4 })
                .map(move |n| (year, month, 580_000 + n, 6_602_000, false, year < 2020 && n < 6))
        })
        .collect();
    let book = folder.path().join("uttag.xlsx");
    workbook(&book, &accidents);
    let import = || run(&["--json", "import", "events", arg(&book), "--store", arg(&store), "--crs", "EPSG:3006"]).ok();
    import();
    let table =
        |store: &Path| coverage::table(&GpkgStore::open(store, Access::ReadOnly).expect("opens")).expect("read");
    let found = table(&store);
    assert!(found.preliminary.is_empty(), "the last event is of December: {found:?}");
    let state = |reporter: &str, year: i16| {
        table(&store).coverage.iter().find(|l| l.reporter == reporter && l.year == year).map(|l| l.reporting)
    };
    assert_eq!((state("polis", 2024), state("sjukvård", 2019)), (Some(Reporting::Full), Some(Reporting::Full)));
    assert_eq!(
        (state("sjukvård", 2020), state("sjukvård", 2024)),
        (Some(Reporting::Nothing), Some(Reporting::Nothing))
    );
    let counts: Vec<YearCount> =
        (2015..=2024).map(|year| YearCount { year, n: if year < 2020 { 96 } else { 48 }, complete: true }).collect();
    let series = describe(&counts, &found.coverage, 5);
    assert_eq!(series.breaks.iter().map(|gap| gap.after_year).collect::<Vec<_>>(), [2019]);
    assert_eq!(series.refusal, None);
    let late = describe(&counts[..7], &found.coverage, 5);
    assert!(late.refusal.expect("two years after the break").sentence().contains("sjukvård (STRADA)"));
    // A person who knows better writes over it, in a file or in QGIS, and it stays.
    let file = folder.path().join("tackning.csv");
    run(&["coverage", "--store", arg(&store), "--output", arg(&file)]).ok();
    let text = std::fs::read_to_string(&file).expect("written");
    let edited: String = text
        .lines()
        .map(|line| if line.contains("sjukvård") && line.contains("2020") { line.replace("nej", "delvis") } else { line.to_owned() } + "\n")
        .collect();
    assert_ne!(edited, text);
    std::fs::write(&file, edited).expect("written");
    let set = run(&["--json", "coverage", "--store", arg(&store), "--set", arg(&file)]).ok().json();
    assert_eq!(set["changed"], 1, "{set}");
    workbook(&book, &accidents[..accidents.len() - 1]);
    import();
    assert_eq!(state("sjukvård", 2020), Some(Reporting::Partial));
    std::fs::write(&file, "kalla;rapportor;ar;rapporterade\nSTRADA;polis;2020;kanske\n").expect("written");
    let refused = run(&["--json", "coverage", "--store", arg(&store), "--set", arg(&file)]);
    assert_eq!(refused.code, 1);
    let error = &refused.json()["error"];
    assert!(error["place"].as_str().is_some_and(|place| place.contains("rad 2")), "{refused:?}");
    run(&["verify", arg(&store)]).ok();
}

#[test]
fn what_may_leave_is_printed_from_the_same_data_that_the_program_follows() {
    let rules = run(&["--json", "explain", "disclosure"]).ok().json();
    let layers: Vec<&str> =
        rules["permitted"].as_array().expect("a list").iter().filter_map(|rule| rule["layer"].as_str()).collect();
    assert_eq!(layers, ["olyckor_per_gata", "olyckor_per_korsning"]);
    assert!(run(&["explain", "disclosure"]).ok().out.contains("nekas"));
}
