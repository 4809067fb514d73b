"""The runs of one draw: one history up to the start of the plan, forked into every scenario that is compared.

All runs of a draw share the world, the parameters and every random number; they differ in policy alone.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from jinxiao.experiments.attribution import Coalition
from jinxiao.experiments.effects import Periods, flows
from jinxiao.experiments.engine import EconomyLike, Engine, content_hash, policy_hashes
from jinxiao.experiments.ensemble import Tick, WorkerDied
from jinxiao.experiments.failures import FAILING, Failure, from_json, keep_recipes, to_json, what_failed
from jinxiao.experiments.store import RunStore
from jinxiao.files.errors import InputError, InvariantError
from jinxiao.model.conditions import Policy
from jinxiao.model.names import month_label
from jinxiao.model.outcomes import Outcomes

Part = Literal["all", "continued", "national", "given"]
Closure = Literal["full", "direct"]
CLOSURES: tuple[Closure, ...] = ("full", "direct")
REFERENCES = ("without", "baseline")


class Arm(NamedTuple):
    """One run of a draw: the measures in force, which of their instruments, and whether markets answer."""

    coalition: Coalition
    part: Part = "all"
    closure: Closure = "full"

    @property
    def measures(self) -> str:
        """The measures in force, as text: ``5+15``; ``none`` without any."""
        return "+".join(map(str, sorted(self.coalition))) or "none"


@dataclass(frozen=True)
class Setting:
    """What all draws of an experiment have in common.

    Attributes
    ----------
    plan : Plan
        The measures and their instruments.
    scale, seed, months : int
        Real households per agent, seed of the experiment, months simulated.
    first : int
        Month in which the plan starts: before it all runs are one.
    reference : {'without', 'baseline'}
        What measures are compared with.
    store : Path, optional
        Folder of the run store.
    fresh : bool
        Ignore what the store holds.
    engine : Engine
        Where runs come from.
    code : str, optional
        Hash of the code of the process that asks; a worker that has other code refuses to run.
    """

    plan: Any
    scale: int
    seed: int
    months: int
    first: int
    reference: str = "without"
    store: Path | None = None
    fresh: bool = False
    engine: Engine = field(default_factory=Engine)
    code: str | None = None

    @property
    def periods(self) -> Periods:
        """The evaluation window: from the plan's start to the end."""
        return Periods.of(self.first, self.months - self.first)


@dataclass(frozen=True)
class Draw:
    """One draw: values of the model's parameters and of the levers', and the seed of everything random."""

    number: int
    parameters: Mapping[str, Any]
    levers: Mapping[str, Any]
    seed: int
    replicate: int = 0


@dataclass(frozen=True)
class Task:
    """Runs of one draw that one process does, one after another."""

    draw: Draw
    arms: tuple[Arm, ...]


@dataclass(frozen=True)
class TaskRuns:
    """Flow arrays of the runs of a task, and those that failed."""

    flows: dict[Arm, np.ndarray]
    failures: tuple[Failure, ...] = ()


def model_seed(seed: int, draw: int, replicate: int = 0) -> int:
    """Return the seed of the economy of a draw, unrelated to those of other draws, replicates and seeds."""
    key = [seed, draw, replicate] if replicate else [seed, draw]
    return int(np.random.SeedSequence(key).generate_state(1, np.uint32)[0])


def make_draw(parameters: Any, seed: int, number: int) -> Draw:
    """Return draw `number` from the priors."""
    return split_values(parameters, parameters.draw(seed, number), number, model_seed(seed, number))


def split_values(parameters: Any, values: Mapping[str, Any], number: int, seed: int) -> Draw:
    """Part the values of the model from those of the levers, so that runs without levers depend on the former alone."""
    lever_names = {name for name, *_ in parameters.extra}
    own = {name: value for name, value in values.items() if name not in lever_names}
    return Draw(number, own, {name: values[name] for name in values if name in lever_names}, seed)


@lru_cache(maxsize=2)
def _load(load: Callable[[int, int], Any], scale: int, seed: int) -> Any:
    return load(scale, seed)


def world_of(setting: Setting) -> Any:
    """Return the world of an experiment, loaded once a process."""
    return _load(setting.engine.load_world, setting.scale, setting.seed)


@dataclass
class Memory:
    """What is at hand in this process: flow arrays by run, and the last history.

    Draws that differ only in numbers of levers that are not yet in force share their history and their reference.
    """

    flows: dict[str, np.ndarray] = field(default_factory=dict)
    history: tuple[str, EconomyLike] | None = None


