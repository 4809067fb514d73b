"""Whatever is wrong with what a person gives: one line, exit code 2, nothing half-written."""

import errno
import os
from pathlib import Path

import fake_ledger
import pytest
from command_line import Command, Ended, everything_below
from fake_province import FakeEconomy

from jinxiao.experiments import store as stores
from jinxiao.experiments import uplift
from jinxiao.files import writing
from jinxiao.files.errors import InvariantError
from jinxiao.model.ledger import LedgerError
from jinxiao.scenarios.plan import HERE as CATALOGUE

QUICK = ("--scale", 1000, "--draws", 2, "--jobs", 1, "--measures", "5,15")


def check_refused(ended: Ended, *words: str) -> None:
    assert ended.code == 2
    assert ended.out == ""
    lines = ended.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: "), ended.err
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--measures", "99"), ("measures", "found 99", "allowed 1, ")),
        (("--measures", "abc"), ("measures", "'abc'")),
        (("--measures", ""), ("measures", "''")),
        (("--measures", "5,,15"), ("measures", "''")),
        (("--measures", "²"), ("measures", "'²'")),
        (("--months", "0"), ("--months", "found 0", "2025-06")),
        (("--months", "10"), ("--months", "found 10", "at least 18")),
        (("--months", "600"), ("--months", "found 600", "at most 48")),
        (("--scale", "0"), ("--scale", "found 0")),
        (("--scale", "-5"), ("--scale", "found -5")),
        (("--draws", "0"), ("--draws", "found 0")),
        (("--seed", "-1"), ("--seed", "found -1")),
        (("--jobs", "0"), ("--jobs", "found 0")),
        (("--plan", "hebei"), ("plan", "'hebei'", "shanxi-2025")),
        (("--plan", "no/plan.yaml"), ("no/plan.yaml", "no such file")),
        (("--estimand", "first_in,best"), ("--estimand", "'best'", "last_in")),
        (("--estimand", ""), ("--estimand", "''")),
        (("--closure", "half"), ("--closure", "'half'", "direct")),
        (("--reference", "never"), ("--reference", "never")),
        (("--lang", "fr"), ("--lang", "fr")),
        (("--format", "xml"), ("--format", "xml")),
        (("--months", "many"), ("--months", "integer")),
        (("--measurs", "5"), ("--measurs", "--measures")),
        (("--cluster", "tcp://host:1", "--jobs", "2"), ("--jobs", "found 2", "--cluster")),
        (("extra",), ("extra",)),
    ],
)
def test_uplift_refuses(command: Command, here: Path, words: tuple[str, ...], said: tuple[str, ...]) -> None:
    check_refused(command("uplift", *words), *said)
    assert everything_below(here) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("uplfit",), ("uplfit", "uplift")),
        (("--verbose",), ("--verbose",)),
        (("run",), ("scenario",)),
        (("run", "nothing"), ("'nothing'", "without, baseline, plan, actual")),
        (("run", "measures:5,99"), ("found 99",)),
        (("run", "gone.yaml"), ("gone.yaml", "no such file")),
        (("run", "without", "--panel", "-1"), ("--panel", "found -1")),
        (("compare", "without"), ("scenario", "two or more")),
        (("compare", "without", "without"), ("scenario", "two or more")),
        (("measures", "show"), ("measures show", "no number")),
        (("measures", "show", "99"), ("found 99",)),
        (("measures", "show", "5,15"), ("'5,15'", "one of")),
        (("measures", "list", "5"), ("'5'",)),
        (("measures", "overlaps", "5"), ("'5'", "nothing after it")),
        (("measures", "schema"), ("measures schema", "no folder")),
        (("measures", "lst"), ("lst", "list")),
        (("sensitivity", "--size", "0"), ("--size", "found 0")),
        (("sensitivity", "--method", "sobol", "--size", "3"), ("--size", "power of two")),
        (("sensitivity", "--outcome", "joy"), ("--outcome", "joy", "retail_sales")),
        (("sensitivity", "--measure", "99"), ("found 99",)),
        (("facts", "--scale", "0"), ("--scale", "found 0")),
        (("facts", "--seed", "-3"), ("--seed", "found -3")),
        (("household",), ("ID", "--find")),
        (("household", "5", "--find", "rural"), ("ID", "--find")),
        (("household", "five"), ("ID", "integer")),
        (("household", "5", "nothing"), ("'nothing'", "without, baseline, plan, actual")),
        (("household", "5", "--reference", "nothing"), ("'nothing'", "without, baseline, plan, actual")),
        (("household", "5", "--months", "3"), ("--months", "found 3")),
        (("household", "5", "--closure", "half"), ("--closure", "half", "direct")),
        (("household", "3420", "--scale", "4000"), ("ID", "found 3420", "0 to 3419")),
        (("household", "--find", "rural, green", "--scale", "4000"), ("--find", "'green'", "retired")),
        (("check",), ("file",)),
        (("check", "gone.csv"), ("gone.csv", "no such file")),
    ],
)
def test_commands_refuse(command: Command, here: Path, words: tuple[str, ...], said: tuple[str, ...]) -> None:
    check_refused(command(*words), *said)
    assert everything_below(here) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: a\nname: b\n", (":2:", "name", "a second time")),
        ("name: a\nmeasures: [5, 99]\n", (":2:", "measures", "found 99")),
        ("name: a\nmeasurs: [5]\n", (":2:", "measurs", "measures")),
        ("name: a\nextends: nothing\n", (":2:", "extends", "'nothing'")),
        (
            "name: a\nmeasures: [15]\noverrides:\n  measures.15.car_scrap_2025_nev.flat: -5\n",
            (":4:", "car_scrap_2025_nev.flat", "-5"),
        ),
        (
            "name: a\nmeasures: [15]\noverrides:\n"
            "  measures.15.car_scrap_2025_nev.flat: {value: 5, unit: months, source: {title: t, confidence: assumed}}\n",
            (":4:", "car_scrap_2025_nev.flat", "months", "yuan"),
        ),
        ("- a\n- b\n", (":1:", "a list", "mapping")),
        ("name: [\n", ("valid YAML",)),
        ("", (":1:", "empty")),
    ],
)
def test_a_scenario_file_is_refused_by_line(
    command: Command, here: Path, text: str, said: tuple[str, ...]
) -> None:
    (here / "s.yaml").write_text(text)
    for words in (("run", "s.yaml"), ("check", "s.yaml"), ("compare", "without", "s.yaml")):
        check_refused(command(*words), "s.yaml", *said)
    assert everything_below(here) == ["s.yaml"]


