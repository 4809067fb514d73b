"""Retail sales that no household or visitor makes: what institutions and others buy, by city and sector."""

from typing import Final

import numpy as np

from jinxiao.calibration.statistics import Statistic, Statistics, unit_factor
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.calibration.synthesis.raking import rake
from jinxiao.model.names import CITIES, N_CITIES, N_SECTORS, Sector
from jinxiao.model.recorder import RETAIL_SECTORS

STRUCTURE: Final = "2016-01..2016-10"
"""The newest period for which sales by kind of goods were found."""
KINDS: Final = {"cars": Sector.CAR_DEALERS, "fuel": Sector.FUEL_RETAIL}
"""Kinds of goods whose sales are published, and who sells them."""
LEAST: Final = 0.01
"""Least part of a city's or sector's published sales that others buy: residents and visitors never buy it all."""


def sales_by_kind(statistics: Statistics, kind: str, now: Statistic) -> tuple[float, Statistic, Statistic]:
    """Return sales of a kind of goods at the level of ``now``, and the two records behind the share.

    Shops above the size threshold sell nearly all cars and fuel, so their share of all sales is taken for all shops.
    """
    then = statistics.record("retail_sales", PROVINCE, "all", STRUCTURE)
    part = statistics.record(f"retail_sales_above_size_{kind}", PROVINCE, "all", STRUCTURE)
    return part.value / then.value * now.value, part, then


def institution_purchases(statistics: Statistics, own: np.ndarray, year: str) -> np.ndarray:
    """Return a year's retail purchases of institutions and others, yuan, shape (cities, sectors).

    Published sales less what households and visitors buy, for each city, for catering, cars and fuel, and for the province;
    the table nearest to own custom that has these margins (raking).

    Parameters
    ----------
    own : ndarray, shape (cities, sectors)
        What households and visitors buy in a year, yuan.
    """
    total = statistics.newest("retail_sales", PROVINCE, "all", year)
    cities = np.array([statistics.newest("retail_sales", c.key, "all", year).count for c in CITIES])
    known = {
        Sector.CATERING: statistics.newest("retail_sales_catering", PROVINCE, "all", year).count,
        **{s: sales_by_kind(statistics, k, total)[0] * unit_factor(total.unit) for k, s in KINDS.items()},
    }
    bought = own[:, RETAIL_SECTORS]
    rest = max(total.count - bought.sum(), LEAST * total.count)
    published = cities * total.count / cities.sum()
    rows = np.maximum(published - bought.sum(axis=1), LEAST * published)
    columns = bought.sum(axis=0)
    free = np.array([s not in known for s in RETAIL_SECTORS])
    for k, sector in enumerate(RETAIL_SECTORS):
        if sector in known:
            columns[k] = max(known[Sector(sector)] - columns[k], LEAST * known[Sector(sector)])
    fixed = columns[~free].sum()
    columns[free] *= max(rest - fixed, LEAST * rest) / columns[free].sum()
    table = _with_margins(bought, rows * rest / rows.sum(), columns * rest / columns.sum())
    out = np.zeros((N_CITIES, N_SECTORS))
    out[:, RETAIL_SECTORS] = table
    return out


def _with_margins(seed: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the table nearest to a positive seed with given row and column sums."""
    n, m = seed.shape
    constraints = np.concatenate([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    return rake(seed.ravel(), constraints, np.concatenate([rows, columns])).reshape(n, m)
