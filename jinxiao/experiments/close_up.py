"""Runs looked at closely: payments between sectors and their balances, a panel of households, one household's diary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.experiments.comparison import title_of
from jinxiao.experiments.engine import Engine, content_hash
from jinxiao.experiments.ensemble import Progress, silent
from jinxiao.experiments.estimates import Title
from jinxiao.experiments.runs import CLOSURES, Draw, make_draw, model_seed, split_values
from jinxiao.experiments.uplift import check_numbers, check_sample
from jinxiao.files.errors import InputError
from jinxiao.model.economy import Economy
from jinxiao.model.government import function_of
from jinxiao.model.households.diary import N_ENTRIES, UNITS, Entry, parts
from jinxiao.model.ledger import ACCOUNT_NAMES, ITEMS, Account
from jinxiao.model.names import (
    CATEGORIES,
    CITIES,
    DURABLES,
    GOODS,
    N_CATEGORIES,
    N_DURABLES,
    N_GOODS,
    N_QUINTILES,
    RESIDENCES,
    month_label,
)
from jinxiao.model.outcomes import Outcomes
from jinxiao.model.state import HOUSEHOLD_STOCKS

PUBLIC_ACCOUNTS = (Account.CENTRE, Account.PROVINCE, Account.FUND, Account.UNIONS)
"""Budgets that are one account of the ledger each; the cities are eleven."""
PANEL_STREAM = 0x9A
"""Key of the random order in which households are taken into a panel."""
LISTS: Final[dict[int, tuple[str, ...]]] = {
    N_GOODS: tuple(one.key for one in GOODS),
    N_CATEGORIES: tuple(one.key for one in CATEGORIES),
    N_DURABLES: tuple(one.key for one in DURABLES),
}
"""Keys of what an entry has many columns of, by their number; others are numbered."""
RENAMED: Final = {Entry.LIQUID: "liquid_wealth"}


class Quantity(NamedTuple):
    """A column of diaries as tables name it."""

    name: str
    column: int
    unit: str


def _quantities() -> tuple[Quantity, ...]:
    found = []
    for entry in sorted(Entry):
        name, unit, count = (
            RENAMED.get(entry, entry.name.lower()),
            UNITS.get(entry, "yuan/month"),
            parts(entry),
        )
        if count == 1:
            found.append(Quantity(name, int(entry), unit))
        else:
            found += [
                Quantity(f"{name}_{key}", entry + k, unit)
                for k, key in enumerate(LISTS.get(count, range(1, count + 1)))
            ]
    return tuple(found)


QUANTITIES: Final = _quantities()
"""Everything that a diary holds of a household and month."""
ALWAYS: Final = ("income", "consumption", "liquid_wealth", "durable_purchases")
"""What a panel holds whatever it is; of the rest, what is not zero."""


@dataclass(frozen=True)
class CloseUp:
    """A run in detail.

    Attributes
    ----------
    transactions_flow : DataFrame
        ``month, payer, payee, item, value``: payments between sectors, yuan; what was not paid is left out.
    balance_sheet : DataFrame
        ``month, sector, instrument, value``: end of month, yuan; what is owed is negative.
    budgets : DataFrame
        ``month, budget, direction, counterpart, function, item, value``: what each public budget pays and receives, yuan.
    panel : DataFrame
        ``household, weight, city, residence, quintile, month, quantity, value, unit``: income, consumption, liquid wealth and
        purchases of durables always; of the rest of their diaries what is not zero.
    """

    transactions_flow: pd.DataFrame
    balance_sheet: pd.DataFrame
    budgets: pd.DataFrame
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
    if households:
        economy.keep_diaries()
    entries = np.zeros((months, households, N_ENTRIES), np.float32)
    bought = np.zeros((months, households), np.float32)
    for t in range(months):
        economy.run_for(1)
        if households:
            entries[t] = economy.diaries[chosen]
            bought[t] = (economy.households.columns["durable_bought"][chosen] == t).sum(axis=1)
    outcomes = economy.outcomes()
    table = panel(economy.households.columns, chosen, entries, bought)
    return CloseUp(transactions_flow(outcomes), balance_sheet(outcomes), budgets(outcomes), table)


def choose_households(population: int, wanted: int, seed: int) -> np.ndarray:
    """Return the positions of a panel's households, in ascending order, from a random order fixed by the seed."""
    if not 0 <= wanted <= population:
        raise InputError(field="panel", found=str(wanted), allowed=f"0 to {population} households")
    order = np.random.default_rng([seed, PANEL_STREAM]).permutation(population)
    return np.sort(order[:wanted])


