"""Times this program and the programs that people would use instead, in one run, on one machine.

usage: peers.py LAGESBILD FOLDER PYTHON OUT.json [RUNS]

Each comparison runs both sides in turn and keeps the median; memory is the largest that the whole process had. Nothing
here fails because of a time: the table says what was met and what was not.
"""
import json
import os
import random
import statistics
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

ours, folder, python, out = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
runs = int(sys.argv[5]) if len(sys.argv) > 5 else 3
folder.mkdir(parents=True, exist_ok=True)
here = Path(__file__).parent
# Settings for old processors would slow numpy down, and the race would not be fair.
environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}


def run(command):
    """Seconds, MiB and standard output of a command, which must succeed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    text, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]}: {errors or text}")
    return seconds, usage.ru_maxrss / 1024, text


def last_json(text):
    return json.loads(text.strip().splitlines()[-1])


def points(count):
    path = folder / f"points_{count}.csv"
    given = here.parents[2] / "shared" / "tools" / "gen_points.py"
    if not path.exists():
        run([python, str(given if given.exists() else here / "points.py"), str(count), str(path)])
    return path


def import_ours(path):
    store = folder / "import.gpkg"
    store.unlink(missing_ok=True)
    run([ours, "init", str(store), "--name", "Provsund"])
    seconds, mib, _ = run([ours, "--json", "import", "events", str(path), "--crs", "EPSG:3006", "--store", str(store)])
    return seconds, mib


def import_peer(path):
    target = folder / "peer.gpkg"
    target.unlink(missing_ok=True)
    options = ["-oo", "X_POSSIBLE_NAMES=x", "-oo", "Y_POSSIBLE_NAMES=y", "-a_srs", "EPSG:3006"]
    return run(["ogr2ogr", "-f", "GPKG", str(target), str(path), *options])[:2]


def analysed(method, path, more, name="hotspots.gpkg"):
    """Seconds of computing, MiB, and number of features of an analysis of a file."""
    columns = ["--x", "x", "--y", "y", "--crs", "EPSG:3006"]
    command = [ours, "--json", "analyse", method, "--input", str(path), *columns, *more, "--output", str(folder / name)]
    _, mib, text = run(command)
    answer = last_json(text)
    return answer["timings"]["compute"], mib, answer["features"]


def dbscan_ours(path, eps):
    return analysed("dbscan", path, ["--eps", str(eps), "--min-points", "10"])


def dbscan_peer(path, eps):
    _, mib, text = run([python, str(here / "sklearn_dbscan.py"), str(path), str(eps), "10"])
    answer = last_json(text)
    return answer["seconds"], mib, answer["clusters"]


def cells_ours(path, method, cell, more):
    return analysed(method, path, ["--cell", str(cell), *more])[:2]


def gi_ours(path):
    # 16 km in 300 cells, every cell with an exact tail and its q.
    return cells_ours(path, "gi-star", 53.4, ["--exposure", "yta", "--replicates", "0"])


def gi_nulls_ours(path):
    # And 999 null maps for the largest on the map.
    return cells_ours(path, "gi-star", 53.4, ["--exposure", "yta", "--replicates", "999"])


def gi_peer(path):
    _, mib, text = run([python, str(here / "esda_gi.py"), str(path), "53.4", "999"])
    return last_json(text)["seconds"], mib


def kde_ours(path):
    return cells_ours(path, "kde", 100, ["--bandwidth", "200", "--kernel", "epanechnikov", "--edge", "no"])


def kde_peer(path):
    _, mib, text = run([python, str(here / "kdepy_fft.py"), str(path), "100", "200"])
    return last_json(text)["seconds"], mib


def hdbscan_ours(path):
    return analysed("hdbscan", path, ["--min-points", "25", "--min-samples", "5"])[:2]


def hdbscan_peer(path):
    _, mib, text = run([python, str(here / "hdbscan_library.py"), str(path), "25"])
    return last_json(text)["seconds"], mib


def dated(count):
    """Events in 10 x 10 km and a year, every number from a fixed rule."""
    path = folder / f"dated_{count}.csv"
    if not path.exists():
        generator = random.Random(7)
        first = date(2024, 1, 1)
        lines = ["x,y,datum"]
        for _ in range(count):
            x, y = 580_000 + generator.random() * 10_000, 6_300_000 + generator.random() * 10_000
            lines.append(f"{x:.2f},{y:.2f},{first + timedelta(days=generator.randrange(366))}")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def knox_ours(path):
    bands = ["--band", "200", "--bands", "1", "--days", "14", "--time-bands", "1", "--replicates", "99"]
    return analysed("near-repeat", path, bands, "knox.csv")[:2]


def knox_peer(path):
    _, mib, text = run([python, str(here / "pointpats_knox.py"), str(path), "200", "14", "99"])
    return last_json(text)["seconds"], mib


def scan_ours(path):
    # 16 km in 40 cells, windows up to a tenth; ten concentrations, each a search with 99 null maps of its own.
    return cells_ours(path, "scan", 400, ["--exposure", "yta", "--window", "10", "--replicates", "99"])


COMPARISONS = [
    ("hdbscan-100k", 100_000, hdbscan_ours, hdbscan_peer, (), "hdbscan", 6.0, None),
    ("knox-5k", 5_000, knox_ours, knox_peer, (), "pointpats", 100.0, None),
    ("gi-star-300x300", 100_000, gi_ours, gi_peer, (), "esda, 999 permutations", 200.0, None),
    ("gi-star-999-maps", 100_000, gi_nulls_ours, gi_peer, (), "esda, 999 permutations", 15.0, None),
    ("kde-100k-160x160", 100_000, kde_ours, kde_peer, (), "KDEpy FFTKDE", 1.0, None),
    ("import-csv-1m", 1_000_000, import_ours, import_peer, (), "ogr2ogr", 3.0, 1024),
    ("dbscan-1m-eps20", 1_000_000, dbscan_ours, dbscan_peer, (20,), "scikit-learn", 60.0, 300),
    ("dbscan-100k-eps50", 100_000, dbscan_ours, dbscan_peer, (50,), "scikit-learn", 20.0, None),
]

rows = []
# A peer that two lines are held against is timed once.
timed = {}
for name, count, mine, theirs, arguments, peer, target, limit in COMPARISONS:
    path = dated(count) if mine is knox_ours else points(count)
    one, other = [], timed.setdefault((theirs, path, arguments), [])
    for run_number in range(runs):
        one.append(mine(path, *arguments))
        if len(other) == run_number:
            other.append(theirs(path, *arguments))
    if len(one[0]) > 2 and one[0][2] != other[0][2]:
        sys.exit(f"{name}: {one[0][2]} clusters, and {peer} finds {other[0][2]}")
    ours_s, peer_s = (statistics.median(run[0] for run in side) for side in (one, other))
    rows.append(
        {
            "name": name,
            "ours_s": round(ours_s, 4),
            "peer": peer,
            "peer_s": round(peer_s, 3),
            "ratio": round(peer_s / ours_s, 1),
            "target": target,
            "ours_mib": round(max(run[1] for run in one)),
            "peer_mib": round(max(run[1] for run in other)),
            "limit_mib": limit,
        }
    )
    row = rows[-1]
    met = row["ratio"] >= target and (limit is None or row["ours_mib"] < limit)
    memory = f"{row['ours_mib']} MiB" + (f" (under {limit})" if limit else "")
    print(
        f"{name:<20} {row['ours_s']:>9.3f} s  {peer:<13} {row['peer_s']:>8.2f} s  {row['ratio']:>7.1f} x (mål {target:g} x)"
        f"  {memory}, {peer} {row['peer_mib']} MiB  {'nått' if met else 'INTE NÅTT'}",
        flush=True,
    )
# Growth: the same density of events, or the same town with more of them.
GROWTH = [
    ("dbscan, eps 50", lambda path: dbscan_ours(path, 50), points, 50_000),
    ("hdbscan", hdbscan_ours, points, 25_000),
    ("gi-star, 300 x 300", gi_ours, points, 50_000),
    ("kde, 160 x 160", kde_ours, points, 50_000),
    ("near-repeat", knox_ours, dated, 5_000),
    ("scan, 40 x 40", scan_ours, points, 25_000),
]
growth = []
for name, mine, rows_of, count in GROWTH:
    taken = [mine(rows_of(count * times)) for times in (1, 4, 16)]
    growth.append({"name": name, "events": count, "seconds": [round(one[0], 4) for one in taken], "mib": [round(one[1]) for one in taken]})
    told = "  ".join(f"{count * times:>7} {one[0]:>8.3f} s {one[1]:>5.0f} MiB" for times, one in zip((1, 4, 16), taken))
    print(f"{name:<20} {told}", flush=True)
Path(out).with_name("growth.json").write_text(json.dumps(growth, indent=1) + "\n", encoding="utf-8")
Path(out).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
