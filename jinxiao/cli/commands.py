"""The commands: read options, run, write the folder, print the answer. What is heavy is imported inside."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from jinxiao.cli import options as o
from jinxiao.cli.options import Closure, Format, Lang, Listing, Method, New, Reference, Sampling
from jinxiao.cli.run_store import runs_app
from jinxiao.cli.session import Session, print_frame
from jinxiao.files.errors import InputError

PLAN = "shanxi-2025"
app = typer.Typer(
    name="jinxiao",
    help="What each measure of a consumption plan adds: to consumption, for whom, when, at what cost. 晋消",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"jinxiao {version('jinxiao')}")
        raise typer.Exit


app.add_typer(runs_app, name="runs")


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def uplift(
    plan: o.Plan = PLAN,
    measures: o.Measures = None,
    estimand: Annotated[
        str,
        typer.Option(help="Of first_in, last_in, shapley, owen: one or several, such as first_in,shapley."),
    ] = "first_in",
    closure: Annotated[
        str, typer.Option(help="full: markets answer; direct: first round only; or full,direct.")
    ] = "full",
    reference: Annotated[
        Reference,
        typer.Option(help="Against no measures at all, or against what ran before the plan."),
    ] = Reference.without,
    new: Annotated[
        New,
        typer.Option(
            help="Tell what is new under the plan of the whole, or of each measure too (more runs)."
        ),
    ] = New.whole,
    interactions: o.Interactions = None,
    months: o.Months = 48,
    scale: o.Scale = 100,
    draws: o.Draws = 8,
    seeds_per_draw: o.SeedsPerDraw = 1,
    sampling: o.SamplingOption = Sampling.independent,
    precision: o.Precision = None,
    seed: o.Seed = 1,
    out: o.Out = None,
    jobs: o.Jobs = None,
    cluster: o.Cluster = None,
    fresh: o.Fresh = False,
    strict: o.Strict = False,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
    watch: o.Watch = False,
    quiet: o.Quiet = False,
) -> None:
    """What each measure adds, with intervals, cost, groups and time path."""
    session = Session("uplift", lang, form, quiet)
    o.check_jobs(jobs)
    o.check_cluster(cluster, jobs)
    from jinxiao.experiments.attribution import ESTIMANDS
    from jinxiao.experiments.runs import CLOSURES
    from jinxiao.scenarios import load_plan

    estimands, closures = o.words(estimand), o.words(closure)
    o.one_of("estimand", estimands, ESTIMANDS)
    o.one_of("closure", closures, CLOSURES)
    chosen_plan = load_plan(plan)
    chosen = o.measures_of(chosen_plan, measures)
    options: dict[str, Any] = {
        "scale": scale, "draws": draws, "seed": seed, "months": months,
        "estimand": estimands, "closure": closures, "reference": reference.value, "new": new.value,
    }  # fmt: skip
    options |= {
        name: value
        for name, value, default in (
            ("seeds_per_draw", seeds_per_draw, 1),
            ("sampling", sampling.value, Sampling.independent.value),
            ("precision", precision, None),
            ("interactions", list(o.measures_of(chosen_plan, interactions) or ()), []),
        )
        if value != default  # a question that says no more than before keeps its folder
    }
    asked = {"plan": chosen_plan.name, "measures": chosen or tuple(chosen_plan.measures), **options}
    with session.folder(out, asked) as folder, session.progress() as progress:
        from jinxiao import api

        result = api.uplift(
            chosen_plan, chosen, **options, jobs=jobs, cluster=cluster, fresh=fresh, strict=strict, progress=progress,
            interim=session.interim(progress, watch), account=session.account,
        )  # fmt: skip
        progress.stage("figures")
        result.write(folder, lang)
    from jinxiao.results.tables import uplift_frame, uplift_summary

    session.answer(uplift_summary(result, lang), uplift_frame(result, lang), _uplift_notes(result))


def _uplift_notes(result: Any) -> tuple[str, ...]:
    from jinxiao.experiments.uplift import shapley_gap

    notes = [f"note: {note}" for note in result.notes]
    for name, shares in (("shapley", result.shapley_draws), ("owen", result.owen_draws)):
        if shares is not None:
            notes.append(f"{name} efficiency: max |sum of shares - whole| = {shapley_gap(shares):.3g}")
    return tuple(notes)


@app.command()
def run(
    scenario: Annotated[
        str, typer.Argument(help="without, baseline, plan, actual, measures:5,15, or a YAML file.")
    ],
    ledger: Annotated[
        bool, typer.Option("--ledger", help="Add the transactions-flow matrix and balance sheets.")
    ] = False,
    panel: Annotated[int, typer.Option(help="Add a panel of so many households, by month.")] = 0,
    plan: o.Plan = PLAN,
    months: o.Months = 48,
    scale: o.Scale = 100,
    draws: o.Draws = 8,
    seed: o.Seed = 1,
    out: o.Out = None,
    jobs: o.Jobs = None,
    cluster: o.Cluster = None,
    fresh: o.Fresh = False,
    strict: o.Strict = False,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
    quiet: o.Quiet = False,
) -> None:
    """One scenario's outcomes by month, city, residence, quintile and category."""
    session = Session("run", lang, form, quiet)
    o.check_jobs(jobs)
    o.check_cluster(cluster, jobs)
    if panel < 0:
        raise InputError(field="panel", found=str(panel), allowed="a whole number from 0 on")
    from jinxiao.scenarios import load_plan, read_scenario

    chosen_plan = load_plan(plan)
    chosen = read_scenario(chosen_plan, scenario)
    options = {"scale": scale, "draws": draws, "seed": seed, "months": months}
    asked = {
        "plan": chosen_plan.name,
        "scenario": (chosen.name, chosen.hash),
        "ledger": ledger,
        "panel": panel,
    }
    with session.folder(out, {**asked, **options}) as folder, session.progress() as progress:
        from jinxiao import api

        result = api.run(
            chosen_plan, chosen, ledger=ledger, panel=panel, **options,
            jobs=jobs, cluster=cluster, fresh=fresh, strict=strict, progress=progress, account=session.account,
        )  # fmt: skip
        progress.stage("figures")
        result.write(folder, lang)
    from jinxiao.results.tables import run_frame, run_summary

    frame = result.frame
    session.answer(run_summary(frame, lang), run_frame(frame), _missing(result))


