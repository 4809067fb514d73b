"""What parties from outside choose in a month: whether and when to come, where to go, and who finds a room (T1, T2, T5)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from jinxiao.model.baseline import CalendarMonth
from jinxiao.model.names import N_CITIES, N_MARKETS, N_PERIODS, N_PROVINCES, Market, Period

Values = Mapping[str, Any]
WAKING_HOURS = 12.0
"""Hours of a day that can be spent on the way."""
LONGEST_STAY = 15
"""Days off beyond this do not bind a stay."""
_LEAST_KM = 50.0
_KM = 100.0
_YEAR = 12
_POOL_ROUNDS = 4
_PRICE_ROUNDS = 5
"""Rounds of prices and demand for rooms; each closes nine tenths of the gap or more."""


@dataclass(frozen=True)
class Outside:
    """What is known of the origins of visitors, and of the rooms that wait for them.

    Attributes
    ----------
    trips : ndarray, shape (markets,)
        Real person-trips a year to the province.
    distance : ndarray, shape (markets, cities)
        Kilometres from the gateway of the market.
    income : ndarray, shape (markets,)
        Income per head over the mean of visitors from other provinces; one for inbound markets.
    pull : ndarray, shape (cities,)
        Attraction of cities, distance apart: fitted to published visits by city.
    spending : ndarray, shape (markets,)
        Fitted level of spending a person and day, lodging apart, yuan.
    rooms : ndarray, shape (cities,)
        Rooms of all lodging.
    normal : ndarray, shape (markets, kinds)
        Mean over the months of the first year of the sum of exponentials of the utilities of coming.
    """

    trips: np.ndarray
    distance: np.ndarray
    income: np.ndarray
    pull: np.ndarray
    spending: np.ndarray
    rooms: np.ndarray
    normal: np.ndarray


class Occasions(NamedTuple):
    """What a month offers, without policy and crowds; each of shape (markets, kinds, periods).

    Attributes
    ----------
    weight : ndarray
        Exponential of the utility of coming in a part of the month; nought where no stay fits.
    room : ndarray
        Days that are left for the stay after travel.
    nights : ndarray
        Mean nights of a stay.
    overnight : ndarray
        Share of stays of a night and more.
    """

    weight: np.ndarray
    room: np.ndarray
    nights: np.ndarray
    overnight: np.ndarray


class Visit(NamedTuple):
    """What parties choose this month.

    Attributes
    ----------
    month : Occasions
    coming : ndarray, shape (markets, kinds, periods)
        Probability that a party comes.
    cities : ndarray, shape (markets, periods, cities)
        Shares of cities.
    parties : float
        Real parties expected.
    """

    month: "Occasions"
    coming: np.ndarray
    cities: np.ndarray
    parties: float


class Lodging(NamedTuple):
    """What the market for rooms says, each of shape (periods, cities).

    Attributes
    ----------
    price : ndarray
        Price of a room over that at normal occupancy.
    share : ndarray
        Part of those who want a room of a city that find one.
    second : ndarray
        Part of those turned away elsewhere and looking here that find one.
    """

    price: np.ndarray
    share: np.ndarray
    second: np.ndarray


def travel_days(distance: np.ndarray, values: Values) -> np.ndarray:
    """Return days on the way there and back by market: by land, or by air where that is quicker.

    ``distance`` (markets, cities) is in km; the province is reached at its nearest third of cities.
    """
    km = np.sort(distance, axis=1)[:, : N_CITIES // 3 + 1].mean(axis=1)
    land_start, land_speed, air_start, air_speed = values["tourists.travel"]
    hours = np.minimum(land_start + km / land_speed, air_start + km / air_speed)
    return np.asarray(2.0 * hours / WAKING_HOURS)


def wished_stay(distance: np.ndarray, values: Values) -> np.ndarray:
    """Return the scale of the wished nights by market and kind, shape (markets, kinds); see :func:`occasions`.

    It grows with each doubling of the way; inbound parties stay longest.
    """
    near, doubling, inbound = values["tourists.stay"]
    km = np.maximum(distance.min(axis=1), _KM)
    by_market = near + doubling * np.log2(km / _KM)
    by_market[N_PROVINCES:] = inbound
    return np.asarray(by_market[:, None] * np.asarray(values["tourists.kind_stay"])[None, :])


def mean_nights(room: np.ndarray, stay: np.ndarray) -> np.ndarray:
    """Return mean nights of a stay that fits into ``room`` days.

    Wished nights are geometric, ``P(N >= j) = exp(-j / stay)`` with day trips among them, cut to those that fit.
    """
    cut = np.exp(-room / stay)
    total = np.zeros(np.broadcast(room, stay).shape)
    for j in range(1, LONGEST_STAY):
        total += np.where(j < room, np.exp(-j / stay) - cut, 0.0)
    return np.asarray(total / np.maximum(1.0 - cut, 1e-12))


def occasions(month: int, calendar: CalendarMonth, distance: np.ndarray, values: Values) -> Occasions:
    """Return what a month offers to parties by market, kind and part of the month.

    The utility of a part of the month is the log of the occasions in it (its days, each weighted by how often parties of the
    kind are free to go then, those of long holidays more), plus the weighted log probability that the wished stay fits into the
    days off after travel, plus the season. Parties of other provinces keep the national calendar and its school breaks; inbound
    ones have their own seasons.
    """
    by_class = np.asarray(values["tourists.day_weight"])
    days, breaks = calendar.period_days, calendar.break_workdays
    n_kinds = len(by_class)
    occasion = np.empty((N_MARKETS, n_kinds, N_PERIODS))
    occasion[:, :, Period.WORKDAYS] = (
        by_class[:, 0] * (days[Period.WORKDAYS] - breaks) + by_class[:, 1] * breaks
    )
    occasion[:, :, Period.WEEKENDS] = by_class[:, 2] * days[Period.WEEKENDS]
    occasion[:, :, Period.HOLIDAY :] = by_class[None, :, 3, None] * holiday_occasions(calendar, values)
    occasion[N_PROVINCES:] = days
    block = np.minimum(calendar.period_blocks, LONGEST_STAY).astype(np.float64)
    block[Period.WORKDAYS] = values["tourists.workday_block"]
    unbound = np.asarray(values["tourists.unbound"])[:, None] > 0.0
    long = np.where(days > 0.0, float(LONGEST_STAY), 0.0)
    blocks = np.broadcast_to(np.where(unbound, long, block), (N_MARKETS, n_kinds, N_PERIODS)).copy()
    blocks[N_PROVINCES:] = long
    room = np.maximum(blocks - travel_days(distance, values)[:, None, None], 0.0)
    stay = wished_stay(distance, values)[:, :, None]
    fits = 1.0 - np.exp(-room / stay)
    season = np.exp(_season(month, values))[:, None, None]
    weight = occasion * fits ** values["tourists.block_weight"] * season
    longer = np.where(room > 1.0, (np.exp(-1.0 / stay) - np.exp(-room / stay)) / np.maximum(fits, 1e-12), 0.0)
    return Occasions(weight, room, mean_nights(room, stay), longer)


def days_for_outings(calendar: CalendarMonth, values: Values) -> float:
    """Return the days of a month that are occasions for a day out, those of holidays weighted by its length."""
    return float(calendar.period_days[Period.WEEKENDS] + holiday_occasions(calendar, values).sum())


def holiday_occasions(calendar: CalendarMonth, values: Values) -> np.ndarray:
    """Return occasions to travel on the month's longest holiday and on others, in days of a weekend: more on longer ones."""
    length = calendar.period_blocks[Period.HOLIDAY :] / calendar.period_blocks[Period.WEEKENDS]
    return np.asarray(calendar.period_days[Period.HOLIDAY :] * length ** values["tourists.holiday_length"])