class DrawRuns:
    """All runs of one draw: each is simulated at most once, from the common history, and kept in the store.

    Parameters
    ----------
    setting : Setting
        The experiment.
    draw : Draw
        The draw.
    store : RunStore
        Where finished runs are kept.
    memory : Memory, optional
        What other draws of this process have left.
    """

    def __init__(self, setting: Setting, draw: Draw, store: RunStore, memory: Memory | None = None) -> None:
        self.setting = setting
        self.draw = draw
        self.world = world_of(setting)
        self.reference = self.policy(Arm(frozenset()))
        self._store = store
        self._memory = memory if memory is not None else Memory()
        self._past, self._reference_hash = policy_hashes(self.reference, setting.first)
        code = setting.engine.code_hash()
        if setting.code not in (None, code):
            raise InputError(
                "worker",
                field="code",
                found="a worker with other sources or packages than the command's",
                allowed="the same in all processes: run the command again, on a cluster of the same version",
            )
        self._shared = content_hash(
            code,
            self.world.content_hash,
            draw.parameters,
            draw.seed,
            setting.months,
            setting.first,
        )
        self._past_key = content_hash(self._shared, self._past)
        self._market_path: Any = None

    def policy(self, arm: Arm) -> Policy:
        """Return the policy of an arm."""
        scenario = self.setting.plan.scenario(*arm.coalition, reference=self.setting.reference, part=arm.part)
        policy: Policy = scenario.policy(self.setting.months, self.draw.levers)
        return policy

    def key(self, arm: Arm) -> str:
        """Return the address of an arm's run: arms that do the same have the same."""
        return self._address(self.policy(arm), arm.closure)

    def _address(self, policy: Policy, closure: str) -> str:
        past, what = policy_hashes(policy, self.setting.first)
        if past != self._past:
            start = month_label(self.setting.first)
            raise InvariantError(
                f"policy {policy.name}: differs from the reference before {start}, when the plan starts"
            )
        return content_hash(self._shared, what, "full" if what == self._reference_hash else closure)

    def flows(self, arm: Arm) -> np.ndarray:
        """Return the flow array of an arm; arms that do the same are one run, so their difference is exactly zero."""
        policy = self.policy(arm)
        key = self._address(policy, arm.closure)
        known = self._memory.flows
        if key not in known:
            found = self._outcomes(key, policy, arm.closure, arm)
            known[key] = flows(found, policy.instruments, self.setting.first)
        return known[key]

    @property
    def has_history(self) -> bool:
        """Whether the common history is at hand."""
        return self._memory.history is not None and self._memory.history[0] == self._past_key

    def outcomes(self, policy: Policy) -> Outcomes:
        """Return the run of any policy that has the reference's history, from the store where it is there."""
        return self._outcomes(self._address(policy, "full"), policy, "full")

    def _outcomes(self, key: str, policy: Policy, closure: str, arm: Arm | None = None) -> Outcomes:
        """Return a run from the store, or simulate it and keep it there."""
        outcomes = self._store.load(key)
        if outcomes is None:
            began = time.perf_counter()
            outcomes = self._simulate(policy, closure).outcomes()
            self._store.save(key, outcomes, self._about(policy, closure, arm, time.perf_counter() - began))
        return outcomes

    def _about(self, policy: Policy, closure: str, arm: Arm | None, seconds: float) -> dict[str, Any]:
        """Return what the index of the store tells about a run; the draw is the first that asked for it."""
        setting, draw = self.setting, self.draw
        return {
            "scenario": policy.name,
            "plan": setting.plan.name,
            "measures": arm.measures if arm else None,
            "part": arm.part if arm else None,
            "closure": closure,
            "reference": setting.reference,
            "draw": draw.number,
            "replicate": draw.replicate,
            "seed": setting.seed,
            "model_seed": draw.seed,
            "scale": setting.scale,
            "months": setting.months,
            "code": setting.engine.code_hash(),
            "world": self.world.content_hash,
            "version": metadata.version("jinxiao"),
            "seconds": round(seconds, 3),
        }

    def _simulate(self, policy: Policy, closure: str) -> EconomyLike:
        path = self._recorded_markets() if closure == "direct" else None
        economy = self._past_economy().fork(policy, path)
        economy.run_for(self.setting.months - self.setting.first)
        return economy

    def _past_economy(self) -> EconomyLike:
        """Return the economy at the start of the plan, simulated once."""
        if not self.has_history:
            engine = self.setting.engine
            economy = engine.start(self.world, self.reference, self.draw.parameters, self.draw.seed)
            economy.run_for(self.setting.first)
            self._memory.history = self._past_key, economy
        assert self._memory.history is not None
        return self._memory.history[1]

    def _recorded_markets(self) -> Any:
        """Return prices, wages and jobs of the reference, which direct runs replay."""
        if self._market_path is None:
            self._market_path = self._simulate(self.reference, "full").market_path
        return self._market_path


# ------------------------------------------------------------------ units of an ensemble


def run_task(unit: Task, tick: Tick, setting: Setting) -> TaskRuns:
    """Do the runs of a task (the work of one unit of the ensemble); one that fails does not stop the others."""
    runs = DrawRuns(setting, unit.draw, RunStore(setting.store, fresh=setting.fresh))
    done: dict[Arm, np.ndarray] = {}
    failures: list[Failure] = []
    for position, arm in enumerate(unit.arms):
        try:
            done[arm] = runs.flows(arm)
        except FAILING as error:
            failures.append(failure_of(setting, unit.draw, arm if runs.has_history else None, error))
            if not runs.has_history:  # what all the others would begin with
                tick(len(unit.arms) - position)
                break
        tick(1)
    keep_recipes(setting.store, failures)
    return TaskRuns(done, tuple(failures))


