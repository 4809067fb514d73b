"""Run 2024 under the policies then in force and compare it with published figures."""

import numpy as np
import pandas as pd

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.facts import MONTHS, compare
from jinxiao.calibration.parameters import load_parameters
from jinxiao.experiments.engine import Engine, code_hash, content_hash
from jinxiao.model.economy import Economy
from jinxiao.scenarios.plan import load_plan

PLAN = "shanxi-2025"
WORLD_SEED = 1
MONTHS_WITH_HOLIDAYS = 22
"""The run goes on to October 2025, for the holidays of that year."""
KEPT_AT_YEAR_END = (
    "zone", "weight", "members", "durable_bought", "liquid_wealth", "permanent_income", "tenure", "home_value", "mortgage",
)  # fmt: skip
"""Columns of which the table of facts asks the state at the end of 2024."""


def run_facts(scale: int = 100, seed: int = 1) -> pd.DataFrame:
    """Return the table of facts of one run of 2024 at the central parameters.

    Parameters
    ----------
    scale : int
        Real households that one sampled household stands for.
    seed : int
        Key of the run's random draws; the synthetic province is that of seed 1.

    Returns
    -------
    DataFrame
        See :func:`jinxiao.calibration.facts.compare`; ages and durables are those of the end of 2024.
    """
    world = Engine().load_world(scale, WORLD_SEED)
    baseline = fit_baseline(world, load_parameters().central())
    policy = load_plan(PLAN).scenario(reference="baseline").policy(MONTHS_WITH_HOLIDAYS)
    economy = Economy(world, policy, baseline, seed=seed, detail=True)
    economy.run_for(MONTHS)
    year_end = {name: np.array(economy.households.columns[name]) for name in KEPT_AT_YEAR_END}
    economy.run_for(MONTHS_WITH_HOLIDAYS - MONTHS)
    return compare(economy.outcomes(), world, baseline, policy, year_end)


def hashes(scale: int) -> dict[str, str]:
    """Return the hashes of the world, the parameters and the code of :func:`run_facts`."""
    return {
        "world": Engine().load_world(scale, WORLD_SEED).content_hash,
        "parameters": content_hash(load_parameters().central()),
        "code": code_hash(),
    }
