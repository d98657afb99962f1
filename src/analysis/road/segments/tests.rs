use proptest::prelude::*;

use super::super::fixtures::{M, cross, links, network};
use super::*;
use crate::domain::Modes;

fn all(network: &Network) -> (Division, Paths) {
    (divide(network, &[&|_| true], Metres(20.0)), Paths::new(network, |_| true))
}

fn names(division: &Division) -> Vec<String> {
    division.segments.iter().map(|segment| segment.name(None)).collect()
}

fn spot(link: u32, metres: u64) -> Spot {
    Spot { link, along: metres * M }
}

/// Storgatan from Skeppsbrogatan in the west to Fiskaregatan 300 m east, drawn as two links.
fn block() -> Network {
    let nodes = [[0.0, 0.0], [150.0, 0.0], [300.0, 0.0], [0.0, -90.0], [0.0, 90.0], [300.0, -90.0], [300.0, 90.0]];
    network(
        &nodes,
        &[
            (1, 0, "Storgatan"),
            (1, 2, "Storgatan"),
            (0, 3, "Skeppsbrogatan"),
            (0, 4, "Skeppsbrogatan"),
            (2, 5, "Fiskaregatan"),
            (2, 6, "Fiskaregatan"),
        ],
    )
}

#[test]
fn a_segment_is_named_by_its_street_and_the_streets_at_its_ends() {
    let network = block();
    let (division, paths) = all(&network);
    assert_eq!(division.segments.len(), 5);
    let storgatan = division.segments.iter().position(|segment| segment.street.as_deref() == Some("Storgatan"));
    let storgatan = storgatan.expect("it is there");
    let segment = &division.segments[storgatan];
    assert_eq!(segment.name(None), "Storgatan, Skeppsbrogatan–Fiskaregatan");
    assert_eq!(segment.links, [(0, true), (1, false)], "from west to east");
    assert_eq!(segment.length(), 260 * M, "without 20 m at either end");
    assert_eq!(division.home(&paths, spot(0, 10)), Some(Home::Segment(storgatan as u32)));
    assert_eq!(division.home(&paths, spot(0, 130)), Some(Home::Junction(0)), "exactly 20 m from the junction");
    assert_eq!(division.home(&paths, spot(0, 129)), Some(Home::Segment(storgatan as u32)));
    assert_eq!(division.home(&paths, spot(9, 0)), None);
    let junctions: Vec<String> = division.junctions.iter().map(Junction::name).collect();
    assert_eq!(junctions, ["Skeppsbrogatan / Storgatan", "Fiskaregatan / Storgatan"], "most arms first");
    assert!(names(&division).contains(&"Skeppsbrogatan vid Storgatan".to_owned()), "{:?}", names(&division));
}

#[test]
fn a_crossing_with_four_arms_is_one_junction_of_four_pieces() {
    let network = cross();
    let (division, paths) = all(&network);
    assert_eq!((division.junctions.len(), division.segments.len()), (1, 4));
    let junction = &division.junctions[0];
    assert_eq!(junction.name(), "Kungsgatan / Storgatan", "as many arms: by name");
    assert_eq!((junction.arms.len(), junction.middle), (4, [0.0, 0.0]));
    assert!(junction.pieces.iter().all(|piece| piece.length() == 20 * M) && junction.pieces.len() == 4);
    assert_eq!(division.home(&paths, spot(2, 20)), Some(Home::Junction(0)));
    assert_eq!(anchor(&division, &network, Home::Junction(0)), [0.0, 0.0]);
    // Storgatan's western arm begins at its blind end in the west.
    assert_eq!(anchor(&division, &network, Home::Segment(0)), [-100.0, 0.0]);
}

#[test]
fn two_carriageways_that_cross_a_street_15_m_apart_are_one_junction() {
    let nodes =
        [[0.0, 0.0], [0.0, 15.0], [-90.0, 0.0], [90.0, 0.0], [-90.0, 15.0], [90.0, 15.0], [0.0, -90.0], [0.0, 90.0]];
    let streets = [
        (0, 1, "Tvärgatan"),
        (2, 0, "Leden"),
        (0, 3, "Leden"),
        (4, 1, "Leden"),
        (1, 5, "Leden"),
        (6, 0, "Tvärgatan"),
        (1, 7, "Tvärgatan"),
    ];
    let network = network(&nodes, &streets);
    let (division, paths) = all(&network);
    assert_eq!(division.junctions.len(), 1);
    let junction = &division.junctions[0];
    assert_eq!((junction.nodes.as_slice(), junction.inner.as_slice()), (&[0, 1][..], &[0][..]));
    assert_eq!((junction.name().as_str(), junction.middle), ("Leden / Tvärgatan", [0.0, 7.5]));
    assert_eq!(division.home(&paths, spot(0, 7)), Some(Home::Junction(0)));
    assert_eq!(division.segments.len(), 6, "the carriageways stay apart");
    // With 14 m they are two.
    assert_eq!(divide(&network, &[&|_| true], Metres(14.0)).junctions.len(), 2);
}

#[test]
fn a_short_way_through_a_node_of_two_links_joins_as_well() {
    let nodes = [[0.0, 0.0], [8.0, 0.0], [16.0, 0.0], [0.0, 50.0], [0.0, -50.0], [16.0, 50.0], [16.0, -50.0]];
    let network = network(&nodes, &[(0, 1, ""), (1, 2, ""), (0, 3, ""), (0, 4, ""), (2, 5, ""), (2, 6, "")]);
    let (division, _) = all(&network);
    assert_eq!((division.junctions.len(), division.junctions[0].inner.as_slice()), (1, &[0, 1][..]));
    assert_eq!(division.junctions[0].name(), "Korsning utan gatunamn");
}

