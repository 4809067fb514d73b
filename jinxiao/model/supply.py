"""Where a yuan of sales goes: margin of the seller, local production, inflow from outside; and the rounds that follow.

A seller keeps its margin (value added), buys goods and other inputs from suppliers in the province, and the rest from outside.
Suppliers do the same. With ``A`` the local input coefficients, sales that meet final demand ``d`` are ``x = (I - A)^-1 d``
(Leontief 1936): all rounds at once, each smaller by what leaks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from jinxiao.model.names import N_SECTORS, Sector

Values = Mapping[str, Any]
SUPPLIERS = (
    Sector.FARMING, Sector.MINING, Sector.MANUFACTURING, Sector.CONSTRUCTION, Sector.TRANSPORT, Sector.COMMUNICATION,
    Sector.HOUSING_SERVICES, Sector.BUSINESS_SERVICES,
)  # fmt: skip
"""Sectors that sell inputs, in the order of ``flows.inputs_mix``; housing services are power, heat and rents."""
BY_QUOTIENT = (Sector.FARMING, Sector.MINING, Sector.MANUFACTURING)
"""Suppliers of goods, whose local part follows from location quotients, in the order of ``flows.location_quotient``."""
SIZED_BY_LABOUR = (
    Sector.EDUCATION, Sector.HEALTH_CARE, Sector.FARMING, Sector.MINING, Sector.MANUFACTURING, Sector.CONSTRUCTION,
    Sector.PUBLIC, Sector.BUSINESS_SERVICES,
)  # fmt: skip
"""Sectors that sell little to consumers or are largely paid by budgets, in the order of ``flows.labour_share``: their sales at
the start follow from labour income."""


def flegg(quotient: np.ndarray, size: float, delta: float) -> np.ndarray:
    """Return the part of an input that a region buys from itself: ``min(1, LQ log2(1 + size) ** delta)``.

    Flegg and Webber (2000): a region buys more from outside the smaller it is and the less of the supplying industry it has.

    Parameters
    ----------
    quotient : ndarray
        Share of the industry in employment of the region over that in the nation.
    size : float
        Employment of the region over that of the nation.
    delta : float
        Between 0 (size does not matter) and 1.
    """
    return np.minimum(quotient * np.log2(1.0 + size) ** delta, 1.0)


@dataclass(frozen=True)
class SupplyTable:
    """Split of a yuan of sales by sector.

    Attributes
    ----------
    local : ndarray, shape (suppliers = sectors, sectors)
        Yuan bought from each sector of the province per yuan of sales of the buyer.
    inflow : ndarray, shape (sectors,)
        Yuan bought outside the province per yuan of sales.
    inverse : ndarray, shape (sectors, sectors)
        ``(I - local)^-1``: sales of the rows per yuan of final demand for the columns.
    """

    local: np.ndarray
    inflow: np.ndarray
    inverse: np.ndarray

    @classmethod
    def of(cls, local: np.ndarray, inflow: np.ndarray) -> "SupplyTable":
        """Return the table with its inverse.

        Raises
        ------
        ValueError
            If a sector would pay out more than it takes in.
        """
        table = cls(local, inflow, np.linalg.inv(np.eye(len(inflow)) - local))
        if (local < 0.0).any() or (inflow < 0.0).any() or (table.margin < 0.0).any():
            raise ValueError(
                "flows: found a sector whose inputs exceed its sales; allowed shares that add up to 1 at most"
            )
        return table

    @property
    def local_share(self) -> np.ndarray:
        """Yuan that pay suppliers in the province per yuan of sales, shape (sectors,)."""
        return np.asarray(self.local.sum(axis=0))

    @property
    def margin(self) -> np.ndarray:
        """Value added per yuan of sales: wages, takings, taxes, profits; shape (sectors,)."""
        return np.asarray(1.0 - self.local_share - self.inflow)

    def sales(self, final: np.ndarray) -> np.ndarray:
        """Return sales by sector that meet final demand (sectors,) with all inputs that are bought in the province."""
        return np.asarray(self.inverse @ final)

    def bought(self, sales: np.ndarray) -> np.ndarray:
        """Return what firms with these sales (sectors,) buy from each sector of the province."""
        return np.asarray(self.local @ sales)

    def rounds(self, final: np.ndarray, count: int) -> np.ndarray:
        """Return sales of the first rounds one by one, shape (count, sectors): the first is final demand itself."""
        found = np.empty((count, len(final)))
        found[0] = final
        for k in range(1, count):
            found[k] = self.local @ found[k - 1]
        return found


def supply_table(values: Values) -> SupplyTable:
    """Return the split from parameters ``flows.*``: goods resold, then other inputs, each local or from outside."""
    goods, local_goods = np.asarray(values["flows.goods_share"]), np.asarray(values["flows.goods_local"])
    farms = np.asarray(values["flows.goods_from_farms"])
    inputs, mix = np.asarray(values["flows.inputs_share"]), np.asarray(values["flows.inputs_mix"]).T
    from_here = _local_part(values)
    local = np.zeros((N_SECTORS, N_SECTORS))
    local[list(SUPPLIERS)] = inputs * mix * from_here[:, None]
    local[Sector.FARMING] += goods * local_goods * farms
    local[Sector.MANUFACTURING] += goods * local_goods * (1.0 - farms)
    inflow = goods * (1.0 - local_goods) + (inputs * mix * (1.0 - from_here)[:, None]).sum(axis=0)
    return SupplyTable.of(local, inflow)


def _local_part(values: Values) -> np.ndarray:
    """Return the part of inputs bought in the province, by supplier in the order of SUPPLIERS."""
    by_quotient = flegg(
        np.asarray(values["flows.location_quotient"]),
        values["flows.region_size"],
        values["flows.flegg_delta"],
    )
    goods = dict(zip(BY_QUOTIENT, by_quotient.tolist(), strict=True))
    services = [sector for sector in SUPPLIERS if sector not in goods]
    given = np.minimum(np.asarray(values["flows.inputs_local"]), 1.0)
    parts = goods | dict(zip(services, given.tolist(), strict=True))
    return np.array([parts[sector] for sector in SUPPLIERS])


def goods_by_supplier(goods: np.ndarray, values: Values) -> np.ndarray:
    """Return by supplier (sectors,) the goods of the province that sellers (sectors,) buy: from farms, or manufactured."""
    farms = np.asarray(values["flows.goods_from_farms"])
    bought = np.zeros(N_SECTORS)
    bought[Sector.FARMING] = float((goods * farms).sum())
    bought[Sector.MANUFACTURING] = float((goods * (1.0 - farms)).sum())
    return bought


def sales_at_start(
    table: SupplyTable,
    known: np.ndarray,
    least_other: np.ndarray,
    needed: np.ndarray,
    supplier_share: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what other buyers take at the start so that each cell sells what its labour income calls for, and all sales.

    Parameters
    ----------
    known : ndarray, shape (cities, sectors)
        Custom of households and visitors, and building.
    least_other : ndarray, shape (cities, sectors)
        Least purchases of other buyers: retail purchases of institutions.
    needed : ndarray, shape (cities, sectors)
        Sales that labour income calls for.
    supplier_share : ndarray, shape (cities, sectors)
        Where local inputs are bought.

    Returns
    -------
    other, sales : ndarray, shape (cities, sectors)
    """
    sales = np.maximum(needed, known + least_other)
    # inputs rise with sales and sales with inputs; both are bounded, as every round leaks
    for _ in range(_FOUNDING_ROUNDS):
        supplied = supplier_share * table.bought(sales.sum(axis=0))
        sales = np.maximum(needed, known + least_other + supplied)
    other = np.maximum(sales - known - supplied, least_other)
    # exactly consistent with what the months will do: final demand decides, inputs follow
    final = known + other
    return other, final + supplier_share * table.bought(table.sales(final.sum(axis=0)))


_FOUNDING_ROUNDS = 60
