"""How a run starts: with the people and savings of January 2024, and with durables that live as long as statistics say."""

import numpy as np
import pytest
from small_policies import HISTORY, RULE, branch, durable_rule, neutral_policy, policy_of, total

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import N_ITEMS, Item
from jinxiao.model.households.setup import CHANGING_SEED, replacement_hazards
from jinxiao.model.names import N_CITIES, N_SECTORS, Durable


def test_people_and_savings_are_the_worlds_after_the_settling_year(world: World, baseline: Baseline) -> None:
    economy = Economy(world, neutral_policy(), baseline, seed=1)
    for name in CHANGING_SEED:
        if name in ("employed", "sector"):
            continue  # people lose and find work while the economy settles
        np.testing.assert_array_equal(getattr(economy.state.households, name), world.households[name])


@pytest.mark.parametrize("spread", [0.12, 0.28])
def test_a_unit_lives_as_long_on_average_as_it_should(spread: float) -> None:
    values = load_parameters().central() | {"durables.lifetime_spread": spread}
    hazards = replacement_hazards(values)
    lifetime = np.asarray(values["durables.lifetime"])
    ages = np.arange(3000)
    for k, life in enumerate(lifetime):
        hazard = hazards.cap[k] / (1.0 + np.exp(-(ages - hazards.half_age[k]) / hazards.spread[k]))
        reached = np.append(1.0, np.cumprod(1.0 - hazard)[:-1])
        assert reached.sum() == pytest.approx(life, rel=1e-6)


@pytest.mark.parametrize("draw", [4, 5, 14])
def test_draws_with_very_patient_types_can_be_fitted(world: World, draw: int) -> None:
    values = load_parameters().draw(1, draw)
    assert values["households.discount_high"] > 0.975
    assert np.isfinite(fit_baseline(world, values, rounds=1).fit.saving_base).all()


def test_unemployment_keeps_its_level_in_town_and_country(reference: Economy) -> None:
    accounts = reference.outcomes().aggregates["accounts"].sum(axis=2).reshape(-1, N_CITIES, 2, N_ITEMS)
    jobless, jobs = (accounts[..., item].sum(axis=1) for item in (Item.UNEMPLOYED, Item.EMPLOYED))
    rate = jobless / (jobless + jobs)
    assert np.abs(rate[HISTORY - 1] / rate[0] - 1.0).max() < 0.25


def test_interest_subsidies_of_small_firms_reach_their_owners(history: Economy) -> None:
    run = branch(
        history, policy_of(business_loan_rate_cut=np.full(N_SECTORS, 0.002), business_loan_rule=RULE), 3
    )
    base = branch(history, neutral_policy(), 3)
    gain = (total(run, Item.BUSINESS) - total(base, Item.BUSINESS))[HISTORY:]
    paid = run.outcomes().cost_by_rule[HISTORY:, RULE].sum(axis=1)
    assert gain[0] == 0.0  # takings follow a month later
    assert 0.05 * paid[0] < gain[1] < paid[0]


def test_a_subsidy_as_large_as_the_price_leaves_the_books_closed(history: Economy) -> None:
    rule = durable_rule(durable=Durable.PHONE, rate=0.0, flat=1e6, cap=1e6)
    run = branch(history, policy_of(durable_rules=rule), 2)
    subsidy, full = (
        run.outcomes().cost_by_rule[HISTORY:, RULE].sum(),
        run.outcomes().gross_by_rule[HISTORY:, RULE].sum(),
    )
    assert 0.0 < subsidy < full
