//! What stands at a point of a road: signals where streets meet, passages where people cross. Pure.
//!
//! Maps put a signal at its stop line, in front of the junction, and a passage as a point on the street. Here a signal
//! goes to the nearest junction of the net for cars, and a passage to the links that run through its point.

use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree};

use crate::domain::{Link, Net, Network};

/// A signal further than this from every junction is that of a passage or a railway, metres. Ours: stop lines lie within
/// it, also before a separate cycle crossing.
const SIGNAL_M: f64 = 30.0;

/// Links through a passage's point: a map that shares nodes has none between, others are drawn by hand. Metres.
const THROUGH_M: f64 = 1.0;

/// A passage further than this from every link is dropped, metres.
const NEAR_M: f64 = 10.0;

/// Points of a file, in the network's system.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    /// Signals for traffic.
    pub signals: Vec<[f64; 2]>,
    /// Passages, each with its type in words.
    pub passages: Vec<([f64; 2], String)>,
}

/// The network with its signals and passages. Cost O((marks + links) log links).
pub fn put(network: Network, marks: &Marks) -> Network {
    if marks.signals.is_empty() && marks.passages.is_empty() {
        return network;
    }
    let (nodes, mut links, signals) = (network.nodes().to_vec(), network.links().to_vec(), signalled(&network, marks));
    let mut types: Vec<Vec<&str>> = vec![Vec::new(); links.len()];
    let tree = lines(&links);
    for (place, word) in &marks.passages {
        for link in through(&tree, *place) {
            types[link as usize].push(word);
        }
    }
    for (link, mut words) in links.iter_mut().zip(types) {
        words.sort_unstable();
        words.dedup();
        link.passage = (!words.is_empty()).then(|| words.join(", "));
    }
    match Network::new(nodes, links) {
        Ok(marked) => marked.with_signals(signals),
        // Neither nodes nor lines were changed.
        Err(_) => network,
    }
}

fn signalled(network: &Network, marks: &Marks) -> Vec<u32> {
    let junctions = (0_u32..).zip(network.nodes()).filter(|(node, _)| network.degree(*node, Net::Car) >= 3);
    let tree = RTree::bulk_load(junctions.map(|(node, place)| GeomWithData::new(*place, node)).collect());
    let nearest = |place: &[f64; 2]| {
        let found = tree.nearest_neighbor(*place)?;
        (found.distance_2(place) <= SIGNAL_M * SIGNAL_M).then_some(found.data)
    };
    marks.signals.iter().filter_map(nearest).collect()
}

type Piece = GeomWithData<Line<[f64; 2]>, u32>;

fn lines(links: &[Link]) -> RTree<Piece> {
    let pieces = (0_u32..).zip(links).flat_map(|(at, link)| {
        link.line.windows(2).map(move |pair| GeomWithData::new(Line::new(pair[0], pair[1]), at)).collect::<Vec<_>>()
    });
    RTree::bulk_load(pieces.collect())
}

/// The links through a point, else the nearest one.
fn through(tree: &RTree<Piece>, place: [f64; 2]) -> Vec<u32> {
    let mut found: Vec<u32> =
        tree.locate_within_distance(place, THROUGH_M * THROUGH_M).map(|piece| piece.data).collect();
    if found.is_empty() {
        let near = tree.nearest_neighbor(place).filter(|piece| piece.distance_2(&place) <= NEAR_M * NEAR_M);
        found.extend(near.map(|piece| piece.data));
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::network::tests::street;

    /// A crossing of four streets at (100, 0), and a street of its own far away.
    fn network() -> Network {
        let nodes =
            vec![[0.0, 0.0], [100.0, 0.0], [200.0, 0.0], [100.0, 100.0], [100.0, -100.0], [900.0, 0.0], [990.0, 0.0]];
        let ends = [(0, 1), (1, 2), (1, 3), (1, 4), (5, 6)];
        let links = ends.iter().map(|(from, to)| street(&format!("{from}-{to}"), &nodes, *from, *to)).collect();
        Network::new(nodes, links).expect("a network")
    }

    #[test]
    fn signals_at_the_stop_lines_are_those_of_the_junction() {
        let signals = vec![[85.0, 2.0], [112.0, -1.0], [100.0, 25.0], [150.0, 0.0], [945.0, 0.0]];
        let marked = put(network(), &Marks { signals, ..Marks::default() });
        assert_eq!(marked.signals(), [1], "50 m away is another's, and a street that meets none has no junction");
        assert_eq!(put(network(), &Marks::default()), network());
    }

    #[test]
    fn a_passage_is_on_the_links_through_its_point_or_on_the_nearest() {
        let passage = |x: f64, y: f64, word: &str| ([x, y], word.to_owned());
        let passages = vec![
            passage(40.0, 0.0, "Övergångsställe"),
            passage(100.0, 60.0, "Cykelpassage"),
            passage(100.5, 70.0, "Övergångsställe"),
            passage(150.0, 8.0, "Övergångsställe"),
            passage(950.0, 50.0, "Övergångsställe"),
        ];
        let marked = put(network(), &Marks { passages, ..Marks::default() });
        let told: Vec<Option<&str>> = marked.links().iter().map(|link| link.passage.as_deref()).collect();
        assert_eq!(
            told,
            [Some("Övergångsställe"), Some("Övergångsställe"), Some("Cykelpassage, Övergångsställe"), None, None]
        );
    }
}
