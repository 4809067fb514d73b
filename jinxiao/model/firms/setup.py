"""Found the firms: as many as published, legal units by Zipf's law beside individual businesses, staffed and financed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from jinxiao.model.firms.columns import FIRM
from jinxiao.model.firms.loop import (
    N_TOTALS,
    CellMonth,
    FirmColumns,
    FirmParameters,
    Total,
    normal_liquidity,
    plan_firms,
    settle_firms,
    share_custom,
)
from jinxiao.model.firms.rules import seasonal_reserve
from jinxiao.model.names import N_CITIES, N_SECTORS
from jinxiao.model.random import Draw, normals, quantiles, uniforms

Values = Mapping[str, Any]
MONTHS_A_YEAR = 12
SETTLING = 36
"""Months that firms live with steady custom before the start, until cash and debt are spread as in a lasting state."""
LONGEST_CASH = 6.0
"""Months of sales: nobody keeps more as working cash."""
_CELLS = N_CITIES * N_SECTORS


def firm_parameters(values: Values) -> FirmParameters:
    """Return the numbers that the firm loop reads."""
    fields: tuple[str, ...] = FirmParameters._fields
    return FirmParameters(*(values[f"firms.{name}"] for name in fields))


def sample_legal(units: int, sample: int, tail: float, top_share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and relative sizes of sampled legal units of one cell, the largest first.

    The size of the unit of rank r is proportional to ``r ** (-1 / tail)`` (Zipf; Axtell 2001). The largest are all there
    with weight 1, the rest are a systematic sample by rank, so that thresholds on size meet real sizes.

    Parameters
    ----------
    units, sample : int
        Real units, and how many stand for them.
    tail : float
        Exponent of the size distribution.
    top_share : float
        Share of the sample that goes to the largest.
    """
    sample = min(sample, units)
    top = units if sample == units else max(1, int(top_share * sample))
    edges = (
        np.concatenate([np.arange(top), np.linspace(top, units, sample - top + 1)])
        if sample > top
        else np.arange(top + 1)
    )
    weight = np.diff(edges)
    rank = edges[:-1] + 0.5 * (weight + 1.0)
    return weight.astype(np.float32), rank ** (-1.0 / tail)


