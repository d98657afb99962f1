use proptest::prelude::*;

use super::*;
use crate::domain::{Modes, Net, OneWay, Structure};

fn way(row: i64, line: &[[f64; 2]]) -> Way {
    let link = super::super::unknown(format!("rad:{row}"), line.to_vec());
    Way { link, order: row, keys: Vec::new(), measures: None }
}

fn keyed(id: i64, keys: &[i64]) -> Way {
    // The key is the place: 12 lies at (1, 2).
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let line = keys.iter().map(|key| [(key / 10) as f64 * 10.0, (key % 10) as f64 * 10.0]).collect();
    let link = super::super::unknown(format!("osm:{id}"), line);
    Way { link, order: id, keys: keys.to_vec(), measures: None }
}

fn ids(noded: &Noded) -> Vec<&str> {
    noded.network.links().iter().map(|link| link.id.as_str()).collect()
}

fn km(noded: &Noded) -> f64 {
    noded.network.links().iter().map(Link::length_m).sum()
}

fn degree_at(noded: &Noded, at: [f64; 2]) -> usize {
    let node = noded.network.nodes().iter().position(|node| *node == at);
    node.map_or(0, |node| noded.network.degree(u32::try_from(node).expect("small"), Net::Any))
}

#[test]
fn ways_are_cut_at_shared_keys_and_nowhere_else() {
    // A cross with a common key in the middle, and a third way over both without one.
    let noded = node(vec![keyed(2, &[10, 11, 12]), keyed(1, &[1, 11, 21]), keyed(3, &[0, 22])]);
    assert_eq!(ids(&noded), ["osm:1:1", "osm:1:2", "osm:2:1", "osm:2:2", "osm:3:1"]);
    assert_eq!(degree_at(&noded, [10.0, 10.0]), 4);
    assert_eq!(noded.network.nodes().len(), 7);
    assert_eq!((noded.crossings, noded.crossings_apart), (4, 0), "the third touches each of the four where they meet");
}

#[test]
fn a_way_that_meets_itself_and_a_loop_are_cut_there() {
    // 00 - 10 - 11 - 01 - 00 with a tail that passes its own second vertex.
    let noded = node(vec![keyed(1, &[0, 10, 11, 1, 10, 20])]);
    assert_eq!(ids(&noded), ["osm:1:1", "osm:1:2", "osm:1:3"]);
    assert_eq!(degree_at(&noded, [10.0, 0.0]), 4);
    let ring = node(vec![keyed(1, &[0, 10, 11, 0])]);
    assert_eq!((ids(&ring), ring.network.nodes().len()), (vec!["osm:1:1"], 1));
    assert_eq!(ring.network.links()[0].from, ring.network.links()[0].to);
}

#[test]
fn ends_meet_ends_vertices_and_insides_but_crossings_are_only_counted() {
    let noded = node(vec![
        way(1, &[[0.0, 0.0], [100.0, 0.0]]),
        // Ends on the inside of the first, 5 cm off.
        way(2, &[[50.0, 0.05], [50.0, 40.0]]),
        // Crosses the first in its middle part.
        way(3, &[[20.0, -10.0], [20.0, 10.0]]),
        // Begins where the first ends, and touches the second's far end.
        way(4, &[[100.0, 0.0], [50.0, 40.0]]),
        // 20 cm off: too far.
        way(5, &[[70.0, 0.2], [70.0, 9.0]]),
    ]);
    assert_eq!(ids(&noded), ["rad:1:1", "rad:1:2", "rad:2:1", "rad:3:1", "rad:4:1", "rad:5:1"]);
    assert_eq!(degree_at(&noded, [50.0, 0.05]), 3, "the line bends to the end");
    assert_eq!(degree_at(&noded, [50.0, 40.0]), 2);
    assert_eq!((noded.crossings, noded.crossings_apart), (1, 0));
    assert_eq!(noded.network.components(Net::Any).1, 3);
}

#[test]
fn a_bridge_meets_streets_at_its_ends_and_never_in_between() {
    let bridge = |row: i64, line: &[[f64; 2]]| {
        let mut way = way(row, line);
        (way.link.level, way.link.structure) = (1, Some(Structure::Bridge));
        way
    };
    let noded = node(vec![
        bridge(1, &[[0.0, 0.0], [100.0, 0.0]]),
        way(2, &[[-50.0, 0.0], [0.0, 0.0]]),
        // The bridge comes down on the inside of a street.
        way(3, &[[100.0, -50.0], [100.0, 50.0]]),
        // A street below ends exactly under the bridge, another crosses below.
        way(4, &[[30.0, -40.0], [30.0, 0.0]]),
        way(5, &[[60.0, -40.0], [60.0, 40.0]]),
        // A ramp of the bridge joins it from the same level.
        bridge(6, &[[80.0, 0.0], [80.0, 30.0]]),
    ]);
    assert_eq!(degree_at(&noded, [0.0, 0.0]), 2);
    assert_eq!(degree_at(&noded, [100.0, 0.0]), 3);
    assert_eq!(degree_at(&noded, [80.0, 0.0]), 3);
    assert_eq!(degree_at(&noded, [30.0, 0.0]), 1);
    assert_eq!(degree_at(&noded, [60.0, 0.0]), 0);
    assert_eq!((noded.crossings, noded.crossings_apart), (0, 2));
}

