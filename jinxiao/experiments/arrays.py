"""Results as labelled arrays (xarray): by draw, measure, month and group, for those who reckon on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from jinxiao.experiments.effects import COLUMNS, MEASURED, unit_of
from jinxiao.experiments.estimates import Effect, Paired, Title
from jinxiao.model import names
from jinxiao.model.outcomes import GROUPS, OUTCOMES, Outcomes

PARTS = {"new": "new_under_plan", "local": "decided_in_province", "new_local": "new_in_province"}
"""Names of the parts of an effect: what the plan raised or added, what the province and its cities decide, what is both."""


def months_from(first: int, months: int) -> pd.DatetimeIndex:
    """Return the first days of some months, from month index `first` (0 is January 2024) on."""
    return pd.DatetimeIndex(
        [f"{names.month_label(first + t)}-01" for t in range(months)], dtype="datetime64[ns]"
    )


def effects_array(
    effects: Mapping[Effect, Paired],
    titles: Mapping[int, Title],
    first: int,
    *,
    dim: str = "measure",
    keys: Sequence[Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Return paired differences by draw as a dataset.

    Parameters
    ----------
    effects : mapping of Effect to Paired
        Monthly paths of the differences and of the reference.
    titles : mapping of int to Title
        Names and grades.
    first : int
        First month of the window (month index).
    dim : {'measure', 'scenario'}
        What the numbers of the effects stand for.
    keys : sequence, optional
        Labels along `dim` in the place of the numbers.
    attributes : mapping, optional
        Settings to carry along.

    Returns
    -------
    xarray.Dataset
        ``additional`` (draw, measure, estimand, closure, outcome, month, group): with minus without, per month;
        ``baseline`` (draw, closure, outcome, month, group): the reference; ``new_under_plan``, ``decided_in_province``
        and ``new_in_province`` where they are known. Yuan a month, jobs in persons (coordinate ``unit``). Along ``group``
        the coordinate ``group_by`` tells its grouping. NaN where a combination is not defined.
    """
    numbers = sorted({effect.measure for effect in effects})
    estimands = sorted({effect.estimand for effect in effects})
    closures = sorted({effect.closure for effect in effects}, reverse=True)
    draws, months = next(iter(effects.values())).difference.shape[:2]
    shape = (draws, len(numbers), len(estimands), len(closures), len(MEASURED), months, len(COLUMNS))
    additional = np.full(shape, np.nan)
    baseline = np.full((draws, len(closures), len(MEASURED), months, len(COLUMNS)), np.nan)
    parts: dict[str, np.ndarray] = {}
    for effect, paired in effects.items():
        k, c = numbers.index(effect.measure), closures.index(effect.closure)
        path = paired.difference.swapaxes(1, 2)
        if effect.part != "all":
            empty = np.full((draws, len(numbers), len(closures), len(MEASURED), months, len(COLUMNS)), np.nan)
            parts.setdefault(PARTS[effect.part], empty)[:, k, c] = path
            continue
        additional[:, k, estimands.index(effect.estimand), c] = path
        baseline[:, c] = paired.baseline.swapaxes(1, 2)
    labels = list(numbers if keys is None else keys)
    tail = ("outcome", "month", "group")
    variables: dict[str, Any] = {
        "additional": (("draw", dim, "estimand", "closure", *tail), additional),
        "baseline": (("draw", "closure", *tail), baseline),
    }
    variables |= {name: (("draw", dim, "closure", *tail), values) for name, values in parts.items()}
    coords = {
        "draw": np.arange(draws),
        dim: labels,
        "estimand": estimands,
        "closure": closures,
        "outcome": list(MEASURED),
        "month": months_from(first, months),
        "group": [group for _, group in COLUMNS],
        "group_by": ("group", [by for by, _ in COLUMNS]),
        "unit": ("outcome", [unit_of(outcome) for outcome in MEASURED]),
        "name_en": (dim, [titles[k].en for k in numbers]),
        "name_zh": (dim, [titles[k].zh for k in numbers]),
        "evidence": (dim, [titles[k].evidence for k in numbers]),
    }
    return xr.Dataset(variables, coords=coords, attrs=dict(attributes or {}))


def outcomes_array(outcomes: Outcomes | Sequence[Outcomes]) -> xr.Dataset:
    """Return the outcomes of a run, or of several draws of it, as a dataset.

    Parameters
    ----------
    outcomes : Outcomes or sequence of Outcomes
        From ``economy.outcomes()``, or of one scenario by draw.

    Returns
    -------
    xarray.Dataset
        ``outcomes`` (draw, outcome, month, group): yuan a month, jobs in persons, NaN where an outcome is not defined for a
        grouping. ``resident_consumption`` (draw, month, city, residence, quintile, category): yuan. ``cost`` (draw, month,
        rule, city) and ``gross`` (draw, month, rule): of each instrument in the order of the policy, yuan.
    """
    runs = [outcomes] if isinstance(outcomes, Outcomes) else list(outcomes)
    months = runs[0].months
    columns = [(by, group) for by, groups in GROUPS.items() for group in groups]
    cube = np.stack([one.cube for one in runs])
    cities, residences = len(names.CITIES), len(names.RESIDENCES)
    return xr.Dataset(
        {
            "outcomes": (
                ("draw", "outcome", "month", "group"),
                np.stack([one.values for one in runs]).swapaxes(1, 2),
            ),
            "resident_consumption": (
                ("draw", "month", "city", "residence", "quintile", "category"),
                cube.reshape(len(runs), months, cities, residences, *cube.shape[3:]),
            ),
            "cost": (("draw", "month", "rule", "city"), np.stack([one.cost_by_rule for one in runs])),
            "gross": (("draw", "month", "rule"), np.stack([one.gross_by_rule for one in runs])),
        },
        coords={
            "draw": np.arange(len(runs)),
            "outcome": list(OUTCOMES),
            "month": months_from(0, months),
            "group": [group for _, group in columns],
            "group_by": ("group", [by for by, _ in columns]),
            "unit": ("outcome", [unit_of(outcome) for outcome in OUTCOMES]),
            "city": list(GROUPS["city"]),
            "residence": list(GROUPS["residence"]),
            "quintile": list(GROUPS["quintile"]),
            "category": list(GROUPS["category"]),
        },
        attrs={"scenario": runs[0].scenario},
    )
