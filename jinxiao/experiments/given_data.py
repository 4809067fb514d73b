"""Sensitivity on draws that are there already: no new runs, only what an ``uplift`` or a ``discover`` has kept.

Delta and PAWN ask nothing of how points were drawn. Values of parameters are told anew from seed and number of the draw, and
used by rank: both methods see slices of equal numbers of draws, which no stretching of a parameter changes.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from jinxiao.experiments.effects import RATIOS
from jinxiao.experiments.engine import Engine, content_hash
from jinxiao.experiments.estimates import WHOLE
from jinxiao.experiments.runs import make_draw
from jinxiao.experiments.screening import GIVEN, Design, analyse
from jinxiao.experiments.sensitivity import COLUMNS, OUTCOME_NAMES, SensitivityResult, uncertain_numbers
from jinxiao.experiments.uplift import make_titles
from jinxiao.files.errors import InputError

FEWEST = 20
"""Draws from which distances of distributions can be told."""
UPLIFT, DISCOVER = "uplift_draws.parquet", "discover_draws.parquet"
POINT = "u:"
"""Prefix of the columns of ``discover_draws.parquet`` that hold a parameter's place in its prior."""


@dataclass(frozen=True)
class Given:
    """Draws of an earlier command.

    Attributes
    ----------
    names : list of str
        Uncertain numbers.
    points : ndarray, shape (draws, parameters)
        Their places, from 0 to 1.
    result : ndarray, shape (draws,)
        The outcome.
    measure : int
        Which it is about.
    settings : dict
        Of the earlier command.
    hashes : dict of str to str
        Of the earlier command.
    """

    names: list[str]
    points: np.ndarray
    result: np.ndarray
    measure: int
    settings: dict[str, Any]
    hashes: dict[str, str]


def given_sensitivity(
    plan: Any,
    folder: Path,
    *,
    measure: int = WHOLE,
    outcome: str = "total_consumption",
    method: str = "delta",
    seed: int = 1,
    engine: Engine | None = None,
) -> SensitivityResult:
    """Return what drives the result over draws that an earlier command has kept.

    Parameters
    ----------
    plan : Plan
        The plan of that command.
    folder : Path
        Its folder: of ``uplift`` or ``discover``.
    measure : int
        The measure looked at, 0 for all chosen together (of ``discover``: its scenario).
    outcome : str
        An outcome or ratio.
    method : {'delta', 'pawn'}
        How distributions are compared.
    seed : int
        Of bootstraps.
    engine : Engine, optional
        Where parameters come from.

    Raises
    ------
    InputError
        When there are no such draws, too few, or those of other parameters than this version has.
    """
    for name, value, allowed in (("method", method, GIVEN), ("outcome", outcome, OUTCOME_NAMES)):
        if value not in allowed:
            raise InputError(field=name, found=f"'{value}' with --given", allowed=", ".join(allowed))
    given = read_given(plan, Path(folder), measure, outcome, engine or Engine())
    if len(given.result) < FEWEST:
        raise InputError(
            str(folder), field="draws", found=str(len(given.result)), allowed=f"at least {FEWEST}"
        )
    design = Design(method, len(given.result), seed=seed)
    found = analyse(design, given.names, given.points, given.result).assign(outcome=outcome)
    measures = tuple(given.settings.get("measures", plan.measures))
    return SensitivityResult(
        table=found.assign(method=method, measure=given.measure)[list(COLUMNS)],
        points=len(given.result),
        titles=make_titles(plan, measures),
        settings={
            "plan": plan.name, "measures": list(measures), "measure": given.measure, "outcome": outcome,
            "method": method, "size": len(given.result), "levels": 0, "second_order": False, "grouped": False,
            "scale": given.settings["scale"], "months": given.settings["months"], "seed": seed,
            "reference": given.settings.get("reference", "without"), "given": str(folder),
        },
        hashes=given.hashes,
        notes=(f"{len(given.result)} draws of {folder}, {len(given.names)} uncertain numbers, no new runs",),
    )  # fmt: skip


