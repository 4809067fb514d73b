"""Fit of incomes: sources by zone to the published means, dispersion to the published quintiles.

Every household has a factor ``m`` on its flexible incomes (all but pensions): a function of its rank within
town or country, piecewise linear through five knots that are fitted so that the quintile means come out. Each
source of each zone is scaled to the published income per head of that source, so that the totals hold exactly
whatever the factors are.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.synthesis.draws import Floats
from jinxiao.calibration.synthesis.margins import CITY_OF_ZONE, PROVINCE, RESIDENCE_OF_ZONE
from jinxiao.calibration.synthesis.parameters import PopulationParameters
from jinxiao.model.names import CITIES, N_QUINTILES, N_ZONES, RESIDENCES

SOURCES: Final = ("wages", "self_employment", "farm", "property", "transfers")
"""Flexible sources, in the order of the columns of :attr:`Incomes.amounts`; wages are gross."""
WAGES, SELF_EMPLOYMENT, FARM, PROPERTY, TRANSFERS = range(len(SOURCES))
KNOTS: Final = (np.arange(N_QUINTILES) + 0.5) / N_QUINTILES
MONTHS: Final = 12
FIT_SAMPLE: Final = 400_000
"""Most households on which the factors are fitted; a larger population takes a stride of itself."""
FIT_STEPS: Final = 40
LEAST_INCOME: Final = np.float32(1.0)
"""Least income of a household, yuan a month, where households are ranked by it."""
_BINS: Final = 4096


@dataclass
class Incomes:
    """Incomes of all households.

    Attributes
    ----------
    zone : ndarray of int8, shape (n,)
    weight, persons : ndarray of float32, shape (n,)
    deductions : ndarray of float32, shape (n,)
        Taxes, contributions and premiums, yuan a month.
    pension : ndarray of float32, shape (n,)
        Yuan a month.
    amounts : list of ndarray of float32, shape (n,) each
        Relative amounts of the flexible sources.
    """

    zone: NDArray[np.int8]
    weight: Floats
    persons: Floats
    deductions: Floats
    pension: Floats
    amounts: list[Floats]

    def every(self, stride: int) -> "Incomes":
        """Return a systematic sample of the households."""
        cut = slice(stride // 2, None, stride)
        return Incomes(
            self.zone[cut], self.weight[cut], self.persons[cut], self.deductions[cut], self.pension[cut],
            [a[cut] for a in self.amounts],
        )  # fmt: skip


@dataclass(frozen=True)
class IncomeTargets:
    """Published incomes, yuan a month per head.

    Attributes
    ----------
    sources : ndarray, shape (N_ZONES, 5)
        Gross wages, self-employment, farm, property, net transfers.
    quintiles : ndarray, shape (2, N_QUINTILES)
        Means of quintiles of income per head, by residence.
    """

    sources: NDArray[np.float64]
    quintiles: NDArray[np.float64]


def income_targets(
    statistics: Statistics, parameters: PopulationParameters, persons: NDArray[np.float64]
) -> IncomeTargets:
    """Return the published incomes of every zone.

    City incomes are scaled so that their mean over residents is the published one of town and country; every
    source has the same share in each zone of a residence. Quintiles are scaled to the same mean.
    """
    sources = residence_sources(statistics, parameters)
    zone_income = np.array(
        [
            statistics.newest("income_per_head", CITIES[c].key, RESIDENCES[r].key).value
            for c, r in zip(CITY_OF_ZONE, RESIDENCE_OF_ZONE, strict=True)
        ]
    )
    relative = np.empty(N_ZONES)
    quintiles = np.empty((len(RESIDENCES), N_QUINTILES))
    for r, residence in enumerate(RESIDENCES):
        own = r == RESIDENCE_OF_ZONE
        relative[own] = zone_income[own] / np.average(zone_income[own], weights=persons[own])
        shape = np.array(
            [
                statistics.newest(
                    "income_per_head_quintile", PROVINCE, f"Q{q + 1} ({residence.key}, assumed)"
                ).value
                for q in range(N_QUINTILES)
            ]
        )
        quintiles[r] = shape / shape.mean() * sources[r].sum()
    return IncomeTargets(sources[RESIDENCE_OF_ZONE] * relative[:, None], quintiles)


def residence_sources(statistics: Statistics, parameters: PopulationParameters) -> NDArray[np.float64]:
    """Published income per head by residence and source, scaled to the total; yuan a month, shape (2, 5)."""
    result = np.empty((len(RESIDENCES), len(SOURCES)))
    farm_share = parameters.vector("farm_share")
    for r, residence in enumerate(RESIDENCES):
        wages, business, property_, transfers = (
            statistics.newest(f"income_per_head_{source}", PROVINCE, residence.key).value
            for source in ("wages", "business", "property", "transfers")
        )
        result[r] = wages, business * (1 - farm_share[r]), business * farm_share[r], property_, transfers
        result[r] *= statistics.newest("income_per_head", PROVINCE, residence.key).value / result[r].sum()
    return result / MONTHS


def zone_scales(incomes: Incomes, factor: Floats, targets: IncomeTargets) -> NDArray[np.float64]:
    """Return the factor of each source in each zone that gives the published means, shape (N_ZONES, 5).

    Other transfers are net transfers plus deductions less pensions.
    """
    people = _sum(incomes, incomes.persons)
    totals = np.stack([_sum(incomes, factor * a) for a in incomes.amounts], axis=1)
    wanted = targets.sources * people[:, None]
    scales = np.zeros_like(totals)
    flexible = [WAGES, SELF_EMPLOYMENT, FARM, PROPERTY]
    scales[:, flexible] = wanted[:, flexible] / np.maximum(totals[:, flexible], 1e-9)
    rest = wanted[:, TRANSFERS] + _sum(incomes, incomes.deductions) - _sum(incomes, incomes.pension)
    if rest.min() <= 0:
        raise ValueError(f"pensions of zone {int(rest.argmin())} exceed net transfers plus deductions")
    scales[:, TRANSFERS] = rest / totals[:, TRANSFERS]
    return scales


def income_per_head(incomes: Incomes, factor: Floats, scales: NDArray[np.float64]) -> Floats:
    """Disposable income per head, yuan a month."""
    narrow = scales.astype(np.float32)
    total = incomes.pension - incomes.deductions
    for k, amount in enumerate(incomes.amounts):
        total += narrow[incomes.zone, k] * factor * amount
    # premiums may exceed the little that a household has
    return np.maximum(total, LEAST_INCOME) / incomes.persons


def fitted_factors(incomes: Incomes, targets: IncomeTargets) -> tuple[Floats, NDArray[np.float64]]:
    """Return the factor of each household and the scales of sources by zone that meet quintiles and means."""
    stride = max(1, len(incomes.zone) // FIT_SAMPLE)
    sample = incomes.every(stride) if stride > 1 else incomes
    one = np.ones(len(sample.zone), np.float32)
    start_scales = zone_scales(sample, one, targets)
    start = income_per_head(sample, one, start_scales)
    ranks = [RankTable.of(start, sample, r) for r in range(len(RESIDENCES))]
    log_knots = np.zeros((len(RESIDENCES), N_QUINTILES))
    for _ in range(FIT_STEPS):
        factor = _factors(start, sample, ranks, log_knots)
        y = income_per_head(sample, factor, zone_scales(sample, factor, targets))
        for r in range(len(RESIDENCES)):
            means = quintile_means(y, sample, r)
            log_knots[r] += 0.7 * np.log(targets.quintiles[r] / means)
    if stride > 1:
        start = income_per_head(incomes, np.ones(len(incomes.zone), np.float32), start_scales)
    factor = _factors(start, incomes, ranks, log_knots)
    return factor, zone_scales(incomes, factor, targets)


@dataclass(frozen=True)
class RankTable:
    """Persons-weighted distribution of income per head on a logarithmic grid."""

    low: float
    step: float
    cumulated: NDArray[np.float64]

    @classmethod
    def of(cls, values: Floats, incomes: Incomes, residence: int | None) -> "RankTable":
        """Tabulate the incomes of town (0), country (1) or all (None)."""
        own = slice(None) if residence is None else incomes.zone % 2 == residence
        logs = np.log(np.maximum(values[own], np.float32(1.0)))
        low, high = float(logs.min()), float(logs.max()) + 1e-6
        step = (high - low) / _BINS
        bins = np.minimum(((logs - low) / step).astype(np.int32), _BINS - 1)
        people = np.bincount(bins, incomes.weight[own] * incomes.persons[own], minlength=_BINS)
        return cls(low, step, np.concatenate(([0.0], np.cumsum(people) / people.sum())))

    def rank(self, values: Floats) -> NDArray[np.float64]:
        """Return the share of people below each value, interpolated."""
        place = (np.log(np.maximum(values, np.float32(1.0))) - self.low) / self.step
        return np.interp(place, np.arange(_BINS + 1), self.cumulated)


def quintile_means(values: Floats, incomes: Incomes, residence: int) -> NDArray[np.float64]:
    """Persons-weighted means of income per head by quintile of town or country."""
    own = incomes.zone % 2 == residence
    y, people = values[own], incomes.weight[own] * incomes.persons[own]
    order = np.argsort(y, kind="stable")
    cumulated = np.cumsum(people[order], dtype=np.float64)
    quintile = np.minimum((cumulated - 0.5 * people[order]) / cumulated[-1] * N_QUINTILES, N_QUINTILES - 1e-9)
    index = quintile.astype(np.int64)
    money = np.bincount(index, people[order].astype(np.float64) * y[order], minlength=N_QUINTILES)
    return np.asarray(money / np.bincount(index, people[order], minlength=N_QUINTILES))


def quintiles(values: Floats, incomes: Incomes) -> NDArray[np.int8]:
    """Return the province-wide quintile of income per head, persons weighted."""
    rank = RankTable.of(values, incomes, None).rank(values)
    return np.minimum((rank * N_QUINTILES).astype(np.int8), np.int8(N_QUINTILES - 1))


def _factors(
    start: Floats, incomes: Incomes, ranks: list[RankTable], log_knots: NDArray[np.float64]
) -> Floats:
    factor = np.empty(len(start), np.float32)
    for r, table in enumerate(ranks):
        own = incomes.zone % 2 == r
        factor[own] = np.exp(np.interp(table.rank(start[own]), KNOTS, log_knots[r]))
    return factor


def _sum(incomes: Incomes, values: Floats) -> NDArray[np.float64]:
    """Weighted sum by zone in double precision."""
    return np.bincount(incomes.zone, incomes.weight.astype(np.float64) * values, minlength=N_ZONES)
