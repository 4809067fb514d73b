"""Figures and texts of mixes and discoveries: they hold what the tables say, in both languages."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "experiments"))

from fake_province import ENGINE
from mixable import MixablePlan, mixable_plan

from jinxiao.experiments.discovery import DiscoveryResult, discover
from jinxiao.experiments.optimise import OptimiseResult, optimise
from jinxiao.results.discovery_figure import discovery_figures, discovery_frame, discovery_notes
from jinxiao.results.mixes_figures import optimise_figures, optimise_frame, optimise_notes, optimise_summary
from jinxiao.results.style import encode


@pytest.fixture(scope="module")
def plan() -> MixablePlan:
    """Measures 1 to 4."""
    return mixable_plan()


@pytest.fixture(scope="module")
def mixes(plan: MixablePlan, tmp_path_factory: pytest.TempPathFactory) -> OptimiseResult:
    """A best mix with a front."""
    store = tmp_path_factory.mktemp("store")
    return optimise(
        plan, budget=2e9, goal=("total_consumption", "jobs"), engine=ENGINE, store=store, jobs=1, draws=3,
        search_draws=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(plan: MixablePlan, tmp_path_factory: pytest.TempPathFactory) -> DiscoveryResult:
    """A discovery with regret."""
    store = tmp_path_factory.mktemp("store")
    one, two = plan.scenario(1, name="cash"), plan.scenario(2, name="half")
    return discover(plan, one, against=[two], engine=ENGINE, store=store, jobs=1, draws=60)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_figures_are_drawn_and_the_same_twice(mixes: OptimiseResult, found: DiscoveryResult, lang: str):
    first = {**optimise_figures(mixes, lang), **discovery_figures(found, lang)}
    again = {**optimise_figures(mixes, lang), **discovery_figures(found, lang)}
    assert set(first) == {"optimise", "front", "discover", "regret"}
    for name, figure in first.items():
        assert encode(figure)["svg"] == encode(again[name])["svg"], name


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_answer_says_whether_the_mix_is_really_better(mixes: OptimiseResult, lang: str):
    lines = optimise_notes(mixes, lang)
    assert sum(("Better than" in line or "优于" in line) for line in lines) == 2
    mixes_table, strengths = optimise_summary(mixes, lang).renderables
    assert mixes_table.row_count == len(mixes.mixes)  # type: ignore[union-attr]
    assert strengths.row_count == 3  # type: ignore[union-attr]


def test_a_mix_that_does_not_win_is_said_not_to(mixes: OptimiseResult):
    import dataclasses

    worse = mixes.differences.assign(median=-1e8, low=-2e8, high=-5e7, wins=0)
    lines = optimise_notes(dataclasses.replace(mixes, differences=worse))
    assert sum("does NOT beat" in line for line in lines) == 2
    unclear = mixes.differences.assign(median=1e8, low=-2e8, high=5e8, wins=2)
    lines = optimise_notes(dataclasses.replace(mixes, differences=unclear))
    assert sum("Not shown to beat" in line for line in lines) == 2


def test_frames_for_programs(mixes: OptimiseResult, found: DiscoveryResult):
    assert {"mix", "measure", "name", "intensity"} <= set(optimise_frame(mixes).columns)
    assert "meaning" in discovery_frame(found).columns
    assert sum("regret" in line for line in discovery_notes(found)) == 2
