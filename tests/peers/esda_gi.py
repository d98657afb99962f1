"""Times esda's local G* with permutations on the counts of a square grid, computing only.

usage: esda_gi.py POINTS.csv CELL_M PERMUTATIONS
"""
import json
import sys
import time

import numpy as np
from esda.getisord import G_Local
from libpysal.weights import lat2W

path, side, permutations = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
xy = np.loadtxt(path, delimiter=",", skiprows=1, usecols=(0, 1))
cells = np.floor(xy / side).astype(int)
cells -= cells.min(axis=0)
columns, rows = cells.max(axis=0) + 1
counts = np.zeros((rows, columns))
np.add.at(counts, (cells[:, 1], cells[:, 0]), 1)
weights = lat2W(rows, columns, rook=False)
# The first call compiles; it is not timed.
G_Local(counts[:20, :20].ravel(), lat2W(20, 20, rook=False), star=True, transform="B", permutations=9, n_jobs=2, seed=1)
start = time.perf_counter()
G_Local(counts.ravel(), weights, star=True, transform="B", permutations=permutations, n_jobs=2, seed=1)
print(json.dumps({"seconds": time.perf_counter() - start}))