@app.command()
def compare(
    scenarios: Annotated[
        list[str],
        typer.Argument(metavar="SCENARIO...", help="Two or more: names, measures:5,15, YAML files."),
    ],
    reference: Annotated[
        str | None, typer.Option(help="What the others are compared with; the first by default.")
    ] = None,
    plan: o.Plan = PLAN,
    months: o.Months = 48,
    scale: o.Scale = 100,
    draws: o.Draws = 8,
    seed: o.Seed = 1,
    out: o.Out = None,
    jobs: o.Jobs = None,
    cluster: o.Cluster = None,
    fresh: o.Fresh = False,
    strict: o.Strict = False,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
    quiet: o.Quiet = False,
) -> None:
    """Scenarios or mixes side by side on the same draws."""
    session = Session("compare", lang, form, quiet)
    o.check_jobs(jobs)
    o.check_cluster(cluster, jobs)
    from jinxiao.scenarios import load_plan, read_scenario

    chosen_plan = load_plan(plan)
    chosen = [read_scenario(chosen_plan, one) for one in scenarios]
    base = None if reference is None else read_scenario(chosen_plan, reference)
    options = {"scale": scale, "draws": draws, "seed": seed, "months": months}
    asked = {
        "plan": chosen_plan.name,
        "scenarios": [(s.name, s.hash) for s in ([base] if base else []) + chosen],
        **options,
    }
    with session.folder(out, asked) as folder, session.progress() as progress:
        from jinxiao import api

        result = api.compare(
            chosen_plan, chosen, reference=base, **options,
            jobs=jobs, cluster=cluster, fresh=fresh, strict=strict, progress=progress, account=session.account,
        )  # fmt: skip
        progress.stage("figures")
        result.write(folder, lang)
    from jinxiao.results.tables import compare_frame, compare_summary

    session.answer(
        compare_summary(result.shown, lang, result.about(lang)),
        compare_frame(result.table, lang),
        _missing(result),
    )


def _missing(result: Any) -> tuple[str, ...]:
    """Return a line on draws that are missing, if any are."""
    from jinxiao.experiments.failures import missing_notes

    asked = result.settings["draws"]
    return tuple(f"note: {note}" for note in missing_notes(asked, result.failures))


