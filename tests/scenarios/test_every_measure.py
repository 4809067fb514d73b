"""What must hold for every measure of the plan: at no strength, in one city, at more strength, before it starts, in any order."""

from typing import Any

import numpy as np
import pytest

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model.economy import Economy
from jinxiao.model.names import month_index
from jinxiao.scenarios.plan import Plan, load_plan

PLAN = load_plan("shanxi-2025")
NUMBERS = tuple(PLAN.measures)
START = PLAN.start
MONTHS = month_index("2027-04")
"""Until every instrument has begun."""

STRENGTH: dict[str, tuple[str, ...]] = {
    "administration": ("amount",),
    "arrears_repayment": ("amount",),
    "attraction": ("visits_gain", "cost"),
    "budget_pool": ("total",),
    "business_loan_subsidy": ("rate_cut",),
    "consumer_loan_subsidy": ("rate_cut",),
    "coordination": ("take_up_gain", "months_sooner", "cost"),
    "coupon_wave": ("budget",),
    "departure_refund": ("rate",),
    "deposit_rates": ("cut",),
    "durable_subsidy": ("rate", "flat"),
    "entry_cost": ("cut",),
    "event": ("events", "rewarded", "cost"),
    "firm_grant": ("amount",),
    "firm_reward": ("rate", "flat", "per_unit"),
    "home_acquisition": ("homes",),
    "home_delivery": ("homes",),
    "home_renewal": ("homes",),
    "home_subsidy": ("amount", "share"),
    "inbound_ease": ("yearly_growth", "cost"),
    "job_placement": ("persons", "cost"),
    "kept_purchases": ("share", "cost"),
    "labour_cost_relief": ("rate", "amount"),
    "local_sourcing": ("amount", "cost"),
    "medical_cover": ("subsidy", "persons", "spent"),
    "minimum_wage": ("rise",),
    "mortgage_terms": ("rate_cut", "fund_ceiling_rise"),
    "outside_sales": ("gain", "cost"),
    "paid_leave": ("take_up_rise", "bridging_rise"),
    "parcel_subsidy": ("amount",),
    "prompt_payment": ("sooner",),
    "property_income": ("yearly_growth",),
    "public_investment": ("amount",),
    "school_break": ("coverage",),
    "ticket_waiver": ("participating",),
    "tour_reward": ("guest_nights",),
    "training": ("persons", "cost"),
    "transfer": ("amount", "share"),
    "unemployment_insurance": ("benefit_rise",),
    "visa_free": ("shift",),
    "wage_guideline": ("following",),
}
"""Numbers that are nought where an instrument of this kind does nothing."""
BY_CITY = {
    "arrears_repayment", "coupon_wave", "durable_subsidy", "entry_cost", "firm_grant", "home_acquisition", "home_delivery",
    "home_renewal", "home_subsidy", "job_placement", "kept_purchases", "minimum_wage", "parcel_subsidy", "public_investment",
    "training", "transfer", "outside_sales", "local_sourcing",
}  # fmt: skip
"""Kinds that act on the people and firms of their zones. Others act on the whole province, on risks against which everybody
plans by the mean of the province, or on where people travel."""
LOCAL = {
    number: here
    for number, measure in PLAN.measures.items()
    if (
        here := [
            key
            for key, one in measure.instruments.items()
            if one.kind in BY_CITY and one.status != "continued" and 0 in one.geo.city_indices
        ]
    )
}
"""Instruments of each measure that can be kept to one city."""
SCALED = STRENGTH | {
    "durable_subsidy": (),  # at a given budget a higher rate reaches fewer purchases
    "kept_purchases": ("cost",),
    "minimum_wage": (),
}
"""Numbers of which more can only be more."""


@pytest.fixture(scope="module")
def village() -> Economy:
    """About 1,500 households that lived to the start of the plan. Tests fork it and never step it."""
    world = World.load(scale=9000)
    economy = Economy(
        world,
        PLAN.scenario().policy(MONTHS),
        fit_baseline(world, load_parameters().central()),
        seed=3,
    )
    economy.run_for(START)
    return economy


@pytest.fixture(scope="module")
def without(village: Economy) -> Economy:
    """The same to the end of the horizon without the plan."""
    return lived(village, PLAN.scenario().policy(MONTHS))


@pytest.fixture(scope="module")
def first_round(village: Economy, without: Economy) -> Economy:
    """The same in direct closure."""
    return lived(village, PLAN.scenario().policy(MONTHS), without.market_path)


@pytest.fixture(scope="module")
def runs(village: Economy) -> dict[int, Economy]:
    """Each measure alone, as the plan has it."""
    return {number: lived(village, added(number).policy(MONTHS)) for number in NUMBERS}


def lived(village: Economy, policy: Any, path: Any = None) -> Economy:
    """Return the run of a policy to its end; in direct closure along a path of markets."""
    economy = village.fork(policy, market_path=path)
    economy.run_for(MONTHS - START)
    return economy


def added(number: int) -> Any:
    """Return the scenario in which what the plan adds by a measure runs on top of nothing."""
    return PLAN.scenario(number, part="added")


