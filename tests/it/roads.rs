//! Roads, ground and places in: from real extracts, from the sample town, from files that are none.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::pbf::{Small, pbf};
use crate::support::{Run, arg, folder, rows_and_integrity, run, shared, store};

fn import(what: &str, file: &Path, store: &Path) -> Value {
    run(&["--json", "import", what, arg(file), "--store", arg(store)]).ok().json()["files"][0].clone()
}

/// One number that the store's tables give.
fn number(store: &Path, sql: &str) -> i64 {
    let connection = rusqlite::Connection::open(store).expect("the store opens");
    connection.query_row(sql, [], |row| row.get(0)).expect(sql)
}

/// Ways of OpenStreetMap that have a link of which this holds.
fn ways(store: &Path, condition: &str) -> i64 {
    let way = "substr(link_id, 1, 4 + instr(substr(link_id, 5), ':'))";
    number(store, &format!("SELECT count(DISTINCT {way}) FROM roads WHERE {condition}"))
}

fn report_of(report: &Value, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| report[*name].as_u64().unwrap_or_else(|| panic!("{name}: {report}"))).collect()
}

const COUNTS: [&str; 6] = ["links", "nodes", "junctions", "dangling", "duplicates", "unplaced"];

/// The figures are those of `tests/oracles/osm_network.py`, which reads the file by itself.
#[test]
fn helsinki_gives_the_network_that_an_independent_reading_gives() {
    let Some(data) = shared("helsinki_gives_the_network_that_an_independent_reading_gives") else { return };
    let file = data.join("helsinki/helsinki-centre.osm.pbf");
    let folder = folder();
    let store = store(folder.path(), &["--crs", "EPSG:3067"]);
    let report = import("roads", &file, &store);
    assert_eq!(report_of(&report, &COUNTS), [4970, 3700, 2192, 534, 81, 182]);
    assert_eq!(report["nets"][2]["components"], 24);
    assert_eq!(report["left_out"]["highway=platform"], 55);
    assert_eq!(report["origin"], "osm");
    // What OpenStreetMap does not tell is not known.
    assert_eq!(
        (report["known_percent"]["keeper"].as_f64(), report["known_percent"]["adt"].as_f64()),
        (Some(0.0), Some(0.0))
    );
    assert_eq!(number(&store, "SELECT count(*) FROM roads WHERE vaghallare IS NOT NULL OR adt IS NOT NULL"), 0);
    assert_eq!(rows_and_integrity(&store, "roads"), (4970, "ok".to_owned()));
    assert_eq!(rows_and_integrity(&store, "road_nodes").0, 3700);
    assert_eq!((ways(&store, "structure = 'bridge'"), ways(&store, "car")), (5, 939));
    run(&["verify", arg(&store)]).ok();

    // The same file again changes nothing: no row is written anew, so that none has a new key.
    import("roads", &file, &store);
    assert_eq!(number(&store, "SELECT max(fid) FROM roads"), 4970);
    assert_eq!(number(&store, "SELECT max(fid) FROM road_nodes"), 3700);

    let report = import("ground", &file, &store);
    assert_eq!(report_of(&report["kept"], &["lamp", "entrance", "tree"]), [586, 325, 649]);
    // 433 building ways, of which the edge of the extract cuts 48; 61 of 67 multipolygons are whole; two ways are the
    // outer rings of such.
    assert_eq!(report["kept"]["building"], 385 + 61 - 2);
    assert_eq!(report["kept"]["barrier"], 357);
    assert_eq!(report["incomplete"], 48 + 6 + 7);
    assert_eq!(number(&store, "SELECT count(*) FROM ground_points WHERE class = 'lamp'"), 586);
    let places = import("places", &file, &store);
    assert!(places["kept"]["restaurant"].as_u64() > Some(20), "{places}");
    run(&["verify", arg(&store)]).ok();
}