def _season(month: int, values: Values) -> np.ndarray:
    """Return the attraction of a calendar month by market."""
    domestic, hk_macao_taiwan, foreign = np.asarray(values["tourists.season"])[:, month % _YEAR]
    out = np.full(N_MARKETS, domestic)
    out[Market.HONG_KONG : Market.TAIWAN + 1] = hk_macao_taiwan
    out[Market.FOREIGN_VISA_FREE :] = foreign
    return out


def city_weights(outside: Outside, added: np.ndarray, values: Values) -> tuple[np.ndarray, np.ndarray]:
    """Return (shares, logsum) of cities by market and part of the month (T2).

    Multinomial logit: attraction of the city, less the log distance from the gateway times its weight, plus what policy,
    crowds and room prices add. ``logsum`` is the dissimilarity-scaled change of the inclusive value against no addition
    (nested logit, McFadden 1978).

    Parameters
    ----------
    added : ndarray, shape (periods, cities)

    Returns
    -------
    shares : ndarray, shape (markets, periods, cities)
    logsum : ndarray, shape (markets, periods)
    """
    near = (
        outside.pull * (np.maximum(outside.distance, _LEAST_KM) / _KM) ** -values["tourists.distance_decay"]
    )
    weights = near[:, None, :] * np.exp(added)[None]
    total = weights.sum(axis=2)
    logsum = values["tourists.dissimilarity"] * np.log(total / near.sum(axis=1)[:, None])
    return weights / total[:, :, None], logsum


