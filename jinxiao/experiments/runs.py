"""The runs of one draw: one history up to the start of the plan, forked into every scenario that is compared.

All runs of a draw share the world, the parameters and every random number; they differ in policy alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from jinxiao.experiments.attribution import Coalition
from jinxiao.experiments.effects import Periods, flows
from jinxiao.experiments.engine import EconomyLike, Engine, content_hash, policy_hashes
from jinxiao.experiments.ensemble import Tick
from jinxiao.experiments.store import RunStore
from jinxiao.files.errors import InvariantError
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


def model_seed(seed: int, draw: int) -> int:
    """Return the seed of the economy of a draw, unrelated to those of other draws and seeds."""
    return int(np.random.SeedSequence([seed, draw]).generate_state(1, np.uint32)[0])


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
        self._shared = content_hash(
            setting.engine.code_hash(),
            self.world.content_hash,
            draw.parameters,
            draw.seed,
            setting.months,
            setting.first,
        )
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
            known[key] = flows(
                self._outcomes(key, policy, arm.closure), policy.instruments, self.setting.first
            )
        return known[key]

    def outcomes(self, policy: Policy) -> Outcomes:
        """Return the run of any policy that has the reference's history, from the store where it is there."""
        return self._outcomes(self._address(policy, "full"), policy, "full")

    def _outcomes(self, key: str, policy: Policy, closure: str) -> Outcomes:
        """Return a run from the store, or simulate it and keep it there."""
        outcomes = self._store.load(key)
        if outcomes is None:
            outcomes = self._simulate(policy, closure).outcomes()
            self._store.save(key, outcomes)
        return outcomes

    def _simulate(self, policy: Policy, closure: str) -> EconomyLike:
        path = self._recorded_markets() if closure == "direct" else None
        economy = self._past_economy().fork(policy, path)
        economy.run_for(self.setting.months - self.setting.first)
        return economy

    def _past_economy(self) -> EconomyLike:
        """Return the economy at the start of the plan, simulated once."""
        key = content_hash(self._shared, self._past)
        if self._memory.history is None or self._memory.history[0] != key:
            engine = self.setting.engine
            economy = engine.start(self.world, self.reference, self.draw.parameters, self.draw.seed)
            economy.run_for(self.setting.first)
            self._memory.history = key, economy
        return self._memory.history[1]

    def _recorded_markets(self) -> Any:
        """Return prices, wages and jobs of the reference, which direct runs replay."""
        if self._market_path is None:
            self._market_path = self._simulate(self.reference, "full").market_path
        return self._market_path

    def run(self, arms: Iterable[Arm], tick: Tick) -> dict[Arm, np.ndarray]:
        """Return the flows of many arms, reporting each."""
        result = {}
        for arm in arms:
            result[arm] = self.flows(arm)
            tick(1)
        return result
