"""The index of the run store: a table of all finished runs, kept as Parquet beside them, and what to do without them.

Runs are files of many processes, so nobody writes the index while they run: it is brought up to date from the files
themselves, of which only new ones are opened.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from jinxiao.experiments.store import SUFFIX, read_about
from jinxiao.files.errors import InputError

INDEX = "index.parquet"
COLUMNS: dict[str, str] = {
    "key": "string", "scenario": "string", "plan": "string", "measures": "string", "part": "string",
    "closure": "string", "reference": "string", "draw": "Int64", "replicate": "Int64", "seed": "Int64",
    "model_seed": "Int64", "scale": "Int64", "months": "Int64", "code": "string", "world": "string",
    "version": "string", "seconds": "Float64", "bytes": "Int64", "written": "Int64",
}  # fmt: skip
"""Columns of the index: ``bytes`` on the disk, ``written`` in nanoseconds since 1970 (UTC), ``seconds`` of simulation."""
SHAPES = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
SIZES = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def update_index(folder: Path | None) -> pd.DataFrame:
    """Bring the index of a store up to date and return it: a row a run, the newest last.

    Parameters
    ----------
    folder : Path, optional
        Of the store; none has no runs.
    """
    if folder is None:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    known = _read(folder / INDEX)
    rows = []
    for path, status in _files(folder):
        key = path.stem
        old = known.get(key)
        if old is None or (old["bytes"], old["written"]) != (status.st_size, status.st_mtime_ns):
            about = {name: value for name, value in read_about(path).items() if name in COLUMNS}
            old = about | {"key": key, "bytes": status.st_size, "written": status.st_mtime_ns}
        rows.append(old)
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    table = table.sort_values(["written", "key"], ignore_index=True)
    if folder.is_dir() and (rows or known):
        from jinxiao.files.writing import write_parquet

        with contextlib.suppress(InputError):  # a store that can only be read is none the worse
            write_parquet(folder / INDEX, table)
    return table


def prune(
    folder: Path,
    *,
    older: float | None = None,
    other_code: str | None = None,
    keep_bytes: int | None = None,
    dry: bool = False,
) -> pd.DataFrame:
    """Remove runs from a store and return the rows of those that went.

    Parameters
    ----------
    folder : Path
        Of the store.
    older : float, optional
        Remove runs written more than so many seconds ago.
    other_code : str, optional
        Remove runs of other code than this hash.
    keep_bytes : int, optional
        Then remove the oldest until no more than so many bytes are left.
    dry : bool
        Remove nothing, only tell.
    """
    table = update_index(folder)
    gone = pd.Series(False, index=table.index)
    if older is not None:
        gone |= table["written"] < time.time_ns() - int(older * 1e9)
    if other_code is not None:
        gone |= table["code"].fillna("") != other_code
    if keep_bytes is not None:
        left = table["bytes"].where(~gone, 0)
        gone |= left[::-1].cumsum()[::-1] > keep_bytes
    removed = table[gone]
    if not dry:
        for key in removed["key"]:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(folder / key[:2] / f"{key}{SUFFIX}")
        update_index(folder)
    return removed.reset_index(drop=True)


def seconds_of(text: str) -> float:
    """Return the seconds in an age such as ``30d``, ``12h``, ``90m``."""
    return _amount("older-than", text, SHAPES, "a number with s, m, h, d or w, such as 30d")


def bytes_of(text: str) -> int:
    """Return the bytes in a size such as ``2G`` or ``500M``."""
    return int(_amount("keep", text.removesuffix("B"), SIZES, "a number with K, M, G or T, such as 2G"))


def _amount(field: str, text: str, units: dict[str, int], allowed: str) -> float:
    number, unit = text[:-1], text[-1:].lower()
    try:
        value = float(number) * units[unit]
    except (ValueError, KeyError):
        value = -1.0
    if not 0.0 <= value < 1e18:
        raise InputError(field=field, found=f"'{text}'", allowed=allowed)
    return value


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in sorted(folder.glob(f"[0-9a-f][0-9a-f]/*{SUFFIX}")):
        with contextlib.suppress(FileNotFoundError):  # removed a moment ago
            yield path, path.stat()


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of an index by key; none when there is no index or another version wrote it."""
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError):
        return {}
    if list(table.columns) != list(COLUMNS):
        return {}
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return {str(row["key"]): {str(name): value for name, value in row.items()} for row in rows}
