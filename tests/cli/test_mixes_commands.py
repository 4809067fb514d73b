"""``optimise``, ``discover`` and the new options of ``sensitivity`` at the command line, on an engine that takes no time."""

import json
from pathlib import Path

import pandas as pd
import pytest
from command_line import Command, everything_below
from fake_province import ENGINE

from jinxiao.experiments import discovery, given_data, optimise
from jinxiao.results import report

SMALL = ("--measures", "5,8", "--search-draws", 1, "--draws", 2, "--jobs", 1, "--delays", 0, "-q")


@pytest.fixture(autouse=True)
def small(fake: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine that takes no time in the new commands, too."""
    for module in (optimise, discovery, given_data):
        monkeypatch.setattr(module, "Engine", lambda: ENGINE)
    for kind in (report.Optimise, report.Discovery):
        monkeypatch.setattr(kind, "figures", lambda self, lang="en": {})


def test_optimise_writes_its_tables_and_mixes_that_other_commands_read(command: Command, here: Path):
    ended = command(
        "optimise", "--budget", "plan", "--goal", "total_consumption,jobs", "--out", "best", *SMALL
    )
    assert ended.code == 0, ended.err
    assert "Best mix" in ended.out
    assert "fresh draws" in ended.out
    names = everything_below(here / "best")
    for name in (
        "optimise.csv",
        "front.csv",
        "optimise_differences.csv",
        "optimise_check.csv",
        "manifest.json",
    ):
        assert name in names
    record = json.loads((here / "best" / "manifest.json").read_text("utf-8"))
    assert record["command"] == "optimise"
    assert record["budget_yuan"] > 0.0
    again = command("compare", "without", "best/mixes/best.yaml", "best/mixes/plan_scaled.yaml", "--draws", 1, "--jobs", 1,
                    "--format", "csv", "-q")  # fmt: skip
    assert again.code == 0, again.err
    assert "plan_scaled" in again.out
    table = pd.read_csv(here / "best" / "optimise.csv", encoding="utf-8-sig")
    assert set(table["evaluated"]) == {"search", "fresh"}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("optimise", "--budget", "much"), "error: --budget: found 'much'; allowed yuan, such as 5e9, or plan"),
        (("optimise", "--budget", "-3"), "error: --budget: found '-3.0'; allowed yuan above 0"),
        (("optimise", "--budget", "plan", "--goal", "joy"), "error: --goal: found 'joy'; allowed total_consumption"),
        (("optimise", "--budget", "plan", "--delays", "soon"), "error: --delays: found 'soon'; allowed months"),
        (("discover", "plan", "--below", "low"), "error: --below: found 'low'; allowed a number, median or break_even"),
        (("discover", "plan", "--draws", "3"), "error: --draws: found 3; allowed at least 30"),
        (("sensitivity", "--second-order"), "error: --second-order: found with method morris; allowed with sobol"),
        (("sensitivity", "--given", "nowhere"), "error: nowhere: found no draws; allowed a folder"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_told_in_one_line(command: Command, words: tuple[str, ...], line: str):
    ended = command(*words)
    assert ended.code == 2
    assert ended.err.startswith(line)
    assert ended.err.count("\n") == 1


def test_discover_writes_draws_that_sensitivity_looks_at(command: Command, here: Path):
    ended = command(
        "discover",
        "measures:5",
        "--against",
        "measures:8",
        "--draws",
        30,
        "--jobs",
        1,
        "--out",
        "found",
        "-q",
    )
    assert ended.code == 0, ended.err
    names = everything_below(here / "found")
    for name in (
        "discover.csv",
        "discover_draws.parquet",
        "discover_outcomes.csv",
        "regret.csv",
        "manifest.json",
    ):
        assert name in names
    assert "regret" in ended.out
    looked = command("sensitivity", "--given", "found", "--outcome", "fiscal_cost", "--format", "csv", "-q")
    assert looked.code == 0, looked.err
    rows = looked.out.splitlines()
    assert rows[0] == "parameter,meaning,index,value,low,high"
    assert len(rows) > 10


def test_sensitivity_of_mechanisms(command: Command):
    ended = command(
        "sensitivity", "--measures", 5, "--groups", "--size", 2, "--jobs", 1, "--format", "csv", "-q"
    )
    assert ended.code == 0, ended.err
    assert "measures.5" in ended.out
    assert "households," in ended.out
