# %% [markdown]
# # What drives the answer?
#
# Some three hundred numbers behind a result are uncertain. Most do not matter. Global sensitivity moves them over their priors, all
# at once, and asks which ones move the answer, so that effort goes where it pays: into better evidence for a handful of them.
#
# A study of all numbers takes hundreds of runs, on a cluster or over night:
#
# ```python
# study = jx.sensitivity(plan, measure=7, method="morris", size=8, scale=1000)
# study.plot("sensitivity")
# ```
#
# Here three numbers that economists argue about stand for all of them, on a 1:5000 sample, in half a minute: what do they do to what
# better pensions (measure 7) add until the end of 2025?

# %%
# %matplotlib inline
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

import jinxiao as jx
from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.experiments.screening import Design, screen

parameters = load_parameters()
names = [
    "households.crra",
    "income.retirement_share",
    "firms.wage_curve",
]
pd.DataFrame(
    {
        "meaning": [parameters.records[name].meaning for name in names],
        "value": [parameters.records[name].value for name in names],
        "grade": [parameters.records[name].grade for name in names],
    },
    index=names,
)

# %% [markdown]
# ## The function that is looked at
#
# A point of the unit cube is a quantile of each prior; all other numbers stay at their stated value. World and luck are the same at
# every point, so that differences come from the numbers alone.

# %%
plan = jx.load_plan("shanxi-2025")
world = jx.World.load(scale=5000)


def added(points: np.ndarray) -> np.ndarray:
    """Return what measure 7 adds from June to December 2025 at each point, billion yuan."""
    return np.array([_added(point) for point in points])


def _added(point: np.ndarray) -> float:
    values = {}
    for name, quantile in zip(names, point, strict=True):
        record = parameters.records[name]
        drawn = (record.prior or record.prior_factor).ppf(float(quantile))
        values[name] = drawn if record.prior is not None else record.array() * drawn
    baseline = fit_baseline(
        world, {**parameters.central(), **values}
    )  # levels fit the statistics at every point
    totals = []
    for scenario in (plan.scenario(7), plan.scenario()):
        economy = jx.Economy(world, scenario, seed=1, months=24, baseline=baseline)
        economy.run_for(24)
        totals.append(economy.outcomes().series("total_consumption")[plan.start :].sum())
    return (totals[0] - totals[1]) / 1e9


found = screen(added, names, ["billion yuan"], Design("morris", 2, 4, 1))
table = found.pivot(index="parameter", columns="index", values="value").sort_values(
    "mu_star", ascending=False
)
table[["mu_star", "sigma"]].round(3)

# %% [markdown]
# `mu_star` is by how much the answer changes, in billion yuan, when the number crosses its prior. `sigma` is how unequal these
# changes are: where it is as large as `mu_star`, what the number does depends on the others. Two trajectories rank coarsely; eight
# and more are for conclusions.

# %%
figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
axes.barh(table.index[::-1], table["mu_star"][::-1], color="#0072B2")
axes.plot(table["sigma"][::-1], table.index[::-1], "D", color="#E69F00", markerfacecolor="white")
axes.set_xlabel("billion yuan: bar mu*, diamond sigma")
plt.show()

# %% [markdown]
# ## From screening to a decision
#
# Look at the leading number: is its grade `assumed`? Then better evidence on it narrows the interval most. Is it small beside the
# answer itself? Then the conclusion does not hang on it. Numbers that move nothing can be left at their stated values for good.

# %%
leading = table.index[0]
print(leading, "|", parameters.records[leading].grade, "|", parameters.records[leading].source)
