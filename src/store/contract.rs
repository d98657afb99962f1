//! The contract that every store holds, as functions over any store. [`contract!`] makes the tests of one store.

use std::collections::BTreeMap;

use geo::{Geometry, LineString, polygon};
use serde_json::{Map, Value, json};

use super::*;
use crate::domain::passport::NO_VINTAGE;
use crate::domain::{
    Bbox, Column, CrsDefinition, Element, Geometries, GeometryKind, Interval, Kind, Link, Modes, OneWay, Ore, Passport,
    Person, Placed, Position, RoadKeeper, Secrecy, Severity, Source, Structure, Style, Values,
};

/// Makes one test of each function of the contract: `contract!(make)`, where `make` gives a fresh store and whatever
/// must live as long as it does.
macro_rules! contract {
    ($make:expr; $($name:ident)+) => {$(
        #[test]
        fn $name() {
            let (mut store, _guard) = $make(&$crate::store::contract::new_store());
            $crate::store::contract::$name(&mut store);
            let found = $crate::store::Store::verify(&store).expect("a check");
            assert_eq!(found.problems, Vec::<String>::new());
        }
    )+};
    ($make:expr) => {
        $crate::store::contract::contract! { $make;
            settings_come_back_as_they_were_given
            every_field_of_an_event_survives
            the_same_file_twice_changes_nothing
            a_changed_event_is_quarantined_and_taken_with_replace
            the_second_row_of_an_id_is_present_or_changed_but_never_lost
            rows_that_end_in_an_error_leave_nothing
            a_quarantined_row_is_kept_once_and_closed_by_its_mended_form
            persons_have_an_equation_of_their_own
            events_come_by_id_and_only_those_asked_for
            a_result_is_kept_with_its_layers_and_replaced_by_its_id
            a_layer_with_the_wrong_geometry_is_refused_and_changes_nothing
            background_is_replaced_by_source_and_found_by_box
            roads_of_events_are_kept_whole_and_go_with_their_events
            a_network_comes_back_as_it_was_given_and_is_replaced_by_source
        }
    };
}
pub(crate) use contract;

pub(crate) fn new_store() -> NewStore {
    let home = polygon![(x: 500_000.1, y: 6_600_000.0), (x: 510_000.0, y: 6_600_000.0), (x: 510_000.0, y: 6_610_000.3)];
    NewStore {
        name: "Ås".to_owned(),
        crs: CrsDefinition {
            epsg: 3006,
            name: "SWEREF99 TM".to_owned(),
            wkt: "PROJCS[\"SWEREF99 TM\",GEOGCS[\"SWEREF99\",DATUM[\"SWEREF99\",SPHEROID[\"GRS 1980\",6378137,298.257222101]],\
                  PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]],PROJECTION[\"Transverse_Mercator\"],\
                  PARAMETER[\"latitude_of_origin\",0],PARAMETER[\"central_meridian\",15],PARAMETER[\"scale_factor\",0.9996],\
                  PARAMETER[\"false_easting\",500000],PARAMETER[\"false_northing\",0],UNIT[\"metre\",1],AUTHORITY[\"EPSG\",\"3006\"]]"
                .to_owned(),
            projjson: "{}".to_owned(),
            proj4: "+proj=utm +zone=33".to_owned(),
        },
        home: Some(geo::MultiPolygon::new(vec![home])),
    }
}

/// A small event with two persons; its content is the hash of nothing, made from the words.
pub(crate) fn event(id: &str, content: &str) -> Event {
    let number: u32 = id.bytes().map(u32::from).sum();
    Event {
        id: id.to_owned(),
        kind: Kind::Accident,
        category: "cykel-singel".to_owned(),
        category_text: None,
        time: Some(Interval { from: 1_700_000_000, to: 1_700_003_600, zone: "Europe/Stockholm".to_owned() }),
        position: Some(Position {
            x: 500_000.0 + f64::from(number),
            y: 6_600_000.25,
            accuracy_m: None,
            placed: Placed::Coordinates,
        }),
        severity: Severity::Iss13,
        cost: None,
        street: None,
        secrecy: Secrecy::Intern,
        source: Source { system: "PROV".to_owned(), file: "prov.csv".to_owned(), sheet: None, row: 2 },
        elements: Vec::new(),
        persons: vec![Person::default(), Person { age: Some(40), ..Person::default() }],
        attributes: BTreeMap::new(),
        free_text: BTreeMap::new(),
        content: content.repeat(32),
    }
}

