"""Markets: where people travel, who finds work, what things cost; the few arrays through which agents meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from jinxiao.model.conditions import Conditions
from jinxiao.model.names import N_CITIES, N_PERIODS, N_SECTORS, Sector

Values = Mapping[str, Any]
PAID_AT_ONCE = (Sector.PUBLIC, Sector.EDUCATION, Sector.HEALTH_CARE)
"""Sectors whose other buyers are budgets and funds that pay by appropriation, not by invoice."""
HIGHEST_FINDING = 0.9
LAYOFF_MEMORY = 12
"""Months over which people who would have left stay on where others are laid off."""
LOWEST_RATIO = 0.2
"""Unemployment over its start below which the wage curve is not read: outside all experience."""
_KM_PER_UNIT = 100.0
_TICKETS = 3


@dataclass
class MarketState:
    """What markets pass on to agents this month. A run in ``direct`` closure replays it from another run.

    Attributes
    ----------
    price : ndarray, shape (cities, sectors)
        Relative to January 2024.
    wage_trend : ndarray, shape (cities, sectors)
        Wages as trend and guidelines would have them, relative to the mean of 2024.
    wage_index, self_index : ndarray, shape (cities, sectors)
        Wages and own-business takings relative to the mean of 2024.
    owner_support : ndarray, shape (cities, sectors)
        What last month's subsidies to individual businesses add to takings, as a share of them.
    separation : ndarray, shape (cities, sectors)
        Monthly probability of losing a job (mean occupation).
    layoffs : ndarray, shape (cities,)
        Mean of about the last year of monthly lay-offs over people at work.
    finding : ndarray, shape (cities,)
        Monthly probability of finding one.
    vacancy_cdf : ndarray, shape (cities, sectors)
        Cumulative shares of vacancies by sector.
    farm_index : ndarray, shape (1,)
        Farm income of a household over that of 2024 at trend: the land of those who stop goes to those who stay.
    crowding : ndarray, shape (cities,)
        Log of last month's visits over normal.
    room_price, room_share, room_second : ndarray, shape (periods, cities)
        What the market for rooms says this month: see :class:`jinxiao.model.tourists.choice.Lodging`.
    ahead_price, ahead_share : ndarray, shape (periods, cities)
        The same as residents meet it, who book ahead: price, and part of those who want a room that get one.
    site_found : ndarray, shape (periods, cities)
        Part of those who want to see a city's sites that is let in.
    """

    price: np.ndarray
    wage_trend: np.ndarray
    wage_index: np.ndarray
    self_index: np.ndarray
    owner_support: np.ndarray
    separation: np.ndarray
    layoffs: np.ndarray
    finding: np.ndarray
    vacancy_cdf: np.ndarray
    farm_index: np.ndarray
    crowding: np.ndarray
    room_price: np.ndarray
    room_share: np.ndarray
    room_second: np.ndarray
    ahead_price: np.ndarray
    ahead_share: np.ndarray
    site_found: np.ndarray

    def copy(self) -> "MarketState":
        """Return an independent copy."""
        return MarketState(**{k: v.copy() for k, v in vars(self).items()})


def trend(month: int, growth: float) -> float:
    """Return trend productivity relative to the mean of 2024: ``(1 + g) ** ((month - 5.5) / 12)``."""
    return (1.0 + growth) ** ((month - 5.5) / 12.0)


def monthly_growth(growth: float) -> float:
    """Return the factor by which the trend grows in a month."""
    return (1.0 + growth) ** (1.0 / 12.0)


def neutral_markets(level: float, finding: float, separation: np.ndarray) -> MarketState:
    """Return markets at rest: prices one, wages at ``level``, hazards in the steady state (cities,)."""
    shape = (N_CITIES, N_SECTORS)
    return MarketState(
        price=np.ones(shape),
        wage_trend=np.full(shape, level),
        wage_index=np.full(shape, level),
        self_index=np.full(shape, level),
        owner_support=np.zeros(shape),
        separation=np.repeat(separation[:, None], N_SECTORS, axis=1),
        layoffs=np.zeros(N_CITIES),
        finding=np.full(N_CITIES, finding),
        vacancy_cdf=np.ones(shape),
        farm_index=np.ones(1),
        crowding=np.zeros(N_CITIES),
        room_price=np.ones((N_PERIODS, N_CITIES)),
        room_share=np.ones((N_PERIODS, N_CITIES)),
        room_second=np.zeros((N_PERIODS, N_CITIES)),
        ahead_price=np.ones((N_PERIODS, N_CITIES)),
        ahead_share=np.ones((N_PERIODS, N_CITIES)),
        site_found=np.ones((N_PERIODS, N_CITIES)),
    )


def vacancy_shares(vacancies: np.ndarray) -> np.ndarray:
    """Return cumulative shares of vacancies by sector, shape (cities, sectors), sectors without jobs for hire left out."""
    open_jobs = np.maximum(vacancies, 0.0)
    open_jobs[:, Sector.FARMING] = 0.0
    total = open_jobs.sum(axis=1, keepdims=True)
    shares = np.where(total > 0.0, open_jobs / np.where(total > 0.0, total, 1.0), 1.0 / N_SECTORS)
    return np.cumsum(shares, axis=1)


def steady_separation(
    unemployed: np.ndarray, exposure: np.ndarray, finding: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the separation hazard by city at which inflow equals outflow, ``s = f U / E``, and each zone's over its city's.

    Parameters
    ----------
    unemployed, exposure : ndarray, shape (zones,)
        People out of work, and people at work weighted by the relative hazard of their occupation.
    finding : float
        Monthly probability of finding work.

    Returns
    -------
    by_city, relative : ndarray, shapes (cities,) and (zones,)
    """
    out, at_work = unemployed.reshape(-1, 2), exposure.reshape(-1, 2)
    by_city = finding * ratio(out.sum(axis=1), at_work.sum(axis=1))
    by_zone = finding * ratio(out, at_work)
    return by_city, ratio(by_zone, np.repeat(by_city[:, None], 2, axis=1)).ravel()


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part over whole, nought where the whole is nought, or so small that the quotient is no number."""
    some = whole > np.finfo(np.float64).tiny
    return np.where(some, part / np.where(some, whole, 1.0), 0.0)


def match_labour(
    state: MarketState,
    wanted: np.ndarray,
    had: np.ndarray,
    unemployed: np.ndarray,
    quits: np.ndarray,
    entry_share: float,
    tightness_at_start: np.ndarray,
    finding_at_start: float,
    elasticity: float,
) -> np.ndarray:
    """Set hazards of losing and finding work from labour wanted; return vacancies (cities, sectors).

    Matches are ``m U ** a V ** (1 - a)``, so the finding probability moves with ``(V / U) ** (1 - a)`` relative to the
    start (Petrongolo and Pissarides 2001). Vacancies are quits plus growth wanted; shrinking beyond quits is laid off.
    The normal hazard holds quits and usual lay-offs: where lay-offs last, fewer people leave of their own accord, so that
    separations return to normal (Davis, Faberman and Haltiwanger 2012).

    Parameters
    ----------
    wanted, had : ndarray, shape (cities, sectors)
        Persons that firms want and have.
    unemployed, quits : ndarray, shape (cities,) and (cities,)
        People out of work; normal separation hazard.
    entry_share : float
        Part of the normal inflow into unemployment that are newcomers to working life: so much less is lost by those at
        work, while vacancies are there for all.
    """
    normal = quits[:, None] * had
    gap = wanted - had
    vacancies = np.maximum(gap + normal, 0.0)
    laid_off = np.maximum(-gap - normal, 0.0)
    leave = np.maximum((1.0 - entry_share) * quits - state.layoffs, 0.0)
    laid_off_share = ratio(laid_off, had)
    state.separation = leave[:, None] + laid_off_share
    all_laid_off = ratio(laid_off.sum(axis=1), had.sum(axis=1))
    state.layoffs = state.layoffs + (all_laid_off - state.layoffs) / LAYOFF_MEMORY
    vacancies[:, Sector.FARMING] = 0.0
    tightness = vacancies.sum(axis=1) / np.maximum(unemployed, 1.0)
    tighter = np.where(
        tightness_at_start > 0.0, tightness / np.where(tightness_at_start > 0.0, tightness_at_start, 1.0), 1.0
    )
    state.finding = np.minimum(finding_at_start * tighter ** (1.0 - elasticity), HIGHEST_FINDING)
    state.vacancy_cdf = vacancy_shares(vacancies)
    return vacancies


def wage_curve(unemployment: np.ndarray, at_start: np.ndarray, elasticity: float) -> np.ndarray:
    """Return wages over trend by city: ``(u / u0) ** -elasticity`` (wage curve; Blanchflower and Oswald 1995)."""
    known = (unemployment > 0.0) & (at_start > 0.0)
    ratio = np.where(known, unemployment / np.where(at_start > 0.0, at_start, 1.0), 1.0)
    return np.where(known, np.maximum(ratio, LOWEST_RATIO) ** (-elasticity), 1.0)


def destination_utility(values: Values, pull: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Return the neutral utility of each city seen from each city, shape (cities, cities); the own city is excluded."""
    utility = np.log(pull)[None, :] - values["leisure.distance_decay"] * distance / _KM_PER_UNIT
    np.fill_diagonal(utility, -np.inf)
    return utility


