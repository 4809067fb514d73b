"""The best mix where it is known: measures whose cost to budgets differs and whose effect does not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_province import ENGINE, FakeEconomy
from mixable import MixablePlan, mixable_plan

from jinxiao.experiments import extras
from jinxiao.experiments.mixes import GOALS, Mix
from jinxiao.experiments.optimise import (
    BEST,
    COLUMNS,
    EQUAL,
    PLAN,
    OptimiseResult,
    as_yaml,
    begins,
    can_be_late,
    not_dominated,
    optimise,
    verdict,
)
from jinxiao.experiments.responses import COST, Responses
from jinxiao.files.errors import InputError

BUDGET = 2e9
WHOLE = {"goal": ("total_consumption", "jobs"), "budget": BUDGET}


@pytest.fixture(scope="module")
def plan() -> MixablePlan:
    """Measures 1 to 4 pay the same; budgets bear all, half, a tenth and nothing of it."""
    return mixable_plan()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run store that all tests of this file share."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def found(plan: MixablePlan, store: Path) -> OptimiseResult:
    """The best mix for a budget of two billion yuan, where the plan costs 2.56."""
    return optimise(plan, engine=ENGINE, store=store, jobs=1, draws=4, search_draws=2, **WHOLE)  # type: ignore[arg-type]


def whole(result: OptimiseResult, mix: str, outcome: str, evaluated: str = "fresh") -> Any:
    """Return the row of a whole mix."""
    table = result.table
    rows = table[(table["measure"] == 0) & (table["evaluated"] == evaluated)]
    return rows[(rows["mix"] == mix) & (rows["outcome"] == outcome)].iloc[0]


def test_money_goes_where_a_public_yuan_moves_most(found: OptimiseResult):
    strengths = found.mixes[BEST].strengths
    assert strengths[3] == 2.0
    assert strengths[2] == 2.0
    assert strengths[1] < 0.2


def test_what_costs_budgets_nothing_is_held_as_in_the_plan(found: OptimiseResult):
    assert found.held == (4,)
    assert all(mix.strengths[4] == 1.0 for mix in found.mixes.values())


def test_every_mix_costs_the_budget_on_the_draws_of_the_search(found: OptimiseResult):
    rows = found.table[(found.table["evaluated"] == "search") & (found.table["measure"] == 0)]
    for _, cost in rows.groupby("mix")["cost"].first().items():
        assert cost == pytest.approx(BUDGET, rel=0.02)


def test_the_plan_is_scaled_by_one_strength_and_an_equal_split_spends_the_same_on_each(found: OptimiseResult):
    plan = found.mixes[PLAN].strengths
    assert len({plan[k] for k in (1, 2, 3)}) == 1
    table = found.table
    own = table[(table["mix"] == EQUAL) & (table["evaluated"] == "search") & table["measure"].isin([1, 2])]
    chosen = found.table[found.table["evaluated"] == "search"]
    assert not chosen.empty
    assert own["cost"].max() < 1.05 * own["cost"].min()
    assert found.mixes[EQUAL].strengths[3] == 2.0  # cannot take its share


def test_the_winner_beats_both_on_fresh_draws(found: OptimiseResult):
    rows = found.differences[found.differences["goal"] == "total_consumption"]
    assert set(rows["against"]) == {PLAN, EQUAL}
    assert [verdict(row) for row in rows.to_dict("records")] == ["better", "better"]
    assert (rows["wins"] == rows["draws"]).all()


def test_fresh_draws_are_others_than_those_of_the_search(found: OptimiseResult):
    chosen = found.settings["chosen_as"]
    assert whole(found, BEST, "total_consumption")["median"] != pytest.approx(
        whole(found, chosen, "total_consumption", "search")["median"], rel=1e-6
    )


def test_the_table_has_the_columns_agreed(found: OptimiseResult):
    assert list(found.table.columns) == list(COLUMNS)
    assert set(found.table["evaluated"]) == {"search", "fresh"}
    assert {*GOALS, "fiscal_cost", "additional_per_yuan"} == set(found.table["outcome"])


def test_costs_of_measures_add_up_to_that_of_the_mix(found: OptimiseResult):
    table = found.table
    for (_, _), rows in table.groupby(["mix", "evaluated"]):
        own = rows.loc[rows["measure"] > 0, "cost"].sum()
        assert own == pytest.approx(rows.loc[rows["measure"] == 0, "cost"].iloc[0])


def test_curves_are_exact_where_measures_add_up_and_answer_in_proportion(found: OptimiseResult):
    assert found.check["error_pct"].abs().max() < 1e-6


def test_no_mix_of_the_front_is_beaten_in_every_goal(found: OptimiseResult):
    assert found.front is not None
    wide = found.front.pivot_table(index="mix", columns="goal", values="median")
    on = found.front.drop_duplicates("mix").set_index("mix")["on_front"]
    assert on.any()
    assert not on[PLAN]
    assert wide.loc[BEST, "total_consumption"] == wide["total_consumption"].max()


def test_a_search_that_is_repeated_simulates_nothing(
    plan: MixablePlan, store: Path, found: OptimiseResult, monkeypatch: pytest.MonkeyPatch
):
    def never(self: Any, duration: int) -> None:
        raise AssertionError("simulated again")

    monkeypatch.setattr(FakeEconomy, "run_for", never)
    again = optimise(plan, engine=ENGINE, store=store, jobs=1, draws=4, search_draws=2, **WHOLE)  # type: ignore[arg-type]
    assert again.table.equals(found.table)
    assert again.mixes == found.mixes


def test_a_budget_of_the_plan_is_what_the_plan_costs(plan: MixablePlan, store: Path):
    result = optimise(
        plan, (1, 2), budget="plan", engine=ENGINE, store=store, jobs=1, draws=2, search_draws=2
    )
    assert result.mixes[PLAN].strengths == {1: 1.0, 2: 1.0}
    assert whole(result, BEST, "fiscal_cost", "fresh")["cost"] == pytest.approx(result.budget, rel=0.2)
    assert result.mixes[BEST].strengths[2] == 2.0
    assert result.front is None


def test_a_mix_is_written_as_a_scenario(found: OptimiseResult):
    text = as_yaml(found, Mix("late", {1: 0.0, 2: 1.25, 3: 2.0}, {2: 6, 3: 0}))
    assert "measures: [2, 3]" in text
    assert "  2: 1.25\n" in text
    assert "delays:\n  2: 6\n" in text


def test_a_delay_that_would_carry_the_aftermath_out_of_the_window_is_not_offered(plan: MixablePlan):
    assert begins(plan, 1) == 18
    assert can_be_late(plan, 1, 48, 6)
    assert not can_be_late(plan, 1, 48, 12)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"goal": ("happiness",)}, "goal"), ({"goal": ()}, "goal"), ({"budget": -1.0}, "budget"),
     ({"budget": "much"}, "budget"), ({"delays": (99,)}, "delays"), ({"search_draws": 0}, "search-draws"),
     ({"measures": (4,)}, "measures"), ({"measures": (9,)}, "measures")],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(
    plan: MixablePlan, store: Path, arguments: dict[str, Any], field: str
):
    with pytest.raises(InputError) as error:
        optimise(plan, **{"budget": BUDGET, "engine": ENGINE, "store": store, "jobs": 1, **arguments})
    assert error.value.field == field
    assert error.value.allowed


def test_without_pymoo_one_line_says_what_to_install(
    plan: MixablePlan, store: Path, monkeypatch: pytest.MonkeyPatch
):
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named '{name}'", name=name.split(".")[0])

    monkeypatch.setattr(extras.importlib, "import_module", missing)
    with pytest.raises(
        InputError, match=r"jinxiao optimise: found no package pymoo; allowed .*jinxiao\[mixes\]"
    ):
        optimise(plan, budget=BUDGET, engine=ENGINE, store=store, jobs=1)


def test_the_best_yuan_comes_first_and_flat_stretches_are_skipped():
    nodes = np.array([0.0, 1.0, 2.0])
    curves = {
        COST: np.array([[0.0, 10.0, 20.0], [0.0, 10.0, 20.0], [0.0, 10.0, 20.0]]),
        # 0.9 then 0.5 a yuan; nothing first, then much (one stretch of 0.7 on its hull); a loss
        "g": np.array([[0.0, 9.0, 14.0], [0.0, 0.0, 14.0], [0.0, -1.0, -2.0]]),
    }
    late = {name: np.zeros((3, 1)) for name in curves}
    responses = Responses((1, 2, 3), nodes, (0,), 0.0, {COST: 0.0, "g": 0.0}, curves, late)
    np.testing.assert_allclose(responses.by_yuan("g", 20.0), [1.0, 1.0, 0.0])
    np.testing.assert_allclose(responses.by_yuan("g", 100.0), [2.0, 2.0, 0.0])
    np.testing.assert_allclose(responses.evenly(15.0), [0.5, 0.5, 0.5], atol=1e-6)


def test_dominated_mixes_are_those_beaten_in_every_goal():
    values = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0], [0.5, 0.5], [1.0, 1.0]])
    assert not_dominated(values).tolist() == [True, True, True, False, True]


@pytest.mark.parametrize(("low", "high", "said"), [(1, 2, "better"), (-1, 2, "unclear"), (-2, -1, "worse")])
def test_a_difference_whose_interval_holds_zero_decides_nothing(low: float, high: float, said: str):
    assert verdict({"low": low, "high": high}) == said
