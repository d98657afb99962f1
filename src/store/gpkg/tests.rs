//! What the embedded store holds beyond the contract: the file, other programs, other versions.

use std::process::{Command, Output};

use super::*;
use crate::domain::{GeometryKind, Kind};
use crate::geopackage;
use crate::store::contract::{contract, event, new_store, quarantined, take};
use crate::store::{Part, Row};

fn make(new: &NewStore) -> (GpkgStore, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = GpkgStore::create(&folder.path().join("lager.gpkg"), new).expect("a new store");
    (store, folder)
}

contract!(make);
crate::store::register_contract::register_contract!(make);

fn events(prefix: &str, count: u32) -> Vec<Row> {
    (0..count)
        .map(|k| Row::Event { event: Box::new(event(&format!("{prefix}:{k}"), "ab")), closes: Vec::new() })
        .collect()
}

/// `None` where Debian's Python with GDAL is not here.
fn python(arguments: &[&str]) -> Option<Output> {
    let output = Command::new("/usr/bin/python3").args(arguments).output().ok()?;
    (!String::from_utf8_lossy(&output.stderr).contains("No module named")).then_some(output)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_validator_of_gdal_accepts_a_store() {
    let (mut store, _folder) = make(&new_store());
    let mut rows = events("A", 300);
    rows.push(Row::Quarantined(Box::new(quarantined("q", Part::Event, "number"))));
    take(&mut store, false, rows);
    let path = store.path().to_str().expect("a text").to_owned();
    drop(store);
    match python(&["-m", "osgeo_utils.samples.validate_gpkg", "-v", &path]) {
        Some(output) => assert!(output.status.success() && !said(&output).contains("ERROR"), "{}", said(&output)),
        None => println!("NOT RUN: the_validator_of_gdal_accepts_a_store"),
    }
}

const EDIT: &str = r"
import sys
from osgeo import ogr
ogr.UseExceptions()
store = ogr.Open(sys.argv[1], 1)
layer = store.GetLayerByName('events')
assert layer.GetFeatureCount() == 300, layer.GetFeatureCount()
definition = layer.GetLayerDefn()
assert definition.GetFieldDefn(definition.GetFieldIndex('attributes')).GetSubType() == ogr.OFSTJSON
assert definition.GetFieldDefn(definition.GetFieldIndex('time_from')).GetType() == ogr.OFTDateTime
feature = layer.GetFeature(7)
feature['street'] = 'Ändrad'
feature.SetGeometry(ogr.CreateGeometryFromWkt('POINT (700000 6700000)'))
layer.SetFeature(feature)
layer.DeleteFeature(8)
new = ogr.Feature(layer.GetLayerDefn())
new['id'] = 'QGIS:1'
new.SetGeometry(ogr.CreateGeometryFromWkt('POINT (1 2)'))
layer.CreateFeature(new)
layer.SetSpatialFilterRect(699999, 6699999, 700001, 6700001)
assert layer.GetFeatureCount() == 1
store.GetLayerByName('persons').DeleteFeature(1)
";

#[test]
fn an_edit_by_gdal_as_qgis_makes_it_goes_through_and_leaves_the_store_sound() {
    let (mut store, _folder) = make(&new_store());
    take(&mut store, false, events("A", 300));
    let path = store.path().to_owned();
    drop(store);
    let Some(output) = python(&["-c", EDIT, path.to_str().expect("a text")]) else {
        println!("NOT RUN: an_edit_by_gdal_as_qgis_makes_it_goes_through_and_leaves_the_store_sound");
        return;
    };
    assert!(output.status.success(), "{}", said(&output));
    let store = GpkgStore::open(&path, Access::ReadOnly).expect("opened");
    let found = store.verify().expect("checked");
    assert_eq!(found.problems, Vec::<String>::new());
    let kept = store.events(&EventFilter::default()).expect("read");
    assert_eq!(kept.len(), 300);
    let drawn = kept.iter().find(|event| event.id == "QGIS:1").expect("the drawn event");
    assert_eq!(drawn.position.expect("a place").x, 1.0);
    assert_eq!(kept.iter().filter(|event| event.street.as_deref() == Some("Ändrad")).count(), 1);
    // The persons of the deleted event went with it: 600, less its two, less the one that was deleted.
    assert_eq!(found.rows["persons"], 597);
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    let (store, _folder) = make(&new_store());
    let path = store.path().to_owned();
    store.connection().execute("UPDATE lb_settings SET value = 99 WHERE key = 'schema_version'", []).expect("written");
    drop(store);
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let refused = GpkgStore::open(&path, access).expect_err("refused");
        assert!(matches!(refused, Error::StoreNewer { version: 99, .. }), "{refused:?}");
        let problem = crate::texts::problem(&refused);
        assert!(problem.message.contains("lager.gpkg") && problem.message.contains("99"), "{}", problem.message);
    }
}

