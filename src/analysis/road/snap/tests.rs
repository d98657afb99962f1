use proptest::prelude::*;

use super::super::fixtures::{M, cross, links, network};
use super::*;
use crate::domain::Modes;

const BOTH: Modes = Modes { car: true, gc: true };
const PATH: Modes = Modes { car: false, gc: true };

fn wanted(x: f64, y: f64) -> Wanted<'static> {
    Wanted { point: Some([x, y]), net: Net::Any, street: None }
}

fn one(network: &Network, event: Wanted<'_>) -> Result<Located, Unsnapped> {
    Snapper::new(network).snap(&[event], 30.0).remove(0)
}

/// The id of the chosen link, and why.
fn chosen(network: &Network, event: Wanted<'_>) -> (String, Choice) {
    let located = one(network, event).expect("snapped");
    (network.links()[located.spot.link as usize].id.clone(), located.choice)
}

fn is(id: &str, choice: Choice) -> (String, Choice) {
    (id.to_owned(), choice)
}

/// A street from west to east on the ground (l0, l1) and a bridge over it from south to north (l3), with a ramp at either
/// end (l2, l4). The lines cross in (0, 0); the bridge spans 40 m to either side.
fn bridge() -> Network {
    let nodes = [
        [-200.0, 0.0],
        [-20.0, 0.0], // a node in the street beside the bridge
        [200.0, 0.0],
        [0.0, -200.0],
        [0.0, -40.0],
        [0.0, 40.0],
        [0.0, 200.0],
    ];
    let mut made = links(
        &nodes,
        &[(0, 1, "Hamngatan"), (1, 2, "Hamngatan"), (3, 4, "Brogatan"), (4, 5, "Brogatan"), (5, 6, "Brogatan")],
    );
    made[3] = Link { level: 1, structure: Some(Structure::Bridge), ..made[3].clone() };
    Network::new(nodes.to_vec(), made).expect("a network")
}

#[test]
fn the_nearest_place_on_the_nearest_link_is_found_with_offset_and_distance() {
    let found = one(&cross(), wanted(37.5, 3.0)).expect("snapped");
    assert_eq!((found.spot, found.point), (Spot { link: 1, along: 37_500_000 }, [37.5, 0.0]));
    assert_eq!((found.distance_m, found.choice), (3.0, Choice::Nearest));
    assert_eq!(found.along_m(), 37.5);
    // Beyond the end of the street the place is its end: 3, 4, 5.
    let beyond = one(&cross(), wanted(103.0, 4.0)).expect("snapped");
    assert_eq!((beyond.spot.along, beyond.distance_m), (100 * M, 5.0));
}

#[test]
fn at_the_limit_is_within_it_and_beyond_it_the_distance_to_the_nearest_is_told() {
    assert_eq!(one(&cross(), wanted(60.0, 30.0)).map(|found| found.distance_m), Ok(30.0));
    let far = one(&cross(), wanted(300.0, 0.0));
    assert_eq!(far, Err(Unsnapped::TooFar { nearest_m: 200.0 }));
    let none = Wanted { point: None, ..wanted(0.0, 0.0) };
    assert_eq!(one(&cross(), none), Err(Unsnapped::NoPosition));
    let gc = Wanted { net: Net::Gc, ..wanted(0.0, 0.0) };
    assert_eq!(one(&cross(), gc), Err(Unsnapped::NoNet));
    assert_eq!(one(&Network::default(), wanted(0.0, 0.0)), Err(Unsnapped::NoNet));
    assert!(Snapper::new(&cross()).snap(&[], 30.0).is_empty());
}

#[test]
fn equally_near_links_go_by_their_order() {
    assert_eq!(one(&cross(), wanted(0.0, 0.0)).map(|found| found.spot), Ok(Spot { link: 0, along: 0 }));
    let parallel =
        network(&[[0.0, 10.0], [90.0, 10.0], [0.0, -10.0], [90.0, -10.0]], &[(0, 1, "Norra"), (2, 3, "Södra")]);
    assert_eq!(chosen(&parallel, wanted(50.0, 0.0)), is("l0", Choice::Nearest));
}

#[test]
fn the_street_of_the_event_wins_where_it_is_about_as_near() {
    let on = |x: f64, y: f64, street: &'static str| chosen(&cross(), Wanted { street: Some(street), ..wanted(x, y) });
    // 1 m from Storgatan and 6 m from Kungsgatan: 5 m farther is about as near, in any spelling of case and spaces.
    assert_eq!(on(6.0, 1.0, "kungsgatan"), is("l3", Choice::SameStreet));
    assert_eq!(on(6.0, 1.0, "  KUNGSGATAN "), is("l3", Choice::SameStreet));
    assert_eq!(on(6.1, 1.0, "Kungsgatan"), is("l1", Choice::Nearest), "5.1 m farther");
    // From 20 m off, half the distance more: 30 m.
    assert_eq!(on(29.9, 20.0, "Kungsgatan"), is("l3", Choice::SameStreet));
    assert_eq!(on(6.0, 1.0, "Kungsg."), is("l1", Choice::Nearest), "abbreviations are left alone");
    assert_eq!(on(2.0, 1.0, "Storgatan"), is("l1", Choice::Nearest), "the nearest has the name");
}