def coming(month: Occasions, normal: np.ndarray, access: np.ndarray, base: float) -> np.ndarray:
    """Return the probability that a party comes in each part of the month, shape (markets, kinds, periods) (T1).

    Logit over staying away and the parts of the month; ``base`` is the probability in a month as good as the mean of the first
    year. ``access`` (markets, periods) adds to utility: entry, way, policy, the inclusive value of cities.
    """
    weight = month.weight * np.exp(access)[:, None, :]
    odds = base / (1.0 - base) / np.where(normal > 0.0, normal, 1.0)
    return np.asarray(odds[:, :, None] * weight / (1.0 + odds * weight.sum(axis=2))[:, :, None])


def chance_of_coming(outside: Outside, calendar: Mapping[int, CalendarMonth], values: Values) -> np.ndarray:
    """Return the mean monthly probability of coming in the first year, without policy or crowds, shape (markets, kinds)."""
    nothing = np.zeros((N_MARKETS, N_PERIODS))
    total = np.zeros(outside.normal.shape)
    for m in range(_YEAR):
        month = occasions(m, calendar[m], outside.distance, values)
        total += coming(month, outside.normal, nothing, values["tourists.base_probability"]).sum(axis=2)
    return total / _YEAR


def entry(conditions: Any, values: Values) -> np.ndarray:
    """Return what policy adds to the utility of coming from each market, shape (markets,).

    Where a share ``s`` of those who need a visa no longer does, visits grow by ``1 + s (exp(g) - 1)``; ``g`` is what a visa
    deters and what entry is easier for the visa-free.
    """
    access = conditions.market_friction.astype(np.float64).copy()
    free, needed = Market.FOREIGN_VISA_FREE, Market.FOREIGN_VISA
    gain = values["tourists.visa_gain"] + max(0.0, access[free] - access[needed])
    access[needed] += np.log1p(conditions.visa_free_shift * np.expm1(gain))
    return np.asarray(access)


def no_lodging() -> Lodging:
    """Return a market for rooms at normal prices in which all find one."""
    shape = (N_PERIODS, N_CITIES)
    return Lodging(np.ones(shape), np.ones(shape), np.zeros(shape))


def free_cities(shares: np.ndarray, lodging: Lodging) -> np.ndarray:
    """Return the choice among cities with rooms left, shape (markets, periods, cities); rows of nought where none has any."""
    left = shares * (lodging.second > 0.0)[None]
    total = left.sum(axis=2, keepdims=True)
    return np.asarray(left / np.where(total > 0.0, total, 1.0))