fn bare(id: &str) -> Event {
    Event {
        kind: Kind::Alarm,
        category: "okand".to_owned(),
        time: None,
        position: None,
        severity: Severity::Unknown,
        secrecy: Secrecy::Open,
        persons: Vec::new(),
        ..event(id, "cd")
    }
}

fn full(id: &str) -> Event {
    Event {
        category_text: Some("Singel \"cykel\" – å".to_owned()),
        position: Some(Position {
            x: 512_345.678_901_2,
            y: 6_598_765.432_1,
            accuracy_m: Some(0.1),
            placed: Placed::Centroid,
        }),
        severity: Severity::PoliceSevere,
        cost: Some(Ore(-123_456_789_012)),
        street: Some("Storgatan".to_owned()),
        secrecy: Secrecy::Strada,
        source: Source {
            system: "STRADA".to_owned(),
            file: "a.xlsx".to_owned(),
            sheet: Some("Olyckor".to_owned()),
            row: 70_000,
        },
        elements: vec![Element { number: 2, mode: Some("Cykel".to_owned()) }, Element { number: 1, mode: None }],
        persons: vec![
            Person {
                age: Some(7),
                sex: Some("kvinna".to_owned()),
                mode: Some("Cykel".to_owned()),
                mode_detail: Some("Elcykel".to_owned()),
                mode_police: Some("Cykel".to_owned()),
                mode_hospital: Some("Cyklist".to_owned()),
                role: Some("Förare".to_owned()),
                conflict: Some("Personbil".to_owned()),
                severity: Severity::Iss48,
                mais: Some(3),
                element: Some(2),
                reported_by: Some("båda".to_owned()),
            },
            Person { severity: Severity::Dead, ..Person::default() },
        ],
        attributes: BTreeMap::from([("väglag".to_owned(), "is; \"snö\"".to_owned()), ("a".to_owned(), String::new())]),
        free_text: BTreeMap::from([("händelseförlopp".to_owned(), "Halkade.\nTelefon …".to_owned())]),
        ..event(id, "ef")
    }
}

fn row(event: Event) -> Row {
    Row::Event { event: Box::new(event), closes: Vec::new() }
}

fn no_raw(_: &Source) -> Map<String, Value> {
    Map::new()
}

pub(crate) fn take(store: &mut dyn Store, replace: bool, rows: Vec<Row>) -> ImportCounts {
    let details = json!({"crs": "EPSG:3006"});
    let run = ImportRun {
        file: "prov.csv",
        mapping: "generic",
        stamp: Some("2024-05-01T00:00:00.000Z"),
        replace,
        details: &details,
        raw: &no_raw,
    };
    import_rows(store, &run, rows.into_iter().map(Ok::<_, String>)).expect("rows without an error")
}

fn all(store: &dyn Store) -> Vec<Event> {
    store.events(&EventFilter { free_text: true, ..EventFilter::default() }).expect("read")
}

fn tally(accepted: u64, quarantined: u64, present: u64) -> Tally {
    Tally { read: accepted + quarantined + present, accepted, quarantined, present }
}

pub(crate) fn quarantined(id: &str, part: Part, reason: &str) -> Quarantined {
    Quarantined {
        id: id.to_owned(),
        part,
        source: Source { system: "PROV".to_owned(), file: "prov.csv".to_owned(), sheet: None, row: 3 },
        column: Some("Y".to_owned()),
        value: Some("norr".to_owned()),
        reason: reason.to_owned(),
        reason_text: "Y är inget tal".to_owned(),
        raw: Map::from_iter([("X".to_owned(), json!("1")), ("Y".to_owned(), json!("norr"))]),
    }
}

