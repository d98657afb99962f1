"""scikit-learn's DBSCAN on the points of a CSV; prints the seconds of the fit alone. usage: sklearn_dbscan.py CSV EPS MIN"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.cluster import DBSCAN

points = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1, usecols=(1, 2))
start = time.perf_counter()
found = DBSCAN(eps=float(sys.argv[2]), min_samples=int(sys.argv[3]), n_jobs=2).fit(points)
seconds = time.perf_counter() - start
clusters = int(found.labels_.max()) + 1
print(json.dumps({"seconds": seconds, "clusters": clusters, "version": sklearn.__version__}))
