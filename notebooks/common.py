"""What the notebooks share: runs the program on the sample town, reads its layers with Python's own SQLite, keeps pictures."""

import json
import os
import sqlite3
import struct
import subprocess
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("LAGESBILD", ROOT / "target/debug/lagesbild"))
TOWN = Path(os.environ.get("LAGESBILD_TOWN", ROOT / "target/town"))
OUT = Path(os.environ.get("LAGESBILD_NOTEBOOKS", ROOT / "target/notebooks"))

# Readable by colour-blind people and in greyscale; no red for crime.
DARK, LIGHT, QUIET = "#3f007d", "#dadaeb", "#9e9e9e"

plt.rcParams.update({
    "figure.figsize": (9, 5.4), "figure.dpi": 110, "font.size": 11, "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlelocation": "left", "axes.titlesize": 13, "axes.titlepad": 12,
})


def analyse(method: str, kind: str, *more: str) -> tuple[Path, dict]:
    """Runs a method on the town's store: the GeoPackage that it wrote, and its report."""
    OUT.mkdir(parents=True, exist_ok=True)
    out = OUT / f"{method}_{kind}.gpkg"
    out.unlink(missing_ok=True)
    command = [PROGRAM, "--json", "analyse", method, "--store", TOWN / "lagesbild.gpkg", "--kind", kind, "--no-keep", "--output", out]
    ran = subprocess.run([*map(str, command), *more], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return out, json.loads(ran.stdout)


def rows(file: Path, layer: str) -> list[dict]:
    """Rows of a layer; points as x and y, other shapes left out."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        found = [dict(row) for row in connection.execute(f'SELECT * FROM "{layer}"')]
    for row in found:
        blob = row.pop("geom", None)
        # Points are written without a box; bit 5 says that the place is not known.
        if blob is not None and not blob[3] & 0x1E:
            row["x"], row["y"] = struct.unpack("<2d", blob[-16:])
    return found


def column(table: list[dict], name: str) -> np.ndarray:
    return np.array([row[name] for row in table])


def placed(events: list[dict]) -> list[dict]:
    return [row for row in events if row.get("x") is not None]


def cell_numbers(events: list[dict], cells: list[dict], side: float) -> np.ndarray:
    """The position of each event's cell in `cells`; -1 for an event in none."""
    known = {(cell["kolumn"], cell["rad"]): at for at, cell in enumerate(cells)}
    return np.array([known.get((int(row["x"] // side), int(row["y"] // side)), -1) for row in events])


def neighbours(cells: list[dict]) -> np.ndarray:
    """1 where two cells touch at a side or corner, and on the diagonal."""
    c, r = column(cells, "kolumn"), column(cells, "rad")
    return ((np.abs(c[:, None] - c) <= 1) & (np.abs(r[:, None] - r) <= 1)).astype(float)


def truths(which: str) -> list[dict]:
    """The places that were planted in the town."""
    return json.loads((TOWN / "facit.json").read_text())[which]


def comma(axis) -> None:
    """Swedish decimals on both axes."""
    for one in (axis.xaxis, axis.yaxis):
        one.set_major_formatter(lambda value, _: f"{value:g}".replace(".", ","))


def town_map(axis, cells: list[dict], side: float, values, **kinds):
    """Cells as squares coloured by value; axes in kilometres."""
    c, r = column(cells, "kolumn"), column(cells, "rad")
    grid = np.full((r.max() - r.min() + 1, c.max() - c.min() + 1), np.nan)
    grid[r - r.min(), c - c.min()] = values
    x, y = (np.arange(one.min(), one.max() + 2) * side / 1000 for one in (c, r))
    drawn = axis.pcolormesh(x, y, grid, edgecolors="white", lw=0.6, **kinds)
    axis.set_aspect("equal")
    axis.set_xlabel("öst (km, SWEREF 99 TM)")
    axis.set_ylabel("nord (km)")
    axis.locator_params(nbins=5)
    comma(axis)
    return drawn


def keep(figure, name: str) -> None:
    figure.tight_layout()
    figure.savefig(OUT / f"{name}.png")
    plt.close(figure)


def said(name: str, what: str) -> None:
    print(f"ok      {name}: {what}")