pub(crate) fn settings_come_back_as_they_were_given(store: &mut impl Store) {
    let (settings, new) = (store.settings(), new_store());
    assert_eq!((&settings.name, &settings.crs, &settings.home), (&new.name, &new.crs, &new.home));
    assert!(settings.schema_version >= 1);
}

pub(crate) fn every_field_of_an_event_survives(store: &mut impl Store) {
    let given = vec![bare("A:1"), event("A:2", "ab"), full("A:3")];
    let counts = take(store, false, given.iter().rev().cloned().map(row).collect());
    assert_eq!((counts.events, counts.persons), (tally(3, 0, 0), tally(4, 0, 0)));
    assert_eq!(all(store), given);
    let kinds = store.counts_by_kind().expect("counted");
    assert_eq!(kinds.len(), 2);
    assert_eq!(kinds[0], KindCount { kind: Kind::Accident, events: 2, placed: 2 });
    assert_eq!(kinds[1], KindCount { kind: Kind::Alarm, events: 1, placed: 0 });
    let imports = store.imports().expect("listed");
    assert_eq!(imports.len(), 1);
    assert_eq!(
        (imports[0].counts, imports[0].file.as_str(), imports[0].mapping.as_str()),
        (counts, "prov.csv", "generic")
    );
    assert_eq!(imports[0].details, json!({"crs": "EPSG:3006"}));
    assert_eq!(imports[0].stamp.as_deref(), Some("2024-05-01T00:00:00.000Z"));
}

pub(crate) fn the_same_file_twice_changes_nothing(store: &mut impl Store) {
    let rows = || {
        vec![
            row(event("A:1", "ab")),
            row(full("A:2")),
            Row::Quarantined(Box::new(quarantined("q", Part::Event, "number"))),
        ]
    };
    let first = take(store, false, rows());
    assert_eq!(first.events, tally(2, 1, 0));
    let before = (all(store), store.quarantined(false).expect("listed"), store.imports().expect("listed"));
    for replace in [false, true] {
        let again = take(store, replace, rows());
        assert_eq!((again.events, again.persons, again.replaced), (tally(0, 1, 2), tally(0, 0, 4), 0));
        assert_eq!(again.import_id, None, "an import that changes nothing leaves no trace");
    }
    assert_eq!((all(store), store.quarantined(false).expect("listed"), store.imports().expect("listed")), before);
}

pub(crate) fn a_changed_event_is_quarantined_and_taken_with_replace(store: &mut impl Store) {
    take(store, false, vec![row(full("A:1")), row(event("A:2", "ab"))]);
    let changed = Event { street: Some("Nygatan".to_owned()), persons: vec![Person::default()], ..event("A:1", "99") };
    let details = Value::Null;
    let raw = |source: &Source| Map::from_iter([("rad".to_owned(), json!(source.row))]);
    let run =
        ImportRun { file: "prov.csv", mapping: "generic", stamp: None, replace: false, details: &details, raw: &raw };
    for _ in 0..2 {
        let rows = std::iter::once(Ok::<_, String>(row(changed.clone())));
        let counts = import_rows(store, &run, rows).expect("rows without an error");
        assert_eq!((counts.events, counts.persons), (tally(0, 1, 0), tally(0, 1, 0)));
        assert_eq!(all(store)[0], full("A:1"), "the old version stays");
        let kept = store.quarantined(true).expect("listed");
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].row.reason.as_str(), kept[0].row.value.as_deref()), ("changed", Some("A:1")));
        assert_eq!(kept[0].row.raw, Map::from_iter([("rad".to_owned(), json!(2))]));
        assert_eq!(kept[0].row.source, changed.source);
    }
    let counts = take(store, true, vec![row(changed.clone()), row(event("A:2", "ab"))]);
    assert_eq!((counts.events, counts.persons), (tally(1, 0, 1), tally(1, 0, 2)));
    assert_eq!((counts.replaced, counts.closed), (1, 1));
    assert_eq!(all(store), [changed, event("A:2", "ab")]);
    assert_eq!(store.history("A:1").expect("kept"), [full("A:1")]);
    assert_eq!(store.history("A:2").expect("none"), []);
    assert_eq!(store.quarantined(true).expect("listed"), []);
    assert_eq!(store.quarantined(false).expect("listed")[0].closed_by.as_deref(), Some("A:1"));
}

