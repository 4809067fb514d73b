"""The demand system: it adds up, its elasticities are those of the evidence, needs and labels steer it as they should."""

import numpy as np
import pytest
from small_policies import policy_of, transfer

from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Basis
from jinxiao.model.economy import Economy
from jinxiao.model.households.budget import divide_budget, eat_pantry, spend_labelled
from jinxiao.model.households.diary import Entry
from jinxiao.model.households.setup import subsistence_system
from jinxiao.model.names import (
    CATEGORIES,
    GOOD_GROUPS,
    GOODS,
    N_CATEGORIES,
    N_GOODS,
    N_SECTORS,
    OUTLETS,
    Category,
    Good,
    Need,
    goods_mask,
)

FOOD = np.array([g.category == Category.FOOD for g in GOODS])
HOUSING = np.array([g.category == Category.HOUSING for g in GOODS])
SERVICES = np.array([g.service for g in GOODS]) & ~FOOD & ~HOUSING
CATEGORY = np.array([g.category for g in GOODS])


def test_goods_nest_in_the_eight_categories_and_have_sellers_and_outlets() -> None:
    assert len(GOODS) >= 24
    assert {int(g.category) for g in GOODS} == set(range(N_CATEGORIES))
    assert all(0 <= g.sector < N_SECTORS and g.outlet in OUTLETS for g in GOODS)
    assert {g.outlet for g in GOODS} == set(OUTLETS)
    assert [g.key.upper() for g in GOODS] == [good.name for good in Good]
    # goods stand in the order of their outlets: coupons read those of an outlet as a range
    places = [OUTLETS.index(g.outlet) for g in GOODS]
    assert places == sorted(places)


def test_groups_name_goods_and_cover_them_all_once() -> None:
    keys = [g.key for g in GOODS]
    assert all(set(members) <= set(keys) for members in GOOD_GROUPS.values())
    assert goods_mask("all_goods") == (1 << N_GOODS) - 1
    assert goods_mask("fuel", "eating_out") == (
        1 << Good.FUEL | 1 << Good.RESTAURANT_MEALS | 1 << Good.DELIVERY_MEALS
    )
    coarse = [k for name, members in GOOD_GROUPS.items() if name != "all_goods" for k in members]
    assert sorted([*coarse, "fuel", "communication"]) == sorted(keys)


class Demand:
    """The linear expenditure system of a mean household of a residence."""

    def __init__(self, baseline: Baseline, residence: int) -> None:
        system = subsistence_system(baseline.values, baseline.fit)
        self.subsistence, self.marginal = system[0][residence], system[1][residence]
        self.mean = float(baseline.fit.mean_spending[residence])

    def spending(self, total: float, price: np.ndarray | None = None) -> np.ndarray:
        needs = self.subsistence * (np.ones(N_GOODS) if price is None else price)
        return np.asarray(needs + self.marginal * (total - needs.sum()))

    def income_elasticity(self, goods: np.ndarray) -> float:
        low, high = self.spending(0.99 * self.mean), self.spending(1.01 * self.mean)
        return float(np.log(high[goods].sum() / low[goods].sum()) / np.log(1.01 / 0.99))

    def price_elasticity(self, goods: np.ndarray) -> float:
        price = np.where(goods, 1.01, 1.0)
        quantity = self.spending(self.mean, price) / price
        return float(np.log(quantity[goods].sum() / self.spending(self.mean)[goods].sum()) / np.log(1.01))


@pytest.fixture(scope="module", params=[0, 1], ids=["urban", "rural"])
def demand(request: pytest.FixtureRequest, baseline: Baseline) -> Demand:
    return Demand(baseline, request.param)


def test_elasticities_are_those_of_the_evidence(demand: Demand) -> None:
    """V151-V154 (Cao, Ho, Hu and Jorgenson 2020), urban China; the bands are the published ranges, half a tenth wider."""
    assert 0.65 <= demand.income_elasticity(FOOD) <= 0.85
    assert 0.75 <= demand.income_elasticity(HOUSING) <= 0.95
    assert 1.30 <= demand.income_elasticity(SERVICES) <= 1.55
    assert demand.price_elasticity(FOOD) == pytest.approx(-0.5, abs=0.08)
    assert demand.price_elasticity(SERVICES) == pytest.approx(-0.8, abs=0.08)


