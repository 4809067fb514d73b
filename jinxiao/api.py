"""Experiments as ``import jinxiao as jx`` offers them: their results draw and save themselves.

What loads the compiled model is imported when it is used: the command line starts workers that do so first.
"""

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinxiao.experiments import comparison, given_data
from jinxiao.experiments import discovery as discoveries
from jinxiao.experiments import optimise as optimisation
from jinxiao.experiments import sensitivity as sensitivities
from jinxiao.experiments import uplift as uplifts
from jinxiao.files.manifest import Account
from jinxiao.results import report as kinds
from jinxiao.scenarios import Plan, Scenario, read_scenario

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from jinxiao.model.outcomes import Outcomes


def uplift(
    plan: Plan, measures: Iterable[int] | None = None, *, new: str = "whole", **options: Any
) -> kinds.Uplift:
    """Return what each measure adds to consumption, retail sales, services, tourism, jobs and cost.

    Parameters
    ----------
    plan : Plan
        From ``load_plan("shanxi-2025")``.
    measures : iterable of int, optional
        The chosen set; by default every measure of the plan.
    new : {'whole', 'each'}
        Whether to tell what is new under the plan of the chosen set, or of each measure too, which takes more runs.
    **options
        ``scale``, ``draws``, ``seed``, ``months``, ``estimand``, ``closure``, ``reference``, ``jobs``, ...: see
        :func:`jinxiao.experiments.uplift.uplift`.

    Returns
    -------
    Uplift
        With ``table``, ``plot(name)`` and ``save(folder)``.

    Raises
    ------
    InputError
        When an argument is not allowed.
    """
    account = options.pop("account", None) or Account()
    return kinds.of(kinds.Uplift, uplifts.uplift(plan, measures, new=new, **options), account)


def run(
    plan: Plan, scenario: Scenario | str, *, ledger: bool = False, panel: int = 0, **options: Any
) -> kinds.Run:
    """Return one scenario's outcomes over draws.

    Parameters
    ----------
    plan : Plan
        The plan.
    scenario : Scenario or str
        A scenario, its name, its file, or ``measures:5,15``.
    ledger : bool
        Whether to keep every payment between sectors, of the first draw.
    panel : int
        Number of households of the first draw to follow by month.
    **options
        ``scale``, ``draws``, ``seed``, ``months``, ``jobs``, ...: see :func:`jinxiao.experiments.uplift.uplift`.
    """
    account = options.pop("account", None) or Account()
    chosen = _scenario(plan, scenario)
    found = comparison.run_scenario(plan, chosen, **options)
    close_up = None
    if ledger or panel:
        from jinxiao.experiments.close_up import look_closely

        same = {k: v for k, v in options.items() if k in ("scale", "seed", "months")}
        close_up = look_closely(plan, chosen, households=panel, **same)
    return kinds.of(kinds.Run, found, account, close_up=close_up, ledger=ledger)


def compare(
    plan: Plan,
    scenarios: Sequence[Scenario | str],
    *,
    reference: Scenario | str | None = None,
    **options: Any,
) -> kinds.Comparison:
    """Return what scenarios differ by from a reference, the first of them by default, on the same draws.

    Parameters
    ----------
    plan : Plan
        The plan.
    scenarios : sequence of Scenario or str
        Scenarios, names, files, or ``measures:5,15``.
    reference : Scenario or str, optional
        With what they are compared.
    **options
        ``scale``, ``draws``, ``seed``, ``months``, ``jobs``, ...: see :func:`jinxiao.experiments.uplift.uplift`.
    """
    account = options.pop("account", None) or Account()
    chosen = [_scenario(plan, one) for one in scenarios]
    base = None if reference is None else _scenario(plan, reference)
    return kinds.of(kinds.Comparison, comparison.compare(plan, chosen, reference=base, **options), account)


def sensitivity(plan: Plan, measures: Iterable[int] | None = None, **options: Any) -> kinds.Sensitivity:
    """Return what drives the uplift of a measure or of a set: see :func:`jinxiao.experiments.sensitivity.sensitivity`."""
    account = options.pop("account", None) or Account()
    return kinds.of(kinds.Sensitivity, sensitivities.sensitivity(plan, measures, **options), account)


def given_sensitivity(plan: Plan, folder: Any, **options: Any) -> kinds.Sensitivity:
    """Return what drives a result over draws that ``uplift`` or ``discover`` has kept, without new runs.

    Parameters
    ----------
    plan : Plan
        The plan of the earlier command.
    folder : path
        Its folder.
    **options
        ``measure``, ``outcome``, ``method``, ``seed``: see :func:`jinxiao.experiments.given_data.given_sensitivity`.
    """
    account = options.pop("account", None) or Account()
    return kinds.of(kinds.Sensitivity, given_data.given_sensitivity(plan, folder, **options), account)


def optimise(plan: Plan, measures: Iterable[int] | None = None, **options: Any) -> kinds.Optimise:
    """Return the mix of measures that does most for a goal under a budget.

    Parameters
    ----------
    plan : Plan
        The plan.
    measures : iterable of int, optional
        Measures to choose from; by default all.
    **options
        ``budget``, ``goal``, ``delays``, ``draws``, ``search_draws``, ``scale``, ...: see
        :func:`jinxiao.experiments.optimise.optimise`.

    Returns
    -------
    Optimise
        With ``table``, ``front``, ``scenario()``, ``plot("optimise")`` and ``save(folder)``.
    """
    account = options.pop("account", None) or Account()
    return kinds.of(kinds.Optimise, optimisation.optimise(plan, measures, **options), account)


