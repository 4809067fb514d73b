"""One small province for all tests of the model: built, fitted and lived to mid-2024 once; tests branch off it."""

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

from small_policies import HISTORY, MONTHS, branch, busy_policy, neutral_policy

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.economy import Economy


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of tests that take more than ten seconds."""
    config.addinivalue_line("markers", "slow: takes more than ten seconds")


@pytest.fixture(scope="session")
def world() -> World:
    """The province at 1:1000, about 13,700 households."""
    return World.load(scale=1000)


@pytest.fixture(scope="session")
def baseline(world: World) -> Baseline:
    """Central parameters, levels fitted."""
    return fit_baseline(world, load_parameters().central())


@pytest.fixture(scope="session")
def history(world: World, baseline: Baseline) -> Economy:
    """Half a year without policy. Tests fork it and never step it."""
    economy = Economy(world, neutral_policy(), baseline, seed=1)
    economy.run_for(HISTORY)
    return economy


@pytest.fixture(scope="session")
def reference(history: Economy) -> Economy:
    """The same province to the end of the horizon without policy. Tests read it and never step it."""
    economy = history.fork(neutral_policy())
    economy.run_for(MONTHS - HISTORY)
    return economy


@pytest.fixture(scope="session")
def busy(history: Economy) -> Economy:
    """Two years with every channel of policy at work. Tests read it and never step it."""
    return branch(history, busy_policy())


@pytest.fixture(scope="session")
def hamlet(baseline: Baseline) -> Economy:
    """About 1,500 households after three months without policy, for tests that run many policies."""
    economy = Economy(World.load(scale=9000), neutral_policy(), baseline, seed=5)
    economy.run_for(3)
    return economy
