"""What a household-month costs at 1:1000, 1:100 and 1:10, the whole of ``Economy.step()``; with ``--full`` the province 1:1.

The scales take turns: in each round every scale lives the same months under the whole plan, on one thread, timed in
processor time (``time.thread_time``); the smaller ones several times over. Other work on the machine only ever adds time, so
the least of the rounds counts, and the ratio is that of the dearest scale to the cheapest. Memory is the peak resident size
(``ru_maxrss``) of a process that does nothing but load the world, fit and run.

A month in which a budget pool runs out is lived again until its closing day is found. How often that happens is chance, not
scale, so the passes a month are printed, and the ratio of the cost of one pass beside that of a month.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from province import (
    MONTHS,
    START,
    Spread,
    finish,
    load_province,
    peak_memory,
    say,
    whole_plan,
)  # first: it sets the threads of BLAS

from jinxiao.model.economy import Economy

SCALES = (1000, 100, 10)
LIMIT_GIB = 6.0
"""What the whole province may take."""
HOUSEHOLD_MONTHS = 1_000_000
"""Household-months that a scale lives per round at least, so that small scales are not timed in milliseconds."""


def start(scale: int, threads: int = 1) -> Economy:
    """Return a run of the whole plan at a scale, at the month from which on it is timed."""
    world, baseline = load_province(scale)
    began = time.perf_counter()
    economy = Economy(world, whole_plan(), baseline, seed=1, threads=threads, detail=False)
    say(f"1:{scale}: {len(world):,} households; burn-in and founding {time.perf_counter() - began:.1f} s")
    economy.run_for(START)
    return economy


def passes_a_month(economy: Economy) -> float:
    """Return how often households live a month of those that follow, on average."""
    run = economy.fork(economy.policy)
    live, passes = run._run_blocks, 0

    def counted(*arguments: Any) -> None:
        nonlocal passes
        passes += 1
        live(*arguments)

    run._run_blocks = counted  # type: ignore[method-assign]
    run.run_for(MONTHS)
    return passes / MONTHS


def step_nanoseconds(economy: Economy) -> float:
    """Return processor nanoseconds per household-month of the months that follow."""
    households = len(economy.world)
    times = max(1, round(HOUSEHOLD_MONTHS / (households * MONTHS)))
    seconds = 0.0
    for _ in range(times):
        run = economy.fork(economy.policy)
        began = time.thread_time()
        run.run_for(MONTHS)
        seconds += time.thread_time() - began
    return 1e9 * seconds / (times * households * MONTHS)


def memory_of(scale: int) -> float:
    """Return the peak GiB of this process after running some months at a scale."""
    start(scale).run_for(MONTHS)
    return peak_memory()


def in_fresh_process[R](work: Callable[..., R], *arguments: Any) -> R:
    """Return what a function gives in a process of its own.

    Linux counts what the parent once held as the child's peak, so this is called before the parent loads a world.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def compare(rounds: int, memory: bool) -> None:
    """Time the three scales in turns and print the ratio of the dearest to the cheapest."""
    more: dict[str, Any] = {}
    if memory:
        more["peak_gib"] = {f"1:{scale}": round(in_fresh_process(memory_of, scale), 2) for scale in SCALES}
        say(f"peak memory, GiB: {more['peak_gib']}")
    runs = {scale: start(scale) for scale in SCALES}
    passes = {scale: passes_a_month(economy) for scale, economy in runs.items()}
    nanoseconds: dict[int, list[float]] = {scale: [] for scale in SCALES}
    for k in range(rounds):
        for scale, economy in runs.items():
            nanoseconds[scale].append(step_nanoseconds(economy))
        say(f"round {k + 1}: " + ", ".join(f"1:{s} {v[-1]:.0f} ns" for s, v in nanoseconds.items()))
    least = [min(costs) for costs in nanoseconds.values()]
    a_pass = [cost / passes[scale] for scale, cost in zip(SCALES, least, strict=True)]
    by_round = Spread.of([max(costs) / min(costs) for costs in zip(*nanoseconds.values(), strict=True)])
    finish(
        "scale", max(least) / min(least), "slowest over fastest ns per household-month", rounds=rounds, months=MONTHS,
        ns={f"1:{s}": Spread.of(v).rounded() for s, v in nanoseconds.items()}, ratio_by_round=by_round.rounded(2),
        passes={f"1:{s}": round(n, 2) for s, n in passes.items()}, ratio_of_a_pass=round(max(a_pass) / min(a_pass), 2), **more,
    )  # fmt: skip


def live_in_full(threads: int, months: int) -> dict[str, Any]:
    """Run the whole province, a household for a household, and return its time and peak memory."""
    began = time.perf_counter()
    economy = start(1, threads)
    ready = time.perf_counter()
    say(f"1:1 ready after {ready - began:.0f} s, peak {peak_memory():.2f} GiB")
    processor, least = time.process_time(), float("inf")
    for month in range(months):
        opened = time.perf_counter()
        economy.run_for(1)
        least = min(least, time.perf_counter() - opened)
        say(f"month {month + 1}: {time.perf_counter() - opened:.1f} s, peak {peak_memory():.2f} GiB")
    households = len(economy.world)
    spent = time.process_time() - processor
    return {
        "households": households, "months": months, "threads": threads, "start_seconds": round(ready - began, 1),
        "seconds_per_month": round(least, 2), "ns": round(1e9 * spent / (months * households), 1),
    } | {"peak_gib": round(peak_memory(), 2)}  # fmt: skip


def full(threads: int, months: int) -> None:
    """Print what the whole province takes; the ratio is peak memory over the limit."""
    found = in_fresh_process(live_in_full, threads, months)
    finish("scale_full", found["peak_gib"] / LIMIT_GIB, f"of {LIMIT_GIB:g} GiB", **found)


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--no-memory", action="store_true", help="leave out peak memory (a process a scale)")
    parser.add_argument("--full", action="store_true", help="the province at 1:1 instead")
    parser.add_argument("--threads", type=int, default=2, help="threads of --full")
    parser.add_argument("--months", type=int, default=MONTHS, help="months of --full that are timed")
    options = parser.parse_args()
    if options.full:
        full(options.threads, options.months)
    else:
        compare(options.rounds, not options.no_memory)


if __name__ == "__main__":
    sys.exit(main())
