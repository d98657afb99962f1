//! DBSCAN against scikit-learn: the same core points and the same partition of them, by hash.
//!
//! `tests/oracles/dbscan.json` holds scikit-learn's answers with versions; `tests/oracles/dbscan_sklearn.py` made it and
//! says how points come from a seed. The generator is written here a second time, bit for bit.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the generator turns 53 bits into doubles and small doubles into indices"
)]

use std::collections::HashMap;

use lagesbild::analysis::{Clustering, dbscan, dbscan_rtree};
use lagesbild::domain::Metres;
use lagesbild::domain::passport::hex;
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Oracle {
    sets: Vec<Case>,
    million: Case,
}

#[derive(Deserialize)]
struct Case {
    seed: u64,
    n: usize,
    side: f64,
    eps: f64,
    min_points: usize,
    places: usize,
    lattice: f64,
    copies: f64,
    points_sha256: String,
    clusters: u32,
    core: usize,
    noise: usize,
    core_sha256: String,
    partition_sha256: String,
}

fn oracle() -> Oracle {
    serde_json::from_str(include_str!("../oracles/dbscan.json")).expect("the oracle's file is well-formed")
}

/// Output number `index`, from 0, of splitmix64 as a double in `[0, 1)`.
fn unit(seed: u64, index: usize) -> f64 {
    let mut z = seed.wrapping_add((index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// `points` of the script, in the same order of operations.
fn points(case: &Case) -> Vec<[f64; 2]> {
    let (west, south) = (580_000.0, 6_602_000.0);
    let place = |place: usize, part: usize| unit(case.seed, 3 * place + part);
    let step = case.eps / 5.0;
    let mut points = Vec::with_capacity(case.n);
    let mut copies = Vec::new();
    for index in 0..case.n {
        let u = |part: usize| unit(case.seed, 3 * case.places + 5 * index + part);
        let v = |part: usize| unit(case.seed ^ 0x0005_DEEC_E66D, 6 * index + part);
        if u(0) >= 1.0 - case.copies {
            copies.push((index, (u(3) * index as f64).floor() as usize));
        }
        points.push(if u(0) >= 1.0 - case.lattice - case.copies && u(0) < 1.0 - case.copies {
            [west + step * (u(3) * 60.0).floor(), south + step * (u(4) * 60.0).floor()]
        } else if u(0) >= 0.4 && u(0) < 1.0 - case.lattice - case.copies {
            let at = (u(1) * u(1) * case.places as f64).floor() as usize;
            let spread = case.eps * (1.0 + 4.0 * place(at, 2));
            let off = |first: usize| (((v(first) + v(first + 1)) + v(first + 2)) - 1.5) * 2.0;
            let centre = [west + case.side * place(at, 0), south + case.side * place(at, 1)];
            [centre[0] + spread * off(0), centre[1] + spread * off(3)]
        } else {
            [west + case.side * u(1), south + case.side * u(2)]
        });
    }
    let before = points.clone();
    for (index, of) in copies {
        points[index] = before[of];
    }
    points
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Each core point labelled by the first core point of its cluster, the others by -1, as the script writes them.
fn partition(found: &Clustering) -> Vec<u8> {
    let mut first: HashMap<u32, i32> = HashMap::new();
    let label = |(index, (&core, &cluster)): (usize, (&bool, &Option<u32>))| match cluster {
        Some(cluster) if core => *first.entry(cluster).or_insert(index as i32),
        _ => -1,
    };
    found.core.iter().zip(&found.cluster).enumerate().map(label).flat_map(i32::to_le_bytes).collect()
}

fn agrees(case: &Case, found: &Clustering, by: &str) {
    let name = format!("seed {}, n {}, eps {}, min_points {}, {by}", case.seed, case.n, case.eps, case.min_points);
    assert_eq!(found.count, case.clusters, "clusters: {name}");
    assert_eq!(found.core.iter().filter(|&&core| core).count(), case.core, "core points: {name}");
    assert_eq!(found.cluster.iter().filter(|cluster| cluster.is_none()).count(), case.noise, "noise: {name}");
    let core: Vec<u8> = found.core.iter().map(|&core| u8::from(core)).collect();
    assert_eq!(sha256(&core), case.core_sha256, "which are core: {name}");
    assert_eq!(sha256(&partition(found)), case.partition_sha256, "how clusters divide them: {name}");
}

fn check_points(case: &Case, points: &[[f64; 2]]) {
    let bytes: Vec<u8> = points.iter().flatten().flat_map(|coordinate| coordinate.to_le_bytes()).collect();
    assert_eq!(sha256(&bytes), case.points_sha256, "the generators differ: seed {}", case.seed);
}

#[test]
fn dbscan_finds_what_scikit_learn_finds_in_twenty_random_sets() {
    let sets = oracle().sets;
    assert_eq!(sets.len(), 20);
    for case in &sets {
        assert!(case.clusters > 1 && case.core > 20, "seed {} tells nothing", case.seed);
        let points = points(case);
        check_points(case, &points);
        let eps = Metres(case.eps);
        agrees(case, &dbscan(&points, eps, case.min_points).expect("valid"), "cells");
        agrees(case, &dbscan_rtree(&points, eps, case.min_points).expect("valid"), "R-tree");
    }
}

#[test]
fn dbscan_finds_what_scikit_learn_finds_among_a_million_points() {
    let case = oracle().million;
    assert_eq!(case.n, 1_000_000);
    let points = points(&case);
    check_points(&case, &points);
    let found = dbscan(&points, Metres(case.eps), case.min_points).expect("valid");
    agrees(&case, &found, "cells");
    // Rows in reverse, eight threads: the same numbers for the same points.
    let reversed: Vec<[f64; 2]> = points.iter().rev().copied().collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().expect("threads");
    let mut again = pool.install(|| dbscan(&reversed, Metres(case.eps), case.min_points)).expect("valid");
    again.cluster.reverse();
    again.core.reverse();
    assert!(found == again, "the order of rows or the number of threads changed the answer");
}