def died(setting: Setting, task: Task, runs: int) -> TaskRuns:
    """Return what is known of a task whose worker was ended: the run after those that were finished did not end."""
    arm = task.arms[min(runs, len(task.arms) - 1)]
    failures = (failure_of(setting, task.draw, arm, WorkerDied()),)
    keep_recipes(setting.store, failures)
    return TaskRuns({}, failures)


HISTORY = 1.7
"""What start, fit and months before the plan cost, in runs of the months that follow (measured at 1:100)."""


def split(draws: Sequence[Draw], arms: Callable[[Draw], Sequence[Arm]], workers: int) -> list[Task]:
    """Return tasks that keep all workers busy: whole draws, and parts of those that are left over.

    Workers that split a draw each live its history for themselves: nobody else could use the time in which they would wait
    for it, and nothing large has to be written and read.

    Parameters
    ----------
    draws : sequence of Draw
    arms : callable
        Returns the runs of a draw.
    workers : int
        Units that can be worked on at once.
    """
    over = len(draws) % workers
    whole = draws[: len(draws) - over]
    tasks = [Task(draw, tuple(arms(draw))) for draw in whole]
    for draw in draws[len(draws) - over :]:
        listed = sorted(
            arms(draw), key=lambda arm: arm.closure != "full"
        )  # direct runs share a recorded path
        parts = min(
            range(1, len(listed) + 1), key=lambda k: _rounds(over * k, workers) * _cost(len(listed), k)
        )
        edges = [len(listed) * i // parts for i in range(parts + 1)]
        tasks += [Task(draw, tuple(listed[a:b])) for a, b in pairwise(edges)]
    return tasks


def _rounds(tasks: int, workers: int) -> int:
    return -(-tasks // workers)


def _cost(arms: int, parts: int) -> float:
    return HISTORY + -(-arms // parts)


# ------------------------------------------------------------------ runs that failed


def failure_of(setting: Setting, draw: Draw, arm: Arm | None, error: BaseException) -> Failure:
    """Return the record of a run that failed; without an arm it is the history of a draw."""
    known = Arm(frozenset()) if arm is None else arm
    return Failure(
        draw=draw.number,
        replicate=draw.replicate,
        measures="" if arm is None else arm.measures,
        part=known.part,
        closure=known.closure,
        recipe=recipe(setting, draw, known),
        **what_failed(error),
    )


def recipe(setting: Setting, draw: Draw, arm: Arm) -> dict[str, Any]:
    """Return all that determines a run, so that it can be repeated: :func:`repeat`."""
    plan = setting.plan
    return {
        "key": content_hash(
            draw.parameters, draw.levers, draw.seed, sorted(arm.coalition), arm.part, arm.closure
        ),
        "plan": plan.name,
        "plan_file": None if plan.path.is_relative_to(_PACKAGE) else str(plan.path),
        "scale": setting.scale,
        "seed": setting.seed,
        "months": setting.months,
        "reference": setting.reference,
        "coalition": sorted(arm.coalition),
        "part": arm.part,
        "closure": arm.closure,
        "draw": draw.number,
        "replicate": draw.replicate,
        "model_seed": draw.seed,
        "parameters": to_json(draw.parameters),
        "levers": to_json(draw.levers),
        "code": setting.engine.code_hash(),
    }


_PACKAGE = Path(__file__).resolve().parent.parent


def repeat(
    made_of: Mapping[str, Any], plan: Any, engine: Engine | None = None, scenario: Any = None
) -> np.ndarray:
    """Simulate the run of a recipe again, from the start, and return its flows; what failed fails again.

    Parameters
    ----------
    made_of : mapping
        See :func:`recipe`.
    plan : Plan
        The plan that it names.
    engine : Engine, optional
        Where runs come from.
    scenario : Scenario, optional
        What runs, where the recipe is of a whole scenario rather than of measures.
    """
    own = {name: made_of[name] for name in ("scale", "seed", "months", "reference")}
    setting = Setting(plan, first=plan.start, engine=engine or Engine(), **own)
    draw = Draw(
        made_of["draw"],
        from_json(made_of["parameters"]),
        from_json(made_of["levers"]),
        made_of["model_seed"],
        made_of["replicate"],
    )
    arm = Arm(frozenset(made_of["coalition"]), made_of["part"], made_of["closure"])
    runs = DrawRuns(setting, draw, RunStore(None))
    if scenario is None:
        return runs.flows(arm)
    policy = scenario.policy(setting.months, draw.levers)
    return flows(runs.outcomes(policy), policy.instruments, setting.first)
