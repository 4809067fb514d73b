"""Wealth of a zone's households: savings, tenure, home value, mortgage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.synthesis.draws import Floats, normal, systematic, uniform
from jinxiao.calibration.synthesis.margins import PROVINCE, RESIDENCE_OF_ZONE
from jinxiao.calibration.synthesis.parameters import PopulationParameters
from jinxiao.model.names import AGE_BAND_STARTS

RENTS, OWNS, MORTGAGED = 0, 1, 2
"""Codes of tenure."""


@dataclass(frozen=True)
class Home:
    """Tenure and home of each household, shape (n,) each."""

    tenure: NDArray[np.int8]
    value: Floats
    mortgage: NDArray[np.float64]
    months_left: Floats


def age_band(head_age: NDArray[np.int16]) -> NDArray[np.int64]:
    """Return the age band of the head (``names.AGE_BANDS``)."""
    return np.searchsorted(np.array(AGE_BAND_STARTS[1:]) * 12, head_age, side="right")


def savings_total(statistics: Statistics, parameters: PopulationParameters) -> float:
    """Savings of households when runs start, yuan: deposits of the end of 2023 less the cash that a run adds as a buffer.

    What a household spends from month to month is a small part of its demand deposits; the rest of them is saved like a
    term deposit is, and drawn on for the same ends.
    """
    deposits = statistics.record("deposits_households", PROVINCE, "all", "2023").count
    return deposits * (1.0 - parameters.number("buffer_share"))


def relative_deposits(
    relative_income: Floats, persons: Floats, head_age: NDArray[np.int16], patience: NDArray[np.int8],
    parameters: PopulationParameters, rng: np.random.Generator,
) -> NDArray[np.float64]:  # fmt: skip
    """Relative savings: a power of income per head, by age of the head and patience, lognormal, times members."""
    sigma = parameters.number("deposit_sigma")
    by_age = parameters.vector("deposit_age")[age_band(head_age)]
    by_patience = parameters.vector("deposit_patience")[patience]
    spread = np.exp(sigma * normal(rng, len(persons)) - 0.5 * sigma**2)
    return np.asarray(
        persons * by_age * by_patience * relative_income ** parameters.number("deposit_elasticity") * spread,
        np.float64,
    )


def tenant_share(statistics: Statistics, zone: int) -> float:
    """Published share of households that rent in town or country."""
    residence = ("urban", "rural")[RESIDENCE_OF_ZONE[zone]]
    return statistics.newest("housing_source_share", PROVINCE, f"rented, {residence}").share


def home_price(statistics: Statistics, parameters: PopulationParameters, zone: int, relative: float) -> float:
    """Price of existing homes, yuan/m2; ``relative`` is the zone's income over that of its residence."""
    if RESIDENCE_OF_ZONE[zone]:
        return parameters.number("home_price_rural") * relative
    period = "2024-01..2024-08"
    value = statistics.record("housing_sales_value", PROVINCE, "all", period).count
    area = statistics.record("housing_sales_area", PROVINCE, "all", period).count
    elasticity = parameters.table("home_elasticity")["city"]
    discount = parameters.number("home_discount")
    return float(value / area * discount * relative**elasticity)


def homes(
    zone: int,
    tenants: float,
    price: float,
    z_income: Floats,
    head_age: NDArray[np.int16],
    parameters: PopulationParameters,
    rng: np.random.Generator,
) -> Home:
    """Return tenure, value and relative mortgage of the homes of a zone.

    Tenants and mortgages are systematic samples with chances that depend on income and the age of the head
    and have the published mean. A mortgage is a uniform share of the home, up to the ceiling, that falls as
    fewer months remain.
    """
    n = len(z_income)
    residence = RESIDENCE_OF_ZONE[zone]
    bands = age_band(head_age)
    slope = parameters.table("tenancy")
    chance = with_mean(slope["income"] * z_income + slope["young"] * (bands == 0), tenants)
    order = rng.permutation(n)
    rents = np.empty(n, bool)
    rents[order] = systematic(chance[order], float(rng.random())) > 0
    by_income = np.exp(parameters.number("mortgage_income") * z_income)
    odds = np.where(rents, 0.0, parameters.vector("mortgage_age")[bands] * by_income)
    debtors = parameters.vector("mortgage_share")[residence] * (~rents).sum()
    indebted = np.minimum(odds * debtors / odds.sum(), 1.0)
    owes = np.empty(n, bool)
    owes[order] = (systematic(indebted[order], float(rng.random())) > 0) & ~rents[order]
    sigma = parameters.number("home_sigma")
    elasticity = parameters.table("home_elasticity")["household"]
    log_value = elasticity * parameters.number("log_income_spread") * z_income + sigma * normal(rng, n)
    value = np.exp(log_value)
    value *= price * parameters.vector("home_area")[residence] / value.mean()
    least, most = parameters.vector("mortgage_terms")
    left = least + (most - least) * uniform(rng, n)
    share = parameters.number("mortgage_ceiling") * np.sqrt(uniform(rng, n)) * left / most
    tenure = np.where(rents, RENTS, np.where(owes, MORTGAGED, OWNS)).astype(np.int8)
    return Home(tenure, value.astype(np.float32), np.where(owes, share * value, 0.0).astype(np.float64), left)


def scaled_mortgages(
    relative: NDArray[np.float64], ceiling: NDArray[np.float64], weight: NDArray[np.float64], total: float
) -> NDArray[np.float64]:
    """Scale mortgages to a total, none above its ceiling.

    Parameters
    ----------
    relative, ceiling : ndarray, shape (n,)
        Relative size, and what home and income can carry, yuan.
    weight : ndarray, shape (n,)
        Real households.
    total : float
        Mortgages outstanding, yuan; ValueError when all ceilings together are less.
    """
    owes = relative > 0
    if float(weight[owes] @ ceiling[owes]) < total:
        raise ValueError("mortgages outstanding exceed what homes and incomes of debtors can carry")
    low, high = 0.0, 1.0
    while float(weight @ np.minimum(relative * high, ceiling)) < total:
        high *= 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if float(weight @ np.minimum(relative * middle, ceiling)) < total:
            low = middle
        else:
            high = middle
    return np.minimum(relative * high, ceiling)


def annuity_factor(months_left: Floats, yearly_rate: float) -> NDArray[np.float64]:
    """Monthly payment per yuan of mortgage over the months left at a constant rate, interest included."""
    rate = yearly_rate / 12
    return np.asarray(rate / (1 - (1 + rate) ** -months_left.astype(np.float64)))


def with_mean(index: NDArray[np.floating], mean: float) -> NDArray[np.float64]:
    """Return logistic probabilities of ``index`` shifted so that their mean is ``mean``."""
    low, high = -30.0, 30.0
    for _ in range(50):
        shift = 0.5 * (low + high)
        if float(np.mean(1 / (1 + np.exp(-(index + shift))))) < mean:
            low = shift
        else:
            high = shift
    return np.asarray(1 / (1 + np.exp(-(index + 0.5 * (low + high)))), np.float64)
