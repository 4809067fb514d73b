"""The multiplier: what is paid, where it ends, and that its rounds obey the accounts."""

import pytest

from jinxiao.experiments.multiplier import AMOUNT, KINDS, WINDOWS, Multiplier, multiplier

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> Multiplier:
    return multiplier(scale=2000, seeds=(1,))


def test_the_sum_is_paid(found: Multiplier) -> None:
    assert found.paid["cash"] == pytest.approx(AMOUNT, rel=1e-9)
    assert found.paid["pension"] == pytest.approx(AMOUNT * max(WINDOWS) / 12.0, rel=0.2)
    assert 0.5 * AMOUNT < found.paid["trade_in"] <= AMOUNT
    assert 0.3 * AMOUNT < found.paid["coupons"] <= AMOUNT


def test_a_hundred_yuan_end_somewhere(found: Multiplier) -> None:
    totals = found.ends.groupby("kind")["value"].sum()
    assert set(totals.index) == set(KINDS)
    assert totals.to_numpy() == pytest.approx(100.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("window", WINDOWS)
def test_what_is_spent_is_product_or_inflow(found: Multiplier, kind: str, window: int) -> None:
    rows = found.rounds[(found.rounds["kind"] == kind) & (found.rounds["window"] == window)]
    value = rows.set_index("quantity")["value"]
    both = value["product, direct"] + value["inflow, direct"]
    assert both == pytest.approx(value["spent in the province"], abs=0.02)


def test_a_lasting_rise_is_spent_more_than_a_windfall(found: Multiplier) -> None:
    rows = found.rounds[found.rounds["window"] == WINDOWS[0]].set_index(["kind", "quantity"])["value"]
    assert rows["pension", "spent in the province"] > rows["cash", "spent in the province"]
    # cars and appliances are made elsewhere: less of a yuan spent stays
    stays = {k: rows[k, "product, direct"] / rows[k, "spent in the province"] for k in ("cash", "trade_in")}
    assert stays["trade_in"] < stays["cash"]
