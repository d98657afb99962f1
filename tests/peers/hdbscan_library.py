"""Times the hdbscan library, computing only.

usage: hdbscan_library.py POINTS.csv MIN_CLUSTER_SIZE
"""
import json
import sys
import time

import hdbscan
import numpy as np

xy = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1, usecols=(0, 1))
start = time.perf_counter()
found = hdbscan.HDBSCAN(min_cluster_size=int(sys.argv[2]), min_samples=5, core_dist_n_jobs=2).fit(xy)
print(json.dumps({"seconds": time.perf_counter() - start, "clusters": int(found.labels_.max()) + 1}))
