"""The household month: plain Mesa objects against columns, on the same households, months and draws.

The objects' month is derived from the source of the columns' (``plain_month.py``; ``--show`` prints it). Both sides live three
months in which every measure of the plan runs (October to December 2025). First their books and every household are compared;
then they are timed in interleaved pairs, in processor time of the one thread (``time.thread_time``). Other work on the machine
only ever adds time, so the least of each side's times counts. Preparing draws, the month's numbers and empty books is left out
of the objects' time; columns make their draws inside theirs.
"""

import argparse
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from plain_month import Households, Purposes, source
from province import (
    MONTHS,
    START,
    RecordedMonths,
    Spread,
    finish,
    load_province,
    say,
    whole_plan,
)  # first: it sets the threads of BLAS

from jinxiao.model.economy import Economy
from jinxiao.model.ergodic import CASH, CONSUMPTION, SLOPE, consume

Policy = Callable[[float], float]
"""The consumption function of one type: consumption at cash on hand, both in months of spendable income."""
SAME = 1e-5
"""Relative tolerance of books and households when both sides read the same consumption table; some columns keep seven digits."""
AMOUNTS = ("consumption", "income", "liquid_wealth")
"""Columns by which every household is compared, relative to a month's permanent income at least."""


def table_policies(month: Any) -> list[Policy]:
    """Return the policies of all types from the columns' own table."""
    table = month.consumption_table

    def of(row: int) -> Policy:
        return lambda cash: consume(cash, row, table)

    return [of(row) for row in range(len(table.lowest))]


def plain_policies(month: Any) -> list[Policy]:
    """Return the policies of all types in plain Python: linear between the nodes of the table."""
    table = month.consumption_table

    def of(row: int) -> Policy:
        lowest, limit = float(table.lowest[row]), float(table.limits[row])
        nodes = table.nodes[row][np.isfinite(table.nodes[row, :, CASH])]
        m, c, slope = (nodes[:, k].tolist() for k in (CASH, CONSUMPTION, SLOPE))

        def policy(cash: float) -> float:
            cash = max(cash, lowest)
            j = max(bisect_right(m, cash) - 1, 0)
            return min(c[j] + slope[j] * (cash - m[j]), cash + limit)

        return policy

    return [of(row) for row in range(len(table.lowest))]


