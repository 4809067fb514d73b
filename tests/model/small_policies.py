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
    Channel,
    ClaimRule,
    Conditions,
    Instrument,
    Policy,
)
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.markets import MarketState
from jinxiao.model.names import N_CATEGORIES, N_CITIES, N_MARKETS, N_SECTORS, N_ZONES, Durable, goods_mask

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
    "rule": RULE, "goods": goods_mask("eating_out"), "zones": ALL_ZONES, "per_holder": 1.0, "claim": ClaimRule.LOTTERY,
    "channel": Channel.DIGITAL, "labelling": -1.0,
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
    payer_shares: tuple[float, ...] = CENTRE_PAYS, financing: tuple[float, float, float] = (1.0, 0.0, 0.0),
    pool_budget: dict[int, float] | None = None, change: Callable[[Conditions], None] | None = None, **fields: Any,
) -> Policy:  # fmt: skip
    """A policy in force from ``start`` to before ``stop``.

    Parameters
    ----------
    rules, payer_shares, financing
        Ids of its instruments, who pays for them, and where province and cities take it from.
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
        "test",
        tuple(months_of_policy),
        tuple(Instrument(r, f"rule {r}", 1, payer_shares, financing) for r in rules),
    )


PRIVATE_AND_PUBLIC = (0.4, 0.1, 0.2, 0.1, 0.15, 0.05)
"""Shares of the six payers, all of them with a part."""


def busy_policy(months: int = MONTHS, start: int = HISTORY) -> Policy:
    """Every channel through which policy money flows, at once, each rule with its own payers."""

    def more(c: Conditions) -> None:
        c.channel_rules = {
            "uninsured_share": {11: 1.0},
            "job_loss_replacement": {12: 1.0},
            "labour_cost_relief": {13: 2.0, 14: 1.0},
        }
        c.cost_by_rule = {15: 3e6}

    return policy_of(
        start=start, months=months, stop=months, rules=tuple(range(7, 19)), payer_shares=PRIVATE_AND_PUBLIC,
        pool_budget={2: 5e8}, change=more,
        transfers=np.concatenate([
            transfer(amount=80.0, label_category=0, label_share=0.5),
            transfer(rule=8, amount=50.0, take_up=0.3),
        ]),
        durable_rules=np.concatenate([
            durable_rule(rule=9, durable=Durable.CAR, rate=0.1, pool=2, months_left=3),
            durable_rule(rule=9, durable=Durable.AC, flat=500.0, pool=2),
        ]),
        coupons=coupon(rule=10, threshold=100.0, discount=30.0, quantity=2e6, for_visitors=0.3),
        uninsured_share=np.array([-0.05, -0.1]), job_loss_replacement=0.1, labour_cost_relief=np.full(N_SECTORS, 0.02),
        loan_rate_cut=0.01, loan_eligible_share=0.6, loan_rule=16, ticket_factor=np.full(N_CITIES, 0.5), ticket_rule=17,
        refund_rate=0.11, refund_threshold=200.0, refund_reach=0.4, refund_rule=18, market_friction=np.full(N_MARKETS, 0.2),
        wage_floor=np.full(N_ZONES, 2000.0), training=np.full(N_ZONES, 0.01), training_wage_gain=0.05,
        business_loan_rate_cut=np.full(N_SECTORS, 0.005), business_loan_rule=14,
    )  # fmt: skip


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


def units(economy: Economy, durable: int) -> np.ndarray:
    """Path of units bought of a class of durables, shape (months,)."""
    return total(economy, int(Item.DURABLE_UNITS) + durable)


def cost(economy: Economy, rule: int = RULE) -> np.ndarray:
    """Path of what a rule paid, yuan, shape (months,)."""
    return np.asarray(economy.outcomes().cost_by_rule[:, rule].sum(axis=1))


def everything(economy: Economy) -> dict[str, bytes]:
    """All state and all records of a run, as bytes by name."""
    state, outcomes = economy.state, economy.outcomes()
    assert state.firms is not None
    arrays: dict[str, Any] = {
        **{f"household {k}": v for k, v in state.households._asdict().items()},
        **{f"firm {k}": v for k, v in state.firms._asdict().items()},
        **{f"party {k}": v for k, v in state.parties._asdict().items()},
        **{f"market {k}": v for k, v in vars(state.markets).items()},
        "money": state.ledger.money, "loans": np.float64(state.ledger.loans), "flows": state.ledger.flows,
        **{f"pool {k}": np.float64(v) for k, v in state.pools.items()},
        **{f"outcome {k}": getattr(outcomes, k) for k in ("values", "cost_by_rule", "gross_by_rule", "cube")},
        **{f"aggregate {k}": v for k, v in outcomes.aggregates.items()},
    }  # fmt: skip
    return {"month": bytes([economy.month]), **{name: array.tobytes() for name, array in arrays.items()}}


def differences(a: Economy, b: Economy) -> list[str]:
    """Names of state and records in which two runs differ in any bit."""
    mine, theirs = everything(a), everything(b)
    return sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
