"""Results as people keep them: each kind writes its folder of tables, figures and manifest; the command line and Python alike."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from jinxiao.experiments.close_up import HouseholdDiary
from jinxiao.experiments.comparison import ComparisonResult, ScenarioRuns
from jinxiao.experiments.discovery import DiscoveryResult
from jinxiao.experiments.failures import write_failures
from jinxiao.experiments.optimise import BEST, OptimiseResult, as_yaml
from jinxiao.experiments.sensitivity import SensitivityResult
from jinxiao.experiments.trials.run import TrialsResult
from jinxiao.experiments.uplift import UpliftResult
from jinxiao.files.errors import InputError
from jinxiao.files.manifest import Account, write_manifest
from jinxiao.files.writing import atomic_write_bytes, results_folder, write_csv, write_parquet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from jinxiao.experiments.close_up import CloseUp


ABOUT = {"en": ("against: {}", "1:{} sample"), "zh": ("对照：{}", "1:{} 抽样")}


SOURCE = {"en": "Source: jinxiao {} (simulation)", "zh": "来源：晋消 jinxiao {}（模拟）"}
DRAWS = {"en": ("{} draws", "a single draw"), "zh": ("{} 次抽样", "单次抽样")}
POINTS = {"en": "{} points", "zh": "{} 个参数点"}
SCALE = {"en": "1:{} sample", "zh": "1:{} 抽样比例"}
SEED = {"en": "seed {}", "zh": "随机种子 {}"}


class Report:
    """What every kind of result can do: draw its figures, and write itself."""

    command = ""
    account: Account
    settings: dict[str, Any]
    hashes: dict[str, str]

    def figures(self, lang: str = "en") -> "dict[str, Figure]":
        """Return the figures by name, each with a line at its foot that says where it comes from."""
        from jinxiao.results.style import use_foot

        with use_foot(self.foot(lang)):
            return self.draw_figures(lang)

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Draw the figures of this kind of result."""
        raise NotImplementedError

    def foot(self, lang: str = "en") -> str:
        """Return source, version, draws, sample and seed in one line."""
        from jinxiao.results.answer import join

        many, one = DRAWS[lang]
        draws, points = self.settings.get("draws"), self.settings.get("points", getattr(self, "points", None))
        parts = [
            SOURCE[lang].format(self.account.version),
            "" if draws is None else one if draws == 1 else many.format(draws),
            "" if points is None else POINTS[lang].format(points),
            *(
                words[lang].format(self.settings[key])
                for key, words in {"scale": SCALE, "seed": SEED}.items()
                if key in self.settings
            ),
        ]
        return join(parts, lang)

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write tables, figures and manifest into a folder that is there."""
        raise NotImplementedError

    def plot(self, name: str, lang: str = "en") -> "Figure":
        """Return one figure.

        Parameters
        ----------
        name : str
            Name of the figure, as in ``figures/NAME.png``.
        lang : {'en', 'zh'}
            Language of its words.

        Raises
        ------
        InputError
            When there is no such figure.
        """
        figures = self.figures(lang)
        if name not in figures:
            raise InputError(field="figure", found=f"'{name}'", allowed=", ".join(figures))
        return figures[name]

    def save(self, out: str | PathLike[str], lang: str = "en") -> Path:
        """Write the folder of results, whole or not at all, and return it.

        Parameters
        ----------
        out : str or path
            The folder: absent, empty, or of earlier results, which are replaced.
        lang : {'en', 'zh'}
            Language of the figures.

        Raises
        ------
        InputError
            When it cannot be written.
        """
        with results_folder(out) as folder:
            self.write(folder, lang)
        return Path(out)


def of[Kind](kind: Callable[..., Kind], result: Any, account: Account, **more: Any) -> Kind:
    """Return a result of an experiment as its kind of report."""
    parts = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    return kind(**parts, account=account, **more)


def _write_figures(figures: Mapping[str, Any], folder: Path) -> None:
    from jinxiao.results.style import save_figures

    save_figures(figures, folder)


@dataclass(frozen=True)
class Uplift(UpliftResult, Report):
    """What each measure adds. ``table`` is ``uplift.csv``; ``plot(name)`` draws, ``save(folder)`` writes.

    Attributes
    ----------
    account : Account
        What the computation took.
    """

    account: Account = field(default_factory=Account)
    command = "uplift"

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Draw the figures."""
        from jinxiao.results.uplift_figures import uplift_figures

        return uplift_figures(self, lang)

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write ``uplift.csv``, ``.parquet``, draws, variance, failures, what else was asked for, figures and manifest."""
        write_csv(folder / "uplift.csv", self.table)
        write_parquet(folder / "uplift.parquet", self.table)
        write_parquet(folder / "uplift_draws.parquet", self.draws)
        if self.shapley_draws is not None:
            write_csv(folder / "shapley_draws.csv", self.shapley_draws)
        if self.owen_draws is not None:
            write_csv(folder / "owen_draws.csv", self.owen_draws)
        if self.interactions is not None:
            write_csv(folder / "interactions.csv", self.interactions)
        write_csv(folder / "variance.csv", self.variance)
        write_failures(folder, self.failures)
        _write_figures(self.figures(lang), folder)
        persons: dict[str, dict[str, float]] = {}
        for (by, group), count in self.persons.items():
            persons.setdefault(by, {})[group] = count
        settings = {**self.settings, "notes": list(self.notes), "persons": persons}
        write_manifest(folder, self.command, settings, self.hashes, self.account)


@dataclass(frozen=True)
class Comparison(ComparisonResult, Report):
    """Scenarios side by side. ``table`` is ``compare.csv``."""

    account: Account = field(default_factory=Account)
    command = "compare"

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Draw the figures."""
        from jinxiao.results.run_figures import compare_figures

        return compare_figures(self.shown, lang, self.about(lang))

    @property
    def shown(self) -> pd.DataFrame:
        """The table without its reference, which :meth:`about` names."""
        return self.table.drop(columns="reference")

    def about(self, lang: str = "en") -> str:
        """Return plan, reference and sample, for headings."""
        from jinxiao.results.answer import join
        from jinxiao.results.labels import plan_name

        against, sample = ABOUT[lang]
        base = self.titles[0].zh if lang == "zh" else self.titles[0].en
        return join(
            [
                plan_name(self.settings["plan"], lang),
                against.format(base),
                sample.format(self.settings["scale"]),
            ],
            lang,
        )

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write ``compare.csv``, ``.parquet``, draws, figures and manifest."""
        write_csv(folder / "compare.csv", self.table)
        write_parquet(folder / "compare.parquet", self.table)
        write_parquet(folder / "compare_draws.parquet", self.draws)
        write_failures(folder, self.failures)
        _write_figures(self.figures(lang), folder)
        write_manifest(folder, self.command, self.settings, self.hashes, self.account)


@dataclass(frozen=True)
class Run(ScenarioRuns, Report):
    """One scenario's outcomes, with what was asked for beside them.

    Attributes
    ----------
    account : Account
        What the computation took.
    close_up : CloseUp, optional
        Ledger and panel.
    ledger : bool
        Whether the ledger is written.
    """

    account: Account = field(default_factory=Account)
    close_up: "CloseUp | None" = None
    ledger: bool = False
    command = "run"

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Draw the figures."""
        from jinxiao.results.run_figures import run_figures

        return run_figures(self.frame, lang)

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write ``outcomes.parquet`` and ``.csv``, ledger and panel when there are such, figures and manifest."""
        write_parquet(folder / "outcomes.parquet", self.frame)
        write_csv(folder / "outcomes.csv", self.table)
        write_failures(folder, self.failures)
        if self.close_up is not None and self.ledger:
            for name in ("transactions_flow", "balance_sheet", "budgets"):
                table = getattr(self.close_up, name)
                write_csv(folder / "ledger" / f"{name}.csv", table)
                write_parquet(folder / "ledger" / f"{name}.parquet", table)
        if self.close_up is not None and len(self.close_up.panel):
            write_csv(folder / "panel.csv", self.close_up.panel)
            write_parquet(folder / "panel.parquet", self.close_up.panel)
        _write_figures(self.figures(lang), folder)
        write_manifest(folder, self.command, self.settings, self.hashes, self.account)


@dataclass(frozen=True)
class Sensitivity(SensitivityResult, Report):
    """What drives the result. ``table`` is ``sensitivity.csv``."""

    account: Account = field(default_factory=Account)
    command = "sensitivity"

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Draw the figures."""
        from jinxiao.results.sensitivity_figure import sensitivity_figures

        return sensitivity_figures(self, lang)

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write ``sensitivity.csv``, ``.parquet``, the figure and manifest."""
        write_csv(folder / "sensitivity.csv", self.table)
        write_parquet(folder / "sensitivity.parquet", self.table)
        _write_figures(self.figures(lang), folder)
        titles = {str(number): list(title) for number, title in self.titles.items()}
        settings = {**self.settings, "points": self.points, "titles": titles, "notes": list(self.notes)}
        write_manifest(folder, self.command, settings, self.hashes, self.account)


@dataclass(frozen=True)
class Optimise(OptimiseResult, Report):
    """The best mix under a budget. ``table`` is ``optimise.csv``.

    Attributes
    ----------
    account : Account
        What the computation took.
    """

    account: Account = field(default_factory=Account)
    command = "optimise"

    def draw_figures(self, lang: str = "en") -> "dict[str, Figure]":
        """Return the figures by name."""
        from jinxiao.results.mixes_figures import optimise_figures

        return optimise_figures(self, lang)

    def scenario(self, mix: str = BEST) -> str:
        """Return one of the mixes as a scenario file, which ``jinxiao run`` and ``jinxiao compare`` read."""
        return as_yaml(self, self.mixes[mix])

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write ``optimise.csv``, ``.parquet``, ``front.csv``, differences, check, every mix as YAML, figures and manifest."""
        write_csv(folder / "optimise.csv", self.table)
        write_parquet(folder / "optimise.parquet", self.table)
        write_csv(folder / "optimise_differences.csv", self.differences)
        write_csv(folder / "optimise_check.csv", self.check)
        if self.front is not None:
            write_csv(folder / "front.csv", self.front)
        for name in self.mixes:
            atomic_write_bytes(folder / "mixes" / f"{name}.yaml", self.scenario(name).encode("utf-8"))
        _write_figures(self.figures(lang), folder)
        settings = {**self.settings, "budget_yuan": self.budget, "runs": self.runs, "poorest_city": self.city}
        write_manifest(folder, self.command, settings, self.hashes, self.account)


