"""What an ensemble costs beyond its runs, how well it fills the cores, what workers hold, and what better draws gain.

Overhead: the wall time of an ensemble on one process, from a store that is empty, against the sum of its single runs (start, fit,
history and the months after it, of the same draws), called one after another without the ensemble. The two take turns. With
``--jobs N`` the same ensemble on N processes: its processor time over that of the single runs.

``--memory`` instead: what a world adds to the memory of each of several workers that read all of it (Linux, ``smaps_rollup``).
``--draws-gain`` instead: the error of the mean of eight draws, independent, Sobol and antithetic, over repetitions with other
seeds; the ratio is the variance of independent draws over that of Sobol ones: so many times fewer draws do.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from province import PLAN, finish, say

from jinxiao.experiments.designs import SAMPLINGS, draws_of
from jinxiao.experiments.effects import ALL, CONSUMPTION
from jinxiao.experiments.engine import Engine
from jinxiao.experiments.ensemble import map_units
from jinxiao.experiments.runs import Arm, Draw, DrawRuns, Setting, make_draw, world_of
from jinxiao.experiments.store import RunStore
from jinxiao.experiments.uplift import uplift
from jinxiao.scenarios.plan import load_plan

MEASURES = (5, 15, 21)
MONTHS = 48
DRAWS_A_MEAN = 8
COARSE = 5000
"""Scale at which a world takes next to nothing."""


def setting_of(scale: int, months: int = MONTHS) -> Setting:
    """Return an experiment without a store."""
    plan = load_plan(PLAN)
    return Setting(plan, scale, 1, months, plan.start)


def single_runs(setting: Setting, draws: int) -> float:
    """Return wall seconds of the runs that the ensemble takes, by the model alone."""
    engine, plan = Engine(), setting.plan
    parameters, world = engine.load_parameters(plan), world_of(setting)
    whole = frozenset(MEASURES)
    policies = [
        (frozenset(), "all"),
        *((frozenset({k}), "all") for k in MEASURES),
        (whole, "all"),
        (whole, "continued"),
    ]
    began = time.perf_counter()
    for number in range(draws):
        draw = make_draw(parameters, setting.seed, number)
        arms = [plan.scenario(*c, part=part).policy(setting.months, draw.levers) for c, part in policies]
        economy = engine.start(world, arms[0], draw.parameters, draw.seed)
        economy.run_for(setting.first)
        for policy in arms:
            fork = economy.fork(policy)
            fork.run_for(setting.months - setting.first)
            fork.outcomes()
    return time.perf_counter() - began


def ensemble(setting: Setting, draws: int, jobs: int) -> tuple[float, float]:
    """Return wall and processor seconds of the ensemble, from an empty store to the table."""
    with tempfile.TemporaryDirectory() as folder:
        began, worked = time.perf_counter(), _processor()
        uplift(
            setting.plan, MEASURES, scale=setting.scale, draws=draws, months=setting.months, new="whole", jobs=jobs,
            store=Path(folder),
        )  # fmt: skip
        return time.perf_counter() - began, _processor() - worked


def _processor() -> float:
    """Return processor seconds of this process and of those that it has started and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def overhead(scale: int, draws: int, rounds: int, jobs: int) -> None:
    """Print the overhead; the least of the rounds counts."""
    setting = setting_of(scale)
    ensemble(setting, 1, 1)  # loads, compiles
    single, whole, spread = [], [], []
    for number in range(rounds):
        single.append(single_runs(setting, draws))
        whole.append(ensemble(setting, draws, 1)[0])
        say(f"round {number + 1}: single runs {single[-1]:.1f} s, ensemble {whole[-1]:.1f} s")
    if jobs > 1:
        spread.append(ensemble(setting, draws, jobs))
    finish(
        "ensemble",
        min(whole) / min(single),
        "of the wall time of its single runs",
        scale=scale,
        draws=draws,
        runs=draws * (len(MEASURES) + 3),
        single_seconds=round(min(single), 2),
        ensemble_seconds=round(min(whole), 2),
        jobs=jobs,
        wall_on_jobs=round(spread[0][0], 2) if spread else None,
        processor_on_jobs=round(spread[0][1], 2) if spread else None,
    )


