"""The eleven cities of Shanxi as a map, beside the same figures ranked with their intervals."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps, patheffects
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from jinxiao.calibration.geography import Geography
from jinxiao.model.names import CITIES
from jinxiao.results import style
from jinxiao.results.labels import label, number
from jinxiao.results.style import INK, MUTED, NOTE_SIZE

GRID_POINTS = 32
TALL = 1.4
"""How much farther a degree counts upwards than sidewards: a name is wider than high and needs room at its sides."""


@cache
def outlines() -> tuple[Path, ...]:
    """Return the outline of each city in the order of ``names.CITIES``, degrees."""
    return tuple(_outline(geometry) for geometry in Geography.load().outlines)


def _outline(geometry: Mapping[str, Any]) -> Path:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    rings = [np.array(ring) for polygon in polygons for ring in polygon]
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))


@cache
def inner_point(outline: Path) -> tuple[float, float]:
    """Return the point of a grid inside an outline that lies farthest from its border: the place for a name."""
    border = np.asarray(outline.vertices, dtype=np.float64)
    (x0, y0), (x1, y1) = border.min(axis=0), border.max(axis=0)
    x, y = np.meshgrid(np.linspace(x0, x1, GRID_POINTS), np.linspace(y0, y1, GRID_POINTS))
    points = np.column_stack([x.ravel(), y.ravel()])
    points = points[outline.contains_points(points)]
    apart = points[:, None, :] - border[None, :, :]
    apart[..., 1] *= TALL
    best = points[np.hypot(apart[..., 0], apart[..., 1]).min(axis=1).argmax()]
    return float(best[0]), float(best[1])


def colours(values: np.ndarray) -> tuple[Colormap, Normalize]:
    """Return colours for values: one hue from zero up, two around zero where signs differ."""
    low, high = float(values.min()), float(values.max())
    if low < 0.0:
        largest = max(-low, high)
        return colormaps["RdBu"], TwoSlopeNorm(0.0, -largest, largest)
    spread = (high - low) or abs(high) or 1.0
    return colormaps["Blues"], Normalize(max(0.0, low - 0.35 * spread), high + 0.15 * spread)


def draw_cities(figure: Figure, rows: Mapping[str, pd.Series], axis_label: str, lang: str) -> None:
    """Draw low, median and high of each city: the map at the left, the ranking at the right.

    Parameters
    ----------
    figure : Figure
        An empty sheet.
    rows : mapping of str to Series
        ``low, median, high`` by key of the city.
    axis_label : str
        Quantity and unit.
    lang : {'en', 'zh'}
        Language of the names.
    """
    ground, ranking = figure.subplots(1, 2, width_ratios=[0.8, 1.2])
    medians = np.array([float(rows[city.key]["median"]) for city in CITIES])
    cmap, norm = colours(medians)
    _map(ground, medians, cmap, norm, lang)
    _ranking(ranking, rows, medians, cmap, norm, axis_label, lang)


def _map(axes: Axes, medians: np.ndarray, cmap: Colormap, norm: Normalize, lang: str) -> None:
    for city, path, value in zip(CITIES, outlines(), medians, strict=True):
        x, y = inner_point(path)
        colour = cmap(norm(value))
        axes.add_patch(PathPatch(path, facecolor=colour, edgecolor=MUTED, linewidth=0.5))
        text = f"{label('city', city.key, lang)}\n{number(float(value), 0)}"
        axes.text(
            x, y, text, ha="center", va="center", size=6.5, color="white" if style.is_dark(colour) else INK, linespacing=1.1,
            path_effects=[patheffects.withStroke(linewidth=1.2, foreground=colour)],
        )  # fmt: skip
    axes.autoscale_view()
    axes.set_aspect(1.0 / np.cos(np.radians(np.mean(axes.get_ylim()))))
    axes.set_axis_off()


def _ranking(
    axes: Axes, rows: Mapping[str, pd.Series], medians: np.ndarray, cmap: Colormap, norm: Normalize,
    axis_label: str, lang: str,
) -> None:  # fmt: skip
    order = np.argsort(-medians, kind="stable")
    at = np.arange(len(order))
    found = [rows[CITIES[i].key] for i in order]
    axes.barh(at, medians[order], height=0.6, color=[cmap(norm(medians[i])) for i in order], linewidth=0)
    axes.hlines(at, [f["low"] for f in found], [f["high"] for f in found], color=INK, linewidth=1.0)
    axes.set_yticks(at, [label("city", CITIES[i].key, lang) for i in order])
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    if not any(f.any() for f in found):
        axes.set_xlim(0.0, 1.0)
    style.zero_line(axes)
    style.plain_ticks(axes.xaxis, 5)
    axes.set_xlabel(axis_label, color=MUTED, size=NOTE_SIZE)
