"""The pool of parties outside the province that may come, as large as published visits require."""

from collections import namedtuple
from collections.abc import Mapping
from typing import Any

import numpy as np

from jinxiao.model.names import N_MARKETS
from jinxiao.model.tourists.columns import KINDS, PARTY
from jinxiao.model.tourists.loop import TouristParameters

PartyColumns = namedtuple("PartyColumns", list(PARTY))
Values = Mapping[str, Any]
FIRST_PARTY = 1 << 28
"""Identities of parties start here, so that they share no draw with households or firms."""


def tourist_parameters(values: Values) -> TouristParameters:
    """Return the numbers that the tourist loop reads."""
    components = np.tile(np.asarray(values["tourists.components"]), (N_MARKETS, 1))
    return TouristParameters(
        base_probability=np.full(N_MARKETS, values["tourists.base_probability"]),
        kind_block_weight=values["tourists.block_weight"] * np.asarray(values["tourists.kind_block_weight"]),
        nights=np.asarray(values["tourists.nights"]),
        daily_spending=np.asarray(values["tourists.daily_spending"]),
        spending_sigma=values["tourists.spending_sigma"],
        components=components,
        shops_per_day=values["tourists.shops_per_day"],
        goods_price_elasticity=values["tourists.goods_price_elasticity"],
        coupon_extra=values["tourists.coupon_extra"],
    )


def expected_probability(values: Values, kind: int, block_days: np.ndarray, mean_block: float) -> float:
    """Return the mean monthly probability of coming of a kind of party over the months given, at neutral policy."""
    base = values["tourists.base_probability"]
    weight = values["tourists.block_weight"] * np.asarray(values["tourists.kind_block_weight"])[kind]
    odds = base / (1.0 - base) * np.exp(weight * (block_days - mean_block))
    return float(np.mean(odds / (1.0 + odds)))


def make_parties(trips: np.ndarray, block_days: np.ndarray, scale: int, values: Values) -> PartyColumns:
    """Return the pool of parties.

    Parameters
    ----------
    trips : ndarray, shape (markets,)
        Real person-trips to the province a year by market.
    block_days : ndarray, shape (12,)
        Longest block of days off in each month of the first year.
    scale : int
        Real parties per simulated party, on average.
    """
    kinds = np.asarray(values["tourists.kind_shares"])
    kinds = kinds / kinds.sum()
    sizes = np.asarray(values["tourists.kind_sizes"])
    mean_block = float(block_days.mean())
    parts: dict[str, list[np.ndarray]] = {name: [] for name in PARTY}
    mean_size = float(kinds @ sizes)
    for market in range(N_MARKETS):
        for kind in range(len(KINDS)):
            persons = trips[market] * kinds[kind] * sizes[kind] / mean_size
            pool = persons / sizes[kind] / (12.0 * expected_probability(values, kind, block_days, mean_block))
            n = max(1, round(pool / scale))
            parts["weight"].append(np.full(n, pool / n, np.float32))
            parts["market"].append(np.full(n, market, np.int8))
            parts["kind"].append(np.full(n, kind, np.int8))
            parts["size"].append(np.full(n, sizes[kind], np.int8))
            parts["propensity"].append(np.ones(n, np.float32))
            parts["budget"].append(np.ones(n, np.float32))
    return PartyColumns(**{name: np.concatenate(parts[name]) for name in PARTY})
