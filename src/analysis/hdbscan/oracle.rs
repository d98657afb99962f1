//! HDBSCAN* against the `hdbscan` library: the same clusters, by hash, and the same strengths.
//!
//! `tests/oracles/hdbscan.json` holds the library's answers with versions; `tests/oracles/hdbscan_library.py` made it and
//! says how points come from a seed, and what is done where the library cuts one after the other what ties.

use std::collections::HashMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::*;
use crate::domain::passport::hex;

#[derive(Deserialize)]
struct Oracle {
    sets: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    seed: u64,
    n: usize,
    min_cluster_size: usize,
    min_samples: usize,
    selection: String,
    points_sha256: String,
    clusters: u32,
    noise: usize,
    strength: f64,
    partition_sha256: String,
}

const PLACES: usize = 14;
const DRAWS: usize = 8;

/// Output number `index`, from 0, of splitmix64 as a double in `[0, 1)`.
fn unit(seed: u64, index: usize) -> f64 {
    let mut z = seed.wrapping_add((index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// `points` of the script, in the same order of operations.
fn points(seed: u64, n: usize) -> Vec<[f64; 2]> {
    let place = |place: usize, part: usize| unit(seed, 3 * place + part);
    let one = |index: usize| {
        let u = |part: usize| unit(seed, 3 * PLACES + DRAWS * index + part);
        if u(0) < 1.0 / 3.0 {
            return [8000.0 * u(2), 8000.0 * u(3)];
        }
        let at = (u(1) * PLACES as f64).floor() as usize;
        let width = 20.0 + 300.0 * place(at, 2);
        let off = |first: usize| width * (((u(first) + u(first + 1)) + u(first + 2)) - 1.5);
        [8000.0 * place(at, 0) + off(2), 8000.0 * place(at, 1) + off(5)]
    };
    (0..n).map(one).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[test]
fn the_library_finds_the_same_clusters_in_24_random_sets() {
    let oracle: Oracle =
        serde_json::from_str(include_str!("../../../tests/oracles/hdbscan.json")).expect("well-formed");
    assert_eq!(oracle.sets.len(), 24);
    for case in oracle.sets {
        let points = points(case.seed, case.n);
        let bytes: Vec<u8> = points.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        assert_eq!(sha256(&bytes), case.points_sha256, "the generators differ: seed {}", case.seed);
        let selection = if case.selection == "leaf" { Selection::Leaf } else { Selection::ExcessOfMass };
        let (min_cluster_size, min_samples) = (case.min_cluster_size, case.min_samples);
        let settings = Settings { min_cluster_size, min_samples, precision: Metres(0.01), selection };
        let found = hdbscan(&points, &settings).expect("valid");
        let name = format!("seed {}, {settings:?}", case.seed);
        assert_eq!(found.count, case.clusters, "clusters: {name}");
        assert_eq!(found.cluster.iter().filter(|cluster| cluster.is_none()).count(), case.noise, "noise: {name}");
        let mut first: HashMap<u32, i32> = HashMap::new();
        let label = |(row, cluster): (usize, &Option<u32>)| {
            cluster.map_or(-1, |cluster| *first.entry(cluster).or_insert(row as i32))
        };
        let partition: Vec<u8> = found.cluster.iter().enumerate().map(label).flat_map(i32::to_le_bytes).collect();
        assert_eq!(sha256(&partition), case.partition_sha256, "partition: {name}");
        let strength: f64 = found.strength.iter().sum();
        assert!((strength - case.strength).abs() < 1e-6, "{strength} is not {}: {name}", case.strength);
    }
}