#[test]
fn where_a_bridge_crosses_a_street_the_event_belongs_to_the_street() {
    let town = bridge();
    // On the crossing: both lines are within a metre or four.
    for (x, y) in [(0.5, 4.0), (-1.0, -5.0), (0.0, 5.0)] {
        assert_eq!(chosen(&town, wanted(x, y)), is("l1", Choice::Under), "{x} {y}");
    }
    // On the ground already; where both are equally near, by the order of links.
    assert_eq!(chosen(&town, wanted(0.0, 0.0)), is("l1", Choice::Nearest));
    assert_eq!(chosen(&town, wanted(4.0, 0.5)), is("l1", Choice::Nearest));
    // Farther along the bridge it belongs to the bridge, and beyond its end to the ramp.
    assert_eq!(chosen(&town, wanted(0.5, 6.0)), is("l3", Choice::Nearest));
    assert_eq!(chosen(&town, wanted(1.0, -20.0)), is("l3", Choice::Nearest));
    assert_eq!(chosen(&town, wanted(1.0, 60.0)), is("l4", Choice::Nearest));
    // Near the end of the bridge its own ramp, which is lower, is about as near: the road only goes on.
    assert_eq!(chosen(&town, wanted(1.0, 38.0)), is("l3", Choice::Nearest));
}

#[test]
fn the_name_of_the_event_decides_between_bridge_and_street() {
    let town = bridge();
    let named = |x: f64, y: f64, street: &'static str| chosen(&town, Wanted { street: Some(street), ..wanted(x, y) });
    assert_eq!(named(0.5, 3.0, "Brogatan"), is("l3", Choice::Nearest), "the event says that it was on the bridge");
    assert_eq!(named(4.0, 1.0, "Brogatan"), is("l3", Choice::SameStreet));
    assert_eq!(named(0.5, 3.0, "Hamngatan"), is("l1", Choice::SameStreet));
    assert_eq!(named(0.5, 3.0, "Okänd gata"), is("l1", Choice::Under));
}

#[test]
fn a_viaduct_above_a_street_of_the_same_direction_gives_way_too() {
    let nodes = [[0.0, 0.0], [300.0, 0.0], [0.0, 3.0], [300.0, 3.0], [0.0, 20.0], [300.0, 20.0]];
    let mut made = links(&nodes, &[(0, 1, ""), (2, 3, ""), (4, 5, "")]);
    made[1] = Link { level: 2, structure: Some(Structure::Bridge), ..made[1].clone() };
    made[2] = Link { level: 1, structure: Some(Structure::Bridge), ..made[2].clone() };
    let town = Network::new(nodes.to_vec(), made).expect("a network");
    assert_eq!(chosen(&town, wanted(150.0, 4.0)), is("l0", Choice::Under));
    // 20 m beside the street the other viaduct has nothing below it.
    assert_eq!(chosen(&town, wanted(150.0, 19.0)), is("l2", Choice::Nearest));
}

#[test]
fn three_levels_at_one_crossing_end_on_the_ground() {
    let nodes = [[-90.0, 0.0], [90.0, 0.0], [0.0, -90.0], [0.0, 90.0], [-90.0, -90.0], [90.0, 90.0]];
    let mut made = links(&nodes, &[(0, 1, ""), (2, 3, ""), (4, 5, "")]);
    made[1] = Link { level: 1, structure: Some(Structure::Bridge), ..made[1].clone() };
    made[2] = Link { level: 2, structure: Some(Structure::Bridge), ..made[2].clone() };
    let town = Network::new(nodes.to_vec(), made).expect("a network");
    assert_eq!(chosen(&town, wanted(1.0, 1.0)), is("l0", Choice::Under));
}

#[test]
fn a_tunnel_gives_way_to_a_street_in_the_open_that_is_about_as_near() {
    let nodes = [[-90.0, 0.0], [90.0, 0.0], [0.0, -90.0], [0.0, 90.0]];
    let mut made = links(&nodes, &[(0, 1, "Gågatan"), (2, 3, "Tunnelgatan")]);
    made[1] = Link { level: -1, structure: Some(Structure::Tunnel), ..made[1].clone() };
    let town = Network::new(nodes.to_vec(), made).expect("a network");
    assert_eq!(chosen(&town, wanted(0.5, 4.0)), is("l0", Choice::OverTunnel));
    assert_eq!(chosen(&town, wanted(0.5, 20.0)), is("l1", Choice::Nearest), "nothing else is about as near");
    let named = Wanted { street: Some("Tunnelgatan"), ..wanted(0.5, 4.0) };
    assert_eq!(chosen(&town, named), is("l1", Choice::Nearest));
    // The street above is never given up for the tunnel below it.
    assert_eq!(chosen(&town, wanted(4.0, 0.5)), is("l0", Choice::Nearest));
}