pub(crate) fn the_second_row_of_an_id_is_present_or_changed_but_never_lost(store: &mut impl Store) {
    let rows = || vec![row(event("A:1", "ab")), row(event("A:1", "ab")), row(event("A:1", "cd"))];
    assert_eq!(take(store, false, rows()).events, tally(1, 1, 1));
    assert_eq!(all(store), [event("A:1", "ab")]);
    assert_eq!(
        take(store, true, rows()).events,
        tally(0, 1, 2),
        "the file's first row is here: its second is no new version"
    );
    let counts = take(store, true, vec![row(event("A:1", "ef")), row(event("A:1", "01"))]);
    assert_eq!((counts.events, counts.replaced), (tally(1, 1, 0), 1), "a new version is taken once a run");
    assert_eq!(all(store), [event("A:1", "ef")]);
    assert_eq!(store.quarantined(true).expect("listed").len(), 2);
}

pub(crate) fn rows_that_end_in_an_error_leave_nothing(store: &mut impl Store) {
    take(store, false, vec![row(event("A:0", "ab"))]);
    let before = (all(store), store.imports().expect("listed"));
    let rows = (0..5_000).map(|k| if k < 4_999 { Ok(row(event(&format!("B:{k}"), "ab"))) } else { Err("slut") });
    let details = Value::Null;
    let run =
        ImportRun { file: "prov.csv", mapping: "generic", stamp: None, replace: true, details: &details, raw: &no_raw };
    assert!(matches!(import_rows(store, &run, rows), Err(ImportFailure::Rows("slut"))));
    assert_eq!((all(store), store.imports().expect("listed")), before);
    assert_eq!(take(store, false, vec![row(event("A:1", "ab"))]).events, tally(1, 0, 0), "and the store works on");
}

pub(crate) fn a_quarantined_row_is_kept_once_and_closed_by_its_mended_form(store: &mut impl Store) {
    let bad = || Row::Quarantined(Box::new(quarantined("q:1", Part::Event, "number")));
    assert_eq!(take(store, false, vec![bad()]).events, tally(0, 1, 0));
    assert_eq!(take(store, false, vec![bad(), bad()]).events, tally(0, 2, 0));
    let kept = store.quarantined(true).expect("listed");
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].row, quarantined("q:1", Part::Event, "number"));
    let mended = || vec![Row::Event { event: Box::new(event("A:1", "ab")), closes: vec!["q:1".to_owned()] }];
    let counts = take(store, false, mended());
    assert_eq!((counts.events, counts.closed), (tally(1, 0, 0), 1));
    assert_eq!(store.quarantined(true).expect("listed"), []);
    assert_eq!(take(store, false, mended()).closed, 0, "closed once");
    take(store, false, vec![bad()]);
    assert_eq!(store.quarantined(true).expect("listed"), [], "the same bad row again stays closed");
    take(store, false, vec![Row::Quarantined(Box::new(quarantined("q:1", Part::Event, "range")))]);
    assert_eq!(store.quarantined(true).expect("listed").len(), 1, "for another reason it is open again");
}

pub(crate) fn persons_have_an_equation_of_their_own(store: &mut impl Store) {
    let rows = || {
        vec![
            row(event("A:1", "ab")),
            Row::Quarantined(Box::new(quarantined("p:1", Part::Person, "number"))),
            Row::Quarantined(Box::new(quarantined("p:2", Part::Person, "number"))),
            Row::Quarantined(Box::new(quarantined("q:1", Part::Event, "number"))),
        ]
    };
    let counts = take(store, false, rows());
    assert_eq!((counts.events, counts.persons), (tally(1, 1, 0), tally(2, 2, 0)));
    let counts = take(store, false, rows());
    assert_eq!((counts.events, counts.persons), (tally(0, 1, 1), tally(0, 2, 2)));
}

