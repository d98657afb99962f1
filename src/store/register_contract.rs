//! The contract of a store with a register of places, as functions over any store.

use geo::polygon;

use super::contract::{event, take};
use super::register::{Choice, EventPlace, PlacedBy, RegisterStore};
use super::{EventFilter, Row, Store};
use crate::domain::{Event, PlaceKind, Placed, Position, RegisterPlace};

/// Makes one test of each function of the contract, as `contract!` does.
macro_rules! register_contract {
    ($make:expr; $($name:ident)+) => {$(
        #[test]
        fn $name() {
            let (mut store, _guard) = $make(&$crate::store::contract::new_store());
            $crate::store::register_contract::$name(&mut store);
            let found = $crate::store::Store::verify(&store).expect("a check");
            assert_eq!(found.problems, Vec::<String>::new());
        }
    )+};
    ($make:expr) => {
        $crate::store::register_contract::register_contract! { $make;
            a_register_comes_back_as_given_and_is_replaced_by_source
            choices_are_remembered_by_text_and_context_and_forgotten
            placing_by_name_leaves_identity_content_and_history_alone
        }
    };
}
pub(crate) use register_contract;

fn places() -> Vec<RegisterPlace> {
    let area = polygon![(x: 500_000.0, y: 6_600_000.0), (x: 500_100.0, y: 6_600_000.0), (x: 500_100.0, y: 6_600_050.0)];
    let full = RegisterPlace {
        name: Some("Åsskolan \"norra\"".to_owned()),
        object: Some("1001".to_owned()),
        property: Some("Provet 1:1".to_owned()),
        addresses: vec!["Storgatan 1".to_owned(), "Storgatan 3".to_owned()],
        earlier: vec!["Folkskolan".to_owned()],
        department: Some("Utbildning".to_owned()),
        activity: Some("Grundskola".to_owned()),
        class: Some("Skola".to_owned()),
        at: Some([500_050.25, 6_600_020.0]),
        area: Some(geo::MultiPolygon::new(vec![area])),
        extent_m: Some(61.5),
        source: "register.xlsx#Objekt".to_owned(),
        row: 2,
        ..RegisterPlace::bare("objekt:1001".to_owned(), PlaceKind::Object)
    };
    let bare = RegisterPlace {
        source: "register.xlsx#Objekt".to_owned(),
        row: 3,
        ..RegisterPlace::bare("fastighet:provet 1:1".to_owned(), PlaceKind::Property)
    };
    vec![full, bare]
}

pub(crate) fn a_register_comes_back_as_given_and_is_replaced_by_source(store: &mut impl RegisterStore) {
    let places = places();
    assert!(store.put_register("register.xlsx#Objekt", &places).expect("kept"));
    assert!(!store.put_register("register.xlsx#Objekt", &places).expect("kept"), "the same again changes nothing");
    assert_eq!(store.register().expect("read"), places);
    for text in ["objekt:1001", "åsskolan \"NORRA\"", "folkskolan", " 1001 ", "storgatan 3"] {
        let found = store.find_places(text).expect("read");
        assert_eq!(found, places[..1], "{text}");
    }
    assert_eq!(store.find_places("Provet 1:1").expect("read").len(), 1, "the second has no property of its own");
    assert_eq!(store.find_places("Storgatan").expect("read"), []);
    let other = RegisterPlace { source: "a.gpkg".to_owned(), ..places[1].clone() };
    assert!(store.put_register("a.gpkg", std::slice::from_ref(&other)).expect("kept"));
    assert!(store.put_register("register.xlsx#Objekt", &places[..1]).expect("kept"), "a new version of the file");
    assert_eq!(store.register().expect("read"), [other, places[0].clone()]);
}

fn choice(key: &str, context: &str, place: Option<&str>) -> Choice {
    Choice {
        system: "PROV".to_owned(),
        key: key.to_owned(),
        context: context.to_owned(),
        written: key.to_uppercase(),
        place: place.map(str::to_owned),
    }
}

pub(crate) fn choices_are_remembered_by_text_and_context_and_forgotten(store: &mut impl RegisterStore) {
    let (one, none) = (choice("klubbhus", "a", Some("objekt:1")), choice("klubbhus", "b", None));
    assert_eq!(store.put_choices(&[none.clone(), one.clone()]).expect("kept"), 2);
    assert_eq!(store.put_choices(&[none.clone(), one.clone()]).expect("kept"), 0);
    assert_eq!(store.choices().expect("read"), [one, none.clone()]);
    let changed = choice("klubbhus", "a", Some("objekt:2"));
    assert_eq!(store.put_choices(std::slice::from_ref(&changed)).expect("kept"), 1);
    assert_eq!(store.forget_choices(std::slice::from_ref(&none)).expect("kept"), 1);
    assert_eq!(store.forget_choices(&[none]).expect("kept"), 0);
    assert_eq!(store.choices().expect("read"), [changed]);
    assert_eq!(store.erase_choices("ANNAT").expect("kept"), 0);
    assert_eq!(store.erase_choices("PROV").expect("kept"), 1);
    assert_eq!(store.choices().expect("read"), []);
}

fn placed(event: &str) -> EventPlace {
    EventPlace {
        event: event.to_owned(),
        place: "objekt:1001".to_owned(),
        written: "Åskolan".to_owned(),
        by: PlacedBy::Automatic,
        certainty: 0.995,
        evidence: "namn".to_owned(),
        position: Position { x: 500_050.25, y: 6_600_020.0, accuracy_m: Some(61.5), placed: Placed::Register },
    }
}

pub(crate) fn placing_by_name_leaves_identity_content_and_history_alone(store: &mut (impl Store + RegisterStore)) {
    let unplaced = |id: &str| Event { position: None, ..event(id, "ab") };
    let rows = || {
        [unplaced("A:1"), unplaced("A:2"), event("A:3", "ab")]
            .map(|event| Row::Event { event: Box::new(event), closes: Vec::new() })
    };
    take(store, false, rows().to_vec());
    let all = [placed("A:1"), placed("A:3"), placed("B:9")];
    assert_eq!(store.place_events(&all).expect("kept"), 1, "A:3 has a position, B:9 is not here");
    assert_eq!(store.event_places().expect("read"), all[..1]);
    let events = store.events(&EventFilter::default()).expect("read");
    assert_eq!(events[0], Event { position: Some(all[0].position), ..unplaced("A:1") });
    assert_eq!(events[1..], [unplaced("A:2"), event("A:3", "ab")]);
    assert_eq!(store.history("A:1").expect("read"), []);
    let again = take(store, false, rows().to_vec());
    assert_eq!((again.events.present, again.import_id), (3, None), "the same file is present");
    assert_eq!(store.event_places().expect("read").len(), 1);
    assert_eq!(store.unplace_events(&["A:1".to_owned(), "A:3".to_owned()]).expect("kept"), 1);
    assert_eq!(store.events(&EventFilter::default()).expect("read")[..2], [unplaced("A:1"), unplaced("A:2")]);
    assert_eq!(store.event_places().expect("read"), []);
    store.place_events(&all[..1]).expect("kept");
    let newer = Event { position: None, ..event("A:1", "cd") };
    take(store, true, vec![Row::Event { event: Box::new(newer.clone()), closes: Vec::new() }]);
    assert_eq!(store.events(&EventFilter::default()).expect("read")[0], newer, "a new version is not placed");
    assert_eq!(store.event_places().expect("read"), [], "and nothing says that it is");
}
