"""The multiplier: what a billion yuan given as cash, pension, trade-in or coupons sets off, round by round, and where it ends.

The first round is what households do while prices, wages and jobs stay on the recorded path (direct closure). Suppliers of those
who sell follow from the input coefficients. What comes on top when markets answer (full closure) are the later rounds: income of
those who work and own, spent again. All runs share one history and every random draw.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
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
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.names import N_QUINTILES, N_SECTORS, SECTORS, Durable, Sector, goods_mask
from jinxiao.model.outcomes import Outcomes
from jinxiao.model.supply import SupplyTable

AMOUNT: Final = 1e9
"""Yuan given; the pension pays this much a year."""
START: Final = 6
"""Month of the first payment: July 2024."""
WINDOWS: Final = (12, 24)
"""Months over which effects are added up."""
SCALE: Final = 100
SEEDS: Final = (1, 2, 3, 4)
RULE: Final = 0
KINDS: Final = ("cash", "pension", "trade_in", "coupons")
COUPON_MONTHS: Final = 6
COUPON_FACE: Final = (100.0, 30.0)
"""Spend, get off, yuan."""
APPLIANCES: Final = (
    Durable.FRIDGE, Durable.WASHER, Durable.AC, Durable.TV, Durable.WATER_HEATER, Durable.COMPUTER, Durable.PHONE,
)  # fmt: skip
APPLIANCE_RATE: Final = (0.15, 2000.0)
"""Share of the price and cap per unit, as in the programme of 2024 and 2025."""
CAR_SUBSIDY: Final = 10_000.0
"""Yuan off a car that replaces an old one."""
SINKS: Final = ("saving", "outside", "inflow", "labour", "taxes", "profits")
"""Where the money ends: saved by households or used to repay debt, spent on trips beyond the province, goods and inputs from
outside, wages and takings, taxes, profits and rents of owners."""


@dataclass(frozen=True)
class Multiplier:
    """What the experiment found.

    Attributes
    ----------
    rounds : DataFrame
        ``kind, window, quantity, value``: per yuan paid, jobs per billion yuan.
    ends : DataFrame
        ``kind, stage, sector, sink, value``: yuan per 100 yuan paid over the longest window; ``stage`` is households (what they
        do not spend in the province), sellers, or suppliers of these in all their rounds; ``sector`` the trade at which
        households spend.
    paid : dict of str to float
        Yuan paid over the longest window.
    """

    rounds: pd.DataFrame
    ends: pd.DataFrame
    paid: dict[str, float]


def _row(dtype: np.dtype[Any], **values: Any) -> np.ndarray:
    row = np.zeros(1, dtype)
    for name, value in values.items():
        row[name] = value
    return row


def _transfer(**values: Any) -> np.ndarray:
    return _row(
        TRANSFER, rule=RULE, zones=ALL_ZONES, take_up=1.0, age_max=1, max_quintile=N_QUINTILES - 1, occupations=-1,
        label_category=-1, **values,
    )  # fmt: skip


def _durables() -> np.ndarray:
    shared = {
        "rule": RULE, "powertrain": -1, "zones": ALL_ZONES, "price_ceiling": 1e9, "eligible_share": 1.0, "take_up": 1.0,
        "pool": 0,
    }  # fmt: skip
    rate, cap = APPLIANCE_RATE
    rows = [_row(DURABLE_RULE, durable=k, rate=rate, cap=cap, min_old_age=-1, **shared) for k in APPLIANCES]
    rows.append(
        _row(DURABLE_RULE, durable=Durable.CAR, flat=CAR_SUBSIDY, cap=CAR_SUBSIDY, min_old_age=0, **shared)
    )
    return np.concatenate(rows)


def policy_of(kind: str, months: int, per_unit: float) -> Policy:
    """Return the policy that gives AMOUNT in one of the four ways.

    Parameters
    ----------
    kind : str
        One of KINDS.
    months : int
        Length of the run.
    per_unit : float
        Yuan a household (cash), yuan a month and pensioner (pension), coupons of a month (coupons); not used for trade-in.
    """

    def conditions(month: int) -> Conditions | None:
        later = month - START
        if later < 0:
            return None
        if kind == "cash":
            row = _transfer(basis=Basis.HOUSEHOLD, amount=per_unit)
            return Conditions(month, transfers=row) if later == 0 else None
        if kind == "pension":
            row = _transfer(basis=Basis.RESIDENT_PENSIONER, amount=per_unit, permanent=per_unit)
            return Conditions(month, transfers=row)
        if kind == "trade_in":
            budget = {0: AMOUNT} if later == 0 else {}
            return Conditions(month, durable_rules=_durables(), pool_budget=budget)
        if later >= COUPON_MONTHS:
            return None
        threshold, discount = COUPON_FACE
        row = _row(
            COUPON, rule=RULE, goods=goods_mask("eating_out", "food_at_home", "culture_recreation"), zones=ALL_ZONES,
            per_holder=2.0, claim=ClaimRule.LOTTERY, channel=Channel.DIGITAL, labelling=-1.0, threshold=threshold,
            discount=discount, quantity=per_unit,
        )  # fmt: skip
        return Conditions(month, coupons=row)

    nothing = Conditions(0)
    centre = Instrument(RULE, f"multiplier.{kind}", 0, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    return Policy(kind, tuple(conditions(m) or nothing for m in range(months)), (centre,))


def multiplier(
    scale: int = SCALE, seeds: tuple[int, ...] = SEEDS, baseline: Baseline | None = None
) -> Multiplier:
    """Run the experiment at the central parameters.

    Parameters
    ----------
    scale : int
        Real households that one sampled household stands for.
    seeds : tuple of int
        Keys of the runs' draws, over which results are averaged.
    baseline : Baseline, optional
        Levels; fitted at the central parameters by default.
    """
    world = World.load(scale)
    baseline = baseline or fit_baseline(world, load_parameters().central())
    found = [list(_of_seed(world, baseline, seed)) for seed in seeds]
    rounds = pd.concat([rounds for runs in found for _, rounds, _, _ in runs])
    ends = pd.concat([ends for runs in found for _, _, ends, _ in runs])
    keys = ["kind", "window", "quantity"]
    paid = {kind: float(np.mean([p for runs in found for k, _, _, p in runs if k == kind])) for kind in KINDS}
    return Multiplier(
        rounds.groupby(keys, sort=False)["value"].mean().reset_index(),
        ends.groupby(["kind", "stage", "sector", "sink"], sort=False)["value"].mean().reset_index(),
        paid,
    )


def _of_seed(
    world: World, baseline: Baseline, seed: int
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame, float]]:
    """Yield kind, rounds, ends and yuan paid of one seed."""
    months = START + max(WINDOWS)
    nothing = Policy("nothing", (Conditions(0),) * months, ())
    history = Economy(world, nothing, baseline, seed=seed)
    history.run_for(START)
    control = history.fork(nothing)
    control.run_for(months - START)
    plain = control.outcomes()
    labour = labour_share(plain)
    for kind in KINDS:
        policy = policy_of(kind, months, _per_unit(history, kind, months))
        runs = []
        for path in (control.market_path, None):
            economy = history.fork(policy, market_path=path)
            economy.run_for(months - START)
            runs.append(economy.outcomes())
        supply = history.founding.supply
        rounds = [_rounds(kind, window, plain, runs[0], runs[1], supply) for window in WINDOWS]
        ends, paid = _ends(kind, plain, runs[0], supply, history.founding.taxes, labour)
        yield kind, pd.concat(rounds), ends, paid


def _per_unit(history: Economy, kind: str, months: int) -> float:
    """Return what one unit gets so that the whole is AMOUNT; found by paying one yuan to each."""
    if kind == "trade_in":
        return 0.0
    if kind == "coupons":
        return AMOUNT / COUPON_FACE[1] / COUPON_MONTHS
    try_out = history.fork(policy_of(kind, months, 1.0))
    try_out.run_for(1)
    units = float(try_out.outcomes().cost_by_rule[START, RULE].sum())
    return AMOUNT / units / (12.0 if kind == "pension" else 1.0)


def labour_share(outcomes: Outcomes) -> NDArray[np.float64]:
    """Return labour income (wages, takings, farm income) per yuan of sales by sector in a run, shape (sectors,)."""
    labour = outcomes.aggregates["labour"][..., 1:3].sum(axis=(0, 1, 3))
    labour[Sector.FARMING] += _item(outcomes, Item.FARM).sum()
    sales = outcomes.aggregates["sales"].sum(axis=(0, 1))
    return np.asarray(labour / np.maximum(sales, 1.0))


def _item(outcomes: Outcomes, item: int) -> NDArray[np.float64]:
    """Return the path of a household account over the province, shape (months,)."""
    return np.asarray(outcomes.aggregates["accounts"][..., item].sum(axis=(1, 2)))


def _flow(
    outcomes: Outcomes, payers: tuple[int, ...], payees: tuple[int, ...], *items: str
) -> NDArray[np.float64]:
    flows = outcomes.aggregates["flows"]
    columns = [ITEMS.index(item) for item in items]
    return np.asarray(flows[:, list(payers)][:, :, list(payees)][..., columns].sum(axis=(1, 2, 3)))


def _rounds(
    kind: str, window: int, plain: Outcomes, direct: Outcomes, full: Outcomes, supply: SupplyTable
) -> pd.DataFrame:
    """Return effects over a window per yuan paid: first round, suppliers, later rounds, all."""
    after = slice(START, START + window)
    paid = float(direct.cost_by_rule[after, RULE].sum())

    def change(run: Outcomes, path: Any) -> float:
        return float((path(run) - path(plain))[after].sum())

    def spending(run: Outcomes) -> NDArray[np.float64]:
        return np.asarray(run.aggregates["custom"].sum(axis=(1, 2)))

    def outside(run: Outcomes) -> NDArray[np.float64]:
        return _item(run, Item.TRIPS_OUTSIDE)

    def sales(run: Outcomes) -> NDArray[np.float64]:
        return np.asarray(run.aggregates["sales"].sum(axis=1))

    def product(run: Outcomes) -> NDArray[np.float64]:
        return sales(run) @ supply.margin

    def inflow(run: Outcomes) -> NDArray[np.float64]:
        return sales(run) @ supply.inflow

    def labour(run: Outcomes) -> NDArray[np.float64]:
        return _item(run, Item.WAGES) + _item(run, Item.BUSINESS) + _item(run, Item.FARM)

    def taxes(run: Outcomes) -> NDArray[np.float64]:
        budgets = (Account.CENTRE, Account.PROVINCE, Account.CITIES)
        return _flow(run, (Account.FIRMS, Account.HOUSEHOLDS), budgets, "taxes_and_contributions")

    def jobs(run: Outcomes) -> NDArray[np.float64]:
        return _item(run, Item.EMPLOYED)

    demand = (direct.aggregates["custom"] - plain.aggregates["custom"])[after].sum(axis=(0, 1))
    by_round = supply.rounds(demand, 3)
    everything = supply.sales(demand)
    values = {
        "spent in the province": change(direct, spending),
        "spent outside": change(direct, outside),
        "sales of suppliers, second round": float(by_round[1].sum()),
        "sales of suppliers, later rounds": float(everything.sum() - by_round[:2].sum()),
        "inflow, direct": change(direct, inflow),
        "product, direct": change(direct, product),
        "spent in the province, full": change(full, spending),
        "spent outside, full": change(full, outside),
        "inflow, full": change(full, inflow),
        "product, full": change(full, product),
        "labour income, full": change(full, labour),
        "taxes, full": change(full, taxes),
    }
    rows = {name: value / paid for name, value in values.items()}
    rows["job years per billion yuan, full"] = change(full, jobs) / 12.0 / (paid / 1e9)
    return pd.DataFrame(
        {"kind": kind, "window": window, "quantity": list(rows), "value": list(rows.values())}
    )


def _ends(
    kind: str, plain: Outcomes, direct: Outcomes, supply: SupplyTable, taxes: np.ndarray, labour: np.ndarray
) -> tuple[pd.DataFrame, float]:
    """Return where the yuan of the first round end, per 100 paid, with the suppliers of those who sell; and yuan paid."""
    after = slice(START, None)
    paid = float(direct.cost_by_rule[after, RULE].sum())
    demand = (direct.aggregates["custom"] - plain.aggregates["custom"])[after].sum(axis=(0, 1))
    outside = float((_item(direct, Item.TRIPS_OUTSIDE) - _item(plain, Item.TRIPS_OUTSIDE))[after].sum())
    margin = supply.margin
    parts = {
        "inflow": supply.inflow, "labour": labour, "taxes": taxes, "profits": margin - labour - taxes,
    }  # fmt: skip
    rows = [
        ("households", "", "saving", paid - demand.sum() - outside),
        ("households", "", "outside", outside),
    ]
    for sector in range(N_SECTORS):
        sold = supply.inverse[:, sector] * demand[sector]
        sold[sector] -= demand[sector]
        own = np.zeros(N_SECTORS)
        own[sector] = demand[sector]
        for stage, sales in (("sellers", own), ("suppliers", sold)):
            rows += [(stage, SECTORS[sector].key, sink, float(sales @ part)) for sink, part in parts.items()]
    table = pd.DataFrame(rows, columns=["stage", "sector", "sink", "value"]).assign(kind=kind)
    table["value"] *= 100.0 / paid
    return table, paid
