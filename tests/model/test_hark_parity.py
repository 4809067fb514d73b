"""Compare the consumption function with Econ-ARK HARK, an independent implementation of the same problems."""

import dataclasses
import importlib
import time
from typing import Any

import numpy as np
import pytest

from jinxiao.model.consumption import ConsumptionProblem, SavingsGrid, solve
from jinxiao.model.ergodic import permanent_shocks, transitory_shocks
from jinxiao.model.life_stages import LifeStage, solve_lives

# only HARK itself may be missing: a fault within it is an error, not a reason to skip
pytest.importorskip("HARK", reason="Econ-ARK HARK is not installed: uv sync --group hark")
distributions = importlib.import_module("HARK.distributions")
hark = importlib.import_module("HARK.ConsumptionSaving.ConsIndShockModel")
markov = importlib.import_module("HARK.ConsumptionSaving.ConsMarkovModel")

MAX_DIFFERENCE = 1e-4
NODES = 500
# a little above the constraint, through the target, up to far beyond what a month's shock can reach
SENSIBLE_CASH = np.concatenate([np.linspace(0.25, 5.0, 4001), np.linspace(5.0, 60.0, 2001)])
# HARK has no consumption floor: no shock below may reach it
FLOOR = 0.05


def problem(borrowing_limit: float, rate_borrow: float) -> ConsumptionProblem:
    """A monthly household whose income never falls to the floor, so that HARK poses the same problem."""
    psi, psi_odds = permanent_shocks(sigma=0.02)
    xi, xi_odds = transitory_shocks(
        job_loss_probability=0.04,
        replacement_rate=0.3,
        medical_probability=0.05,
        medical_mean=0.3,
        medical_sigma=0.5,
        uninsured_share=0.3,
        sigma=0.1,
        nodes=3,
    )
    return ConsumptionProblem(
        discount_factor=0.99,
        survival=0.999,
        risk_aversion=2.0,
        growth=1.003,
        rate_save=1.001,
        rate_borrow=rate_borrow,
        borrowing_limit=borrowing_limit,
        consumption_floor=FLOOR,
        permanent_values=psi,
        permanent_probabilities=psi_odds,
        transitory_values=xi,
        transitory_probabilities=xi_odds,
    )


def hark_parameters(ours: ConsumptionProblem, grid: SavingsGrid) -> dict[str, Any]:
    """State the problem in HARK's names; its grid is ours, measured from the borrowing limit."""
    nodes, _ = grid.nodes(ours.borrowing_limit)
    above_limit = np.unique(nodes + ours.borrowing_limit)
    above_limit[0] = 1e-9  # HARK's grid excludes the limit itself
    return {
        "cycles": 0,
        "CRRA": ours.risk_aversion,
        "DiscFac": ours.discount_factor,
        "LivPrb": [ours.survival],
        "PermGroFac": [ours.growth],
        "BoroCnstArt": -ours.borrowing_limit,
        "aXtraGrid": above_limit,
        "tolerance": 1e-9,
        "max_cycles": 20_000,
        "verbose": 0,
    }


def hark_solution(agent: Any, ours: ConsumptionProblem, parameters: dict[str, Any]) -> tuple[Any, float]:
    """Give HARK our discretised shocks and grid in place of those it built, and solve."""
    growth, xi, odds = ours.joint_shocks()
    shocks = distributions.DiscreteDistributionLabeled(
        pmv=odds, atoms=np.stack([growth / ours.growth, xi]), var_names=["PermShk", "TranShk"]
    )
    agent.assign_parameters(IncShkDstn=[shocks], aXtraGrid=parameters["aXtraGrid"])
    start = time.perf_counter()
    agent.solve()
    return agent.solution[0].cFunc, time.perf_counter() - start


