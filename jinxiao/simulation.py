"""The economy as people start it from Python: a world and a scenario are enough."""

from collections.abc import Mapping
from typing import Any

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Policy
from jinxiao.model.economy import Economy as ModelEconomy
from jinxiao.scenarios import Scenario

MONTHS = 48
"""Months simulated unless said otherwise: January 2024 to December 2027."""


class Economy(ModelEconomy):
    """Shanxi month by month: a ``mesa.Model`` whose step is one month.

    Parameters
    ----------
    world : World
        From ``World.load(scale=100)``.
    scenario : Scenario or Policy
        What is done, e.g. ``plan.scenario(5)``.
    seed : int
        Key of all random draws.
    months : int
        Months that can be simulated; a Policy brings its own.
    values : mapping, optional
        Parameter values by dotted name; by default every parameter at its stated value. Names of levers among them
        change the scenario.
    baseline : Baseline, optional
        Fitted levels, when they are at hand; by default they are fitted to the published figures of 2024.
    threads : int
        Threads that work on households; results do not depend on it.

    Examples
    --------
    >>> economy = Economy(World.load(scale=1000), load_plan("shanxi-2025").scenario(5))  # doctest: +SKIP
    >>> economy.run_for(48)  # doctest: +SKIP
    >>> economy.households.agg("consumption", "sum")  # doctest: +SKIP
    """

    def __init__(
        self,
        world: World,
        scenario: Scenario | Policy,
        seed: int = 1,
        *,
        months: int = MONTHS,
        values: Mapping[str, Any] | None = None,
        baseline: Baseline | None = None,
        threads: int = 1,
    ) -> None:
        levers = {k: v for k, v in (values or {}).items() if k.startswith("measures.")}
        policy = scenario if isinstance(scenario, Policy) else scenario.policy(months, levers)
        if baseline is None:
            own = {k: v for k, v in (values or {}).items() if k not in levers}
            baseline = fit_baseline(world, {**load_parameters().central(), **own})
        super().__init__(world, policy, baseline, seed=seed, threads=threads)
