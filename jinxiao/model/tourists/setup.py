"""The pool of parties outside the province that may come, as large as published visits require."""

from collections import namedtuple
from collections.abc import Mapping
from typing import Any

import numpy as np

from jinxiao.model.names import N_MARKETS, N_PROVINCES
from jinxiao.model.tourists.choice import Outside, travel_days, wished_stay
from jinxiao.model.tourists.columns import N_KINDS, PARTY
from jinxiao.model.tourists.loop import TouristParameters

PartyColumns = namedtuple("PartyColumns", list(PARTY))
Values = Mapping[str, Any]
FIRST_PARTY = 1 << 28
"""Identities of parties start here, so that they share no draw with households or firms."""
_MONTHS = 12


def tourist_parameters(values: Values, outside: Outside) -> TouristParameters:
    """Return the numbers that the tourist loop reads."""
    inbound = np.arange(N_MARKETS) >= N_PROVINCES
    here, from_abroad = values["tourists.night_price"]
    return TouristParameters(
        stay=wished_stay(outside.distance, values),
        lodging_share=np.asarray(values["tourists.lodging_share"]),
        guests_per_room=np.asarray(values["tourists.guests_per_room"]),
        daily_spending=outside.spending,
        night_price=np.where(inbound, from_abroad, here),
        spending_sigma=values["tourists.spending_sigma"],
        components=components(values),
        payment_failures=payment_failures(values),
        shops_per_day=values["tourists.shops_per_day"],
        goods_price_elasticity=values["tourists.goods_price_elasticity"],
        coupon_extra=values["tourists.coupon_extra"],
        looks_elsewhere=values["tourists.looks_elsewhere"],
        returns_at_night=(travel_days(outside.distance, values) <= values["tourists.day_trip_travel"])
        & ~inbound,
    )


def components(values: Values) -> np.ndarray:
    """Return the structure of spending apart from lodging by kind, shape (kinds, 5), nought for lodging."""
    given = np.asarray(values["tourists.components"], dtype=np.float64)
    given = given / given.sum(axis=1, keepdims=True)
    return np.insert(given, 1, 0.0, axis=1)


def payment_failures(values: Values) -> np.ndarray:
    """Return the share of purchases on the way that fail for want of a means of payment, shape (markets,)."""
    other_provinces, hk_macao_taiwan, foreign = values["tourists.payment_failures"]
    out = np.full(N_MARKETS, other_provinces)
    out[N_PROVINCES:] = hk_macao_taiwan
    out[N_MARKETS - 2 :] = foreign
    return out


def kind_shares(values: Values) -> np.ndarray:
    """Return shares of person-trips by kind in each market, shape (markets, kinds)."""
    domestic, inbound = (
        np.asarray(values[f"tourists.{name}"]) for name in ("kind_shares", "inbound_kind_shares")
    )
    out = np.tile(domestic / domestic.sum(), (N_MARKETS, 1))
    out[N_PROVINCES:] = inbound / inbound.sum()
    return out


def make_parties(trips: np.ndarray, chance: np.ndarray, scale: int, values: Values) -> PartyColumns:
    """Return the pool of parties.

    Parameters
    ----------
    trips : ndarray, shape (markets,)
        Real person-trips to the province a year by market.
    chance : ndarray, shape (markets, kinds)
        Mean monthly probability of coming in the first year, without policy.
    scale : int
        Real parties per simulated party, on average; fewer in markets so small that few would be left of them.
    """
    sizes = np.asarray(values["tourists.kind_sizes"])
    real = trips[:, None] * kind_shares(values) / sizes[None, :] / (_MONTHS * np.maximum(chance, 1e-12))
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


def persons_in_pool(parties: PartyColumns) -> np.ndarray:
    """Return real persons in the pool by market and kind, shape (markets, kinds)."""
    cell = parties.market.astype(np.int64) * N_KINDS + parties.kind
    persons = parties.weight.astype(np.float64) * parties.size
    return np.bincount(cell, persons, N_MARKETS * N_KINDS).reshape(N_MARKETS, N_KINDS)
