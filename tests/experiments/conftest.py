"""A small plan on the fast fake engine, in a store of its own; workers find the shared modules on the path."""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from fake_province import ENGINE, FakeEconomy, FakePlan, small_plan

from jinxiao.experiments.uplift import UpliftResult, uplift


@pytest.fixture(scope="session")
def plan() -> FakePlan:
    """Measures 5 (new), 15 (continued and raised), 20 (no instrument), 21 (paid by firms), 24 (amount zero)."""
    return small_plan()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An empty run store."""
    return tmp_path / "store"


@pytest.fixture
def run(plan: FakePlan, store: Path) -> Callable[..., UpliftResult]:
    """``uplift`` of the small plan in this process, three draws unless told otherwise."""
    return partial(uplift, plan, engine=ENGINE, store=store, jobs=1, draws=3)


@pytest.fixture(scope="session")
def everything(plan: FakePlan, tmp_path_factory: pytest.TempPathFactory) -> UpliftResult:
    """All estimands and both closures, four draws. Tests read it."""
    return uplift(
        plan,
        engine=ENGINE,
        store=tmp_path_factory.mktemp("store"),
        jobs=1,
        draws=4,
        estimand=("first_in", "last_in", "shapley"),
        closure=("full", "direct"),
    )


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Months simulated in this process, one entry a call."""
    calls: list[int] = []
    live = FakeEconomy.run_for

    def counted(self: Any, duration: int) -> None:
        calls.append(duration)
        live(self, duration)

    monkeypatch.setattr(FakeEconomy, "run_for", counted)
    return calls