def strengths(plan: Plan, number: int, fields: dict[str, tuple[str, ...]], *kinds: str) -> dict[str, float]:
    """Return the numbers of a measure that say how much it does, by path: of some kinds of instruments, or of all."""
    measure = plan.measures[number]
    return {
        f"measures.{number}.{key}.{path}": parameter.value
        for key, path, parameter, _ in measure.parameters()
        if measure.instruments[key].status != "continued"
        and (not kinds or measure.instruments[key].kind in kinds)
        and path.rsplit(".", 1)[-1] in fields[measure.instruments[key].kind]
    }


def everything(economy: Economy) -> dict[str, Any]:
    """Return state and records of a run."""
    outcomes, state = economy.outcomes(), economy.state
    assert state.firms is not None
    return {
        **{f"household {k}": v for k, v in state.households._asdict().items()},
        **{f"firm {k}": v for k, v in state.firms._asdict().items()},
        **{f"market {k}": v for k, v in vars(state.markets).items()},
        **{f"outcome {k}": getattr(outcomes, k) for k in ("values", "cost_by_rule", "gross_by_rule")},
        "flows": outcomes.aggregates["flows"],
    }


def differences(a: Economy, b: Economy) -> list[str]:
    """Return the names of what differs in any bit."""
    mine, theirs = everything(a), everything(b)
    return [name for name in mine if mine[name].tobytes() != theirs[name].tobytes()]


def rules_of(number: int) -> list[int]:
    """Return the accounts of a measure."""
    return [rule for (measure, _), rule in PLAN.rules.items() if measure == number]


def test_every_kind_of_lever_has_a_strength() -> None:
    for number in NUMBERS:
        for key, instrument in PLAN.measures[number].instruments.items():
            assert instrument.kind in STRENGTH, (number, key)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_measure_of_no_strength_changes_nothing(village: Economy, without: Economy, number: int) -> None:
    zeros = dict.fromkeys(strengths(PLAN, number, STRENGTH), 0.0)
    instruments = PLAN.measures[number].instruments
    for key, instrument in instruments.items():
        assert instrument.status == "continued" or any(f".{number}.{key}." in path for path in zeros), key
    run = lived(village, added(number).override(zeros).policy(MONTHS))
    assert differences(run, without) == []


@pytest.mark.parametrize("number", LOCAL)
def test_a_measure_for_one_city_leaves_others_alone_in_the_first_round(
    village: Economy, without: Economy, first_round: Economy, number: int
) -> None:
    here = LOCAL[number]
    changes: dict[str, Any] = {
        path: 0.0 for path in strengths(PLAN, number, STRENGTH) if path.split(".")[2] not in here
    }
    changes |= {f"measures.{number}.{key}.geo": {"cities": ["Taiyuan"]} for key in here}
    run = lived(village, added(number).override(changes).policy(MONTHS), without.market_path)
    elsewhere = village.state.households.zone // 2 != 0
    for name, column in run.state.households._asdict().items():
        other = getattr(first_round.state.households, name)
        assert column[elsewhere].tobytes() == other[elsewhere].tobytes(), name


@pytest.mark.parametrize("number", NUMBERS)
def test_more_strength_gives_no_less_gross_spending(
    village: Economy, runs: dict[int, Economy], number: int
) -> None:
    high = {
        f"measures.{number}.{k}.{p}": s.high
        for k, p, _, s in PLAN.measures[number].parameters()
        if s is not None
    }
    more = {
        path: min(1.5 * value, high.get(path, np.inf))
        for path, value in strengths(PLAN, number, SCALED).items()
    }
    stronger = lived(village, added(number).override(more).policy(MONTHS))
    rules = rules_of(number)
    for name in ("gross_by_rule", "cost_by_rule"):
        before, after = (getattr(r.outcomes(), name)[:, rules].sum() for r in (runs[number], stronger))
        assert after >= before * (1 - 1e-6), name


@pytest.mark.parametrize("number", NUMBERS)
def test_a_measure_costs_nothing_before_it_starts(
    runs: dict[int, Economy], without: Economy, number: int
) -> None:
    outcomes, before = runs[number].outcomes(), without.outcomes()
    for key, instrument in PLAN.measures[number].instruments.items():
        rule = PLAN.rules.get((number, key))
        if rule is None or instrument.status == "continued":
            continue
        assert not outcomes.cost_by_rule[: instrument.start, rule].any(), key
        assert not outcomes.gross_by_rule[: instrument.start, rule].any(), key
    assert np.array_equal(outcomes.values[:START], before.values[:START], equal_nan=True)


def test_measures_commute(tmp_path: Any) -> None:
    text = PLAN.path.read_text(encoding="utf-8")
    head, measures = text.partition("\n# Instruments of several measures")[0].split("measures:\n")
    lines = [line for line in measures.splitlines() if line.strip()]
    for stem in lines:
        assert stem.startswith("  - ")
    turned = tmp_path / "turned.yaml"
    turned.write_text(head + "measures:\n" + "\n".join(reversed(lines)) + "\n", encoding="utf-8")
    ways = (
        PLAN.scenario(*NUMBERS),
        PLAN.scenario(*reversed(NUMBERS)),
        load_plan(turned).scenario(*NUMBERS[15:], *NUMBERS[:15]),
    )
    first, *others = (way.policy(MONTHS) for way in ways)
    for other in others:
        assert other.instruments == first.instruments
        for mine, its in zip(first.months, other.months, strict=True):
            for name, value in vars(mine).items():
                assert np.array_equal(value, getattr(its, name)), name