def test_a_scenario_file_that_cannot_be_read(command: Command, here: Path) -> None:
    (here / "s.yaml").mkdir()
    check_refused(command("run", "s.yaml"), "s.yaml", "a folder")
    (here / "t.yaml").write_bytes(b"name: \xff\n")
    check_refused(command("run", "t.yaml"), "t.yaml:1", "UTF-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "series,geo,breakdown,period,value,source_title,source_url,confidence,note\na,b,c,2024,1,s,u,official,\n",
            (":1:", "unit", "no such column"),
        ),
        (
            "series,geo,breakdown,period,value,unit,source_title,source_url,confidence,note\n"
            "a,b,c,2024,many,yuan,s,u,official,\n",
            (":2:", "value", "'many'", "a number"),
        ),
        (
            "series,geo,breakdown,period,value,unit,source_title,source_url,confidence,note\n"
            "a,b,c,2024,1,yuan,,,official,\n",
            (":2:", "source_title", "nothing"),
        ),
        ("x,y\n1,2\n", (":1:", "statistics")),
        ("", (":1:", "empty")),
    ],
)
def test_a_table_is_refused_by_line_and_column(
    command: Command, here: Path, text: str, said: tuple[str, ...]
) -> None:
    (here / "t.csv").write_text(text)
    check_refused(command("check", "t.csv"), "t.csv", *said)