def find_rooms(
    month: Occasions,
    outside: Outside,
    access: np.ndarray,
    added: np.ndarray,
    persons: np.ndarray,
    residents: np.ndarray,
    days: np.ndarray,
    values: Values,
    booked: bool = True,
) -> Lodging:
    """Return prices of rooms and who finds one (T5): demand by its expectation, so that no order of arrival matters.

    The price over normal is occupancy over normal to the power of its elasticity; dearer cities and months are chosen less.
    What is wanted beyond the rooms is turned away at random; part of those turned away look in cities that have rooms left.

    Parameters
    ----------
    access : ndarray, shape (markets,)
    added : ndarray, shape (cities,)
    persons : ndarray, shape (markets, kinds)
        Persons in the pool of parties.
    residents : ndarray, shape (periods, cities)
        Nights of rooms for residents on trips.
    days : ndarray, shape (periods,)
        Nights of each part of the month.
    booked : bool
        Whether residents have these rooms; if not, they want so many at normal prices and are served like visitors.
    """
    rooms = days[:, None] * outside.rooms[None, :]
    others = np.asarray(values["tourists.other_guests"])[:, None] * rooms
    weight = price_weight(values)
    wanted = residents
    lodges = np.asarray(values["tourists.lodging_share"]) / np.asarray(values["tourists.guests_per_room"])
    wanted_nights = month.nights * lodges[None, :, None] * persons[:, :, None]
    base = values["tourists.base_probability"]
    normal = values["tourists.normal_occupancy"]
    price = np.ones((N_PERIODS, N_CITIES))
    for settled in range(_PRICE_ROUNDS, -1, -1):
        shares, logsum = city_weights(outside, added[None] - weight * np.log(price), values)
        probability = coming(month, outside.normal, access[:, None] + logsum, base)
        nights = (wanted_nights * probability).sum(axis=1)
        demand = (nights[:, :, None] * shares).sum(axis=0)
        wanted = residents if booked else residents * price**-weight
        if settled:
            occupancy = np.where(rooms > 0.0, (demand + wanted + others) / np.maximum(rooms, 1e-9), normal)
            price = room_price(occupancy, values)
    there = np.maximum(values["tourists.full_occupancy"] * rooms - others, 0.0)
    left = np.maximum(there - wanted, 0.0) if booked else there
    looking_for = demand if booked else demand + wanted
    share = np.minimum(1.0, left / np.maximum(looking_for, 1e-9))
    spare = np.where(share >= 1.0, left - looking_for, 0.0)
    looking = shares * (spare > 0.0)[None]
    total = looking.sum(axis=2, keepdims=True)
    turned = nights * (shares * (1.0 - share)[None]).sum(axis=2) * values["tourists.looks_elsewhere"]
    second = (turned[:, :, None] * looking / np.where(total > 0.0, total, 1.0)).sum(axis=0)
    found = np.where(spare > 0.0, np.minimum(1.0, spare / np.maximum(second, 1e-9)), 0.0)
    return Lodging(price, share, found)


def room_price(occupancy: np.ndarray, values: Values) -> np.ndarray:
    """Return the price of a room over that at normal occupancy: a power of occupancy within bounds."""
    low, high = values["tourists.price_bounds"]
    ratio = np.maximum(occupancy, 1e-9) / values["tourists.normal_occupancy"]
    return np.asarray(np.clip(ratio ** values["tourists.price_elasticity_of_rooms"], low, high))


def let_in(use: np.ndarray, spread: float) -> np.ndarray:
    """Return the part of those who want to see a city's sites that is let in, from visits wanted over capacity.

    Sites of a city are in use unequally: ``use * exp(spread z - spread ** 2 / 2)`` over sites, z standard normal; each lets in up
    to its capacity and turns the others away. Mean of ``min(1, 1 / use)`` over visits:
    ``Phi((-ln u - s^2 / 2) / s) + Phi((ln u - s^2 / 2) / s) / u``.
    """
    some = use > 0.0
    u = np.where(some, use, 1.0)
    below = _normal_cdf((-np.log(u) - 0.5 * spread**2) / spread)
    above = _normal_cdf((np.log(u) - 0.5 * spread**2) / spread)
    return np.where(some, np.minimum(below + above / u, 1.0), 1.0)


def _normal_cdf(z: np.ndarray) -> np.ndarray:
    flat = [0.5 * (1.0 + math.erf(x / math.sqrt(2.0))) for x in np.ravel(z).tolist()]
    return np.reshape(flat, np.shape(z))


def price_weight(values: Values) -> float:
    """Return the fall of a city's utility with the log price of rooms: price elasticity times lodging in the cost of a trip."""
    return float(values["tourists.trip_price_elasticity"] * values["tourists.lodging_cost_share"])


