"""Runs that failed: told beside the others' results, with all that is needed to repeat each of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from jinxiao.experiments.ensemble import WorkerDied
from jinxiao.files.errors import InputError, InvariantError
from jinxiao.model.ledger import LedgerError

FAILING = (InvariantError, LedgerError, MemoryError, ArithmeticError, np.linalg.LinAlgError)
"""Errors that end a run and not the ensemble: a broken account, no memory, numbers out of range."""
INVARIANT, MEMORY, DIED, NUMBERS = "invariant", "memory", "worker died", "numbers"
COLUMNS = (
    "draw",
    "replicate",
    "measures",
    "part",
    "closure",
    "kind",
    "month",
    "account",
    "amount",
    "message",
    "file",
)
"""Columns of ``failures.csv``."""


@dataclass(frozen=True)
class Failure:
    """A run that failed.

    Attributes
    ----------
    draw, replicate : int
        Of which draw.
    measures : str
        Measures in force, e.g. ``5+15``; a scenario's name; empty for the history that all runs of the draw share.
    part, closure : str
        As in :class:`~jinxiao.experiments.runs.Arm`.
    kind : str
        ``invariant``, ``memory``, ``worker died`` or ``numbers``.
    month, account, amount
        Of a broken account.
    message : str
        In one line.
    recipe : dict
        What the run was made of: see :func:`~jinxiao.experiments.runs.recipe`.
    """

    draw: int
    replicate: int
    measures: str
    part: str
    closure: str
    kind: str
    message: str
    month: str = ""
    account: str = ""
    amount: float = float("nan")
    recipe: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def file(self) -> str:
        """Name of the file of its recipe in the folder of results."""
        words = [f"draw{self.draw}", *([f"replicate{self.replicate}"] if self.replicate else [])]
        words += [
            self.measures or "history",
            *(w for w in (self.part, self.closure) if w not in ("all", "full", "")),
        ]
        return f"failures/{'-'.join(words)}.json"

    def error(self) -> Exception:
        """Return the error that it was."""
        if self.kind == DIED:
            return WorkerDied()
        if self.kind == MEMORY:
            return MemoryError(self.message)
        if self.kind == INVARIANT:
            return InvariantError(
                self.account, self.month or None, None if np.isnan(self.amount) else self.amount
            )
        return InvariantError(f"{self.message} (draw {self.draw}, {self.measures or 'history'})")


def what_failed(error: BaseException) -> dict[str, Any]:
    """Return kind, month, account, amount and message of an error."""
    message = " ".join(str(error).split()) or type(error).__name__
    match error:
        case LedgerError():
            error = InvariantError(f"account {error.account}", error.month, error.amount)
            return what_failed(error)
        case InvariantError():
            return {
                "kind": INVARIANT,
                "message": message,
                "account": error.account,
                "month": "" if error.month is None else str(error.month),
                "amount": float("nan") if error.amount is None else float(error.amount),
            }
        case MemoryError():
            return {"kind": MEMORY, "message": "not enough memory"}
        case WorkerDied():
            return {"kind": DIED, "message": message}
    return {"kind": NUMBERS, "message": f"{type(error).__name__}: {message}"}


def failures_table(failures: Sequence[Failure]) -> pd.DataFrame:
    """Return ``failures.csv``."""
    rows = [{**asdict(one), "file": one.file} for one in failures]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def missing_notes(asked: int, failures: Sequence[Failure]) -> list[str]:
    """Return a line on how many of the draws asked for are missing; none when none are."""
    missing = {(one.draw, one.replicate) for one in failures}
    if not missing:
        return []
    which = ", ".join(str(number) for number in sorted({draw for draw, _ in missing}))
    return [
        f"{len(missing)} of {asked} draws are missing, since a run of them failed (draw {which}; the first: "
        f"{failures[0].message}); see failures.csv"
    ]


def write_failures(folder: Path, failures: Sequence[Failure]) -> None:
    """Write ``failures.csv`` and a recipe for each failed run into a folder; nothing when there are none."""
    from jinxiao.files.writing import write_csv, write_json

    if not failures:
        return
    write_csv(folder / "failures.csv", failures_table(failures))
    for one in failures:
        path = folder / one.file
        path.parent.mkdir(exist_ok=True)
        write_json(path, one.recipe)


def keep_recipes(store: Path | None, failures: Sequence[Failure]) -> Path | None:
    """Write recipes into the store's folder too, where they are if no folder of results comes of it."""
    if store is None or not failures:
        return None
    folder = store / "failures"
    folder.mkdir(parents=True, exist_ok=True)
    from jinxiao.files.writing import write_json

    for one in failures:
        write_json(folder / f"{one.recipe['key'][:16]}.json", one.recipe)
    return folder


def to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameter values as JSON holds them: numbers and lists, to the last bit."""
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()
    }


def from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameter values as the model takes them."""
    return {name: np.array(value) if isinstance(value, list) else value for name, value in values.items()}


def read_recipe(path: Path) -> dict[str, Any]:
    """Return the recipe in a file.

    Raises
    ------
    InputError
        When there is none.
    """
    needed = {
        "plan",
        "scale",
        "seed",
        "months",
        "model_seed",
        "parameters",
        "levers",
        "coalition",
        "part",
        "closure",
    }
    try:
        recipe = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(path, found="no such file", allowed="a file of failures/") from None
    except (OSError, ValueError):
        recipe = None
    if not isinstance(recipe, dict) or not needed <= set(recipe):
        raise InputError(path, found="not the recipe of a run", allowed="a file of failures/")
    return recipe
