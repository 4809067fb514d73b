"""The command line in this process, on the fast fake engine, in a folder and with a store of its own."""

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from command_line import Command, Ended
from fake_province import ENGINE

from jinxiao.cli.exits import run
from jinxiao.experiments import comparison, sensitivity, uplift
from jinxiao.results import report

KINDS = (report.Uplift, report.Run, report.Comparison, report.Sensitivity)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("JINXIAO_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "160")
    return folder


@pytest.fixture
def command(here: Path, capfd: pytest.CaptureFixture[str]) -> Command:
    """``command("uplift", "--draws", 3)`` runs it and returns exit code and both streams."""

    def call(*words: object) -> Ended:
        capfd.readouterr()
        code = run([str(word) for word in words])
        return Ended(code, *capfd.readouterr())

    return call


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real plan and the real commands on an engine that takes no time; no figures."""
    for module in (uplift, comparison, sensitivity):
        monkeypatch.setattr(module, "Engine", lambda: ENGINE)
    for kind in KINDS:
        monkeypatch.setattr(kind, "figures", lambda self, lang="en": {})
