//! DBSCAN against R's dbscan package: core points, how they divide, and what is noise, in 10 random sets on a lattice.
//!
//! `tests/oracles/clusters_dbscan.json` holds the answers with versions; `tests/oracles/clusters_dbscan.R` made it and says how
//! points come from a seed. The package counts the point itself among its `minPts`, as we do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Oracle {
    dbscan: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    points: Vec<[f64; 2]>,
    eps: f64,
    min_points: usize,
    at_eps: usize,
    /// Rows, from 0.
    core: Vec<usize>,
    /// 0 is noise.
    cluster: Vec<u32>,
}

/// A border point within reach of two clusters may be in either by the definition. The package gives it to the cluster that
/// comes first in the order of rows, we to that of the nearest core point: of 459 border points 11 differ.
/// 473 pairs lie at exactly eps, and are within it on both sides.
#[test]
fn the_package_finds_the_same_clusters() {
    let oracle: Oracle =
        serde_json::from_str(include_str!("../../../tests/oracles/clusters_dbscan.json")).expect("well-formed");
    assert_eq!(oracle.dbscan.len(), 10);
    let (mut at_eps, mut borders, mut moved) = (0, 0, 0);
    for (number, case) in oracle.dbscan.iter().enumerate() {
        let found = dbscan(&case.points, Metres(case.eps), case.min_points).expect("valid");
        at_eps += case.at_eps;
        let core: Vec<usize> = (0..case.points.len()).filter(|&at| found.core[at]).collect();
        assert_eq!(core, case.core, "set {number}");
        // Core points say which of their clusters is which of ours, one to one.
        let pairs: BTreeSet<(u32, u32)> =
            core.iter().map(|&at| (case.cluster[at], found.cluster[at].expect("core points have one"))).collect();
        let ours: BTreeMap<u32, u32> = pairs.iter().copied().collect();
        let theirs: BTreeSet<u32> = pairs.iter().map(|pair| pair.1).collect();
        assert!(pairs.len() == ours.len() && pairs.len() == theirs.len(), "set {number}: {pairs:?}");
        assert_eq!(pairs.len(), found.count as usize, "set {number}");
        for at in (0..case.points.len()).filter(|&at| !found.core[at]) {
            let label = (case.cluster[at] > 0).then(|| ours[&case.cluster[at]]);
            assert_eq!(label.is_some(), found.cluster[at].is_some(), "set {number}, row {at}");
            let Some(label) = label else { continue };
            let near = |other: &&usize| squared(case.points[at], case.points[**other]) <= case.eps * case.eps;
            let in_reach: BTreeSet<Option<u32>> = core.iter().filter(near).map(|&other| found.cluster[other]).collect();
            assert!(in_reach.contains(&Some(label)) && in_reach.contains(&found.cluster[at]), "set {number}, row {at}");
            borders += 1;
            moved += usize::from(found.cluster[at] != Some(label));
        }
    }
    assert_eq!((at_eps, borders, moved), (473, 459, 11));
}