#[test]
fn lund_gives_roads_lamps_entrances_trees_and_buildings() {
    let Some(data) = shared("lund_gives_roads_lamps_entrances_trees_and_buildings") else { return };
    let file = data.join("lund/lund-station-sweden.osm.pbf");
    let folder = folder();
    let store = store(folder.path(), &[]);
    let report = import("roads", &file, &store);
    // 199 ways with highway: 167 are roads, the rest platforms, lifts, indoors, closed or planned.
    let left_out: u64 = report["left_out"].as_object().expect("counts").values().filter_map(Value::as_u64).sum();
    assert_eq!((report["read"].as_u64(), left_out), (Some(167), 199 - 167));
    assert_eq!(report_of(&report, &COUNTS), [315, 258, 133, 65, 0, 0]);
    assert_eq!(report["nets"][2]["components"], 5);
    assert_eq!((ways(&store, "lit"), ways(&store, "structure = 'bridge'")), (124, 21));
    let report = import("ground", &file, &store);
    assert_eq!(report_of(&report["kept"], &["lamp", "entrance", "tree", "building", "barrier"]), [10, 34, 159, 53, 16]);
    assert_eq!(import("places", &file, &store)["kept"]["bus_stop"], 13);
    let text = run(&["import", "roads", arg(&file), "--store", arg(&store)]).ok().out;
    assert!(text.contains("315 länkar och 258 noder, varav 133 korsningar"), "{text}");
}

