"""The fake engine with an economy whose ledger does not close, for worker processes."""

from dataclasses import replace
from typing import Any

from fake_province import ENGINE as SOUND
from fake_province import FakeEconomy

from jinxiao.model.ledger import LedgerError


class Leaking(FakeEconomy):
    """Loses seven yuan in March 2024."""

    def run_for(self, duration: int) -> None:
        raise LedgerError("firms", "2024-03", -7.0)


def start(world: Any, policy: Any, parameters: Any, seed: int) -> Leaking:
    """Return it at month 0."""
    return Leaking(world, policy, parameters, seed)


ENGINE = replace(SOUND, start=start)
