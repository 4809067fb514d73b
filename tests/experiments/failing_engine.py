"""The fake engine with runs that take a moment, and some that fail, for worker processes."""

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fake_province import ENGINE, FakeEconomy

from jinxiao.files.errors import InvariantError
from jinxiao.model.conditions import Policy
from jinxiao.model.ledger import LedgerError

SLOW = "JINXIAO_TEST_SECONDS"
"""Environment variable: seconds that a run takes."""


class SlowEconomy(FakeEconomy):
    """Takes its time."""

    def run_for(self, duration: int) -> None:
        time.sleep(float(os.environ.get(SLOW, "0.05")))
        super().run_for(duration)


def start_slowly(world: Any, policy: Policy, parameters: Mapping[str, Any], seed: int) -> FakeEconomy:
    return SlowEconomy(world, policy, parameters, seed)


class FailingEconomy(FakeEconomy):
    """Fails at a share of the parameters' range, in measure 15 only: each kind of failure in a part of it."""

    def run_for(self, duration: int) -> None:
        pays = any(row["rule"] == 2 for row in self.policy.months[self.month].transfers)
        if self.month >= 17 and pays:
            mpc = self.parameters["households.mpc"]
            if mpc < 0.28:
                raise LedgerError("firms", "2025-07", -7.0)
            if mpc < 0.34:
                raise MemoryError
        super().run_for(duration)


def start_failing(world: Any, policy: Policy, parameters: Mapping[str, Any], seed: int) -> FakeEconomy:
    return FailingEconomy(world, policy, parameters, seed)


class DyingEconomy(FakeEconomy):
    """Kills its process in measure 15 where few would be spent, every time."""

    def run_for(self, duration: int) -> None:
        pays = any(row["rule"] == 2 for row in self.policy.months[self.month].transfers)
        if self.month >= 17 and pays and self.parameters["households.mpc"] < 0.34:
            os.kill(os.getpid(), signal.SIGKILL)
        super().run_for(duration)


def start_dying(world: Any, policy: Policy, parameters: Mapping[str, Any], seed: int) -> FakeEconomy:
    return DyingEconomy(world, policy, parameters, seed)


def start_nothing(world: Any, policy: Policy, parameters: Mapping[str, Any], seed: int) -> FakeEconomy:
    """Break an account before the first month."""
    raise InvariantError("account households", "2024-01", 1.0)


FAILING = replace(ENGINE, start=start_failing)
DYING = replace(ENGINE, start=start_dying)
BROKEN = replace(ENGINE, start=start_nothing)
SLOWLY = replace(ENGINE, start=start_slowly)


def other_code() -> str:
    """The code of the process that says so in its environment, and of all others."""
    return os.environ.get("JINXIAO_TEST_CODE", "theirs")
