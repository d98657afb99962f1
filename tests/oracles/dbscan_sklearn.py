#!/usr/bin/env python3
"""Writes dbscan.json: what scikit-learn's DBSCAN finds in 20 random sets and in one of a million points.

The points are not stored. They are made again, bit for bit, in tests/it/oracle_dbscan.rs from the same seed: splitmix64
(Steele, Lea & Flood 2014) as a counter, 53 bits to a double, and sums and products of doubles in a fixed order; no
function whose last bit differs between libraries. A set mixes uniform points, dense places, points on a lattice of
eps / 5 (so that many pairs lie at exactly eps: 3, 4, 5) and exact copies.

Compared are core points and how clusters divide them. Border points may be in any cluster within reach by the
definition, and scikit-learn takes the first that gets there, so they are left out.

In the 20 sets the neighbours are first counted pair by pair, and the script stops if scikit-learn's core points differ.

usage: python dbscan_sklearn.py > dbscan.json    (about a minute and 5 GB)
"""

import hashlib
import json
import platform

import numpy as np
import scipy
import sklearn
from sklearn.cluster import DBSCAN

DRAWS = 5  # random numbers a point
MASK = (1 << 64) - 1


def bits(seed, first, count):
    """splitmix64's outputs number `first` to `first + count - 1`, from 0."""
    step = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(seed & MASK) + step * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def unit(seed, first, count):
    return (bits(seed, first, count) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def points(seed, n, side, eps, places, lattice, copies):
    """`n` points in a square; `lattice` and `copies` are shares of them, 40 % are uniform, the rest is in dense places."""
    west, south = 580_000.0, 6_602_000.0
    place = unit(seed, 0, 3 * places).reshape(places, 3)
    centre_x, centre_y = west + side * place[:, 0], south + side * place[:, 1]
    spread = eps * (1.0 + 4.0 * place[:, 2])
    u = unit(seed, 3 * places, DRAWS * n).reshape(n, DRAWS)
    x, y = west + side * u[:, 1], south + side * u[:, 2]

    dense = (u[:, 0] >= 0.4) & (u[:, 0] < 1.0 - lattice - copies)
    # The square of a random number leans towards the first places, so that some are much denser than others.
    at = np.floor(u[:, 1] * u[:, 1] * places).astype(np.int64)
    v = unit(seed ^ 0x5DEECE66D, 0, 6 * n).reshape(n, 6)
    off_x = (((v[:, 0] + v[:, 1]) + v[:, 2]) - 1.5) * 2.0
    off_y = (((v[:, 3] + v[:, 4]) + v[:, 5]) - 1.5) * 2.0
    x = np.where(dense, centre_x[at] + spread[at] * off_x, x)
    y = np.where(dense, centre_y[at] + spread[at] * off_y, y)

    step = eps / 5.0
    knots = (u[:, 0] >= 1.0 - lattice - copies) & (u[:, 0] < 1.0 - copies)
    x = np.where(knots, west + step * np.floor(u[:, 3] * 60.0), x)
    y = np.where(knots, south + step * np.floor(u[:, 4] * 60.0), y)

    copy = np.flatnonzero(u[:, 0] >= 1.0 - copies)
    of = np.floor(u[copy, 3] * copy).astype(np.int64)
    x_before, y_before = x.copy(), y.copy()
    x[copy], y[copy] = x_before[of], y_before[of]
    return np.column_stack([x, y])


def exact_core(p, eps, min_points):
    core = np.zeros(len(p), dtype=bool)
    for start in range(0, len(p), 500):
        dx = p[start : start + 500, None, 0] - p[None, :, 0]
        dy = p[start : start + 500, None, 1] - p[None, :, 1]
        core[start : start + 500] = (dx * dx + dy * dy <= eps * eps).sum(axis=1) >= min_points
    return core


def sha(array):
    return hashlib.sha256(array.tobytes()).hexdigest()


def case(seed, n, side, eps, min_points, places, lattice, copies, check):
    p = points(seed, n, side, eps, places, lattice, copies)
    found = DBSCAN(eps=eps, min_samples=min_points, algorithm="kd_tree").fit(p)
    core = np.zeros(n, dtype=np.uint8)
    core[found.core_sample_indices_] = 1
    if check:
        assert np.array_equal(core.astype(bool), exact_core(p, eps, min_points)), f"seed {seed}: scikit-learn is off"
    # Each core point is labelled by the first core point of its cluster, the others by -1.
    first = np.full(found.labels_.max() + 1, n, dtype=np.int64)
    np.minimum.at(first, found.labels_[core == 1], np.flatnonzero(core))
    partition = np.full(n, -1, dtype="<i4")
    partition[core == 1] = first[found.labels_[core == 1]]
    return {
        "seed": seed, "n": n, "side": side, "eps": eps, "min_points": min_points,
        "places": places, "lattice": lattice, "copies": copies,
        "points_sha256": sha(p.astype("<f8")),
        "clusters": int(found.labels_.max() + 1), "core": int(core.sum()),
        "noise": int((found.labels_ == -1).sum()),
        "core_sha256": sha(core), "partition_sha256": sha(partition),
    }


def main():
    eps = [5.0, 10.0, 20.0, 25.0, 35.0, 50.0, 75.0, 100.0, 150.0, 12.5]
    least = [1, 2, 3, 4, 5, 6, 8, 10, 15, 25]
    sets = []
    for i in range(20):
        u = unit(1000 + i, 0, 3)
        n = 200 + int(np.floor(u[0] * 4801.0))
        min_points = least[int(np.floor(u[2] * 10.0))]
        # A square in which uniform points alone have 20 to 70 % of the neighbours that a core point needs.
        side = float(np.floor(eps[i % 10] * np.sqrt(0.4 * n * 3.14 / ((0.2 + 0.5 * u[1]) * min_points))))
        sets.append(case(2000 + i, n, side, eps[i % 10], min_points, 12, 0.25, 0.1, True))
    million = case(20240601, 1_000_000, 16_000.0, 20.0, 10, 150, 0.01, 0.01, False)
    made = {
        "script": "tests/oracles/dbscan_sklearn.py",
        "scikit-learn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__,
        "python": platform.python_version(), "machine": platform.machine(),
    }
    lines = ",\n    ".join(json.dumps(one) for one in sets)
    print(f'{{\n  "made_by": {json.dumps(made)},\n  "sets": [\n    {lines}\n  ],\n  "million": {json.dumps(million)}\n}}')


if __name__ == "__main__":
    main()
