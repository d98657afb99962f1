use super::*;
use crate::crs::WGS84;
use crate::ingest::osm::write::{Small, pbf};

fn link(tags: &[(&'static str, &'static str)]) -> Option<Link> {
    link_of(7, &Tags(tags.to_vec()))
}

fn of(tags: &[(&'static str, &'static str)]) -> Link {
    link(tags).expect("a road")
}

fn who(tags: &[(&'static str, &'static str)]) -> (bool, bool) {
    link(tags).map_or((false, false), |link| (link.modes.car, link.modes.gc))
}

#[test]
fn who_may_use_a_way() {
    assert_eq!(who(&[("highway", "residential")]), (true, true));
    assert_eq!(who(&[("highway", "motorway")]), (true, false));
    assert_eq!(who(&[("highway", "trunk"), ("motorroad", "yes")]), (true, false));
    assert_eq!(who(&[("highway", "cycleway")]), (false, true));
    assert_eq!(who(&[("highway", "pedestrian")]), (false, true));
    assert_eq!(who(&[("highway", "pedestrian"), ("motor_vehicle", "destination")]), (true, true));
    assert_eq!(who(&[("highway", "service"), ("access", "private")]), (true, true));
    assert_eq!(who(&[("highway", "service"), ("access", "no")]), (false, false));
    assert_eq!(who(&[("highway", "service"), ("access", "no"), ("bus", "yes")]), (true, false));
    assert_eq!(who(&[("highway", "service"), ("access", "no"), ("foot", "yes")]), (false, true));
    assert_eq!(who(&[("highway", "residential"), ("motor_vehicle", "no")]), (false, true));
    assert_eq!(who(&[("highway", "residential"), ("motor_vehicle", "no"), ("psv", "designated")]), (true, true));
    assert_eq!(who(&[("highway", "primary"), ("foot", "use_sidepath"), ("bicycle", "use_sidepath")]), (true, false));
    assert_eq!(who(&[("highway", "primary"), ("foot", "use_sidepath")]), (true, true));
    assert_eq!(who(&[("highway", "service"), ("area", "yes")]), (false, true));
    for other in ["construction", "proposed", "platform", "corridor", "elevator", "raceway", "bus_stop", "no", ""] {
        assert_eq!(link(&[("highway", other)]), None, "{other}");
    }
    assert_eq!(link(&[("highway", "footway"), ("indoor", "yes")]), None);
}

#[test]
fn directions_levels_and_limits() {
    let one_way = |tags: &[(&'static str, &'static str)]| of(&[&[("highway", "tertiary")], tags].concat()).one_way;
    assert_eq!(one_way(&[]), OneWay::Both);
    assert_eq!(one_way(&[("oneway", "yes")]), OneWay::Forward);
    assert_eq!(one_way(&[("oneway", "-1")]), OneWay::Backward);
    assert_eq!(one_way(&[("oneway:bicycle", "yes")]), OneWay::Both);
    assert_eq!(one_way(&[("junction", "roundabout")]), OneWay::Forward);
    assert_eq!(one_way(&[("junction", "roundabout"), ("oneway", "no")]), OneWay::Both);
    assert!(of(&[("highway", "tertiary"), ("junction", "roundabout")]).roundabout);
    assert_eq!(of(&[("highway", "motorway")]).one_way, OneWay::Forward);
    assert_eq!(of(&[("highway", "cycleway"), ("oneway", "yes")]).one_way, OneWay::Both);

    let level = |tags: &[(&'static str, &'static str)]| {
        let link = of(&[&[("highway", "service")], tags].concat());
        (link.level, link.structure)
    };
    assert_eq!(level(&[]), (0, None));
    assert_eq!(level(&[("bridge", "viaduct")]), (1, Some(Structure::Bridge)));
    assert_eq!(level(&[("bridge", "yes"), ("layer", "2")]), (2, Some(Structure::Bridge)));
    assert_eq!(level(&[("tunnel", "yes")]), (-1, Some(Structure::Tunnel)));
    assert_eq!(level(&[("tunnel", "building_passage")]), (0, None));
    assert_eq!(level(&[("bridge", "no"), ("layer", "uppe")]), (0, None));

    for (value, limit) in [
        ("50", Some(50)),
        (" 50 km/h", Some(50)),
        ("30 mph", Some(48)),
        ("20mph", Some(32)),
        ("SE:urban", None),
        ("walk", None),
        ("none", None),
        ("50;30", None),
        ("0", None),
        ("999", None),
        ("-30", None),
    ] {
        assert_eq!(speed(value), limit, "{value}");
    }
    let limits = of(&[("highway", "primary"), ("maxspeed", "60"), ("maxspeed:backward", "40")]);
    assert_eq!((limits.speed_forward, limits.speed_back, limits.speed()), (Some(60), Some(40), Some(60)));
}

