"""Counts of events per month, ISO week, day and year by Python's own calendar and time zones: writes timeline.json beside itself.

Event k starts at second 1 577 000 000 + (k * 1 000 003) * 97 mod 160 000 000 and lasts a minute; the zone is Europe/Stockholm.
Needs nothing but Python 3.9 with its zone data.
"""

import json
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

EVENTS = 5_000
ZONE = ZoneInfo("Europe/Stockholm")


def start(k):
    return 1_577_000_000 + (k * 1_000_003 * 97) % 160_000_000


def name(step, moment):
    if step == "month":
        return moment.strftime("%Y-%m")
    if step == "year":
        return f"{moment.year:04d}"
    if step == "week":
        year, week, _ = moment.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return moment.strftime("%Y-%m-%d")


moments = [datetime.fromtimestamp(start(k), ZONE) for k in range(EVENTS)]
counts = {step: dict(sorted(Counter(name(step, moment) for moment in moments).items())) for step in ("month", "week", "day", "year")}
result = {"python": sys.version.split()[0], "events": EVENTS, "counts": counts}
Path(__file__).with_name("timeline.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
