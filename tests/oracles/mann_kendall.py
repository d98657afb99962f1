#!/usr/bin/env python3
"""Writes mann_kendall.json: trend tests by pymannkendall, and exact p-values of Kendall's tau by SciPy.

Series of 5 to 60 values: noise, trends, autocorrelated noise, counts with many ties, steps up. `hamed_rao` is null where the
corrected variance is not above 0, which pymannkendall answers with NaN. `exact` is scipy.stats.kendalltau(method="exact")
where no two values are equal and there are at most 34.

usage: python mann_kendall.py > mann_kendall.json
"""

import json
import platform
import warnings
from importlib.metadata import version

import numpy as np
import pymannkendall as mk
import scipy
from scipy.stats import kendalltau

warnings.simplefilter("ignore")
random = np.random.default_rng(19_980_204)


def autocorrelated(n, rho):
    x = [random.normal()]
    for _ in range(n - 1):
        x.append(rho * x[-1] + random.normal())
    return np.array(x)


def numbers(result):
    found = {"s": result.s, "variance": result.var_s, "z": result.z, "p": result.p, "tau": result.Tau,
             "slope": result.slope, "intercept": result.intercept}
    return None if any(np.isnan(v) for v in found.values()) else {k: float(v) for k, v in found.items()}


series = []
for n in (5, 8, 10, 12, 24, 34, 36, 60):
    series.append(random.normal(size=n))
    series.append(0.2 * np.arange(n) + random.normal(size=n))
    series.append(autocorrelated(n, 0.8))
    series.append(autocorrelated(n, -0.6))
    series.append(random.poisson(0.7, size=n).astype(float))
    series.append(random.poisson(np.linspace(9, 2, n)).astype(float))
series.append(np.r_[np.zeros(9), np.ones(9)])
cases = []
for x in series:
    x = np.round(x, 3)
    exact = None
    if len(set(x)) == len(x) <= 34:
        exact = float(kendalltau(np.arange(len(x)), x, method="exact").pvalue)
    cases.append({"values": x.tolist(), "original": numbers(mk.original_test(x)),
                  "hamed_rao": numbers(mk.hamed_rao_modification_test(x)), "exact": exact})
print(json.dumps({"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
                  "pymannkendall": version("pymannkendall"), "cases": cases}))