@app.command()
def measures(
    what: Annotated[
        Listing,
        typer.Argument(help="list; show with a number; overlaps; schema with a folder for JSON schemas."),
    ] = Listing.list,
    number: Annotated[
        str | None, typer.Argument(metavar="N|FOLDER", help="Number of a measure; folder of schemas.")
    ] = None,
    plan: o.Plan = PLAN,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
) -> None:
    """The catalogue of measures: levers, parameters, sources, evidence grade."""
    from jinxiao.scenarios import load_plan

    if what is Listing.schema:
        return _write_schemas(number)
    chosen_plan = load_plan(plan)
    known = ", ".join(map(str, chosen_plan.measures))
    if what in (Listing.list, Listing.overlaps):
        if number is not None:
            raise InputError(field=f"measures {what.value}", found=f"'{number}'", allowed="nothing after it")
        if what is Listing.overlaps:
            return _list_overlaps(chosen_plan, lang, form)
        return _list_measures(chosen_plan, lang, form)
    if number is None:
        raise InputError(field="measures show", found="no number", allowed=known)
    chosen = o.measures_of(chosen_plan, number) or ()
    if len(chosen) != 1:
        raise InputError(field="measures show", found=f"'{number}'", allowed=f"one of {known}")
    return _show_measure(chosen_plan, chosen[0], lang, form)


def _list_measures(plan: Any, lang: Lang, form: Format) -> None:
    from jinxiao.results.tables import measures_frame, measures_list

    if form is not Format.table:
        return print_frame(measures_frame(plan), form)
    return _print(measures_list(plan, lang))


def _list_overlaps(plan: Any, lang: Lang, form: Format) -> None:
    from jinxiao.results.tables import overlaps_frame, overlaps_list

    if form is not Format.table:
        return print_frame(overlaps_frame(plan), form)
    return _print(overlaps_list(plan, lang))


def _write_schemas(folder: str | None) -> None:
    from pathlib import Path

    from jinxiao.scenarios.schema import write_schemas

    if folder is None:
        raise InputError(field="measures schema", found="no folder", allowed="a folder to write schemas into")
    try:
        written = write_schemas(Path(folder))
    except OSError as error:
        raise InputError(
            field="measures schema",
            found=f"'{folder}' ({error.strerror})",
            allowed="a folder that can be written",
        ) from None
    for file in written:
        print(file)


def _show_measure(plan: Any, number: int, lang: Lang, form: Format) -> None:
    from jinxiao.scenarios.catalogue import describe_measure, show_measure

    if form is Format.table:
        return _print(show_measure(plan, number, lang))
    record = describe_measure(plan, number, lang)
    if form is Format.json:
        import json

        print(json.dumps(record, ensure_ascii=False, indent=2))
        return None
    import pandas as pd

    return print_frame(pd.DataFrame(record["parameters"]), form)


def _print(renderable: Any) -> None:
    from rich.console import Console

    from jinxiao.cli.session import WIDTH

    Console(width=None if sys.stdout.isatty() else WIDTH).print(renderable)


@app.command()
def sensitivity(
    method: Annotated[Method, typer.Option(help="Way of looking.")] = Method.morris,
    outcome: Annotated[
        str, typer.Option(help="An outcome such as retail_sales, or additional_per_yuan.")
    ] = "total_consumption",
    measure: Annotated[
        int, typer.Option(help="The measure whose uplift is looked at; 0: all chosen ones together.")
    ] = 0,
    measures: o.Measures = None,
    size: Annotated[
        int | None,
        typer.Option(
            help="Trajectories (morris, 8), base samples (sobol, 64), points (pawn, delta, 512; emulator, 256)."
        ),
    ] = None,
    second_order: Annotated[
        bool, typer.Option("--second-order", help="With sobol and emulator: shares of pairs, too.")
    ] = False,
    groups: Annotated[
        bool,
        typer.Option(
            "--groups", help="With morris and sobol: numbers of a mechanism move together (far fewer runs)."
        ),
    ] = False,
    given: Annotated[
        Path | None,
        typer.Option(help="Folder of uplift or discover: look at its draws (delta, pawn); no new runs."),
    ] = None,
    reference: Annotated[
        Reference, typer.Option(help="What measures are compared with.")
    ] = Reference.without,
    plan: o.Plan = PLAN,
    months: o.Months = 48,
    scale: o.Scale = 1000,
    seed: o.Seed = 1,
    out: o.Out = None,
    jobs: o.Jobs = None,
    cluster: o.Cluster = None,
    fresh: o.Fresh = False,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
    quiet: o.Quiet = False,
) -> None:
    """What drives the result: every uncertain number, moved over its prior."""
    session = Session("sensitivity", lang, form, quiet)
    o.check_jobs(jobs)
    o.check_cluster(cluster, jobs)
    from jinxiao.scenarios import load_plan

    chosen_plan = load_plan(plan)
    if given is not None:
        return _given_sensitivity(session, chosen_plan, given, method, measure, outcome, seed, out, lang)
    chosen = o.measures_of(chosen_plan, measures)
    options: dict[str, Any] = {
        "measure": measure, "outcome": outcome, "method": method.value,
        "size": SIZES[method] if size is None else size, "second_order": second_order, "grouped": groups,
        "scale": scale, "seed": seed, "months": months, "reference": reference.value,
    }  # fmt: skip
    asked = {"plan": chosen_plan.name, "measures": chosen, **options}
    with session.folder(out, asked) as folder, session.progress() as progress:
        from jinxiao import api

        result = api.sensitivity(
            chosen_plan, chosen, **options, jobs=jobs, cluster=cluster, fresh=fresh, progress=progress,
            account=session.account,
        )  # fmt: skip
        progress.stage("figures")
        result.write(folder, lang)
    from jinxiao.results.tables import sensitivity_frame, sensitivity_summary

    session.answer(sensitivity_summary(result, lang), sensitivity_frame(result, lang), result.notes)