/// A store as version 1 of the schema left it: one drawn road, one event.
fn first_version(path: &Path) {
    let new = new_store();
    let mut connection = container::create(path, &[&new.crs]).expect("a file");
    schema::migrate(&mut connection, path, &schema::MIGRATIONS[..1], new.crs.epsg).expect("version 1");
    schema::write_settings(&mut connection, &new).expect("settings");
    let line = geo::LineString::from(vec![(500_000.0, 6_600_000.0), (500_100.0, 6_600_000.0)]);
    let shape = geopackage::blob::shape_blob(3006, GeometryKind::Line, &geo::Geometry::LineString(line));
    let road =
        "INSERT INTO roads (geom, name, class, source) VALUES (?1, 'Storgatan', 'Huvudgata', 'stad.gpkg#streets')";
    connection.execute(road, [shape.expect("a line")]).expect("a road");
    connection.execute("INSERT INTO events (id) VALUES ('QGIS:1')", []).expect("an event");
}

#[test]
fn a_store_of_the_first_version_is_brought_up_to_date_and_keeps_its_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gammal.gpkg");
    first_version(&path);
    let refused = GpkgStore::open(&path, Access::ReadOnly).expect_err("needs writing");
    assert!(matches!(refused, Error::StoreOlder { version: 1, .. }), "{refused:?}");
    let store = GpkgStore::open(&path, Access::ReadWrite).expect("brought up to date");
    assert_eq!(store.settings().schema_version, schema::newest(&schema::MIGRATIONS));
    assert_eq!(store.events(&EventFilter::default()).expect("read").len(), 1);
    let roads = store.background(Background::Roads, &Window::ALL).expect("read");
    assert_eq!((roads.total, roads.rows[0].properties["name"].as_str()), (1, Some("Storgatan")));
    assert_eq!(store.network().expect("read"), None, "what is only drawn is no network");
    assert_eq!(store.verify().expect("checked").problems, Vec::<String>::new());
    let alias = "SELECT title FROM gpkg_data_columns WHERE table_name = 'roads' AND column_name = 'hastgrans'";
    let alias: String = store.connection().query_row(alias, [], |row| row.get(0)).expect("an alias");
    assert_eq!(alias, "Hastighetsgräns (km/tim)");
    drop(store);
    assert!(GpkgStore::open(&path, Access::ReadOnly).is_ok());
    if let Some(output) = python(&["-m", "osgeo_utils.samples.validate_gpkg", "-v", path.to_str().expect("a text")]) {
        assert!(output.status.success() && !said(&output).contains("ERROR"), "{}", said(&output));
    }
}

