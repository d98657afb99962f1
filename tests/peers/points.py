"""Seeded points of a made-up town: 40 % anywhere in 16 by 16 km, the rest around 150 places. usage: points.py N OUT.csv"""
import sys

import numpy as np

SIDE, WEST, SOUTH, PLACES = 16_000.0, 580_000.0, 6_602_000.0, 150


def town(count, seed=20240601):
    stream = np.random.default_rng(seed)
    places = stream.random((PLACES, 2)) * SIDE
    spread = stream.uniform(20.0, 200.0, PLACES)
    weight = stream.pareto(1.5, PLACES) + 0.2
    anywhere = round(0.4 * count)
    chosen = stream.choice(PLACES, count - anywhere, p=weight / weight.sum())
    around = places[chosen] + stream.standard_normal((count - anywhere, 2)) * spread[chosen, None]
    points = np.vstack([stream.random((anywhere, 2)) * SIDE, np.clip(around, 0.0, SIDE)])
    return stream.permutation(points) + [WEST, SOUTH], stream.integers(0, 1095, count), stream.choice([1, 5, 20], count)


if __name__ == "__main__":
    points, days, weights = town(int(sys.argv[1]))
    with open(sys.argv[2], "w", encoding="ascii") as out:
        out.write("id,x,y,t,w\n")
        for row, ((x, y), day, weight) in enumerate(zip(points, days, weights)):
            out.write(f"{row},{x:.3f},{y:.3f},{day},{weight}\n")
