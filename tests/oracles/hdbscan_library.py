#!/usr/bin/env python3
"""Writes hdbscan.json: how the hdbscan library divides 24 random sets, with its exact spanning tree (Prim).

The points are not stored. They are made again, bit for bit, in src/analysis/hdbscan/oracle.rs from the same seed:
splitmix64 (Steele, Lea & Flood 2014) as a counter, 53 bits to a double, sums and products in a fixed order. No two
points are alike and no two distances tie, except as every set of points ties: a point's core distance is the weight of
its edges to all that lie within it.

The tree is Prim's. The library's default, Borůvka, is not always minimal, not even with approx_min_span_tree=False: for
seed 7028, 3,000 points and min_samples 1 its weight is 188,657.9 m, that of Prim and of scipy 188,641.3 m.

The library counts min_samples without the point itself; ours counts it, so ours is one more. It also cuts edges of equal
weight one after the other, where Campello, Moulavi & Sander (2013), algorithm 1, cut them at once. The point where two
clusters meet then stays with whichever came last, and leaves it at the very level of its birth. Such points are taken out
of their cluster here ("at_birth" says how many). A set where a whole cluster lives for no time is passed over for the next
seed, since there the order of cuts decides more than one point. So is a set with two points closer than a centimetre, the
least distance that ours tells apart. With min_samples 1 there is no such tie and nothing is
changed.

usage: python hdbscan_library.py > hdbscan.json
"""

import hashlib
import json
import platform
from importlib.metadata import version

import hdbscan
import numpy as np
import scipy
import scipy.spatial
import sklearn

MASK = (1 << 64) - 1


def unit(seed, count):
    """splitmix64's first `count` outputs as doubles in [0, 1)."""
    step = np.arange(1, count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(seed & MASK) + step * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


PLACES = 14
DRAWS = 8


def points(seed, n):
    """A third of the points anywhere in 8 km, the rest in 14 places of unlike width."""
    u = unit(seed, 3 * PLACES + DRAWS * n)
    place, u = u[: 3 * PLACES].reshape(PLACES, 3), u[3 * PLACES :].reshape(n, DRAWS)
    at = np.floor(u[:, 1] * PLACES).astype(np.int64)
    width = 20.0 + 300.0 * place[at, 2]
    x = 8000.0 * place[at, 0] + width * (((u[:, 2] + u[:, 3]) + u[:, 4]) - 1.5)
    y = 8000.0 * place[at, 1] + width * (((u[:, 5] + u[:, 6]) + u[:, 7]) - 1.5)
    anywhere = u[:, 0] < 1.0 / 3.0
    x, y = np.where(anywhere, 8000.0 * u[:, 2], x), np.where(anywhere, 8000.0 * u[:, 3], y)
    return np.column_stack([x, y])


def sha(array):
    return hashlib.sha256(array.tobytes()).hexdigest()


def case(seed, n, least, samples, selection):
    p = points(seed, n)
    if scipy.spatial.cKDTree(p).query(p, k=2)[0][:, 1].min() < 0.01:
        return None
    found = hdbscan.HDBSCAN(
        min_cluster_size=least, min_samples=samples, cluster_selection_method=selection,
        algorithm="prims_kdtree",
    ).fit(p)
    tree = found.condensed_tree_.to_numpy()
    birth = {int(row["child"]): row["lambda_val"] for row in tree if row["child"] >= n}
    death = {}
    for row in tree:
        death[int(row["parent"])] = max(death.get(int(row["parent"]), 0.0), row["lambda_val"])
    if any(death[cluster] == birth[cluster] for cluster in birth):
        return None
    labels, strength = found.labels_.copy(), found.probabilities_.copy()
    chosen = set(found.condensed_tree_._select_clusters())
    at_birth = 0
    for row in tree:
        cluster, child = int(row["parent"]), int(row["child"])
        if child < n and cluster in chosen and row["lambda_val"] == birth[cluster]:
            labels[child], strength[child], at_birth = -1, 0.0, at_birth + 1
    if samples == 1:
        assert at_birth == 0
    # Each point is labelled by the first point of its cluster, noise by -1.
    clusters = labels.max() + 1
    first = np.full(clusters, n, dtype=np.int64)
    np.minimum.at(first, labels[labels >= 0], np.flatnonzero(labels >= 0))
    partition = np.full(n, -1, dtype="<i4")
    partition[labels >= 0] = first[labels[labels >= 0]]
    return {
        "seed": seed, "n": n, "min_cluster_size": least, "min_samples": samples + 1, "selection": selection,
        "points_sha256": sha(p.astype("<f8")), "at_birth": at_birth,
        "clusters": int(clusters), "noise": int((labels < 0).sum()),
        "strength": float(strength.sum()), "partition_sha256": sha(partition),
    }


def main():
    sets, passed_over, seed = [], 0, 7000
    for n, least in [(600, 5), (1500, 10), (4000, 25), (3000, 15)]:
        for samples in [1, 5, 25]:
            for selection in ["eom", "leaf"]:
                made = None
                while made is None:
                    seed += 1
                    made = case(seed, n, least, samples, selection)
                    passed_over += made is None
                sets.append(made)
    made_by = {
        "script": "tests/oracles/hdbscan_library.py", "hdbscan": version("hdbscan"),
        "scikit-learn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__,
        "python": platform.python_version(), "machine": platform.machine(),
    }
    lines = ",\n    ".join(json.dumps(one) for one in sets)
    print(f'{{\n  "made_by": {json.dumps(made_by)},\n  "passed_over": {passed_over},\n  "sets": [\n    {lines}\n  ]\n}}')


if __name__ == "__main__":
    main()
