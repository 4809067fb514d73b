"""Folders of results read back: the same objects as when they were computed, to be drawn again in either language."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from jinxiao.experiments.comparison import NAMES
from jinxiao.experiments.effects import ALL, COLUMNS, MEASURED, Periods
from jinxiao.experiments.estimates import Effect, Paired, Title
from jinxiao.experiments.uplift import GRADES
from jinxiao.files.errors import InputError
from jinxiao.files.manifest import Account
from jinxiao.files.writing import MANIFEST
from jinxiao.model.names import month_index
from jinxiao.results import report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TAKEN: Final = (
    "command", "command_line", "hashes", "version", "packages", "python", "wall_seconds", "peak_memory_mib",
)  # fmt: skip
"""Entries of a manifest that are not settings."""
EXPENSE: Final = ("packages", "python", "wall_seconds", "peak_memory_mib")


@dataclass(frozen=True)
class StoredRun(report.Report):
    """One scenario's outcomes as a folder holds them. ``frame`` is ``outcomes.parquet``, ``table`` is ``outcomes.csv``."""

    frame: pd.DataFrame
    table: pd.DataFrame
    settings: dict[str, Any]
    hashes: dict[str, str]
    account: Account = field(default_factory=Account)
    command = "run"

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Draw the figures."""
        from jinxiao.results.run_figures import run_figures

        return run_figures(self.frame, lang)


@dataclass(frozen=True)
class StoredTables(report.Report):
    """A folder of another kind: its tables and settings. Figures are those that it holds, in the language they have."""

    settings: dict[str, Any]
    hashes: dict[str, str]
    account: Account = field(default_factory=Account)

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Return nothing: what drew the figures is not known here."""
        return {}


