use std::path::PathBuf;

use proptest::prelude::*;

use super::gather::{Form, Wish, gather};
use super::ground::Sort::{Barrier, Building, Point};
use super::write::{Dot, Small, block, header, pbf};
use super::*;
use crate::crs::{Transform, WGS84};
use crate::ingest::roads::Systems;

fn small() -> Small<'static> {
    Small {
        nodes: vec![
            (1, [13.19, 55.705], &[("highway", "street_lamp")]),
            (2, [13.191, 55.705], &[]),
            (3, [13.191, 55.706], &[("entrance", "yes"), ("barrier", "gate")]),
            (4, [13.19, 55.706], &[("natural", "tree")]),
        ],
        ways: vec![
            (10, vec![1, 2, 3, 4, 1], &[("building", "school"), ("amenity", "school"), ("name", "Skolan")]),
            (11, vec![1, 3], &[("highway", "residential"), ("name", "Gatan")]),
            (12, vec![2, 4], &[("barrier", "fence")]),
        ],
        relations: vec![],
    }
}

fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("karta.osm.pbf");
    std::fs::write(&path, bytes).expect("written");
    (folder, path)
}

const ALL: Wanted = Wanted { nodes: true, ways: true, relations: true };

fn count(path: &Path) -> Result<usize, MapError> {
    let mut count = 0;
    each(path, ALL, |_| count += 1).map(|()| count)
}

#[test]
fn elements_come_with_ids_places_and_tags() {
    let (_folder, path) = written(&pbf(&small()));
    let mut seen = Vec::new();
    each(&path, ALL, |element| {
        seen.push(match element {
            Element::Node(id, [lon, lat], tags) => format!("n{id} {lon:.4} {lat:.4} {}", tags.0.len()),
            Element::Way(id, refs, tags) => format!("w{id} {refs:?} {:?}", tags.get("name")),
            Element::Relation(id, ..) => format!("r{id}"),
        });
    })
    .expect("read");
    assert_eq!(seen.len(), 7);
    assert_eq!(seen[2], "n3 13.1910 55.7060 2");
    assert_eq!(seen[5], "w11 [1, 3] Some(\"Gatan\")");
    assert!(is_pbf(&path).expect("looked at"));
}

#[test]
fn every_cut_but_between_blocks_is_one_error() {
    let whole = pbf(&small());
    let first = header(&["OsmSchema-V0.6"]).len();
    for length in 1..whole.len() {
        let (_folder, path) = written(&whole[..length]);
        match count(&path) {
            Ok(seen) => assert!(length == first && seen == 0, "cut at {length}"),
            Err(error) => assert!(matches!(error, MapError::BrokenOsm { .. }), "cut at {length}: {error:?}"),
        }
    }
}

#[test]
fn what_osmpbf_panics_on_is_an_error_too() {
    // A member of the sort 9, of which there is none.
    let member = Small { relations: vec![(7, vec![(9, 1, "outer")], &[])], ..Small::default() };
    let (_folder, path) = written(&pbf(&member));
    assert!(matches!(count(&path), Err(MapError::BrokenOsm { .. })));
}

#[test]
fn what_is_no_map_of_ours_is_refused_with_its_reason() {
    let (_folder, path) = written(&[pbf(&small()), block("Annat", b"x")].concat());
    let error = count(&path).expect_err("an unknown block");
    assert!(matches!(&error, MapError::BrokenOsm { at, .. } if at.contains('3')), "{error:?}");
    let (_folder, path) = written(&[header(&["HistoricalInformation"]), block("OSMData", b"")].concat());
    assert!(matches!(count(&path), Err(MapError::OsmNeedsMore { .. })));
    let (_folder, path) = written(b"x;y\n1;2\n");
    assert!(matches!(is_pbf(&path), Err(MapError::NotOsm { .. })));
    let (_folder, path) = written(b"");
    assert!(matches!(is_pbf(&path), Err(MapError::Read(ReadError::EmptyFile { .. }))));
    assert!(matches!(is_pbf(Path::new("/vsizip/a.pbf")), Err(MapError::Read(ReadError::VirtualPath { .. }))));
    let (folder, path) = written(b"x");
    File::options().write(true).open(&path).expect("opened").set_len(LIMIT + 1).expect("a sparse file");
    assert!(matches!(count(&path), Err(MapError::OsmTooLarge { limit_mib: 512, .. })));
    drop(folder);
}

#[test]
fn a_house_with_a_courtyard_is_one_area_and_its_outer_way_is_not_a_second() {
    let square = |first: i64, west: f64, side: f64| -> Vec<Dot<'static>> {
        [[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]]
            .iter()
            .zip(first..)
            .map(|([x, y], id)| (id, [13.19 + west + x, 55.7 + west + y], [].as_slice()))
            .collect()
    };
    let house: &[(&str, &str)] = &[("type", "multipolygon"), ("building", "apartments")];
    let map = Small {
        nodes: [square(1, 0.0, 0.001), square(5, 0.0002, 0.0003)].concat(),
        ways: vec![
            (20, vec![1, 2, 3, 4, 1], &[("building", "apartments")]),
            (21, vec![5, 6, 7], &[]),
            (22, vec![5, 8, 7], &[]),
        ],
        relations: vec![
            (30, vec![(1, 20, "outer"), (1, 21, "inner"), (1, 22, "inner")], house),
            (31, vec![(1, 99, "outer")], house),
        ],
    };
    let (_folder, path) = written(&pbf(&map));
    let transform = Transform::new(WGS84, "EPSG:3006").expect("known");
    let found = gather(
        &path,
        &transform,
        |form, tags| {
            let area = matches!(form, Form::Closed | Form::Relation) && tags.get("building").is_some();
            if area { vec![((), Wish::Area)] } else { Vec::new() }
        },
        |(), ()| true,
    )
    .expect("read");
    assert_eq!((found.things.len(), found.lost), (1, 1), "the other relation's way is not in the file");
    let geo::Geometry::MultiPolygon(areas) = &found.things[0].shape else { panic!("an area") };
    assert_eq!((areas.0.len(), areas.0[0].interiors().len()), (1, 1));
}

#[test]
fn ground_and_places_are_told_by_their_tags() {
    let (_folder, path) = written(&pbf(&small()));
    let transform = Transform::new(WGS84, "EPSG:3006").expect("known");
    let found = ground::read(&path, &transform).expect("read");
    let what: Vec<(ground::Sort, &str)> =
        found.things.iter().map(|thing| (thing.what.0, thing.what.1.as_str())).collect();
    assert_eq!(
        what,
        [
            (Point, "lamp"),
            (Point, "entrance"),
            (Point, "gate"),
            (Point, "tree"),
            (Building, "school"),
            (Barrier, "fence")
        ]
    );
    let found = places::read(&path, &transform).expect("read");
    assert_eq!((found.things.len(), found.things[0].what.as_str()), (1, "school"));
    assert_eq!(found.things[0].name.as_deref(), Some("Skolan"));
    assert!(matches!(found.things[0].shape, geo::Geometry::Point(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_flipped_byte_makes_a_reader_panic(at in any::<prop::sample::Index>(), value in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = pbf(&small());
        let at = at.index(bytes.len());
        bytes[at] = value;
        bytes.truncate(cut.index(bytes.len() + 1).max(15));
        let (_folder, path) = written(&bytes);
        let _ = count(&path);
        let _ = crate::ingest::roads::read(&path, None, Systems { asked: None, home: None, target: 3006 });
    }
}
