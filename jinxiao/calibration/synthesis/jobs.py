"""Jobs of the province: residence x occupation x sector, raked to published employment, with mean wages."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.calibration.synthesis.parameters import PopulationParameters
from jinxiao.calibration.synthesis.raking import rake
from jinxiao.model.names import N_SECTORS, SECTORS, Occupation

WORKING: Final = (
    Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE, Occupation.SELF_EMPLOYED, Occupation.FARMER,
)  # fmt: skip
"""Occupations of the job table, in its order; the first three earn wages."""
N_OCCUPATIONS: Final = len(WORKING)
WAGE_OCCUPATIONS: Final = 3
OCCUPATION_KEYS: Final = ("formal", "migrant", "flexible", "self_employed", "farmer")

PUBLISHED_SECTORS: Final[dict[str, tuple[str, ...]]] = {
    "transport": ("transport",),
    "communication": ("information technology",),
    "housing_services": ("real estate", "utilities"),
    "education": ("education",),
    "culture_recreation": ("culture sports entertainment",),
    "health_care": ("health",),
    "resident_services": ("resident services",),
    "farming": ("primary",),
    "mining": ("mining",),
    "manufacturing": ("manufacturing",),
    "construction": ("construction",),
    "public": ("public administration", "water environment public facilities"),
    "business_services": ("finance", "leasing and business services", "scientific and technical services"),
}
"""Published sectors that make up each sector of the model, outside trade and hotels and catering."""
FORMAL_WAGE_OF: Final[dict[str, str]] = {
    "catering": "hotels and catering", "accommodation": "hotels and catering", "transport": "transport",
    "communication": "information technology", "housing_services": "manufacturing", "education": "education",
    "culture_recreation": "culture sports entertainment", "health_care": "health",
    "resident_services": "resident services", "farming": "resident services", "mining": "mining",
    "manufacturing": "manufacturing", "construction": "construction", "public": "public administration",
    "business_services": "finance",
}  # fmt: skip
"""Published wage series of each sector (or the nearest); all others are trade."""
MIGRANT_WAGE_OF: Final[dict[str, str]] = {
    "catering": "hotels and catering", "accommodation": "hotels and catering", "transport": "transport",
    "mining": "construction", "construction": "construction", "manufacturing": "manufacturing",
    "communication": "transport", "housing_services": "household services", "education": "household services",
    "culture_recreation": "household services", "health_care": "household services",
    "resident_services": "household services", "farming": "household services",
    "public": "household services",
    "business_services": "wholesale and retail",
}  # fmt: skip
"""Published wage of migrant workers for each sector; all others are trade."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Jobs:
    """The labour market at the start.

    Attributes
    ----------
    employed : ndarray, shape (2, N_OCCUPATIONS, N_SECTORS)
        Employed persons by residence, occupation and sector.
    labour_force : ndarray, shape (2, N_OCCUPATIONS, N_SECTORS)
        Employed plus unemployed, the latter by the occupation and sector of their last job.
    wages : ndarray, shape (WAGE_OCCUPATIONS, N_SECTORS)
        Mean gross wage before the fit to wage income, yuan a month.
    """

    employed: Array
    labour_force: Array
    wages: Array

    @property
    def unemployment(self) -> Array:
        """Unemployed over the labour force of wage occupations, by residence."""
        wage = slice(0, WAGE_OCCUPATIONS)
        return np.asarray(
            1.0 - self.employed[:, wage].sum(axis=(1, 2)) / self.labour_force[:, wage].sum(axis=(1, 2))
        )


def job_table(statistics: Statistics, parameters: PopulationParameters) -> Jobs:
    """Return the jobs of the province."""
    employed = _employed(statistics, parameters)
    force = employed.copy()
    wage = slice(0, WAGE_OCCUPATIONS)
    urban_rate = statistics.newest("unemployment_surveyed", PROVINCE, "urban").share
    unemployed_urban = employed[0].sum() * urban_rate / (1 - urban_rate)
    rural_rate = parameters.number("unemployment_rural")
    unemployed_rural = employed[1, wage].sum() * rural_rate / (1 - rural_rate)
    for residence, unemployed in enumerate((unemployed_urban, unemployed_rural)):
        force[residence, wage] *= 1 + unemployed / employed[residence, wage].sum()
    return Jobs(employed, force, _wages(statistics, parameters))


def sector_employment(statistics: Statistics, parameters: PopulationParameters) -> Array:
    """Employed persons by sector of the model, from published employment by sector."""

    def published(sector: str) -> float:
        return statistics.newest("employment", PROVINCE, sector).count

    trade = parameters.table("trade_split")
    hotels = parameters.table("hotel_split")
    result = np.empty(N_SECTORS)
    for i, sector in enumerate(SECTORS):
        if sector.key in trade:
            result[i] = trade[sector.key] * published("wholesale and retail")
        elif sector.key in hotels:
            result[i] = hotels[sector.key] * published("hotels and catering")
        else:
            result[i] = sum(published(s) for s in PUBLISHED_SECTORS[sector.key])
    return result * (published("all") / result.sum())


def formal_workers(statistics: Statistics) -> float:
    """Return persons in the employee medical insurance less pensioners of the employee scheme."""
    insured = statistics.newest("medical_insured", PROVINCE, "employee").count
    return insured - statistics.newest("pensioners_employee_scheme", PROVINCE).count


def _employed(statistics: Statistics, parameters: PopulationParameters) -> Array:
    seeds = parameters.vectors("job_seeds")
    sector = sector_employment(statistics, parameters)
    seed = np.empty((2, N_OCCUPATIONS, N_SECTORS))
    for i, named in enumerate(SECTORS):
        urban, *odds = seeds[named.key]
        occupations = np.array(odds) / np.sum(odds)
        seed[0, :, i] = sector[i] * urban * occupations
        seed[1, :, i] = sector[i] * (1 - urban) * occupations
    seed[1, WORKING.index(Occupation.FORMAL)] *= parameters.number("rural_formal_odds")
    cell = np.indices(seed.shape).reshape(3, -1)
    residence = [statistics.newest("employment", PROVINCE, r).count for r in ("urban", "rural")]
    scale = sector.sum() / sum(residence)
    occupation = {
        Occupation.FORMAL: formal_workers(statistics),
        Occupation.FLEXIBLE: statistics.newest("new_form_workers", PROVINCE, "platform and similar").count,
        Occupation.SELF_EMPLOYED: parameters.number("self_employed"),
    }
    rows = [(cell[2] == i).astype(np.float64) for i in range(N_SECTORS)]
    rows += [(cell[0] == r).astype(np.float64) for r in range(2)]
    rows += [(cell[1] == WORKING.index(o)).astype(np.float64) for o in occupation]
    targets = [*sector, *(scale * np.array(residence)), *occupation.values()]
    return rake(seed.reshape(-1), np.array(rows), np.array(targets)).reshape(seed.shape)


def _wages(statistics: Statistics, parameters: PopulationParameters) -> Array:
    trade = "wholesale and retail"
    ratio = parameters.number("flexible_wage_ratio")
    result = np.empty((WAGE_OCCUPATIONS, N_SECTORS))
    for i, sector in enumerate(SECTORS):
        formal = statistics.newest("wage_mean_monthly", PROVINCE, FORMAL_WAGE_OF.get(sector.key, trade)).value
        migrant = statistics.newest("migrant_wage", PROVINCE, MIGRANT_WAGE_OF.get(sector.key, trade)).value
        result[:, i] = formal, migrant, ratio * migrant
    return result
