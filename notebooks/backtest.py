# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Hade metoderna pekat rätt?
# Tolv gånger får varje metod se det som hänt dittills och peka ut fem procent av vägnätet; sedan räknas månadens olyckor där.
# Träffarna för de enkla antalen räknas om med NumPy.

# %%
import numpy as np

from common import DARK, QUIET, analyse, cell_numbers, column, keep, placed, plt, rows, said

SIDE, SHARE, ORIGINS = 250.0, 0.05, 12

# %%
file, report = analyse("backtest", "accident", "--cell", "250", "--step", "month", "--coverage", "5", "--origins", "12")
table = {row["metod"]: row for row in rows(file, "backtest")}
# Cells, road metres and events of the same study area, from a method that keeps them.
kept, _ = analyse("gi-star", "accident", "--cell", "250", "--replicates", "0")
cells, events = rows(kept, "cells"), placed(rows(kept, "events"))
inside = cell_numbers(events, cells, SIDE)


def month(row: dict) -> int:
    return int(row["period_fran"][:4]) * 12 + int(row["period_fran"][5:7])


known = [(month(row), cell) for row, cell in zip(events, inside) if cell >= 0 and row["period_fran"][:7] == row["period_till"][:7]]
when, where = np.array(known).T
when -= when.min()
steps, metres = when.max() + 1, column(cells, "jamforelsetal")


# %%
def hits(scores: np.ndarray, came: np.ndarray) -> float:
    """Events in the share of the road that scores highest; cells with one score are taken in the part that fits."""
    room, caught = SHARE * metres.sum(), 0.0
    for score in sorted(set(scores), reverse=True):
        own = scores == score
        part = min(room / metres[own].sum(), 1.0)
        caught, room = caught + part * came[own].sum(), room - part * metres[own].sum()
        if part < 1.0:
            break
    return caught


def count(chosen: np.ndarray) -> np.ndarray:
    """Events per metre of each cell."""
    return np.bincount(where[chosen], minlength=len(cells)) / metres


every = last = total = 0.0
for origin in range(steps - ORIGINS, steps):
    came = np.bincount(where[when == origin], minlength=len(cells))
    every += hits(count(when < origin), came)
    last += hits(count(when == origin - 1), came)
    total += came.sum()
told = table["Antal per ruta, alla perioder"]
assert told["n"] == total and abs(told["traffar"] - every) < 1e-3, (told, every, total)
assert abs(told["pai"] - every / total / SHARE) < 1e-3
assert abs(table["Antal förra perioden"]["traffar"] - last) < 1e-3, (table["Antal förra perioden"], last)
said("backtest", f"{every:.2f} träffar av {total:.0f} för antal per ruta, {last:.2f} för förra perioden: desamma som NumPys")

# %%
shown = sorted(table.values(), key=lambda row: row["traffandel"])
figure, axis = plt.subplots(figsize=(10, 4.8))
at = np.arange(len(shown))
middle = np.array([row["traffandel"] for row in shown]) * 100
low, high = (np.array([row[f"traffandel_{end}"] for row in shown]) * 100 for end in ("lag", "hog"))
colours = [QUIET if row["metod"] == "Antal förra perioden" else DARK for row in shown]
axis.hlines(at, low, high, color=colours, lw=3)
axis.scatter(middle, at, color=colours, s=70, zorder=3)
axis.axvline(SHARE * 100, color="black", lw=1, ls="--")
axis.text(SHARE * 100 + 0.3, len(shown) - 0.45, "på måfå", fontsize=10, va="center")
axis.set_yticks(at, [row["metod"] for row in shown])
axis.set_ylim(-0.6, len(shown) - 0.2)
axis.set_xlim(0, None)
axis.set_xlabel("andel av de följande olyckorna som träffades (%), med 95 % intervall över tolv månader")
axis.set_title("Fem procent av vägnätet utpekat: så många av nästa månads olyckor låg där")
keep(figure, "backtest")