#[test]
fn a_street_in_a_cut_is_the_ground_below_a_bridge_of_level_0() {
    let nodes = [[-90.0, 0.0], [90.0, 0.0], [0.0, -90.0], [0.0, 90.0]];
    let mut made = links(&nodes, &[(0, 1, ""), (2, 3, "")]);
    made[1] = Link { level: -1, ..made[1].clone() };
    let town = Network::new(nodes.to_vec(), made).expect("a network");
    assert_eq!(chosen(&town, wanted(3.0, 0.5)), is("l1", Choice::Under));
}

#[test]
fn each_net_has_its_own_nearest_link_and_cars_come_first_where_the_net_is_not_known() {
    let nodes = [[0.0, 0.0], [200.0, 0.0], [0.0, 6.0], [200.0, 6.0], [0.0, -20.0], [200.0, -20.0]];
    let mut made = links(&nodes, &[(0, 1, "Storgatan"), (2, 3, ""), (4, 5, "")]);
    made[1].modes = PATH;
    made[2].modes = BOTH;
    let town = Network::new(nodes.to_vec(), made).expect("a network");
    let on = |y: f64, net: Net| chosen(&town, Wanted { net, ..wanted(100.0, y) });
    assert_eq!(on(1.0, Net::Gc), is("l1", Choice::Nearest), "the path beside the street");
    assert_eq!(on(-19.0, Net::Gc), is("l2", Choice::Nearest), "a street for both");
    assert_eq!(on(5.0, Net::Car), is("l0", Choice::Nearest));
    assert_eq!(on(5.0, Net::Any), is("l0", Choice::CarFirst), "1 m and 5 m are about as near");
    assert_eq!(on(6.0, Net::Any), is("l1", Choice::Nearest), "6 m is more than 5 m farther than none");
}

#[test]
fn every_choice_and_reason_has_its_word() {
    let mut codes: Vec<&str> = Choice::ALL.map(Choice::code).to_vec();
    codes.extend([Unsnapped::NoPosition, Unsnapped::TooFar { nearest_m: 1.0 }, Unsnapped::NoNet].map(Unsnapped::code));
    for code in &codes {
        let id = format!("road-choice-{code}");
        assert_ne!(crate::texts::swedish(&id, &[]), id);
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 8);
}

proptest! {
    #[test]
    fn without_names_and_levels_the_answer_is_that_of_looking_at_every_link(
        streets in prop::collection::vec((0..12_u32, 0..12_u32), 1..20),
        points in prop::collection::vec((-50..350_i32, -50..250_i32), 1..40),
    ) {
        let nodes: Vec<[f64; 2]> = (0..12_u32).map(|i| [f64::from(i % 4) * 100.0, f64::from(i / 4) * 80.0]).collect();
        let streets: Vec<(u32, u32, &str)> = streets.into_iter().map(|(a, b)| (a, b, "")).collect();
        let town = network(&nodes, &streets);
        let events: Vec<Wanted<'_>> = points.iter().map(|&(x, y)| wanted(f64::from(x), f64::from(y))).collect();
        let found = Snapper::new(&town).snap(&events, 30.0);
        for (event, found) in events.iter().zip(found) {
            let point = event.point.expect("all have one");
            let distance = |link: &Link| {
                let straight = Straight { link: 0, part: 0, from: link.line[0], to: link.line[1] };
                straight.distance_2(&point).sqrt()
            };
            let least = town.links().iter().map(distance).fold(f64::INFINITY, f64::min);
            match found {
                Ok(found) => {
                    prop_assert_eq!(found.distance_m, least);
                    let first = town.links().iter().position(|link| distance(link) == least);
                    prop_assert_eq!(first, Some(found.spot.link as usize));
                    let there = super::super::point_at(&town.links()[found.spot.link as usize], found.spot.along);
                    prop_assert!((there[0] - found.point[0]).hypot(there[1] - found.point[1]) < 1e-5);
                }
                Err(reason) => {
                    prop_assert!(least > 30.0);
                    prop_assert_eq!(reason, Unsnapped::TooFar { nearest_m: least });
                }
            }
        }
    }

    #[test]
    fn the_order_of_events_and_the_number_of_threads_change_nothing(
        points in prop::collection::vec((-60..60_i32, -60..60_i32), 1..60),
    ) {
        let town = bridge();
        let snapper = Snapper::new(&town);
        let events: Vec<Wanted<'_>> = points.iter().map(|&(x, y)| wanted(f64::from(x), f64::from(y))).collect();
        let here = snapper.snap(&events, 30.0);
        let reversed: Vec<Wanted<'_>> = events.iter().rev().copied().collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
        let mut again = pool.install(|| snapper.snap(&reversed, 30.0));
        again.reverse();
        prop_assert_eq!(here, again);
    }
}