#[test]
fn a_roundabout_is_one_junction_however_large() {
    let nodes = [[0.0, 0.0], [60.0, 60.0], [0.0, 120.0], [-60.0, 60.0], [0.0, -90.0], [160.0, 60.0], [0.0, 220.0]];
    let mut made = links(
        &nodes,
        &[
            (0, 1, ""),
            (1, 2, ""),
            (2, 3, ""),
            (3, 0, ""),
            (4, 0, "Södra vägen"),
            (1, 5, "Östra vägen"),
            (2, 6, "Norra vägen"),
        ],
    );
    for link in &mut made[..4] {
        link.roundabout = true;
    }
    let network = Network::new(nodes.to_vec(), made).expect("a network");
    let (division, paths) = all(&network);
    assert_eq!((division.junctions.len(), division.segments.len()), (1, 3));
    let junction = &division.junctions[0];
    assert!(junction.roundabout && junction.inner == [0, 1, 2, 3]);
    assert_eq!(junction.name(), "Norra vägen / Södra vägen / Östra vägen");
    assert_eq!(division.home(&paths, spot(2, 42)), Some(Home::Junction(0)), "60 m from any arm");
}

#[test]
fn a_street_is_cut_where_its_name_or_its_keeper_changes() {
    let nodes = [[0.0, 0.0], [100.0, 0.0], [200.0, 0.0], [300.0, 0.0]];
    let mut made = links(&nodes, &[(0, 1, "Storgatan"), (1, 2, "Storgatan"), (2, 3, "Kungsgatan")]);
    made[0].keeper = Some(RoadKeeper::State);
    made[1].keeper = Some(RoadKeeper::Municipal);
    made[2].keeper = Some(RoadKeeper::Municipal);
    let network = Network::new(nodes.to_vec(), made).expect("a network");
    let (division, _) = all(&network);
    assert_eq!(names(&division), ["Storgatan", "Storgatan vid Kungsgatan", "Kungsgatan vid Storgatan"]);
    assert!(division.junctions.is_empty());
    assert_eq!(division.segments[0].length(), 100 * M);
}

#[test]
fn a_name_is_never_invented() {
    let network = network(&[[0.0, 0.0], [100.0, 0.0]], &[(0, 1, "")]);
    let (division, _) = all(&network);
    assert_eq!(division.segments[0].name(Some("residential")), "residential");
    assert_eq!(division.segments[0].name(None), "Väg utan namn");
}

#[test]
fn a_path_across_a_street_makes_no_junction_of_it() {
    let mut made = cross().links().to_vec();
    for link in &mut made[2..] {
        link.modes = Modes { car: false, gc: true };
    }
    let network = Network::new(cross().nodes().to_vec(), made).expect("a network");
    let division = divide(&network, &[&|link: &Link| link.modes.car, &|link: &Link| link.modes.gc], Metres(20.0));
    assert!(division.junctions.is_empty());
    assert_eq!(names(&division), ["Storgatan", "Kungsgatan"]);
    assert_eq!(division.segments[1].length(), 200 * M);
}

#[test]
fn a_ring_without_a_crossing_is_one_segment() {
    let nodes = [[0.0, 0.0], [100.0, 0.0], [50.0, 80.0]];
    let network = network(&nodes, &[(0, 1, "Ringen"), (1, 2, "Ringen"), (2, 0, "Ringen")]);
    let (division, _) = all(&network);
    assert_eq!((division.segments.len(), division.segments[0].links.len()), (1, 3));
    assert!(divide(&Network::default(), &[&|_| true], Metres(20.0)).segments.is_empty());
}

proptest! {
    #[test]
    fn every_metre_of_road_belongs_to_one_place(
        streets in prop::collection::vec((0..16_u32, 0..16_u32, 0..3_usize), 1..40),
        radius in 5..60_u32,
    ) {
        let nodes: Vec<[f64; 2]> = (0..16_u32).map(|i| [f64::from(i % 4) * 35.0, f64::from(i / 4) * 50.0]).collect();
        let streets: Vec<(u32, u32, &str)> =
            streets.into_iter().map(|(a, b, name)| (a, b, ["", "Storgatan", "Kungsgatan"][name])).collect();
        let network = network(&nodes, &streets);
        let paths = Paths::new(&network, |_| true);
        let division = divide(&network, &[&|_| true], Metres(f64::from(radius)));
        let mut pieces: Vec<(Piece, Home)> = Vec::new();
        for (at, junction) in (0_u32..).zip(&division.junctions) {
            pieces.extend(junction.pieces.iter().map(|piece| (*piece, Home::Junction(at))));
        }
        for (at, segment) in (0_u32..).zip(&division.segments) {
            pieces.extend(segment.pieces.iter().map(|(piece, _)| (*piece, Home::Segment(at))));
        }
        pieces.sort_unstable();
        for link in 0..streets.len() as u32 {
            let mut end = 0;
            for (piece, home) in pieces.iter().filter(|(piece, _)| piece.link == link) {
                prop_assert_eq!(piece.from, end);
                end = piece.to;
                let middle = Spot { link, along: u64::midpoint(piece.from, piece.to) };
                if piece.length() > 2 {
                    prop_assert_eq!(division.home(&paths, middle), Some(*home));
                }
            }
            prop_assert_eq!(end, paths.length(link));
        }
    }
}
