# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Upprepade händelser på samma eller närliggande plats
# Följer skador på varandra i rum och tid oftare än om datumen vore utdelade på måfå? Programmets hela Knox-tabell räknas om med
# SciPys k-d-träd: paren ett för ett, det väntade ur tabellens summor.

# %%
from datetime import date

import numpy as np
from scipy.spatial import cKDTree

from common import analyse, column, keep, placed, plt, rows, said

METRES, BANDS, DAYS, TIMES = 100.0, 5, 14, 4

# %%
file, _ = analyse("near-repeat", "damage", "--band", "100", "--bands", "5", "--days", "14", "--time-bands", "4")
table = rows(file, "near_repeat")
events = [row for row in placed(rows(file, "events")) if row["foljer"] is not None]
first, last = ([date.fromisoformat(row[name]).toordinal() for row in events] for name in ("period_fran", "period_till"))
assert first == last, "varje händelse har en dag"
days = np.array(first)
points = np.column_stack([column(events, "x"), column(events, "y")])

# %%
pairs = cKDTree(points).query_pairs(METRES * BANDS, output_type="ndarray")
distance = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
between = np.abs(days[pairs[:, 0]] - days[pairs[:, 1]])
# Same place first; a pair on a limit belongs to the nearer band, in metres and in days.
in_metres = np.where(distance <= 1.0, 0, np.ceil(distance / METRES)).astype(int)
in_days = np.maximum(np.ceil(between / DAYS).astype(int) - 1, 0)
counted = np.zeros((BANDS + 1, TIMES), int)
np.add.at(counted, (in_metres[in_days < TIMES], in_days[in_days < TIMES]), 1)
ours = column(table, "n").reshape(BANDS + 1, TIMES)
assert (counted == ours).all(), (counted, ours)

# Dates dealt anew: each pair of places gets any pair of dates with one and the same probability.
all_days = np.abs(days[:, None] - days)[np.triu_indices(len(days), 1)]
of_days = np.maximum(np.ceil(all_days / DAYS).astype(int) - 1, 0)
chance = np.array([(of_days == band).mean() for band in range(TIMES)])
expected = np.bincount(in_metres, minlength=BANDS + 1)[:, None] * chance
told = column(table, "vantat").reshape(BANDS + 1, TIMES)
# The program's mean of 999 deals; its error is that of a mean of about Poisson numbers, and a little more.
error = np.abs(told - expected) / np.maximum(np.sqrt(expected / 999), 1e-9)
assert error.max() < 8, error.max()
said("near_repeat", f"{counted.sum()} par i {counted.size} fält, desamma som SciPys; väntat inom {np.abs(told / expected - 1).max():.1%}")

# %%
ratio, q = column(table, "kvot").reshape(counted.shape), column(table, "q").reshape(counted.shape)
figure, axis = plt.subplots(figsize=(9.5, 5.6))
drawn = axis.imshow(np.log2(ratio), cmap="PuOr_r", vmin=-1.5, vmax=1.5, aspect="auto")
for (i, j), value in np.ndenumerate(ratio):
    strong = abs(np.log2(value)) > 0.9
    axis.text(
        j, i, f"{value:.2f}".replace(".", ",") + f"\n{counted[i, j]} par" + (" *" if q[i, j] <= 0.05 else ""),
        ha="center", va="center", fontsize=10, color="white" if strong else "black",
    )
axis.set_xticks(range(TIMES), [row["tid_mellan"] for row in table[:TIMES]])
axis.set_yticks(range(BANDS + 1), [row["avstand"] for row in table[::TIMES]])
axis.set_xlabel("tid mellan händelserna")
bar = figure.colorbar(drawn, ticks=[-1, 0, 1])
bar.ax.set_yticklabels(["hälften", "som väntat", "dubbelt"])
found = int((q <= 0.05).sum())
axis.set_title(f"Par av skador mot väntat antal: {found} av {q.size} fält är säkerställda (*)")
keep(figure, "near_repeat")
