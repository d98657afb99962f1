//! What every store of areas holds, as functions over any store.

use geo::polygon;
use serde_json::Map;

use super::gpkg::GpkgStore;
use super::{Areas, Fate, SetAside, Store as _};
use crate::domain::{Area, AreaTally, Exposure, Tallied};
use crate::store::contract::new_store;

fn area(set: &str, code: &str, west: f64) -> Area {
    let (x, y) = (500_000.0 + west, 6_600_000.0);
    let ring = polygon![(x: x, y: y), (x: x + 100.0, y: y), (x: x + 100.0, y: y + 100.0), (x: x, y: y + 100.0)];
    let name = (code != "B").then(|| format!("Område {code}"));
    Area { set: set.to_owned(), code: code.to_owned(), name, shape: ring.into(), source: "a.gpkg".to_owned() }
}

fn exposure(area: &str, quantity: &str, year: Option<i16>, value: f64) -> Exposure {
    Exposure {
        set: "deso".to_owned(),
        area: area.to_owned(),
        quantity: quantity.to_owned(),
        year,
        value,
        method: "code".to_owned(),
        source: "scb.csv".to_owned(),
    }
}

fn count(area: &str, from: &str, to: &str, count: Tallied) -> AreaTally {
    AreaTally {
        set: "deso".to_owned(),
        area: area.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        category: "stold".to_owned(),
        category_text: "Stöld".to_owned(),
        count,
        source: "Brå".to_owned(),
        file: "brott.xlsx".to_owned(),
        sheet: Some("Blad1".to_owned()),
        row: 4,
    }
}

fn aside(index: usize, fate: Fate) -> SetAside {
    SetAside {
        sheet: None,
        row: u32::try_from(index).expect("few"),
        column: Some("jan".to_owned()),
        value: None,
        reason: format!("{fate:?}"),
        reason_text: "skäl".to_owned(),
        raw: Map::new(),
    }
}

/// Areas come back by set and code; a set is replaced whole, and the same areas in another order change nothing.
fn a_set_of_areas_is_kept_whole(store: &mut impl Areas) {
    let deso = [area("deso", "A", 0.0), area("deso", "B", 100.0)];
    assert!(store.put_areas("deso", &deso).expect("kept"));
    assert!(store.put_areas("ruta", &[area("ruta", "A", 0.0)]).expect("kept"));
    assert_eq!(store.areas(Some("deso")).expect("read"), deso);
    assert_eq!(store.areas(None).expect("read").len(), 3);
    let turned = [deso[1].clone(), deso[0].clone()];
    assert!(!store.put_areas("deso", &turned).expect("nothing to do"));
    assert!(store.put_areas("deso", &deso[..1]).expect("kept"));
    assert_eq!(store.areas(None).expect("read").len(), 2);
}

/// Denominators of one quantity and year are replaced; others stay.
fn denominators_are_replaced_by_quantity_and_year(store: &mut impl Areas) {
    let first = [
        exposure("A", "dwellings", Some(2023), 10.0),
        exposure("A", "population", None, 20.0),
        exposure("A", "population", Some(2023), 21.5),
        exposure("B", "population", Some(2023), 30.0),
    ];
    assert!(store.put_exposures(&first).expect("kept"));
    assert!(!store.put_exposures(&first).expect("nothing to do"));
    assert!(store.put_exposures(&[exposure("A", "population", Some(2023), 22.0)]).expect("kept"));
    let expected = [first[0].clone(), first[1].clone(), exposure("A", "population", Some(2023), 22.0)];
    assert_eq!(store.exposures(Some("deso")).expect("read"), expected);
    assert_eq!(store.exposures(Some("ruta")).expect("read"), []);
}

/// Every count is accepted, present, changed or overlapping; nothing is counted twice.
fn a_count_has_one_number_and_its_days_count_once(store: &mut impl Areas) {
    use Fate::{Accepted, Changed, Overlaps, Present, Replaced};
    let january = |n| count("A", "2024-01-01", "2024-01-31", Tallied::Known(n));
    let hidden = count("B", "2024-01-01", "2024-01-31", Tallied::Hidden(0, Some(4)));
    let open = count("B", "2024-02-01", "2024-02-29", Tallied::Hidden(0, None));
    let year = count("A", "2024-01-01", "2024-12-31", Tallied::Known(9));
    let put = |store: &mut dyn Areas, rows: &[AreaTally], replace| {
        store.put_area_counts("brott.xlsx", rows, replace, &[aside(77, Present)], &aside).expect("put")
    };
    let rows = [january(3), hidden.clone(), open.clone(), january(3), january(4), year];
    assert_eq!(put(store, &rows, false), [Accepted, Accepted, Accepted, Present, Changed, Overlaps]);
    let reasons: Vec<String> =
        store.set_aside("counts").expect("read").into_iter().map(|(_, row)| row.reason).collect();
    assert_eq!(reasons, ["Present", "Changed", "Overlaps"]);
    assert_eq!(store.area_counts(None).expect("read"), [january(3), hidden, open]);
    assert_eq!(put(store, &[january(5)], true), [Replaced]);
    assert_eq!(store.area_counts(Some("deso")).expect("read")[0].count, Tallied::Known(5));
    assert_eq!(store.set_aside("counts").expect("read").len(), 1, "what the file set aside before is gone");
    assert_eq!(store.set_aside("measures").expect("read"), []);
}

#[test]
fn the_embedded_store_keeps_the_contract() {
    for check in [
        a_set_of_areas_is_kept_whole,
        denominators_are_replaced_by_quantity_and_year,
        a_count_has_one_number_and_its_days_count_once,
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = GpkgStore::create(&folder.path().join("lager.gpkg"), &new_store()).expect("a new store");
        check(&mut store);
        assert_eq!(store.verify().expect("checked").problems, Vec::<String>::new());
    }
}