SIZES = {Method.morris: 8, Method.sobol: 64, Method.pawn: 512, Method.delta: 512, Method.emulator: 256}
"""Sizes of designs that a person can wait for."""


def _given_sensitivity(
    session: Session,
    plan: Any,
    folder: Path,
    method: Method,
    measure: int,
    outcome: str,
    seed: int,
    out: o.Out,
    lang: Lang,
) -> None:
    """Look at draws that are there already; delta unless another method is asked for."""
    options: dict[str, Any] = {
        "measure": measure, "outcome": outcome, "seed": seed,
        "method": Method.delta.value if method is Method.morris else method.value,
    }  # fmt: skip
    with session.folder(out, {"plan": plan.name, "given": str(folder), **options}) as target:
        from jinxiao import api

        result = api.given_sensitivity(plan, folder, **options, account=session.account)
        result.write(target, lang)
    from jinxiao.results.tables import sensitivity_frame, sensitivity_summary

    session.answer(sensitivity_summary(result, lang), sensitivity_frame(result, lang), result.notes)


@app.command()
def optimise(
    budget: Annotated[
        str,
        typer.Option(help="Yuan over the window, such as 5e9; or plan: what the measures cost in the plan."),
    ],
    goal: Annotated[
        str,
        typer.Option(
            help="total_consumption, quintile_1, cities (the poorest), jobs; several ask for their front."
        ),
    ] = "total_consumption",
    measures: o.Measures = None,
    delays: Annotated[
        str, typer.Option(help="Months by which a measure may begin later; 0: all begin as in the plan.")
    ] = "6",
    search_draws: Annotated[
        int,
        typer.Option(help="Draws of the search; --draws are the fresh ones.", rich_help_panel="Simulation"),
    ] = 4,
    plan: o.Plan = PLAN,
    months: o.Months = 48,
    scale: o.Scale = 1000,
    draws: o.Draws = 8,
    seed: o.Seed = 1,
    out: o.Out = None,
    jobs: o.Jobs = None,
    cluster: o.Cluster = None,
    fresh: o.Fresh = False,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
    quiet: o.Quiet = False,
) -> None:
    """The best mix of measures under a budget, judged on draws it was not chosen on."""
    session = Session("optimise", lang, form, quiet)
    o.check_jobs(jobs)
    o.check_cluster(cluster, jobs)
    from jinxiao.scenarios import load_plan

    chosen_plan = load_plan(plan)
    chosen = o.measures_of(chosen_plan, measures)
    options: dict[str, Any] = {
        "budget": "plan" if budget == "plan" else o.number("budget", budget, "yuan, such as 5e9, or plan"),
        "goal": o.words(goal), "delays": [int(o.number("delays", word, "months, such as 6")) for word in o.words(delays)],
        "draws": draws, "search_draws": search_draws, "scale": scale, "seed": seed, "months": months,
    }  # fmt: skip
    asked = {"plan": chosen_plan.name, "measures": chosen, **options}
    with session.folder(out, asked) as folder, session.progress() as progress:
        from jinxiao import api

        result = api.optimise(
            chosen_plan,
            chosen,
            **options,
            jobs=jobs,
            cluster=cluster,
            fresh=fresh,
            progress=progress,
            account=session.account,
        )
        progress.stage("figures")
        result.write(folder, lang)
    from jinxiao.results.mixes_figures import optimise_frame, optimise_notes, optimise_summary

    session.answer(optimise_summary(result, lang), optimise_frame(result, lang), optimise_notes(result, lang))


