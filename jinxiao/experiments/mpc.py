"""What households do with a yuan: propensities to consume out of a windfall and out of a lasting rise of income.

A random half of households receives 1,000 yuan once, or 100 yuan a month for good; the other half receives nothing. Prices,
wages and jobs follow the recorded path of the run without it and all draws are shared, so the propensity of a household is
exact: its extra consumption over the money received. The untreated half is the check: its diaries do not change.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.patience import TYPES, liquidity_types
from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import ALL_ZONES, TRANSFER, Basis, Conditions, Instrument, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.names import AGE_BAND_STARTS, AGE_BANDS, N_QUINTILES, Stage
from jinxiao.model.random import uniforms

WINDFALL: Final = 1000.0
"""Yuan, once."""
MONTHLY: Final = 100.0
"""Yuan a month, for good."""
START: Final = 6
"""Month of the first payment: July 2024."""
WINDOWS: Final = (1, 3, 12)
"""Months over which consumption is added up."""
GROUP: Final = 1
HALF: Final = 500
"""Purpose of the draw of the treated half."""
RULE: Final = 0
SCALE: Final = 200
LIQUIDITY: Final[dict[str, tuple[float, float]]] = {
    "below 0": (-np.inf, 0.0), "0 to 0.5": (0.0, 0.5), "0.5 to 1": (0.5, 1.0), "1 to 3": (1.0, 3.0),
    "3 to 12": (3.0, 12.0), "above 12": (12.0, np.inf),
}  # fmt: skip
"""Classes of liquid wealth before the payment, months of permanent income."""


@dataclass(frozen=True)
class Propensities:
    """What the experiment found.

    Attributes
    ----------
    table : DataFrame
        ``payment`` (once, monthly), ``window`` (months), ``by``, ``group``, ``households`` (share of the treated),
        ``mpc`` (yuan of consumption per yuan received until then).
    untreated : float
        Largest change of monthly consumption of an untreated household, yuan.
    distribution : ndarray, shape (treated,)
        Propensity of each treated household over three months out of the windfall.
    weight : ndarray, shape (treated,)
        Real households.
    """

    table: pd.DataFrame
    untreated: float
    distribution: NDArray[np.float64]
    weight: NDArray[np.float64]


def payment(months: int, *, once: bool) -> Policy:
    """Return the policy that pays members of GROUP: the windfall, or the monthly amount that they take as permanent."""
    row = np.zeros(1, TRANSFER)
    values = {
        "rule": RULE, "basis": Basis.HOUSEHOLD, "zones": ALL_ZONES, "groups": GROUP, "take_up": 1.0, "age_max": 1,
        "max_quintile": N_QUINTILES - 1, "occupations": -1, "label_category": -1,
        "amount": WINDFALL if once else MONTHLY, "permanent": 0.0 if once else MONTHLY,
    }  # fmt: skip
    for name, value in values.items():
        row[name] = value
    paid = [m == START or (m > START and not once) for m in range(months)]
    conditions = tuple(Conditions(m, transfers=row) if pays else Conditions(0) for m, pays in enumerate(paid))
    centre = Instrument(RULE, "mpc", 0, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    return Policy("once" if once else "monthly", conditions, (centre,))


def consumption_path(economy: Economy, months: int) -> NDArray[np.float64]:
    """Live ``months`` months and return each household's consumption, yuan, shape (months, households)."""
    path = np.empty((months, len(economy.households)))
    for m in range(months):
        economy.run_for(1)
        path[m] = economy.households.get("consumption")
    return path


def classes(economy: Economy) -> dict[str, tuple[list[str], NDArray[np.int64]]]:
    """Return labels and class of each household before the payment: by liquid wealth, quintile, age, stage and type."""
    h: Any = economy.state.households
    months = h.liquid_wealth / h.permanent_income
    liquidity = np.digitize(months, [low for low, _ in LIQUIDITY.values()][1:])
    age = np.digitize(h.head_age, [12 * years for years in AGE_BAND_STARTS[1:]])
    half_month = float(economy.values["households.hand_to_mouth_months"])
    types = liquidity_types(h._asdict(), half_month)
    return {
        "all": (["all"], np.zeros(len(months), np.int64)),
        "liquid wealth": (list(LIQUIDITY), liquidity.astype(np.int64)),
        "quintile": ([f"Q{q + 1}" for q in range(N_QUINTILES)], h.quintile.astype(np.int64)),
        "age": ([band.key for band in AGE_BANDS], age.astype(np.int64)),
        "stage": ([stage.name.lower() for stage in Stage], h.stage.astype(np.int64)),
        "type": (list(TYPES), types),
    }


def propensities(scale: int = SCALE, seed: int = 1, baseline: Baseline | None = None) -> Propensities:
    """Run the experiment at the central parameters.

    Parameters
    ----------
    scale : int
        Real households that one sampled household stands for.
    seed : int
        Key of the run's draws and of the treated half.
    baseline : Baseline, optional
        Levels; fitted at the central parameters by default.
    """
    world = World.load(scale)
    baseline = baseline or fit_baseline(world, load_parameters().central())
    months, longest = START + max(WINDOWS), max(WINDOWS)
    nothing = Policy("nothing", (Conditions(0),) * months, ())
    history = Economy(world, nothing, baseline, seed=seed)
    history.run_for(START)
    n = len(history.households)
    treated = uniforms(seed, np.arange(n), 0, HALF) < 0.5
    history.households.columns["group"][treated] = GROUP
    by = classes(history)
    control = history.fork(nothing)
    plain = consumption_path(control, longest)
    weight = history.households.get("weight").astype(np.float64)
    rows: list[dict[str, float | str]] = []
    untreated, distribution = 0.0, np.zeros(0)
    for once in (True, False):
        run = history.fork(payment(months, once=once), market_path=control.market_path)
        extra = consumption_path(run, longest) - plain
        untreated = max(untreated, float(np.abs(extra[:, ~treated]).max()))
        summed = extra.cumsum(axis=0)
        for window in WINDOWS:
            received = WINDFALL if once else MONTHLY * window
            own = summed[window - 1] / received
            if once and window == WINDOWS[1]:
                distribution = own[treated]
            for name, (labels, code) in by.items():
                for k, label in enumerate(labels):
                    mine = treated & (code == k)
                    if mine.any():
                        share = float(weight[mine].sum() / weight[treated].sum())
                        rows.append({
                            "payment": "once" if once else "monthly", "window": window, "by": name, "group": label,
                            "households": share, "mpc": float(np.average(own[mine], weights=weight[mine])),
                        })  # fmt: skip
    return Propensities(pd.DataFrame(rows), untreated, distribution, weight[treated])
