"""Is this file valid? Finds out what kind of file it is meant to be and reads it as the program would."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from jinxiao.files.errors import InputError
from jinxiao.files.tables import read_table
from jinxiao.files.text import read_text
from jinxiao.files.yaml_reader import load_model, read_yaml


class Verdict(NamedTuple):
    """What a valid file is."""

    kind: str
    about: str


class Kind(NamedTuple):
    """A kind of file: the names by which it is known, and what reads it."""

    name: str
    names: frozenset[str]
    read: Callable[[Path, Any], str]


def check_file(path: Path, plan: Any) -> Verdict:
    """Return what kind of file this is.

    Parameters
    ----------
    path : Path
        A scenario, measure, plan, trial or parameter file (YAML), or a table of data (CSV).
    plan : Plan
        What scenarios refer to.

    Raises
    ------
    InputError
        When it is not valid.
    """
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        kinds, names = _yaml_kinds(), frozenset(map(str, read_yaml(path).data))
    elif suffix == ".csv":
        kinds, names = _table_kinds(), _header(path)
    else:
        read_text(path, "a YAML or CSV file")
        raise InputError(path, found=f"a name that ends in '{suffix}'", allowed=".yaml, .yml or .csv")
    kind = _most_alike(kinds, names)
    if kind is None:
        known = "; ".join(f"{k.name} ({', '.join(sorted(k.names))})" for k in kinds if k.names)
        raise InputError(path, 1, found="none of the names by which a file is known", allowed=known)
    return Verdict(kind.name, kind.read(path, plan))


def _most_alike(kinds: list[Kind], names: frozenset[str]) -> Kind | None:
    """Return the kind that shares most of its names with the file; the first of those that share as many."""
    best = max(kinds, key=lambda kind: len(kind.names & names) / len(kind.names))
    return best if best.names & names else None


def _header(path: Path) -> frozenset[str]:
    return frozenset(read_table(path, ()).columns)


def _yaml_kinds() -> list[Kind]:
    return [
        Kind("measure", frozenset({"number", "instruments", "clauses", "mechanism"}), _measure),
        Kind("plan", frozenset({"name_en", "name_zh", "start", "source", "measures"}), _plan),
        Kind("trial", frozenset({"id", "assignment", "treatment", "quantities", "limits", "what"}), _trial),
        Kind("scenario", frozenset({"name", "extends", "measures", "overrides", "drop", "part"}), _scenario),
    ]


def _scenario(path: Path, plan: Any) -> str:
    from jinxiao.scenarios import read_scenario

    scenario = read_scenario(plan, path)
    scenario.policy(plan.start + 1)
    running = [str(number) for number, part in scenario.parts.items() if part]
    return f"'{scenario.name}', measures {', '.join(running) or 'none'} of {plan.name}"


def _measure(path: Path, plan: Any) -> str:
    from jinxiao.scenarios import Measure

    measure = load_model(path, Measure)
    return f"{measure.number} '{measure.name_en}' ({measure.name_zh}), {len(measure.instruments)} instruments"


def _trial(path: Path, plan: Any) -> str:
    from jinxiao.experiments.trials.trial_file import read_trial

    trial = read_trial(path)
    return f"{trial.id} '{trial.title.en}' ({trial.title.zh}), {len(trial.quantities)} quantities"


def _plan(path: Path, plan: Any) -> str:
    from jinxiao.scenarios import load_plan

    read = load_plan(path)
    return f"'{read.name}', {len(read.measures)} measures"


def _table_kinds() -> list[Kind]:
    from jinxiao.calibration.calendar import BREAK_COLUMNS, DAY_COLUMNS
    from jinxiao.calibration.statistics import COLUMNS, read_statistics

    def rows_of(columns: Iterable[str]) -> Callable[[Path, Any], str]:
        return lambda path, plan: f"{len(read_table(path, columns))} rows"

    return [
        Kind("statistics", frozenset(COLUMNS), lambda path, plan: f"{len(read_statistics(path))} figures"),
        Kind("calendar", frozenset(DAY_COLUMNS), rows_of(DAY_COLUMNS)),
        Kind("school breaks", frozenset(BREAK_COLUMNS), rows_of(BREAK_COLUMNS)),
    ]