@app.command()
def discover(
    scenario: Annotated[
        str, typer.Argument(help="without, baseline, plan, actual, measures:5,15, or a YAML file.")
    ] = "plan",
    outcome: Annotated[
        str, typer.Option(help="An outcome such as total_consumption, or additional_per_yuan.")
    ] = "additional_per_yuan",
    below: Annotated[
        str, typer.Option(help="A draw falls short below this number, below the median, or below break_even.")
    ] = "median",
    against: Annotated[
        list[str] | None,
        typer.Option(help="Another mix, for the table of regret; may be given several times."),
    ] = None,
    plan: o.Plan = PLAN,
    months: o.Months = 48,
    scale: o.Scale = 1000,
    draws: o.Draws = 200,
    seed: o.Seed = 1,
    out: o.Out = None,
    jobs: o.Jobs = None,
    cluster: o.Cluster = None,
    fresh: o.Fresh = False,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
    quiet: o.Quiet = False,
) -> None:
    """The conditions under which a mix falls short (PRIM, CART), and the regret of choosing it."""
    session = Session("discover", lang, form, quiet)
    o.check_jobs(jobs)
    o.check_cluster(cluster, jobs)
    from jinxiao.scenarios import load_plan, read_scenario

    chosen_plan = load_plan(plan)
    chosen, others = (
        read_scenario(chosen_plan, scenario),
        [read_scenario(chosen_plan, one) for one in against or ()],
    )
    words = ("median", "break_even")
    options: dict[str, Any] = {
        "outcome": outcome, "below": below if below in words else o.number("below", below, "a number, median or break_even"),
        "draws": draws, "scale": scale, "seed": seed, "months": months,
    }  # fmt: skip
    asked = {
        "plan": chosen_plan.name,
        "scenarios": [(s.name, s.hash) for s in (chosen, *others)],
        **options,
    }
    with session.folder(out, asked) as folder, session.progress() as progress:
        from jinxiao import api

        result = api.discover(
            chosen_plan,
            chosen,
            against=others,
            **options,
            jobs=jobs,
            cluster=cluster,
            fresh=fresh,
            progress=progress,
            account=session.account,
        )
        progress.stage("figures")
        result.write(folder, lang)
    from jinxiao.results.discovery_figure import discovery_frame, discovery_notes, discovery_summary

    session.answer(
        discovery_summary(result, lang), discovery_frame(result, lang), discovery_notes(result, lang)
    )


@app.command()
def facts(
    scale: o.Scale = 100,
    seed: o.Seed = 1,
    out: o.Out = None,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
    quiet: o.Quiet = False,
) -> None:
    """The model's baseline beside the published statistics, series by series."""
    session = Session("facts", lang, form, quiet)
    from jinxiao.experiments.uplift import check_sample

    check_sample(scale, seed)
    with (
        session.folder(out, {"scale": scale, "seed": seed}) as folder,
        session.progress(kept=False) as progress,
    ):
        from jinxiao import api

        progress(0, 1)
        result = api.facts(scale=scale, seed=seed, account=session.account)
        progress.stage("figures")
        result.write(folder, lang)
    from jinxiao.results.tables import facts_frame, facts_summary

    session.answer(facts_summary(result.table, lang), facts_frame(result.table, lang))


