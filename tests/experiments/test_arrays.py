"""Results as labelled arrays agree with the tables."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from fake_province import ENGINE, load_world, small_plan

from jinxiao.experiments.arrays import outcomes_array
from jinxiao.experiments.effects import COLUMNS
from jinxiao.experiments.uplift import UpliftResult, uplift
from jinxiao.model.outcomes import Outcomes


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> UpliftResult:
    return uplift(
        small_plan(), draws=3, jobs=1, engine=ENGINE, store=tmp_path_factory.mktemp("store"),
        closure=("full", "direct"), estimand=("first_in", "shapley"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    plan = small_plan()
    economy = ENGINE.start(
        load_world(1000, 1), plan.scenario(5).policy(30), ENGINE.load_parameters(plan).central(), 1
    )
    economy.run_for(30)
    return economy.outcomes()


def test_groups_have_names_of_their_own():
    keys = [group for _, group in COLUMNS]
    assert len(set(keys)) == len(keys)  # so that a group is chosen by its name alone


def test_quantiles_of_sums_over_months_are_the_tables(result: UpliftResult):
    arrays = result.to_xarray()
    assert set(arrays["additional"].dims) == {
        "draw", "measure", "estimand", "closure", "outcome", "month", "group"
    }  # fmt: skip
    rows = result.table.query("period == 'total' and part == 'all' and unit == 'yuan'")
    for row in rows.sample(25, random_state=1).to_dict("records"):
        path = arrays["additional"].sel(
            {key: row[key] for key in ("measure", "estimand", "closure", "outcome", "group")}
        )
        sums = path.sum("month", skipna=False)
        found = sums.quantile([0.05, 0.5, 0.95], dim="draw").values
        np.testing.assert_allclose(found, [row["low"], row["median"], row["high"]], rtol=1e-9)
        assert arrays["group_by"].sel(group=row["group"]).item() == row["group_by"]


def test_months_years_and_settings_are_known(result: UpliftResult):
    arrays = result.to_xarray()
    assert str(arrays["month"].values[0])[:7] == result.periods.labels[-result.periods.months]
    by_year = arrays["additional"].groupby("month.year").sum("month")
    assert by_year.sizes["year"] == len([p for p in result.periods.labels if len(p) == 4])
    assert arrays.attrs["seed"] == 1 and arrays["evidence"].sel(measure=0).item() in (
        "causal",
        "official",
        "assumed",
    )
    assert {"new_under_plan", "decided_in_province", "new_in_province"} <= set(arrays)


def test_outcomes_as_arrays_are_the_same_numbers(outcomes: Outcomes):
    arrays = outcomes_array([outcomes, outcomes])
    path = arrays["outcomes"].sel(draw=1, outcome="total_consumption", group="Taiyuan").values
    np.testing.assert_array_equal(path, outcomes.series("total_consumption", "city", "Taiyuan"))
    cells = arrays["resident_consumption"].isel(draw=0)
    np.testing.assert_allclose(cells.values.sum(), outcomes.cube.sum())
    taiyuan_rural = cells.sel(city="Taiyuan", residence="rural").values
    np.testing.assert_array_equal(taiyuan_rural, outcomes.cube[:, 1])
