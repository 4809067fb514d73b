"""Public budgets: each pays its own, what is moved is not bought elsewhere, what is borrowed is repaid, and all of it adds up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_policies import branch, busy_policy, neutral_policy, policy_of, transfer

from jinxiao.experiments.close_up import balance_sheet, budgets, transactions_flow
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Policy
from jinxiao.model.economy import Economy
from jinxiao.model.government import LocalDebt, finance
from jinxiao.model.ledger import ITEMS, TOLERANCE, Account, Ledger
from jinxiao.model.names import CITIES, N_CITIES, N_ZONES

CITY_PAYS = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
PROVINCE_PAYS = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
CITY = 3
IN_CITY = 0b11 << 2 * CITY
NEW, MOVED, BORROWED = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def paid_in(
    hamlet: Economy, payers: tuple[float, ...], financing: tuple[float, float, float], months: int = 3
) -> Economy:
    policy = policy_of(
        start=hamlet.month, stop=hamlet.month + months, months=hamlet.month + 6, payer_shares=payers, financing=financing,
        transfers=transfer(amount=200.0, zones=IN_CITY),
    )  # fmt: skip
    return branch(hamlet, policy)


def purchases(economy: Economy) -> np.ndarray:
    """Public purchases by month and city."""
    outcomes = economy.outcomes()
    cities = [outcomes.series("public_purchases", "city", key) for key in _cities()]
    return np.array(cities).T


def _cities() -> list[str]:
    return [c.key for c in CITIES]


# --- who pays


def test_a_city_pays_for_its_own_measures_and_no_other_city_does(hamlet: Economy) -> None:
    economy = paid_in(hamlet, CITY_PAYS, NEW)
    item, households = ITEMS.index("policy_transfers"), int(Account.HOUSEHOLDS)
    paid = economy.outcomes().aggregates["city_paid"][:, :, households, item]
    cost = economy.outcomes().cost_by_rule.sum(axis=1)
    assert paid[hamlet.month, CITY] > 0.0
    np.testing.assert_allclose(paid, cost, rtol=1e-12)
    assert not np.delete(paid, CITY, axis=1).any()


@pytest.mark.parametrize("name", ["reference", "busy"])
def test_the_books_of_the_cities_add_up_to_their_account(name: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(name).outcomes().aggregates
    flows = found["flows"]
    for books, whole in (
        (found["city_paid"], flows[:, Account.CITIES]), (found["city_received"], flows[:, :, Account.CITIES]),
    ):  # fmt: skip
        np.testing.assert_allclose(books.sum(axis=1), whole, rtol=1e-9, atol=1.0)


def test_every_city_has_taxes_of_its_own_sales(hamlet: Economy) -> None:
    economy = branch(hamlet, neutral_policy(hamlet.month + 1))
    item = ITEMS.index("taxes_and_contributions")
    received = economy.outcomes().aggregates["city_received"][-1, :, Account.FIRMS, item]
    taxes = economy.sales @ economy.founding.taxes
    np.testing.assert_allclose(received, economy.public_shares.taxes[2] * taxes, rtol=1e-12)


def test_budgets_balance_at_the_start(hamlet: Economy) -> None:
    """Grants are set so that without measures province and cities neither gain nor lose much in the first months."""
    economy = branch(hamlet, neutral_policy(hamlet.month + 2))
    for agent in economy.treasuries[Account.CITIES]:
        assert abs(agent.balance) < 0.35 * sum(agent.paid.values()), agent.name


# --- financing


def test_money_that_is_moved_is_not_spent_on_other_purchases(hamlet: Economy) -> None:
    plain, moved = paid_in(hamlet, CITY_PAYS, NEW), paid_in(hamlet, CITY_PAYS, MOVED)
    cost = moved.outcomes().cost_by_rule.sum(axis=1)
    given_up = purchases(plain) - purchases(moved)
    np.testing.assert_allclose(given_up, cost, rtol=1e-9, atol=1.0)
    # new money leaves the balance lower by the cost; taxes on what firms then sell less are small beside it
    agent, other = (e.treasuries[Account.CITIES][CITY] for e in (moved, plain))
    # works are paid months after they are bought: what is given up lowers what the city owes first, then what it pays
    owes_less = (plain.owed_by_governments() - moved.owed_by_governments())[CITY].sum()
    assert owes_less > 0.0
    assert agent.balance - other.balance + owes_less == pytest.approx(cost.sum(), rel=0.1)


def test_what_is_borrowed_is_repaid_with_interest_out_of_later_purchases(hamlet: Economy) -> None:
    economy, plain = paid_in(hamlet, CITY_PAYS, BORROWED), paid_in(hamlet, CITY_PAYS, NEW)
    found, v = economy.outcomes().aggregates, economy.values
    cost = economy.outcomes().cost_by_rule.sum(axis=1)[:, CITY]
    debts = found["debts"][:, Account.CITIES]
    term = 12.0 * v["flows.bond_years"]
    due = np.concatenate([[0.0], np.cumsum(cost)[:-1]]) / term
    np.testing.assert_allclose(debts, np.cumsum(cost - due), rtol=1e-9)
    interest = np.concatenate([[0.0], debts[:-1]]) * v["flows.bond_rate"] / 12.0
    paid = found["city_paid"][:, CITY, Account.BANKS]
    np.testing.assert_allclose(paid[:, ITEMS.index("interest")], interest, rtol=1e-9)
    np.testing.assert_allclose(paid[:, ITEMS.index("repayments")], due, rtol=1e-9)
    given_up = (purchases(plain) - purchases(economy))[:, CITY]
    np.testing.assert_allclose(given_up, due + interest, rtol=1e-6, atol=1.0)


def test_the_province_spreads_what_it_gives_up_over_its_works(hamlet: Economy) -> None:
    plain, moved = paid_in(hamlet, PROVINCE_PAYS, NEW), paid_in(hamlet, PROVINCE_PAYS, MOVED)
    month = hamlet.month
    given_up = (purchases(plain) - purchases(moved))[month]
    assert given_up.sum() == pytest.approx(moved.outcomes().cost_by_rule[month].sum(), rel=1e-9)
    assert (given_up > 0.0).sum() > 1


amounts = arrays(np.float64, (3, 1 + N_CITIES), elements=st.floats(0.0, 1e9))
plans = arrays(np.float64, (2, N_CITIES), elements=st.floats(0.0, 1e9))


@given(amounts, plans, plans, st.floats(0.0, 1e9))
def test_no_budget_gives_up_more_than_it_planned_or_more_than_it_needs(
    local: np.ndarray, works: np.ndarray, services: np.ndarray, owed: float
) -> None:
    debt = LocalDebt(np.full(1 + N_CITIES, owed), np.full(1 + N_CITIES, owed / 100.0))
    money = finance(local, debt, 0.03, works, services)
    room = np.concatenate([[works[0].sum() + services[0].sum()], works[1] + services[1]])
    wanted = local[1] + owed / 100.0 + owed * 0.03 / 12.0
    cut = money.cut_by.sum(axis=0)
    np.testing.assert_allclose(cut, np.minimum(wanted, room), rtol=1e-9, atol=1e-3)
    assert (money.cut_works <= works.sum(axis=0) * (1.0 + 1e-9) + 1e-6).all()
    assert (money.cut_services <= services.sum(axis=0) * (1.0 + 1e-9) + 1e-6).all()
    total = money.cut_works.sum() + money.cut_services.sum()
    assert total == pytest.approx(cut.sum(), rel=1e-9, abs=1e-3)


# --- any policy, any financing

shares = (
    st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3)
    .filter(lambda s: sum(s) > 0.1)
    .map(lambda s: tuple(x / sum(s) for x in s))
)
six = (
    st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6)
    .filter(lambda s: sum(s) > 0.1)
    .map(lambda s: tuple(x / sum(s) for x in s))
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    financing=shares, payers=six, amount=st.floats(0.0, 20_000.0), zones=st.integers(0, 2**N_ZONES - 1),
    months=st.integers(1, 3),
)  # fmt: skip
def test_treasuries_equal_the_accounts_whatever_is_moved_or_borrowed(
    hamlet: Economy, financing: Any, payers: Any, amount: float, zones: int, months: int
) -> None:
    policy = policy_of(
        start=hamlet.month, stop=hamlet.month + months, months=hamlet.month + 3, payer_shares=payers, financing=financing,
        transfers=transfer(amount=amount, zones=zones),
    )  # fmt: skip
    economy = branch(hamlet, policy)
    ledger = economy.state.ledger
    size = np.abs(ledger.money).sum()
    for account, agents in economy.treasuries.items():
        assert abs(sum(a.balance for a in agents) - ledger.money[account]) <= TOLERANCE * size
    assert abs(economy.state.local_debt.owed[1:].sum() - ledger.debts[Account.CITIES]) <= TOLERANCE * size
    assert (economy.state.local_debt.owed >= 0.0).all()
    assert (purchases(economy)[hamlet.month :] >= -1.0).all()


def test_a_payment_to_cities_goes_into_the_book_of_each(baseline: Baseline) -> None:
    ledger = Ledger()
    by_city = np.arange(N_CITIES, dtype=np.float64)
    ledger.pay(Account.PROVINCE, Account.CITIES, "grants_between_budgets", by_city)
    ledger.pay(Account.CITIES, Account.FIRMS, "public_works", -by_city)
    paid, received = ledger.take_city_books()
    k, works = ITEMS.index("grants_between_budgets"), ITEMS.index("public_works")
    np.testing.assert_array_equal(received[:, Account.PROVINCE, k], by_city)
    np.testing.assert_array_equal(paid[:, Account.FIRMS, works], -by_city)
    # what firms give back is booked as their payment
    assert ledger.flows[Account.FIRMS, Account.CITIES, works] == by_city.sum()
    assert not ledger.city_paid.any()


# --- tables


@pytest.mark.parametrize("name", ["reference", "busy"])
def test_every_instrument_adds_up_to_zero_and_sheets_follow_from_flows(
    name: str, request: pytest.FixtureRequest
) -> None:
    outcomes = request.getfixturevalue(name).outcomes()
    sheet, flows = balance_sheet(outcomes), transactions_flow(outcomes)
    assert list(sheet.columns) == ["month", "sector", "instrument", "value"]
    assert list(flows.columns) == ["month", "payer", "payee", "item", "value"]
    by_instrument = sheet.groupby(["month", "instrument"])["value"]
    assert (by_instrument.sum().abs() <= TOLERANCE * by_instrument.agg(lambda v: v.abs().sum())).all()
    held = sheet[sheet["instrument"].isin(["deposits", "term_deposits", "credit_lines"])]
    money = held.pivot_table(index="month", columns="sector", values="value", aggfunc="sum")
    net = flows.pivot_table(index="month", columns="payee", values="value", aggfunc="sum").fillna(0.0)
    net = net - flows.pivot_table(index="month", columns="payer", values="value", aggfunc="sum").fillna(0.0)
    size = money.abs().sum(axis=1).iloc[1:]
    for sector in ("households", "firms", "centre", "province", "cities", "fund"):
        gap = (money[sector].diff() - net[sector]).iloc[1:].abs()
        assert (gap <= TOLERANCE * size).all(), sector
    owed = sheet[sheet["instrument"].isin(["instalments", "mortgages"]) & (sheet["sector"] == "banks")]
    loans = owed.groupby("month")["value"].sum().to_numpy()
    np.testing.assert_allclose(loans, outcomes.aggregates["balances"][:, -1], rtol=1e-9)


def test_books_of_budgets_name_functions_and_add_up_to_the_flows(busy: Economy) -> None:
    outcomes = busy.outcomes()
    books, flows = budgets(outcomes), transactions_flow(outcomes)
    paid = books[books["direction"] == "paid"]
    for account, names in {"cities": _cities(), "province": ["province"], "fund": ["fund"]}.items():
        mine = paid[paid["budget"].isin(names)].groupby("month")["value"].sum()
        whole = flows[flows["payer"] == account].groupby("month")["value"].sum()
        np.testing.assert_allclose(mine, whole, rtol=1e-9)
    assert {"education", "public services", "public works", "health", "social security", "measures"} <= set(
        paid["function"]
    )


# --- tiny economies


@dataclass(frozen=True)
class TinyWorld:
    """A few households of a world."""

    households: Mapping[str, np.ndarray]
    scale: int


def tiny(hamlet: Economy, count: int) -> TinyWorld:
    chosen = {k: np.ascontiguousarray(v[:count]) for k, v in hamlet.world.households.items()}
    for column in chosen.values():
        column.flags.writeable = False
    return TinyWorld(chosen, hamlet.world.scale)


@pytest.mark.parametrize("count", [0, 1, 2, 30])
@pytest.mark.parametrize("policy", [neutral_policy(8), busy_policy(months=8, start=2)], ids=["none", "busy"])
def test_a_province_of_nobody_or_of_a_few_closes(
    hamlet: Economy, baseline: Baseline, count: int, policy: Policy
) -> None:
    economy = Economy(tiny(hamlet, count), policy, baseline, seed=3)
    economy.run_for(8)
    balances = economy.outcomes().aggregates["balances"]
    assert np.isfinite(balances).all() and np.isfinite(economy.sales).all()
    assert np.ptp(balances[:, :-1].sum(axis=1)) <= TOLERANCE * max(np.abs(balances).sum(axis=1).max(), 1.0)
