"""The look of figures: print sizes, colours that the colour-blind can tell apart, one font for both languages, fixed bytes."""

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pylopdf_fonts_zh_cn
from matplotlib import font_manager, style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from jinxiao.files.writing import atomic_write_bytes
from jinxiao.results.labels import number

WIDTH: Final = 7.0
"""Width of a figure, inches: the text width of an A4 page."""
DPI: Final = 240
TITLE_SIZE, SCOPE_SIZE, NOTE_SIZE, TEXT_SIZE = 11.0, 8.0, 7.0, 8.0
MARGIN: Final = 0.12
"""Space around everything, inches."""

INK, MUTED, GRID, PAPER = "#1f2328", "#5f6670", "#dcdfe4", "#ffffff"
BLUE, SKY, ORANGE, GREEN, VERMILION, PURPLE, YELLOW, GREY = (
    "#0072B2", "#56B4E9", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#F0E442", "#8C939C",
)  # fmt: skip
"""Okabe and Ito's colours, and a grey."""
SERIES: Final = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, GREY, YELLOW)
"""Colours of series in the order of their use."""
DEEP: Final = "#0B3C5D"
"""Colour of the whole set of measures, beside BLUE for a single one."""
EVIDENCE_COLOURS: Final = {"causal": GREEN, "official": BLUE, "assumed": GREY}
SALT: Final = "jinxiao"
PLACE_DIGITS: Final = 6
"""Digits of the places of axes, as shares of the figure."""
FOOT_SIZE: Final = 6.0
_FOOT: ContextVar[str] = ContextVar("foot", default="")


@cache
def font_family() -> str:
    """Return the name of Noto Sans SC, registered from the package that carries it."""
    path = pylopdf_fonts_zh_cn.sans_path()
    font_manager.fontManager.addfont(str(path))
    return str(font_manager.FontProperties(fname=str(path)).get_name())


def _settings() -> dict[str, Any]:
    return {
        "font.family": [font_family(), "DejaVu Sans"],
        "font.size": TEXT_SIZE,
        "axes.titlesize": TEXT_SIZE,
        "axes.labelsize": TEXT_SIZE,
        "axes.labelcolor": INK,
        "axes.edgecolor": MUTED,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "axes.formatter.useoffset": False,
        "xtick.labelsize": NOTE_SIZE,
        "ytick.labelsize": NOTE_SIZE,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "grid.color": GRID,
        "grid.linewidth": 0.5,
        "legend.fontsize": NOTE_SIZE,
        "legend.frameon": False,
        "lines.linewidth": 1.2,
        "hatch.linewidth": 0.5,
        "text.color": INK,
        "figure.dpi": DPI,
        "savefig.dpi": DPI,
        "savefig.facecolor": PAPER,
        "svg.fonttype": "path",
        "svg.hashsalt": SALT,
    }


@contextmanager
def use_style(lang: str = "en") -> Iterator[None]:
    """Draw in the style of this house while inside; other figures of the program are left alone.

    Parameters
    ----------
    lang : {'en', 'zh'}
        Language of the reader. One font holds both, so that names can stand side by side.
    """
    if lang not in ("en", "zh"):
        raise ValueError(f"lang is {lang!r}; allowed: en, zh")
    with style.context(["default", _settings()]):
        yield


@contextmanager
def use_foot(text: str) -> Iterator[None]:
    """Write a line with source, draws, sample, version and seed at the foot of every figure that is made while inside."""
    token = _FOOT.set(text)
    try:
        yield
    finally:
        _FOOT.reset(token)


def save_figures(figures: Mapping[str, Figure], folder: Path) -> None:
    """Write ``figures/NAME.png`` and ``figures/NAME.svg`` below a folder and empty the figures.

    The same figures are the same bytes: no dates, no random names, a fixed resolution.

    Raises
    ------
    InputError
        When a file cannot be written.
    """
    for name, figure in figures.items():
        for kind, data in encode(figure).items():
            atomic_write_bytes(Path(folder) / "figures" / f"{name}.{kind}", data)
        figure.clear()


def encode(figure: Figure) -> dict[str, bytes]:
    """Return a figure as ``png`` and ``svg``."""
    metadata: dict[str, dict[str, str | None]] = {
        "png": {"Software": SALT},
        "svg": {"Date": None, "Creator": SALT},
    }
    found = {}
    with use_style():
        _settle(figure)
        for kind, about in metadata.items():
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, metadata=about)
            found[kind] = buffer.getvalue()
    return found


