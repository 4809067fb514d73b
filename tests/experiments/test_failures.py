"""A run that fails is told with all that is needed to repeat it, and does not stop the others."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from failing_engine import BROKEN, DYING, FAILING
from fake_province import ENGINE, FakePlan

from jinxiao.experiments import comparison
from jinxiao.experiments.ensemble import WorkerDied
from jinxiao.experiments.failures import COLUMNS, from_json, read_recipe, to_json, write_failures
from jinxiao.experiments.runs import Arm, DrawRuns, Setting, make_draw, repeat
from jinxiao.experiments.store import RunStore
from jinxiao.experiments.uplift import UpliftResult, uplift
from jinxiao.files.errors import InputError, InvariantError
from jinxiao.model.ledger import LedgerError

DRAWS = 8
Run = Callable[..., UpliftResult]


def drawn_mpc(plan: FakePlan) -> np.ndarray:
    """The share spent in each draw: the fake runs of measure 15 fail below 0.34."""
    parameters = ENGINE.load_parameters(plan)
    return np.array([make_draw(parameters, 1, d).parameters["households.mpc"] for d in range(DRAWS)])


@pytest.fixture
def failed(run: Run) -> UpliftResult:
    """Eight draws of which those with a small share fail in measure 15."""
    return run([5, 15], draws=DRAWS, engine=FAILING)


def test_draws_with_a_run_that_failed_are_left_out_and_the_others_are_as_ever(
    plan: FakePlan, run: Run, failed: UpliftResult, tmp_path: Path
):
    mpc = drawn_mpc(plan)
    gone = set(np.flatnonzero(mpc < 0.34))
    assert 0 < len(gone) < DRAWS
    assert {one.draw for one in failed.failures} == gone
    assert set(failed.draws["draw"]) == set(range(DRAWS)) - gone
    assert set(failed.table["draws"]) == {DRAWS - len(gone)}
    assert failed.settings["draws"] == DRAWS and failed.settings["draws_missing"] == len(gone)
    assert failed.notes[0].startswith(f"{len(gone)} of {DRAWS} draws are missing")
    sound = run([5, 15], draws=DRAWS, store=tmp_path / "sound").draws
    kept = sound[~sound["draw"].isin(gone)].reset_index(drop=True)
    pd.testing.assert_frame_equal(failed.draws, kept, check_exact=True)


def test_every_failed_run_is_told_by_kind_measure_month_and_account(plan: FakePlan, failed: UpliftResult):
    mpc = drawn_mpc(plan)
    for one in failed.failures:
        assert "15" in one.measures.split("+")
        if mpc[one.draw] < 0.28:
            assert (one.kind, one.account, one.month, one.amount) == (
                "invariant",
                "account firms",
                "2025-07",
                -7.0,
            )
        else:
            assert (one.kind, one.message) == ("memory", "not enough memory")
    for draw in {
        one.draw for one in failed.failures
    }:  # alone, and with the other; what it continues does not fail
        assert sorted(one.measures for one in failed.failures if one.draw == draw) == ["15", "5+15"]


def test_the_folder_holds_a_table_and_a_recipe_by_which_each_fails_again(
    plan: FakePlan, failed: UpliftResult, tmp_path: Path, store: Path
):
    write_failures(tmp_path / "out", ())
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    write_failures(tmp_path / "out", failed.failures)
    table = pd.read_csv(tmp_path / "out" / "failures.csv", encoding="utf-8-sig")
    assert tuple(table.columns) == COLUMNS and len(table) == len(failed.failures)
    errors = []
    for file, kind in zip(table["file"], table["kind"], strict=True):
        made_of = read_recipe(tmp_path / "out" / file)
        with pytest.raises(Exception) as error:
            repeat(made_of, plan, FAILING)
        errors.append(error.type.__name__ == {"invariant": "LedgerError", "memory": "MemoryError"}[kind])
        assert np.isfinite(repeat(made_of, plan, ENGINE)[:, 0, 0]).all()  # sound where the model is
    assert all(errors)
    assert len(list((store / "failures").iterdir())) == len(failed.failures)


def test_what_failed_is_tried_again_next_time_and_nothing_else(
    run: Run, failed: UpliftResult, simulated: list[int], tmp_path: Path
):
    simulated.clear()
    mended = run([5, 15], draws=DRAWS)
    draws = {one.draw for one in failed.failures}
    assert len(simulated) == len(draws) + len({(one.draw, one.file) for one in failed.failures})
    pd.testing.assert_frame_equal(
        mended.table, run([5, 15], draws=DRAWS, store=tmp_path / "other").table, check_exact=True
    )
    assert mended.failures == ()


def test_strict_stops_at_the_first_failure(run: Run):
    with pytest.raises((InvariantError, MemoryError)):
        run([5, 15], draws=DRAWS, engine=FAILING, strict=True)


def test_where_nothing_is_left_the_first_failure_is_the_error(run: Run, store: Path):
    with pytest.raises(InvariantError, match="account households, month 2024-01: off by 1 yuan"):
        run([5, 15], draws=2, engine=BROKEN)
    recipes = list((store / "failures").iterdir())
    assert len(recipes) == 2  # once a draw: the history failed, which all its runs share


def test_a_worker_that_dies_in_one_draw_every_time_takes_no_other_draw_with_it(
    plan: FakePlan, store: Path, run: Run, tmp_path: Path
):
    found = uplift(plan, [5, 15], draws=4, jobs=2, engine=DYING, store=store)
    gone = set(np.flatnonzero(drawn_mpc(plan)[:4] < 0.34))
    assert gone and {one.draw for one in found.failures} == gone
    assert {one.kind for one in found.failures} == {"worker died"}
    assert all("15" in one.measures for one in found.failures)
    sound = run([5, 15], draws=4, store=tmp_path / "sound").draws
    kept = sound[~sound["draw"].isin(gone)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.draws, kept, check_exact=True)


def test_whole_scenarios_leave_out_draws_in_the_same_way(plan: FakePlan, store: Path):
    common: dict[str, Any] = {"engine": FAILING, "draws": DRAWS, "jobs": 1, "store": store}
    scenario = plan.scenario(15, name="with 15")
    object.__setattr__(scenario, "parts", {})
    found = comparison.run_scenario(plan, _Known(scenario), **common)
    gone = set(np.flatnonzero(drawn_mpc(plan) < 0.34))
    assert {one.draw for one in found.failures} == gone
    assert set(found.frame["draw"]) == set(range(DRAWS)) - gone
    with pytest.raises((LedgerError, MemoryError)):
        repeat(found.failures[0].recipe, plan, FAILING, scenario)
    with pytest.raises((InvariantError, MemoryError)):
        comparison.run_scenario(plan, _Known(scenario), strict=True, **common)


class _Known:
    """A fake scenario with what results ask of one."""

    def __init__(self, scenario: Any) -> None:
        self.plan, self.name, self.hash, self.parts = scenario.plan, scenario.name, "one", {15: ()}
        self.policy = scenario.policy


def test_values_go_through_json_to_the_last_bit():
    values = {"a": 0.1 + 0.2, "b": np.array([1.0 / 3.0, 2.0]), "c": np.eye(2) / 7.0}
    back = from_json(json.loads(json.dumps(to_json(values))))
    assert back["a"] == values["a"]
    np.testing.assert_array_equal(back["b"], values["b"])
    np.testing.assert_array_equal(back["c"], values["c"])


def test_a_repeated_run_is_the_same_run(plan: FakePlan):
    draw = make_draw(ENGINE.load_parameters(plan), 1, 3)
    setting = Setting(plan, 100, 1, 48, plan.start, engine=ENGINE)
    from jinxiao.experiments.runs import recipe

    arm = Arm(frozenset({5}), "all", "direct")
    first = DrawRuns(setting, draw, RunStore(None)).flows(arm)
    again = repeat(json.loads(json.dumps(recipe(setting, draw, arm))), plan, ENGINE)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("content", ["", "{}", "[1]", "not json"])
def test_a_file_that_is_no_recipe_is_refused_in_one_line(tmp_path: Path, content: str):
    file = tmp_path / "one.json"
    file.write_text(content)
    with pytest.raises(InputError, match="not the recipe of a run"):
        read_recipe(file)
    with pytest.raises(InputError, match="no such file"):
        read_recipe(tmp_path / "absent.json")


def test_a_dead_worker_is_told_in_one_line():
    assert "\n" not in str(WorkerDied())
