//! Events without coordinates get a place by name: precise where it is automatic, listed where it is not, remembered where
//! a person chose, and taken back.

#[path = "../../benches/names/mod.rs"]
mod names;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{arg, digest, folder, run};

const FILE: &str = "skaderapporter_utan_koordinater.csv";

struct Town {
    folder: tempfile::TempDir,
    store: PathBuf,
    meanings: BTreeMap<String, Value>,
}

impl Town {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn import(&self, what: &str, file: &str) -> Value {
        run(&["--json", "import", what, arg(&self.at(file)), "--store", arg(&self.store)]).ok().json()
    }

    fn geocode(&self, more: &[&str]) -> Value {
        run(&[&["--json", "geocode", "--store", arg(&self.store)], more].concat()).ok().json()
    }

    fn connection(&self) -> Connection {
        Connection::open(&self.store).expect("the store opens")
    }
}

/// The town with its streets, registers and both files of damage reports.
fn town(seed: &str) -> Town {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    run(&["sample", arg(folder.path()), "--seed", seed]).ok();
    let store = at("lager.gpkg");
    run(&["init", arg(&store), "--home", arg(&at("hemomrade.gpkg"))]).ok();
    let truth = std::fs::read_to_string(at("facit_platser.json")).expect("the truths are written");
    let truth: Value = serde_json::from_str(&truth).expect("the truths are JSON");
    let rows = truth["rows"].as_array().expect("a list").iter();
    let meanings = rows.map(|row| (row["key"].as_str().expect("a key").to_owned(), row.clone())).collect();
    let town = Town { folder, store, meanings };
    run(&["import", "roads", arg(&town.at("stad.gpkg")), "--layer", "streets", "--store", arg(&town.store)]).ok();
    town.import("places", "platsregister.xlsx");
    town.import("events", "skaderapporter.csv");
    town.import("events", FILE);
    town
}

/// Event key, place, certainty, who, of every event that was placed by name.
fn placed(store: &Path) -> Vec<(String, String, f64, String)> {
    let connection = Connection::open(store).expect("the store opens");
    let sql = "SELECT e.id, p.place_id, p.certainty, p.placed_by, p.evidence FROM event_places p
               JOIN events e ON e.fid = p.event WHERE e.geom IS NOT NULL ORDER BY e.id";
    let mut select = connection.prepare(sql).expect("prepared");
    let rows = select.query_map([], |row| {
        assert!(!row.get::<_, String>(4)?.is_empty(), "evidence in words");
        Ok((row.get::<_, String>(0)?.trim_start_matches("SKADA:").to_owned(), row.get(1)?, row.get(2)?, row.get(3)?))
    });
    rows.expect("read").map(|row| row.expect("a row")).collect()
}

fn count(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).expect("a number")
}

/// Whether the place is what the report means, or its property or address.
fn right(meaning: &Value, place: &str) -> bool {
    meaning["place"] == place || meaning["spot"].as_array().is_some_and(|spot| spot.iter().any(|id| id == place))
}