def relative_gap(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference relative to the size of the book's column (its mean absolute value at least)."""
    size = np.maximum(np.abs(theirs), np.abs(theirs).mean(axis=0, keepdims=True)) + 1e-9
    return float((np.abs(ours - theirs) / size).max())


def compare(
    recorded: RecordedMonths,
    policies: Sequence[Sequence[Policy]],
    purposes: Purposes,
    tolerance: float,
    exact: bool,
) -> dict[str, float]:
    """Live the months with all households on both sides; raise AssertionError where they differ, else say by how much.

    The draws that are asked for are noted in ``purposes``.
    """
    run = recorded.fresh()
    ids = range(len(run.state.households.weight))
    objects = Households(run.state.households, run.household_parameters, ids, purposes)
    shapes = {name: shape[1:] for name, shape in recorded.books.items()}
    worst = {"consumption": 0.0, "income": 0.0, "households_off": 0.0}
    for k, month in enumerate(recorded.months):
        books = recorded.empty_books()
        recorded.live(run, k, books)
        objects.open_month(month, policies[k], recorded.given[k], shapes, prepared=False)
        objects.agents.do("live")
        weight = run.state.households.weight.astype(np.float64)
        month_income = run.state.households.permanent_income.astype(np.float64)
        off = np.zeros(len(ids), bool)
        for name in AMOUNTS:
            theirs = getattr(run.state.households, name).astype(np.float64)
            ours = np.array([getattr(a, name) for a in objects.households])
            off |= np.abs(ours - theirs) > tolerance * np.maximum(np.abs(theirs), month_income)
            if name in worst:
                worst[name] = max(worst[name], abs(float(weight @ ours) / float(weight @ theirs) - 1.0))
        worst["households_off"] = max(worst["households_off"], float(off.mean()))
        if exact:
            for name, book in books.items():
                gap = relative_gap(np.array(getattr(objects, name)), book.sum(axis=0))
                worst[name] = max(worst.get(name, 0.0), gap)
                assert gap < tolerance, f"book {name!r} of month {month.t} differs by {gap:.1e}"
    assert worst["consumption"] < tolerance and worst["income"] < tolerance, worst
    assert worst["households_off"] < (0.001 if exact else 0.02), worst
    return worst


def objects_seconds(
    recorded: RecordedMonths, policies: Sequence[Sequence[Policy]], purposes: Purposes, ids: range
) -> float:
    """Return processor seconds per household-month of ``agents.do('live')``, draws prepared."""
    run = recorded.fresh()
    objects = Households(run.state.households, run.household_parameters, ids, purposes)
    shapes = {name: shape[1:] for name, shape in recorded.books.items()}
    seconds = 0.0
    for k, month in enumerate(recorded.months):
        objects.open_month(month, policies[k], recorded.given[k], shapes)
        start = time.thread_time()
        objects.agents.do("live")
        seconds += time.thread_time() - start
    return seconds / (len(ids) * len(recorded.months))


def columns_seconds(recorded: RecordedMonths, times: int) -> float:
    """Return processor seconds per household-month of the columns, the months lived ``times`` times."""
    seconds = 0.0
    for _ in range(times):
        run = recorded.fresh()
        for k in range(len(recorded.months)):
            books = recorded.empty_books()
            start = time.thread_time()
            recorded.live(run, k, books)
            seconds += time.thread_time() - start
    return seconds / (times * len(run.state.households.weight) * len(recorded.months))


def main() -> None:
    """Check, time, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--objects", type=int, default=2000, help="households that are timed as objects")
    parser.add_argument("--show", action="store_true", help="print the derived Python and end")
    options = parser.parse_args()
    if options.show:
        print(source())
        return

    world, baseline = load_province(1000)
    economy = Economy(world, whole_plan(), baseline, seed=1)
    economy.run_for(START)
    recorded = RecordedMonths(economy, MONTHS)
    tables = [table_policies(month) for month in recorded.months]
    looked_up = [plain_policies(month) for month in recorded.months]

    purposes = Purposes()
    same = compare(recorded, tables, purposes, SAME, exact=True)
    say(f"same table: largest relative differences { ({k: f'{v:.1e}' for k, v in same.items()}) }")
    near = compare(recorded, looked_up, purposes, SAME, exact=False)
    say(f"own lookup: largest relative differences { ({k: f'{v:.1e}' for k, v in near.items()}) }")

    ids = range(0, len(world), max(1, len(world) // options.objects))
    columns, objects = [], []
    for pair in range(options.pairs):
        columns.append(columns_seconds(recorded, 5))
        objects.append(objects_seconds(recorded, looked_up, purposes, ids))
        say(
            f"pair {pair + 1}: columns {columns[-1] * 1e9:.0f} ns, objects {objects[-1] * 1e6:.1f} us, "
            f"x{objects[-1] / columns[-1]:.1f}"
        )
    by_pair = Spread.of([o / c for o, c in zip(objects, columns, strict=True)])
    finish(
        "mesa_objects", min(objects) / min(columns), "x faster per household-month",
        pairs=options.pairs, ratio_by_pair=by_pair.rounded(),
        columns_ns=Spread.of([1e9 * c for c in columns]).rounded(), objects_us=Spread.of([1e6 * o for o in objects]).rounded(),
        columns_households=len(world), objects_households=len(ids), months=MONTHS,
        consumption_gap=f"{same['consumption']:.1e}", income_gap=f"{same['income']:.1e}",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