def arrivals(
    month: Occasions, coming: np.ndarray, shares: np.ndarray, lodging: Lodging, persons: np.ndarray,
    returns_at_night: np.ndarray, values: Values,
) -> np.ndarray:  # fmt: skip
    """Return persons expected by market, part of the month and city once rooms are given out, (markets, periods, cities).

    Those turned away move to another city with rooms, go home in the evening where that is near, or stay away.

    Parameters
    ----------
    coming : ndarray, shape (markets, kinds, periods)
    shares : ndarray, shape (markets, periods, cities)
    persons : ndarray, shape (markets, kinds)
    returns_at_night : ndarray of bool, shape (markets,)
    """
    want = persons[:, :, None] * coming
    lodgers = (want * month.overnight * np.asarray(values["tourists.lodging_share"])[None, :, None]).sum(
        axis=1
    )
    turned = lodgers[:, :, None] * shares * (1.0 - lodging.share)[None]
    found = values["tourists.looks_elsewhere"] * free_cities(shares, lodging) * lodging.second[None]
    moves = found.sum(axis=2, keepdims=True)
    lost = turned * (moves + (1.0 - moves) * ~returns_at_night[:, None, None])
    moved = turned.sum(axis=2, keepdims=True) * found
    return np.asarray(want.sum(axis=1)[:, :, None] * shares - lost + moved)


def nights_kept(
    month: Occasions,
    coming: np.ndarray,
    shares: np.ndarray,
    lodging: Lodging,
    persons: np.ndarray,
    values: Values,
) -> np.ndarray:
    """Return person-nights expected by market once rooms are given out, shape (markets,); parameters as of :func:`arrivals`."""
    nights = persons[:, :, None] * coming * month.nights
    lodged = (nights * np.asarray(values["tourists.lodging_share"])[None, :, None]).sum(axis=1)
    moves = values["tourists.looks_elsewhere"] * (free_cities(shares, lodging) * lodging.second[None]).sum(
        axis=2
    )
    lost = lodged * (shares * (1.0 - lodging.share)[None]).sum(axis=2) * (1.0 - moves)
    return np.asarray(nights.sum(axis=(1, 2)) - lost.sum(axis=1))


class FullHouses(NamedTuple):
    """What makes up at the start for rooms that lack at times, each of shape (markets,).

    Attributes
    ----------
    pool : ndarray
        Factor on the pool of parties: as many come as are published.
    days : ndarray
        Days of a visit with rooms for all over days with the rooms there are: as much is spent as is published.
    """

    pool: np.ndarray
    days: np.ndarray


def full_houses(
    outside: Outside, calendar: Mapping[int, CalendarMonth], persons: np.ndarray, lodged: Sequence[np.ndarray],
    returns_at_night: np.ndarray, values: Values,
) -> FullHouses:  # fmt: skip
    """Return by how much pool and spending a day must be larger for published visits although houses are full at times.

    Parameters
    ----------
    persons : ndarray, shape (markets, kinds)
        The pool that would make the trips if there were rooms for all.
    lodged : sequence of ndarray, shape (periods, cities)
        Nights of rooms that residents want in each month of the first year.
    """
    access, nothing = np.zeros(N_MARKETS), np.zeros(N_CITIES)
    base = values["tourists.base_probability"]
    months = [occasions(m, calendar[m], outside.distance, values) for m in range(_YEAR)]
    factor, came, kept = np.ones((3, N_MARKETS))
    for done in range(_POOL_ROUNDS):
        pool = persons * factor[:, None]
        came, kept = np.zeros((2, N_MARKETS))
        for m, month in enumerate(months):
            rooms = find_rooms(
                month,
                outside,
                access,
                nothing,
                pool,
                lodged[m],
                calendar[m].period_days,
                values,
                booked=False,
            )
            shares, logsum = city_weights(outside, -price_weight(values) * np.log(rooms.price), values)
            probability = coming(month, outside.normal, logsum, base)
            came += arrivals(month, probability, shares, rooms, pool, returns_at_night, values).sum(
                axis=(1, 2)
            )
            kept += nights_kept(month, probability, shares, rooms, pool, values)
        if done < _POOL_ROUNDS - 1:
            factor = np.where(came > 0.0, factor * outside.trips / np.maximum(came, 1e-9), factor)
    planned = np.zeros(N_MARKETS)
    for month in months:
        probability = coming(month, outside.normal, np.zeros((N_MARKETS, N_PERIODS)), base)
        planned += (persons[:, :, None] * probability * month.nights).sum(axis=(1, 2))
    days = (outside.trips + planned) / np.maximum(outside.trips, 1e-9)
    found = (came + kept) / np.maximum(came, 1e-9)
    return FullHouses(factor, np.where(came > 0.0, days / np.maximum(found, 1e-9), 1.0))
