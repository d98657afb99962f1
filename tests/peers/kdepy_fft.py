"""Times KDEpy's FFT approximation on a grid, computing only.

usage: kdepy_fft.py POINTS.csv CELL_M BANDWIDTH_M
"""
import json
import sys
import time

import numpy as np
from KDEpy import FFTKDE

path, side, bandwidth = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
xy = np.loadtxt(path, delimiter=",", skiprows=1, usecols=(0, 1))
low, high = xy.min(axis=0) - 3 * bandwidth, xy.max(axis=0) + 3 * bandwidth
axes = [np.arange(low[axis], high[axis], side) for axis in (0, 1)]
grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 2)
times = []
for _ in range(5):
    start = time.perf_counter()
    # Its bandwidth is a standard deviation; the kernel ends at the square root of five of them.
    FFTKDE(kernel="epa", bw=bandwidth / 5**0.5).fit(xy).evaluate(grid)
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": sorted(times)[2]}))