def report(name: str, ours: ConsumptionProblem, theirs: Any, seconds: float, grid: SavingsGrid) -> float:
    """Print and return the largest absolute difference of consumption, with both solution times."""
    solve(ours, grid)  # compile outside the timing
    start = time.perf_counter()
    function = solve(ours, grid)
    own_seconds = time.perf_counter() - start
    difference = float(np.max(np.abs(function(SENSIBLE_CASH) - theirs(SENSIBLE_CASH))))
    default = float(np.max(np.abs(solve(ours)(SENSIBLE_CASH) - theirs(SENSIBLE_CASH))))
    print(f"\n{name}: max |c - c_HARK| = {difference:.1e} ({default:.1e} on our default grid); ", end="")
    print(f"HARK {seconds:.2f} s, ours {own_seconds * 1e3:.1f} ms")
    return difference


@pytest.mark.slow
def test_one_rate_without_borrowing_agrees_with_hark() -> None:
    ours = problem(borrowing_limit=0.0, rate_borrow=1.001)
    grid = SavingsGrid(savers=NODES)
    parameters = hark_parameters(ours, grid)
    agent = hark.IndShockConsumerType(**parameters, Rfree=[ours.rate_save])
    theirs, seconds = hark_solution(agent, ours, parameters)
    assert report("IndShockConsumerType", ours, theirs, seconds, grid) < MAX_DIFFERENCE


@pytest.mark.slow
def test_dearer_debt_agrees_with_hark() -> None:
    ours = problem(borrowing_limit=1.0, rate_borrow=1.01)
    grid = SavingsGrid(savers=NODES, debtors=NODES // 2)
    parameters = hark_parameters(ours, grid)
    agent = hark.KinkedRconsumerType(**parameters, Rsave=ours.rate_save, Rboro=ours.rate_borrow)
    theirs, seconds = hark_solution(agent, ours, parameters)
    assert report("KinkedRconsumerType", ours, theirs, seconds, grid) < MAX_DIFFERENCE


@pytest.mark.slow
def test_stages_of_life_agree_with_hark() -> None:
    """Working, then retired on 60% of income: Markov states of HARK, one of them the single month in which income falls."""
    working = problem(borrowing_limit=0.0, rate_borrow=1.001)
    certain = {f"permanent_{part}": np.ones(1) for part in ("values", "probabilities")}
    retired = dataclasses.replace(working, survival=0.996, growth=1.001, **certain)
    leaving, ratio = 1.0 / 120.0, 0.6
    grid = SavingsGrid(savers=NODES)
    last = LifeStage(retired)
    first = LifeStage(working, leaving, last, ratio)
    solved = solve_lives([first], grid=grid)

    def income(ours: ConsumptionProblem) -> Any:
        growth, xi, odds = ours.joint_shocks()
        atoms = np.stack([growth / ours.growth, xi])
        return distributions.DiscreteDistributionLabeled(
            pmv=odds, atoms=atoms, var_names=["PermShk", "TranShk"]
        )

    parameters = hark_parameters(working, grid)
    states = np.array([[1.0 - leaving, leaving, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    agent = markov.MarkovConsumerType(**{**parameters, "MrkvArray": [states], "global_markov": False})
    agent.assign_parameters(
        MrkvArray=[states], aXtraGrid=parameters["aXtraGrid"],
        IncShkDstn=[[income(working), income(retired), income(retired)]],
        LivPrb=[np.array([working.survival, retired.survival, retired.survival])],
        PermGroFac=[np.array([working.growth, ratio * retired.growth, retired.growth])],
        Rfree=[np.full(3, working.rate_save)],
    )  # fmt: skip
    agent.solve()
    theirs = agent.solution[0].cFunc
    for stage, state in ((first, 0), (last, 2)):
        difference = np.abs(solved[stage.key](SENSIBLE_CASH) - theirs[state](SENSIBLE_CASH))
        print(f"\nMarkovConsumerType, state {state}: max |c - c_HARK| = {difference.max():.1e}")
        assert difference.max() < MAX_DIFFERENCE
