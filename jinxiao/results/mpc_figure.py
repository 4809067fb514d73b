"""Figures of the consumer: propensities to consume by group, and consumption functions by stage of life.

``python -m jinxiao.results.mpc_figure docs`` runs the experiment and writes ``docs/figures/mpc_*.png``.
"""

import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.experiments.mpc import MONTHLY, SCALE, WINDFALL, WINDOWS, Propensities, propensities
from jinxiao.files.writing import atomic_write_bytes
from jinxiao.model.baseline import Baseline
from jinxiao.model.households import rules, setup
from jinxiao.model.names import Insurance, Stage
from jinxiao.results import style
from jinxiao.results.style import BLUE, GREEN, NOTE_SIZE, ORANGE, PURPLE, SKY, sheet, use_style

PANELS: Final = {
    "liquid wealth": "Liquid wealth, months of income", "quintile": "Quintile of income", "age": "Age of the head",
}  # fmt: skip
COLOURS: Final = (SKY, BLUE, ORANGE)
STAGE_COLOURS: Final = (SKY, BLUE, ORANGE, PURPLE)
MOST_CASH: Final = 12.0
"""Cash on hand to which consumption functions are drawn, months of spendable income."""


def mpc_figures(found: Propensities, baseline: Baseline) -> dict[str, Figure]:
    """Return the figures ``mpc_once``, ``mpc_monthly``, ``mpc_distribution`` and ``mpc_functions``."""
    with use_style():
        return {
            "mpc_once": _bars(
                found.table,
                "once",
                f"Consumption out of {WINDFALL:,.0f} yuan paid once to a random half of households",
            ),
            "mpc_monthly": _bars(
                found.table, "monthly", f"Consumption out of {MONTHLY:,.0f} yuan a month for good, same half"
            ),
            "mpc_distribution": _distribution(found),
            "mpc_functions": _functions(baseline),
        }


def _bars(table: pd.DataFrame, payment: str, title: str) -> Figure:
    """Propensities by group and window, one panel a grouping."""
    note = (
        "Paired runs with prices, wages and jobs held; all consumption counts, durables too: one car bought or not moves the "
        "one-month bar of a group."
    )
    figure = sheet(2.5, title, "Yuan of consumption per yuan received until then", note, keys=1)
    rows = table[table["payment"] == payment]
    axes: Any = figure.subplots(1, len(PANELS), sharey=True, width_ratios=[6, 5, 4])
    handles = []
    for panel, (by, name) in zip(axes, PANELS.items(), strict=True):
        mine = rows[rows["by"] == by]
        groups = list(dict.fromkeys(mine["group"]))
        for k, window in enumerate(WINDOWS):
            values = mine[mine["window"] == window].set_index("group")["mpc"].reindex(groups)
            at = np.arange(len(groups)) + 0.27 * (k - 1)
            label = f"{window} month" + ("s" if window > 1 else "")
            bars = panel.bar(at, values, width=0.25, color=COLOURS[k], label=label)
            if panel is axes[0]:
                handles.append(bars)
        panel.set_xticks(np.arange(len(groups)), groups, rotation=30, ha="right", size=NOTE_SIZE)
        panel.set_title(name, loc="left")
        panel.grid(axis="y")
        panel.axhline(0.0, color=style.MUTED, linewidth=0.6)
    style.legend(figure, handles, note)
    return figure


def _distribution(found: Propensities) -> Figure:
    """How many households consume which part of the windfall within three months."""
    note = (
        "A durable bought earlier, or not bought, moves a household's consumption by more than the windfall: those beyond the "
        "axis are counted in the first and the last bar."
    )
    figure = sheet(
        2.3,
        "Households differ in what they do with a windfall",
        "Share of households by part consumed within three months",
        note,
    )
    axes = figure.subplots()
    edges = np.linspace(-0.2, 1.4, 33)
    counted, _ = np.histogram(np.clip(found.distribution, edges[0], edges[-1]), edges, weights=found.weight)
    axes.bar(edges[:-1], 100.0 * counted / found.weight.sum(), width=np.diff(edges), align="edge", color=BLUE)
    axes.set_xlabel("Part of the windfall consumed")
    axes.set_ylabel("Per cent of households")
    axes.grid(axis="y")
    mean = float(np.average(found.distribution, weights=found.weight))
    axes.axvline(mean, color=ORANGE, linewidth=1.0)
    axes.text(mean, 0.98, f" mean {mean:.2f}", transform=axes.get_xaxis_transform(), va="top", size=NOTE_SIZE)
    return figure


def _functions(baseline: Baseline) -> Figure:
    """Consumption functions by stage of life, of a patient and an impatient type with employee insurance."""
    functions = setup.policies(baseline.values, baseline.fit, setup.Regime(), baseline.folder)
    note = (
        "Formal employees insured as employees. Cash and consumption in months of spendable income, which falls at retirement; "
        "on the dotted line all cash is spent."
    )
    figure = sheet(
        2.6,
        "What a household consumes of its cash, by stage of life",
        "Solved policies without measures",
        note,
        keys=1,
    )
    axes: Any = figure.subplots(1, 2, sharey=True)
    cash = np.linspace(0.12, MOST_CASH, 600)
    factors = setup.patience(baseline.values)
    handles: list[Any] = []
    for panel, kind in zip(axes, (1, setup.N_PATIENCE - 1), strict=True):
        for stage in Stage:
            row = rules.policy_row(0, int(Insurance.EMPLOYEE), int(stage), kind, setup.N_PATIENCE)
            (line,) = panel.plot(cash, functions[row](cash), color=STAGE_COLOURS[stage], label=_STAGES[stage])
            if kind == 1:
                handles.append(line)
        panel.plot(cash, cash, color=GREEN, linewidth=0.8, linestyle=":")
        panel.set_ylim(0.0, 2.2)
        panel.set_xlim(0.0, MOST_CASH)
        panel.set_title(f"Discount factor {factors[kind]:.2f} a year", loc="left")
        panel.set_xlabel("Cash on hand")
        panel.grid()
    axes[0].set_ylabel("Consumption")
    style.legend(figure, handles, note)
    return figure


_STAGES: Final = {
    Stage.YOUNG: "young", Stage.CHILDREN: "children at home", Stage.LATER: "children have left", Stage.RETIRED: "retired",
}  # fmt: skip


def main(folder: Path) -> None:
    """Run the experiment, write the figures below ``folder`` and print the table."""
    baseline = fit_baseline(World.load(SCALE), load_parameters().central())
    found = propensities(baseline=baseline)
    with pd.option_context("display.max_rows", None, "display.width", 120):
        print(found.table.pivot_table("mpc", ["payment", "by", "group"], "window", sort=False).round(3))
    print(f"largest change of an untreated household: {found.untreated:g} yuan")
    for name, figure in mpc_figures(found, baseline).items():
        atomic_write_bytes(folder / "figures" / f"{name}.png", style.encode(figure)["png"])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
