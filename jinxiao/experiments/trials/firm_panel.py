"""Firms as the units of a trial: their attributes when the window opens, and their outcomes of a month."""

from typing import Final

import numpy as np

from jinxiao.model.economy import Economy
from jinxiao.model.names import N_SECTORS

ATTRIBUTES: Final = {
    "firm.staff_at_start": "people who work in the firm",
    "firm.individual": "1 for an individual business, 0 for a legal unit",
    "firm.standing": "1 if the firm stood when the window opened and its row takes no entrants",
    "firm.government_share": "share of sales that governments buy",
    "firm.short_of_cash": "1 if cash and unused credit are below what the firm normally holds",
}
"""Attributes of a firm, read when the window opens; ``city`` and ``zone`` (the city's urban one) are there too."""
OUTCOMES: Final = {
    "firm.staff": "people who work in the firm; 0 once it has closed",
    "firm.payroll": "their wages, yuan",
    "firm.sales": "sales, yuan",
    "firm.government_sales": "sales to governments, yuan",
    "firm.cash": "cash at bank, yuan",
    "firm.debt": "business loans, yuan",
    "firm.owed": "owed by governments, yuan",
}
"""Outcomes of a firm in a month."""


def _cell(economy: Economy) -> np.ndarray:
    f = economy.firms.columns
    return np.asarray(f["city"].astype(np.int64) * N_SECTORS + f["sector"])


def _government_share(economy: Economy) -> np.ndarray:
    founding = economy.founding
    share = founding.orders.ravel() / np.maximum(founding.sales, 1.0)
    return np.asarray(share[_cell(economy)])


def firm_attributes(economy: Economy) -> dict[str, np.ndarray]:
    """Return every attribute of firms, as they are now, each of shape (firms,)."""
    f, v = economy.firms.columns, economy.values
    alive = f["weight"] > 0.0
    limit = f["credit"] * f["expected"]
    room = np.maximum(limit - f["debt"], 0.0)
    normal = f["cash_wanted"] * f["expected"] + (1.0 - v["firms.usual_debt"]) * limit
    found = {
        "city": f["city"],
        "zone": 2 * f["city"].astype(np.int64),
        "firm.staff_at_start": f["employees"],
        "firm.individual": f["individual"],
        "firm.standing": alive & (f["entrant"] == 0),
        "firm.government_share": _government_share(economy),
        "firm.short_of_cash": alive & (f["cash"] + room < normal),
    }
    return {name: np.asarray(value, dtype=np.float64) for name, value in found.items()}


def firm_outcomes(economy: Economy) -> dict[str, np.ndarray]:
    """Return every outcome of the month that ``economy`` has just lived, each of shape (firms,)."""
    f = economy.firms.columns
    worked = economy.worked.reshape(-1, economy.worked.shape[-1])
    wage = worked[:, 1] / np.maximum(worked[:, 0], 1e-9)
    alive = f["weight"] > 0.0
    sales = np.where(alive, f["sales"], 0.0)
    share = economy.orders.ravel() / np.maximum(economy.sales.ravel(), 1.0)
    cell = _cell(economy)
    return {
        "firm.staff": np.asarray(f["employees"], dtype=np.float64),
        "firm.payroll": f["employees"] * wage[cell],
        "firm.sales": sales,
        "firm.government_sales": sales * share[cell],
        "firm.cash": np.asarray(f["cash"], dtype=np.float64),
        "firm.debt": np.asarray(f["debt"], dtype=np.float64),
        "firm.owed": np.asarray(f["owed"], dtype=np.float64),
    }
