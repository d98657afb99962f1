#!/usr/bin/env python3
"""Makes the numbers of one independent program anew and compares them with what the tests hold.

Numbers must agree to nine digits, everything else exactly; the versions beside them may differ and are not compared.

usage: python again.py [NAME | all]    without a name one is drawn of those that ask for little
"""

import json
import math
import random
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

# Which script makes which file.
STORED = {
    "dbscan_sklearn": "dbscan.json",
    "garwood_scipy": "garwood.json",
    "hdbscan_library": "hdbscan.json",
    "kde_sklearn": "kde.json",
    "local_esda": "local_esda.json",
    "mann_kendall": "mann_kendall.json",
    "near_repeat_pointpats": "near_repeat.json",
    "network_sklearn": "network.json",
    "scan_enumerated": "scan_enumerated.json",
}

# A minute and five gigabytes, or libraries that the notebooks do without: made anew only where asked for.
NOT_DRAWN = {"dbscan_sklearn", "hdbscan_library", "local_esda", "near_repeat_pointpats"}

VERSIONS = {"made_by", "python", "numpy", "scipy", "pymannkendall", "esda", "libpysal"}


def differ(stored, made, path=""):
    """Where the two differ first, or None."""
    if isinstance(stored, dict) and isinstance(made, dict):
        keys = (set(stored) | set(made)) - VERSIONS
        return next((found for key in sorted(keys) if (found := differ(stored.get(key), made.get(key), f"{path}/{key}"))), None)
    if isinstance(stored, list) and isinstance(made, list) and len(stored) == len(made):
        return next((found for at, pair in enumerate(zip(stored, made)) if (found := differ(*pair, f"{path}/{at}"))), None)
    if isinstance(stored, float) or isinstance(made, float):
        same = isinstance(made, (int, float)) and isinstance(stored, (int, float)) and math.isclose(stored, made, rel_tol=1e-9, abs_tol=1e-12)
        return None if same else f"{path}: stored {stored}, made {made}"
    return None if stored == made else f"{path}: stored {str(stored)[:80]}, made {str(made)[:80]}"


def again(name):
    """What differs, as a sentence, or None."""
    run = subprocess.run([sys.executable, HERE / f"{name}.py"], stdout=subprocess.PIPE, check=True)
    found = differ(json.loads((HERE / STORED[name]).read_text()), json.loads(run.stdout))
    print(f"{name}: made anew, {'not as stored at ' + found if found else 'as stored'}", flush=True)
    return found


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else random.SystemRandom().choice(sorted(set(STORED) - NOT_DRAWN))
    if wanted != "all" and wanted not in STORED:
        sys.exit(f"again.py: no oracle {wanted}; there are {', '.join(sorted(STORED))}")
    names = sorted(STORED) if wanted == "all" else [wanted]
    if any([again(name) for name in names]):
        sys.exit(1)


if __name__ == "__main__":
    main()
