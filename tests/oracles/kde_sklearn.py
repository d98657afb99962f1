#!/usr/bin/env python3
"""Writes kde.json: densities at the middles of cells by scikit-learn and by direct sums in numpy.

Points have two decimals and are stored, so that both sides read the same doubles. scikit-learn's KernelDensity gives the
Epanechnikov and the Gaussian kernel with no tolerance, from coordinates relative to the south-west corner; the script stops
if a direct sum of the definition differs by 1e-9. It has no quartic kernel; that, edges, bandwidths that follow the events
and the log ratio of two densities are direct sums of the definitions in the docstrings, written here from the papers.

usage: python kde_sklearn.py > kde.json
"""

import json
import platform

import numpy as np
import scipy
import sklearn
from sklearn.neighbors import KernelDensity

WEST, SOUTH, SIDE, COLUMNS, ROWS = 580_000.0, 6_602_000.0, 100.0, 24, 20


def kernel(name, h, square):
    u = square / h**2
    if name == "gaussian":
        return np.exp(-0.5 * u) / (2 * np.pi * h**2)
    if name == "epanechnikov":
        return 2 / (np.pi * h**2) * np.maximum(1 - u, 0)
    return 3 / (np.pi * h**2) * np.maximum(1 - u, 0) ** 2


def squares(a, b):
    return (a[:, None, 0] - b[None, :, 0]) ** 2 + (a[:, None, 1] - b[None, :, 1]) ** 2


def density(cells, points, name, h):
    """Events per square kilometre; h a number or one for each point."""
    return kernel(name, np.asarray(h), squares(cells, points)).sum(axis=1) * 1e6


def main():
    rng = np.random.default_rng(20240607)
    loose = rng.uniform([0, 0], [COLUMNS * SIDE, ROWS * SIDE], (60, 2))
    tight = rng.normal([900, 1100], [120, 90], (90, 2))
    copies = np.repeat(loose[:1], 10, axis=0)
    points = np.round(np.vstack([loose, tight, copies]) + [WEST, SOUTH], 2)
    controls = np.round(rng.uniform([0, 0], [COLUMNS * SIDE, ROWS * SIDE], (250, 2)) + [WEST, SOUTH], 2)
    column, row = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
    cells = np.column_stack([WEST + SIDE * (column.ravel() + 0.5), SOUTH + SIDE * (row.ravel() + 0.5)])
    corner = np.array([WEST, SOUTH])
    assert ((points >= corner) & (points < corner + [COLUMNS * SIDE, ROWS * SIDE])).all()

    cases = []
    for name in ["epanechnikov", "quartic", "gaussian"]:
        for h in [100.0, 230.0, 777.7]:
            direct = density(cells, points, name, h)
            by = "numpy"
            if name != "quartic":
                model = KernelDensity(kernel=name, bandwidth=h, atol=0, rtol=0).fit(points - corner)
                found = np.exp(model.score_samples(cells - corner)) * len(points) * 1e6
                peak = kernel(name, h, 0.0) * 1e6
                assert np.all(np.abs(found - direct) <= 1e-9 * direct + 1e-9 * peak), (name, h)
                by = "scikit-learn"
                direct = np.where(np.isfinite(found), found, direct)
            cases.append({"kernel": name, "bandwidth": h, "by": by, "values": direct.tolist()})

    h = 300.0
    edges, adaptive = [], []
    for name in ["epanechnikov", "quartic", "gaussian"]:
        reach = int(np.ceil(9 * h / SIDE)) if name == "gaussian" else int(np.ceil(h / SIDE))
        a, b = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
        whole = kernel(name, h, SIDE**2 * (a**2 + b**2).astype(float)).sum()
        share = kernel(name, h, squares(cells, cells)).sum(axis=1) / whole
        values = density(cells, points, name, h) / share
        edges.append({"kernel": name, "bandwidth": h, "values": values.tolist()})

        at = (np.floor((points - corner) / SIDE) @ [1, COLUMNS]).astype(int)
        pilot = density(cells, points, name, h)[at]
        widths = np.clip(h * np.sqrt(np.exp(np.log(pilot).mean()) / pilot), SIDE, 5 * h)
        values = density(cells, points, name, widths)
        adaptive.append({"kernel": name, "bandwidth": h, "values": values.tolist()})

    f = kernel("epanechnikov", h, squares(cells, points)).mean(axis=1)
    g = kernel("epanechnikov", h, squares(cells, controls)).mean(axis=1)
    pool = f * len(points) + g * len(controls)
    d = 1 / (len(points) * (pool > 0).sum() * SIDE**2)
    log_ratio = np.where(pool > 0, np.log((f + d) / (g + d)), np.nan)
    assert not np.isnan(log_ratio).any()

    made = {
        "script": "tests/oracles/kde_sklearn.py",
        "scikit-learn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__,
        "python": platform.python_version(), "machine": platform.machine(),
    }
    frame = {"west": WEST, "south": SOUTH, "side": SIDE, "columns": COLUMNS, "rows": ROWS}
    parts = {
        "made_by": made, "frame": frame, "points": points.tolist(), "controls": controls.tolist(),
        "fixed": cases, "edges": edges, "adaptive": adaptive,
        "risk": {"bandwidth": h, "values": log_ratio.tolist()},
    }
    print("{\n" + ",\n".join(f'  "{name}": {json.dumps(part)}' for name, part in parts.items()) + "\n}")


if __name__ == "__main__":
    main()