#[test]
fn automatic_matches_are_the_meant_places_and_none_is_silent() {
    for seed in ["1", "2", "5"] {
        let town = town(seed);
        let events = count(&town.connection(), "SELECT count(*) FROM events");
        let report = town.geocode(&["--timings"]);
        let all = placed(&town.store);
        assert_eq!(report["automatic"], all.len(), "{report}");
        let connection = town.connection();
        let silent = "SELECT count(*) FROM events WHERE placed IN ('register', 'address') AND fid NOT IN (SELECT event FROM event_places)";
        assert_eq!(count(&connection, silent), 0, "every placed event has its evidence");
        assert_eq!(
            count(&connection, "SELECT count(*) FROM events WHERE geom IS NULL"),
            report["after"]["unplaced"].as_i64().expect("a number")
        );
        let before = report["before"]["unplaced"].as_u64().expect("a number");
        assert_eq!(before - all.len() as u64, report["after"]["unplaced"].as_u64().expect("a number"));

        let planted: Vec<_> = all.iter().filter_map(|row| Some((town.meanings.get(&row.0)?, row))).collect();
        let good = planted.iter().filter(|(meaning, row)| right(meaning, &row.1)).count();
        for (meaning, row) in planted.iter().filter(|(meaning, row)| !right(meaning, &row.1)) {
            println!("WRONG {meaning} -> {row:?}");
        }
        let findable = town.meanings.values().filter(|meaning| !meaning["place"].is_null()).count();
        let mut manners: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
        for meaning in town.meanings.values() {
            manners.entry(meaning["manner"].to_string()).or_default().0 += 1;
        }
        for (meaning, row) in &planted {
            let entry = manners.get_mut(&meaning["manner"].to_string()).expect("counted");
            entry.1 += 1;
            entry.2 += usize::from(right(meaning, &row.1));
        }
        #[expect(clippy::cast_precision_loss, reason = "shares")]
        let share = |part: usize, of: usize| part as f64 / of as f64;
        let precision = share(good, planted.len());
        println!(
            "seed {seed}: {events} events, {before} unplaced; {} reports by name, {} placed automatically; precision {precision:.5}, recall {:.4}, share automatic {:.4}; to confirm {}, not found {}",
            town.meanings.len(),
            planted.len(),
            share(good, findable),
            share(planted.len(), town.meanings.len()),
            report["to_confirm"],
            report["not_found"]
        );
        println!("  manner: rows, automatic, right: {manners:?}");
        for (low, high) in [(0.98, 0.99), (0.99, 0.999), (0.999, 1.1)] {
            let own: Vec<_> = planted.iter().filter(|(_, row)| (low..high).contains(&row.2)).collect();
            let right = own.iter().filter(|(meaning, row)| right(meaning, &row.1)).count();
            println!("  certainty {low}-{high}: {right} of {} right", own.len());
        }
        assert!(precision >= 0.995, "precision {precision}");
        assert!(planted.len() > 1_500, "and not by placing next to nothing: {}", planted.len());
        for manner in ["\"shared\"", "\"unknown\"", "\"street\"", "\"silent\""] {
            assert_eq!(manners[manner].1, 0, "{manner} is never automatic");
        }
    }
}

