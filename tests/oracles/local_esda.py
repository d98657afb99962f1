"""Gi* with binary weights and local Moran of esda, for the tests of gi_star and local_moran: 12 x 9 cells, queen neighbours.

Value of cell k (column k // 9, row k % 9): (k * 7919) % 61 % 11, and 20 more in the cells of columns 3-5 and rows 2-4.

usage: python local_esda.py    (esda, libpysal)
"""

import json
import sys
import warnings

import esda
import libpysal
import numpy as np

warnings.filterwarnings("ignore")
columns, rows = 12, 9
values = np.array(
    [(k * 7919) % 61 % 11 + (20 if 3 <= k // rows <= 5 and 2 <= k % rows <= 4 else 0) for k in range(columns * rows)],
    dtype=float,
)
weights = libpysal.weights.lat2W(columns, rows, rook=False)
star = esda.G_Local(values, weights, transform="B", star=True, permutations=0)
moran = esda.Moran_Local(values, weights, transformation="r", permutations=9999, seed=1)
print("esda", esda.__version__, "libpysal", libpysal.__version__, "numpy", np.__version__, file=sys.stderr)
print(json.dumps({
    "esda": esda.__version__,
    "libpysal": libpysal.__version__,
    "z": star.Zs.tolist(),
    "i": moran.Is.tolist(),
    "quadrant": moran.q.tolist(),
    "p_one_sided": moran.p_sim.tolist(),
}))
