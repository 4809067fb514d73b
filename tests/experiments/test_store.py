"""Nothing is computed twice, and nothing half-written or damaged is ever read."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_province import ENGINE, FakePlan
from mortal_engine import MARK, MORTAL

from jinxiao.experiments.run_index import INDEX
from jinxiao.experiments.runs import Arm, DrawRuns, Setting, split_values
from jinxiao.experiments.store import DEFAULT_FOLDER, STORE_VARIABLE, RunStore, default_folder
from jinxiao.experiments.uplift import UpliftResult, uplift
from jinxiao.model.outcomes import Outcomes

Run = Callable[..., UpliftResult]
RUNS = 6
"""Files of measures 5 and 15: none, 5, 15, both, what 15 continues (as both do), what is continued or the centre's of both."""


def files(store: Path) -> list[Path]:
    """Return all files of a store but its index."""
    return sorted(p for p in store.rglob("*") if p.is_file() and p.name != INDEX)


def outcomes_of(plan: FakePlan) -> Outcomes:
    """Return the outcomes of a short fake run."""
    policy = plan.scenario(5).policy(20)
    economy = ENGINE.start(None, policy, ENGINE.load_parameters(plan).central(), 1)
    economy.run_for(20)
    return economy.outcomes()


def assert_same(one: UpliftResult, other: UpliftResult) -> None:
    """Tables are equal to the last bit."""
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)
    pd.testing.assert_frame_equal(one.draws, other.draws, check_exact=True)


# ------------------------------------------------------------------ reading again


def test_a_second_run_simulates_nothing_and_says_the_same(run: Run, simulated: list[int]):
    first = run([5, 15])
    assert simulated
    simulated.clear()
    second = run([5, 15])
    assert not simulated
    assert_same(first, second)


def test_other_measures_and_estimands_reuse_the_runs_there_are(run: Run, simulated: list[int]):
    run([5], draws=1)
    assert len(simulated) == 3  # history, none, 5
    simulated.clear()
    run([5, 15], draws=1, estimand=("first_in", "last_in", "shapley"))
    assert (
        len(simulated) == 5
    )  # history; 15, both, what 15 continues, what is continued or the centre's of both


def test_fresh_computes_again_and_replaces(run: Run, store: Path, simulated: list[int]):
    first = run([5, 15], draws=1)
    for path in files(store):
        path.write_bytes(b"")
    simulated.clear()
    assert_same(run([5, 15], draws=1, fresh=True), first)
    assert simulated
    assert all(path.stat().st_size for path in files(store))


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"scale": 50}, {"months": 40}, {"measures": [5]}], ids=lambda c: next(iter(c))
)
def test_what_changes_the_answer_is_another_run(run: Run, simulated: list[int], change: dict[str, object]):
    run([15], draws=1)
    simulated.clear()
    run(**({"measures": [15], "draws": 1} | change))
    assert simulated


def test_against_the_baseline_the_runs_are_those_that_split_a_programme_in_new_and_continued(
    run: Run, simulated: list[int]
):
    run([15])
    simulated.clear()
    run([15], reference="baseline")
    assert not simulated


def test_other_code_is_another_run(plan: FakePlan, store: Path, simulated: list[int]):
    for version in ("one", "two"):
        simulated.clear()
        engine = replace(ENGINE, code_hash=lambda version=version: version)
        uplift(plan, [5], draws=1, jobs=1, engine=engine, store=store)
        assert simulated


# ------------------------------------------------------------------ killed and resumed