@dataclass(frozen=True)
class Folder:
    """A folder of results.

    Attributes
    ----------
    path : Path
        Where it is.
    manifest : dict
        ``manifest.json``.
    result : Report
        Tables and figures of its kind.
    """

    path: Path
    manifest: dict[str, Any]
    result: report.Report

    @property
    def command(self) -> str:
        """The command that wrote it."""
        return str(self.manifest["command"])

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the folder by its name without ending, from Parquet where there is such."""
        files: dict[str, Path] = {}
        for ending in ("csv", "parquet"):
            files |= {
                str(p.relative_to(self.path).with_suffix("")): p for p in self.path.rglob(f"*.{ending}")
            }
        return {name: read_frame(files[name]) for name in sorted(files)}

    def pictures(self) -> dict[str, dict[str, bytes]]:
        """Return the figures that the folder holds as ``png`` and ``svg`` by name."""
        found: dict[str, dict[str, bytes]] = {}
        for file in sorted((self.path / "figures").glob("*")):
            if file.suffix in (".png", ".svg"):
                found.setdefault(file.stem, {})[file.suffix[1:]] = file.read_bytes()
        return {name: kinds for name, kinds in found.items() if "png" in kinds}


def read_results(path: str | PathLike[str]) -> report.Report:
    """Return the results in a folder, with ``table``, ``plot(name, lang)`` and ``figures(lang)`` as when they were computed.

    Parameters
    ----------
    path : str or path
        A folder that a command or ``save`` has written.

    Raises
    ------
    InputError
        When it is no folder of results.
    """
    return read_folder(path).result


def read_folder(path: str | PathLike[str]) -> Folder:
    """Return a folder of results with its manifest.

    Raises
    ------
    InputError
        When it is no folder of results.
    """
    folder = Path(path)
    allowed = f"a folder of results (with {MANIFEST})"
    if not folder.is_dir():
        raise InputError(folder, found="a file" if folder.exists() else "no such folder", allowed=allowed)
    file = folder / MANIFEST
    if not file.is_file():
        raise InputError(folder, found=f"no {MANIFEST}", allowed=allowed)
    try:
        manifest = json.loads(file.read_text("utf-8"))
    except (ValueError, OSError):
        raise InputError(file, found="a file that cannot be read", allowed="a record in JSON") from None
    if not isinstance(manifest, dict) or "command" not in manifest:
        raise InputError(file, field="command", found="nothing", allowed="the command that wrote the folder")
    return Folder(folder, manifest, _result(folder, manifest))


def read_frame(file: Path) -> pd.DataFrame:
    """Return a table of a folder; labels of periods stay text."""
    try:
        if file.suffix == ".parquet":
            return pd.read_parquet(file)
        return pd.read_csv(file, encoding="utf-8-sig", dtype={"period": str, "month": str}, low_memory=False)
    except (ValueError, OSError) as error:
        raise InputError(
            file, found=f"'{str(error)[:80]}'", allowed="a table as the command wrote it"
        ) from None


def _result(folder: Path, manifest: Mapping[str, Any]) -> report.Report:
    about = _About(
        settings={key: value for key, value in manifest.items() if key not in TAKEN},
        hashes=dict(manifest.get("hashes", {})),
        account=Account(manifest.get("command_line", ()), version=str(manifest.get("version", ""))),
    )
    for name, read in READERS.items():
        if (folder / f"{name}.parquet").is_file():
            found = read(folder, about)
            if found is not None:
                return found
    return StoredTables(about.settings, about.hashes, about.account)


@dataclass(frozen=True)
class _About:
    """What every kind of result carries."""

    settings: dict[str, Any]
    hashes: dict[str, str]
    account: Account

    def without(self, *keys: str) -> dict[str, Any]:
        """Return the settings without some of them."""
        return {key: value for key, value in self.settings.items() if key not in keys}


def _uplift(folder: Path, about: _About) -> report.Report | None:
    if "persons" not in about.settings:  # written by an earlier version, which kept less
        return None
    table = read_frame(folder / "uplift.parquet")
    draws = read_frame(folder / "uplift_draws.parquet")
    shares = folder / "shapley_draws.csv"
    persons = {
        (by, group): float(count)
        for by, groups in about.settings["persons"].items()
        for group, count in groups.items()
    }
    periods = _periods(table)
    return report.Uplift(
        table=table,
        draws=draws,
        shapley_draws=read_frame(shares) if shares.is_file() else None,
        effects=_effects(draws, periods, "measure"),
        periods=periods,
        titles=_titles(table, "measure"),
        measures=tuple(about.settings["measures"]),
        settings=about.without("persons", "notes"),
        hashes=about.hashes,
        notes=tuple(about.settings.get("notes", ())),
        persons=persons,
        account=about.account,
    )


def _compare(folder: Path, about: _About) -> report.Report:
    table = read_frame(folder / "compare.parquet")
    draws = read_frame(folder / "compare_draws.parquet")
    scenarios = tuple(about.settings["scenarios"])
    place = {name: k for k, name in enumerate(scenarios)}
    known = _titles(table.assign(scenario=table["scenario"].map(place)), "scenario")
    base = NAMES.get(scenarios[0], (scenarios[0], scenarios[0]))
    periods = _periods(table)
    return report.Comparison(
        table=table,
        draws=draws,
        effects=_effects(draws.assign(scenario=draws["scenario"].map(place)), periods, "scenario"),
        periods=periods,
        titles={0: Title(base[0], base[1], GRADES[-1]), **known},
        scenarios=scenarios,
        settings=about.settings,
        hashes=about.hashes,
        account=about.account,
    )


def _run(folder: Path, about: _About) -> report.Report:
    table = read_frame(folder / "outcomes.csv")
    return StoredRun(
        read_frame(folder / "outcomes.parquet"), table, about.settings, about.hashes, about.account
    )


def _sensitivity(folder: Path, about: _About) -> report.Report:
    titles = {
        int(number): Title(str(title[0]), str(title[1]), str(title[2]))
        for number, title in about.settings.get("titles", {}).items()
    }
    whole = Title("Chosen measures", "所选措施", GRADES[-1])
    return report.Sensitivity(
        table=read_frame(folder / "sensitivity.parquet"),
        points=int(about.settings.get("points", 0)),
        titles=titles or {0: whole, about.settings["measure"]: whole},
        settings=about.without("points", "titles"),
        hashes=about.hashes,
        account=about.account,
    )


def _facts(folder: Path, about: _About) -> report.Report:
    return report.Facts(read_frame(folder / "facts.parquet"), about.settings, about.hashes, about.account)


def _trials(folder: Path, about: _About) -> report.Report:
    paths = folder / "trials_paths.csv"
    return report.Trials(
        table=read_frame(folder / "trials.parquet"),
        draws=read_frame(folder / "trials_draws.csv"),
        paths=read_frame(paths) if paths.is_file() else pd.DataFrame(),
        settings=about.settings,
        hashes=about.hashes,
        account=about.account,
    )


READERS: Final[dict[str, Callable[[Path, _About], report.Report | None]]] = {
    "uplift": _uplift,
    "compare": _compare,
    "outcomes": _run,
    "sensitivity": _sensitivity,
    "facts": _facts,
    "trials": _trials,
}
"""How a folder is read, by the table that tells its kind."""


def _periods(table: pd.DataFrame) -> Periods:
    """Return the window whose months a table has."""
    months = sorted({month_index(label) for label in set(table["period"]) if len(label) == 7})
    return Periods.of(months[0], len(months))


def _titles(table: pd.DataFrame, key: str) -> dict[int, Title]:
    rows = table.drop_duplicates(key)
    columns = (rows[name] for name in (key, "name_en", "name_zh", "evidence"))
    return {int(k): Title(en, zh, evidence) for k, en, zh, evidence in zip(*columns, strict=True)}


def _effects(draws: pd.DataFrame, periods: Periods, key: str) -> dict[Effect, Paired]:
    """Return the monthly paths of the province by draw; what a folder does not hold (groups by month, levels) is NaN."""
    rows = draws[(draws["period"].str.len() == 7) & (draws["group_by"] == "all")]
    number = rows["draw"].to_numpy(dtype=int)
    month = np.array([month_index(label) - periods.first for label in rows["period"]], dtype=int)
    outcome = rows["outcome"].map({name: i for i, name in enumerate(MEASURED)}).to_numpy()
    shape = (int(draws["draw"].max()) + 1, periods.months, len(MEASURED), len(COLUMNS))
    found = {}
    names: Sequence[str] = (key, "estimand", "closure", "part")
    groups: Any = rows.groupby(list(names), sort=False).indices
    for (measure, estimand, closure, part), places in groups.items():
        path = np.full(shape, np.nan)
        path[number[places], month[places], outcome[places].astype(int), ALL] = rows["value"].to_numpy()[
            places
        ]
        found[Effect(int(measure), estimand, closure, part)] = Paired(path, np.full(shape, np.nan))
    return found
