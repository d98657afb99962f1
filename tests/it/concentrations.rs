//! Concentrations in space and time, of each group by itself, and of some events among all; and lengths that do not fit, from
//! files with planted truths.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::support::{Run, arg, folder, run};

/// A town of 24 months: two events a month in each of 25 cells of 500 m, one in six a theft from a car; and `more`.
fn town(folder: &Path, more: &str) -> std::path::PathBuf {
    let rows = folder.join("handelser.csv");
    let mut text = String::from("id;datum;typ;x;y\n");
    let mut id = 0;
    for month in 0..24 {
        for cell in 0..25 {
            for own in 0..2 {
                id += 1;
                let (x, y) =
                    (580_000 + 500 * (cell % 5) + 130 + own * 170, 6_300_000 + 500 * (cell / 5) + 90 + own * 210);
                let sort = if id % 6 == 0 { "Stöld ur bil" } else { "Skadegörelse" };
                let (year, month, day) = (2023 + month / 12, month % 12 + 1, 1 + (id * 7) % 28);
                let _ = writeln!(text, "{id};{year}-{month:02}-{day:02};{sort};{x};{y}");
            }
        }
    }
    text.push_str(more);
    std::fs::write(&rows, text).expect("written");
    rows
}

/// Ten events around a place, in a month.
fn burst(month: &str, x: u32, y: u32, sort: &str) -> String {
    (0..10).fold(String::new(), |mut text, at| {
        let _ = writeln!(text, "b{month}{at};{month}-{:02};{sort};{};{}", 2 + at * 2, x + at * 3, y + at * 2);
        text
    })
}

fn analyse(rows: &Path, out: &Path, more: &[&str]) -> Run {
    let mut arguments = vec!["--json", "analyse"];
    arguments.extend(more);
    let own = ["--input", arg(rows), "--x", "x", "--y", "y", "--crs", "EPSG:3006", "--output", arg(out)];
    arguments.extend(own);
    run(&arguments)
}

/// Properties of a layer's rows.
fn layer(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("written");
    let read: Value = serde_json::from_str(&text).expect("JSON");
    read["features"].as_array().expect("features").iter().map(|feature| feature["properties"].clone()).collect()
}

#[test]
fn what_is_new_this_month_is_found_and_what_was_new_last_year_is_not_new() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let more =
        burst("2024-12", 581_120, 6_301_130, "Skadegörelse") + &burst("2023-05", 580_140, 6_300_100, "Skadegörelse");
    let rows = town(folder.path(), &more);
    let scan = |mode: &str, model: &str| {
        let out = at(&format!("{mode}-{model}.geojson"));
        let given =
            ["scan-time", "--mode", mode, "--model", model, "--cell", "500", "--replicates", "199", "--window", "10"];
        let report = analyse(&rows, &out, &given).ok().json();
        (layer(&out), report)
    };
    let (new, report) = scan("prospective", "permutation");
    assert_eq!(new.len(), 1, "{report}");
    assert_eq!(
        (new[0]["period_fran"].as_str(), new[0]["period_till"].as_str()),
        (Some("2024-12-01"), Some("2024-12-22"))
    );
    let why = new[0]["sakerhet_text"].as_str().expect("a sentence");
    assert!(why.contains("2024-12") && why.contains("i färre än 1 fall av 199"), "{why}");
    assert!(report["passport"]["notes"].to_string().contains("2024-12"), "{report}");
    let (ever, _) = scan("retrospective", "poisson");
    assert_eq!(ever.len(), 2, "{ever:?}");
}

#[test]
fn cells_of_a_concentration_in_time_tell_their_days_and_the_numbers_of_that_time() {
    let folder = folder();
    let rows = town(folder.path(), &burst("2024-03", 581_120, 6_301_130, "Skadegörelse"));
    let out = folder.path().join("rutor.geojson#cells");
    analyse(&rows, &out, &["scan-time", "--cell", "500", "--replicates", "199", "--window", "10"]).ok();
    let cells = layer(&folder.path().join("rutor.geojson"));
    assert_eq!(cells.len(), 1, "{cells:?}");
    assert_eq!(
        (cells[0]["tid_fran"].as_str(), cells[0]["tid_till"].as_str()),
        (Some("2024-03-01"), Some("2024-03-31"))
    );
    // Two of the usual ones and ten more; of 1,210 events 60 in that month and 58 in that cell.
    assert_eq!(cells[0]["n"], 12);
    assert!((cells[0]["vantat"].as_f64().expect("a number") - 60.0 * 58.0 / 1210.0).abs() < 1e-3, "{cells:?}");
}