@pytest.mark.parametrize("after", [1, 5, 9])
def test_an_interrupted_ensemble_goes_on_where_it_stopped(
    run: Run, tmp_path: Path, store: Path, simulated: list[int], after: int
):
    undisturbed = run([5, 15], store=tmp_path / "undisturbed")
    in_all = len(simulated)
    simulated.clear()

    def interrupt(done: int, total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([5, 15], progress=interrupt)
    kept = len(files(store))
    assert kept > 0
    simulated.clear()
    resumed = run([5, 15])
    assert len(simulated) <= in_all - kept
    assert_same(undisturbed, resumed)


def test_workers_that_are_killed_once_are_replaced_and_nothing_is_lost_or_changed(
    plan: FakePlan, run: Run, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(MARK, str(tmp_path / "never there"))
    reports: list[tuple[int, int]] = []
    found = uplift(
        plan,
        [5, 15],
        draws=4,
        jobs=2,
        engine=MORTAL,
        store=store,
        progress=lambda done, total: reports.append((done, total)),
    )
    assert found.failures == ()
    assert reports[-1][0] == reports[-1][1]
    assert_same(found, run([5, 15], draws=4, store=tmp_path / "undisturbed"))


# ------------------------------------------------------------------ damage

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "text": lambda content: b"not a run",
    "flipped": lambda content: content[:200] + bytes(255 - b for b in content[200:260]) + content[260:],
    "headless": lambda content: content[8:],
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_computed_again(run: Run, store: Path, simulated: list[int], kind: str):
    first = run([5, 15], draws=1)
    sound = {path: path.read_bytes() for path in files(store)}
    assert len(sound) == RUNS
    for path, content in sound.items():
        path.write_bytes(DAMAGE[kind](content))
    simulated.clear()
    assert_same(first, run([5, 15], draws=1))
    assert len(simulated) == 1 + RUNS
    simulated.clear()
    assert_same(first, run([5, 15], draws=1))
    assert not simulated


@pytest.mark.parametrize("missing", ["scenario", "values", "cube"])
def test_a_file_that_lacks_an_array_is_not_a_run(plan: FakePlan, store: Path, missing: str):
    keep = RunStore(store)
    keep.save("ab12", outcomes_of(plan))
    arrays = keep.load_arrays("ab12")
    assert arrays is not None
    del arrays[missing]
    keep.save_arrays("ab12", arrays)
    assert keep.load("ab12") is None


def test_a_full_disk_leaves_nothing_behind(plan: FakePlan, store: Path, monkeypatch: pytest.MonkeyPatch):
    def full(file, **arrays: np.ndarray) -> None:
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        RunStore(store).save("ab12", outcomes_of(plan))
    assert files(store) == []


# ------------------------------------------------------------------ the store itself


def test_a_run_comes_back_as_it_was(plan: FakePlan, store: Path):
    outcomes = outcomes_of(plan)
    keep = RunStore(store)
    keep.save("ab12", outcomes)
    back = keep.load("ab12")
    assert back is not None
    assert (back.scenario, back.months) == (outcomes.scenario, outcomes.months)
    for name in ("values", "cost_by_rule", "gross_by_rule", "cube"):
        np.testing.assert_array_equal(getattr(back, name), getattr(outcomes, name))
    np.testing.assert_array_equal(back.aggregates["employed"], outcomes.aggregates["employed"])
    assert keep.load("cd34") is None


def test_no_folder_keeps_nothing(plan: FakePlan):
    keep = RunStore(None)
    keep.save("ab12", outcomes_of(plan))
    assert keep.load("ab12") is None


def test_the_store_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv(STORE_VARIABLE, str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv(STORE_VARIABLE)
    assert default_folder() == DEFAULT_FOLDER


# ------------------------------------------------------------------ addresses


CHILDCARE = Arm(frozenset({5}))


def address(
    plan: FakePlan, arm: Arm = CHILDCARE, *, draw: dict[str, Any] | None = None, **setting: Any
) -> str:
    """Return the address of a run, with changes to the central draw and setting."""
    common = {"scale": 100, "seed": 1, "months": 48, "first": 17, "engine": ENGINE} | setting
    parameters = ENGINE.load_parameters(plan)
    central = replace(split_values(parameters, parameters.central(), 0, seed=7), **(draw or {}))
    return DrawRuns(Setting(plan, **common), central, RunStore(None)).key(arm)


@pytest.mark.parametrize(
    "change",
    [
        {"scale": 50},
        {"seed": 2},
        {"months": 47},
        {"engine": replace(ENGINE, code_hash=lambda: "other")},
        {"draw": {"seed": 8}},
        {"draw": {"parameters": {"households.mpc": 0.41}}},
        {"draw": {"levers": {"measures.5.amount.factor": 1.01}}},
        {"arm": Arm(frozenset({5, 15}))},
        {"arm": Arm(frozenset({5}), "all", "direct")},
    ],
    ids=lambda change: "-".join(map(str, next(iter(change.items()))))[:40],
)
def test_a_run_is_addressed_by_all_that_determines_it(plan: FakePlan, change: dict[str, Any]):
    assert address(plan, **change) != address(plan)


@pytest.mark.parametrize(
    "change",
    [
        {"draw": {"number": 3}},
        {"draw": {"levers": {"measures.5.amount.factor": 1.0, "measures.21.amount.factor": 1.1}}},
        {"arm": Arm(frozenset({5, 20}))},
        {"fresh": True},
    ],
    ids=["number of the draw", "lever not in force", "measure without instruments", "fresh"],
)
def test_a_run_is_addressed_by_nothing_else(plan: FakePlan, change: dict[str, Any]):
    assert address(plan, **change) == address(plan)


def test_without_measures_direct_and_full_are_one_run(plan: FakePlan):
    assert address(plan, Arm(frozenset(), "all", "direct")) == address(plan, Arm(frozenset()))