def sample_individual(units: int, sample: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and relative sizes of sampled individual businesses: lognormal, a systematic sample by quantile."""
    sample = min(sample, units)
    weight = np.diff(np.linspace(0, units, sample + 1))
    middle = (np.arange(sample) + 0.5) / max(sample, 1)
    size = np.exp(spread * quantiles(middle))
    return weight.astype(np.float32), size


def staff_of_individuals(individual: float, legal: float, employed: float, mean: float) -> float:
    """Return people who work in the individual businesses of a cell: ``mean`` each, where legal units keep twice as many."""
    if individual <= 0.0:
        return 0.0
    return min(individual * mean, employed * individual / (individual + 2.0 * legal))


def found_cell(
    legal: float, individual: float, employed: float, scale: int, values: Values
) -> dict[str, np.ndarray]:
    """Return weight, employees, individual, entrant of the firms of one cell: legal units, individuals, places for entrants."""
    n_legal, n_own = max(1, round(legal)), round(individual)
    total = n_legal + n_own
    sample = min(total, max(int(values["firms.least_sample"]), round(total / scale)))
    own = min(round(sample * n_own / total), n_own)
    legal_sample = max(sample - own, min(n_legal, 3))
    w1, s1 = sample_legal(n_legal, legal_sample, values["firms.size_tail"], values["firms.top_share"])
    staff = staff_of_individuals(n_own, n_legal, employed, values["firms.individual_staff"])
    e1 = s1 * (employed - staff if n_own else employed) / (w1 * s1).sum()
    w2, e2 = np.zeros(0, np.float32), np.zeros(0)
    if n_own:
        w2, s2 = sample_individual(n_own, max(own, 1), values["firms.individual_spread"])
        e2 = s2 * staff / (w2 * s2).sum()
    places = max(int(values["firms.entrant_places"] * (len(w1) + len(w2))), 4)
    of_own = places * n_own // total
    small = values["firms.entrant_size"]
    mean_own = staff / n_own if n_own else 0.0
    median_legal = float(e1[np.searchsorted(np.cumsum(w1), 0.5 * n_legal)])
    return {
        "weight": np.concatenate([w1, w2, np.zeros(places, np.float32)]),
        "employees": np.concatenate(
            [e1, e2, np.full(places - of_own, small * median_legal), np.full(of_own, small * mean_own)]
        ),
        "individual": np.concatenate(
            [np.zeros(len(w1)), np.ones(len(w2)), np.zeros(places - of_own), np.ones(of_own)]
        ),
        "entrant": np.concatenate([np.zeros(len(w1) + len(w2)), np.ones(places)]),
    }


@dataclass(frozen=True)
class Cells:
    """What the cells are like at the start, each of shape (cities * sectors,); money at trend level.

    Attributes
    ----------
    legal, individual, employed, sales
        Real units, people and yuan a month.
    late, public : share of sales paid later, by other firms and outsiders, and by governments.
    variable : share of sales that costs take, rents and wages aside.
    fixed : yuan a month that owners take, and ``bills`` (12, cells) each month over a mean one.
    wages : yuan a month.
    mortal : whether firms close and open.
    usual_claims : what buyers owe, months of sales.
    season : sales of each month of a year over those of a mean one, (12, cells).
    """

    legal: np.ndarray
    individual: np.ndarray
    employed: np.ndarray
    sales: np.ndarray
    late: np.ndarray
    public: np.ndarray
    variable: np.ndarray
    fixed: np.ndarray
    wages: np.ndarray
    mortal: np.ndarray
    usual_claims: np.ndarray
    season: np.ndarray
    bills: np.ndarray


def found_firms(cells: Cells, scale: int, values: Values, seed: int) -> FirmColumns:
    """Return the firms, sorted by city and sector, before they have settled."""
    parts: dict[str, list[np.ndarray]] = {
        name: [] for name in ("weight", "employees", "individual", "entrant", "cell", "size")
    }
    for one in np.flatnonzero((cells.employed > 0.0) | (cells.sales > 0.0)).tolist():
        employed = max(float(cells.employed[one]), 1.0)
        found = found_cell(float(cells.legal[one]), float(cells.individual[one]), employed, scale, values)
        for name, column in found.items():
            parts[name].append(column)
        parts["size"].append(found["employees"] / employed)
        parts["cell"].append(np.full(len(found["weight"]), one))
    c = {name: np.concatenate(column) for name, column in parts.items()}
    cell = c["cell"].astype(np.int64)
    n, rows = len(cell), np.arange(len(cell))
    expected = c["size"] * cells.sales[cell]
    cash = values["firms.cash_months"] * np.exp(
        values["firms.cash_spread"] * normals(seed, rows, 0, Draw.FIRM_START)
    )
    cash = np.minimum(cash, LONGEST_CASH)
    access = np.where(
        c["individual"] == 1, values["firms.credit_access"][1], values["firms.credit_access"][0]
    )
    lent = (uniforms(seed, rows, 0, Draw.FIRM_START + 1) < access) & cells.mortal[cell]
    credit = np.where(lent, values["firms.credit_limit"], 0.0)
    alive = c["weight"] > 0.0
    quality = values["firms.quality_deviation"] * normals(seed, rows, 0, Draw.FIRM_START + 2)
    columns: dict[str, np.ndarray] = {
        **c,
        "city": cell // N_SECTORS,
        "sector": cell % N_SECTORS,
        "group": np.zeros(n),
        "quality": np.where(alive, quality, 0.0),
        "employees": np.where(alive, c["employees"], 0.0),
        "target": np.where(alive, c["employees"], 0.0),
        "expected": np.where(alive, expected, 0.0),
        "sales": np.where(alive, expected, 0.0),
        "price": np.ones(n),
        "cash": np.where(alive, cash * expected, 0.0),
        "debt": np.where(alive, values["firms.usual_debt"] * credit * expected, 0.0),
        "receivable": np.where(alive, cells.late[cell] * values["firms.late_months"] * expected, 0.0),
        "owed": np.where(alive, cells.public[cell] * values["firms.government_months"] * expected, 0.0),
        "cash_wanted": cash,
        "credit": credit,
        "profit": np.full(n, values["firms.normal_margin"]),
    }
    return FirmColumns(**{name: columns[name].astype(FIRM[name].dtype) for name in FIRM})


@dataclass(frozen=True)
class Settled:
    """Where firms stand after living with steady custom.

    Attributes
    ----------
    rents : ndarray, shape (cells,)
        Share of sales that owners of shops and capital outside the firm get, so that profit is normal.
    liquidity : ndarray, shape (cells,)
        Mean liquidity factor.
    exit_level : float
        Monthly chance of closing of a firm of mean size and normal profit that gives the published rate.
    reserve : ndarray, shape (2, 12, cells)
        Cash kept at the end of each month for poorer months to come, months of sales, by where the Spring Festival lies.
    """

    rents: np.ndarray
    liquidity: np.ndarray
    exit_level: float
    reserve: np.ndarray


def settle(f: FirmColumns, starts: np.ndarray, cells: Cells, values: Values, seed: int) -> Settled:
    """Let firms live with the custom of a usual year until their finances are spread as in a lasting state; change ``f``."""
    p = firm_parameters(values)
    ones, nought = np.ones(_CELLS), np.zeros(_CELLS)
    rate = values["firms.loan_rate"] / MONTHS_A_YEAR
    wage = np.where(cells.employed > 0.0, cells.wages / np.maximum(cells.employed, 1e-9), 0.0)
    sold = np.maximum(cells.sales, 1e-9)
    rents = 1.0 - cells.variable - (cells.wages + cells.fixed) / sold - p.normal_margin
    contribution = 1.0 - cells.variable - rents
    both = np.stack([
        seasonal_reserve(season, p.normal_margin, contribution, cells.bills, cells.fixed / sold)
        for season in both_orders(cells.season)
    ])  # fmt: skip
    reserve = both[0]
    f.cash[...] += np.where(f.weight > 0.0, reserve[-1, _cell(f)], 0.0) * f.expected
    liquidity, normal = np.ones(_CELLS), np.zeros(_CELLS)
    price, wanted, totals = np.empty(_CELLS), np.zeros(_CELLS), np.zeros((_CELLS, N_TOTALS))
    failing = 0.0
    for month in range(-SETTLING, 0):
        season, bills = cells.season[month % MONTHS_A_YEAR], cells.bills[month % MONTHS_A_YEAR]
        share_custom(starts, cells.sales * season, f, values["firms.price_elasticity"], price)
        normal_liquidity(starts, f, reserve[month % MONTHS_A_YEAR - 1], p, liquidity)
        plan_firms(
            starts, seed, month, 1.0, f, season, reserve[month % MONTHS_A_YEAR - 1], cells.sales, cells.employed, liquidity,
            ones, nought, p, wanted,
        )  # fmt: skip
        month_of = CellMonth(
            staff=cells.employed, wage=wage, variable=cells.variable + rents, fixed=cells.fixed * bills, late=cells.late,
            public=cells.public, granted=nought, settled=nought, settled_buyers=nought,
            usual_claims=cells.usual_claims, season=season,
            reserve=reserve[month % MONTHS_A_YEAR], births=nought, mortal=cells.mortal,
            interest=np.full(_CELLS, rate), full_interest=np.full(_CELLS, rate),
        )  # fmt: skip
        settle_firms(
            starts, seed, month, f, month_of, p, 0.0, values["firms.late_months"], values["firms.government_months"],
            0.0, 0, False, totals,
        )  # fmt: skip
        margin = (totals[:, Total.USUAL_PROFIT] + cells.fixed * (bills - 1.0)) / sold
        rents += values["firms.rent_speed"] * 4.0 * np.where(cells.sales > 0.0, margin - p.normal_margin, 0.0)
        if month >= -MONTHS_A_YEAR:
            failing += totals[cells.mortal, Total.FAILURES].sum()
            normal += liquidity / MONTHS_A_YEAR
    firms = float(f.weight.astype(np.float64)[cells.mortal[_cell(f)]].sum())
    chance = _mean_exit(f, cells, p)
    asked = values["firms.exit_rate"] - failing / max(firms, 1.0)
    level = max(asked, 0.1 * values["firms.exit_rate"]) / MONTHS_A_YEAR / max(chance, 1e-9)
    return Settled(rents, normal, float(level), both)


def both_orders(season: np.ndarray) -> np.ndarray:
    """Return seasons (12, cells) as they are and with January and February changed: the Spring Festival falls in either."""
    other = season.copy()
    other[:2] = season[1::-1]
    return np.stack([season, other])


def _cell(f: FirmColumns) -> np.ndarray:
    return f.city.astype(np.int64) * N_SECTORS + f.sector


def _mean_exit(f: FirmColumns, cells: Cells, p: FirmParameters) -> float:
    """Return the mean over firms of the response of exit to profit and size, at level one."""
    cell = _cell(f)
    count = np.bincount(cell, f.weight, _CELLS)
    mean = (cells.employed / np.maximum(count, 1.0))[cell]
    gap = np.clip(p.exit_profit_elasticity * (f.profit - p.normal_margin) / p.normal_margin, -2.0, 2.0)
    relative = np.maximum(f.employees / np.maximum(mean, 1e-9), 0.1)
    weight = f.weight.astype(np.float64) * cells.mortal[cell]
    return float(weight @ (np.exp(-gap) * relative**p.exit_size_elasticity) / max(weight.sum(), 1.0))


def individual_share_of_sales(firms: Any) -> np.ndarray:
    """Return the share of individual businesses in the sales of each cell at the start, shape (cities, sectors)."""
    cell = _cell(firms)
    sales = firms.weight.astype(np.float64) * firms.sales
    total = np.bincount(cell, sales, _CELLS)
    own = np.bincount(cell, sales * firms.individual, _CELLS)
    share = np.where(total > 0.0, own / np.where(total > 0.0, total, 1.0), 0.0)
    return np.asarray(share.reshape(N_CITIES, N_SECTORS))


def cell_starts(city: np.ndarray, sector: np.ndarray) -> np.ndarray:
    """Return where each cell (city * sectors + sector) starts in firms sorted by cell; ValueError if not sorted."""
    cell = city.astype(np.int64) * N_SECTORS + sector
    if np.any(np.diff(cell) < 0):
        raise ValueError("firms must be sorted by city and sector")
    return np.searchsorted(cell, np.arange(_CELLS + 1))
