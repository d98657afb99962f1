"""Times pointpats' Knox test with permutations, computing only.

usage: pointpats_knox.py EVENTS.csv METRES DAYS PERMUTATIONS
"""
import json
import sys
import time

import numpy as np
from pointpats import knox

path, metres, days, permutations = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
rows = np.loadtxt(path, delimiter=",", skiprows=1, dtype=str)
xy = rows[:, :2].astype(float)
day = rows[:, 2].astype("datetime64[D]").astype(int).astype(float).reshape(-1, 1)
start = time.perf_counter()
found = knox(xy, day, delta=metres, tau=days, permutations=permutations)
print(json.dumps({"seconds": time.perf_counter() - start, "pairs": int(found["stat"])}))
