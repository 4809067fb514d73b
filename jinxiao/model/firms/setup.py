"""Found the firms: as many as published, sizes by Zipf's law, staffed by the people who work in their city and sector."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jinxiao.model.firms.columns import FIRM
from jinxiao.model.firms.loop import FirmColumns, FirmParameters
from jinxiao.model.names import N_CITIES, N_SECTORS

Values = Mapping[str, Any]


def firm_parameters(values: Values) -> FirmParameters:
    """Return the numbers that the firm loop reads."""
    fields: tuple[str, ...] = FirmParameters._fields
    return FirmParameters(*(values[f"firms.{name}"] for name in fields))


def found_cell(
    units: float, employed: float, scale: int, tail: float, top_share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and employees of the sampled firms of one cell.

    The size of the firm of rank r is proportional to ``r ** (-1 / tail)`` (Zipf; Axtell 2001). The largest are all there
    with weight 1, the rest are a systematic sample by rank, so that thresholds on size meet real sizes.

    Parameters
    ----------
    units, employed : float
        Real firms and people of the cell.
    scale : int
        Real firms per sampled firm, on average.
    tail : float
        Exponent of the size distribution.
    top_share : float
        Share of the sample that goes to the largest firms.
    """
    total = max(1, round(units))
    sample = min(total, max(3, round(total / scale)))
    top = total if sample == total else max(1, int(top_share * sample))
    edges = (
        np.concatenate([np.arange(top), np.linspace(top, total, sample - top + 1)])
        if sample > top
        else np.arange(top + 1)
    )
    weight = np.diff(edges)
    rank = edges[:-1] + 0.5 * (weight + 1.0)
    size = rank ** (-1.0 / tail)
    return weight.astype(np.float32), size * employed / (weight.astype(np.float32) * size).sum()


def found_firms(
    units: np.ndarray,
    individual_share: np.ndarray,
    employed: np.ndarray,
    sales: np.ndarray,
    markup_cash_months: float,
    scale: int,
    values: Values,
) -> FirmColumns:
    """Return the firms at the start of a run, sorted by city and sector.

    Parameters
    ----------
    units : ndarray, shape (cities, sectors)
        Real firms, legal units and individual businesses.
    individual_share : ndarray, shape (sectors,)
        Share of individual businesses; they are the smallest.
    employed : ndarray, shape (cities, sectors)
        People who work in the cell at the start.
    sales : ndarray, shape (cities, sectors)
        Monthly sales at the start, yuan.
    markup_cash_months : float
        Cash at the start, in months of sales.
    """
    parts: dict[str, list[np.ndarray]] = {name: [] for name in FIRM}
    for city in range(N_CITIES):
        for sector in range(N_SECTORS):
            if employed[city, sector] <= 0.0 and sales[city, sector] <= 0.0:
                continue
            weight, size = found_cell(
                units[city, sector],
                max(employed[city, sector], 1.0),
                scale,
                values["firms.size_tail"],
                values["firms.top_share"],
            )
            n = len(weight)
            share = size / (weight * size).sum()
            sold = share * sales[city, sector]
            smallest_first = 1.0 - np.cumsum(weight) / weight.sum()
            parts["weight"].append(weight)
            parts["city"].append(np.full(n, city, np.int8))
            parts["sector"].append(np.full(n, sector, np.int8))
            parts["individual"].append((smallest_first < individual_share[sector]).astype(np.int8))
            parts["attraction"].append(share * weight)
            for name in ("employees", "base_employees", "target"):
                parts[name].append(size.copy())
            for name in ("expected", "base_sales", "sales"):
                parts[name].append(sold.copy())
            parts["price"].append(np.ones(n))
            parts["markup"].append(np.ones(n))
            parts["cash"].append(sold * markup_cash_months)
    return FirmColumns(**{name: np.concatenate(parts[name]).astype(FIRM[name].dtype) for name in FIRM})


def individual_share_of_sales(firms: Any) -> np.ndarray:
    """Return the share of individual businesses in the sales of each cell at the start, shape (cities, sectors)."""
    cell = firms.city.astype(np.int64) * N_SECTORS + firms.sector
    sales = firms.weight.astype(np.float64) * firms.base_sales
    total = np.bincount(cell, sales, N_CITIES * N_SECTORS)
    own = np.bincount(cell, sales * firms.individual, N_CITIES * N_SECTORS)
    share = np.where(total > 0.0, own / np.where(total > 0.0, total, 1.0), 0.0)
    return np.asarray(share.reshape(N_CITIES, N_SECTORS))
