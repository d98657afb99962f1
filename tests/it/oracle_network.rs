//! DBSCAN along the network against scikit-learn over `SciPy`'s shortest paths: core events and the partition of them.
//!
//! `tests/oracles/network.json` holds networks, places and answers with versions; `tests/oracles/network_sklearn.py` made
//! it.

use std::collections::HashMap;

use lagesbild::analysis::Clustering;
use lagesbild::analysis::road::network_dbscan;
use lagesbild::domain::{Link, Metres, Modes, Network, Paths, Spot};
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    seed: u64,
    eps: f64,
    min_points: usize,
    exactly_eps: usize,
    nodes: Vec<[f64; 2]>,
    links: Vec<Road>,
    places: Vec<(u32, u64)>,
    clusters: u32,
    core: usize,
    noise: usize,
    partition: Vec<i64>,
}

#[derive(Deserialize)]
struct Road {
    from: u32,
    to: u32,
    line: Vec<[f64; 2]>,
    length: u64,
}

/// A street for cars along a line, of which nothing else is known.
pub fn link(id: &str, from: u32, to: u32, line: Vec<[f64; 2]>) -> Link {
    Link { modes: Modes { car: true, gc: false }, ..Link::unknown(id.to_owned(), from, to, line) }
}

/// Each core event labelled by the first core event of its cluster, the others by -1, as the script writes them.
fn partition(found: &Clustering) -> Vec<i64> {
    let mut first: HashMap<u32, i64> = HashMap::new();
    let label = |(index, (&core, &cluster)): (i64, (&bool, &Option<u32>))| match cluster {
        Some(cluster) if core => *first.entry(cluster).or_insert(index),
        _ => -1,
    };
    (0..).zip(found.core.iter().zip(&found.cluster)).map(label).collect()
}

#[test]
fn network_dbscan_finds_what_scikit_learn_finds_in_twelve_random_networks() {
    let oracle: Oracle = serde_json::from_str(include_str!("../oracles/network.json")).expect("well-formed");
    assert_eq!(oracle.cases.len(), 12);
    assert!(oracle.cases.iter().map(|case| case.exactly_eps).sum::<usize>() > 100, "the limit itself is tried");
    for case in &oracle.cases {
        let name = format!("seed {}, eps {}, min_points {}", case.seed, case.eps, case.min_points);
        assert!(case.clusters > 1 && case.core > 10 && case.noise > 0, "{name} tells nothing");
        let links = case.links.iter().map(|line| link("", line.from, line.to, line.line.clone()));
        let network = Network::new(case.nodes.clone(), links.collect()).expect("a network");
        let paths = Paths::new(&network, |_| true);
        for (index, line) in (0_u32..).zip(&case.links) {
            assert_eq!(paths.length(index), line.length, "{name}: lengths differ");
        }
        let spots: Vec<Spot> = case.places.iter().map(|&(link, along)| Spot { link, along }).collect();
        let run =
            |spots: &[Spot]| network_dbscan(&network, &paths, spots, Metres(case.eps), case.min_points).expect("valid");
        let found = run(&spots);
        assert_eq!(found.count, case.clusters, "clusters: {name}");
        assert_eq!(found.core.iter().filter(|core| **core).count(), case.core, "core: {name}");
        assert_eq!(found.cluster.iter().filter(|cluster| cluster.is_none()).count(), case.noise, "noise: {name}");
        assert_eq!(partition(&found), case.partition, "how clusters divide them: {name}");
        let reversed: Vec<Spot> = spots.iter().rev().copied().collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().expect("threads");
        let mut again = pool.install(|| run(&reversed));
        again.cluster.reverse();
        again.core.reverse();
        assert!(found == again, "the order of rows or the number of threads changed the answer: {name}");
    }
}
