//! The sample town through the whole house: every planted truth comes out, every dirty row is where it should be.

use std::path::Path;

use serde_json::Value;

use crate::support::{self, Town, arg, digest, folder, run};

fn town() -> Town {
    support::town("facit.json")
}

fn import(town: &Town, file: &str) -> Value {
    let file = town.folder.path().join(file);
    run(&["--json", "import", "events", arg(&file), "--store", arg(&town.store)]).ok().json()
}

fn hotspots(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("the layer is written");
    let layer: Value = serde_json::from_str(&text).expect("GeoJSON");
    layer["features"].as_array().expect("features").iter().map(|feature| feature["properties"].clone()).collect()
}

#[test]
fn the_account_of_every_row_is_the_planted_one() {
    const CHECKS: [(&str, &str, &str); 10] = [
        ("warn-accident-without-persons", "accidents", "no-persons"),
        ("warn-passengers-only", "accidents", "passengers-only"),
        ("warn-single-with-several", "accidents", "single-with-two"),
        ("warn-type-differs", "accidents", "type-differs"),
        ("warn-time-differs", "accidents", "date-differs"),
        ("warn-place-differs", "accidents", "municipality-differs"),
        ("warn-unknown-category", "accidents", "unknown-type"),
        ("warn-police-hospital-conflict", "persons", "category-conflict"),
        ("warn-person-twice", "persons", "same-person"),
        ("warn-micromobility-in-text", "persons", "scooter-in-text"),
    ];
    let town = town();
    for (file, name) in [("olyckor_strada.xlsx", "accidents"), ("skaderapporter.csv", "damages")] {
        let report = import(&town, file);
        let expected = &town.truth["expected"][name];
        for part in ["read", "accepted", "quarantined"] {
            assert_eq!(report[part], expected[part], "{name} {part}: {report}");
        }
        assert_eq!(report["warnings"]["warn-unplaced"], expected["unplaced"], "{name}: {report}");
        let again = import(&town, file);
        assert_eq!(again["accepted"], 0, "{name}: {again}");
        assert_eq!(again["present"], report["accepted"], "{name}: {again}");
    }
    let persons = &town.truth["expected"]["persons"];
    let report = import(&town, "olyckor_strada.xlsx");
    for (warning, name, defect) in CHECKS {
        let planted = &town.truth["expected"][name]["by_defect"][defect];
        assert!(planted.as_u64().is_some_and(|n| n > 0), "{defect} is planted");
        assert_eq!(&report["warnings"][warning], planted, "{warning}: {report}");
    }
    for part in ["read", "quarantined"] {
        assert_eq!(report["persons"][part], persons[part], "persons {part}: {report}");
    }
}

#[test]
fn exactly_the_planted_hotspots_come_out_and_none_in_the_quiet_quarter() {
    let town = town();
    import(&town, "olyckor_strada.xlsx");
    import(&town, "skaderapporter.csv");
    for (kind, name) in [("accident", "accident_hotspots"), ("damage", "damage_hotspots")] {
        for least in ["8", "10"] {
            let out = town.folder.path().join(format!("{kind}.geojson"));
            let arguments = [
                "analyse",
                "dbscan",
                "--store",
                arg(&town.store),
                "--kind",
                kind,
                "--min-points",
                least,
                "--output",
                arg(&out),
            ];
            run(&arguments).ok();
            let found = hotspots(&out);
            let planted = town.truth[name].as_array().expect("a list");
            assert_eq!(found.len(), planted.len(), "{kind} {least}: {found:#?}");
            let mut counts: Vec<u64> = found.iter().filter_map(|spot| spot["n"].as_u64()).collect();
            let mut wanted: Vec<u64> = planted.iter().filter_map(|spot| spot["planted"].as_u64()).collect();
            counts.sort_unstable();
            wanted.sort_unstable();
            // A chance event of the background may lie within reach of a planted place.
            for (n, least) in counts.iter().zip(&wanted) {
                assert!(*n >= *least && *n <= least + 6, "{kind}: {counts:?} against {wanted:?}");
            }
        }
    }
}

#[test]
fn a_store_with_several_kinds_asks_which_one() {
    let town = town();
    import(&town, "olyckor_strada.xlsx");
    import(&town, "skaderapporter.csv");
    let out = town.folder.path().join("alla.geojson");
    let refused = run(&["--json", "analyse", "dbscan", "--store", arg(&town.store), "--output", arg(&out)]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.json()["error"]["message"].as_str().is_some_and(|text| text.contains("accident, damage")),
        "{refused:?}"
    );
    assert!(!out.exists());
}

#[test]
fn everything_that_rests_on_strada_carries_its_mark_and_no_free_text() {
    let town = town();
    import(&town, "olyckor_strada.xlsx");
    let out = town.folder.path().join("olyckor.geojson");
    run(&["analyse", "dbscan", "--store", arg(&town.store), "--output", arg(&out)]).ok();
    let text = std::fs::read_to_string(&out).expect("written");
    assert!(text.contains("INTERN – STRADA") && text.contains("\"secrecy\":\"strada\""));
    let events = format!("{}#events", arg(&town.folder.path().join("h.csv")));
    run(&["analyse", "dbscan", "--store", arg(&town.store), "--output", &events]).ok();
    let rows = std::fs::read_to_string(town.folder.path().join("h.csv")).expect("written");
    assert!(!rows.to_lowercase().contains("forlopp") && !rows.to_lowercase().contains("förlopp"));
}

#[test]
fn the_same_seed_gives_the_same_files_and_another_seed_others() {
    let (one, two, other) = (folder(), folder(), folder());
    run(&["sample", arg(one.path())]).ok();
    run(&["sample", arg(two.path())]).ok();
    run(&["sample", arg(other.path()), "--seed", "2"]).ok();
    for name in ["olyckor_strada.xlsx", "skaderapporter.csv", "stad.gpkg", "hemomrade.gpkg", "facit.json"] {
        assert_eq!(digest(&one.path().join(name)), digest(&two.path().join(name)), "{name}");
        assert_ne!(digest(&one.path().join(name)), digest(&other.path().join(name)), "{name}");
    }
}

#[test]
fn a_dry_run_shows_the_mapping_and_writes_nothing() {
    let town = town();
    let before = digest(&town.store);
    let file = town.folder.path().join("olyckor_strada.xlsx");
    let preview =
        run(&["--json", "import", "events", arg(&file), "--store", arg(&town.store), "--dry-run"]).ok().json();
    assert_eq!(preview["mapping"], "strada");
    assert_eq!(preview["rows"].as_array().map(Vec::len), Some(10));
    assert_eq!(preview["fields"]["Olyckor"]["north"], "X-koordinat");
    assert!(preview["unmapped"].is_object());
    assert_eq!(digest(&town.store), before);
}
