#!/usr/bin/env python3
"""Writes garwood.json: exact limits of Poisson counts by SciPy's chi-square quantiles, and rates of forty made-up areas.

Limits: chi2.ppf(alpha / 2, 2 n) / 2 and chi2.ppf(1 - alpha / 2, 2 n + 2) / 2 (Garwood 1936 in the form with chi-square).
The areas: area k has (k * 7919) mod 61 events, in every fifth area ten times that, and 200 + (k * 104729) mod 3000 people.
The order is by the lower limit of the rate, ties by number of events, then by k.

usage: python garwood_scipy.py > garwood.json    (Debian 12: python3-scipy)
"""

import json
import platform

import scipy
from scipy.stats import chi2


def limits(n, level):
    tail = (1 - level) / 2
    return [0.0 if n == 0 else chi2.ppf(tail, 2 * n) / 2, chi2.isf(tail, 2 * n + 2) / 2]


NUMBERS = [0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 75, 100, 137, 250, 500, 999, 1000, 5000, 10_000, 123_456, 1_000_000]
counts = [((k * 7919) % 61) * (10 if k % 5 == 0 else 1) for k in range(40)]
people = [200 + (k * 104729) % 3000 for k in range(40)]
rate = sum(counts) / sum(people)
areas = []
for n, people_here in zip(counts, people):
    low, high = limits(n, 0.95)
    expected = rate * people_here
    areas.append({"n": n, "people": people_here, "expected": expected, "ratio": n / expected, "low": low / expected, "high": high / expected})
order = sorted(range(40), key=lambda k: (-limits(counts[k], 0.95)[0] / people[k], -counts[k], k))
print(json.dumps({
    "python": platform.python_version(),
    "scipy": scipy.__version__,
    "limits": [{"n": n, "level": level, "limits": limits(n, level)} for n in NUMBERS for level in (0.9, 0.95, 0.99)],
    "areas": areas,
    "order": order,
}))