def held(which: int, setting: Setting, ready: Any, done: Any, answers: Any) -> None:
    """Hold a world with all its columns read, and tell how much memory that takes (a process of ``--memory``)."""
    world_of(setting_of(COARSE))  # what the code itself takes is there before the first look
    before = _memory()
    world = world_of(setting)
    size = sum(column.nbytes for column in world.households.values())
    total = sum(float(column.astype(np.float64).sum()) for column in world.households.values())
    ready.wait()
    answers.put((which, before, _memory(), size, total))
    done.wait()


def _memory() -> dict[str, float]:
    """Return resident, proportional and own memory of this process, MiB."""
    found = {}
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, size = line.split(":")
        found[name] = float(size.split()[0]) / 1024
    return {"rss": found["Rss"], "pss": found["Pss"], "own": found["Private_Dirty"]}


def memory(scale: int, workers: int) -> None:
    """Print what a worker's world adds to its own memory, beside others with the same world."""
    setting = setting_of(scale)
    world_of(setting)
    context = multiprocessing.get_context("spawn")
    ready, done, answers = context.Barrier(workers), context.Barrier(workers), context.SimpleQueue()
    processes = [
        context.Process(target=held, args=(w, setting, ready, done, answers)) for w in range(workers)
    ]
    for process in processes:
        process.start()
    found = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    size = found[0][3] / 2**20
    own = max(after["own"] - before["own"] for _, before, after, *_ in found)
    resident = min(after["rss"] - before["rss"] for _, before, after, *_ in found)
    finish(
        "ensemble_memory", own / size, "of the world in each worker's own memory", scale=scale, workers=workers,
        world_mib=round(size, 1), own_mib=round(own, 1), resident_mib=round(resident, 1),
    )  # fmt: skip


def total_of(unit: Draw, tick: Any, setting: Setting) -> float:
    """Return what all measures add over the window in a draw (a unit of ``--draws-gain``)."""
    runs = DrawRuns(setting, unit, RunStore(None))
    both = [setting.periods.sum(runs.flows(Arm(frozenset(c))))[0, CONSUMPTION, ALL] for c in (MEASURES, ())]
    tick(1)
    return float(both[0] - both[1])


def draws_gain(scale: int, repetitions: int, jobs: int) -> None:
    """Print how much nearer each other means of eight draws are, by the way of drawing."""
    setting = setting_of(scale, months=30)
    parameters = Engine().load_parameters(setting.plan)
    world_of(setting)
    variance = {}
    for sampling in SAMPLINGS:
        units = [
            d
            for r in range(repetitions)
            for d in draws_of(parameters, 1000 + r, DRAWS_A_MEAN, sampling=sampling)
        ]
        values = map_units(partial(total_of, setting=setting), units, jobs=jobs)
        means = np.array(values).reshape(repetitions, DRAWS_A_MEAN).mean(axis=1)
        variance[sampling] = float(means.var(ddof=1))
        say(
            f"{sampling}: mean {means.mean():.4g}, standard error of a mean of eight {means.std(ddof=1):.3g} yuan"
        )
    finish(
        "ensemble_draws", variance["independent"] / variance["sobol"], "times fewer draws for the same error",
        scale=scale, repetitions=repetitions, mean_of=DRAWS_A_MEAN,
        antithetic=round(variance["independent"] / variance["antithetic"], 2),
    )  # fmt: skip


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=int, default=None, help="100; with --draws-gain 5000")
    parser.add_argument("--draws", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--memory", action="store_true", help="what workers hold")
    parser.add_argument("--draws-gain", action="store_true", help="what better draws gain")
    parser.add_argument("--repetitions", type=int, default=12)
    options = parser.parse_args()
    if options.memory:
        memory(options.scale or 100, options.jobs)
    elif options.draws_gain:
        draws_gain(options.scale or COARSE, options.repetitions, options.jobs)
    else:
        overhead(options.scale or 100, options.draws, options.rounds, options.jobs)


if __name__ == "__main__":
    sys.exit(main())