pub(crate) fn events_come_by_id_and_only_those_asked_for(store: &mut impl Store) {
    let ids = ["B:10", "B:9", "A:å", "A:#ff.1", "a:1", "A:1"];
    let rows = ids.iter().map(|id| row(if id.starts_with('B') { full(id) } else { event(id, "ab") }));
    take(store, false, rows.chain([row(bare("C:1"))]).collect());
    let ids = |filter: &EventFilter| -> Vec<String> {
        store.events(filter).expect("read").into_iter().map(|event| event.id).collect()
    };
    assert_eq!(ids(&EventFilter::default()), ["A:#ff.1", "A:1", "A:å", "B:10", "B:9", "C:1", "a:1"]);
    let only = |kinds: Option<Vec<Kind>>, systems: Option<Vec<&str>>| EventFilter {
        kinds,
        systems: systems.map(|systems| systems.into_iter().map(str::to_owned).collect()),
        free_text: false,
    };
    assert_eq!(ids(&only(Some(vec![Kind::Alarm, Kind::Damage]), None)), ["C:1"]);
    assert_eq!(ids(&only(None, Some(vec!["STRADA"]))), ["B:10", "B:9"]);
    assert_eq!(ids(&only(Some(vec![Kind::Alarm]), Some(vec!["STRADA"]))), Vec::<String>::new());
    assert_eq!(ids(&only(Some(vec![]), None)), Vec::<String>::new());
    let strada = store.events(&only(None, Some(vec!["STRADA"]))).expect("read");
    assert_eq!(strada[1], Event { free_text: BTreeMap::new(), ..full("B:9") }, "free text only where it is asked for");
}

fn passport(vintage: &str) -> Passport {
    Passport {
        software: "lagesbild 0".to_owned(),
        method: "dbscan".to_owned(),
        parameters: BTreeMap::from([("eps".to_owned(), json!(50.0))]),
        seed: None,
        sources: vec!["PROV".to_owned()],
        period: None,
        vintage: vintage.to_owned(),
        used: 3,
        unplaced: 0,
        dropped: BTreeMap::new(),
        crs: "EPSG:3006".to_owned(),
        secrecy: Secrecy::Intern,
        notes: Vec::new(),
        content_hash: "00".repeat(32),
    }
}

fn layer(count: u32) -> Layer {
    let column =
        |name: &str, values| Column { name: name.to_owned(), alias: name.to_uppercase(), visible: true, values };
    let square = |k: u32| {
        let (x, y) = (500_000.0 + 100.0 * f64::from(k), 6_600_000.0);
        Geometry::Polygon(polygon![(x: x, y: y), (x: x + 50.0, y: y), (x: x + 50.0, y: y + 50.0)])
    };
    Layer {
        name: "hotspots".to_owned(),
        title: "Anhopningar".to_owned(),
        description: "Ett prov.".to_owned(),
        columns: vec![
            column("namn", Values::Text((0..count).map(|k| (k > 0).then(|| format!("Plats {k}"))).collect())),
            column("rang", Values::Integer((0..count).map(|k| Some(i64::from(count - k))).collect())),
            column("antal", Values::Integer((0..count).map(|k| Some(i64::from(k) * 3)).collect())),
            column("kvot", Values::Real((0..count).map(|k| (k > 0).then_some(0.1 * f64::from(k))).collect())),
            column("osaker", Values::Bool((0..count).map(|k| Some(k % 2 == 0)).collect())),
        ],
        geometries: Geometries::Shapes(GeometryKind::Area, (0..count).map(|k| (k != 1).then(|| square(k))).collect()),
        style: Style::Single("#d7301f".to_owned()),
        passport: passport("2024-01-01T00:00:00.000Z"),
    }
}