def policy_utility(
    conditions: Conditions, ticket_share: float, ticket_elasticity: float, crowding: np.ndarray, weight: float
) -> np.ndarray:
    """Return what policy and crowding add to the utility of each city, shape (cities,)."""
    saved = ticket_share * (1.0 - conditions.ticket_factor)
    return conditions.attraction + ticket_elasticity * saved - weight * crowding


def trip_choice(
    neutral: np.ndarray, added: np.ndarray, dissimilarity: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return (logsum, cdf) of residents' destinations within the province, shapes (cities,) and (cities, cities).

    ``logsum`` is the dissimilarity-scaled change of the inclusive value against neutral (McFadden 1978).
    """
    base = np.log(np.exp(neutral).sum(axis=1))
    weights = np.exp(neutral + added[None, :])
    total = weights.sum(axis=1)
    return dissimilarity * (np.log(total) - base), np.cumsum(weights / total[:, None], axis=1)


def outing_choice(
    conditions: Conditions, crowding: np.ndarray, values: Values
) -> tuple[np.ndarray, np.ndarray]:
    """Return (shift, share) of days out in the own city, each of shape (cities,).

    A day out goes to a site that charges, or to none: a nest of two. A ticket factor ``f`` lowers the cost of the first by its
    ticket share ``t``: utility ``-elasticity ln(1 - t (1 - f))``. ``shift`` is the change of the nest's inclusive value against
    full price, attraction and crowding included; ``share`` is the part of days out that goes to a site.
    """
    cost = 1.0 - values["leisure.site_ticket_share"] * (1.0 - conditions.ticket_factor)
    scale = values["leisure.site_dissimilarity"]
    site = values["leisure.site_share"] * np.exp(-values["leisure.ticket_elasticity"] * np.log(cost) / scale)
    nest = site + 1.0 - values["leisure.site_share"]
    shift = scale * np.log(nest) + conditions.attraction - values["tourists.crowding"] * crowding
    return shift, site / nest


def sold_on_credit(supplied: np.ndarray, other: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Return what other firms and buyers outside the province buy and pay later, yuan, shape (cities, sectors)."""
    later = supplied + other - orders
    later[:, PAID_AT_ONCE] = 0.0
    return np.maximum(later, 0.0)


def drawn(brought: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Return the utility at which a city has so many visitors more than normal: ``ln(1 + brought / normal)``, shape (cities,)."""
    return np.log1p(brought / np.maximum(normal, 1.0))


def share_of(amounts: np.ndarray, chosen: np.ndarray) -> float:
    """Return the share of the amounts that is chosen; of nothing, all or none."""
    total = float(amounts.sum())
    return float(amounts[chosen].sum()) / total if total > 0.0 else float(chosen.all())


def event_share(brought: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Return the share of a city's visitors who come for what draws them, shape (cities,)."""
    return brought / np.maximum(brought + normal, 1.0)


def over_cities(amounts: Mapping[tuple[int, int], float], weight: np.ndarray) -> np.ndarray:
    """Return yuan by (sector, zones as a bit mask) shared over the cities of the zones by weight, shape (cities, sectors).

    Parameters
    ----------
    weight : ndarray, shape (cities, sectors)
        Where none of the cities covered has any, they share alike.
    """
    out = np.zeros((N_CITIES, N_SECTORS))
    for (sector, zones), amount in sorted(amounts.items()):
        covered = np.array([bool(zones >> 2 * city & 3) for city in range(N_CITIES)], dtype=np.float64)
        shares = covered * weight[:, sector]
        shares = shares if shares.sum() > 0.0 else covered
        out[:, sector] += amount * shares / max(shares.sum(), 1.0e-300)
    return out
