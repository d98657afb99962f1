#!/usr/bin/env python3
"""Writes near_repeat.json: pairs near in space and time, and what independence lets expect, from pointpats' Knox.

The events are made again in src/analysis/near_repeat_oracle.rs from the same seed: splitmix64 (Steele, Lea & Flood 2014) as a
counter, 53 bits to a double. They lie on a lattice of 10 m, so that many pairs are at exactly a band's edge (60, 80, 100),
and a tenth of them on the place of an earlier one. Every fifth follows the one before it within 3 days and 50 m.

pointpats counts the pairs at most delta and at most tau apart: the sum of our bands up to there, the same place included.
Its expectation is (pairs near in space) x (pairs near in time) / (all pairs), which is the mean over all permutations.

usage: python near_repeat_pointpats.py > near_repeat.json
"""

import json
import platform
from importlib.metadata import version

import numpy as np
from pointpats import Knox

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


def events(seed, n, side):
    u = unit(seed, 4 * n).reshape(n, 4)
    place, day = [], []
    for i in range(n):
        a, b, c, d = u[i]
        if i % 5 == 4:
            x, y = place[i - 1]
            place.append((x + 10 * (int(a * 7) - 3), y + 10 * (int(b * 7) - 3)))
            day.append(day[i - 1] + int(c * 4))
            continue
        place.append(place[int(b * i)] if i > 0 and d < 0.1 else (10 * int(a * side / 10), 10 * int(b * side / 10)))
        day.append(int(c * 365))
    return np.array(place, dtype=float), np.array(day, dtype=float).reshape(-1, 1)


def main():
    sets = []
    for seed, n, side in [(41, 200, 1000), (42, 500, 2000), (43, 800, 2000)]:
        place, day = events(seed, n, side)
        found = []
        for bands in [1, 2, 5]:
            for time_bands in [1, 2, 4]:
                knox = Knox(place, day, delta=100 * bands, tau=7 * time_bands, permutations=0)
                found.append({
                    "bands": bands, "time_bands": time_bands, "observed": int(knox.nst),
                    "expected": float(knox.expected[0][0]),
                })
        sums = [float(place[:, 0].sum()), float(place[:, 1].sum()), float(day.sum())]
        sets.append({"seed": seed, "n": n, "side": side, "sums": sums, "knox": found})
    made_by = {
        "script": "tests/oracles/near_repeat_pointpats.py", "pointpats": version("pointpats"), "numpy": np.__version__,
        "python": platform.python_version(), "machine": platform.machine(),
    }
    lines = ",\n    ".join(json.dumps(one) for one in sets)
    print(f'{{\n  "made_by": {json.dumps(made_by)},\n  "sets": [\n    {lines}\n  ]\n}}')


if __name__ == "__main__":
    main()