#[test]
fn some_events_among_all_are_found_where_they_make_up_an_unusual_share() {
    let folder = folder();
    let out = folder.path().join("fall.geojson");
    let more = ["2024-03", "2024-05", "2024-08"].map(|month| burst(month, 581_120, 6_301_130, "Stöld ur bil"));
    let rows = town(folder.path(), &more.concat());
    let report =
        analyse(&rows, &out, &["scan", "--cases", "TYP=stöld ur bil", "--cell", "500", "--certify", "20"]).ok().json();
    let found = layer(&out);
    assert_eq!(found.len(), 1, "{report}");
    assert!(found[0]["sakerhet_text"].as_str().is_some_and(|text| text.contains("Av alla händelser")), "{found:?}");
    assert_eq!(report["certificate"]["maps"], 20);
    let unknown = analyse(&rows, &out, &["scan", "--cases", "typ=Bedrägeri", "--cell", "500"]);
    assert!(unknown.code == 1 && (unknown.out + &unknown.err).contains("Stöld ur bil"));
    let bare = analyse(&rows, &out, &["scan", "--cases", "Bedrägeri"]);
    assert!(bare.code == 1 && (bare.out + &bare.err).contains("kolumn=värde"));
}

#[test]
fn groups_are_clustered_each_by_itself_and_days_part_concentrations() {
    let folder = folder();
    let rows = folder.path().join("handelser.csv");
    let mut text = String::from("id;datum;typ;x;y\n");
    for at in 0..12 {
        let (sort, month) = if at % 2 == 0 { ("Skadegörelse", 1) } else { ("Cykelstöld", 9) };
        let _ = writeln!(text, "{at};2024-{month:02}-{:02};{sort};{};6300000", 1 + at, 580_000 + at);
    }
    std::fs::write(&rows, text).expect("written");
    let out = folder.path().join("grupper.geojson");
    let numbers = |found: &[Value]| found.iter().map(|row| row["n"].as_i64()).collect::<Vec<_>>();
    analyse(&rows, &out, &["dbscan", "--min-points", "5"]).ok();
    assert_eq!(numbers(&layer(&out)), [Some(12)]);
    analyse(&rows, &out, &["dbscan", "--min-points", "5", "--partition", "typ"]).ok();
    let mut groups: Vec<String> = layer(&out).iter().map(|row| row["grupp"].to_string()).collect();
    groups.sort();
    assert_eq!(
        (numbers(&layer(&out)), groups),
        (vec![Some(6), Some(6)], vec!["\"Cykelstöld\"".into(), "\"Skadegörelse\"".into()])
    );
    analyse(&rows, &out, &["st-dbscan", "--min-points", "5", "--days", "14"]).ok();
    assert_eq!(numbers(&layer(&out)), [Some(6), Some(6)]);
    let unknown = analyse(&rows, &out, &["dbscan", "--partition", "sort"]);
    assert!(unknown.code == 1 && (unknown.out + &unknown.err).contains("sort"));
}

#[test]
fn lengths_that_do_not_fit_are_told_with_one_that_does() {
    let folder = folder();
    let rows = town(folder.path(), "");
    let out = folder.path().join("ut.geojson");
    let report = analyse(&rows, &out, &["dbscan", "--eps", "400"]).ok().json();
    let notes = report["passport"]["notes"].to_string();
    assert!(notes.contains("400 m"), "{notes}");
    // The events lie on a lattice of 10 m: a length of 15 m says more of the lattice than of them.
    let report = analyse(&rows, &out, &["dbscan", "--eps", "15"]).ok().json();
    assert!(report["passport"]["notes"].to_string().contains("10 m"), "{report}");
}

#[test]
fn a_sum_of_values_is_tested_where_one_is_asked_for() {
    let folder = folder();
    let rows = folder.path().join("kostnader.csv");
    let mut text = String::from("id;datum;typ;x;y;kostnad\n");
    for cell in 0..144 {
        // As many events everywhere; dear in a block of three by three cells.
        let (column, row) = (cell % 12, cell / 12);
        let dear = (3..6).contains(&column) && (7..10).contains(&row);
        for own in 0..3 {
            let cost = if dear { 900 } else { 90 } + (cell * 7 + own * 13) % 40;
            let (x, y) = (580_000 + column * 250 + 40 + own * 50, 6_300_000 + row * 250 + 110);
            let _ = writeln!(text, "{cell}-{own};2024-05-{:02};Skadegörelse;{x};{y};{cost}", own + 1);
        }
    }
    std::fs::write(&rows, text).expect("written");
    let out = folder.path().join("summor.geojson");
    for method in ["gi-star", "local-moran"] {
        let report = analyse(&rows, &out, &[method, "--value", "kostnad", "--certify", "20"]).ok().json();
        let found = layer(&out);
        assert_eq!(found.len(), 1, "{method} {report}");
        assert!(found[0]["sakerhet_text"].as_str().is_some_and(|text| text.contains("kostnad")), "{found:?}");
        assert!(report["certificate"]["alarms"].as_u64().is_some_and(|alarms| alarms <= 5), "{report}");
        // Without a value every cell holds as many.
        analyse(&rows, &out, &[method]).ok();
        assert!(layer(&out).is_empty(), "{method}");
    }
}
