# %% [markdown]
# # With data of your own
#
# The province is synthetic: households are built so that they agree with published statistics. A better figure, a figure for
# another year, or a whole other population can take their place. Here a survey, invented for the purpose, finds more cars in
# the villages than the statistics of the catalogue say. Does it change what the trade-in of consumer goods adds?

# %%
# %matplotlib inline
from pathlib import Path

import numpy as np

import jinxiao as jx
from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.statistics import Statistics, read_statistics, statistics_files
from jinxiao.calibration.synthesis.build import synthesise
from jinxiao.calibration.world import World

published = Statistics.load()
cars = published.newest("ownership_per_100", "Shanxi", "car rural")
print(cars.value, cars.unit, cars.period, cars.source, sep=" | ")

# %% [markdown]
# ## One figure replaced
#
# A table of statistics is a CSV with the columns below. No figure without unit and source: the reader refuses it, with file and
# line. Where two rows have the same key, the later one counts.

# %%
own = Path("own_survey.csv")
own.write_text(
    "series,geo,breakdown,period,value,unit,source_title,source_url,confidence,note\n"
    f"ownership_per_100,Shanxi,car rural,{cars.period},{cars.value * 1.3:.1f},{cars.unit},Invented survey,,official,example\n",
    encoding="utf-8",
)
records = [record for file in statistics_files() for record in read_statistics(file)]
statistics = Statistics([*records, *read_statistics(own)])
statistics.newest("ownership_per_100", "Shanxi", "car rural").value

# %% [markdown]
# ## The province built again
#
# Households are drawn anew from the changed statistics; everything else, the seed included, stays as it was. The key names the
# world, so that results of different data are never mixed up in the run store.

# %%
usual = jx.World.load(scale=9000)
households = synthesise(statistics, 9000, 1)
mine = World(9000, 1, households, statistics, usual.calendar, usual.geography, "own-survey-1")


def cars_per_100(world: World) -> float:
    """Return cars per 100 rural households: cars fill the first slots of ``durable_age``, -1 is an empty one."""
    from jinxiao.model.names import DURABLES

    rural = world.households["zone"] % 2 == 1
    owned = (world.households["durable_age"][:, : DURABLES[0].slots] >= 0).sum(axis=1)
    return 100.0 * float(np.average(owned[rural], weights=world.households["weight"][rural]))


print(len(usual), "and", len(mine), "households")
[round(cars_per_100(world), 1) for world in (usual, mine)]

# %% [markdown]
# ## Does it change the answer?
#
# The same measure, the same luck, in both provinces. The levels are fitted to the statistics of each.


# %%
def added(world: World) -> dict[str, float]:
    """Return what measure 15 adds in the second half of 2025, and its cost, billion yuan."""
    plan = jx.load_plan("shanxi-2025")
    baseline = fit_baseline(world, load_parameters().central())
    runs = []
    for scenario in (plan.scenario(15), plan.scenario()):
        economy = jx.Economy(world, scenario, seed=1, months=24, baseline=baseline)
        economy.run_for(24)
        runs.append(
            jx.to_xarray(economy.outcomes())["outcomes"].sel(
                group="all", draw=0, month=slice("2025-06", None)
            )
        )
    difference = (runs[0] - runs[1]).sum("month") / 1e9
    return {
        name: round(float(difference.sel(outcome=name)), 3) for name in ("total_consumption", "fiscal_cost")
    }


{"as published": added(usual), "own survey": added(mine)}

# %% [markdown]
# At 1:9000 differences of this size are mostly sampling: repeat with `scale=100`. For a whole experiment on own data, hand
# `jx.uplift` an engine whose worlds are yours, `engine=Engine(load_world=...)`. Another population altogether (a survey of
# households, say) enters the same way: as columns named and typed as in `World.households`.
