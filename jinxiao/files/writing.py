"""Atomic writing: a file or folder of results is there whole or not at all."""

import contextlib
import errno
import io
import json
import math
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from jinxiao.files.errors import InputError

MANIFEST = "manifest.json"
"""The file by which a folder of results is known, and may be replaced."""
_DISK = {
    errno.ENOSPC: ("no space left on the disk", "a folder on a disk with space"),
    errno.EDQUOT: ("the disk quota used up", "a folder on a disk with space"),
    errno.EROFS: ("a read-only disk", "a folder that can be written"),
}
_PLACE = {
    errno.EACCES: ("no permission to write", "a folder that can be written"),
    errno.EPERM: ("no permission to write", "a folder that can be written"),
    errno.ENOTDIR: ("a file where a folder is needed", "a path whose parents are folders"),
    errno.EEXIST: ("a file where a folder is needed", "a path whose parents are folders"),
    errno.EISDIR: ("a folder of that name", "a file name that is free"),
    errno.ENAMETOOLONG: ("a name that is too long", "a shorter name"),
}


@contextlib.contextmanager
def results_folder(out: str | PathLike[str]) -> Iterator[Path]:
    """Give a folder to write results into, which becomes `out` when all went well.

    The folder stands beside `out` under a temporary name. At the end it is renamed, taking the place of an older folder
    of results; after an error or an interrupt it is removed and the older one is as it was.

    Parameters
    ----------
    out : str or path
        Where the results shall be. It may be absent, an empty folder, or a folder of earlier results (with a
        ``manifest.json``); anything else is refused, so that nobody's own files are ever replaced.

    Raises
    ------
    InputError
        When `out` cannot be written or the disk is full.
    """
    target = Path(out).resolve()
    _check_replaceable(Path(out), target)
    made = _make_parents(Path(out), target.parent)
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        temporary.mkdir()
        yield temporary
        _swap(temporary, target)
        made = []
    except OSError as error:
        within = isinstance(error.filename, str | bytes) and _is_within(
            os.fsdecode(error.filename), temporary
        )
        known = _DISK | _PLACE if within else _DISK
        if error.errno in known:
            raise _refused(Path(out), error) from error
        raise
    except InputError as error:
        if _is_within(error.file, temporary):
            where = Path(out) / Path(error.file).relative_to(temporary)
            raise InputError(where, error.line, error.field, error.found, error.allowed) from error
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        for parent in reversed(made):
            with contextlib.suppress(OSError):
                parent.rmdir()


def atomic_write_bytes(path: str | PathLike[str], data: bytes) -> None:
    """Write a file under a temporary name beside it and rename it; a reader sees the old content or the new.

    Raises
    ------
    InputError
        When it cannot be written or the disk is full; what was there before stays.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_csv(path: str | PathLike[str], frame: pd.DataFrame) -> None:
    """Write a table as CSV: UTF-8 with byte-order mark (for Excel), Unix line ends, the index left out.

    Numbers have ten significant digits (seven in float32), so that equal results are equal files.
    """
    shown = {name: _cells(frame[name]) for name in frame.columns}
    text = pd.DataFrame(shown, index=frame.index).to_csv(index=False, lineterminator="\n")
    atomic_write_bytes(path, b"\xef\xbb\xbf" + text.encode("utf-8"))


def write_parquet(path: str | PathLike[str], frame: pd.DataFrame) -> None:
    """Write a table as Parquet, compressed, the index left out."""
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), buffer, compression="zstd")
    atomic_write_bytes(path, buffer.getvalue())


def write_json(path: str | PathLike[str], value: Mapping[str, Any]) -> None:
    """Write a record as JSON with sorted keys, Chinese as it is, and Unix line ends."""
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False, default=_plain)
    atomic_write_bytes(path, (text + "\n").encode("utf-8"))


def _check_replaceable(shown: Path, target: Path) -> None:
    here = Path.cwd().resolve()
    if target == here or target in here.parents:
        raise InputError(shown, found="the folder you are in, or one above it", allowed="a folder below it")
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise InputError(shown, found="a file of that name", allowed="a folder, or a name that is free")
    try:
        names = os.listdir(target)
    except OSError as error:
        raise _refused(shown, error) from error
    if names and MANIFEST not in names:
        allowed = f"a new name, an empty folder, or earlier results (with {MANIFEST})"
        raise InputError(shown, found="a folder with other files in it", allowed=allowed)


def _make_parents(shown: Path, folder: Path) -> list[Path]:
    """Create the folder and return those that were not there before, outermost first."""
    missing = [p for p in (folder, *folder.parents) if not os.path.lexists(p)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(shown, error) from error
    return missing[::-1]


def _swap(temporary: Path, target: Path) -> None:
    """Put the new folder in the place of the old one, which comes back when that fails."""
    if not os.path.lexists(target):
        os.replace(temporary, target)
        return
    old = temporary.with_suffix(".old")
    os.replace(target, old)
    try:
        os.replace(temporary, target)
    except BaseException:
        os.replace(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _is_within(path: str, folder: Path) -> bool:
    return bool(path) and Path(path).is_relative_to(folder)


def _refused(path: Path, error: OSError) -> InputError:
    reason = f"'{error.strerror or error}'", "a place that can be written"
    found, allowed = (_DISK | _PLACE).get(error.errno or 0, reason)
    return InputError(path, found=found, allowed=allowed)


def _cells(column: pd.Series) -> pd.Series:
    """Return a column with its fractions as text of fixed precision; other columns as they are."""
    if pd.api.types.is_float_dtype(column.dtype):
        digits = 7 if str(column.dtype).lower() == "float32" else 10
        return pd.Series([_number(v, digits) for v in column], index=column.index, dtype=object)
    if column.dtype == object:
        values = [_number(v, 10) if isinstance(v, float | np.floating) else v for v in column]
        return pd.Series(values, index=column.index, dtype=object)
    return column


def _number(value: Any, digits: int) -> str:
    if value is pd.NA or math.isnan(value):
        return ""
    return f"{float(value) + 0.0:.{digits}g}"


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
