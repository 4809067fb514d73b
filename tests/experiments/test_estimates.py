"""From differences by draw to rows: written by hand, so that every figure is known."""

import numpy as np
import pytest

from jinxiao.experiments.effects import (
    ALL,
    COLUMN,
    COLUMNS,
    CONSUMPTION,
    COST,
    GROSS,
    JOBS,
    MEASURED,
    Periods,
)
from jinxiao.experiments.estimates import Effect, Paired, by_draw, ratio, summarise, without_cost

PERIODS = Periods.of(17, 2)
EFFECT = Effect(5, "first_in", "full", "all")


def paired(cost: list[float], consumption: list[float]) -> Paired:
    """Return draws in which the province pays and spends the amounts given in each of two months."""
    difference = np.full((len(cost), 2, len(MEASURED), len(COLUMNS)), np.nan)
    difference[:, :, :, ALL] = 0.0
    difference[:, :, COST, ALL] = np.array(cost)[:, None]
    difference[:, :, CONSUMPTION, ALL] = np.array(consumption)[:, None]
    difference[:, :, CONSUMPTION, COLUMN["city", "Taiyuan"]] = 0.25 * np.array(consumption)[:, None]
    difference[:, :, JOBS, ALL] = 7.0
    difference[:, :, GROSS, ALL] = 3.0 * np.array(cost)[:, None]
    return Paired(difference, np.full_like(difference, 100.0))


def test_the_ratio_is_taken_draw_by_draw_over_the_window():
    quotient = ratio(PERIODS.sum(paired([1.0, 2.0], [3.0, 1.0]).difference), CONSUMPTION)
    assert quotient is not None
    assert quotient.tolist() == [3.0, 0.5]


@pytest.mark.parametrize("cost", [[1.0, 0.0], [1.0, -2.0], [0.0, 0.0]])
def test_one_draw_without_cost_is_enough_to_leave_the_ratio_out(cost: list[float]):
    effects = {EFFECT: paired(cost, [3.0, 1.0]), EFFECT._replace(measure=7): paired([1.0, 1.0], [3.0, 1.0])}
    assert ratio(PERIODS.sum(effects[EFFECT].difference), CONSUMPTION) is None
    assert without_cost(effects, PERIODS) == [5]
    for table in (summarise(EFFECT, effects[EFFECT], PERIODS), by_draw(EFFECT, effects[EFFECT], PERIODS)):
        assert not table["outcome"].str.endswith("per_yuan").any()
        assert (table["outcome"] == "total_consumption").any()


def test_rows_hold_sums_of_money_averages_of_jobs_and_the_level_without_the_measure():
    table = summarise(EFFECT, paired([1.0, 2.0, 3.0], [10.0, 20.0, 60.0]), PERIODS)
    rows = table.set_index(["outcome", "group", "period"])
    assert rows.loc[("total_consumption", "all", "total"), "median"] == 40.0
    assert rows.loc[("total_consumption", "all", "2025"), "median"] == 40.0
    assert rows.loc[("total_consumption", "all", "2025-06"), "median"] == 20.0
    assert rows.loc[("total_consumption", "Taiyuan", "total"), "high"] == pytest.approx(
        0.25 * (40.0 + 0.9 * 80.0)
    )
    assert rows.loc[("total_consumption", "all", "total"), "low"] == pytest.approx(20.0 + 0.1 * 20.0)
    assert rows.loc[("jobs", "all", "total"), ["median", "baseline"]].tolist() == [7.0, 100.0]
    assert rows.loc[("total_consumption", "all", "total"), "baseline"] == 200.0
    assert rows.loc[("gross_per_yuan", "all", "total"), "median"] == 3.0


def test_what_is_not_defined_has_no_row():
    table = summarise(EFFECT, paired([1.0], [1.0]), PERIODS)
    assert set(table.loc[table["group_by"] == "city", "group"]) == {"Taiyuan"}
    assert not (table["outcome"] == "gross_spending").any()


def test_without_groups_only_the_province_is_given():
    table = summarise(EFFECT, paired([1.0], [1.0]), PERIODS, whole_only=True)
    assert set(table["group"]) == {"all"}


def test_draws_give_months_for_the_province_only():
    table = by_draw(EFFECT, paired([1.0, 2.0], [10.0, 20.0]), PERIODS)
    monthly = table[table["period"].str.len() == 7]
    assert set(monthly["group"]) == {"all"}
    yearly = table[table["period"] == "2025"]
    assert {"all", "Taiyuan"} == set(yearly["group"])
    assert yearly[(yearly["outcome"] == "total_consumption") & (yearly["group"] == "Taiyuan")][
        "value"
    ].tolist() == [5.0, 10.0]
