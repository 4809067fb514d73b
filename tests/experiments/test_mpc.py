"""The experiment on propensities to consume: a random half is paid, the other half is untouched, and theory holds."""

import numpy as np
import pandas as pd
import pytest

from jinxiao.experiments.mpc import MONTHLY, WINDFALL, WINDOWS, Propensities, payment, propensities

SCALE = 3000


@pytest.fixture(scope="module")
def found() -> Propensities:
    return propensities(scale=SCALE)


def of(found: Propensities, payment: str, by: str) -> pd.DataFrame:
    """Propensities by group (rows) and window (columns)."""
    rows = found.table[(found.table["payment"] == payment) & (found.table["by"] == by)]
    return rows.pivot_table("mpc", "group", "window", sort=False)


def test_who_is_not_paid_does_not_change(found: Propensities) -> None:
    assert found.untreated == 0.0


def test_a_windfall_is_paid_once_and_the_monthly_amount_for_good() -> None:
    once, monthly = payment(12, once=True), payment(12, once=False)
    amounts = [[m.transfers["amount"].sum() for m in policy.months] for policy in (once, monthly)]
    assert sum(amounts[0]) == WINDFALL
    assert sum(amounts[1]) == MONTHLY * (12 - 6)
    assert all((m.transfers["permanent"] == 0).all() for m in once.months)


def test_more_of_a_windfall_is_consumed_the_longer_one_waits_and_never_more_than_it(
    found: Propensities,
) -> None:
    everybody = of(found, "once", "all").loc["all"]
    assert (np.diff(everybody) > 0.0).all()
    assert 0.0 < everybody[WINDOWS[0]] < everybody[WINDOWS[-1]] < 1.0


def test_the_less_cash_the_more_is_consumed_of_a_windfall(found: Propensities) -> None:
    by_cash = of(found, "once", "liquid wealth")[3]
    assert by_cash["0 to 0.5"] > by_cash["1 to 3"] > by_cash["above 12"]
    types = of(found, "once", "type")[3]
    assert types["wealthy hand-to-mouth"] > types["wealthy, not hand-to-mouth"]


def test_a_lasting_rise_is_consumed_at_once_but_for_what_is_committed(found: Propensities) -> None:
    monthly, once = of(found, "monthly", "all").loc["all"], of(found, "once", "all").loc["all"]
    assert monthly[1] > once[1] + 0.2
    assert 0.3 < monthly[12] < 1.0
    quintiles = of(found, "monthly", "quintile")[12]
    assert quintiles["Q1"] > quintiles["Q5"]  # the rich put more aside


def test_shares_of_groups_add_up(found: Propensities) -> None:
    shares = found.table.groupby(["payment", "window", "by"])["households"].sum()
    assert np.allclose(shares, 1.0)
    assert len(found.distribution) == len(found.weight)
