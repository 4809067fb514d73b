"""One run looked at closely: every payment between sectors, their balances, and a panel of households."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.experiments.engine import Engine
from jinxiao.experiments.runs import make_draw
from jinxiao.files.errors import InputError
from jinxiao.model.economy import Economy
from jinxiao.model.ledger import ACCOUNT_NAMES, ITEMS
from jinxiao.model.names import CITIES, N_QUINTILES, RESIDENCES, month_label
from jinxiao.model.outcomes import Outcomes

PANEL_STREAM = 0x9A
"""Key of the random order in which households are taken into a panel."""
QUANTITIES = {
    "income": "yuan/month",
    "consumption": "yuan/month",
    "liquid_wealth": "yuan",
    "durable_purchases": "units",
}
"""What a panel holds of each household and month."""


@dataclass(frozen=True)
class CloseUp:
    """A run in detail.

    Attributes
    ----------
    transactions_flow : DataFrame
        ``month, payer, payee, item, value``: payments between sectors, yuan; what was not paid is left out.
    balance_sheet : DataFrame
        ``month, sector, instrument, value``: end of month, yuan; what is owed is negative.
    panel : DataFrame
        ``household, weight, city, residence, quintile, month, quantity, value, unit``.
    """

    transactions_flow: pd.DataFrame
    balance_sheet: pd.DataFrame
    panel: pd.DataFrame


def look_closely(
    plan: Any,
    scenario: Any,
    *,
    households: int = 0,
    scale: int = 100,
    seed: int = 1,
    months: int = 48,
    draw: int = 0,
) -> CloseUp:
    """Simulate one draw of a scenario again, keeping what an ensemble does not.

    Parameters
    ----------
    plan : Plan
        The plan.
    scenario : Scenario
        What runs.
    households : int
        Size of the panel. A larger panel holds a smaller one of the same seed.
    scale, seed, months : int
        As in :func:`~jinxiao.experiments.uplift.uplift`.
    draw : int
        Number of the draw.

    Raises
    ------
    InputError
        When there are not as many households.
    """
    engine = Engine()
    unit = make_draw(engine.load_parameters(plan), seed, draw)
    world = engine.load_world(scale, seed)
    chosen = choose_households(len(world), households, seed)
    baseline = fit_baseline(world, dict(unit.parameters))
    economy = Economy(world, scenario.policy(months, unit.levers), baseline, seed=unit.seed)
    rows = []
    for _ in range(months):
        economy.run_for(1)
        rows.append(_month_of(economy, chosen))
    outcomes = economy.outcomes()
    return CloseUp(transactions_flow(outcomes), balance_sheet(outcomes), pd.concat(rows, ignore_index=True))


def choose_households(population: int, wanted: int, seed: int) -> np.ndarray:
    """Return the positions of a panel's households, in ascending order, from a random order fixed by the seed."""
    if not 0 <= wanted <= population:
        raise InputError(field="panel", found=str(wanted), allowed=f"0 to {population} households")
    order = np.random.default_rng([seed, PANEL_STREAM]).permutation(population)
    return np.sort(order[:wanted])


def _month_of(economy: Economy, chosen: np.ndarray) -> pd.DataFrame:
    """Return a panel's rows of the month that was just lived."""
    month = int(economy.month) - 1
    columns = economy.households.columns
    values = {
        "income": columns["income"][chosen],
        "consumption": columns["consumption"][chosen],
        "liquid_wealth": columns["liquid_wealth"][chosen],
        "durable_purchases": (columns["durable_bought"][chosen] == month).sum(axis=1),
    }
    zone = columns["zone"][chosen]
    who = pd.DataFrame(
        {
            "household": chosen,
            "weight": columns["weight"][chosen].astype(np.float64),
            "city": np.array([c.key for c in CITIES], dtype=object)[zone // 2],
            "residence": np.array([r.key for r in RESIDENCES], dtype=object)[zone % 2],
            "quintile": np.array([f"Q{q + 1}" for q in range(N_QUINTILES)], dtype=object)[
                columns["quintile"][chosen]
            ],
            "month": month_label(month),
        }
    )
    parts = [
        who.assign(quantity=name, value=values[name].astype(np.float64), unit=unit)
        for name, unit in QUANTITIES.items()
    ]
    return pd.concat(parts, ignore_index=True)


def transactions_flow(outcomes: Outcomes) -> pd.DataFrame:
    """Return the payments of a detailed run: ``month, payer, payee, item, value``."""
    flows = outcomes.aggregates["flows"]
    month, payer, payee, item = np.nonzero(flows)
    accounts = np.array(ACCOUNT_NAMES, dtype=object)
    return pd.DataFrame(
        {
            "month": np.array([month_label(t) for t in range(len(flows))], dtype=object)[month],
            "payer": accounts[payer],
            "payee": accounts[payee],
            "item": np.array(ITEMS, dtype=object)[item],
            "value": flows[month, payer, payee, item],
        }
    )


def balance_sheet(outcomes: Outcomes) -> pd.DataFrame:
    """Return the balances of a detailed run: ``month, sector, instrument, value``; each instrument adds up to zero.

    The ledger keeps the loans outstanding at the start in the money account of the banks; here they are with the loans, so
    that the banks' money is what they owe to the others.
    """
    balances = outcomes.aggregates["balances"]
    banks = ACCOUNT_NAMES.index("banks")
    rows = []
    for t, (*money, loans) in enumerate(balances.tolist()):
        label = month_label(t)
        money[banks] -= sum(money)
        rows += [(label, sector, "money", value) for sector, value in zip(ACCOUNT_NAMES, money, strict=True)]
        rows += [(label, "households", "loans", -loans), (label, "banks", "loans", loans)]
    return pd.DataFrame(rows, columns=["month", "sector", "instrument", "value"])