def test_a_price_change_moves_quantities_as_the_formula_says(demand: Demand) -> None:
    """``e = -1 + (1 - b) g p / (p q)`` for each good (Stone 1954), and the budget is spent."""
    shares = demand.spending(demand.mean) / demand.mean
    for g in range(N_GOODS):
        one = np.arange(N_GOODS) == g
        formula = -1.0 + (1.0 - demand.marginal[g]) * demand.subsistence[g] / (shares[g] * demand.mean)
        assert demand.price_elasticity(one) == pytest.approx(formula, abs=0.01)
        price = np.where(one, 1.2, 1.0)
        assert demand.spending(demand.mean, price).sum() == pytest.approx(demand.mean, rel=1e-12)


@pytest.mark.parametrize("pupils", [0.0, 1.0, 3.0])
def test_the_budget_is_spent_and_bends_smoothly_at_subsistence(demand: Demand, pupils: float) -> None:
    out = np.empty(N_GOODS)
    elasticity = demand.marginal / (demand.spending(demand.mean) / demand.mean)
    needed = demand.subsistence.sum()
    spent = {}
    for s in (0.0, 0.2, 0.6, 1.0 - 1e-9, 1.0, 1.5, 4.0):
        divide_budget(s * needed, demand.subsistence, demand.marginal[None, :], 0, elasticity, pupils, out)
        assert out.sum() == pytest.approx(s * needed, rel=1e-9, abs=1e-9)
        assert (out >= 0.0).all()
        spent[s] = out.copy()
    np.testing.assert_allclose(spent[1.0 - 1e-9], spent[1.0], rtol=1e-6)
    share = {s: spent[s][Good.STAPLES] / spent[s].sum() for s in spent if s > 0.0}
    assert share[0.2] > share[0.6] > share[1.0] > share[1.5] > share[4.0]
    if pupils == 0.0:
        assert spent[4.0][Good.SCHOOLING] == pytest.approx(spent[1.0][Good.SCHOOLING])


@pytest.fixture(scope="module")
def lived(history: Economy) -> Economy:
    """A month without policy, with diaries."""
    economy = history.fork(policy_of())
    economy.keep_diaries()
    economy.run_for(1)
    return economy


def test_engels_law_holds_by_quintile(lived: Economy) -> None:
    d, h = lived.diaries.astype(float), lived.state.households
    weight, quintile = h.weight.astype(float), h.quintile
    food = d[:, Entry.CATEGORIES + Category.FOOD] * weight
    all_of_it = d[:, Entry.CONSUMPTION] * weight
    for residence in (0, 1):
        here = h.zone % 2 == residence
        share = [
            food[here & (quintile == q)].sum() / all_of_it[here & (quintile == q)].sum() for q in range(5)
        ]
        assert share[0] > share[2] > share[4]


def test_needs_follow_who_lives_in_the_household(lived: Economy) -> None:
    d, members = lived.diaries.astype(float), lived.state.households.members
    goods = d[:, Entry.GOODS : Entry.GOODS + N_GOODS]
    pupils = members[:, 1:5].sum(axis=1) > 0
    no_child = members[:, :5].sum(axis=1) == 0
    assert (goods[no_child, Good.SCHOOLING] < 1e-6).all()
    assert goods[pupils, Good.SCHOOLING].mean() > 100.0
    old = (members[:, 6:].sum(axis=1) > 0) & (members[:, :6].sum(axis=1) == 0)
    share = goods / np.maximum(goods.sum(axis=1, keepdims=True), 1.0)
    medical = [Good.MEDICINES, Good.MEDICAL_SERVICES]
    assert share[old][:, medical].sum(axis=1).mean() > 1.5 * share[~old][:, medical].sum(axis=1).mean()
    assert share[old, Good.LOCAL_TRANSPORT].mean() < share[~old, Good.LOCAL_TRANSPORT].mean()


def test_housing_has_economies_of_scale(baseline: Baseline) -> None:
    fixed = np.asarray(baseline.values["households.need_fixed"])
    weights = np.asarray(baseline.values["households.need_weights"])
    one, four = (fixed + n * weights[:, 5] for n in (1, 4))
    growth = {k: four[k] / one[k] for k in (Need.DWELLING, Need.FOOD, Need.WORKING_AGE)}
    assert growth[Need.DWELLING] < growth[Need.FOOD] < 4.0
    assert growth[Need.WORKING_AGE] == pytest.approx(4.0)


# --- mental accounts


