"""Solve consumption over stages of life that end at random, the last stage first; and the wealth that households hold in each.

A household in stage ``s`` lives on with probability ``survival`` and then leaves the stage with probability ``q`` (Gertler,
1999; Castaneda, Diaz-Gimenez and Rios-Rull, 2003): ages need not be followed, and the expected length of each stage, ``1/q``
months, is what households reckon with.  Utility is ``n (c / n)^(1 - rho) / (1 - rho)`` with ``n`` the needs of the stage's
household in equivalent adults, so marginal utility is ``n^rho c^-rho``.  The Euler equation at end-of-month wealth ``a``,
divided by ``n^rho``, is

    c^-rho = beta s R(a) [ (1 - q) E[(G psi)^-rho c(m')^-rho]
                           + q (n'/n)^rho E'[(D G' psi')^-rho c'(m'')^-rho] ]
             + beta (1 - s) theta^rho (a + theta c_b)^-rho,
    m''    = R(a) a / (D G' psi') + xi',

where a prime marks the next stage and ``D`` is permanent income there over permanent income here.  The last line is the
marginal value of a bequest (De Nardi, 2004): a household that dies for certain would leave ``theta (c - c_b)`` when it consumes
``c``, nothing when it consumes no more than ``c_b``; bequests are a luxury, so the rich save.

References: Gertler (1999), Carnegie-Rochester Conference Series 50; Castaneda, Diaz-Gimenez and Rios-Rull (2003), JPE 111;
De Nardi (2004), Review of Economic Studies 71.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit

from jinxiao.model.consumption import (
    ConsumptionFunction,
    ConsumptionProblem,
    Floats,
    SavingsGrid,
    eliminate,
    solve_given_outside,
)
from jinxiao.model.ergodic import (
    StationaryWealth,
    load_policies,
    policies_file,
    split_between,
    store_policies,
    summarise_wealth,
)

STAGE_GRID = SavingsGrid(savers=150, debtors=50, maximum=500.0, bend=0.3)
"""Nodes on which stages are solved: dense at the kinks, within 3e-3 of the default grid everywhere."""
STAGE_WEALTH_GRID = SavingsGrid(savers=160, debtors=40, maximum=500.0, bend=1.0)
"""Nodes of wealth in each stage."""


@dataclass(frozen=True, eq=False)
class LifeStage:
    """One stage of life of one type of household.

    Parameters
    ----------
    problem : ConsumptionProblem
        Preferences, shocks and rates within the stage.
    leaving : float
        Monthly probability ``q`` that a household that lives on leaves the stage; 0 where it lasts until death.
    following : LifeStage, optional
        What comes then.
    income_ratio : float
        Permanent income in the following stage over that in this one, ``D > 0``.
    need_ratio : float
        Needs in the following stage over needs in this one, ``n' / n > 0``.
    bequest_months : float
        ``theta``: months of consumption above ``bequest_threshold`` that a household about to die would leave; 0 for none.
    bequest_threshold : float
        ``c_b``: consumption above which bequests are left, months of permanent income a month.
    """

    problem: ConsumptionProblem
    leaving: float = 0.0
    following: "LifeStage | None" = None
    income_ratio: float = 1.0
    need_ratio: float = 1.0
    bequest_months: float = 0.0
    bequest_threshold: float = 0.0

    def __post_init__(self) -> None:
        requirements = {
            "leaving must lie in [0, 1)": 0.0 <= self.leaving < 1.0,
            "a stage that ends needs a following one": self.leaving == 0.0 or self.following is not None,
            "income_ratio must be positive": self.income_ratio > 0.0,
            "need_ratio must be positive": self.need_ratio > 0.0,
            "bequest_months must not be negative": self.bequest_months >= 0.0,
            "bequest_threshold must be positive where bequests are left": self.bequest_months == 0.0
            or self.bequest_threshold > 0.0,
        }
        if broken := [rule for rule, holds in requirements.items() if not holds]:
            raise ValueError(f"{'; '.join(broken)}: {self}")

    @property
    def key(self) -> str:
        """Digest of every number of the stage and of all that follow."""
        numbers = (
            self.leaving, self.income_ratio, self.need_ratio, self.bequest_months, self.bequest_threshold,
        )  # fmt: skip
        parts = [self.problem.key, *map(repr, map(float, numbers))]
        if self.following is not None and self.leaving > 0.0:
            parts.append(self.following.key)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()

    @property
    def need_weight(self) -> float:
        """Marginal utility of the same consumption in the following stage over that in this one, ``(n'/n)^rho``."""
        return self.need_ratio**self.problem.risk_aversion


@njit(cache=True, nogil=True)
def _expected_marginal(resources, growth, xi, probability, rho, m, c, limit, lowest_cash, tail_mpc):
    """Return ``E[growth^-rho c(resources / growth + xi)^-rho]`` for increasing ``resources``, shape (n,)."""
    out = np.zeros(resources.size)
    last = m.size - 1
    for k in range(growth.size):
        weight = probability[k] * growth[k] ** -rho
        j = 0
        for i in range(resources.size):
            cash = max(resources[i] / growth[k] + xi[k], lowest_cash)
            while j < last and cash >= m[j + 1]:
                j += 1
            if j == last:
                consumed = c[j] + tail_mpc * (cash - m[j])
            else:
                consumed = c[j] + (cash - m[j]) / (m[j + 1] - m[j]) * (c[j + 1] - c[j])
            out[i] += weight * consumed**-rho
    return out


def solve_stage(
    stage: LifeStage,
    following: ConsumptionFunction | None,
    grid: SavingsGrid | None = None,
    start: ConsumptionFunction | None = None,
) -> ConsumptionFunction:
    """Solve one stage, given the policy of the stage that follows.

    Parameters
    ----------
    stage : LifeStage
    following : ConsumptionFunction, optional
        Policy of ``stage.following``; needed where the stage ends.
    grid : SavingsGrid, optional
        Nodes of end-of-month wealth; ``STAGE_GRID`` by default.
    start : ConsumptionFunction, optional
        Policy of a similar household on the same grid and with the same limit.
    """
    problem, grid = stage.problem, grid or STAGE_GRID
    rho, survival = problem.risk_aversion, problem.survival
    a, first_saver = grid.nodes(problem.borrowing_limit)
    gross = np.where(np.arange(a.size) < first_saver, problem.rate_borrow, problem.rate_save)
    outside = np.zeros(a.size)
    elsewhere = 0.0
    if stage.leaving > 0.0:
        assert stage.following is not None and following is not None
        growth, xi, odds = stage.following.problem.joint_shocks()
        marginal = _expected_marginal(
            gross * a, stage.income_ratio * growth, xi, odds, rho, following.m, following.c,
            following.borrowing_limit, following.lowest_cash, following.asymptotic_mpc,
        )  # fmt: skip
        weight = stage.leaving * stage.need_weight
        outside += problem.discount_factor * survival * gross * weight * marginal
        elsewhere += weight * following.asymptotic_mpc**-rho
    if stage.bequest_months > 0.0:
        theta, threshold = stage.bequest_months, stage.bequest_threshold
        # debts die with the debtor
        left = np.maximum(a, 0.0) + theta * threshold
        outside += problem.discount_factor * (1.0 - survival) * (left / theta) ** -rho
        elsewhere += (1.0 - survival) / survival * theta**rho * problem.rate_save ** (rho - 1.0)
    tail_mpc = problem.tail_mpc(1.0 - stage.leaving, elsewhere)
    if start is not None and start.c.size != a.size + 1:
        start = None
    return solve_given_outside(problem, 1.0 - stage.leaving, outside, tail_mpc, grid, start=start)


def solve_lives(
    stages: Iterable[LifeStage], folder: Path | None = None, grid: SavingsGrid | None = None
) -> dict[str, ConsumptionFunction]:
    """Solve stages, and those that follow them where needed, each once; return policies by ``LifeStage.key``.

    Parameters
    ----------
    stages : iterable of LifeStage
        Neighbours should be alike: a policy is the first guess of the next on the same grid.
    folder : Path, optional
        Where policies are kept: all of a list together, so that none depends in its last digits on what else was solved
        before, here or by another process.
    grid : SavingsGrid, optional
        ``STAGE_GRID`` by default.
    """
    stages = list(stages)
    grid = grid or STAGE_GRID
    path = None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        path = policies_file(folder, [stage.key for stage in stages], grid)
        stored = load_policies(path)
        if stored is not None:
            return stored
    solved: dict[str, ConsumptionFunction] = {}
    recent: ConsumptionFunction | None = None

    def policy(stage: LifeStage) -> ConsumptionFunction:
        nonlocal recent
        key = stage.key
        if key in solved:
            return solved[key]
        ends = stage.leaving > 0.0 and stage.following is not None
        later = policy(stage.following) if ends and stage.following is not None else None
        alike = recent is not None and recent.borrowing_limit == stage.problem.borrowing_limit
        recent = solved[key] = solve_stage(stage, later, grid, recent if alike else None)
        return recent

    for stage in stages:
        policy(stage)
    if path is not None:
        store_policies(solved, path)
    return solved


def wealth_by_stage(
    life: Sequence[LifeStage], functions: Sequence[ConsumptionFunction], grid: SavingsGrid = STAGE_WEALTH_GRID
) -> list[StationaryWealth]:
    """Return the long-run distribution of wealth in each stage of a chain of stages.

    Households enter the first stage without wealth, in place of those that die (perpetual youth, Blanchard, 1985); each
    stage's inflow is what the one before it lets go, a month of shocks, income in the new stage and spending later.

    Parameters
    ----------
    life : sequence of LifeStage
        First stage first; each is the ``following`` of the one before it.
    functions : sequence of ConsumptionFunction
        Their policies.
    """
    inflow: Floats | None = None
    out = []
    for k, (stage, function) in enumerate(zip(life, functions, strict=True)):
        nodes = np.unique(grid.nodes(stage.problem.borrowing_limit)[0])
        if inflow is None:
            inflow = np.zeros(nodes.size)
            inflow[np.searchsorted(nodes, 0.0)] = 1.0
        moved, odds = _month_later(stage.problem, stage.problem, function, nodes, 1.0)
        transition = split_between(nodes, moved, odds, nodes)
        kept = stage.problem.survival * (1.0 - stage.leaving)
        if kept >= 1.0:
            raise ValueError(
                "a stage that never ends has no distribution of entrants; give it an end or deaths"
            )
        balance = np.ascontiguousarray(np.eye(nodes.size) - kept * transition.T)
        held = eliminate(balance, inflow.copy())
        out.append(summarise_wealth(nodes, held / held.sum(), moved, odds, stage.problem.borrowing_limit))
        if k + 1 < len(life):
            follower = life[k + 1]
            target = np.unique(grid.nodes(follower.problem.borrowing_limit)[0])
            moved, odds = _month_later(
                stage.problem, follower.problem, functions[k + 1], nodes, stage.income_ratio
            )
            inflow = held @ split_between(nodes, moved, odds, target)
    return out


def _month_later(
    now: ConsumptionProblem,
    then: ConsumptionProblem,
    function: ConsumptionFunction,
    nodes: Floats,
    income_ratio: float,
) -> tuple[Floats, Floats]:
    """Return wealth a month later by node and state, months of income then, shape (n, n_states), and the odds."""
    growth, xi, odds = then.joint_shocks()
    rate = np.where(nodes < 0.0, now.rate_borrow, now.rate_save)
    cash = np.maximum(np.outer(rate * nodes, 1.0 / (income_ratio * growth)) + xi, then.lowest_cash)
    return cash - function(cash), odds
