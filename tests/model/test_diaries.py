"""A household's diary: every yuan is income, spent, saved or lent; a run that keeps diaries is the same run."""

import numpy as np
import pytest
from small_policies import busy_policy, policy_of, transfer

from jinxiao.model.economy import Economy
from jinxiao.model.households.diary import Entry
from jinxiao.model.names import N_DURABLES

IN = [
    Entry.WAGES, Entry.BUSINESS, Entry.FARM, Entry.PROPERTY, Entry.PENSIONS, Entry.TRANSFERS, Entry.RELIEF,
    Entry.BENEFIT, Entry.POLICY, Entry.INTEREST, Entry.LOAN_NEW, Entry.WITHDRAWN, Entry.SUBSIDIES, Entry.COUPON_OFF,
]  # fmt: skip
"""What adds to liquid wealth."""
OUT = [
    Entry.DEDUCTIONS, Entry.COMMITTED, Entry.DEBT_SERVICE, Entry.MEDICAL, Entry.TRIP, Entry.HOME_PAID, Entry.FURNISHING,
]  # fmt: skip
"""What takes from it, beside goods and durables."""


@pytest.fixture
def busy_run(history: Economy) -> Economy:
    """A province with every channel of policy at work, that keeps diaries."""
    economy = history.fork(busy_policy())
    economy.keep_diaries()
    return economy


def test_every_yuan_of_a_household_is_income_spent_saved_or_lent(busy_run: Economy) -> None:
    for _ in range(3):
        before = busy_run.households.columns["liquid_wealth"].astype(float).copy()
        busy_run.run_for(1)
        d = busy_run.diaries.astype(np.float64)
        came_in = d[:, IN].sum(axis=1)
        durables = d[:, Entry.DURABLES : Entry.DURABLES + N_DURABLES].sum(axis=1)
        goods = d[:, Entry.GOODS : Entry.CATEGORIES].sum(axis=1)
        gap = before + came_in - d[:, OUT].sum(axis=1) - durables - goods - d[:, Entry.LIQUID]
        assert np.max(np.abs(gap) / np.maximum(np.abs(before) + came_in, 1.0)) < 1e-5


def test_categories_of_a_diary_add_up_to_consumption(busy_run: Economy) -> None:
    busy_run.run_for(2)
    d = busy_run.diaries.astype(np.float64)
    assert np.allclose(
        d[:, Entry.CATEGORIES : Entry.DURABLES].sum(axis=1), d[:, Entry.CONSUMPTION], rtol=1e-5
    )


def test_keeping_diaries_changes_nothing(history: Economy, busy_run: Economy) -> None:
    plain = history.fork(busy_policy())
    plain.run_for(2)
    busy_run.run_for(2)
    for name in ("liquid_wealth", "consumption", "durable_bought"):
        assert np.array_equal(plain.households.columns[name], busy_run.households.columns[name])


def test_a_rule_for_a_group_reaches_its_members_alone(history: Economy) -> None:
    economy = history.fork(policy_of(transfers=transfer(amount=500.0, groups=2)))
    n = len(economy.households)
    economy.state.households.group[: n // 2] = 2
    economy.keep_diaries()
    economy.run_for(1)
    paid = economy.diaries[:, Entry.POLICY]
    assert (paid[: n // 2] == 500.0).all() and (paid[n // 2 :] == 0.0).all()
