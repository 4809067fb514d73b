"""What a household-month costs at 1:1000, 1:100 and 1:10, the whole of ``Economy.step()``; or, with ``--whole``, at 1:1.

The scales take turns: in each round every scale lives the same months under the whole plan, on one thread, timed in
processor time (``time.thread_time``); the smaller ones several times over. Memory is the peak resident size of a process
that does nothing but load the world, fit and run (``ru_maxrss``).
"""

import argparse
import json
import multiprocessing
import sys
import time
from typing import Any

from province import (
    Spread,
    finish,
    load_province,
    peak_memory,
    say,
    whole_plan,
)  # first: it sets the threads of BLAS

from jinxiao.model.economy import Economy

SCALES = (1000, 100, 10)
START = 12
MONTHS = 3
HOUSEHOLD_MONTHS = 1_000_000
"""Household-months that a scale lives per round at least, so that small scales are not timed in milliseconds."""


def start(scale: int, threads: int = 1) -> Economy:
    """Return a run of the whole plan at a scale, a year in."""
    world, baseline = load_province(scale)
    began = time.perf_counter()
    economy = Economy(world, whole_plan(), baseline, seed=1, threads=threads, detail=False)
    say(f"1:{scale}: {len(world):,} households; burn-in and founding {time.perf_counter() - began:.1f} s")
    economy.run_for(START)
    return economy


def step_nanoseconds(economy: Economy) -> float:
    """Return processor nanoseconds per household-month of the months that follow."""
    households = len(economy.world.households["weight"])
    times = max(1, round(HOUSEHOLD_MONTHS / (households * MONTHS)))
    seconds = 0.0
    for _ in range(times):
        run = economy.fork(economy.policy)
        began = time.thread_time()
        run.run_for(MONTHS)
        seconds += time.thread_time() - began
    return 1e9 * seconds / (times * households * MONTHS)


def _memory_of(scale: int, answer: Any) -> None:
    economy = start(scale)
    economy.run_for(MONTHS)
    answer.put(peak_memory())


def memory_of(scale: int) -> float:
    """Return peak GiB of a fresh process that runs this scale."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=_memory_of, args=(scale, answer))
    process.start()
    gib = float(answer.get())
    process.join()
    return gib


def compare(rounds: int, memory: bool) -> None:
    """Time the three scales in turns and print the ratio of the dearest to the cheapest."""
    runs = {scale: start(scale) for scale in SCALES}
    nanoseconds: dict[int, list[float]] = {scale: [] for scale in SCALES}
    for k in range(rounds):
        for scale, economy in runs.items():
            nanoseconds[scale].append(step_nanoseconds(economy))
        say(f"round {k + 1}: " + ", ".join(f"1:{s} {v[-1]:.0f} ns" for s, v in nanoseconds.items()))
    ratio = Spread.of([max(costs) / min(costs) for costs in zip(*nanoseconds.values(), strict=True)])
    del runs, economy
    more: dict[str, Any] = {}
    if memory:
        more["peak_gib"] = {f"1:{scale}": round(memory_of(scale), 2) for scale in SCALES}
    finish(
        "scale", ratio, "slowest over fastest ns per household-month", min=round(ratio.low, 2), max=round(ratio.high, 2),
        rounds=rounds, months=MONTHS, ns={f"1:{s}": Spread.of(v).rounded() for s, v in nanoseconds.items()}, **more,
    )  # fmt: skip


def whole(threads: int, months: int) -> None:
    """Run the whole province, a household for a household, and print its time and peak memory."""
    began = time.perf_counter()
    economy = start(1, threads)
    ready = time.perf_counter()
    say(f"1:1 ready after {ready - began:.0f} s, peak {peak_memory():.2f} GiB")
    processor = time.process_time()
    economy.run_for(months)
    households = len(economy.world.households["weight"])
    print(
        json.dumps(
            {
                "name": "scale_whole", "households": households, "months": months, "threads": threads,
                "peak_gib": round(peak_memory(), 2), "start_seconds": round(ready - began, 1),
                "seconds_per_month": round((time.perf_counter() - ready) / months, 2),
                "processor_ns_per_household_month": round(1e9 * (time.process_time() - processor) / (months * households), 1),
            }
        )
    )  # fmt: skip


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--no-memory", action="store_true", help="leave out peak memory (a process a scale)")
    parser.add_argument("--whole", action="store_true", help="the province at 1:1 instead")
    parser.add_argument("--threads", type=int, default=2, help="threads of --whole")
    parser.add_argument("--months", type=int, default=6, help="months of --whole after the first year")
    options = parser.parse_args()
    if options.whole:
        whole(options.threads, options.months)
    else:
        compare(options.rounds, not options.no_memory)


if __name__ == "__main__":
    sys.exit(main())
