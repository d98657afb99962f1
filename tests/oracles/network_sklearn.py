#!/usr/bin/env python3
"""Writes network.json: what scikit-learn's DBSCAN finds over SciPy's shortest paths in twelve random networks.

Each case holds its network and its places whole, in micrometres: links by end nodes and length, places by link and how far
along it. Links are drawn as lines with right angles between whole metres, so that every length is exact in both programs.
Distances between places go by the ends of their links, or directly along a common link. They are whole numbers below 2^53,
so that sums of doubles are exact, and a distance of exactly eps occurs often: places lie on whole metres.

Compared are core events and how clusters divide them; border events may be in any cluster within reach by the definition.

usage: python network_sklearn.py > network.json    (seconds)
"""

import json
import platform

import numpy as np
import scipy
import sklearn
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from sklearn.cluster import DBSCAN

METRE = 1_000_000


def line(a, b, bend):
    """From a to b by way of a corner `bend` metres off, along the axes; its length in metres."""
    points = [a, [a[0] + bend, a[1]], [a[0] + bend, b[1]], b]
    return points, sum(abs(p[0] - q[0]) + abs(p[1] - q[1]) for p, q in zip(points, points[1:]))


def case(seed, size, links, events, eps, least):
    random = np.random.default_rng(seed)
    nodes = [[int(60 * (i % size)), int(50 * (i // size))] for i in range(size * size)]
    made = []
    while len(made) < links:
        a = int(random.integers(len(nodes)))
        b = int(min(len(nodes) - 1, max(0, a + random.choice([1, -1, size, -size, 0]))))
        bend = int(random.choice([0, 0, 7, 31, -13]))
        points, length = line(nodes[a], nodes[b], bend)
        if length > 0:
            made.append({"from": a, "to": b, "line": points, "length": length * METRE})
    # Half of the places are anywhere, half gather on a few links; some stand twice or more.
    few = random.integers(links, size=4)
    places = []
    for _ in range(events):
        link = int(few[random.integers(4)] if random.random() < 0.5 else random.integers(links))
        along = int(random.integers(made[link]["length"] // METRE + 1)) * METRE
        places.append([link, along])
    places += [places[int(i)] for i in random.integers(events, size=events // 10)]

    # Nodes far apart that no link joins keep the distance inf; parallel links keep the shorter.
    best = {}
    for link in made:
        key = (link["from"], link["to"])
        best[key] = min(best.get(key, link["length"]), link["length"])
    rows, columns, lengths = zip(*[(a, b, length) for (a, b), length in best.items()])
    joined = csr_matrix((np.array(lengths, dtype=float), (rows, columns)), shape=(len(nodes), len(nodes)))
    both = joined.maximum(joined.T)
    # maximum() would keep the longer of two opposite links: take the shorter where both exist.
    for (a, b), length in best.items():
        both[a, b] = both[b, a] = min(length, best.get((b, a), length))
    apart = dijkstra(both, directed=False)
    ends = [[(made[k]["from"], along), (made[k]["to"], made[k]["length"] - along)] for k, along in places]
    n = len(places)
    distance = np.full((n, n), np.inf)
    for i in range(n):
        for j in range(n):
            ways = [di + apart[a, b] + dj for a, di in ends[i] for b, dj in ends[j]]
            if places[i][0] == places[j][0]:
                ways.append(abs(places[i][1] - places[j][1]))
            distance[i, j] = min(ways)
    assert np.array_equal(distance, distance.T)
    exact = int((distance == eps * METRE).sum() // 2)
    found = DBSCAN(eps=eps * METRE, min_samples=least, metric="precomputed").fit(np.minimum(distance, 1e15))
    core = np.zeros(n, dtype=bool)
    core[found.core_sample_indices_] = True
    assert np.array_equal(core, (distance <= eps * METRE).sum(axis=1) >= least)
    first = {}
    partition = []
    for i in range(n):
        partition.append(first.setdefault(int(found.labels_[i]), i) if core[i] else -1)
    return {
        "seed": seed, "eps": eps, "min_points": least, "exactly_eps": exact, "nodes": nodes, "links": made,
        "places": places, "clusters": int(found.labels_.max() + 1), "core": int(core.sum()),
        "noise": int((found.labels_ == -1).sum()), "partition": partition,
    }


def main():
    cases = [
        case(100 + k, [4, 5, 6][k % 3], [20, 40, 60, 90][k % 4], [60, 120, 180][k % 3], [20, 35, 50, 45][k % 4], [3, 4, 6][k % 3])
        for k in range(12)
    ]
    made = {
        "script": "tests/oracles/network_sklearn.py", "scikit-learn": sklearn.__version__, "scipy": scipy.__version__,
        "numpy": np.__version__, "python": platform.python_version(),
    }
    lines = ",\n    ".join(json.dumps(one, separators=(",", ":")) for one in cases)
    print(f'{{\n  "made_by": {json.dumps(made)},\n  "cases": [\n    {lines}\n  ]\n}}')


if __name__ == "__main__":
    main()
