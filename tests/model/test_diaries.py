"""A household's diary: every yuan is income, spent, saved or lent; a run that keeps diaries is the same run."""

import numpy as np
import pytest
from small_policies import busy_policy, policy_of, transfer

from jinxiao.model.economy import Economy
from jinxiao.model.households.diary import CAME_IN, N_ENTRIES, WENT_OUT, Entry, parts
from jinxiao.model.names import N_DURABLES


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
        came_in = d[:, CAME_IN].sum(axis=1)
        durables = d[:, Entry.DURABLES : Entry.DURABLES + N_DURABLES].sum(axis=1)
        goods = d[:, Entry.GOODS : Entry.CATEGORIES].sum(axis=1)
        gap = before + came_in - d[:, WENT_OUT].sum(axis=1) - durables - goods - d[:, Entry.LIQUID]
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


def test_entries_follow_each_other_without_gap_or_overlap() -> None:
    in_order = sorted(Entry)
    assert in_order[0] == 0
    ends = [int(entry) + parts(entry) for entry in in_order]
    assert ends == [*map(int, in_order[1:]), N_ENTRIES]


def test_who_is_out_of_work_lost_a_job_and_did_not_find_one(busy_run: Economy) -> None:
    def at_work() -> np.ndarray:
        columns = busy_run.households.columns
        return ((columns["occupation"] > 0) & (columns["employed"] == 1)).sum(axis=1)

    before = at_work()
    busy_run.run_for(1)
    d = busy_run.diaries
    assert d[:, Entry.JOB_LOST].sum() > 0 and d[:, Entry.JOB_FOUND].sum() > 0
    # nobody else starts, ends or inherits work
    same = (
        d[:, [Entry.RETIRED, Entry.STARTED_WORK, Entry.DEATHS, Entry.FOUNDED, Entry.LEFT_HOME]] == 0.0
    ).all(axis=1)
    assert np.array_equal(at_work()[same], (before - d[:, Entry.JOB_LOST] + d[:, Entry.JOB_FOUND])[same])
    assert np.array_equal(at_work(), d[:, Entry.EMPLOYED])


def test_the_largest_transfer_is_one_of_what_policy_paid(busy_run: Economy) -> None:
    busy_run.run_for(1)
    policy, largest = busy_run.diaries[:, Entry.POLICY], busy_run.diaries[:, Entry.POLICY_LARGEST]
    assert policy.max() > 0 and (largest <= policy * 1.000001).all()
    assert np.array_equal(largest > 0, busy_run.diaries[:, Entry.POLICY_RULE] > 0)


def test_farm_income_follows_the_harvest_and_permanent_income_does_not(history: Economy) -> None:
    economy = history.fork(policy_of())
    economy.keep_diaries()
    start = economy.month
    farms_by_month, even_by_month, permanent, consumed = [], [], [], []
    for _ in range(12):
        economy.run_for(1)
        d = economy.diaries.astype(np.float64)
        farms_by_month.append(d[:, Entry.FARM])
        even_by_month.append(d[:, Entry.FARM] - d[:, Entry.HARVEST])
        permanent.append(d[:, Entry.PERMANENT])
        consumed.append(d[:, Entry.CONSUMPTION])
    farm, sown = np.array(farms_by_month), np.array(even_by_month)
    farms = (farm > 0.0).all(axis=0)
    assert farms.any()
    month = (start + np.arange(12)) % 12
    total = farm[:, farms].sum(axis=1)
    assert total[month == 9] > 4.0 * total[month == 4]
    # the year's farm income is what an even year would have brought, as far as the harvest year does not turn
    assert total.sum() == pytest.approx(sown[:, farms].sum(), rel=0.05)
    lean, rich = np.flatnonzero(month == 4)[0], np.flatnonzero(month == 9)[0]
    p = np.array(permanent)[:, farms].sum(axis=1)
    c = np.array(consumed)[:, farms].sum(axis=1)
    assert p[rich] / p[lean] == pytest.approx(1.0, abs=0.05)
    assert c[rich] / c[lean] == pytest.approx(1.0, abs=0.15)


def test_nobody_holds_savings_beside_an_overdraft(busy_run: Economy) -> None:
    for _ in range(3):
        busy_run.run_for(1)
        d = busy_run.diaries
        assert not ((d[:, Entry.LIQUID] < -1.0) & (d[:, Entry.SAVINGS] > 1.0)).any()
        assert (d[:, Entry.SAVINGS] > -0.01).all()


def test_a_trip_costs_no_more_than_a_month_brings(busy_run: Economy) -> None:
    most = float(busy_run.values["leisure.income_months"])
    for _ in range(3):
        busy_run.run_for(1)
        d = busy_run.diaries
        assert (d[:, Entry.TRIP] <= most * d[:, Entry.PERMANENT] * (1.0 + 1e-5)).all()