@app.command()
def household(
    number: Annotated[
        int | None,
        typer.Argument(
            metavar="ID", help="Position of the household in the synthetic province; --find gives some."
        ),
    ] = None,
    scenario: Annotated[
        str, typer.Argument(help="plan, baseline, actual, measures:5,15, or a YAML file.")
    ] = "plan",
    find: Annotated[
        str | None,
        typer.Option(
            help='List households of a kind instead: "rural, retired, quintile 1", "urban, young, renting".'
        ),
    ] = None,
    reference: Annotated[str, typer.Option(help="With what the scenario is compared.")] = "without",
    closure: Annotated[
        Closure,
        typer.Option(
            help="direct: markets as in the reference; full: markets answer, and reach every household."
        ),
    ] = Closure.direct,
    plan: o.Plan = PLAN,
    months: o.Months = 48,
    scale: o.Scale = 100,
    seed: o.Seed = 1,
    out: o.Out = None,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
    quiet: o.Quiet = False,
) -> None:
    """One household's diary: who they are, what came in, what they bought and why, with and without a measure."""
    session = Session("household", lang, form, quiet)
    from jinxiao.scenarios import load_plan, read_scenario

    chosen_plan = load_plan(plan)
    if (number is None) == (find is None):
        found = "no ID" if find is None else "an ID and --find"
        raise InputError("household", field="ID", found=found, allowed="one of an ID and --find")
    if number is None:
        from jinxiao import api
        from jinxiao.results.household_text import found_table

        table = api.find_households(chosen_plan, str(find), scale=scale, seed=seed, lang=lang.value)
        session.answer(found_table(table, lang), table)
        return
    chosen, base = read_scenario(chosen_plan, scenario), read_scenario(chosen_plan, reference)
    options = {"scale": scale, "seed": seed, "months": months, "closure": closure.value}
    asked = {
        "plan": chosen_plan.name,
        "scenarios": [(s.name, s.hash) for s in (chosen, base)],
        "household": number,
        **options,
    }
    with session.folder(out, asked) as folder, session.progress(kept=False) as progress:
        from jinxiao import api

        result = api.household(
            chosen_plan, number, chosen, reference=base, **options, progress=progress, account=session.account
        )
        progress.stage("figures")
        result.write(folder, lang)
    from jinxiao.results.household_text import household_text

    session.answer(household_text(result, lang), result.reasons)


@app.command()
def trial(
    which: Annotated[
        str,
        typer.Argument(
            metavar="[ID|FILE|FOLDER|all]", help="A trial such as E15, a file, a folder, or all of them."
        ),
    ] = "all",
    scale: o.Scale = 200,
    draws: o.Draws = 8,
    seed: o.Seed = 1,
    out: o.Out = None,
    jobs: o.Jobs = None,
    lang: o.LangOption = Lang.en,
    form: o.FormatOption = Format.table,
    quiet: o.Quiet = False,
) -> None:
    """Natural experiments re-enacted: published value and band beside the model's estimate and interval."""
    session = Session("trial", lang, form, quiet)
    o.check_jobs(jobs)
    from jinxiao.experiments.trials.trial_file import find_trials

    trials = find_trials(which)
    options = {"scale": scale, "draws": draws, "seed": seed}
    asked = {"trials": [one.model_dump_json() for one in trials], **options}
    with session.folder(out, asked) as folder, session.progress(kept=False) as progress:
        from jinxiao import api

        result = api.trial(trials, **options, jobs=jobs, progress=progress, account=session.account)
        progress.stage("figures")
        result.write(folder, lang)
    from jinxiao.results.trials_tables import trials_frame, trials_notes, trials_summary

    session.answer(
        trials_summary(result.table, lang), trials_frame(result.table, lang), trials_notes(result.table, lang)
    )


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of results of any commands.")],
    form: Annotated[
        str, typer.Option("--format", help="Of docx, html, xlsx: one or several.", rich_help_panel=o.OUTPUT)
    ] = "docx,html,xlsx",
    out: o.Out = None,
    lang: o.LangOption = Lang.en,
) -> None:
    """A report to hand on: DOCX, one HTML page and a workbook, from folders of results."""
    session = Session("report", lang, Format.table, quiet=True)
    from jinxiao.results.documents.assemble import check_formats, write_report
    from jinxiao.results.reading import read_folder

    formats = check_formats(o.words(form))
    asked = {"runs": [read_folder(one).manifest for one in runs], "formats": formats}
    target = out if out is not None else session.default_folder(asked)
    for file in write_report(runs, target, lang=lang.value, formats=formats, account=session.account):
        print(file)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A scenario, measure, plan, trial (YAML) or data file (CSV).")],
    plan: o.Plan = PLAN,
) -> None:
    """Whether a file is valid: a scenario, a measure, a plan, a trial, or data."""
    from jinxiao.cli.check import check_file
    from jinxiao.scenarios import load_plan

    kind, about = check_file(file, load_plan(plan))
    print(f"{file}: valid {kind}: {about}")
