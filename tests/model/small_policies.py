"""Small policies for tests: one rule each, written as Conditions, without the catalogue."""

from collections.abc import Callable
from typing import Any

import numpy as np

from jinxiao.model.conditions import (
    ALL_ZONES,
    COUPON,
    DURABLE_RULE,
    TRANSFER,
    Basis,
    Conditions,
    Instrument,
    Policy,
)
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.markets import MarketState
from jinxiao.model.names import N_CATEGORIES, Good

MONTHS = 30
"""Length of a test run: January 2024 to June 2026."""
HISTORY = 6
"""Months that runs share before policies differ."""
RULE = 7
"""Id of the rule under test."""
CENTRE_PAYS = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)

_TRANSFER: dict[str, Any] = {
    "rule": RULE, "basis": Basis.HOUSEHOLD, "zones": ALL_ZONES, "take_up": 1.0, "age_max": 216, "max_quintile": 4,
    "occupations": -1, "label_category": -1,
}  # fmt: skip
_DURABLE: dict[str, Any] = {
    "rule": RULE, "powertrain": -1, "zones": ALL_ZONES, "cap": 1e9, "price_ceiling": 1e9, "min_old_age": -1,
    "eligible_share": 1.0, "take_up": 1.0, "pool": -1,
}  # fmt: skip
_COUPON: dict[str, Any] = {
    "rule": RULE, "goods": 1 << Good.EATING_OUT, "zones": ALL_ZONES, "per_holder": 1.0, "valid_days": 30, "pool": -1,
}  # fmt: skip


def _row(dtype: np.dtype[Any], defaults: dict[str, Any], changes: dict[str, Any]) -> np.ndarray:
    row = np.zeros(1, dtype)
    for name, value in {**defaults, **changes}.items():
        row[name] = value
    return row


def transfer(**changes: Any) -> np.ndarray:
    """A transfer to every household of the province, with ``changes``; one row of ``Conditions.transfers``."""
    return _row(TRANSFER, _TRANSFER, changes)


def durable_rule(**changes: Any) -> np.ndarray:
    """A subsidy open to every purchase, with ``changes``; one row of ``Conditions.durable_rules``."""
    return _row(DURABLE_RULE, _DURABLE, changes)


def coupon(**changes: Any) -> np.ndarray:
    """A wave of coupons for eating out, with ``changes``; one row of ``Conditions.coupons``."""
    return _row(COUPON, _COUPON, changes)


def neutral_policy(months: int = MONTHS) -> Policy:
    """No policy at all."""
    return Policy("nothing", (Conditions(0),) * months, ())


def policy_of(
    *, start: int = HISTORY, stop: int = MONTHS, months: int = MONTHS, rules: tuple[int, ...] = (RULE,),
    payer_shares: tuple[float, ...] = CENTRE_PAYS, pool_budget: dict[int, float] | None = None,
    change: Callable[[Conditions], None] | None = None, **fields: Any,
) -> Policy:  # fmt: skip
    """A policy in force from ``start`` to before ``stop``.

    Parameters
    ----------
    rules, payer_shares
        Ids of its instruments and who pays for them.
    pool_budget
        Money released to pools in the first month.
    change
        Called on each month's Conditions, for what ``fields`` cannot say.
    fields
        Fields of Conditions.
    """
    months_of_policy = [Conditions(0)] * months
    for m in range(start, stop):
        conditions = Conditions(m, **fields)
        if m == start and pool_budget:
            conditions.pool_budget = dict(pool_budget)
        if change is not None:
            change(conditions)
        months_of_policy[m] = conditions
    return Policy(
        "test", tuple(months_of_policy), tuple(Instrument(r, f"rule {r}", 1, payer_shares) for r in rules)
    )


def branch(
    history: Economy, policy: Policy, months: int | None = None, market_path: list[MarketState] | None = None
) -> Economy:
    """Fork ``history`` under ``policy`` and run it (to the end of the policy by default)."""
    economy = history.fork(policy, market_path=market_path)
    economy.run_for(len(policy.months) - history.month if months is None else months)
    return economy


def total(economy: Economy, item: int) -> np.ndarray:
    """Path of one household account over the province, shape (months,)."""
    return np.asarray(economy.outcomes().aggregates["accounts"][..., item].sum(axis=(1, 2)))


def consumption(economy: Economy) -> np.ndarray:
    """Path of consumption expenditure of all households, yuan, shape (months,)."""
    first = int(Item.CONSUMPTION)
    return np.asarray(
        economy.outcomes().aggregates["accounts"][..., first : first + N_CATEGORIES].sum(axis=(1, 2, 3))
    )


def diaries(economy: Economy, who: np.ndarray) -> dict[str, np.ndarray]:
    """All columns of the households where ``who`` holds."""
    return {name: column[who] for name, column in economy.state.households._asdict().items()}


def same_diaries(a: Economy, b: Economy, who: np.ndarray) -> bool:
    """Whether these households have identical columns in two runs, bit for bit."""
    mine, theirs = diaries(a, who), diaries(b, who)
    return all(mine[name].tobytes() == theirs[name].tobytes() for name in mine)
