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
        Real parties per simulated party, on average; fewer in markets so small that few would be left of them.
    """
    kinds = np.asarray(values["tourists.kind_shares"])
    kinds = kinds / kinds.sum()
    sizes = np.asarray(values["tourists.kind_sizes"])
    mean_block = float(block_days.mean())
    chance = np.array([expected_probability(values, k, block_days, mean_block) for k in range(len(KINDS))])
    real = trips[:, None] / float(kinds @ sizes) * kinds[None, :] / (12.0 * chance[None, :])
    # a party stands for fewer where the market is small, never for less than one
    density = np.maximum(
        1.0, values["tourists.sampled_as_if"] / np.maximum(real.sum(axis=1, keepdims=True), 1.0)
    )
    sampled = np.maximum(np.rint(np.minimum(real, real * density / scale)), 1.0)
    markets, kind_of = np.indices(real.shape)
    n = sampled.astype(np.int64).ravel()
    return PartyColumns(
        weight=np.repeat((real / sampled).astype(np.float32).ravel(), n),
        market=np.repeat(markets.astype(np.int8).ravel(), n),
        kind=np.repeat(kind_of.astype(np.int8).ravel(), n),
        size=np.repeat(np.tile(sizes.astype(np.int8), N_MARKETS), n),
    )