#[test]
fn the_list_is_filled_in_remembered_applied_to_later_files_and_taken_back() {
    let town = town("1");
    let list = town.at("forslag.csv");
    let dry = {
        let before = digest(&town.store);
        let dry = town.geocode(&["--dry-run"]);
        assert_eq!(digest(&town.store), before, "a dry run writes nothing");
        dry
    };
    let report = town.geocode(&["--suggestions", arg(&list)]);
    assert_eq!((&report["automatic"], &report["after"]), (&dry["automatic"], &dry["after"]));
    let text = std::fs::read_to_string(&list).expect("written");
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let column = |name: &str| head.iter().position(|other| other == name).unwrap_or_else(|| panic!("{name}: {head:?}"));
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(report["listed"], rows.len());
    let clubs: Vec<&csv::StringRecord> = rows.iter().filter(|row| &row[column("namn_jamfort")] == "klubbhus").collect();
    assert!(clubs.len() > 1, "one line for each context");

    // The first context is confirmed with its second suggestion, the next is no place, the third cannot be read.
    let fill = |row: &csv::StringRecord, choice: &str| {
        let mut cells: Vec<String> = row.iter().map(str::to_owned).collect();
        choice.clone_into(&mut cells[column("val")]);
        cells
    };
    let filled = town.at("ifylld.csv");
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_path(&filled).expect("writable");
    writer.write_record(&head).expect("written");
    writer.write_record(fill(clubs[0], "2")).expect("written");
    writer.write_record(fill(clubs[1], "ingen plats")).expect("written");
    writer
        .write_record(fill(
            rows.iter().find(|row| row[column("namn_jamfort")] != *"klubbhus").expect("another"),
            "kanske",
        ))
        .expect("written");
    writer.flush().expect("written");
    drop(writer);
    let confirmed = town.geocode(&["--confirmed", arg(&filled)]);
    let wanted: usize = clubs[0][column("antal_rader")].parse().expect("a number");
    assert_eq!(
        (confirmed["confirmed"].as_u64(), confirmed["choices"].as_u64()),
        (Some(wanted as u64), Some(2)),
        "{confirmed}"
    );
    assert_eq!(confirmed["unreadable"].as_array().map(Vec::len), Some(1), "{confirmed}");
    let place = &clubs[0][column("plats_2")];
    let by_person =
        |town: &Town| placed(&town.store).into_iter().filter(|row| row.3 == "confirmed").collect::<Vec<_>>();
    assert!(by_person(&town).iter().all(|row| row.1 == place) && by_person(&town).len() == wanted);

    // The same file again is present; a later one is placed at once.
    let again = town.import("events", FILE);
    assert_eq!((again["accepted"].as_u64(), again["quarantined"].as_u64()), (Some(0), Some(0)), "{again}");
    let first = by_person(&town)[0].0.clone();
    let original = std::fs::read(town.at(FILE)).expect("readable");
    let text: String = original.iter().map(|byte| char::from(*byte)).collect();
    let line = text.split("\r\n").find(|line| line.starts_with(&first)).expect("the row is there");
    let later =
        format!("{}\r\n{}\r\n", text.split("\r\n").next().expect("a header"), line.replacen(&first, "SN-99999", 1));
    std::fs::write(town.at("senare.csv"), later.chars().map(|c| c as u8).collect::<Vec<u8>>()).expect("writable");
    let report = town.import("events", "senare.csv");
    assert!(report["notes"].to_string().contains("tidigare val"), "{report}");
    assert_eq!(by_person(&town).len(), wanted + 1);

    let connection = town.connection();
    let history = count(&connection, "SELECT count(*) FROM event_history");
    assert_eq!(history, 0, "geocoding is no new version of an event");
    let unplaced = count(&connection, "SELECT count(*) FROM events WHERE geom IS NULL");
    drop(connection);
    let named = "SELECT count(*) FROM event_places WHERE lower(trim(written)) = 'klubbhus'";
    let named = count(&town.connection(), named);
    assert!(named > i64::try_from(wanted).expect("few"), "also those that the property had settled");
    let back = town.geocode(&["--forget", "klubbhus"]);
    assert_eq!(back["taken_back"].as_i64(), Some(named), "{back}");
    assert!(by_person(&town).is_empty());
    let now = count(&town.connection(), "SELECT count(*) FROM events WHERE geom IS NULL");
    assert!(now > unplaced);
    assert_eq!(count(&town.connection(), "SELECT count(*) FROM place_choices"), 0);
    run(&["verify", arg(&town.store)]).ok();
    let nothing = run(&["--json", "geocode", "--store", arg(&town.store), "--forget", "finns inte"]);
    assert_eq!(nothing.code, 1, "{nothing:?}");
}

#[test]
fn registers_are_recognised_replaced_by_file_and_tell_of_every_row() {
    let town = town("1");
    let again = town.import("places", "platsregister.xlsx");
    let sheets = again["files"][0]["register"].as_array().expect("sheets");
    assert_eq!(sheets.len(), 3, "{again}");
    for sheet in sheets {
        assert_eq!(sheet["changed"], false, "the same file changes nothing: {sheet}");
        assert_eq!(sheet["read"].as_u64(), sheet["places"].as_u64());
        assert_eq!(sheet["unmapped"], Value::Array(Vec::new()), "{sheet}");
    }
    let csv = town.at("objekt.csv");
    let blob: Vec<u8> = town
        .connection()
        .query_row("SELECT geom FROM register_places WHERE geom IS NOT NULL LIMIT 1", [], |row| row.get(0))
        .expect("a place");
    let [e, n] = lagesbild::geopackage::blob::point_of(&blob).expect("a point");
    let text =
        format!("Objektnr;Objektnamn;N-koordinat;E-koordinat;Färg\n7;Åhuset;{n};{e};röd\n;;{n};{e};\n8;Fel;63x;5;\n");
    std::fs::write(&csv, text).expect("writable");
    let bad = town.at("avvisade.csv");
    let arguments = [
        "--json",
        "import",
        "places",
        arg(&csv),
        "--store",
        arg(&town.store),
        "--crs",
        "EPSG:3006",
        "--quarantine",
        arg(&bad),
    ];
    let answer = run(&arguments);
    let report = answer.ok().json();
    let sheet = &report["files"][0]["register"][0];
    assert_eq!((sheet["read"].as_u64(), sheet["places"].as_u64()), (Some(3), Some(1)), "{sheet}");
    assert_eq!(sheet["unmapped"][0], "Färg");
    assert_eq!(sheet["rejected"][0]["row"], 3);
    assert_eq!(
        (&sheet["rejected"][1]["row"], &sheet["rejected"][1]["column"]),
        (&Value::from(4), &Value::from("N-koordinat"))
    );
    assert_eq!(std::fs::read_to_string(&bad).expect("written").lines().count(), 3);
    let rows =
        |town: &Town| count(&town.connection(), "SELECT count(*) FROM register_places WHERE source = 'objekt.csv'");
    assert_eq!(rows(&town), 1);
    std::fs::write(&csv, "Objektnr;Objektnamn\n7;Åhuset\n9;Nytt\n10;Nyare\n").expect("writable");
    run(&["import", "places", arg(&csv), "--store", arg(&town.store)]).ok();
    assert_eq!(rows(&town), 3, "the new version of the file takes the place of the old");
    std::fs::write(&csv, "a;b\n1;2\n").expect("writable");
    let refused = run(&["--json", "import", "places", arg(&csv), "--store", arg(&town.store)]);
    assert_eq!(refused.code, 1);
    assert!(refused.json()["error"]["remedy"].as_str().is_some_and(|text| text.contains("--map")), "{refused:?}");
}