def panel(
    columns: Mapping[str, np.ndarray], chosen: np.ndarray, entries: np.ndarray, bought: np.ndarray
) -> pd.DataFrame:
    """Return the tidy panel of chosen households.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns of all households: weight, zone, quintile.
    chosen : ndarray of int, shape (n,)
        Their positions.
    entries : ndarray, shape (months, n, N_ENTRIES)
        Their diaries.
    bought : ndarray, shape (months, n)
        Durables bought, units.

    Returns
    -------
    DataFrame
        ``household, weight, city, residence, quintile, month, quantity, value, unit``, by month, quantity and household.
    """
    names = [*ALWAYS, *(q.name for q in QUANTITIES if q.name not in ALWAYS)]
    at = {q.name: q for q in QUANTITIES}
    units = [at[name].unit if name in at else "units" for name in names]
    values = np.stack([bought if n not in at else entries[:, :, at[n].column] for n in names], axis=1)
    kept = values != 0.0
    kept[:, : len(ALWAYS)] = True
    month, quantity, household = np.nonzero(kept)
    zone = columns["zone"][chosen]
    quintiles = [f"Q{q + 1}" for q in range(N_QUINTILES)]

    def named(codes: np.ndarray, keys: list[str]) -> Any:
        return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(keys))

    listed = sorted(set(units))
    unit = np.array([listed.index(u) for u in units])
    return pd.DataFrame(
        {
            "household": chosen[household],
            "weight": columns["weight"][chosen].astype(np.float64)[household],
            "city": named((zone // 2)[household], [c.key for c in CITIES]),
            "residence": named((zone % 2)[household], [r.key for r in RESIDENCES]),
            "quintile": named(columns["quintile"][chosen][household], quintiles),
            "month": named(month, [month_label(t) for t in range(len(entries))]),
            "quantity": named(quantity, names),
            "value": values[kept].astype(np.float64),
            "unit": named(unit[quantity], listed),
        }
    )


class Payer(NamedTuple):
    """An instrument of policy: number of its measure, and its names."""

    measure: int
    en: str
    zh: str


@dataclass(frozen=True)
class HouseholdDiary:
    """One household along two runs that share every random draw: under a scenario, and under the reference.

    Attributes
    ----------
    household : int
        Position in the synthetic province.
    who : dict of str to ndarray
        Its columns in January 2024.
    entries, reference : ndarray of float64, shape (months, N_ENTRIES)
        Its diary under the scenario and under the reference.
    titles : tuple of Title
        Of the scenario and of the reference.
    scenarios : tuple of str
        Their names.
    start : int
        First month in which the two can differ.
    payers : dict of int to Payer
        Instruments by rule.
    settings, hashes : dict
        As in :class:`~jinxiao.experiments.uplift.UpliftResult`.
    """

    household: int
    who: dict[str, np.ndarray]
    entries: np.ndarray
    reference: np.ndarray
    titles: tuple[Title, Title]
    scenarios: tuple[str, str]
    start: int
    payers: dict[int, Payer]
    settings: dict[str, Any]
    hashes: dict[str, str]

    @property
    def table(self) -> pd.DataFrame:
        """``diary.csv``: ``household, scenario, month, quantity, value, unit``; what is zero in both runs is left out."""
        columns = [q.column for q in QUANTITIES]
        both = np.stack([self.entries, self.reference])[:, :, columns]
        kept = np.broadcast_to((both != 0.0).any(axis=0), both.shape)
        run, month, quantity = np.nonzero(kept)
        return pd.DataFrame(
            {
                "household": self.household,
                "scenario": np.array(self.scenarios, dtype=object)[run],
                "month": np.array([month_label(t) for t in range(len(self.entries))], dtype=object)[month],
                "quantity": np.array([q.name for q in QUANTITIES], dtype=object)[quantity],
                "value": both[kept],
                "unit": np.array([q.unit for q in QUANTITIES], dtype=object)[quantity],
            }
        )


def keep_diary(
    plan: Any,
    scenario: Any,
    reference: Any,
    household: int,
    *,
    scale: int = 100,
    seed: int = 1,
    months: int = 48,
    closure: str = "direct",
    progress: Progress = silent,
) -> HouseholdDiary:
    """Return one household's diary under a scenario and under a reference, at the central parameters.

    Parameters
    ----------
    plan : Plan
        The plan.
    scenario, reference : Scenario
        What is compared; they are one until the plan starts.
    household : int
        Its position in the synthetic province of this scale and seed.
    scale, seed, months
        As in :func:`~jinxiao.experiments.uplift.uplift`.
    closure : {'direct', 'full'}
        ``direct``: prices, wages and jobs are those of the reference, so that a household which no instrument reaches lives
        the same life twice. ``full``: markets answer.
    progress : callable
        Told of the runs that are done.

    Raises
    ------
    InputError
        When an argument is not allowed, or there is no such household.
    """
    check_numbers(
        plan,
        list(plan.measures),
        scale=scale,
        draws=1,
        months=months,
        seed=seed,
        horizon=Engine().horizon(),
    )
    if closure not in CLOSURES:
        raise InputError(field="closure", found=f"'{closure}'", allowed=", ".join(CLOSURES))
    past, unit, world = _start(plan, reference, scale, seed, months, household)
    progress(0, 3)
    who = {name: np.copy(column[household]) for name, column in past.households.columns.items()}
    past.keep_diaries()
    shared = _live(past, household, plan.start)
    progress(1, 3)
    base = past.fork(reference.policy(months, unit.levers))
    base.keep_diaries()
    without = [*shared, *_live(base, household, months - plan.start)]
    progress(2, 3)
    policy = scenario.policy(months, unit.levers)
    run = past.fork(policy, base.market_path if closure == "direct" else None)
    run.keep_diaries()
    entries = [*shared, *_live(run, household, months - plan.start)]
    progress(3, 3)
    return HouseholdDiary(
        household=household,
        who=who,
        entries=np.array(entries, np.float64),
        reference=np.array(without, np.float64),
        titles=(title_of(scenario), title_of(reference)),
        scenarios=(scenario.name, reference.name),
        start=plan.start,
        payers=_payers(plan, policy),
        settings={
            "plan": plan.name, "scenario": scenario.name, "reference": reference.name, "household": household,
            "scale": scale, "seed": seed, "months": months, "closure": closure,
        },
        hashes={
            "world": world.content_hash,
            "parameters": content_hash(unit.parameters),
            "code": Engine().code_hash(),
        },
    )  # fmt: skip


def households_at_start(plan: Any, *, scale: int = 100, seed: int = 1) -> dict[str, np.ndarray]:
    """Return the columns of all households in January 2024, in the run of :func:`keep_diary`."""
    check_sample(scale, seed)
    economy, _, _ = _start(plan, plan.scenario(), scale, seed, plan.start + 1, 0)
    return dict(economy.households.columns)


def _start(
    plan: Any, scenario: Any, scale: int, seed: int, months: int, household: int
) -> tuple[Economy, Draw, Any]:
    """Return an economy at January 2024, the central values and the world."""
    engine = Engine()
    parameters = engine.load_parameters(plan)
    unit = split_values(parameters, parameters.central(), 0, model_seed(seed, 0))
    world = engine.load_world(scale, seed)
    if not 0 <= household < len(world):
        allowed = f"0 to {len(world) - 1} at scale {scale}"
        raise InputError("household", field="ID", found=str(household), allowed=allowed)
    baseline = fit_baseline(world, dict(unit.parameters))
    economy = Economy(world, scenario.policy(months, unit.levers), baseline, seed=unit.seed, detail=False)
    return economy, unit, world


def _live(economy: Economy, household: int, months: int) -> list[np.ndarray]:
    rows = []
    for _ in range(months):
        economy.run_for(1)
        rows.append(economy.diaries[household].copy())
    return rows


def _payers(plan: Any, policy: Any) -> dict[int, Payer]:
    found = {}
    for one in policy.instruments:
        name = plan.measures[one.measure].instruments[one.key.partition(".")[2]].name
        found[one.rule] = Payer(one.measure, name.en, name.zh)
    return found


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

    Deposits, demand and term; consumer credit (credit lines, instalment loans, mortgages); business loans; bonds of local
    budgets for measures. What is owed is negative. The ledger keeps the loans outstanding at the start in the money account of
    the banks; here they are with the loans, so that the banks' money is what they owe to the others.
    """
    found = outcomes.aggregates
    rows: list[tuple[str, str, str, float]] = []
    for t in range(outcomes.months):
        label = month_label(t)
        money, debts = found["balances"][t, :-1].copy(), found["debts"][t]
        stocks = dict(zip(HOUSEHOLD_STOCKS, found["household_stocks"][t].tolist(), strict=True))
        money[Account.HOUSEHOLDS] = stocks["deposits"]
        money[Account.BANKS] = 0.0
        money[Account.BANKS] = -money.sum()
        rows += [(label, name, "deposits", value) for name, value in zip(ACCOUNT_NAMES, money, strict=True)]
        rows += _at_banks(label, "households", "term_deposits", stocks["term_deposits"])
        for kind in ("credit_lines", "instalments", "mortgages"):
            rows += _at_banks(label, "households", kind, -stocks[kind])
        for account, kind in (
            (Account.FIRMS, "business_loans"), (Account.PROVINCE, "local_bonds"), (Account.CITIES, "local_bonds"),
        ):  # fmt: skip
            if found["debts"][:, account].any():
                rows += _at_banks(label, ACCOUNT_NAMES[account], kind, -float(debts[account]))
    return pd.DataFrame(rows, columns=["month", "sector", "instrument", "value"])


def _at_banks(month: str, sector: str, instrument: str, value: float) -> list[tuple[str, str, str, float]]:
    """Return the two sides of a claim on banks, or of a debt to them."""
    return [(month, sector, instrument, value), (month, "banks", instrument, -value)]


def budgets(outcomes: Outcomes) -> pd.DataFrame:
    """Return the books of the public budgets: ``month, budget, direction, counterpart, function, item, value``.

    Centre, province, the eleven cities, the funds, the unions; ``direction`` is paid or received, ``function`` that of the
    budget under which an item is paid.
    """
    found = outcomes.aggregates
    flows = found["flows"]
    books = [(ACCOUNT_NAMES[k], flows[:, k], flows[:, :, k]) for k in PUBLIC_ACCOUNTS]
    books += [
        (city.key, found["city_paid"][:, k], found["city_received"][:, k]) for k, city in enumerate(CITIES)
    ]
    tables = []
    for name, paid, received in books:
        for direction, amounts in (("paid", paid), ("received", received)):
            month, account, item = np.nonzero(amounts)
            items = np.array(ITEMS, dtype=object)[item]
            tables.append(
                pd.DataFrame(
                    {
                        "month": np.array([month_label(t) for t in range(len(flows))], dtype=object)[month],
                        "budget": name,
                        "direction": direction,
                        "counterpart": np.array(ACCOUNT_NAMES, dtype=object)[account],
                        "function": [function_of(i) for i in items] if direction == "paid" else "",
                        "item": items,
                        "value": amounts[month, account, item],
                    }
                )
            )
    return pd.concat(tables, ignore_index=True)
