//! Small networks for tests.

use crate::domain::network::tests::street;
use crate::domain::{Link, Network};

/// A metre in micrometres.
pub(crate) const M: u64 = 1_000_000;

/// Straight streets between nodes: first node, last node, name.
pub(crate) fn links(nodes: &[[f64; 2]], streets: &[(u32, u32, &str)]) -> Vec<Link> {
    let link = |(at, (from, to, name)): (usize, &(u32, u32, &str))| Link {
        street: (!name.is_empty()).then(|| (*name).to_owned()),
        ..street(&format!("l{at}"), nodes, *from, *to)
    };
    streets.iter().enumerate().map(link).collect()
}

/// A network of straight streets.
pub(crate) fn network(nodes: &[[f64; 2]], streets: &[(u32, u32, &str)]) -> Network {
    Network::new(nodes.to_vec(), links(nodes, streets)).expect("a network")
}

/// Storgatan from west to east and Kungsgatan from south to north, which meet in node 0: arms of 100 m drawn outwards.
pub(crate) fn cross() -> Network {
    let nodes = [[0.0, 0.0], [-100.0, 0.0], [100.0, 0.0], [0.0, -100.0], [0.0, 100.0]];
    network(&nodes, &[(0, 1, "Storgatan"), (0, 2, "Storgatan"), (0, 3, "Kungsgatan"), (0, 4, "Kungsgatan")])
}