def test_a_measure_is_refused_by_line_and_field(command: Command, here: Path) -> None:
    text = (CATALOGUE / "measures" / "05_childbirth.yaml").read_text("utf-8")
    (here / "m.yaml").write_text(text.replace("grade:", "grad:", 1))
    check_refused(command("check", "m.yaml"), "m.yaml:", "grad", "grade")


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("taken", "a file of that name"),
        ("taken/deeper", "a file where a folder is needed"),
        ("mine", "a folder with other files in it"),
        (".", "the folder you are in"),
        pytest.param(
            "/proc/out",
            "/proc/out",
            marks=pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc"),
        ),
    ],
)
def test_an_out_folder_that_cannot_be_is_refused_before_anything_runs(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch, out: str, said: str
) -> None:
    (here / "taken").touch()
    (here / "mine").mkdir()
    (here / "mine" / "thesis.docx").touch()
    before = everything_below(here)
    monkeypatch.setattr(FakeEconomy, "run_for", lambda *_: pytest.fail("it ran"))
    check_refused(command("uplift", *QUICK, "--out", out), said)
    assert everything_below(here) == before


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    "full_at", [(writing.os, "replace"), (writing.pq, "write_table"), (stores.np, "savez_compressed")]
)
def test_a_full_disk_is_one_line_and_leaves_nothing(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch, full_at: tuple[object, str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(*full_at, full)
        check_refused(command("uplift", *QUICK, "-q", "--out", "deep/out"), "no space left")
    assert everything_below(here) == []
    parts = [path for path in (here.parent / "store").rglob("*") if path.suffix == ".part"]
    assert parts == []


@pytest.mark.usefixtures("fake")
def test_earlier_results_survive_a_failed_run(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("uplift", *QUICK, "--out", "out").code == 0
    before = {path: path.read_bytes() for path in (here / "out").iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(writing.os, "replace", full)
        check_refused(command("uplift", *QUICK, "-q", "--out", "out"), "no space left")
    assert {path: path.read_bytes() for path in (here / "out").iterdir()} == before


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    "error",
    [InvariantError("account households", "2025-07", 12.5), LedgerError("households", "2025-07", 12.5)],
)
def test_a_broken_account_ends_with_code_3(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(FakeEconomy, "run_for", broken)
    ended = command("uplift", *QUICK, "-q")
    assert ended.code == 3
    assert ended.err == "error: account households, month 2025-07: off by 12.5 yuan\n"
    assert everything_below(here) == []


def test_a_broken_account_in_a_worker_is_told_as_it_is(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplift, "Engine", lambda: fake_ledger.ENGINE)
    ended = command("uplift", "--draws", 2, "--jobs", 2, "-q")
    assert (ended.code, ended.err) == (3, "error: account firms, month 2024-03: off by -7 yuan\n")


@pytest.mark.usefixtures("fake")
def test_interrupted_work_is_kept_and_taken_up_again(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, runs = FakeEconomy.run_for, []

    def interrupted(self: FakeEconomy, duration: int) -> None:
        if len(runs) == 5:
            raise KeyboardInterrupt
        runs.append(duration)
        live(self, duration)

    with monkeypatch.context() as patch:
        patch.setattr(FakeEconomy, "run_for", interrupted)
        ended = command("uplift", *QUICK, "-q")
    assert ended.code == 130
    assert ended.out == ""
    assert ended.err == "interrupted; 4 runs are kept, run the same command to go on\n"
    assert everything_below(here) == []

    monkeypatch.setattr(FakeEconomy, "run_for", lambda self, n: (runs.append(n), live(self, n)))
    assert command("uplift", *QUICK, "-q").code == 0
    resumed = len(runs) - 5
    assert command("uplift", *QUICK, "-q", "--fresh").code == 0
    assert resumed < len(runs) - 5 - resumed
