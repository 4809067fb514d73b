# %% [markdown]
# # Choosing a mix when little is certain
#
# Three packages are on the table: child care and trade-in; pensions; a bit of everything. They cost different sums and rest on
# evidence of different quality. The question is not which has the highest number but which is the best bet, and how much we
# might regret it.

# %%
# %matplotlib inline
import pandas as pd

import jinxiao as jx

plan = jx.load_plan("shanxi-2025")
mixes = {
    "without+5,15": "child care, trade-in",
    "without+7": "pensions, medical",
    "without+1,5,7,15,21": "a bit of everything",
}
result = jx.compare(
    plan,
    ["without", "measures:5,15", "measures:7", "measures:1,5,7,15,21"],
    scale=5000,
    draws=3,
    months=30,
    jobs=1,
)
result.plot("compare")

# %% [markdown]
# ## Draw by draw
#
# All mixes meet the same draws: the same households, the same luck, the same view of the world. So it is fair to ask in how many
# draws one beats another. This is what intervals side by side hide: they overlap because all mixes are good or bad in the same
# draws.

# %%
whole = result.draws.query("period == 'total' and group_by == 'all'")
value = whole.query("outcome == 'additional_per_yuan'").pivot(
    index="draw", columns="scenario", values="value"
)
value = value.rename(columns=mixes)
value.round(2)

# %%
beats = pd.DataFrame({a: {b: (value[a] > value[b]).mean() for b in value} for a in value})
print("share of draws in which the column gives more per yuan than the row")
beats.round(2)

# %% [markdown]
# ## Regret
#
# Regret is what one misses in a draw by not having taken the mix that turned out best. A cautious planner takes the mix whose
# largest regret is smallest, which need not be the one with the highest mean. With three draws this shows how to ask; a decision
# wants a hundred.

# %%
regret = value.rsub(value.max(axis=1), axis=0)
pd.DataFrame(
    {"mean per yuan": value.mean(), "worst draw": value.min(), "largest regret": regret.max()}
).round(2)

# %% [markdown]
# ## When does it pay?
#
# Whoever decides also cares about when. `to_xarray` has the months.

# %%
added = (
    result.to_xarray()["additional"]
    .sel(outcome="total_consumption", group="all", closure="full")
    .squeeze("estimand")
)
total = added.cumsum("month").median("draw").sel(month=["2025-12-01", "2026-06-01"]) / 1e9
total.to_pandas().rename(index=mixes).round(2)
