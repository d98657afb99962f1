#!/usr/bin/env python3
"""Prints the pairs that pointpats' Knox test counts among 400 made events: those of `near_repeat`'s test.

usage: python knox_pointpats.py
"""

import numpy as np
import pointpats
from pointpats import Knox

at = np.arange(400)
points = np.column_stack([at * 7919 % 3001, at * 104729 % 2999]).astype(float)
days = (at * 31 % 365).astype(float).reshape(-1, 1)
print("pointpats", pointpats.__version__, "numpy", np.__version__)
for metres, width in [(400, 60), (500, 30)]:
    print(metres, width, int(Knox(points, days, delta=metres, tau=width, permutations=9).statistic_))