def read_given(plan: Any, folder: Path, measure: int, outcome: str, engine: Engine) -> Given:
    """Return the draws in a folder of results."""
    manifest = folder / "manifest.json"
    known = [name for name in (UPLIFT, DISCOVER) if (folder / name).is_file()]
    if not manifest.is_file() or not known:
        raise InputError(
            str(folder), found="no draws", allowed="a folder that jinxiao uplift or jinxiao discover wrote"
        )
    record = json.loads(manifest.read_text(encoding="utf-8"))
    if record.get("plan") != plan.name:
        raise InputError(str(manifest), field="plan", found=str(record.get("plan")), allowed=plan.name)
    frame = pd.read_parquet(folder / known[0])
    hashes = dict(record.get("hashes", {}))
    if known[0] == DISCOVER:
        names = [column.removeprefix(POINT) for column in frame.columns if column.startswith(POINT)]
        points = frame[[POINT + name for name in names]].to_numpy()
        return Given(names, points, frame[outcome].to_numpy(), WHOLE, record, hashes)
    rows = _of_measure(frame, measure, outcome, folder)
    measures = tuple(record["measures"])
    coalition = frozenset(measures if measure == WHOLE else (measure,))
    parameters = engine.load_parameters(plan)
    names, points = drawn_points(parameters, record, coalition, hashes, manifest)
    return Given(names, points[rows["draw"].to_numpy()], rows["value"].to_numpy(), measure, record, hashes)


def _of_measure(frame: pd.DataFrame, measure: int, outcome: str, folder: Path) -> pd.DataFrame:
    """Return the rows of one measure and outcome for the province and the whole window, one a draw."""
    if measure not in set(frame["measure"]):
        found = ", ".join(map(str, sorted(set(frame["measure"]))))
        raise InputError(str(folder), field="measure", found=str(measure), allowed=found)
    rows = frame[
        (frame["measure"] == measure)
        & (frame["outcome"] == outcome)
        & (frame["group_by"] == "all")
        & (frame["period"] == "total")
    ]
    if rows.empty:
        kind = "a ratio to a cost that is zero in some draw" if outcome in RATIOS else "nothing"
        raise InputError(str(folder), field="outcome", found=f"{outcome}: {kind}", allowed="another outcome")
    first = rows.iloc[0]
    same = (rows["estimand"] == first["estimand"]) & (rows["closure"] == first["closure"])
    return rows[same].sort_values("draw")


def drawn_points(
    parameters: Any, record: dict[str, Any], coalition: frozenset[int], hashes: dict[str, str], manifest: Path
) -> tuple[list[str], np.ndarray]:
    """Return the uncertain numbers of earlier draws by rank, told anew from their seed.

    Raises
    ------
    InputError
        When the parameters have changed since.
    """
    units = [make_draw(parameters, int(record["seed"]), d) for d in range(int(record["draws"]))]
    drawn = content_hash([(unit.parameters, unit.levers) for unit in units])
    if drawn != hashes.get("parameters"):
        raise InputError(
            str(manifest), field="hashes.parameters", found="draws of other parameters than this version has",
            allowed="a folder written by this version: run uplift again",
        )  # fmt: skip
    names, _ = uncertain_numbers(parameters, coalition)
    central = parameters.central()
    values = np.array(
        [
            [_number(({**unit.parameters, **unit.levers})[name], central[name]) for name in names]
            for unit in units
        ]
    )
    return names, ranks(values)


def _number(value: Any, central: Any) -> float:
    """Return a drawn number, or the factor by which a drawn table differs from the stated one."""
    if np.ndim(value) == 0:
        return float(value)
    stated = np.asarray(central, dtype=float)
    return float(np.asarray(value, dtype=float).sum() / stated.sum())


def ranks(values: np.ndarray) -> np.ndarray:
    """Return the places of values in their column, between 0 and 1."""
    order = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0)
    places: np.ndarray = (order + 0.5) / len(values)
    return places