#[test]
fn what_has_no_length_is_dropped_and_counted() {
    let noded = node(vec![
        way(1, &[[0.0, 0.0], [10.0, 0.0]]),
        way(2, &[[5.0, 5.0]]),
        way(3, &[[5.0, 5.0], [5.0, 5.0]]),
        way(4, &[[5.0, 5.0], [f64::NAN, 5.0]]),
        way(5, &[]),
        // Both ends become the node where the first ends.
        way(6, &[[10.0, 0.0], [10.0, 0.06]]),
    ]);
    assert_eq!((ids(&noded), noded.degenerate), (vec!["rad:1:1"], 5));
    assert_eq!(node(Vec::new()), Noded::default());
}

#[test]
fn copies_are_dropped_but_not_lanes_in_opposite_directions() {
    let line = [[0.0, 0.0], [10.0, 0.0], [20.0, 5.0]];
    let back: Vec<[f64; 2]> = line.iter().rev().copied().collect();
    let one_way = |row: i64, line: &[[f64; 2]]| {
        let mut way = way(row, line);
        way.link.one_way = OneWay::Forward;
        way
    };
    let noded = node(vec![way(1, &line), way(2, &back), one_way(3, &line), one_way(4, &back), one_way(5, &line)]);
    assert_eq!((ids(&noded), noded.duplicates), (vec!["rad:1:1", "rad:3:1", "rad:4:1"], 2));
    let mut path = way(6, &line);
    path.link.modes = Modes { car: false, gc: true };
    assert_eq!(node(vec![way(1, &line), path]).duplicates, 0, "a path beside a street is no copy of it");
}

#[test]
fn pieces_of_a_reference_line_are_named_by_their_measures() {
    let mut main = way(1, &[[0.0, 0.0], [100.0, 0.0]]);
    main.link.id = "nvdb:7".to_owned();
    main.measures = Some([0.2, 0.6]);
    let noded = node(vec![main, way(2, &[[25.0, 0.0], [25.0, 10.0]])]);
    assert_eq!(ids(&noded), ["nvdb:7:0.2-0.3", "nvdb:7:0.3-0.6", "rad:2:1"]);
}

/// Streets of a grid of whole metres, most of which meet somewhere.
fn streets() -> impl Strategy<Value = Vec<Way>> {
    let point = (0_i32..12, 0_i32..12).prop_map(|(x, y)| [f64::from(x) * 8.0, f64::from(y) * 8.0]);
    prop::collection::vec(prop::collection::vec(point, 2..5), 1..14)
        .prop_map(|lines| (1_i64..).zip(&lines).map(|(row, line)| way(row, line)).collect())
}

proptest! {
    #[test]
    fn the_order_of_rows_does_not_matter(ways in streets().prop_shuffle_pair()) {
        let (one, two) = ways;
        prop_assert_eq!(node(one), node(two));
    }

    #[test]
    fn no_length_is_lost_or_won(mut ways in streets()) {
        // Copies are dropped, so let there be none.
        let mut seen = HashSet::new();
        ways.retain(|way| seen.insert(sameness(&way.link, &way.link.line)));
        let before: f64 = ways.iter().map(|way| length(&way.link.line)).sum();
        let noded = node(ways);
        prop_assume!(noded.duplicates == 0);
        prop_assert!((km(&noded) - before).abs() < 1e-6, "{} {}", km(&noded), before);
    }

    #[test]
    fn no_link_passes_a_node_that_it_could_meet(ways in streets()) {
        let noded = node(ways);
        let ends: Vec<[f64; 2]> = noded.network.nodes().to_vec();
        for link in noded.network.links() {
            for vertex in &link.line[1..link.line.len() - 1] {
                prop_assert!(!ends.contains(vertex), "{} at {vertex:?}", link.id);
            }
        }
    }
}

trait Shuffled: Strategy + Sized {
    fn prop_shuffle_pair(self) -> BoxedStrategy<(Vec<Way>, Vec<Way>)>;
}

impl<S: Strategy<Value = Vec<Way>> + 'static> Shuffled for S {
    fn prop_shuffle_pair(self) -> BoxedStrategy<(Vec<Way>, Vec<Way>)> {
        self.prop_flat_map(|ways| (Just(ways.clone()), Just(ways).prop_shuffle())).boxed()
    }
}