#[test]
fn a_map_layer_with_areas_keeps_them_and_a_store_without_places_is_refused() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let store = crate::support::store(folder.path(), &[]);
    let refused = run(&["--json", "geocode", "--store", arg(&store)]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let square = "[[[500000,6600000],[500060,6600000],[500060,6600080],[500000,6600080],[500000,6600000]]]";
    let crs = "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::3006\"}}";
    let text = format!(
        "{{\"type\":\"FeatureCollection\",{crs},\"features\":[\
         {{\"type\":\"Feature\",\"properties\":{{\"Fastighet\":\"Provet 1:1\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":{square}}}}},\
         {{\"type\":\"Feature\",\"properties\":{{\"Fastighet\":\"Provet 1:2\"}},\"geometry\":null}}]}}"
    );
    std::fs::write(at("fastigheter.geojson"), text).expect("writable");
    let report = run(&[
        "--json",
        "import",
        "places",
        arg(&at("fastigheter.geojson")),
        "--store",
        arg(&store),
        "--crs",
        "EPSG:3006",
    ])
    .ok()
    .json();
    let sheet = &report["files"][0]["register"][0];
    assert_eq!(
        (sheet["places"].as_u64(), sheet["areas"].as_u64(), sheet["without_position"].as_u64()),
        (Some(2), Some(1), Some(1)),
        "{report}"
    );
    let connection = Connection::open(&store).expect("opens");
    // The middle of the square is 50 m from its corners.
    let extent: f64 = connection
        .query_row("SELECT extent_m FROM register_places WHERE id = 'fastighet:provet 1:1'", [], |row| row.get(0))
        .expect("there");
    assert_eq!(extent, 50.0);
    run(&["verify", arg(&store)]).ok();
}

#[test]
fn thousands_of_rows_against_thousands_of_places_are_answered_alike_whatever_the_threads() {
    use lagesbild::domain::random::Stream;
    use lagesbild::geocode::Matcher;
    let mut stream = Stream::new(20_261_123, 0);
    let places = names::register(&mut stream, names::PLACES / 10);
    let rows = names::rows(&places, &mut stream, names::ROWS / 20);
    let start = std::time::Instant::now();
    let matcher = Matcher::new(&places);
    let indexed = start.elapsed().as_secs_f64();
    let answers = matcher.find_all(&rows);
    let all = start.elapsed().as_secs_f64();
    let automatic = answers.iter().filter(|answer| answer.automatic).count();
    println!(
        "{} rows against {} places: index {indexed:.2} s, all {all:.2} s (unoptimised build), {automatic} automatic, peak {:?} MiB",
        rows.len(),
        places.len(),
        lagesbild::service::progress::peak_rss_mib()
    );
    assert!(automatic > 0 && answers.len() == rows.len());
    for at in (0..rows.len()).step_by(997) {
        assert_eq!(matcher.find(&rows[at]), answers[at]);
    }
}
