"""Regimes: policy that changes risk or credit acts by other consumption functions, for everybody or for a group."""

import numpy as np
import pytest
from small_policies import RULE, branch, consumption, policy_of, same_diaries, total

from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Conditions
from jinxiao.model.economy import Economy
from jinxiao.model.households import setup
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.setup import Regime, regimes_of
from jinxiao.model.names import Insurance, Stage

MONTHS = 8
START = 3
GROUP = 4


def changed(hamlet: Economy, group: np.ndarray | None = None, **fields: object) -> Economy:
    """The hamlet some months under Conditions with ``fields``, in direct closure, ``group`` being members of GROUP."""
    plain = branch(hamlet, policy_of(months=MONTHS, stop=START))
    economy = hamlet.fork(
        policy_of(months=MONTHS, start=START, stop=MONTHS, **fields), market_path=plain.market_path
    )
    if group is not None:
        economy.state.households.group[group] = GROUP
    economy.run_for(MONTHS - economy.month)
    return economy


def test_conditions_without_policy_are_the_neutral_regime() -> None:
    assert regimes_of(Conditions(0)) == (Regime(), None)
    general, group = regimes_of(
        Conditions(0, credit_line=0.5, regime_groups=GROUP, group_credit_line=1.0, job_loss_replacement=0.1)
    )
    assert general == Regime(benefit=0.1, credit=0.5)
    assert group == Regime(benefit=0.1, credit=1.5)


def test_a_longer_credit_line_is_drawn_by_those_it_binds(hamlet: Economy) -> None:
    plain, longer = changed(hamlet), changed(hamlet, credit_line=1.0)
    extra = (consumption(longer) - consumption(plain))[START:]
    assert extra[0] > 0.0 and extra.sum() > 0.0
    debt = [np.minimum(e.state.households.liquid_wealth, 0.0).sum() for e in (plain, longer)]
    assert debt[1] < debt[0]
    rich = plain.state.households.liquid_wealth > 20.0 * plain.state.households.permanent_income
    spent = [e.state.households.consumption[rich].sum() for e in (plain, longer)]
    assert spent[1] == pytest.approx(spent[0], rel=0.01)


def test_a_regime_of_a_group_leaves_others_as_they_were(hamlet: Economy) -> None:
    member = np.arange(len(hamlet.households)) % 2 == 0
    plain = changed(hamlet, member)
    some = changed(hamlet, member, regime_groups=GROUP, group_credit_line=1.0, group_job_loss_replacement=0.3)
    assert same_diaries(plain, some, ~member)
    spent = [e.state.households.consumption[member].sum(dtype=float) for e in (plain, some)]
    assert spent[1] != spent[0]


def test_a_group_of_everybody_is_the_general_regime(hamlet: Economy) -> None:
    everyone = np.ones(len(hamlet.households), bool)
    cover = np.array([-0.1, -0.2])
    paid = {"channel_rules": {"uninsured_share": {RULE: 1.0}, "job_loss_replacement": {RULE: 1.0}}}
    general = changed(
        hamlet, everyone, **paid, credit_line=0.8, job_loss_replacement=0.2, uninsured_share=cover
    )
    group = changed(
        hamlet, everyone, **paid, regime_groups=GROUP, group_credit_line=0.8, group_job_loss_replacement=0.2,
        group_uninsured_share=cover,
    )  # fmt: skip
    assert same_diaries(general, group, everyone)


def test_what_a_higher_replacement_rate_adds_to_benefits_is_booked(hamlet: Economy) -> None:
    raised = changed(hamlet, job_loss_replacement=0.1)
    rate = raised.values["households.job_loss_replacement"]
    extra = total(raised, Item.EXTRA_BENEFIT)[START:]
    benefits = total(raised, Item.UNEMPLOYMENT_BENEFIT)[START:]
    assert extra == pytest.approx(benefits * 0.1 / (rate + 0.1), rel=1e-9)


def test_lives_have_the_risks_of_their_stage(baseline: Baseline) -> None:
    lives = setup.lives(baseline.values, baseline.fit, Regime())
    rows = setup.rows_of(lives)
    assert len(rows) == setup.N_ROWS
    formal = lives[0]
    young, retired = formal[Stage.YOUNG].problem, formal[Stage.RETIRED].problem
    assert retired.survival < young.survival
    assert retired.permanent_values.size == 1
    farmer = lives[(3 * 2 + Insurance.RESIDENT) * setup.N_PATIENCE]
    bills = [
        1.0 - float(farmer[s].problem.transitory_values @ farmer[s].problem.transitory_probabilities)
        for s in (Stage.YOUNG, Stage.LATER, Stage.RETIRED)
    ]
    assert 0.0 < bills[0] < bills[1] < bills[2]  # no job to lose: bills alone, which weigh most on a pension
    assert len({life[Stage.RETIRED].key for life in lives}) == 2 * setup.N_PATIENCE


def test_a_run_starts_with_the_wealth_of_each_stage(baseline: Baseline) -> None:
    quantiles = setup.initial_wealth_quantiles(baseline.values, baseline.fit, baseline.folder)
    assert quantiles.shape == (setup.N_ROWS, 64)
    assert (np.diff(quantiles, axis=1) >= -1e-9).all()
    patient = quantiles[setup.N_PATIENCE - 1 :: setup.N_PATIENCE].mean(axis=1)
    impatient = quantiles[:: setup.N_PATIENCE].mean(axis=1)
    assert (patient > impatient).all()
