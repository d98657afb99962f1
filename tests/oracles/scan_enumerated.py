#!/usr/bin/env python3
"""Writes scan_enumerated.json: all windows of small scans, one by one, with their likelihood ratios.

Nothing here is clever. Every circle and ellipse around every unit is made from a sorted list of distances, ties together;
each window's units are a set; cases are counted over the set, and over the set and the steps. Ratios are Kulldorff's (1997)
for Poisson and Bernoulli, and Kulldorff et al.'s (2005) expected numbers for permutations. Further clusters: the units of the
best window are taken out, and all is done again.

Places lie on a lattice, so that there are many ties, and some units share a place. Stored are the data, the number of windows
and, in order, the ratios above 0 of windows that differ, and the clusters with their units.

usage: python scan_enumerated.py > scan_enumerated.json
"""

import json
import math
import platform

import numpy as np

ELLIPSES = [(1.5, 4), (2.0, 6), (3.0, 9)]


def part(found, wanted):
    return found * math.log(found / wanted) if found > 0 else 0.0


def poisson(c, e, total):
    return part(c, e) + part(total - c, total - e) if c > e else 0.0


def bernoulli(c, n, total, everyone):
    if c * (everyone - n) <= (total - c) * n:
        return 0.0
    out = everyone - n
    null = part(total, everyone) + part(everyone - total, everyone)
    return part(c, n) + part(n - c, n) + part(total - c, out) + part(out - total + c, out) - null


def zones(xy, weight, share, left, shapes, radius):
    """Each (places, largest distance) around each place, as often as it comes up."""
    places = sorted({tuple(xy[u]) for u in left})
    at = {p: [u for u in left if tuple(xy[u]) == p] for p in places}
    limit = share * sum(weight[u] for u in left) * (1 + 1e-9)
    found = []
    for cx, cy in places:
        for shape, angle in shapes:
            far = []
            for x, y in places:
                u = (x - cx) * math.cos(angle) + (y - cy) * math.sin(angle)
                v = -(x - cx) * math.sin(angle) + (y - cy) * math.cos(angle)
                far.append((math.hypot(u, shape * v), (x, y)))
            for d in sorted({round(f, 6) for f, _ in far}):
                inside = [u for f, p in far if f < d + 1e-5 for u in at[p]]
                if d > radius + 1e-6 or sum(weight[u] for u in inside) > limit:
                    break
                found.append((frozenset(inside), d))
    return found


def run(case):
    n = len(case["xy"])
    shapes = [(1.0, 0.0)]
    if case.get("ellipses"):
        shapes += [(s, math.pi * k / turns) for s, turns in ELLIPSES for k in range(turns)]
    cases = np.array(case["cases"])
    left, clusters, first = list(range(n)), [], None
    for _ in range(2):
        weight, scored = case_weight(case, cases), {}
        found = zones(case["xy"], weight, case["window"], left, shapes, case.get("radius", math.inf))
        for units, _ in found:
            for key, ratio in score(case, cases, units, left):
                scored[(units, key)] = ratio
        ratios = sorted((r for r in scored.values() if r > 1e-12), reverse=True)
        if first is None:
            first = {"windows": len(found), "different": len(scored), "ratios": ratios[:200], "sum": sum(ratios)}
        top = max(scored.values())
        best = [k for k, r in scored.items() if r > top - 1e-9]
        units, key = best[0]
        clusters.append({"ratio": top, "choices": [{"units": sorted(u), "steps": k} for u, k in best]})
        # Where several windows are as good, which of them is taken out is a convention: stop.
        if len(best) > 1:
            break
        left = [u for u in left if u not in units]
    return {**case, **first, "clusters": clusters}


def case_weight(case, cases):
    if case["model"] == "permutation":
        return cases.sum(axis=1)
    return case["exposure"]


def intervals(case, steps):
    longest = min(max(1, int(steps * case["longest"] + 1e-9)), steps - 1)
    for a in range(steps):
        for b in range(a + 1, min(a + longest, steps) + 1):
            if case["mode"] == "retrospective" or b == steps:
                yield a, b


def score(case, cases, units, left):
    inside = sorted(units)
    if case["model"] == "poisson":
        total = int(cases[left].sum())
        expected = total * sum(case["exposure"][u] for u in inside) / sum(case["exposure"][u] for u in left)
        yield None, poisson(int(cases[inside].sum()), expected, total)
    elif case["model"] == "bernoulli":
        everyone = sum(case["exposure"][u] for u in left)
        yield None, bernoulli(int(cases[inside].sum()), sum(case["exposure"][u] for u in inside), int(cases[left].sum()), everyone)
    else:
        total = int(cases[left].sum())
        for a, b in intervals(case, cases.shape[1]):
            c = int(cases[inside, a:b].sum())
            if case["model"] == "permutation":
                expected = int(cases[inside].sum()) * int(cases[left, a:b].sum()) / total
            else:
                share = sum(case["exposure"][u] for u in inside) / sum(case["exposure"][u] for u in left)
                expected = total * share * sum(case["lengths"][a:b]) / sum(case["lengths"])
            yield (a, b - 1), poisson(c, expected, total)




def main():
    rng = np.random.default_rng(20100)
    made = []

    def places(n, side):
        return [[float(100 * a), float(100 * b)] for a, b in rng.integers(0, side, (n, 2))]

    for number, (n, window, ellipses, radius) in enumerate(
        [(25, 0.5, False, None), (40, 0.1, False, None), (30, 0.3, True, None), (40, 0.5, False, 250.0)]
    ):
        exposure = [float(e) for e in rng.integers(1, 400, n)]
        cases = rng.poisson(np.array(exposure) / 40)
        cases[number] += 12
        case = {"model": "poisson", "xy": places(n, 7), "cases": cases.tolist(), "exposure": exposure, "window": window, "ellipses": ellipses}
        if radius:
            case["radius"] = radius
        made.append(case)
    for n, window in [(25, 0.5), (40, 0.2)]:
        controls, cases = rng.poisson(6, n), rng.poisson(3, n)
        cases[3] += 8
        made.append({"model": "bernoulli", "xy": places(n, 7), "cases": cases.tolist(), "exposure": [int(v) for v in cases + controls], "window": window})
    for model in ["permutation", "cylinders"]:
        for mode, longest in [("retrospective", 0.5), ("prospective", 0.5), ("retrospective", 0.9)]:
            n, steps = 18, 12
            cases = rng.poisson(0.7, (n, steps))
            cases[5, steps - 3 :] += 3
            made.append({
                "model": model, "mode": mode, "longest": longest, "xy": places(n, 5), "cases": cases.tolist(), "window": 0.3,
                "exposure": [float(e) for e in rng.integers(1, 400, n)], "lengths": [float(v) for v in rng.integers(28, 32, steps)],
            })
    print(json.dumps({"python": platform.python_version(), "numpy": np.__version__, "scans": [run(case) for case in made]}))


if __name__ == "__main__":
    main()