@dataclass(frozen=True)
class Discovery(DiscoveryResult, Report):
    """The conditions under which a mix falls short. ``table`` is ``discover.csv``.

    Attributes
    ----------
    account : Account
        What the computation took.
    """

    account: Account = field(default_factory=Account)
    command = "discover"

    def draw_figures(self, lang: str = "en") -> "dict[str, Figure]":
        """Return the figures by name."""
        from jinxiao.results.discovery_figure import discovery_figures

        return discovery_figures(self, lang)

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write ``discover.csv``, draws, outcomes by mix, ``regret.csv`` where mixes were compared, figures and manifest."""
        write_csv(folder / "discover.csv", self.table)
        write_parquet(folder / "discover_draws.parquet", self.draws)
        write_csv(folder / "discover_outcomes.csv", self.outcomes)
        if self.regret is not None:
            write_csv(folder / "regret.csv", self.regret)
        _write_figures(self.figures(lang), folder)
        settings = {**self.settings, "share_below": self.share, "notes": list(self.notes)}
        write_manifest(folder, self.command, settings, self.hashes, self.account)


@dataclass(frozen=True)
class Facts(Report):
    """The baseline beside published statistics.

    Attributes
    ----------
    table : DataFrame
        ``facts.csv``: ``series, geo, breakdown, period, unit, published, model, error_pct, source`` and more.
    settings, hashes : dict
        Scale and seed; hashes of world, parameters and code.
    account : Account
        What the computation took.
    """

    table: pd.DataFrame
    settings: dict[str, Any]
    hashes: dict[str, str]
    account: Account = field(default_factory=Account)
    command = "facts"

    @property
    def summary(self) -> pd.DataFrame:
        """How many facts lie within 3, 5 and 10%, by block, and which miss 10%."""
        from jinxiao.calibration.facts import summary

        return summary(self.table)

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Draw the figures."""
        from jinxiao.results.facts_figure import facts_figures

        return facts_figures(self.table, lang)

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write ``facts.csv``, ``.parquet``, the summary, the figure and manifest."""
        write_csv(folder / "facts.csv", self.table)
        write_parquet(folder / "facts.parquet", self.table)
        write_csv(folder / "facts_summary.csv", self.summary.reset_index())
        _write_figures(self.figures(lang), folder)
        write_manifest(folder, self.command, self.settings, self.hashes, self.account)


@dataclass(frozen=True)
class Household(HouseholdDiary, Report):
    """One household's diary, under a scenario and under the reference. ``table`` is ``diary.csv``.

    Attributes
    ----------
    account : Account
        What the computation took.
    """

    account: Account = field(default_factory=Account)
    command = "household"

    def text(self, lang: str = "en", width: int = 100) -> str:
        """Return the diary to read, as plain text of a width in columns."""
        from jinxiao.results.household_text import as_text

        return as_text(self, lang, width)

    @property
    def reasons(self) -> pd.DataFrame:
        """``reasons.csv``: ``household, month, run, kind, reason, text_en, text_zh``."""
        from jinxiao.results.household_text import reasons_frame

        return reasons_frame(self)

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Draw the figures."""
        from jinxiao.results.household_figure import household_figures

        return household_figures(self, lang)

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write ``diary.csv``, ``.parquet`` and ``.txt``, ``reasons.csv`` and ``.parquet``, the figure and manifest."""
        write_csv(folder / "diary.csv", self.table)
        write_parquet(folder / "diary.parquet", self.table)
        write_csv(folder / "reasons.csv", self.reasons)
        write_parquet(folder / "reasons.parquet", self.reasons)
        atomic_write_bytes(folder / "diary.txt", self.text(lang).encode("utf-8"))
        _write_figures(self.figures(lang), folder)
        write_manifest(folder, self.command, self.settings, self.hashes, self.account)


@dataclass(frozen=True)
class Trials(TrialsResult, Report):
    """Natural experiments: published beside model. ``table`` is ``trials.csv``."""

    account: Account = field(default_factory=Account)
    command = "trial"

    def draw_figures(self, lang: str) -> "dict[str, Figure]":
        """Draw the figures."""
        from jinxiao.results.trials_figure import trials_figures

        return trials_figures(self.table, self.settings, lang)

    def write(self, folder: Path, lang: str = "en") -> None:
        """Write ``trials.csv``, ``.parquet``, estimates by draw, paths where there are such, the figure and manifest."""
        write_csv(folder / "trials.csv", self.table)
        write_parquet(folder / "trials.parquet", self.table)
        write_csv(folder / "trials_draws.csv", self.draws)
        if len(self.paths):
            write_csv(folder / "trials_paths.csv", self.paths)
        _write_figures(self.figures(lang), folder)
        write_manifest(folder, self.command, self.settings, self.hashes, self.account)
