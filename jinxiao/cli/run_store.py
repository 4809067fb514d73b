"""``jinxiao runs``: what the run store holds, how to make it smaller, and to repeat a run that failed."""

import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from jinxiao.cli.options import Format, FormatOption
from jinxiao.files.errors import InputError

runs_app = typer.Typer(
    help="The store of finished runs: list, prune, repeat one that failed.", no_args_is_help=True
)
SHOWN = ("scenario", "scale", "months", "draw", "replicate", "seed", "closure", "seconds", "bytes", "written")
"""Columns of the list on a screen."""
Store = Annotated[
    Path | None, typer.Option(help="Folder of the store; $JINXIAO_STORE or runs/.store by default.")
]


def _folder(given: Path | None) -> Path:
    from jinxiao.experiments.store import default_folder

    folder = given or default_folder()
    if given is not None and not folder.is_dir():
        raise InputError(field="store", found=f"'{folder}'", allowed="a folder that is there")
    return folder


@runs_app.command("list")
def list_runs(
    store: Store = None,
    last: Annotated[int, typer.Option(help="Newest runs shown; with csv and json all are.")] = 20,
    form: FormatOption = Format.table,
) -> None:
    """Finished runs, the newest last; brings index.parquet in the store up to date."""
    from jinxiao.cli.session import print_frame
    from jinxiao.experiments.run_index import update_index

    folder = _folder(store)
    table = update_index(folder)
    if form is not Format.table:
        return print_frame(table, form)
    _show(table.tail(max(last, 0)), f"{len(table)} runs, {table['bytes'].sum() / 2**20:.1f} MiB in {folder}")


@runs_app.command("prune")
def prune_runs(
    older_than: Annotated[
        str | None, typer.Option(help="Remove runs older than, such as 30d or 12h.")
    ] = None,
    other_code: Annotated[
        bool,
        typer.Option(
            "--other-code", help="Remove runs of other code than that installed: nobody reads them."
        ),
    ] = False,
    keep: Annotated[
        str | None, typer.Option(help="Then remove the oldest until this is left, such as 2G.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    store: Store = None,
    form: FormatOption = Format.table,
) -> None:
    """Remove finished runs by age, by code, or down to a size."""
    from jinxiao.cli.session import print_frame
    from jinxiao.experiments.engine import Engine
    from jinxiao.experiments.run_index import bytes_of, prune, seconds_of

    if older_than is None and keep is None and not other_code:
        raise InputError(field="runs prune", found="no rule", allowed="--older-than, --other-code, --keep")
    folder = _folder(store)
    gone = prune(
        folder,
        older=None if older_than is None else seconds_of(older_than),
        other_code=Engine().code_hash() if other_code else None,
        keep_bytes=None if keep is None else bytes_of(keep),
        dry=dry_run,
    )
    if form is not Format.table:
        return print_frame(gone, form)
    print(
        f"{'would remove' if dry_run else 'removed'} {len(gone)} runs, {gone['bytes'].sum() / 2**20:.1f} MiB"
    )


@runs_app.command("repeat")
def repeat_run(
    file: Annotated[Path, typer.Argument(help="A file of failures/ in a folder of results.")],
) -> None:
    """Simulate a run that failed again, from the values that were kept; ends with code 3 if it fails again."""
    from jinxiao.experiments.failures import read_recipe
    from jinxiao.experiments.runs import repeat
    from jinxiao.scenarios import load_plan, read_scenario

    recipe = read_recipe(file)
    plan = load_plan(os.fspath(recipe["plan_file"] or recipe["plan"]))
    scenario = read_scenario(plan, recipe["scenario"]) if "scenario" in recipe else None
    began = time.perf_counter()
    repeat(recipe, plan, scenario=scenario)
    print(f"{file}: no failure this time, {time.perf_counter() - began:.1f} s")


def _show(table: Any, title: str) -> None:
    import sys

    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from jinxiao.cli.session import WIDTH

    shown = Table(title=title, title_justify="left")
    for name in SHOWN:
        shown.add_column(name, justify="left" if name in ("scenario", "closure") else "right")
    for row in table[list(SHOWN)].itertuples(index=False):
        cells = row._asdict()
        cells["written"] = pd.Timestamp(cells["written"]).strftime("%Y-%m-%d %H:%M")
        shown.add_row(*("" if pd.isna(value) else str(value) for value in cells.values()))
    Console(width=None if sys.stdout.isatty() else WIDTH).print(shown)
