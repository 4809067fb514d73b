"""Uplift in samples of two sizes: what a measure adds at 1:100 is what it adds at 1:10, within the error of the sample.

Each measure runs alone from the start of the plan, at central parameters, in several samples of the coarse scale (each with
other households and other draws) and in one of the fine scale. The error of one coarse sample is the standard deviation over
the coarse samples; that of the fine one is smaller by the root of the ratio of scales. A measure agrees when the difference
between the mean of the coarse samples and the fine one is within three errors of it. Costs are compared in the same way.
"""

import argparse
import json
import math
import sys
import time
from typing import Any

import numpy as np
from province import say  # first: it sets the threads of BLAS

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model.economy import Economy
from jinxiao.model.names import month_index
from jinxiao.scenarios.plan import load_plan

ERRORS = 3.0
"""Errors of the difference within which two samples agree."""
LAST = "2026-03"
MEASURES = (5, 7, 8, 15, 28)
"""Transfers, insurance, durables, guests: measures that are large enough for a difference to be seen above the noise."""


def effects(scale: int, seed: int, measures: tuple[int, ...], months: int) -> dict[int, tuple[float, float]]:
    """Return what each measure adds to consumption, and its fiscal cost, yuan, in one sample."""
    plan = load_plan()
    world = World.load(scale=scale, seed=seed)
    reference = plan.scenario().policy(months)
    economy = Economy(world, reference, fit_baseline(world, load_parameters().central()), seed=seed)
    economy.run_for(plan.start)

    def total(policy: Any) -> tuple[float, float]:
        run = economy.fork(policy)
        run.run_for(months - plan.start)
        series = run.outcomes().series
        return float(series("total_consumption")[plan.start :].sum()), float(
            series("fiscal_cost")[plan.start :].sum()
        )

    base = total(reference)
    found = {}
    for number in measures:
        one = total(plan.scenario(number).policy(months))
        found[number] = (one[0] - base[0], one[1] - base[1])
        say(f"1:{scale}, sample {seed}, measure {number}: {found[number][0] / 1e9:+.3f} billion yuan")
    return found


def compared(coarse: np.ndarray, fine: float, ratio: float) -> dict[str, float]:
    """Return mean and error of the coarse samples, the fine one, and their difference in errors of it."""
    error = float(coarse.std(ddof=1))
    of_difference = error * math.sqrt(1.0 / len(coarse) + 1.0 / ratio)
    mean = float(coarse.mean())
    apart = (mean - fine) / of_difference if of_difference > 0.0 else 0.0 if mean == fine else math.inf
    return {"coarse": mean, "error_of_one": error, "fine": fine, "errors_apart": apart}


def main() -> int:
    """Run the samples, print a row a measure and one line of JSON; 1 if a measure disagrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coarse", type=int, default=100)
    parser.add_argument("--fine", type=int, default=10)
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument(
        "--measures", type=int, nargs="*", default=list(MEASURES), help="none given: a few large ones"
    )
    arguments = parser.parse_args()
    measures = tuple(arguments.measures or load_plan().measures)
    months, began = month_index(LAST) + 1, time.perf_counter()
    coarse = [effects(arguments.coarse, k + 1, measures, months) for k in range(arguments.samples)]
    fine = effects(arguments.fine, 1, measures, months)
    rows = {}
    for number in measures:
        rows[number] = {
            name: compared(
                np.array([one[number][i] for one in coarse]),
                fine[number][i],
                arguments.coarse / arguments.fine,
            )
            for i, name in enumerate(("consumption", "cost"))
        }
        c, k = rows[number]["consumption"], rows[number]["cost"]
        added = f"added {c['coarse'] / 1e9:7.3f} (+-{c['error_of_one'] / 1e9:.3f} a sample), fine {c['fine'] / 1e9:7.3f}"
        paid = f"cost {k['coarse'] / 1e9:7.3f}, fine {k['fine'] / 1e9:7.3f}"
        say(f"{number:2d}: {added}, {c['errors_apart']:+.1f} errors; {paid}, {k['errors_apart']:+.1f} errors")
    apart = [number for number, row in rows.items() if abs(row["consumption"]["errors_apart"]) > ERRORS]
    print(json.dumps({"measures": rows, "apart": apart, "seconds": round(time.perf_counter() - began)}))
    return 1 if apart else 0


if __name__ == "__main__":
    sys.exit(main())