def _settle(figure: Figure) -> None:
    """Find the places of all axes once, and round them: the solver of the layout is exact to the last digits only."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        places = [round(float(place), PLACE_DIGITS) for place in axes.get_position(original=True).bounds]
        axes.set_position((places[0], places[1], places[2], places[3]))


def sheet(
    height: float, title: str, scope: str, note: str = "", keys: int = 0, width: float = WIDTH
) -> Figure:
    """Return an empty figure with a title, the scope of the answer below it, and a note at the foot.

    Parameters
    ----------
    height : float
        Height of what lies between heading and note, inches.
    title, scope, note : str
        Broken into lines where they are too long.
    keys : int
        Lines kept free above the note for :func:`legend`.
    width : float
        Inches.
    """
    heads = [(line, TITLE_SIZE, INK) for line in wrap(title, width, TITLE_SIZE)]
    heads += [(line, SCOPE_SIZE, MUTED) for line in wrap(scope, width, SCOPE_SIZE)]
    feet = _feet(note, width)
    top = MARGIN + sum(_line_height(size) for _, size, _ in heads) + 0.08
    bottom = _bottom(feet)
    room = keys * _line_height(NOTE_SIZE) + (0.06 if keys else 0.0)
    total = top + height + room + bottom
    figure = Figure(figsize=(width, total), layout="constrained")
    FigureCanvasAgg(figure)
    engine: Any = figure.get_layout_engine()
    engine.set(
        rect=(MARGIN / width, (bottom + room) / total, 1.0 - 2 * MARGIN / width, height / total),
        w_pad=0.04, h_pad=0.04, wspace=0.02, hspace=0.02,
    )  # fmt: skip
    _write_lines(figure, heads, total - MARGIN, total)
    _write_lines(figure, feet, bottom - 0.06, total)
    return figure


def legend(figure: Figure, handles: Iterable[Any], note: str = "", columns: int = 0) -> None:
    """Write the legend into the lines that :func:`sheet` kept free above the note.

    Parameters
    ----------
    figure : Figure
        From :func:`sheet`.
    handles : artists or containers
        With labels.
    note : str
        As given to :func:`sheet`.
    columns : int
        By default all in one line.
    """
    listed = list(handles)
    width, total = figure.get_size_inches()
    bottom = _bottom(_feet(note, width))
    made = figure.legend(
        handles=listed, loc="lower left", bbox_to_anchor=(MARGIN / width, bottom / total),
        ncols=columns or len(listed), handlelength=1.5, columnspacing=1.4, borderpad=0.0, borderaxespad=0.0,
        labelspacing=0.35,
    )  # fmt: skip
    made.set_in_layout(False)


def _feet(note: str, width: float) -> list[tuple[str, float, str]]:
    """Return the lines at the foot of a figure: its note, then where it comes from."""
    lines = [(line, NOTE_SIZE, MUTED) for line in wrap(note, width, NOTE_SIZE)]
    return lines + [(line, FOOT_SIZE, MUTED) for line in wrap(_FOOT.get(), width, FOOT_SIZE)]


def _bottom(feet: list[tuple[str, float, str]]) -> float:
    """Return the height of the lines at the foot with the margin below and some space above them, inches."""
    return MARGIN + sum(_line_height(size) for _, size, _ in feet) + (0.06 if feet else 0.0)


def _line_height(size: float) -> float:
    return 1.45 * size / 72.0


def _write_lines(figure: Figure, lines: list[tuple[str, float, str]], start: float, total: float) -> None:
    """Write lines downwards from `start` inches above the lower edge."""
    at = start
    for text, size, colour in lines:
        at -= _line_height(size)
        x, y = MARGIN / figure.get_figwidth(), (at + 0.25 * size / 72.0) / total
        figure.text(x, y, text, size=size, color=colour, ha="left", va="baseline", in_layout=False)


def ems(text: str) -> float:
    """Return the width of a text in ems: Chinese signs are one wide, others about half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.51 for c in text)


def wrap(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines that fit a width in inches: at semicolons where that does, else where a line may break."""
    room = (width - 2 * MARGIN) * 72.0 / size
    pieces = [
        piece
        for part in re.split(r"(?<=；)|(?<=; )", text)
        for piece in ([part] if ems(part.rstrip()) <= room else _pieces(part))
    ]
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if line and ems(line + piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def fold(text: str, room: float) -> str:
    """Break a label into the fewest lines of at most `room` ems, of much the same length."""
    lines = _fit(text, room)
    even = next(
        r for r in np.linspace(ems(text) / max(len(lines), 1), room, 12) if len(_fit(text, r)) <= len(lines)
    )
    return "\n".join(_fit(text, float(even)))


def _fit(text: str, room: float) -> list[str]:
    return wrap(text, room * TEXT_SIZE / 72.0 + 2 * MARGIN, TEXT_SIZE)


def _pieces(text: str) -> list[str]:
    """Split a text where a line may break: after spaces, and beside Chinese signs."""
    pieces: list[str] = []
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in "WF"
        closes = sign in "，。；：、）”"
        after_break = not pieces or pieces[-1][-1] == " " or wide
        if pieces and wide and pieces[-1][-1] in "（“":
            after_break = False
        last_wide = bool(pieces) and unicodedata.east_asian_width(pieces[-1][-1]) in "WF"
        if pieces and (closes or not (after_break or (last_wide and sign != " "))):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def plain_ticks(axis: Any, most: int = 6) -> None:
    """Give an axis few ticks, written plainly with separators and a true minus."""
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(_tick))


def _tick(value: float, position: int | None) -> str:
    text = f"{value:,.6g}" if abs(value) < 1000 else f"{value:,.0f}"
    return text.replace("-", "−")


def close_grid(panels: Iterable[Axes], used: int, columns: int) -> None:
    """Hide panels that are not used, and label the lowest one that is used in each column."""
    listed = list(panels)
    for axes in listed[used:]:
        axes.set_axis_off()
    for axes in listed[max(used - columns, 0) : used]:
        axes.tick_params(axis="x", labelbottom=True)


def zero_line(axes: Axes, vertical: bool = True) -> None:
    """Mark zero."""
    (axes.axvline if vertical else axes.axhline)(0.0, color=INK, linewidth=0.7, zorder=3)


def short(value: float) -> str:
    """Return a number with about three digits, for labels beside marks."""
    size = abs(value)
    return number(value, 0 if size >= 100 else 1 if size >= 10 else 2)


def is_dark(colour: tuple[float, ...]) -> bool:
    """Return whether white letters read better than dark ones on a colour (red, green, blue from 0 to 1)."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] < 0.56
