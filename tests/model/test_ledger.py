"""Every yuan has a payer and a payee: the month closes, stocks follow from flows, and a hole stops the run by name."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_policies import (
    HISTORY,
    PRIVATE_AND_PUBLIC,
    branch,
    busy_policy,
    coupon,
    durable_rule,
    neutral_policy,
    policy_of,
    total,
    transfer,
)

from jinxiao.model import payments
from jinxiao.model.conditions import Conditions
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import ITEMS, TOLERANCE, Account, Ledger, LedgerError
from jinxiao.model.names import N_CITIES, N_DURABLES, N_GOODS, N_MARKETS, N_SECTORS, N_ZONES
from jinxiao.model.outcomes import Outcomes
from jinxiao.model.state import firm_money, household_money


def flows_of(outcomes: Outcomes, item: str) -> np.ndarray:
    """Path of one item between all sectors, shape (months, payers, payees)."""
    return np.asarray(outcomes.aggregates["flows"][..., ITEMS.index(item)])


# --- the books of two years


@pytest.mark.parametrize("name", ["reference", "busy"])
def test_every_stock_is_last_months_plus_flows(name: str, request: pytest.FixtureRequest) -> None:
    outcomes = request.getfixturevalue(name).outcomes()
    flows, balances = outcomes.aggregates["flows"], outcomes.aggregates["balances"]
    assert outcomes.months >= 24
    between = flows.sum(axis=3)
    money = balances[:-1, :-1] + between[1:].sum(axis=1) - between[1:].sum(axis=2)
    size = np.abs(balances[1:, :-1]).sum(axis=1, keepdims=True)
    assert np.abs(balances[1:, :-1] - money).max() <= TOLERANCE * size.min()
    loans = (
        balances[:-1, -1]
        + flows_of(outcomes, "new_loans")[1:, Account.BANKS, Account.HOUSEHOLDS]
        - flows_of(outcomes, "repayments")[1:, Account.HOUSEHOLDS, Account.BANKS]
    )
    np.testing.assert_allclose(balances[1:, -1], loans, rtol=1e-9)


@pytest.mark.parametrize("name", ["reference", "busy"])
def test_money_is_neither_made_nor_lost(name: str, request: pytest.FixtureRequest) -> None:
    balances = request.getfixturevalue(name).outcomes().aggregates["balances"][:, :-1]
    assert np.ptp(balances.sum(axis=1)) <= TOLERANCE * np.abs(balances).sum(axis=1).max()
    flows = request.getfixturevalue(name).outcomes().aggregates["flows"]
    assert (flows >= 0.0).all()
    assert not np.diagonal(flows, axis1=1, axis2=2).any()


@pytest.mark.parametrize("name", ["reference", "busy"])
def test_balances_are_what_the_agents_hold(name: str, request: pytest.FixtureRequest) -> None:
    economy = request.getfixturevalue(name)
    last = economy.outcomes().aggregates["balances"][-1]
    money, loans = household_money(economy.state.households)
    assert last[Account.HOUSEHOLDS] == pytest.approx(money, rel=1e-12)
    assert last[Account.FIRMS] == pytest.approx(firm_money(economy.state.firms), rel=1e-12)
    assert last[-1] == pytest.approx(loans, rel=1e-12)


def test_policy_money_reaches_the_books_in_full(busy: Economy) -> None:
    outcomes = busy.outcomes()
    after = slice(HISTORY, None)
    cost = outcomes.cost_by_rule[after]
    share_of_firms = PRIVATE_AND_PUBLIC[4]
    # firms do not pay themselves
    for item, rules, self_paid in [
        ("policy_transfers", [7, 8], 0.0),
        ("subsidies", [9], share_of_firms),
        ("coupons", [10], share_of_firms),
        ("ticket_waivers", [17], share_of_firms),
        ("refunds", [18], 0.0),
        ("administration", [15], share_of_firms),
        ("labour_cost_refunds", [13], share_of_firms),
    ]:
        booked = flows_of(outcomes, item)[after].sum(axis=(1, 2))
        spent = cost[:, rules].sum(axis=(1, 2)) * (1.0 - self_paid)
        if item == "labour_cost_refunds":  # the second of its two rules also pays interest
            spent *= 1.5
        assert booked.any()
        np.testing.assert_allclose(booked, spent, rtol=1e-9, atol=1.0)
    transfers = flows_of(outcomes, "policy_transfers")[after].sum(axis=(0, 2))
    shares = np.zeros(len(Account))
    shares[
        [Account.CENTRE, Account.PROVINCE, Account.CITIES, Account.FUND, Account.FIRMS, Account.UNIONS]
    ] = PRIVATE_AND_PUBLIC
    np.testing.assert_allclose(transfers / transfers.sum(), shares, atol=1e-12)


def test_treasuries_hold_the_balances_of_their_accounts(baseline: Any, hamlet: Economy) -> None:
    economy = Economy(hamlet.world, busy_policy(months=5, start=2), baseline, seed=5)
    economy.run_for(5)
    for account, agents in economy.treasuries.items():
        balance = economy.state.ledger.money[account]
        assert sum(a.balance for a in agents) == pytest.approx(balance, rel=1e-9, abs=1.0)
        paid = sum(sum(a.paid.values()) for a in agents)
        assert paid == pytest.approx(economy.flows[account].sum(), rel=1e-9, abs=1.0)
    assert economy.bank.balance == economy.state.ledger.money[Account.BANKS]


def test_treasuries_of_a_fork_go_on_from_their_parents(hamlet: Economy) -> None:
    economy = branch(hamlet, neutral_policy(5))
    for account, agents in economy.treasuries.items():
        balance = economy.state.ledger.money[account]
        assert sum(a.balance for a in agents) == pytest.approx(balance, rel=1e-9, abs=1.0)


def test_what_households_receive_they_spend_or_save(busy: Economy) -> None:
    sources = [
        Item.WAGES, Item.BUSINESS, Item.FARM, Item.PROPERTY, Item.PENSIONS, Item.OTHER_TRANSFERS,
        Item.UNEMPLOYMENT_BENEFIT, Item.POLICY_TRANSFERS, Item.LIQUID_INTEREST, Item.LOAN_NEW, Item.SUBSIDIES, Item.COUPONS,
        Item.HOME_SUBSIDIES,
    ]  # fmt: skip
    uses = [
        Item.DEDUCTIONS, Item.MORTGAGE_INTEREST, Item.LOAN_INTEREST, Item.LOAN_REPAID, Item.COMMITTED, Item.HOME_SPENDING,
    ]  # fmt: skip
    spent = sum(total(busy, Item.CONSUMPTION + k) for k in range(8)) - total(busy, Item.IMPUTED_RENT)
    saved = sum(total(busy, i) for i in sources) - sum(total(busy, i) for i in uses) - spent
    wealth = total(busy, Item.LIQUID_WEALTH)
    np.testing.assert_allclose(np.diff(wealth), saved[1:], atol=1e-9 * np.abs(wealth).max())


# --- holes


def hole_in_wealth(economy: Economy) -> float:
    h = economy.state.households
    h.liquid_wealth[3] += 1e6
    return 1e6 * float(h.weight[3])


def hole_in_deposits(economy: Economy) -> float:
    h = economy.state.households
    h.term_deposits[8] -= 2e6
    return -2e6 * float(h.weight[8])


def hole_in_cash(economy: Economy) -> float:
    f = economy.state.firms
    assert f is not None
    f.cash[5] -= 7e8
    return -7e8 * float(f.weight[5])


def hole_in_loans(economy: Economy) -> float:
    # a mortgage that nobody granted, to a household without any payment that would reduce it this month
    h = economy.state.households
    who = int(np.flatnonzero((h.mortgage == 0.0) & (h.mortgage_payment == 0.0))[0])
    h.mortgage[who] += 1e6
    return 1e6 * float(h.weight[who])


@pytest.mark.parametrize(
    ("dig", "account"),
    [
        (hole_in_wealth, "households"),
        (hole_in_deposits, "households"),
        (hole_in_cash, "firms"),
        (hole_in_loans, "loans"),
    ],
)
def test_a_hole_stops_the_month_with_account_month_and_amount(
    hamlet: Economy, dig: Callable[[Economy], float], account: str
) -> None:
    economy = hamlet.fork(neutral_policy())
    economy.run_for(2)
    hole = dig(economy)
    with pytest.raises(LedgerError) as caught:
        economy.run_for(1)
    error = caught.value
    assert (error.account, error.month) == (account, "2024-06")
    assert error.amount == pytest.approx(hole, rel=1e-6)
    assert str(error).count("\n") == 0
    assert all(part in str(error) for part in (account, "2024-06", f"{error.amount:.6g} yuan"))


def test_a_payment_left_out_is_found(hamlet: Economy, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = payments.pay_households

    def forgetful(ledger: Ledger, by_city: np.ndarray, shares: payments.PublicShares) -> None:
        by_city = by_city.copy()
        by_city[:, Item.PENSIONS] = 0.0
        honest(ledger, by_city, shares)

    monkeypatch.setattr(payments, "pay_households", forgetful)
    economy = hamlet.fork(neutral_policy())
    with pytest.raises(LedgerError, match="account households, month 2024-04") as caught:
        economy.run_for(1)
    assert caught.value.amount == pytest.approx(economy.totals[Item.PENSIONS], rel=1e-9)


def test_nothing_is_recorded_of_a_month_that_does_not_close(hamlet: Economy) -> None:
    economy = hamlet.fork(neutral_policy())
    hole_in_wealth(economy)
    with pytest.raises(LedgerError):
        economy.run_for(3)
    assert economy.outcomes().months == hamlet.month


# --- the ledger by itself

amounts = st.floats(-1e9, 1e9)
booked = st.lists(
    st.tuples(st.sampled_from(Account), st.sampled_from(Account), st.sampled_from(ITEMS), amounts),
    max_size=20,
)


@given(booked)
def test_any_payments_close_and_conserve(entries: list[tuple[Account, Account, str, float]]) -> None:
    ledger = Ledger()
    balance = dict.fromkeys(Account, 0.0)
    for payer, payee, item, amount in entries:
        ledger.pay(payer, payee, item, amount)
        balance[payer] -= amount
        balance[payee] += amount
    assert (ledger.flows >= 0.0).all()
    loans = (
        ledger.flows[Account.BANKS, Account.HOUSEHOLDS, ITEMS.index("new_loans")]
        - ledger.flows[Account.HOUSEHOLDS, Account.BANKS, ITEMS.index("repayments")]
    )
    flows = ledger.close(0, balance, loans)
    np.testing.assert_allclose(ledger.money, list(balance.values()), atol=1e-3)
    assert ledger.money.sum() == pytest.approx(0.0, abs=1e-3)
    assert not ledger.flows.any()
    assert flows.sum() == pytest.approx(sum(abs(e[3]) for e in entries))


@given(booked, st.sampled_from(Account), st.floats(1e-8, 1.0), st.sampled_from([-1.0, 1.0]))
def test_any_hole_is_found(
    entries: list[tuple[Account, Account, str, float]], account: Account, part: float, sign: float
) -> None:
    ledger = Ledger()
    for entry in entries:
        ledger.pay(*entry)
    counted = dict(zip(Account, ledger.expected(), strict=True))
    hole = sign * part * (ledger.flows.sum() + 1.0)
    counted[account] += hole
    with pytest.raises(LedgerError) as caught:
        ledger.close(17, counted, 0.0)
    assert (caught.value.month, caught.value.amount) == ("2025-06", pytest.approx(hole, rel=1e-5, abs=1e-5))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_a_number_does_not_close(bad: float) -> None:
    with pytest.raises(LedgerError, match="account firms, month 2024-01"):
        Ledger().close(0, {Account.FIRMS: bad}, 0.0)


def test_rounding_is_forgiven() -> None:
    ledger = Ledger()
    ledger.pay(Account.FIRMS, Account.HOUSEHOLDS, "wages", 1e12)
    ledger.close(0, {Account.HOUSEHOLDS: 1e12 + 100.0, Account.FIRMS: -1e12}, 0.0)


# --- any policy closes

masks = st.integers(0, 2**N_ZONES - 1)
payers = (
    st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6)
    .filter(lambda s: sum(s) > 0.1)
    .map(lambda s: tuple(x / sum(s) for x in s))
)
transfers = st.builds(
    transfer, basis=st.integers(0, 10), zones=masks, amount=st.floats(0.0, 5000.0), share=st.floats(0.0, 0.2),
    permanent=st.floats(0.0, 500.0), take_up=st.floats(0.0, 1.0), max_quintile=st.integers(0, 4),
    label_category=st.integers(-1, 7), label_share=st.floats(0.0, 1.0),
)  # fmt: skip
durables = st.builds(
    durable_rule, durable=st.integers(0, N_DURABLES - 1), zones=masks, rate=st.floats(0.0, 1.0), flat=st.floats(0.0, 1e4),
    cap=st.floats(0.0, 5e4), powertrain=st.integers(-1, 1), min_old_age=st.integers(-1, 120), pool=st.integers(-1, 1),
    eligible_share=st.floats(0.0, 1.0), months_left=st.integers(0, 6),
)  # fmt: skip
coupons = st.builds(
    coupon, goods=st.integers(0, 2**N_GOODS - 1), zones=masks, threshold=st.floats(0.0, 500.0), discount=st.floats(0.0, 200.0),
    quantity=st.floats(0.0, 1e7), per_holder=st.integers(0, 5), channel=st.integers(0, 2), claim=st.integers(0, 2),
    stacking=st.integers(0, 1), first_week=st.integers(0, 3), carry=st.integers(0, 1),
    carried=st.integers(0, 1), face=st.integers(0, 3), faces=st.integers(0, 4), validity=st.integers(0, 4),
    for_visitors=st.floats(0.0, 1.0),
)  # fmt: skip
fields: dict[str, st.SearchStrategy[Any]] = {
    "transfers": transfers,
    "durable_rules": durables,
    "coupons": coupons,
    "wage_floor": st.floats(0.0, 6000.0).map(lambda x: np.full(N_ZONES, x)),
    "training": st.floats(0.0, 0.5).map(lambda x: np.full(N_ZONES, x)),
    "training_wage_gain": st.floats(0.0, 0.5),
    "wage_growth": st.floats(-0.01, 0.02).map(lambda x: np.full(N_SECTORS, x)),
    "labour_cost_relief": st.floats(0.0, 0.3).map(lambda x: np.full(N_SECTORS, x)),
    "business_loan_rate_cut": st.floats(0.0, 0.05).map(lambda x: np.full(N_SECTORS, x)),
    "uninsured_share": st.just(np.array([-0.1, -0.2])),
    "job_loss_replacement": st.just(0.2),
    "loan_rate_cut": st.floats(0.0, 0.03),
    "loan_eligible_share": st.floats(0.0, 1.0),
    "leave_take_up": st.floats(0.0, 0.5),
    "leave_bridging": st.floats(0.0, 0.5),
    "school_break_days": st.floats(0.0, 9.0).map(lambda x: np.full(N_CITIES, x)),
    "ticket_factor": st.floats(0.0, 1.0).map(lambda x: np.full(N_CITIES, x)),
    "attraction": st.floats(-0.5, 0.5).map(lambda x: np.full(N_CITIES, x)),
    "market_friction": st.floats(-1.0, 1.0).map(lambda x: np.full(N_MARKETS, x)),
    "visa_free_shift": st.floats(0.0, 1.0),
    "brought_visitors": st.floats(0.0, 1e6).map(lambda x: np.full(N_CITIES, x)),
    "brought_residents": st.floats(0.0, 1e6).map(lambda x: np.full(N_CITIES, x)),
    "event_tickets": st.floats(0.0, 1e9).map(lambda x: np.full(N_CITIES, x)),
    "local_sourcing": st.floats(0.0, 0.1).map(lambda x: np.full(N_SECTORS, x)),
    "kept_purchases": st.floats(-0.1, 0.1).map(lambda x: np.full((N_CITIES, N_SECTORS), x)),
    "outside_orders": st.floats(0.0, 1e9).map(lambda x: {(16, 3): x, (18, 12): x}),
    "refund_rate": st.floats(0.0, 0.2),
    "refund_reach": st.floats(0.0, 1.0),
    "entry_cost": st.floats(0.0, 0.8).map(lambda x: np.full((N_CITIES, N_SECTORS), x)),
    "arrears_repaid": st.floats(0.0, 1e9).map(lambda x: np.full((N_CITIES, N_SECTORS), x)),
    "payment_sooner": st.floats(0.0, 6.0),
}
chosen = st.fixed_dictionaries({}, optional=fields)


def accounted(c: Conditions) -> None:
    """Give every channel an instrument of its own: an instrument pays through one channel."""
    channels = ("uninsured_share", "job_loss_replacement", "labour_cost_relief", "business_loan_rate_cut")
    c.channel_rules = {name: {rule: 1.0} for rule, name in enumerate(channels, start=20)}
    c.loan_rule, c.ticket_rule, c.refund_rule = 30, 31, 32
    c.cost_by_rule = {33: 1e5}
    c.channel_rules["arrears_repaid"] = {37: 1.0}
    c.orders = {(33, 19, 15): 1e6}
    c.grants = {(33, 1, 3): 1e6}
    for rows, rule in ((c.transfers, 34), (c.durable_rules, 35), (c.coupons, 36)):
        rows["rule"] = rule


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=chosen, payer_shares=payers, budget=st.floats(0.0, 1e9))
def test_any_policy_closes(
    hamlet: Economy, changes: dict[str, Any], payer_shares: tuple[float, ...], budget: float
) -> None:
    months = hamlet.month + 3
    policy = policy_of(
        start=hamlet.month, stop=months - 1, months=months, rules=tuple(range(20, 38)), payer_shares=payer_shares,
        pool_budget={0: budget, 1: 0.1 * budget}, change=accounted, **changes,
    )  # fmt: skip
    economy = branch(hamlet, policy)
    outcomes = economy.outcomes()
    assert outcomes.months == months
    balances = outcomes.aggregates["balances"]
    assert np.isfinite(balances).all()
    assert np.ptp(balances[:, :-1].sum(axis=1)) <= TOLERANCE * np.abs(balances).sum(axis=1).max()
    assert (outcomes.cost_by_rule >= 0.0).all()
