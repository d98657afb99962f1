# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Anhopningar och deras intyg
# Var i provstaden har det hänt fler skador än slumpen förklarar? Programmet svarar med Gi* och prövar sig självt på kartor som
# inte innehåller något (`--certify`). Här räknas svaren om med scikit-learn och SciPy, och det vanliga sättet att räkna Gi*
# ställs bredvid.

# %%
import numpy as np
from scipy import stats
from sklearn.cluster import DBSCAN

from common import DARK, LIGHT, QUIET, analyse, cell_numbers, column, keep, neighbours, placed, plt, rows, said, town_map, truths

SIDE = 250.0

# %% [markdown]
# ## DBSCAN: samma grupper som scikit-learn

# %%
file, _ = analyse("dbscan", "accident", "--eps", "50", "--min-points", "8", "--selection", "alla")
events = placed(rows(file, "events"))
ours = np.array([row["cluster"] or 0 for row in events])
points = np.column_stack([column(events, "x"), column(events, "y")])
theirs = DBSCAN(eps=50, min_samples=8).fit(points)
core = np.zeros(len(events), bool)
core[theirs.core_sample_indices_] = True
assert (core == column(events, "core").astype(bool)).all()
# A border event near two clusters may go to either: the program takes the nearest core. Core events decide.
pairs = {(a, b) for a, b in zip(ours[core], theirs.labels_[core])}
assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
assert ((ours > 0) == (theirs.labels_ >= 0)).all()
said("hotspots", f"{len(pairs)} grupper bland {len(events)} olyckor, desamma som scikit-learns")

# %% [markdown]
# ## Gi*: exakta svansar, omräknade med SciPy

# %%
file, report = analyse("gi-star", "damage", "--null", "poisson", "--certify", "200")
cells, events = rows(file, "cells"), placed(rows(file, "events"))
near, exposure = neighbours(cells), column(cells, "jamforelsetal")
inside = cell_numbers(events, cells, SIDE)
n = np.bincount(inside[inside >= 0], minlength=len(cells))
assert (n == column(cells, "n")).all()
window, share, total = near @ n, near @ exposure / exposure.sum(), n.sum()
p = stats.binom.sf(window - 1, total, share)
assert np.allclose(p, column(cells, "p"), rtol=2e-5, atol=1e-300)
q = stats.false_discovery_control(p)
assert np.allclose(q, column(cells, "q"), rtol=2e-5, atol=1e-300)
said("hotspots", f"p och q för {len(cells)} rutor, desamma som SciPys exakta binomialsvans")

# %% [markdown]
# ## Vanlig Gi* på kartor utan något
# Händelserna strös jämnt över stadens rutor. Det vanliga z-värdet jämförs med normalfördelningen och rättas med
# Benjamini–Hochberg.

# %%
rng = np.random.default_rng(1)
size, cell_count = near.sum(axis=1), len(cells)


def usual(counts: np.ndarray) -> bool:
    mean, sd = counts.mean(), counts.std()
    z = (near @ counts - mean * size) / (sd * np.sqrt((cell_count * size - size**2) / (cell_count - 1)))
    return bool((stats.false_discovery_control(2 * stats.norm.sf(np.abs(z))) <= 0.05).any())


def exact(counts: np.ndarray) -> bool:
    tails = stats.binom.sf(near @ counts - 1, counts.sum(), size / cell_count)
    return bool((stats.false_discovery_control(tails) <= 0.05).any())


MAPS, PER_CELL = 500, (0.05, 0.5, 5)
alarms = {"vanlig Gi*": [], "exakt Gi*": []}
for per_cell in PER_CELL:
    drawn = [rng.multinomial(round(per_cell * cell_count), np.full(cell_count, 1 / cell_count)) for _ in range(MAPS)]
    alarms["vanlig Gi*"].append(sum(map(usual, drawn)) / MAPS)
    alarms["exakt Gi*"].append(sum(map(exact, drawn)) / MAPS)
certificate = report["certificate"]
for alarmed, maps in [(certificate["alarms"], 200), *((round(share * MAPS), MAPS) for share in alarms["exakt Gi*"])]:
    assert stats.binomtest(alarmed, maps, 0.05, alternative="greater").pvalue > 0.001, (alarmed, maps)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(12.5, 5.6), width_ratios=[1, 1.15])
hot = q <= 0.05
town_map(left, cells, SIDE, np.where(hot, 1, 0), cmap=plt.matplotlib.colors.ListedColormap([LIGHT, DARK]))
for place in truths("damage_hotspots"):
    x, y = np.array(place["centre"]) / 1000
    left.plot(x, y, "o", ms=12, mfc="none", mec="#e6ab02", mew=2.5)
left.set_title(f"{hot.sum()} av {len(cells)} rutor: fler skador än väntat\n(ringar: planterade platser)")
at = np.arange(len(PER_CELL))
for shift, (name, shares), colour in zip((-0.2, 0.2), alarms.items(), (QUIET, DARK)):
    bars = right.bar(at + shift, np.array(shares) * 100, 0.38, color=colour, label=name)
    right.bar_label(bars, fmt="%.0f %%", padding=3)
right.axhline(5, color="black", lw=1, ls="--", label="löftet: högst 5 %", zorder=0)
right.set_xticks(at, [f"{value:g}".replace(".", ",") for value in PER_CELL])
right.set_xlabel("händelser per ruta")
right.set_ylabel(f"larm, procent av {MAPS} kartor")
right.set_ylim(0, max(map(max, alarms.values())) * 130)
right.set_title("Larm på kartor som inte innehåller något")
right.legend(frameon=False, loc="upper right")
keep(figure, "hotspots")
said(
    "hotspots",
    f"intyget: {certificate['alarms']} larm på {certificate['maps']} kartor; vanlig Gi* "
    + ", ".join(f"{share:.0%} vid {level} per ruta" for share, level in zip(alarms["vanlig Gi*"], PER_CELL)),
)
