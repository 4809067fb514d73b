"""Estimates as a forest plot: one row each with bar, interval, a lighter mark, and columns of numbers beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jinxiao.results import style
from jinxiao.results.style import BLUE, DEEP, GREY, INK, MUTED, NOTE_SIZE

ROW, DENSE_ROW = 0.31, 0.245
"""Height of a row, inches: of few, and of many."""
MANY: Final = 12
"""Rows from which on they are many: thirty still fit on a page."""
GAP: Final = 0.6
"""Extra space above the row that stands for the whole, in rows."""
MARK_ROOM: Final = 1.15
"""How far the axis reaches beyond the largest estimate, so that lighter marks have some room."""


@dataclass(frozen=True)
class Row:
    """One estimate.

    Attributes
    ----------
    label : str
        Whose it is.
    low, median, high : float
        In the unit of the axis.
    mark : float
        A second, lighter figure on the same axis; NaN for none.
    cells : tuple of str
        Texts of the columns at the right.
    colours : tuple of str
        Their colours.
    whole : bool
        Whether it stands for all others together.
    """

    label: str
    low: float
    median: float
    high: float
    mark: float = np.nan
    cells: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    whole: bool = False


def positions(rows: Sequence[Row]) -> np.ndarray:
    """Return where rows stand, downwards; the whole a little apart."""
    return np.arange(len(rows)) + np.array([GAP if row.whole else 0.0 for row in rows])


def row_height(count: int) -> float:
    """Return the height of each of so many rows, inches."""
    return ROW if count <= MANY else DENSE_ROW


def height(rows: Sequence[Row]) -> float:
    """Return the height of a forest with its axis, column heads, inches."""
    return row_height(len(rows)) * (float(positions(rows)[-1]) + 1.0) + 0.75


def label_rows(axes: Axes, at: np.ndarray, labels: Sequence[str], room: float) -> None:
    """Write the labels of rows, folded to ``room`` ems of text size; smaller where there are many."""
    size = style.TEXT_SIZE if len(labels) <= MANY else NOTE_SIZE
    folded = [style.fold(text, room * style.TEXT_SIZE / size) for text in labels]
    axes.set_yticks(at, folded, size=size, linespacing=1.0)


def draw(
    figure: Figure,
    rows: Sequence[Row],
    axis_label: str,
    heads: Sequence[str],
    widths: Sequence[float],
    legend: tuple[str, str, str],
    note: str,
) -> Axes:
    """Draw the rows into a figure.

    Parameters
    ----------
    figure : Figure
        An empty sheet.
    rows : sequence of Row
        From top to bottom.
    axis_label : str
        Quantity and unit.
    heads, widths : sequences
        Heads of the columns at the right, and their widths in inches.
    legend : (str, str, str)
        What bar, whisker and lighter mark are; the last is left out when empty.
    note : str
        The note of the sheet.
    """
    axes, columns = figure.subplots(1, 2, width_ratios=[style.WIDTH - 1.9 - sum(widths), sum(widths)])
    at = positions(rows)
    colours = [DEEP if row.whole else BLUE for row in rows]
    medians = np.array([row.median for row in rows])
    axes.barh(at, medians, height=0.55, color=colours, alpha=0.85, linewidth=0)
    axes.hlines(at, [row.low for row in rows], [row.high for row in rows], color=INK, linewidth=1.0, zorder=4)
    _limits(axes, rows)
    marked = _marks(axes, rows, at) if legend[2] else False
    label_rows(axes, at, [row.label for row in rows], 15.0)
    axes.set_ylim(at[-1] + 0.6, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    style.zero_line(axes)
    style.plain_ticks(axes.xaxis)
    axes.set_xlabel(axis_label)
    _columns(columns, axes, rows, at, heads, widths)
    handles: list[Line2D | Patch] = [
        Patch(color=BLUE, alpha=0.85, linewidth=0, label=legend[0]),
        Line2D([], [], color=INK, linewidth=1.0, label=legend[1]),
    ]
    if marked:
        handles.append(
            Line2D([], [], marker="D", color=GREY, markerfacecolor="white", linestyle="", markersize=4,
                   label=legend[2])
        )  # fmt: skip
    style.legend(figure, handles, note)
    return axes


def _limits(axes: Axes, rows: Sequence[Row]) -> None:
    """Let the axis hold every estimate with its interval, and zero, with some room for marks."""
    low = min(0.0, *(row.low for row in rows), *(row.median for row in rows))
    high = max(0.0, *(row.high for row in rows), *(row.median for row in rows))
    if high == low:
        high = 1.0
    marks = [row.mark for row in rows if not np.isnan(row.mark)]
    room = min(max([high, *marks]), MARK_ROOM * high)
    axes.set_xlim(1.05 * low, max(1.05 * high, 1.08 * room))


def _marks(axes: Axes, rows: Sequence[Row], at: np.ndarray) -> bool:
    """Draw the lighter marks; one beyond the axis is an arrow at its edge with the number."""
    right = axes.get_xlim()[1]
    any_mark = False
    for row, y in zip(rows, at, strict=True):
        if np.isnan(row.mark):
            continue
        any_mark = True
        if row.mark <= 0.97 * right:
            axes.plot([row.mark], [y], "D", color=GREY, markerfacecolor="white", markersize=4, zorder=5)
        else:
            axes.text(right, y, f"{style.short(row.mark)} ▸", size=6.5, color=MUTED, ha="right", va="center",
                      zorder=6)  # fmt: skip
    return any_mark


def _columns(
    columns: Axes,
    axes: Axes,
    rows: Sequence[Row],
    at: np.ndarray,
    heads: Sequence[str],
    widths: Sequence[float],
) -> None:
    """Write the columns of numbers at the height of the rows."""
    columns.set_ylim(axes.get_ylim())
    columns.set_xlim(0.0, sum(widths))
    columns.axis("off")
    lefts = np.concatenate([[0.0], np.cumsum(widths)[:-1]])
    for left, head in zip(lefts, heads, strict=True):
        columns.text(left, -0.75, head, size=NOTE_SIZE, color=MUTED, va="baseline", linespacing=1.15)
    for row, y in zip(rows, at, strict=True):
        for left, cell, colour in zip(lefts, row.cells, row.colours or (INK,) * len(row.cells), strict=True):
            columns.text(left, y, cell, size=NOTE_SIZE, color=colour, va="center")
