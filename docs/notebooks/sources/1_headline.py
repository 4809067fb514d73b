# %% [markdown]
# # What does the plan add?
#
# A release says that a programme "drove" 100 billion yuan of consumption. How much of it would not have been there otherwise?
# This notebook asks the model, in small: three measures of Shanxi's plan, a 1:5000 sample, two draws, half a minute.
# The published table is the same call with all thirty measures, `scale=100` and `draws=8` (ten minutes); only these numbers
# belong into a report.

# %%
# %matplotlib inline
import jinxiao as jx

plan = jx.load_plan("shanxi-2025")
result = jx.uplift(plan, measures=[5, 7, 15], scale=5000, draws=2, months=30, jobs=1)

# %% [markdown]
# ## The headline table
#
# One value a row: `low` and `high` are the 90% interval over the draws (with two draws, hardly more than a hint). Measure 0 is
# all of them together. *Additional* is what households and visitors spend with the measure minus what the same households spend
# without it, over the whole window, months of payback included.

# %%
table = result.table
whole = table.query("period == 'total' and group_by == 'all' and part == 'all'")
billion = whole.query("outcome == 'total_consumption'").set_index("name_en")[["median", "low", "high"]] / 1e9
billion.round(2)

# %%
ratios = whole[whole["outcome"].isin(["additional_per_yuan", "gross_per_yuan"])]
ratios.pivot(index="name_en", columns="outcome", values="median").round(2)

# %% [markdown]
# Gross counts every subsidised purchase at its full price. The distance between the two columns is what would have been bought
# anyway, what was only brought forward, and what replaced other spending. A transfer has little of a gap; a trade-in has a wide
# one.

# %%
result.plot("uplift")

# %% [markdown]
# ## Payback
#
# Purchases that a subsidy brings forward are missing later. The monthly path shows it: where the line is below zero, spending is
# lower than it would have been. A report that stops at the end of the subsidy counts only the good months.

# %%
result.plot("paths")

# %% [markdown]
# ## The same as arrays
#
# `to_xarray()` gives every draw by month and group, so that sums are taken within a draw before the median: medians of parts do
# not add up to the median of the whole.

# %%
added = result.to_xarray()["additional"].sel(
    outcome="total_consumption", group="all", estimand="first_in", closure="full"
)
by_year = added.groupby("month.year").sum("month").median("draw") / 1e9
by_year.to_pandas().round(2)

# %%
path = added.sel(measure=15).median("draw")
print(
    f"highest in {path.month[int(path.values.argmax())].dt.strftime('%Y-%m').item()}; "
    f"{int((path < 0).sum())} of {path.sizes['month']} months below the reference"
)

# %% [markdown]
# ## To hand on
#
# `save` writes tables, figures and a manifest with everything needed to repeat the run; `jx.report` makes a DOCX, a page and a
# workbook of it, in Chinese or English, where the extra `report` is installed.

# %%
result.save("results/headline", lang="zh")
jx.report("results/headline", "results/report", lang="zh", formats=["html"])
