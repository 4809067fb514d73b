"""Strict CSV: named columns of declared types, and the line of whatever is wrong."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import pandas as pd

from jinxiao.files.errors import InputError
from jinxiao.files.text import read_text, shown

type Cell = type[str] | type[float] | type[int]
_DTYPES = {str: "object", float: "float64", int: "Int64"}


@dataclass(frozen=True)
class Column:
    """What a column of a table must hold.

    Attributes
    ----------
    type : {str, float, int}
        Type of its cells; numbers are finite.
    required : bool
        Whether a cell may not be empty. An empty cell reads as ``""`` in text, as missing in numbers.
    """

    type: Cell = str
    required: bool = True


def read_table(
    path: str | PathLike[str],
    columns: Mapping[str, Column | Cell] | Iterable[str],
    key: Sequence[str] = (),
) -> pd.DataFrame:
    """Read a CSV file in UTF-8 (with or without byte-order mark) with a header line.

    Parameters
    ----------
    path : str or path
        The file.
    columns : mapping of name to Column or type, or names
        Columns that must be there. A type alone means required; names alone mean text that may be empty. Columns of the
        file that are not named are kept as text.
    key : sequence of str
        Columns that together are different in every row.

    Returns
    -------
    pandas.DataFrame
        One row a record, indexed by its line in the file.

    Raises
    ------
    InputError
        For the first thing that is wrong, with line and column.
    """
    path = Path(path)
    declared = _declare(columns)
    header, records = _records(path, read_text(path, "a CSV file"))
    for name in declared:
        if name not in header:
            raise InputError(path, 1, name, "no such column", f"columns {', '.join(declared)}")
    cells: dict[str, list[object]] = {name: [] for name in header}
    for line, record in records:
        for name, cell in zip(header, record, strict=True):
            cells[name].append(_value(path, line, name, cell.strip(), declared.get(name, Column(str, False))))
    lines = pd.Index([line for line, _ in records], name="line", dtype="int64")
    series = {
        name: pd.Series(
            cells[name], index=lines, dtype=_DTYPES[declared[name].type if name in declared else str]
        )
        for name in header
    }
    frame = pd.DataFrame(series, index=lines)
    _check_key(path, frame, key)
    return frame


def _declare(columns: Mapping[str, Column | Cell] | Iterable[str]) -> dict[str, Column]:
    if not isinstance(columns, Mapping):
        return {name: Column(str, required=False) for name in columns}
    return {name: c if isinstance(c, Column) else Column(c) for name, c in columns.items()}


def _records(path: Path, text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the records, each with the line on which it starts; empty lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((start, row))
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(path, start, found=f"'{error}'", allowed="valid CSV") from None
    if not rows:
        raise InputError(path, 1, found="an empty file", allowed="a header line with column names")
    header = [name.strip() for name in rows[0][1]]
    for name in header:
        if header.count(name) > 1:
            raise InputError(path, rows[0][0], name or "header", "the column twice", "each column once")
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise InputError(
                path, line, found=f"{len(row)} cells", allowed=f"{len(header)}, as in the header"
            )
    return header, rows[1:]


def _value(path: Path, line: int, name: str, cell: str, column: Column) -> object:
    if not cell:
        if column.required:
            kind = {str: "text", float: "a number", int: "a whole number"}[column.type]
            raise InputError(path, line, name, "nothing", kind)
        return "" if column.type is str else None
    if column.type is str:
        return cell
    try:
        value = int(cell) if column.type is int else float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        kind = "a whole number" if column.type is int else "a number"
        raise InputError(path, line, name, shown(cell), f"{kind}, without thousands separator or unit")
    return value


def _check_key(path: Path, frame: pd.DataFrame, key: Sequence[str]) -> None:
    if not key:
        return
    first: dict[tuple[object, ...], int] = {}
    for line, values in zip(frame.index, frame[list(key)].itertuples(index=False, name=None), strict=True):
        if values in first:
            found = f"{', '.join(map(str, values))} a second time"
            raise InputError(
                path, int(line), ", ".join(key), found, f"each once (first on line {first[values]})"
            )
        first[values] = int(line)
