"""Tails of binomial and negative binomial counts with 50 digits, beside SciPy's, for the tests of count_tails.

usage: python count_tails_scipy.py    (scipy, mpmath)
"""

import mpmath as mp
import scipy
from scipy.stats import binom, nbinom

mp.mp.dps = 50


def binomial(k, n, p):
    p = mp.mpf(p)
    own = mp.exp(mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1) + k * mp.log(p) + (n - k) * mp.log(1 - p))
    total, j = own, k
    while own > total * mp.mpf(10) ** -40 and j < n:
        own *= mp.mpf(n - j) / (j + 1) * p / (1 - p)
        total, j = total + own, j + 1
    return total


def negative_binomial(k, mean, shape):
    mean, shape = mp.mpf(mean), mp.mpf(shape)
    share = mean / (mean + shape)
    own = mp.exp(mp.loggamma(k + shape) - mp.loggamma(k + 1) - mp.loggamma(shape) + k * mp.log(share) + shape * mp.log(1 - share))
    total, j = own, k
    while own > total * mp.mpf(10) ** -40:
        own *= (j + shape) / (j + 1) * share
        total, j = total + own, j + 1
    return total


print("scipy", scipy.__version__, "mpmath", mp.__version__)
for k, n, p in [(90, 450_000, 1e-4), (30, 4_500, 1e-4), (12, 80, 0.0056), (700, 100_000, 0.005), (400, 1_000, 0.3)]:
    print(f"({k}, {n}, {p!r}, {float(binomial(k, n, p))!r}),", binom.sf(k - 1, n, p))
for k, mean, shape in [(90, 45.0, 20.0), (20, 0.45, 3.7), (15, 4.5, 0.3), (500, 200.0, 12.5), (60, 9.0, 90.0)]:
    print(f"({k}, {mean!r}, {shape!r}, {float(negative_binomial(k, mean, shape))!r}),", nbinom.sf(k - 1, shape, shape / (shape + mean)))
