"""One rule at every scale: estimates from samples of different size agree within what sampling explains."""

from collections.abc import Callable

import numpy as np
import pytest
from small_policies import (
    RULE,
    branch,
    consumption,
    cost,
    durable_rule,
    neutral_policy,
    policy_of,
    total,
    transfer,
    units,
)

from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.names import Durable

START, MONTHS = 2, 8
FEW, MANY = 1000, 200
"""Real households per sampled one."""
SEEDS = {FEW: range(10, 18), MANY: range(20, 23)}

Estimates = dict[str, float]


def estimate(world: World, baseline: Baseline, seed: int) -> Estimates:
    """Levels and first-round effects of one run, the effects as ratios."""
    history = Economy(world, neutral_policy(MONTHS), baseline, seed=seed)
    history.run_for(START)
    base = branch(history, neutral_policy(MONTHS))

    def run(**policy: np.ndarray) -> Economy:
        chosen = policy_of(start=START, months=MONTHS, stop=MONTHS, rules=(RULE,), **policy)
        return branch(history, chosen, market_path=base.market_path)

    paid, trade_in = (
        run(transfers=transfer(amount=500.0)),
        run(durable_rules=durable_rule(durable=Durable.PHONE, rate=0.15)),
    )
    return {
        "consumption": consumption(base).sum(),
        "tourist spending": base.outcomes().series("tourist_spending").sum(),
        "unemployed": total(base, Item.UNEMPLOYED)[-1],
        "phones": units(base, Durable.PHONE).sum(),
        "consumed of a transfer": (consumption(paid) - consumption(base)).sum() / cost(paid).sum(),
        "further phones": units(trade_in, Durable.PHONE).sum() / units(base, Durable.PHONE).sum() - 1.0,
        "subsidy a phone": cost(trade_in).sum() / units(trade_in, Durable.PHONE)[START:].sum(),
    }


@pytest.fixture(scope="module")
def estimates(baseline: Baseline) -> Callable[[int], dict[str, np.ndarray]]:
    """Estimates by seed at a scale."""

    def at(scale: int) -> dict[str, np.ndarray]:
        runs = [estimate(World.load(scale=scale, seed=seed), baseline, seed) for seed in SEEDS[scale]]
        return {name: np.array([r[name] for r in runs]) for name in runs[0]}

    return at


@pytest.mark.slow
def test_estimates_do_not_depend_on_scale(estimates: Callable[[int], dict[str, np.ndarray]]) -> None:
    few, many = estimates(FEW), estimates(MANY)
    for name, sample in few.items():
        # the spread between seeds at the small scale; a sample k times as large has it divided by the root of k
        spread = sample.std(ddof=1)
        error = spread * np.sqrt(1.0 / len(sample) + MANY / FEW / len(many[name]))
        gap = many[name].mean() - sample.mean()
        print(
            f"{name}: {sample.mean():.5g} +- {spread:.2g}, {many[name].mean():.5g} ({gap / error:+.1f} s.e.)"
        )
        assert abs(gap) < 5.0 * error, name
        # and the larger sample is the more precise one
        assert abs(gap) < 0.25 * abs(sample.mean()), name
