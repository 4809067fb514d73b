"""Fit patience: the two ends of the spread of discount factors, to hand-to-mouth shares and liquid wealth, and to nothing else.

``python -m jinxiao.calibration.patience`` prints the fit; its result is written into ``parameters/households.yaml`` by hand, so
that a value never changes without somebody reading what it matches. No marginal propensity and no trial is looked at.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from jinxiao.calibration.baseline import FIT_SEED, fit_baseline, sample_world
from jinxiao.calibration.parameters import Values, load_parameters
from jinxiao.calibration.statistics import DATA, Statistics
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.calibration.world import World
from jinxiao.model.conditions import Conditions, Policy
from jinxiao.model.economy import Economy

TYPES: Final = (
    "poor hand-to-mouth",
    "wealthy hand-to-mouth",
    "poor, not hand-to-mouth",
    "wealthy, not hand-to-mouth",
)
"""Types of Kaplan, Violante and Weidner (2014), in the order of evidence row V047."""
SHARE_TOLERANCE: Final = 2.0
"""Points of a share that weigh as one unit of misfit: sampling error of surveys and differences of definition."""
WEALTH_TOLERANCE: Final = 1.0
"""Log points of mean liquid wealth that weigh as one unit: demand deposits hold savings with a purpose too."""
BOUNDS: Final = ((0.15, 0.9), (0.95, 1.0))
"""Within which the ends are sought, a year; nobody prefers a later yuan of consumption to an earlier one."""
START: Final = (0.45, 0.98)
SCALE: Final = 1000


@dataclass(frozen=True)
class Match:
    """Published and simulated figures of one pair of discount factors.

    Attributes
    ----------
    low, high : float
        Annual discount factors of the least and the most patient type.
    published, found : ndarray, shape (4,)
        Shares of urban households by type, per cent.
    deposits, liquid : float
        Published demand deposits and simulated liquid wealth per household, yuan.
    """

    low: float
    high: float
    published: NDArray[np.float64]
    found: NDArray[np.float64]
    deposits: float
    liquid: float

    @property
    def misfit(self) -> float:
        """Sum of squared gaps in units of their tolerance: hand-to-mouth in all, and liquid wealth.

        How hand-to-mouth households divide into poor and wealthy follows from tenure in the synthetic province; patience
        has no part in it, so it is shown and not fitted.
        """
        gap = self.found[:2].sum() - self.published[:2].sum()
        return float(
            (gap / SHARE_TOLERANCE) ** 2 + (np.log(self.liquid / self.deposits) / WEALTH_TOLERANCE) ** 2
        )


def published_types() -> NDArray[np.float64]:
    """Return the published shares of the four types of urban households (V047), per cent."""
    with (DATA / "evidence.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["id"] == "V047")
    return np.array([float(share) for share in row["estimate"].split("/")])


def demand_deposits(statistics: Statistics, households: float) -> float:
    """Return demand deposits per household at the end of 2023, yuan: all deposits less the national share of time deposits."""
    deposits = statistics.record("deposits_households", PROVINCE, "all", "2023").count
    return deposits * (1.0 - statistics.newest("deposits_households_share_time", "China").share) / households


def liquidity_types(columns: Mapping[str, NDArray[np.generic]], half_month: float) -> NDArray[np.int64]:
    """Return the type of each household, in the order of TYPES.

    Hand-to-mouth: liquid wealth below half a month of permanent income; wealthy: an own home worth more than its mortgage.
    """
    c = {name: np.asarray(columns[name], np.float64) for name in (
        "liquid_wealth", "permanent_income", "tenure", "home_value", "mortgage",
    )}  # fmt: skip
    liquid = c["liquid_wealth"] >= half_month * c["permanent_income"]
    wealthy = (c["tenure"] > 0) & (1000.0 * c["home_value"] > c["mortgage"])
    return 2 * liquid.astype(np.int64) + wealthy


def shares_of_types(
    columns: Mapping[str, NDArray[np.generic]], half_month: float, among: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the share of each type among some households, per cent, weighted; shape (4,)."""
    weight = np.asarray(columns["weight"], np.float64)[among]
    counted = np.bincount(liquidity_types(columns, half_month)[among], weight, len(TYPES))
    return np.asarray(100.0 * counted / weight.sum())


def match(world: World, values: Values, low: float, high: float) -> Match:
    """Fit the baseline at a pair of discount factors, live its settling year and count."""
    values = {**values, "households.discount_low": low, "households.discount_high": high}
    baseline = fit_baseline(world, values)
    sample = sample_world(world)
    settle = Policy("settle", (Conditions(0),), ())
    economy = Economy(sample, settle, baseline, seed=FIT_SEED, detail=False)
    columns = economy.state.households._asdict()
    weight = columns["weight"].astype(np.float64)
    half_month = float(values["households.hand_to_mouth_months"])
    found = shares_of_types(columns, half_month, columns["zone"] % 2 == 0)
    liquid = float(weight @ np.maximum(columns["liquid_wealth"], 0.0) / weight.sum())
    deposits = demand_deposits(world.statistics, float(weight.sum()))
    return Match(low, high, published_types(), found, deposits, liquid)


def fit_patience(world: World, values: Values) -> Match:
    """Return the match of the pair of discount factors with the least misfit (Nelder and Mead, 1965)."""
    best: list[Match] = []

    def misfit(point: NDArray[np.float64]) -> float:
        low, high = (float(np.clip(x, *bounds)) for x, bounds in zip(point, BOUNDS, strict=True))
        found = match(world, values, low, high)
        if not best or found.misfit < best[0].misfit:
            best[:] = [found]
        return found.misfit

    minimize(
        misfit,
        START,
        method="Nelder-Mead",
        bounds=BOUNDS,
        options={"maxfev": 40, "xatol": 2e-3, "fatol": 1e-2},
    )
    return best[0]


def report(found: Match) -> str:
    """Return what is matched and how far."""
    rows = [f"discount factors {found.low:.3f} to {found.high:.3f} a year, misfit {found.misfit:.2f}", ""]
    rows.append("urban households, per cent: published, model")
    rows += [
        f"  {name}: {p:.1f}, {f:.1f}" for name, p, f in zip(TYPES, found.published, found.found, strict=True)
    ]
    rows.append(
        f"demand deposits and liquid wealth, yuan a household: {found.deposits:,.0f}, {found.liquid:,.0f}"
    )
    return "\n".join(rows)


if __name__ == "__main__":
    print(report(fit_patience(World.load(SCALE), load_parameters().central())))