def test_labelled_money_is_spent_on_its_category_in_proportion() -> None:
    spend = np.arange(1.0, N_GOODS + 1.0)
    before = spend.copy()
    accounts = np.zeros(N_CATEGORIES)
    accounts[Category.EDUCATION_CULTURE], accounts[Category.HEALTH] = 60.0, 20.0
    spend_labelled(40.0, accounts, spend)  # cash for half of it
    gained = np.bincount(CATEGORY, spend - before, N_CATEGORIES)
    assert gained[Category.EDUCATION_CULTURE] == pytest.approx(30.0)
    assert gained[Category.HEALTH] == pytest.approx(10.0)
    assert gained.sum() == pytest.approx(40.0)
    mine = CATEGORY == Category.EDUCATION_CULTURE
    assert np.ptp(spend[mine] / before[mine]) < 1e-12
    assert (accounts == 0.0).all()


@pytest.mark.parametrize("label", [0.0, 0.5, 1.0])
def test_relief_of_school_fees_stays_in_education_by_its_label(
    history: Economy, lived: Economy, label: float
) -> None:
    """Fee relief per pupil: with a full label other spending does not move (Shi 2012), without one it is money like other."""
    rows = transfer(
        basis=Basis.CHILD, age_min=72, age_max=180, amount=100.0,
        label_category=[c.key for c in CATEGORIES].index("education_culture"), label_share=label,
    )  # fmt: skip
    run = history.fork(policy_of(transfers=rows))
    run.keep_diaries()
    run.run_for(1)
    d, base = run.diaries.astype(float), lived.diaries.astype(float)
    same = (
        (d[:, Entry.POLICY] > 0.0)
        & (d[:, Entry.DURABLES : Entry.COUPON_QUEUE] == base[:, Entry.DURABLES : Entry.COUPON_QUEUE]).all(
            axis=1
        )
        & (d[:, Entry.RELIEF] + base[:, Entry.RELIEF] == 0.0)
        & (d[:, Entry.WITHDRAWN] == base[:, Entry.WITHDRAWN])
        & (d[:, Entry.PUT_OFF] == base[:, Entry.PUT_OFF])
        & (d[:, Entry.LOAN_NEW] == base[:, Entry.LOAN_NEW])
        & (d[:, Entry.TRIP] == base[:, Entry.TRIP])
        & (d[:, Entry.OUTING_COST] == base[:, Entry.OUTING_COST])
        & (d[:, Entry.FURNISHING] == base[:, Entry.FURNISHING])
        & (d[:, Entry.HOME_PAID] == base[:, Entry.HOME_PAID])
        & (d[:, Entry.BIRTH] == base[:, Entry.BIRTH])
        & (d[:, Entry.MEDICAL] == base[:, Entry.MEDICAL])
        & (np.abs(d[:, Entry.LABELLED] - label * d[:, Entry.POLICY]) < 1e-3)
    )
    assert same.sum() > 1000
    more = (d - base)[same][:, Entry.GOODS : Entry.GOODS + N_GOODS]
    paid = d[same, Entry.POLICY]
    education = CATEGORY == Category.EDUCATION_CULTURE
    inside, outside = more[:, education].sum(axis=1), more[:, ~education].sum(axis=1)
    if label == 1.0:
        np.testing.assert_allclose(inside, paid, rtol=1e-3)
        assert np.abs(outside).max() < 0.05
    else:
        assert (inside >= label * paid - 0.05).all()
        assert outside.mean() > 0.01 * paid.mean()
        assert (inside + outside <= paid + 0.1).all()


# --- the pantry


def test_the_pantry_saves_purchases_of_what_can_be_stored() -> None:
    storability = np.zeros(N_GOODS)
    storability[[Good.STAPLES, Good.HOUSEHOLD_ARTICLES]] = 0.8
    spend = np.full(N_GOODS, 100.0)
    assert eat_pantry(40.0, storability, spend) == pytest.approx(40.0)
    assert spend.sum() == pytest.approx(100.0 * N_GOODS - 40.0)
    assert spend[Good.STAPLES] == pytest.approx(80.0) and spend[Good.RESTAURANT_MEALS] == 100.0
    # what is too much for the month stays on the shelf
    assert eat_pantry(1e6, storability, spend) < 100.0
    assert (spend > 0.0).all()
    assert eat_pantry(10.0, np.zeros(N_GOODS), spend) == 0.0
