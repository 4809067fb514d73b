"""The options that commands share, and what their texts mean."""

import math
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from jinxiao.files.errors import InputError


class Lang(StrEnum):
    """Language of names and figures."""

    zh = "zh"
    en = "en"


class Format(StrEnum):
    """Form in which the answer is printed."""

    table = "table"
    csv = "csv"
    json = "json"


class Reference(StrEnum):
    """What measures are compared with."""

    without = "without"
    baseline = "baseline"


class Closure(StrEnum):
    """Whether markets answer."""

    direct = "direct"
    full = "full"


class New(StrEnum):
    """Of what the part that is new under the plan is told."""

    whole = "whole"
    each = "each"
    authority = "authority"


class Sampling(StrEnum):
    """How parameters are drawn from their priors."""

    independent = "independent"
    sobol = "sobol"
    antithetic = "antithetic"


class Method(StrEnum):
    """Ways of finding what drives a result."""

    morris = "morris"
    sobol = "sobol"
    pawn = "pawn"
    delta = "delta"
    emulator = "emulator"


class Listing(StrEnum):
    """What the catalogue is asked for."""

    list = "list"
    show = "show"
    overlaps = "overlaps"
    schema = "schema"


OUTPUT, MODEL = "Output", "Simulation"
Plan = Annotated[str, typer.Option(help="A plan of the catalogue, or a plan file.", rich_help_panel=MODEL)]
Measures = Annotated[
    str | None, typer.Option(help="Numbers of measures, such as 5,15,21; all of them by default.")
]
Months = Annotated[int, typer.Option(help="Months simulated from January 2024 on.", rich_help_panel=MODEL)]
Scale = Annotated[
    int, typer.Option(help="Real households that a simulated one stands for.", rich_help_panel=MODEL)
]
Draws = Annotated[int, typer.Option(help="Draws of seed and uncertain parameters.", rich_help_panel=MODEL)]
Seed = Annotated[int, typer.Option(help="Number that fixes all randomness.", rich_help_panel=MODEL)]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder of results; runs/COMMAND-HASH by default.", rich_help_panel=OUTPUT),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        help="Processes; one a core by default. Results do not depend on it.", rich_help_panel=MODEL
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Run on a Dask cluster that is there: tcp://HOST:PORT of its scheduler.",
        rich_help_panel=MODEL,
    ),
]
LangOption = Annotated[
    Lang, typer.Option("--lang", help="Language of names and figures.", rich_help_panel=OUTPUT)
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="Form of the answer on the screen.", rich_help_panel=OUTPUT)
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.", rich_help_panel=OUTPUT)]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh/--resume",
        help="Compute again what is in the run store, or take it from there.",
        rich_help_panel=MODEL,
    ),
]


Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Stop at the first run that fails, instead of leaving its draw out.",
        rich_help_panel=MODEL,
    ),
]
SeedsPerDraw = Annotated[
    int,
    typer.Option(
        help="Economies with other random numbers at each draw: tells chance from uncertain parameters.",
        rich_help_panel=MODEL,
    ),
]
SamplingOption = Annotated[
    Sampling,
    typer.Option("--sampling", help="How parameters are drawn from their priors.", rich_help_panel=MODEL),
]
Precision = Annotated[
    float | None,
    typer.Option(
        help="Wished standard error of the mean as a share of it, such as 0.05: how many more draws?",
        rich_help_panel=OUTPUT,
    ),
]
Interactions = Annotated[
    str | None,
    typer.Option(help="Measures of which to tell what each pair adds beyond the two apart, such as 7,8,15."),
]
Watch = Annotated[
    bool,
    typer.Option(
        "--progress", help="Show the answer so far on stderr, every minute.", rich_help_panel=OUTPUT
    ),
]


def words(text: str) -> list[str]:
    """Return the words of a list such as ``first_in, last_in``."""
    return [word for word in text.replace(",", " ").split()]


def number(field: str, text: str, allowed: str) -> float:
    """Return the finite number that a text is.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(field=field, found=f"'{text}'", allowed=allowed)
    return value


def measures_of(plan: Any, text: str | None) -> tuple[int, ...] | None:
    """Return the numbers in a list of measures; none when there is no list.

    Raises
    ------
    InputError
        When one is not a measure of the plan.
    """
    if text is None:
        return None
    from jinxiao.scenarios import read_measures

    if not text.isascii():
        raise InputError(field="measures", found=f"'{text}'", allowed=", ".join(map(str, plan.measures)))
    return read_measures(plan, text)


def check_jobs(jobs: int | None) -> None:
    """Refuse fewer processes than one."""
    if jobs is not None and jobs < 1:
        raise InputError(field="jobs", found=str(jobs), allowed="a whole number from 1 on")


def check_cluster(address: str | None, jobs: int | None) -> None:
    """Refuse a number of processes beside a cluster, which has its own."""
    if address is not None and jobs is not None:
        raise InputError(
            field="jobs", found=str(jobs), allowed="nothing beside --cluster, which has its own workers"
        )


def one_of(field: str, given: Sequence[str], allowed: Sequence[str]) -> None:
    """Refuse words that are not allowed."""
    for word in given or [""]:
        if word not in allowed:
            raise InputError(field=field, found=f"'{word}'", allowed=", ".join(allowed))