/// Nodes of the network that a bridge's links use in between their ends: none, since ends are nodes and insides are not.
#[test]
fn a_bridge_and_the_street_below_share_no_node_unless_the_map_does() {
    let street: &[(&str, &str)] = &[("highway", "residential")];
    let bridge: &[(&str, &str)] = &[("highway", "residential"), ("bridge", "yes")];
    let at = |id: i64, x: f64, y: f64| (id, [16.36 + x, 56.66 + y], [].as_slice());
    let map = Small {
        nodes: vec![
            at(1, 0.0, 0.0),
            at(2, 0.001, 0.0),
            at(3, 0.002, 0.0),
            at(4, 0.001, -0.001),
            // At the very place of node 2, on the street below.
            at(5, 0.001, 0.0),
            at(6, 0.001, 0.001),
            at(7, 0.003, 0.0),
            at(8, 0.002, 0.001),
        ],
        ways: vec![
            (1, vec![1, 2, 3], bridge),
            (2, vec![4, 5, 6], street),
            (3, vec![3, 7], street),
            (4, vec![3, 8], street),
        ],
        ..Small::default()
    };
    let folder = folder();
    let store = store(folder.path(), &[]);
    let report = import("roads", &written(folder.path(), "bro.osm.pbf", &pbf(&map)), &store);
    assert_eq!(report_of(&report, &["links", "nodes", "junctions", "crossings", "crossings_apart"]), [4, 6, 1, 0, 1]);
    assert_eq!(report["nets"][0]["components"], 2);
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

#[test]
fn the_sample_town_s_streets_are_one_network() {
    let folder = folder();
    let town = folder.path().join("stad");
    run(&["sample", arg(&town)]).ok();
    let file = town.join("stad.gpkg");
    let store = store(folder.path(), &[]);
    let report = import("roads", &file, &store);
    assert_eq!(report["origin"], "lines");
    assert_eq!((report["nets"][2]["components"].as_u64(), report["crossings"].as_u64()), (Some(1), Some(0)));
    assert_eq!(report_of(&report, &["degenerate", "duplicates", "unplaced"]), [0, 0, 0]);
    // Each block is a link: the blocks end where streets meet.
    let blocks = number(&file, "SELECT count(*) FROM streets");
    assert_eq!((report["read"].as_i64(), report["links"].as_i64()), (Some(blocks), Some(blocks)));
    assert!(report["junctions"].as_u64() > Some(100), "{report}");
    let known = &report["known_percent"];
    assert_eq!((known["keeper"].as_f64(), known["lit"].as_f64()), (Some(100.0), Some(100.0)));
    assert_eq!((known["speed"].as_f64(), known["adt"].as_f64()), (Some(100.0), Some(0.0)));
    assert_eq!(number(&store, "SELECT count(*) FROM roads WHERE class = 'Gång- och cykelväg' AND car"), 0);
    let again = run(&["--json", "import", "roads", arg(&file), "--layer", "streets", "--store", arg(&store)]).ok();
    assert_eq!(again.json()["files"][0]["links"].as_i64(), Some(blocks));
    let ground = import("ground", &file, &store);
    assert!(ground["kept"]["lamps"].as_u64() > Some(100), "{ground}");
}

fn refused(run: &Run, says: &[&str]) {
    assert_eq!((run.code, run.err.contains("panicked")), (1, false), "{run:?}");
    for words in says {
        assert!(run.err.contains(words), "{words}: {run:?}");
    }
    assert!(run.err.contains("Gör så här:"), "{run:?}");
}

#[test]
fn a_file_that_gives_no_network_is_refused_in_one_sentence_and_the_store_stays_as_it_was() {
    let folder = folder();
    let store = store(folder.path(), &[]);
    let path: &[(&str, &str)] = &[("highway", "path")];
    let at = |id: i64, x: f64| (id, [16.36 + x, 56.66], [].as_slice());
    let whole = pbf(&Small {
        nodes: vec![at(1, 0.0), at(2, 0.001), at(3, 0.002), at(4, 0.003)],
        ways: vec![(1, vec![1, 2], path), (2, vec![2, 3], path), (3, vec![2, 4], path)],
        ..Small::default()
    });
    let none = pbf(&Small { ways: vec![(1, vec![1, 2], &[("railway", "rail")])], ..Small::default() });
    let apart = pbf(&Small {
        nodes: vec![at(1, 0.0), at(2, 0.001), at(3, 0.002), at(4, 0.003)],
        ways: vec![(1, vec![1, 2], path), (2, vec![3, 4], path)],
        ..Small::default()
    });
    let point = |x: f64| format!("[16.36{x},56.66]");
    let line = |a: f64, b: f64| {
        let coordinates = format!("[{},{}]", point(a), point(b));
        format!(
            r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"LineString","coordinates":{coordinates}}}}}"#
        )
    };
    let collection = |features: &str| format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#).into_bytes();
    let dot =
        format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":{}}}}}"#, point(1.0));
    let files: [(&str, Vec<u8>, &[&str]); 9] = [
        (
            "avbruten.osm.pbf",
            whole[..whole.len() - 9].to_vec(),
            &["avbruten.osm.pbf", "skadad eller avbruten", "block 2"],
        ),
        ("text.osm.pbf", b"a;b\n1;2\n".to_vec(), &["ingen OpenStreetMap-fil", "text"]),
        ("tom.osm.pbf", Vec::new(), &["tom.osm.pbf"]),
        ("utanvagar.osm.pbf", none, &["inga vägar"]),
        ("lostabitar.osm.pbf", apart, &["möts inte i en enda korsning (2 linjer"]),
        ("lostabitar.geojson", collection(&format!("{},{}", line(1.0, 2.0), line(5.0, 6.0))), &["möts inte"]),
        ("punkter.geojson", collection(&dot), &["inga linjer som kan vara vägar"]),
        ("tomt.geojson", collection(""), &["tomt.geojson"]),
        ("tabell.csv", b"a;b\n1;2\n".to_vec(), &["tabell.csv"]),
    ];
    let before = std::fs::read(&store).expect("read");
    for (name, bytes, says) in files {
        let file = written(folder.path(), name, &bytes);
        refused(&run(&["import", "roads", arg(&file), "--store", arg(&store)]), says);
        assert!(std::fs::read(&store).expect("read") == before, "{name} changed the store");
    }
    refused(&run(&["import", "roads", "finns-inte.osm.pbf", "--store", arg(&store)]), &["finns-inte.osm.pbf"]);
    let map = written(folder.path(), "karta.osm.pbf", &whole);
    refused(&run(&["import", "roads", arg(&map), "--layer", "x", "--store", arg(&store)]), &["inga lager"]);
    refused(&run(&["import", "ground", arg(&map), "--store", arg(&store)]), &["inget av det"]);
    refused(&run(&["import", "places", arg(&map), "--store", arg(&store)]), &["inget av det"]);
    refused(&run(&["import", "events", arg(&map), "--store", arg(&store)]), &["inga händelser", "import roads"]);
    assert!(std::fs::read(&store).expect("read") == before);
    // The whole one is taken, whatever it is called.
    let other = written(folder.path(), "karta.osm", &whole);
    assert_eq!(import("roads", &other, &store)["links"], 3);
}
