//! What every store of measures and conditions holds, as functions over any store.

use geo::{Geometry, line_string, point, polygon};

use super::gpkg::GpkgStore;
use super::{Store as _, Surroundings};
use crate::domain::{Condition, ConditionKind, Measure, Ore};
use crate::store::contract::new_store;

fn make() -> (GpkgStore, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = GpkgStore::create(&folder.path().join("lager.gpkg"), &new_store()).expect("a new store");
    (store, folder)
}

fn measure(id: &str, source: &str, shape: Option<Geometry<f64>>) -> Measure {
    Measure {
        id: id.to_owned(),
        kind: "Farthinder".to_owned(),
        name: Some("Storgatan".to_owned()),
        from: Some("2023-05".to_owned()),
        until: None,
        cost: Some(Ore(12_500_000)),
        cost_source: None,
        shape,
        source: source.to_owned(),
    }
}

fn condition(id: &str, kind: ConditionKind, source: &str) -> Condition {
    Condition {
        id: id.to_owned(),
        kind,
        what: Some("85-percentil".to_owned()),
        street: Some("Storgatan".to_owned()),
        period: Some("2024-05-02".to_owned()),
        value: Some(43.5),
        unit: Some("km/tim".to_owned()),
        shape: Some(point!(x: 500_010.0, y: 6_600_020.0).into()),
        source: source.to_owned(),
    }
}

fn shapes() -> [Option<Geometry<f64>>; 4] {
    let ring = polygon![(x: 500_000.0, y: 6_600_000.0), (x: 500_010.0, y: 6_600_000.0), (x: 500_010.0, y: 6_600_010.0)];
    let line = line_string![(x: 500_000.0, y: 6_600_000.0), (x: 500_100.0, y: 6_600_050.0)];
    [Some(point!(x: 500_001.5, y: 6_600_002.25).into()), Some(line.into()), Some(ring.into()), None]
}

/// Points, lines, areas and what has no place come back as they were given; a cost without a source is marked, not lost.
fn every_shape_comes_back(store: &mut impl Surroundings) {
    let mut rows: Vec<Measure> = ["A:1", "A:2", "A:3", "A:4"]
        .iter()
        .zip(shapes())
        .map(|(id, shape)| measure(id, "atgarder.xlsx", shape))
        .collect();
    rows[1].cost_source = Some("Faktura 2023-118".to_owned());
    rows[2].cost = None;
    rows[3].from = None;
    let done = store.put_measures("atgarder.xlsx", &rows).expect("kept");
    assert_eq!((done.accepted, done.present, done.removed), (4, 0, 0));
    assert_eq!(store.measures().expect("read"), rows);
    assert_eq!(rows[0].year(), Some(2023));
}

/// The same rows again change nothing; a row that changed is changed and one that is gone is removed.
fn a_source_gives_its_rows_anew(store: &mut impl Surroundings) {
    let mut rows: Vec<Condition> =
        ["B:1", "B:2", "B:3"].map(|id| condition(id, ConditionKind::Speed, "matningar.csv")).into();
    store.put_conditions("matningar.csv", &rows).expect("kept");
    let again = store.put_conditions("matningar.csv", &rows).expect("kept");
    assert_eq!((again.accepted, again.present, again.changed, again.removed), (0, 3, 0, 0));
    rows.remove(0);
    rows[0].value = Some(44.0);
    rows.push(condition("B:4", ConditionKind::Flow, "matningar.csv"));
    let next = store.put_conditions("matningar.csv", &rows).expect("kept");
    assert_eq!((next.accepted, next.present, next.changed, next.removed), (1, 1, 1, 1));
    assert_eq!(store.conditions().expect("read"), rows);
}

/// An id belongs to the source that gave it first: the same row of another file is present, another row is told.
fn an_id_belongs_to_its_first_source(store: &mut impl Surroundings) {
    let first = [condition("C:1", ConditionKind::Est, "vecka1.csv")];
    store.put_conditions("vecka1.csv", &first).expect("kept");
    let mut second =
        vec![condition("C:1", ConditionKind::Est, "vecka2.csv"), condition("C:2", ConditionKind::Est, "vecka2.csv")];
    let done = store.put_conditions("vecka2.csv", &second).expect("kept");
    assert_eq!((done.accepted, done.present, done.elsewhere.len()), (1, 1, 0));
    second[0].value = None;
    let done = store.put_conditions("vecka2.csv", &second).expect("kept");
    assert_eq!((done.present, done.elsewhere), (1, vec![0]));
    assert_eq!(store.conditions().expect("read").len(), 2);
}

#[test]
fn the_embedded_store_keeps_the_contract() {
    for check in [every_shape_comes_back, a_source_gives_its_rows_anew, an_id_belongs_to_its_first_source] {
        let (mut store, _folder) = make();
        check(&mut store);
        assert_eq!(store.verify().expect("checked").problems, Vec::<String>::new());
    }
}

#[test]
fn measures_and_conditions_are_never_events() {
    let (mut store, _folder) = make();
    store.put_measures("a.xlsx", &[measure("A:1", "a.xlsx", None)]).expect("kept");
    store.put_conditions("b.csv", &[condition("B:1", ConditionKind::SafetyWalk, "b.csv")]).expect("kept");
    assert_eq!(store.counts_by_kind().expect("counted"), []);
}
