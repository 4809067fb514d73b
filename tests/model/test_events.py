"""Time is Mesa's: levers start and stop as scheduled events, and Mesa's collector records what the outcomes hold."""

import mesa
import numpy as np
import pytest
from small_policies import HISTORY, branch, cost, neutral_policy, policy_of, transfer

from jinxiao.model.economy import Economy
from jinxiao.model.government import Bank, Treasury
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import Account
from jinxiao.model.names import month_index, month_label

START, STOP = 9, 12


def in_force(history: Economy) -> Economy:
    return history.fork(policy_of(start=START, stop=STOP, transfers=transfer(amount=50.0)))


def test_a_lever_acts_from_its_first_month_to_its_last(history: Economy) -> None:
    economy = in_force(history)
    economy.run_for(10)
    paid = cost(economy) > 0.0
    assert np.flatnonzero(paid).tolist() == [9, 10, 11]
    assert [month_label(m) for m in (START, STOP)] == ["2024-10", "2025-01"]
    assert month_index("2024-10") == START


def test_changes_of_policy_are_events_half_a_step_before_the_month(history: Economy) -> None:
    economy = in_force(history)
    # a change each in October, November and December 2024, the end, and the present month
    times = [e.time for e in economy._event_list.peek_ahead(20) if e.fn() == economy.enact]
    assert times == [0.5, 3.5, 4.5, 5.5, 6.5]
    seen = []
    for _ in range(8):
        economy.step()
        seen.append(len(economy.conditions.transfers))
    assert seen == [0, 0, 0, 1, 1, 1, 0, 0]


def test_months_that_share_their_conditions_need_no_event(history: Economy) -> None:
    economy = history.fork(neutral_policy())
    assert sum(e.fn() == economy.enact for e in economy._event_list.peek_ahead(50)) == 1


def test_anyone_can_schedule_an_event_between_months(history: Economy) -> None:
    economy = history.fork(neutral_policy())

    happened: list[int] = []

    def note() -> None:
        happened.append(economy.month)

    economy.schedule_event(note, at=2.75)
    economy.run_for(2)
    assert happened == []
    economy.run_for(1)
    assert happened == [8]


@pytest.mark.parametrize("steps", [[4], [1, 3], [2, 1, 1], [0.5, 3.5]])
def test_steps_and_spans_are_the_same_time(history: Economy, steps: list[float]) -> None:
    economy = in_force(history)
    for span in steps:
        economy.run_for(span)
    assert (economy.month, economy.steps, economy.time) == (HISTORY + 4, 4, 4.0)
    np.testing.assert_array_equal(
        economy.outcomes().values, branch(history, in_force(history).policy, 4).outcomes().values
    )


def test_mesas_collector_records_what_the_outcomes_hold(history: Economy) -> None:
    economy = in_force(history)
    collector = mesa.DataCollector(
        model_reporters={
            "month": "month",
            "consumption": lambda m: m.households.agg("consumption", "sum"),
            "persons": lambda m: m.households.agg("members", "sum").sum(),
            "at_work": lambda m: m.households.agg("employed", "sum").sum(),
            "deposits": lambda m: m.households.agg("term_deposits", "sum"),
            "wealth": lambda m: m.households.agg("liquid_wealth", "sum"),
            "firms_cash": lambda m: m.firms.agg("cash", "sum"),
            "urban": lambda m: m.households.select(m.households.get("zone") % 2 == 0).agg(
                "consumption", "sum"
            ),
        },
        agenttype_reporters={Treasury: {"account": "account", "balance": "balance"}},
    )
    months = 6
    for _ in range(months):
        economy.step()
        collector.collect(economy)
    frame = collector.get_model_vars_dataframe()
    outcomes = economy.outcomes()
    assert frame["month"].tolist() == list(range(HISTORY + 1, HISTORY + 1 + months))
    accounts = outcomes.aggregates["accounts"][HISTORY:]
    balances = outcomes.aggregates["balances"][HISTORY:]
    for name, expected, rel in [
        ("consumption", outcomes.series("resident_consumption")[HISTORY:], 1e-6),
        ("urban", outcomes.series("resident_consumption", "residence", "urban")[HISTORY:], 1e-6),
        ("at_work", accounts[..., Item.EMPLOYED].sum(axis=(1, 2)), 1e-9),
        ("persons", accounts[..., Item.PERSONS].sum(axis=(1, 2)), 1e-9),
        ("firms_cash", balances[:, Account.FIRMS], 1e-9),
    ]:
        np.testing.assert_allclose(frame[name].to_numpy(np.float64), expected, rtol=rel, err_msg=name)
    money = (frame["deposits"] + frame["wealth"]).to_numpy(np.float64)
    np.testing.assert_allclose(money, balances[:, Account.HOUSEHOLDS], rtol=1e-9)
    treasuries = collector.get_agenttype_vars_dataframe(Treasury)
    assert len(treasuries) == months * (4 + 11)
    received = outcomes.aggregates["flows"][HISTORY:].sum(axis=3)
    centre = treasuries[treasuries["account"] == Account.CENTRE]["balance"].to_numpy(np.float64)
    change = received[:, :, Account.CENTRE].sum(axis=1) - received[:, Account.CENTRE].sum(axis=1)
    np.testing.assert_allclose(np.diff(centre), change[1:], rtol=1e-9)


def test_governments_and_banks_are_mesa_agents(history: Economy) -> None:
    economy = history.fork(neutral_policy())
    names = {agent.name for agent in economy.agents}
    assert {"centre", "province", "Taiyuan", "Luliang", "social insurance funds", "banks"} <= names
    assert len(economy.agents_by_type[Treasury]) == 15
    assert len(economy.agents_by_type[Bank]) == 1
    assert isinstance(economy, mesa.Model)
