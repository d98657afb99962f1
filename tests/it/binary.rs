//! The built program itself: what it links and what it prints of itself.

use std::process::Command;

use crate::support::run;

/// A second SQLite beside the one that GDAL uses makes the process die.
#[test]
fn the_program_brings_no_sqlite_of_its_own() {
    let output =
        Command::new("nm").args(["-D", "--defined-only", env!("CARGO_BIN_EXE_lagesbild")]).output().expect("nm runs");
    assert!(output.status.success());
    let defined = String::from_utf8_lossy(&output.stdout);
    let ours: Vec<&str> = defined.lines().filter(|line| line.contains(" sqlite3_")).collect();
    assert!(ours.is_empty(), "{ours:?}");
    let ldd = Command::new("ldd").arg(env!("CARGO_BIN_EXE_lagesbild")).output().expect("ldd runs");
    assert!(String::from_utf8_lossy(&ldd.stdout).contains("libsqlite3.so"));
}

#[test]
fn every_method_and_mapping_is_listed_and_explained() {
    let methods = run(&["--json", "list", "methods"]).ok().json();
    let ids: Vec<String> = methods["methods"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["id"].as_str().expect("an id").to_owned())
        .collect();
    let all = [
        "counts",
        "dbscan",
        "st-dbscan",
        "hdbscan",
        "timeline",
        "area-counts",
        "emerging",
        "gi-star",
        "local-moran",
        "scan",
        "scan-time",
        "kde",
        "relative-risk",
        "near-repeat",
        "backtest",
        "network-counts",
        "network-dbscan",
    ];
    assert_eq!(ids, all);
    for id in &ids {
        let explained = run(&["--json", "explain", id]).ok().json();
        assert!(explained["parameters"].as_array().is_some_and(|list| !list.is_empty()), "{explained}");
        assert!(run(&["explain", id]).ok().out.lines().count() > 10);
    }
    let mappings = run(&["--json", "list", "mappings"]).ok().json();
    assert_eq!(mappings["mappings"].as_array().map(Vec::len), Some(5));
}

#[test]
fn wrong_usage_is_2_and_a_refusal_1() {
    assert_eq!(run(&["analys"]).code, 2);
    assert_eq!(run(&["analyse", "dbscan"]).code, 2);
    assert_eq!(run(&["explain", "magi"]).code, 1);
    assert_eq!(run(&["--help"]).code, 0);
    assert_eq!(run(&["--version"]).code, 0);
}

#[test]
fn english_is_complete_where_it_is_asked_for() {
    let swedish = run(&["init", "/finns/inte/alls/x.gpkg"]);
    let english = run(&["--lang", "en", "init", "/finns/inte/alls/x.gpkg"]);
    assert_eq!(swedish.code, english.code);
    assert_ne!(swedish.err, english.err);
    assert!(english.err.contains("What to do"), "{english:?}");
}

#[test]
fn a_proj_data_base_of_the_system_does_not_disturb() {
    let output = crate::support::program()
        .env("PROJ_DATA", "/usr/share/proj")
        .env("PROJ_LIB", "/usr/share/proj")
        .args(["init", "/finns/inte/alls/x.gpkg", "--crs", "EPSG:3010"])
        .output()
        .expect("the program starts");
    let run = crate::support::finished(&output);
    assert!(!run.err.contains("EPSG:3010"), "{run:?}");
}
