"""Trials over draws of the parameters: each draw fits its baseline once and runs every trial from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from jinxiao.experiments.engine import Engine, code_hash, content_hash
from jinxiao.experiments.ensemble import Progress, Tick, map_units, silent
from jinxiao.experiments.runs import make_draw
from jinxiao.experiments.trials.estimators import NotEstimable, mixture_interval
from jinxiao.experiments.trials.trial_file import Trial
from jinxiao.files.errors import InputError

WORLD_SEED = 1
SCALE = 200
DRAWS = 8
COLUMNS = (
    "trial", "quantity", "unit", "published", "low", "high", "model", "model_low", "model_high", "in_band",
    "source", "overlaps", "band", "estimator", "n", "sampling_se", "draws", "title", "title_zh", "quantity_title",
    "quantity_title_zh", "unit_zh", "explanation", "explanation_zh", "limits", "limits_zh", "source_url", "note",
)  # fmt: skip


@dataclass(frozen=True)
class DrawOf:
    """Trials at one draw: what is sent to a worker."""

    trials: tuple[Trial, ...]
    scale: int
    seed: int
    number: int


@dataclass(frozen=True)
class Found:
    """An estimate of one quantity at one draw; `note` says why there is none."""

    trial: str
    quantity: str
    draw: int
    value: float
    se: float
    n: int
    path: dict[int, float]
    note: str = ""


@dataclass(frozen=True)
class TrialsResult:
    """What trials found.

    Attributes
    ----------
    table : DataFrame
        ``trials.csv``: a row a quantity.
    draws : DataFrame
        A row a quantity and draw.
    paths : DataFrame
        Coefficients by event time and counts by bin, where an estimator has such: ``trial, quantity, draw, time, value``.
    settings, hashes : dict
        What was asked, and of world, parameters and code.
    """

    table: pd.DataFrame
    draws: pd.DataFrame
    paths: pd.DataFrame
    settings: dict[str, Any]
    hashes: dict[str, str] = field(default_factory=dict)


def run_trials(
    trials: Sequence[Trial],
    *,
    scale: int = SCALE,
    draws: int = DRAWS,
    seed: int = 1,
    jobs: int | None = None,
    progress: Progress = silent,
) -> TrialsResult:
    """Return model and published value of every quantity.

    The model's interval is that of an equal mixture over draws of the parameters, each with the sampling error of its
    estimator.

    Parameters
    ----------
    trials : sequence of Trial
    scale : int
        Real households per simulated one.
    draws, seed : int
        Draws of parameters and random numbers, and the seed from which they follow.
    jobs : int, optional
        Processes; results do not depend on it.
    progress : callable
    """
    if draws < 1:
        raise InputError(field="draws", found=str(draws), allowed="a whole number from 1 on")
    Engine().load_world(scale, WORLD_SEED)  # refused here, and cached for workers
    units = [DrawOf(tuple(trials), scale, seed, number) for number in range(draws)]
    total = draws * len(trials)
    found = [
        one for each in map_units(run_draw, units, jobs=jobs, total=total, progress=progress) for one in each
    ]
    by_draw = pd.DataFrame([vars(one) for one in found]).drop(columns="path")
    steps = [
        (one.trial, one.quantity, one.draw, time, one.path[time])
        for one in found
        for time in sorted(one.path)
    ]
    paths = pd.DataFrame(steps, columns=["trial", "quantity", "draw", "time", "value"])
    rows = [
        _row(trial, key, [f for f in found if (f.trial, f.quantity) == (trial.id, key)])
        for trial in trials
        for key in trial.quantities
    ]
    settings = {"trials": [t.id for t in trials], "scale": scale, "draws": draws, "seed": seed}
    hashes = {
        "world": Engine().load_world(scale, WORLD_SEED).content_hash,
        "code": code_hash(),
        "trials": content_hash([t.model_dump_json() for t in trials]),
    }
    return TrialsResult(pd.DataFrame(rows, columns=list(COLUMNS)), by_draw, paths, settings, hashes)


def run_draw(unit: DrawOf, tick: Tick) -> list[Found]:
    """Run every trial at one draw."""
    from jinxiao.calibration.baseline import fit_baseline
    from jinxiao.calibration.parameters import load_parameters
    from jinxiao.experiments.trials.panel import Histories, simulate

    world = Engine().load_world(unit.scale, WORLD_SEED)
    uncertain = [number for trial in unit.trials for number in trial.uncertain()]
    draw = make_draw(load_parameters().with_plan(uncertain), unit.seed, unit.number)
    histories = Histories(world, draw.seed, lambda values: fit_baseline(world, dict(values)))
    found: dict[str, list[Found]] = {}
    for trial in sorted(unit.trials, key=lambda t: (len(t.population.parameters), t.opens, t.id)):
        panel = simulate(trial.at(draw.levers), histories, draw.parameters, draw.seed)
        found[trial.id] = [_find(trial, key, panel, unit.number) for key in trial.quantities]
        tick(1)
    return [one for trial in unit.trials for one in found[trial.id]]


def _find(trial: Trial, key: str, panel: Any, number: int) -> Found:
    from jinxiao.experiments.trials.measurement import measure

    try:
        e = measure(panel, trial.quantities[key].estimator)
    except NotEstimable as error:
        return Found(trial.id, key, number, np.nan, np.nan, 0, {}, str(error))
    return Found(trial.id, key, number, e.value, e.se, e.n, e.path)


def _row(trial: Trial, key: str, found: Sequence[Found]) -> dict[str, Any]:
    quantity = trial.quantities[key]
    low, high = quantity.bounds
    values = np.array([f.value for f in found])
    errors = np.array([f.se for f in found])
    sound = np.isfinite(values) & np.isfinite(errors)
    model_low = model = model_high = np.nan
    if sound.any():
        model_low, model, model_high = mixture_interval(values[sound], errors[sound])
    within = bool(low <= model <= high)
    source = quantity.source or trial.source
    notes = sorted({f.note for f in found if f.note})
    return {
        "trial": trial.id, "quantity": key, "unit": quantity.unit.en, "published": quantity.published,
        "low": quantity.low, "high": quantity.high, "model": model, "model_low": model_low,
        "model_high": model_high, "in_band": within, "source": source.title,
        "overlaps": bool(sound.any() and model_low <= high and model_high >= low), "band": quantity.band,
        "estimator": quantity.estimator.kind, "n": int(np.median([f.n for f in found])),
        "sampling_se": float(np.sqrt(np.mean(errors[sound] ** 2))) if sound.any() else np.nan,
        "draws": int(sound.sum()), "title": trial.title.en, "title_zh": trial.title.zh,
        "quantity_title": quantity.title.en, "quantity_title_zh": quantity.title.zh, "unit_zh": quantity.unit.zh,
        "explanation": "" if within else quantity.explanation.en,
        "explanation_zh": "" if within else quantity.explanation.zh,
        "limits": trial.limits.en, "limits_zh": trial.limits.zh, "source_url": source.url, "note": "; ".join(notes),
    }  # fmt: skip