#[test]
fn light_names_and_types_of_path() {
    assert_eq!(of(&[("highway", "path"), ("lit", "yes")]).lit, Some(true));
    assert_eq!(of(&[("highway", "path"), ("lit", "no")]).lit, Some(false));
    assert_eq!(of(&[("highway", "path"), ("lit", "kanske")]).lit, None);
    assert_eq!(of(&[("highway", "trunk"), ("ref", "E 22")]).street.as_deref(), Some("E 22"));
    assert_eq!(of(&[("highway", "trunk"), ("ref", "E 22"), ("name", "Leden")]).street.as_deref(), Some("Leden"));
    let road = of(&[("highway", "trunk"), ("operator", "Trafikverket")]);
    assert_eq!((road.keeper, road.adt, road.gcm_type.as_deref()), (None, None, None));
    let kind = |tags: &[(&'static str, &'static str)]| of(tags).gcm_type.unwrap_or_default();
    assert_eq!(kind(&[("highway", "footway"), ("footway", "crossing")]), "Övergångsställe");
    assert_eq!(
        kind(&[("highway", "footway"), ("footway", "crossing"), ("crossing", "unmarked")]),
        "Gatupassage utan utmärkning"
    );
    assert_eq!(kind(&[("highway", "cycleway"), ("cycleway", "crossing")]), "Cykelpassage");
    assert_eq!(
        kind(&[("highway", "cycleway"), ("cycleway", "crossing"), ("foot", "designated")]),
        "Cykelpassage och övergångsställe"
    );
    assert_eq!(kind(&[("highway", "steps")]), "Trappa");
    assert_eq!(kind(&[("highway", "footway"), ("footway", "sidewalk")]), "Gångbana");
    assert_eq!(kind(&[("highway", "path"), ("foot", "yes"), ("bicycle", "designated")]), "Gång- och cykelbana");
    assert_eq!(
        kind(&[("highway", "cycleway"), ("foot", "designated"), ("segregated", "yes")]),
        "Gång- och cykelbana uppdelad"
    );
    assert_eq!(kind(&[("highway", "pedestrian"), ("area", "yes")]), "Torg/öppen yta");
    assert_eq!(kind(&[("highway", "cycleway")]), "", "nothing says who walks there");
}

#[test]
fn a_way_that_leaves_the_extract_keeps_the_runs_inside() {
    let map = Small {
        nodes: (1..=6).map(|id: i32| (i64::from(id), [13.0 + f64::from(id) * 0.001, 55.7], [].as_slice())).collect(),
        ways: vec![
            (1, vec![1, 2, 90, 91, 3, 4, 92], &[("highway", "residential")]),
            (2, vec![2, 5], &[("highway", "residential")]),
            (3, vec![5, 6], &[("highway", "construction")]),
        ],
        ..Small::default()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("karta.osm.pbf");
    std::fs::write(&path, pbf(&map)).expect("written");
    let found = read(&path, &Transform::new(WGS84, "EPSG:3006").expect("known")).expect("read");
    let keys: Vec<&[i64]> = found.ways.iter().map(|way| way.keys.as_slice()).collect();
    assert_eq!(keys, [&[1, 2][..], &[3, 4], &[2, 5]]);
    assert_eq!((found.unplaced, found.left_out["highway=construction"]), (1, 1));
    let noded = super::super::noding::node(found.ways);
    let ids: Vec<&str> = noded.network.links().iter().map(|link| link.id.as_str()).collect();
    assert_eq!(ids, ["osm:1:1", "osm:1:2", "osm:2:1"]);
}

#[test]
fn signals_are_those_of_traffic_and_passages_tell_their_type() {
    let signal = |tags: &[(&'static str, &'static str)]| is_signal(&Tags(tags.to_vec()));
    assert!(signal(&[("highway", "traffic_signals")]));
    assert!(!signal(&[("highway", "traffic_signals"), ("crossing", "traffic_signals")]));
    assert!(!signal(&[("highway", "traffic_signals"), ("traffic_signals", "pedestrian_crossing")]));
    assert!(!signal(&[("highway", "stop")]));
    let told = |tags: &[(&'static str, &'static str)]| passage(&Tags(tags.to_vec()));
    assert_eq!(
        told(&[("highway", "crossing"), ("crossing", "traffic_signals")]),
        Some("Signalreglerat övergångsställe")
    );
    assert_eq!(told(&[("highway", "crossing"), ("crossing", "uncontrolled")]), Some("Övergångsställe"));
    assert_eq!(told(&[("highway", "crossing"), ("crossing", "unmarked")]), Some("Gatupassage utan utmärkning"));
    assert_eq!(told(&[("crossing", "marked"), ("bicycle", "yes"), ("foot", "no")]), Some("Cykelpassage"));
    assert_eq!((told(&[("crossing", "no")]), told(&[("highway", "bus_stop")])), (None, None));
}