def discover(
    plan: Plan, scenario: Scenario | str = "plan", *, against: Sequence[Scenario | str] = (), **options: Any
) -> kinds.Discovery:
    """Return the conditions under which a scenario falls short, and the regret of choosing it.

    Parameters
    ----------
    plan : Plan
        The plan.
    scenario : Scenario or str
        A scenario, its name, its file, or ``measures:5,15``.
    against : sequence of Scenario or str
        Other mixes.
    **options
        ``outcome``, ``below``, ``draws``, ``scale``, ...: see :func:`jinxiao.experiments.discovery.discover`.

    Returns
    -------
    Discovery
        With ``table``, ``regret``, ``plot("discover")`` and ``save(folder)``.
    """
    account = options.pop("account", None) or Account()
    chosen, others = _scenario(plan, scenario), [_scenario(plan, one) for one in against]
    return kinds.of(kinds.Discovery, discoveries.discover(plan, chosen, against=others, **options), account)


def facts(*, scale: int = 100, seed: int = 1, account: Account | None = None) -> kinds.Facts:
    """Return the baseline of 2024 beside published statistics: see :func:`jinxiao.experiments.baseline_facts.run_facts`."""
    from jinxiao.calibration.facts import MONTHS
    from jinxiao.experiments import baseline_facts

    account = account or Account()
    table = baseline_facts.run_facts(scale, seed)
    return kinds.Facts(
        table,
        {"plan": baseline_facts.PLAN, "scale": scale, "months": MONTHS, "seed": seed},
        baseline_facts.hashes(scale),
        account,
    )


def household(
    plan: Plan,
    household: int,
    scenario: Scenario | str = "plan",
    *,
    reference: Scenario | str = "without",
    **options: Any,
) -> kinds.Household:
    """Return one household's diary under a scenario, beside the reference.

    Parameters
    ----------
    plan : Plan
        The plan.
    household : int
        Position in the synthetic province of this scale and seed.
    scenario, reference : Scenario or str
        Scenarios, names, files, or ``measures:5,15``.
    **options
        ``scale``, ``seed``, ``months``, ``closure``: see :func:`jinxiao.experiments.close_up.keep_diary`.

    Returns
    -------
    Household
        With ``table``, ``reasons``, ``text()``, ``plot("diary")`` and ``save(folder)``.
    """
    from jinxiao.experiments.close_up import keep_diary

    account = options.pop("account", None) or Account()
    found = keep_diary(plan, _scenario(plan, scenario), _scenario(plan, reference), household, **options)
    return kinds.of(kinds.Household, found, account)


def find_households(
    plan: Plan, text: str, *, scale: int = 100, seed: int = 1, lang: str = "en"
) -> "pd.DataFrame":
    """Return some households of a kind, such as ``rural, retired, quintile 1``: see :func:`household`."""
    from jinxiao.experiments.close_up import households_at_start
    from jinxiao.results.household_people import find_households as find

    return find(households_at_start(plan, scale=scale, seed=seed), text, lang)


def trial(trials: Sequence[Any] | str = "all", **options: Any) -> kinds.Trials:
    """Return natural experiments re-enacted in the model.

    Parameters
    ----------
    trials : str or sequence of Trial
        Identifier, file, folder or ``all``; or trials that were read.
    **options
        ``scale``, ``draws``, ``seed``, ``jobs``: see :func:`jinxiao.experiments.trials.run.run_trials`.

    Returns
    -------
    Trials
        With ``table``, ``plot("trials")`` and ``save(folder)``.
    """
    from jinxiao.experiments.trials.run import run_trials
    from jinxiao.experiments.trials.trial_file import find_trials

    account = options.pop("account", None) or Account()
    chosen = find_trials(trials) if isinstance(trials, str) else list(trials)
    return kinds.of(kinds.Trials, run_trials(chosen, **options), account)


def to_xarray(outcomes: "Outcomes") -> "xr.Dataset":
    """Return the outcomes of a single economy as labelled arrays; results of experiments have a method of that name.

    Parameters
    ----------
    outcomes : Outcomes
        From ``economy.outcomes()``.

    Returns
    -------
    xarray.Dataset
        See :func:`jinxiao.experiments.arrays.outcomes_array`.
    """
    from jinxiao.experiments.arrays import outcomes_array

    return outcomes_array(outcomes)


def read_results(path: str | PathLike[str]) -> kinds.Report:
    """Return the results in a folder, to draw again, in either language, or to reckon with.

    Parameters
    ----------
    path : str or path
        A folder that a command or ``save`` has written.

    Raises
    ------
    InputError
        When it is no folder of results.
    """
    from jinxiao.results.reading import read_results as read

    return read(path)


def report(
    runs: Sequence[str | PathLike[str]] | str | PathLike[str],
    out: str | PathLike[str],
    *,
    lang: str = "en",
    formats: Sequence[str] = ("docx", "html", "xlsx"),
) -> list[Path]:
    """Write a report on folders of results and return its files: see ``jinxiao report``.

    Parameters
    ----------
    runs : path or sequence of paths
        Folders that commands or ``save`` have written.
    out : str or path
        Folder of the report.
    lang : {'en', 'zh'}
        Language of the report.
    formats : sequence of {'docx', 'html', 'xlsx'}
        Which of them; DOCX and XLSX need the extra ``report``.
    """
    from jinxiao.results.documents.assemble import write_report

    paths = [runs] if isinstance(runs, str | PathLike) else list(runs)
    return write_report(paths, out, lang=lang, formats=formats)


def _scenario(plan: Plan, given: Scenario | str) -> Scenario:
    return given if isinstance(given, Scenario) else read_scenario(plan, given)
