"""Conditions of failure where they are known, and none where there are none."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_province import ENGINE
from mixable import MixablePlan, mixable_plan

from jinxiao.experiments import extras
from jinxiao.experiments.discovery import (
    COLUMNS,
    REGRET_COLUMNS,
    Box,
    DiscoveryResult,
    boxes_table,
    discover,
    find_boxes,
    prim_boxes,
    regret_table,
)
from jinxiao.experiments.given_data import POINT
from jinxiao.files.errors import InputError
from jinxiao.files.priors import Uniform

MPC = "households.mpc"


class Priors:
    """Forty numbers between 0 and 2."""

    uncertain = [(f"p{i}", Uniform(low=0.0, high=2.0)) for i in range(40)]  # noqa: RUF012


def cube(count: int = 300) -> pd.DataFrame:
    """Return random points."""
    points = np.random.default_rng(1).random((count, 40))
    return pd.DataFrame(points, columns=[name for name, _ in Priors.uncertain])


@pytest.fixture(scope="module")
def plan() -> MixablePlan:
    """Measures 1 to 4."""
    return mixable_plan()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run store that all tests of this file share."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def found(plan: MixablePlan, store: Path) -> DiscoveryResult:
    """Measure 1 falls short of 0.4 yuan for a yuan where households spend little; measures 2 and 3 cost budgets less."""
    others = [plan.scenario(2, name="half"), plan.scenario(3, name="tenth")]
    run = partial(discover, plan, engine=ENGINE, store=store, jobs=1, draws=90)
    return run(plan.scenario(1, name="cash"), against=others, below=0.4)


def test_both_methods_find_the_corner_in_which_draws_fall_short():
    points = cube()
    failed = ((points["p3"] < 0.4) & (points["p7"] > 0.5)).to_numpy() ^ (
        np.random.default_rng(2).random(len(points)) < 0.04
    )
    boxes, notes = find_boxes(points, failed, seed=1)
    assert not notes
    prim = next(box for box in boxes if box.method == "prim")
    assert set(prim.limits) == {"p3", "p7"}
    assert prim.limits["p3"][1] == pytest.approx(0.4, abs=0.08)
    assert prim.limits["p7"][0] == pytest.approx(0.5, abs=0.08)
    assert max(prim.quasi_p.values()) < 0.01
    cart = next(box for box in boxes if box.method == "cart")
    assert {"p3", "p7"} <= set(cart.limits)
    table = boxes_table(boxes, points, failed, Priors())
    first = table[(table["method"] == "prim") & (table["box"] == 1)].iloc[0]
    assert first["held_out_density"] > 0.7
    assert first["held_out_p"] < 1e-4
    assert first["coverage"] > 0.6
    np.testing.assert_allclose(table["value_high"], 2.0 * table["high"])


def test_held_out_draws_expose_boxes_made_of_chance():
    points = cube()
    failed = np.random.default_rng(5).random(len(points)) < 0.3
    boxes, _ = find_boxes(points, failed, seed=1)
    table = boxes_table(boxes, points, failed, Priors())
    assert table["density"].max() > 0.5  # good where it was found
    assert (table["held_out_p"] > 0.05).all()


def test_a_lower_end_is_restricted_like_an_upper_one():
    points = cube()[["p0", "p1"]]
    boxes = prim_boxes(points, (points["p0"] > 0.6).to_numpy(), most=1)
    assert set(boxes[0].limits) == {"p0"}
    assert boxes[0].limits["p0"] == (pytest.approx(0.6, abs=0.05), 1.0)


def test_where_hardly_any_draw_differs_no_box_is_looked_for():
    points = cube(60)
    boxes, notes = find_boxes(points, np.zeros(60, dtype=bool), seed=1)
    assert boxes == []
    assert "falls short" in notes[0]


def test_the_share_spent_decides_whether_a_measure_falls_short(found: DiscoveryResult):
    assert list(found.table.columns) == list(COLUMNS)
    first = found.table[(found.table["method"] == "prim") & (found.table["box"] == 1)]
    assert first["parameter"].tolist() == [MPC]
    # 1.05 x mpc + 0.1 x ... falls below 0.4 up to a share near 0.3 to 0.35
    assert 0.25 < first["value_high"].iloc[0] < 0.45
    assert first["held_out_density"].iloc[0] > 0.8
    assert 0.1 < found.share < 0.6


def test_outcomes_and_places_are_kept_by_draw(found: DiscoveryResult):
    assert len(found.draws) == 90
    assert {POINT + MPC, POINT + "measures.1.amount.factor"} <= set(found.draws.columns)
    short = found.draws["additional_per_yuan"] < found.threshold
    assert short.mean() == pytest.approx(found.share)
    assert found.draws.loc[short, POINT + MPC].max() < found.draws.loc[~short, POINT + MPC].min() + 0.1
    assert found.outcomes.groupby("mix").size().to_dict() == {"cash": 90, "half": 90, "tenth": 90}


def test_the_mix_that_is_best_everywhere_is_never_regretted(found: DiscoveryResult):
    assert found.regret is not None
    assert list(found.regret.columns) == list(REGRET_COLUMNS)
    overall = found.regret[found.regret["state"] == "all"].set_index("mix")
    assert overall.loc["tenth", "max"] == 0.0
    assert overall.loc["tenth", "best_share"] == 1.0
    assert overall.loc["cash", "mean"] > overall.loc["half", "mean"] > 0.0


def test_regret_of_costs_is_what_is_paid_too_much():
    values = np.array([[3.0, 1.0], [2.0, 5.0]])
    points = pd.DataFrame({"a": [0.1, 0.9]})
    box = Box("prim", {"a": (0.0, 0.5)}, {})
    table = regret_table(values, ["x", "y"], "fiscal_cost", [box], points).set_index(["state", "mix"])
    assert table.loc[("all", "x"), "max"] == 2.0
    assert table.loc[("prim_1", "x"), "mean"] == 2.0
    assert table.loc[("outside prim_1", "y"), "mean"] == 3.0


@pytest.mark.parametrize(("below", "threshold"), [("break_even", 1.0), (0.25, 0.25), ("median", None)])
def test_thresholds(plan: MixablePlan, store: Path, below: float | str, threshold: float | None):
    result = discover(
        plan, plan.scenario(1, name="cash"), below=below, engine=ENGINE, store=store, jobs=1, draws=30
    )
    if threshold is None:
        assert result.share == 0.5
    else:
        assert result.threshold == threshold
    assert result.regret is None


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"outcome": "happiness"}, "outcome"), ({"below": "much"}, "below"), ({"draws": 10}, "draws"),
     ({"months": 17}, "months")],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(
    plan: MixablePlan, store: Path, arguments: dict[str, Any], field: str
):
    with pytest.raises(InputError) as error:
        discover(plan, plan.scenario(1), **{"engine": ENGINE, "store": store, "jobs": 1, **arguments})
    assert error.value.field == field


def test_two_mixes_of_one_name_are_refused(plan: MixablePlan, store: Path):
    with pytest.raises(InputError, match="twice"):
        discover(plan, plan.scenario(1), against=[plan.scenario(2)], engine=ENGINE, store=store, jobs=1)


def test_without_the_workbench_one_line_says_what_to_install(
    plan: MixablePlan, store: Path, monkeypatch: pytest.MonkeyPatch
):
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named '{name}'", name=name.split(".")[0])

    monkeypatch.setattr(extras.importlib, "import_module", missing)
    with pytest.raises(InputError, match=r"jinxiao discover: found no package sklearn"):
        discover(plan, plan.scenario(1), engine=ENGINE, store=store, jobs=1)
