#!/usr/bin/env python3
"""Writes visibility.json: areas of visibility polygons in 1,000 random scenes, by CGAL and by GEOS.

Scenes are not stored. They are made again, number for number, in src/plan/sight/oracle.rs: Knuth's 64-bit linear
congruential generator (6364136223846793005, 1442695040888963407), its upper 31 bits, coordinates in eighths of a metre. A
scene is a room of 480 by 480 m with up to one convex building in each of 6 by 6 lots, and walls that may cross buildings
and each other.

- "cgal": area seen among the buildings, without the walls; CGAL's exact visibility through pyvispoly
- "geos": area seen among buildings and walls; the room less the union of what each edge hides, by GEOS through shapely

The script stops if the two differ where there are no walls.

usage: python visibility_cgal.py > visibility.json    (pyvispoly, shapely; a minute)
"""

import json
import math
import platform
from importlib.metadata import version

import shapely
from pyvispoly import Point, Polygon, PolygonWithHoles, VisibilityPolygonCalculator

SCENES, LOTS, LOT = 1000, 6, 640  # a lot's side in eighths of a metre
SIDE = LOTS * LOT
FAR = 64.0 * SIDE


class Numbers:
    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n


def scene(seed):
    """Viewpoint, buildings as rings, walls as pairs; all in eighths of a metre, whole."""
    numbers = Numbers(seed)
    filled = 1 + numbers.below(9)
    buildings = []
    for lot in range(LOTS * LOTS):
        if numbers.below(10) >= filled:
            continue
        x, y = lot % LOTS * LOT, lot // LOTS * LOT
        low = [40 + 40 * numbers.below(6), 40 + 40 * numbers.below(6)]
        high = [low[0] + 40 * (1 + numbers.below(7)), low[1] + 40 * (1 + numbers.below(7))]
        if numbers.below(2) == 0:
            ring = [low, [high[0], low[1]], high, [low[0], high[1]]]
        else:  # one corner on each side of the rectangle
            wide, tall = high[0] - low[0], high[1] - low[1]
            ring = [
                [low[0] + 1 + numbers.below(wide - 1), low[1]],
                [high[0], low[1] + 1 + numbers.below(tall - 1)],
                [low[0] + 1 + numbers.below(wide - 1), high[1]],
                [low[0], low[1] + 1 + numbers.below(tall - 1)],
            ]
        buildings.append([[x + a, y + b] for a, b in ring])
    walls = []
    for _ in range(numbers.below(13)):
        a = [1 + numbers.below(SIDE - 1), 1 + numbers.below(SIDE - 1)]
        b = [min(max(c + numbers.below(801) - 400, 1), SIDE - 1) for c in a]
        walls.append([a, b])
    # Streets run where lots meet: a viewpoint is on one of them, often in line with walls of houses.
    along, across = 40 * (1 + numbers.below(SIDE // 40 - 1)), LOT * (1 + numbers.below(LOTS - 1))
    viewpoint = [along, across] if numbers.below(2) == 0 else [across, along]
    return viewpoint, buildings, walls


def metres(point):
    return point[0] / 8, point[1] / 8


def by_cgal(viewpoint, buildings):
    point = lambda p: Point(*metres(p))
    room = Polygon([point(p) for p in [[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]]])
    holes = [Polygon([point(p) for p in reversed(ring)]) for ring in buildings]
    seen = VisibilityPolygonCalculator(PolygonWithHoles(room, holes)).compute_visibility_polygon(point(viewpoint))
    return abs(float(seen.area()))


def hidden(p, a, b):
    """What the edge hides: from it outwards, the far side in steps of at most 30 degrees."""
    turn = (a[0] - p[0]) * (b[1] - p[1]) - (a[1] - p[1]) * (b[0] - p[0])
    if turn == 0:
        return None
    if turn < 0:
        a, b = b, a
    first = math.atan2(a[1] - p[1], a[0] - p[0])
    sweep = (math.atan2(b[1] - p[1], b[0] - p[0]) - first) % (2 * math.pi)
    far = lambda q: (p[0] + (q[0] - p[0]) * FAR / math.dist(p, q), p[1] + (q[1] - p[1]) * FAR / math.dist(p, q))
    steps = math.ceil(sweep / (math.pi / 6))
    middle = [first + sweep * step / steps for step in range(steps - 1, 0, -1)]
    return shapely.Polygon([a, b, far(b), *[(p[0] + FAR * math.cos(t), p[1] + FAR * math.sin(t)) for t in middle], far(a)])


def by_geos(viewpoint, buildings, walls):
    edges = [(ring[i - 1], ring[i]) for ring in buildings for i in range(4)] + walls
    shadows = [hidden(metres(viewpoint), metres(a), metres(b)) for a, b in edges]
    side = SIDE / 8
    return shapely.difference(shapely.box(0, 0, side, side), shapely.union_all([s for s in shadows if s])).area


areas = {"cgal": [], "geos": []}
for seed in range(SCENES):
    viewpoint, buildings, walls = scene(seed)
    cgal, geos = by_cgal(viewpoint, buildings), by_geos(viewpoint, buildings, [])
    assert abs(cgal - geos) <= 1e-9 * cgal, (seed, cgal, geos)
    areas["cgal"].append(float(f"{cgal:.13g}"))
    areas["geos"].append(float(f"{by_geos(viewpoint, buildings, walls):.13g}"))
print(json.dumps({
    "python": platform.python_version(),
    "pyvispoly": version("pyvispoly"),
    "shapely": shapely.__version__,
    "geos_version": shapely.geos_version_string,
    **areas,
}))
