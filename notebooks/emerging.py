# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Anhopningar som växer, består eller avtar
# Månad för månad: i vilka rutor och grannrutor var skadorna fler än väntat? Antalet perioder räknas om med SciPy, trenden med
# pymannkendall.

# %%
import numpy as np
import pymannkendall
from scipy import stats

from common import DARK, LIGHT, analyse, cell_numbers, column, keep, neighbours, placed, plt, rows, said, town_map

SIDE = 500.0

# %%
file, _ = analyse("emerging", "damage", "--cell", "500", "--step", "month")
cells, events = rows(file, "cells"), placed(rows(file, "events"))
inside = cell_numbers(events, cells, SIDE)
months = np.array([int(row["period_fran"][:4]) * 12 + int(row["period_fran"][5:7]) for row in events])
months -= months[inside >= 0].min()
steps = months[inside >= 0].max() + 1
counts = np.zeros((len(cells), steps), int)
np.add.at(counts, (inside[inside >= 0], months[inside >= 0]), 1)
assert (counts.sum(axis=1) == column(cells, "n")).all()

# %% [markdown]
# Fönstret är rutan och dess grannar; nollan att månadens händelser föll efter jämförelsetalet. Alla fönster i alla månader är en
# enda familj av test.

# %%
near, exposure, totals = neighbours(cells), column(cells, "jamforelsetal"), counts.sum(axis=0)
window, share = near @ counts, np.minimum(near @ exposure / exposure.sum(), 1)
upper = stats.binom.sf(window - 1, totals, share[:, None])
lower = stats.binom.cdf(window, totals, share[:, None])
p = np.minimum(2 * np.minimum(upper, lower), 1)
q = stats.false_discovery_control(p.ravel()).reshape(p.shape)
more = window > totals * share[:, None]
hot, cold = ((q <= 0.05) & more).sum(axis=1), ((q <= 0.05) & ~more).sum(axis=1)
assert (hot == column(cells, "perioder_fler")).all()
assert (cold == column(cells, "perioder_farre")).all()
said("emerging", f"{hot.sum()} varma och {cold.sum()} kalla fönster bland {p.size}, desamma som SciPys")

# %% [markdown]
# Trenden gäller fönstrets andel av alla händelser. Programmet rättar för månader som hänger ihop, pymannkendalls enkla test gör
# det inte: de ska peka åt samma håll och ligga nära varandra.

# %%
busy = np.flatnonzero(window.sum(axis=1) >= 3 * steps)
theirs = np.array([pymannkendall.original_test(window[at] / np.maximum(totals, 1)).z for at in busy])
ours = np.array([cells[at]["trend_z"] for at in busy])
assert len(busy) >= 5 and stats.spearmanr(theirs, ours).statistic > 0.9
assert all(np.sign(a) == np.sign(b) for a, b in zip(theirs, ours) if abs(a) > 1.5)
said("emerging", f"trendens z i {len(busy)} fönster: rangkorrelation {stats.spearmanr(theirs, ours).statistic:.3f} med pymannkendall")

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(12.5, 5.4), width_ratios=[1, 1.25])
words = column(cells, "utveckling")
drawn = town_map(left, cells, SIDE, hot, cmap="Purples", vmin=0, vmax=max(hot.max(), 3))
drawn.set_edgecolor("#d5d5d5")
figure.colorbar(drawn, ax=left, label="månader", ticks=range(0, max(hot.max(), 3) + 1), shrink=0.7)
patterns = int((words != "Inget mönster").sum())
left.set_title(f"Månader (av {steps}) med säkerställt fler än väntat\n{patterns} av {len(cells)} rutor har ett mönster")
years = np.arange(steps) // 12
shown = sorted(range(len(cells)), key=lambda at: -hot[at])[:5]
for line, at in enumerate(shown):
    per_year = np.array([window[at][years == year].sum() for year in range(years.max() + 1)])
    expected = np.array([(totals * share[at])[years == year].sum() for year in range(years.max() + 1)])
    base = -line * 1.25
    top = max(per_year.max(), expected.max())
    calendar = 2018 + np.arange(len(per_year))
    right.fill_between(calendar, base, base + expected / top, color=LIGHT, lw=0)
    right.plot(calendar, base + per_year / top, color=DARK, lw=2)
    right.text(calendar[-1] + 0.15, base + per_year[-1] / top, f"{per_year[-1]:.0f}", va="center")
    right.text(calendar[0] - 0.15, base + 0.25, f"ruta {cells[at]['kolumn']}, {cells[at]['rad']}\n{words[at]}", ha="right", va="center", fontsize=9)
right.set_yticks([])
right.spines["left"].set_visible(False)
right.set_xlim(2016.4, calendar[-1] + 0.8)
right.set_xticks(calendar)
right.set_title("Skador per år i fem fönster, ruta och grannar\n(ljust: väntat)")
keep(figure, "emerging")