#[test]
fn a_network_that_another_program_broke_is_named() {
    let (mut store, _folder) = make(&new_store());
    let nodes = vec![[500_000.0, 6_600_000.0], [500_100.0, 6_600_000.0]];
    let link = crate::domain::network::tests::street("osm:1:1", &nodes, 0, 1);
    let network = Network::new(nodes, vec![link]).expect("a network");
    store.put_network("a.osm.pbf", &network, crate::domain::passport::NO_VINTAGE).expect("kept");
    for (hurt, at) in [
        ("UPDATE roads SET node_to = 7", "node_to"),
        ("UPDATE roads SET node_to = 1, one_way = 'kanske'", "one_way"),
        ("UPDATE roads SET one_way = 'both', vaghallare = 'ingen'", "vaghallare"),
        ("UPDATE roads SET vaghallare = NULL, geom = NULL", "geom"),
        ("DELETE FROM road_nodes WHERE number = 0", "number"),
    ] {
        store.connection.execute_batch(hurt).expect("hurt");
        let refused = store.network().expect_err("broken");
        assert!(matches!(&refused, Error::BadStoredValue { column, .. } if column == at), "{refused:?}");
    }
}

#[test]
fn a_version_that_another_program_wrote_as_a_text_is_still_a_version() {
    let (store, _folder) = make(&new_store());
    let path = store.path().to_owned();
    drop(store);
    let opened = |value: &str| {
        let connection = Connection::open(&path).expect("opened");
        let sql = format!("UPDATE lb_settings SET value = {value} WHERE key = 'schema_version'");
        connection.execute(&sql, []).expect("written");
        drop(connection);
        GpkgStore::open(&path, Access::ReadOnly)
    };
    for value in ["'999'", "999.0", "' 999 '"] {
        assert!(matches!(opened(value), Err(Error::StoreNewer { version: 999, .. })), "{value}");
    }
    assert!(matches!(opened("'99999999999'"), Err(Error::StoreNewer { version: u32::MAX, .. })));
    for value in ["'ny'", "''", "NULL", "x'01'", "-1", "1.5"] {
        let refused = opened(value).expect_err("refused");
        let named = matches!(&refused, Error::BadStoredValue { row, column, .. } if row == "schema_version" && column == "value");
        assert!(named, "{value}: {refused:?}");
    }
    assert!(opened(&format!("'{}'", schema::newest(&schema::MIGRATIONS))).is_ok());
    assert!(matches!(opened("'1'"), Err(Error::StoreOlder { version: 1, .. })));
}

#[test]
fn what_is_no_store_is_refused_each_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("karta.gpkg");
    drop(container::create(&path, &[&new_store().crs]).expect("a plain GeoPackage"));
    assert!(matches!(GpkgStore::open(&path, Access::ReadWrite), Err(Error::NotStore { .. })));
    assert!(matches!(
        GpkgStore::create(&path, &new_store()),
        Err(Error::Geopackage(geopackage::Error::GeopackageExists { .. }))
    ));
    assert!(matches!(
        GpkgStore::create(&folder.path().join("ingen/lager.gpkg"), &new_store()),
        Err(Error::Geopackage(geopackage::Error::MissingFolder { file, .. })) if file.ends_with("ingen/lager.gpkg")
    ));
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("listed").collect();
    assert_eq!(left.len(), 1, "nothing half-written is left: {left:?}");
}