fn points() -> Layer {
    Layer {
        name: "events".to_owned(),
        columns: vec![Column {
            name: "cluster".to_owned(),
            alias: "Anhopning".to_owned(),
            visible: true,
            values: Values::Integer(vec![Some(1), None].into()),
        }],
        geometries: Geometries::Points(vec![Some([500_001.5, 6_600_002.25]), None]),
        ..layer(0)
    }
}

fn run(id: &str, title: &str) -> RunRecord {
    RunRecord {
        id: id.to_owned(),
        method: "dbscan".to_owned(),
        kind: Some(Kind::Accident),
        title: title.to_owned(),
        passport: passport("2024-01-01T00:00:00.000Z"),
    }
}

pub(crate) fn a_result_is_kept_with_its_layers_and_replaced_by_its_id(store: &mut impl Store) {
    store.save_run(&run("b", "Olyckor"), &[layer(5), points()]).expect("kept");
    store.save_run(&RunRecord { kind: None, ..run("a", "Tom") }, &[layer(0)]).expect("kept");
    let runs = store.runs().expect("listed");
    assert_eq!(runs.iter().map(|found| found.run.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((&runs[1].run, runs[0].run.kind), (&run("b", "Olyckor"), None));
    let kept = &runs[1].layers;
    assert_eq!((kept.len(), kept[0].features, kept[0].geometry), (2, 5, GeometryKind::Area));
    assert_eq!((kept[1].name.as_str(), kept[1].features, kept[1].geometry), ("events", 2, GeometryKind::Point));
    assert_eq!(kept[0].columns[3], LayerColumn { name: "kvot".to_owned(), alias: "KVOT".to_owned(), visible: true });

    let whole = store.run_features("b", "hotspots", &Window::ALL).expect("read");
    assert_eq!((whole.total, whole.rows.len()), (5, 5));
    let first = &whole.rows[0];
    assert_eq!(
        Value::Object(first.properties.clone()).to_string(),
        r#"{"namn":"Plats 4","rang":1,"antal":12,"kvot":0.4,"osaker":true}"#
    );
    let Some(Geometry::MultiPolygon(shape)) = &first.geometry else { panic!("{:?}", first.geometry) };
    assert_eq!(shape.0[0].exterior().0[0], geo::coord! { x: 500_400.0, y: 6_600_000.0 });
    assert_eq!(whole.rows[3].geometry, None);
    let page = store.run_features("b", "hotspots", &Window { offset: 1, limit: 2, bbox: None }).expect("read");
    assert_eq!((page.total, &page.rows[..]), (5, &whole.rows[1..3]));
    let bbox = Bbox { min_x: 500_210.0, min_y: 6_600_010.0, max_x: 500_310.0, max_y: 6_600_020.0 };
    let near = store.run_features("b", "hotspots", &Window { bbox: Some(bbox), ..Window::ALL }).expect("read");
    assert_eq!((near.total, &near.rows[..]), (2, &whole.rows[1..3]));
    let dots = store.run_features("b", "events", &Window::ALL).expect("read").rows;
    assert_eq!(dots[0].geometry, Some(Geometry::Point(geo::Point::new(500_001.5, 6_600_002.25))));
    assert_eq!((&dots[1].geometry, &dots[1].properties["cluster"]), (&None, &Value::Null));
    assert_eq!(store.run_features("a", "hotspots", &Window::ALL).expect("empty, but there").total, 0);
    assert!(matches!(store.run_features("b", "cells", &Window::ALL), Err(Error::NoSuchLayer { .. })));

    store.save_run(&run("b", "Olyckor, igen"), &[layer(2)]).expect("replaced");
    let runs = store.runs().expect("listed");
    assert_eq!((runs.len(), runs[1].run.title.as_str(), runs[1].layers.len()), (2, "Olyckor, igen", 1));
    assert_eq!(store.run_features("b", "hotspots", &Window::ALL).expect("read").total, 2);
    assert!(matches!(store.run_features("b", "events", &Window::ALL), Err(Error::NoSuchLayer { .. })));
}

pub(crate) fn a_layer_with_the_wrong_geometry_is_refused_and_changes_nothing(store: &mut impl Store) {
    store.save_run(&run("a", "Hel"), &[layer(3)]).expect("kept");
    let mut wrong = layer(3);
    let line = Geometry::LineString(LineString::from(vec![(0.0, 0.0), (1.0, 1.0)]));
    wrong.geometries = Geometries::Shapes(GeometryKind::Area, vec![None, None, Some(line)]);
    let refused = store.save_run(&run("a", "Fel"), &[wrong]);
    assert!(matches!(refused, Err(Error::WrongGeometry { row: 3, .. })), "{refused:?}");
    assert_eq!(store.runs().expect("listed")[0].run.title, "Hel");
    assert_eq!(store.run_features("a", "hotspots", &Window::ALL).expect("read").total, 3);
}

pub(crate) fn background_is_replaced_by_source_and_found_by_box(store: &mut impl Store) {
    let road = |name: &str, x: f64| BackgroundRow {
        name: Some(name.to_owned()),
        class: None,
        shape: Geometry::LineString(LineString::from(vec![(x, 6_600_000.0), (x + 10.0, 6_600_010.0)])),
    };
    let two = [road("Storgatan", 500_000.0), road("Nygatan", 500_100.0)];
    assert!(store.put_background(Background::Roads, "a.gpkg", &two, NO_VINTAGE).expect("kept"));
    assert!(!store.put_background(Background::Roads, "a.gpkg", &two, NO_VINTAGE).expect("the same again"));
    assert!(
        store.put_background(Background::Roads, "b.gpkg", &[road("Bygatan", 500_200.0)], NO_VINTAGE).expect("kept")
    );
    let names = |store: &dyn Store, window: &Window| -> Vec<String> {
        let found = store.background(Background::Roads, window).expect("read");
        found.rows.iter().map(|row| row.properties["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(store, &Window::ALL), ["Storgatan", "Nygatan", "Bygatan"]);
    let bbox = Bbox { min_x: 500_105.0, min_y: 6_600_000.0, max_x: 500_500.0, max_y: 6_600_001.0 };
    assert_eq!(names(store, &Window { bbox: Some(bbox), ..Window::ALL }), ["Nygatan", "Bygatan"]);
    assert!(store.put_background(Background::Roads, "a.gpkg", &two[1..], NO_VINTAGE).expect("replaced"));
    assert_eq!(names(store, &Window::ALL), ["Bygatan", "Nygatan"]);
    let shape = Geometry::Polygon(polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0)]);
    let house = BackgroundRow { name: None, class: Some("bostad".to_owned()), shape };
    assert!(
        store.put_background(Background::Buildings, "a.gpkg", std::slice::from_ref(&house), NO_VINTAGE).expect("kept")
    );
    let lamp =
        BackgroundRow { name: None, class: Some("lamp".to_owned()), shape: Geometry::Point(geo::Point::new(1.0, 2.0)) };
    assert!(store.put_background(Background::Points, "a.gpkg", &[lamp], NO_VINTAGE).expect("kept"));
    assert!(matches!(
        store.put_background(Background::Points, "a.gpkg", &[house], NO_VINTAGE),
        Err(Error::WrongGeometry { row: 1, .. })
    ));
    let lamps = store.background(Background::Points, &Window::ALL).expect("read");
    assert_eq!((lamps.total, lamps.rows[0].properties["class"].as_str()), (1, Some("lamp")));
}

pub(crate) fn roads_of_events_are_kept_whole_and_go_with_their_events(store: &mut impl Store) {
    assert_eq!(store.event_roads().expect("listed"), Vec::new());
    take(store, false, vec![row(event("A:2", "ab")), row(event("A:1", "ab"))]);
    let on = |event: &str, link: Option<&str>| EventRoad {
        event: event.to_owned(),
        link: link.map(str::to_owned),
        along_m: link.map(|_| 12.5),
        distance_m: Some(3.25),
        choice: if link.is_some() { "nearest" } else { "too-far" }.to_owned(),
    };
    let rows = [on("A:1", Some("osm:7:1")), on("A:2", None)];
    assert!(store.put_event_roads(&rows).expect("kept"));
    assert!(!store.put_event_roads(&rows).expect("kept"), "nothing changed");
    assert_eq!(store.event_roads().expect("listed"), rows);
    let other = [on("A:1", None), on("B:9", Some("osm:8:1"))];
    assert!(store.put_event_roads(&other).expect("kept"));
    assert_eq!(store.event_roads().expect("listed"), other[..1], "in place of the earlier ones; B:9 is not here");
    assert!(store.put_event_roads(&[]).expect("kept"));
    assert_eq!(store.event_roads().expect("listed"), Vec::new());
}

/// Two streets, a bridge over them, a loop and a path: every field of a link is used.
fn network(street: &str) -> Network {
    let nodes = vec![[500_000.25, 6_600_000.1], [500_100.0, 6_600_000.1], [500_100.0, 6_600_050.7]];
    let plain = |id: &str, from: u32, to: u32| crate::domain::network::tests::street(id, &nodes, from, to);
    let full = Link {
        level: 1,
        structure: Some(Structure::Bridge),
        modes: Modes { car: true, gc: true },
        one_way: OneWay::Backward,
        keeper: Some(RoadKeeper::Municipal),
        class: Some("Huvudgata".to_owned()),
        speed_forward: Some(40),
        speed_back: Some(30),
        adt: Some(12_345),
        adt_year: Some(2023),
        lit: Some(false),
        street: Some(street.to_owned()),
        gcm_type: Some("Övergångsställe".to_owned()),
        roundabout: true,
        passage: Some("Övergångsställe".to_owned()),
        ..plain("osm:7:1", 0, 1)
    };
    let tunnel = Link { level: -2, structure: Some(Structure::Tunnel), lit: Some(true), ..plain("osm:7:2", 1, 2) };
    let around = Link { line: vec![nodes[2], [500_120.0, 6_600_060.0], nodes[2]], ..plain("osm:8:1", 2, 2) };
    Network::new(nodes.clone(), vec![full, tunnel, around]).expect("a network").with_signals(vec![1])
}

pub(crate) fn a_network_comes_back_as_it_was_given_and_is_replaced_by_source(store: &mut impl Store) {
    assert_eq!(store.network().expect("read"), None);
    let line = Geometry::LineString(LineString::from(vec![(500_000.0, 6_600_000.0), (500_010.0, 6_600_010.0)]));
    let drawn = BackgroundRow { name: Some("Ritad".to_owned()), class: None, shape: line };
    store.put_background(Background::Roads, "a.osm.pbf", &[drawn], NO_VINTAGE).expect("kept");
    assert_eq!(store.network().expect("read"), None, "a line is no network");

    let given = network("Storgatan");
    assert!(store.put_network("a.osm.pbf", &given, NO_VINTAGE).expect("kept"), "in place of the drawn line");
    assert!(!store.put_network("a.osm.pbf", &given, NO_VINTAGE).expect("the same again"));
    assert_eq!(store.network().expect("read"), Some(given.clone()));
    let roads = store.background(Background::Roads, &Window::ALL).expect("read");
    let names: Vec<Option<&str>> = roads.rows.iter().map(|row| row.properties["name"].as_str()).collect();
    assert_eq!(names, [Some("Storgatan"), None, None]);

    assert!(store.put_network("b.gpkg", &given, NO_VINTAGE).expect("another source"));
    let both = store.network().expect("read").expect("a network");
    assert_eq!((both.nodes().len(), both.links().len()), (6, 6));
    assert_eq!((both.links()[3].from, both.links()[3].to), (3, 4));
    let other = network("Nygatan");
    assert!(store.put_network("a.osm.pbf", &other, NO_VINTAGE).expect("replaced"));
    assert!(store.put_network("b.gpkg", &Network::default(), NO_VINTAGE).expect("emptied"));
    assert_eq!(store.network().expect("read"), Some(other));
}
