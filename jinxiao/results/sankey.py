"""Bands between columns of nodes: where the money of each subsidy ends (a Sankey diagram)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from jinxiao.results.style import INK, MUTED, NOTE_SIZE

NODE_WIDTH: Final = 0.035
GAP: Final = 4.0
"""Space between nodes of a column, in the unit of the flows."""
BEND: Final = 0.5
LEAST: Final = 0.05
"""Flows below this are not drawn."""


class Band(NamedTuple):
    """A flow from one node to another, by name."""

    start: str
    end: str
    value: float


def draw_bands(
    axes: Axes,
    columns: Sequence[Sequence[str]],
    bands: Sequence[Band],
    colours: Mapping[str, str],
    names: Mapping[str, str],
) -> None:
    """Draw nodes in columns and bands between them, as high as their values; a band may skip a column.

    Parameters
    ----------
    axes : Axes
        Emptied of its frame; x runs from 0 to 1.
    columns : sequence of sequences of str
        Nodes from left to right, each from top to bottom.
    bands : sequence of Band
        Not negative.
    colours, names : mapping of str to str
        By node; a band has the colour of the node it ends in.
    """
    drawn = [band for band in bands if band.value > LEAST]
    size = {
        node: max(
            sum(b.value for b in drawn if b.start == node), sum(b.value for b in drawn if b.end == node)
        )
        for column in columns
        for node in column
    }
    place: dict[str, tuple[float, float]] = {}
    for k, column in enumerate(columns):
        x, top = k / (len(columns) - 1) * (1.0 - NODE_WIDTH), 0.0
        for node in column:
            if size[node] <= LEAST:
                continue
            place[node] = x, top
            top -= size[node] + GAP
    left: dict[str, float] = {node: y for node, (_, y) in place.items()}
    into = dict(left)
    order = {node: k for k, node in enumerate(n for column in columns for n in column)}
    for band in sorted(drawn, key=lambda b: (order[b.start], order[b.end])):
        left[band.start], begins = left[band.start] - band.value, left[band.start]
        into[band.end], ends = into[band.end] - band.value, into[band.end]
        _band(
            axes, place[band.start][0] + NODE_WIDTH, begins, place[band.end][0], ends, band.value, colours[band.end]
        )  # fmt: skip
    last = set(columns[-1])
    for node, (x, top) in place.items():
        axes.fill_between([x, x + NODE_WIDTH], top - size[node], top, color=colours[node], linewidth=0)
        text = f"{names[node]} {size[node]:.1f}"
        if node in last:
            axes.text(
                x + NODE_WIDTH + 0.012, top - 0.5 * size[node], text, ha="left", va="center", size=NOTE_SIZE, color=INK
            )  # fmt: skip
        elif top == 0.0:
            axes.text(x, 1.6, text, ha="left", va="baseline", size=NOTE_SIZE, color=INK)
        else:
            axes.text(x, top - size[node] - 0.8, text, ha="left", va="top", size=NOTE_SIZE, color=INK)
    axes.set_xlim(0.0, 1.36)
    axes.set_ylim(min(y - size[n] for n, (_, y) in place.items()) - 6.0, 6.0)
    axes.set_axis_off()


def _band(axes: Axes, x0: float, y0: float, x1: float, y1: float, height: float, colour: str) -> None:
    """Draw one band with its upper edge from (x0, y0) to (x1, y1)."""
    middle = x0 + BEND * (x1 - x0)
    points = [
        (x0, y0), (middle, y0), (middle, y1), (x1, y1),
        (x1, y1 - height), (middle, y1 - height), (middle, y0 - height), (x0, y0 - height), (x0, y0),
    ]  # fmt: skip
    codes = [
        Outline.MOVETO, Outline.CURVE4, Outline.CURVE4, Outline.CURVE4,
        Outline.LINETO, Outline.CURVE4, Outline.CURVE4, Outline.CURVE4, Outline.CLOSEPOLY,
    ]  # fmt: skip
    shape: Any = Outline(np.array(points), codes)
    axes.add_patch(PathPatch(shape, facecolor=colour, alpha=0.45, edgecolor=MUTED, linewidth=0.2))