#[test]
fn a_store_that_another_program_writes_to_is_locked_and_says_so() {
    let (mut store, _folder) = make(&new_store());
    store.connection.busy_timeout(std::time::Duration::from_millis(10)).expect("set");
    let other = Connection::open(store.path()).expect("opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    let refused = store.with_transaction(|transaction| transaction.execute_batch("DELETE FROM imports"));
    assert!(matches!(refused, Err(Error::Geopackage(geopackage::Error::GeopackageLocked { .. }))), "{refused:?}");
    other.execute_batch("ROLLBACK").expect("let go");
    take(&mut store, false, events("A", 1));
}

#[test]
fn a_store_opened_for_reading_is_read_and_not_written() {
    let (mut store, _folder) = make(&new_store());
    take(&mut store, false, events("A", 3));
    let path = store.path().to_owned();
    drop(store);
    let mut store = GpkgStore::open(&path, Access::ReadOnly).expect("opened");
    assert_eq!(store.events(&EventFilter::default()).expect("read").len(), 3);
    let refused = store.with_transaction(|transaction| transaction.execute_batch("DELETE FROM events"));
    assert!(matches!(refused, Err(Error::Geopackage(geopackage::Error::NotPermitted { .. }))), "{refused:?}");
}

#[test]
fn importing_the_same_rows_again_leaves_the_files_bytes_as_they_were() {
    let (mut store, _folder) = make(&new_store());
    take(&mut store, false, events("A", 500));
    let before = std::fs::read(store.path()).expect("read");
    take(&mut store, false, events("A", 500));
    take(&mut store, true, events("A", 500));
    assert!(before == std::fs::read(store.path()).expect("read"));
}

#[test]
fn a_full_disk_is_said_in_its_own_words_and_keeps_nothing() {
    let (mut store, _folder) = make(&new_store());
    let pages: i64 = store.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("counted");
    store.connection.pragma_update(None, "max_page_count", pages + 20).expect("bounded");
    let details = serde_json::Value::Null;
    let raw = |_: &crate::domain::Source| serde_json::Map::new();
    let run =
        ImportRun { file: "a.csv", mapping: "generic", stamp: None, replace: false, details: &details, raw: &raw };
    let refused = store.import(&run, &mut events("A", 5_000).into_iter().map(Ok));
    assert!(matches!(refused, Err(Error::Geopackage(geopackage::Error::DiskFull { .. }))), "{refused:?}");
    store.connection.pragma_update(None, "max_page_count", 1_000_000).expect("room again");
    assert_eq!(store.events(&EventFilter::default()).expect("read"), []);
    assert_eq!(store.verify().expect("checked").problems, Vec::<String>::new());
}

#[test]
fn few_rows_into_a_large_store_keep_index_and_counts_sound() {
    let (mut store, _folder) = make(&new_store());
    take(&mut store, false, events("A", 6_000));
    take(&mut store, false, events("B", 5));
    let moved = Event { position: None, ..event("A:17", "99") };
    take(&mut store, true, vec![Row::Event { event: Box::new(moved), closes: Vec::new() }]);
    assert_eq!(store.verify().expect("checked").problems, Vec::<String>::new());
    let counts = store.counts_by_kind().expect("counted");
    assert_eq!((counts[0].kind, counts[0].events, counts[0].placed), (Kind::Accident, 6_005, 6_004));
}

#[test]
fn an_import_that_is_large_beside_the_store_knows_its_ids_by_the_same_rules() {
    let (mut store, _folder) = make(&new_store());
    // Above the number from which on ids are looked up in a map and the index is made anew.
    let counts = take(&mut store, false, events("A", 25_000).into_iter().chain(events("A", 25_000)).collect());
    assert_eq!((counts.events.accepted, counts.events.present), (25_000, 25_000));
    let changed = Row::Event { event: Box::new(event("A:24999", "99")), closes: Vec::new() };
    let counts = take(&mut store, false, events("A", 25_000).into_iter().chain([changed]).collect());
    assert_eq!((counts.events.accepted, counts.events.present, counts.events.quarantined), (0, 25_000, 1));
    let twice = "INSERT INTO events (id) VALUES ('A:7')";
    assert!(store.connection.execute_batch(twice).is_err(), "the index is back, and unique");
    assert_eq!(store.verify().expect("checked").problems, Vec::<String>::new());
}

#[test]
fn a_change_that_was_cut_short_is_undone_by_whoever_opens_the_store_next() {
    let (mut store, folder) = make(&new_store());
    take(&mut store, false, events("A", 2_000));
    let [copy, journal] = ["kopia.gpkg", "kopia.gpkg-journal"].map(|name| folder.path().join(name));
    // The files as a process leaves them that is killed within a change: the cache has spilled into the database.
    store.connection.pragma_update(None, "cache_size", 10).expect("set");
    store.connection.execute_batch("BEGIN; UPDATE events SET street = 'x' || fid, content = ''").expect("changed");
    std::fs::copy(store.path(), &copy).expect("copied");
    std::fs::copy(folder.path().join("lager.gpkg-journal"), &journal).expect("copied");
    store.connection.execute_batch("COMMIT").expect("kept");
    let half = std::fs::read(&copy).expect("read");
    assert!(half.windows(4).any(|bytes| bytes == b"x100"), "the copy holds a part of the change");
    let copy = GpkgStore::open(&copy, Access::ReadOnly).expect("opened");
    assert_eq!(copy.verify().expect("checked").problems, Vec::<String>::new());
    let kept = copy.events(&EventFilter::default()).expect("read");
    assert!(kept.len() == 2_000 && kept.iter().all(|event| event.street.is_none()));
}

#[test]
fn damage_from_outside_is_found_and_named() {
    let (mut store, _folder) = make(&new_store());
    take(&mut store, false, events("A", 10));
    let hurt = "UPDATE imports SET events_read = 11; UPDATE gpkg_ogr_contents SET feature_count = 3 WHERE table_name = 'events';
                DELETE FROM rtree_events_geom WHERE id = 4; PRAGMA foreign_keys = OFF; UPDATE persons SET event = 77 WHERE fid = 1;
                INSERT INTO events (id, import_id, kind) VALUES ('x', 1, 'olycka');";
    store.connection.execute_batch(hurt).expect("hurt");
    let problems = store.verify().expect("checked").problems;
    assert_eq!(problems.len(), 5, "{problems:#?}");
    let refused = store.events(&EventFilter::default()).expect_err("an unknown kind");
    assert!(
        matches!(&refused, Error::BadStoredValue { column, value, .. } if column == "kind" && value == "olycka"),
        "{refused:?}"
    );
}

#[test]
#[ignore = "speed: a million events, run with --release -- --ignored --nocapture"]
fn speed_of_a_million_events() {
    let (mut store, _folder) = make(&new_store());
    let count = 1_000_000_u32;
    let rows = (0..count).map(|k| {
        let hash = format!("{:016x}", u64::from(k).wrapping_mul(0x9e37_79b9_7f4a_7c15)).repeat(4);
        let mut event = event("A", "ab");
        event.id = format!("PROV:#{hash}.1");
        event.position = event.position.map(|mut position| {
            position.x = 500_000.0 + f64::from(k % 9_973);
            position.y = 6_600_000.0 + f64::from(k.wrapping_mul(2_654_435_761) % 99_991);
            position
        });
        event.content = hash;
        event.persons.truncate(usize::from(k % 4 == 0));
        event.attributes.insert("vägtyp".to_owned(), "gata".to_owned());
        Ok(Row::Event { event: Box::new(event), closes: Vec::new() })
    });
    let details = serde_json::Value::Null;
    let raw = |_: &crate::domain::Source| serde_json::Map::new();
    let run =
        ImportRun { file: "a.csv", mapping: "generic", stamp: None, replace: false, details: &details, raw: &raw };
    let timed = |name: &str, work: &mut dyn FnMut()| {
        let (start, cpu) = (std::time::Instant::now(), cpu_seconds());
        work();
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        println!("{name}: {wall:.1} s ({:.0} rows/s), {cpu:.1} s of processor", f64::from(count) / wall);
    };
    timed("import", &mut || {
        assert_eq!(store.import(&run, &mut rows.clone()).expect("imported").events.accepted, u64::from(count));
    });
    timed("import again", &mut || {
        assert_eq!(store.import(&run, &mut rows.clone()).expect("imported").events.present, u64::from(count));
    });
    timed("read", &mut || {
        assert_eq!(store.events(&EventFilter::default()).expect("read").len(), count as usize);
    });
    timed("one more row", &mut || {
        take(&mut store, false, events("B", 1));
    });
    println!("{} MiB", std::fs::metadata(store.path()).expect("a file").len() >> 20);
    assert_eq!(store.verify().expect("checked").problems, Vec::<String>::new());
}

/// Seconds of processor that this process has used, where the system tells: other work on the machine does not count.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
