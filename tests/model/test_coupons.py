"""Coupons: who holds them, where they are redeemed, and what they add; baskets, weeks and faces are single events."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_policies import HISTORY, RULE, coupon, neutral_policy, policy_of, transfer

from jinxiao.model.conditions import ALL_ZONES, WEEKS, Channel, ClaimRule
from jinxiao.model.economy import Economy
from jinxiao.model.households import coupons, rules
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.budget import MOST_CUT
from jinxiao.model.households.diary import Entry
from jinxiao.model.names import GOODS, N_GOODS, N_OUTLETS, OUTLETS, Good, goods_mask

EVERYONE: dict[str, Any] = {"claim": ClaimRule.UNIVERSAL, "channel": Channel.PAPER, "quantity": 1e9}
MEALS, FOOD, ALL = goods_mask("restaurant_meals"), goods_mask("food_at_home"), goods_mask("all_goods")
RESTAURANT = OUTLETS.index("restaurant")
CENTS = st.integers(0, 500_000).map(lambda cents: cents / 100.0)
"""Amounts as they are paid."""
GOODS_SPENT = slice(Entry.GOODS, Entry.GOODS + N_GOODS)


def month(history: Economy, waves: np.ndarray | None = None, **fields: Any) -> np.ndarray:
    """The diaries of one month under waves of coupons, as float64."""
    if waves is not None:
        fields["coupons"] = waves
    economy = history.fork(policy_of(start=history.month, **fields))
    economy.keep_diaries()
    economy.run_for(1)
    return np.asarray(economy.diaries, dtype=np.float64)


def wave(**changes: Any) -> np.ndarray:
    return coupon(**(EVERYONE | {"goods": MEALS, "threshold": 100.0, "discount": 20.0} | changes))


@pytest.fixture(scope="module")
def plain(hamlet: Economy) -> np.ndarray:
    return month(hamlet)


# --- who holds them


def test_everyone_with_access_holds_a_universal_coupon(hamlet: Economy) -> None:
    assert (month(hamlet, wave())[:, Entry.COUPON_HELD] == 1.0).all()
    digital = month(hamlet, wave(channel=Channel.DIGITAL))[:, Entry.COUPON_HELD]
    h, p = hamlet.state.households, hamlet.household_parameters
    access = h.digital <= p.digital_share[h.zone % 2]
    assert np.array_equal(digital > 0.0, access)
    # a small budget does not ration what is promised to all
    assert (month(hamlet, wave(quantity=1.0))[:, Entry.COUPON_HELD] == 1.0).all()


@pytest.mark.parametrize("claim", [ClaimRule.RUSH, ClaimRule.LOTTERY])
def test_rationed_coupons_are_held_in_the_number_issued(history: Economy, claim: ClaimRule) -> None:
    weight = history.state.households.weight.astype(float)
    for packs in (2e5, 1e6):
        held = month(
            history, wave(claim=claim, channel=Channel.DIGITAL, quantity=3.0 * packs, per_holder=3.0)
        )
        assert set(np.unique(held[:, Entry.COUPON_HELD])) == {0.0, 3.0}
        issued = float(weight @ held[:, Entry.COUPON_HELD])
        assert issued == pytest.approx(3.0 * packs, abs=4.0 * 3.0 * np.sqrt(packs * history.world.scale))


def test_a_rush_serves_the_quick_a_lottery_the_lucky(history: Economy) -> None:
    h = history.state.households
    age, digital = h.head_age.astype(float), h.digital.astype(float)

    def gap(claim: ClaimRule, trait: np.ndarray) -> float:
        d = month(history, wave(claim=claim, channel=Channel.DIGITAL, quantity=8e5))
        tried = h.digital <= history.household_parameters.digital_share[h.zone % 2]
        won = d[:, Entry.COUPON_HELD] > 0.0
        noise = trait[tried].std() / np.sqrt(won.sum())
        return float((trait[won].mean() - trait[tried & ~won].mean()) / noise)

    assert gap(ClaimRule.RUSH, age) < -4.0 and gap(ClaimRule.RUSH, digital) < -4.0
    assert abs(gap(ClaimRule.LOTTERY, age)) < 4.0 and abs(gap(ClaimRule.LOTTERY, digital)) < 4.0


def test_the_place_in_the_queue_decides_a_rush(history: Economy) -> None:
    d = month(history, wave(claim=ClaimRule.RUSH, channel=Channel.DIGITAL, quantity=8e5))
    place, held = d[:, Entry.COUPON_QUEUE], d[:, Entry.COUPON_HELD]
    queued = place > 0.0
    assert 0.25 < queued.mean() < 0.6
    assert np.array_equal(held > 0.0, queued & (place <= 1.0))
    # some lose by a little: they are the control group of a study of the rush
    assert ((place > 1.0) & (place < 1.1)).sum() > 20
    lottery = month(history, wave(claim=ClaimRule.LOTTERY, channel=Channel.DIGITAL, quantity=8e5))
    assert (lottery[:, Entry.COUPON_QUEUE] == 0.0).all()


@settings(max_examples=30)
@given(
    st.lists(st.floats(0.0, 1e5), min_size=12, max_size=12), st.floats(0.001, 0.999), st.floats(0.0, 2.0),
    st.floats(0.0, 0.8),
)  # fmt: skip
def test_the_last_in_the_queue_exhausts_the_packs(
    crowd: list[float], share: float, by_skill: float, by_age: float
) -> None:
    households = np.array(crowd).reshape(4, 3) + 1.0
    packs = share * households.sum()
    deadline = coupons.rush_deadline(households, packs, by_skill, by_age)
    served = sum(
        households[band, k]
        * -np.expm1(-deadline * rules.rush_speed.py_func((k + 0.5) / 3, band, by_skill, by_age))
        for band in range(4)
        for k in range(3)
    )
    assert served == pytest.approx(packs, rel=1e-6)
    assert coupons.rush_deadline(households, 0.0, by_skill, by_age) == 0.0
    assert coupons.rush_deadline(households, 2.0 * households.sum(), by_skill, by_age) > 1e6


def test_faces_of_a_pack_are_claimed_together(hamlet: Economy) -> None:
    pack = np.concatenate([
        wave(claim=ClaimRule.LOTTERY, threshold=t, discount=d, per_holder=n, quantity=n * 1e6)
        for t, d, n in ((20.0, 5.0, 2.0), (40.0, 10.0, 2.0), (80.0, 20.0, 1.0))
    ])  # fmt: skip
    held = month(hamlet, pack)[:, Entry.COUPON_HELD]
    assert set(np.unique(held)) == {0.0, 5.0}


# --- where they are redeemed


def test_nothing_is_redeemed_that_is_not_held(history: Economy) -> None:
    d = month(history, wave(claim=ClaimRule.RUSH, channel=Channel.DIGITAL, quantity=2e6, per_holder=2.0))
    held, used = d[:, Entry.COUPON_HELD], d[:, Entry.COUPON_REDEEMED]
    assert (used <= held).all() and 0.0 < used.sum() < held.sum()
    nothing = held == 0.0
    for entry in (Entry.COUPON_OFF, Entry.COUPON_EXTRA, Entry.COUPON_FREED, Entry.COUPON_INCOME_SPENT):
        assert (d[nothing, entry] == 0.0).all()
    assert (d[:, Entry.COUPON_OFF] <= 20.0 * used + 1e-4).all()


def redeemed(economy: Economy, **changes: Any) -> float:
    weight = economy.state.households.weight.astype(float)
    return float(weight @ month(economy, wave(**changes))[:, Entry.COUPON_REDEEMED])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("discount", (2.0, 8.0, 20.0, 60.0)),
        ("threshold", (400.0, 150.0, 80.0, 20.0)),
        ("per_holder", (1.0, 2.0, 4.0)),
        ("validity", (1, 2, 3, 4)),
        ("goods", (MEALS, goods_mask("eating_out"), goods_mask("eating_out", "food_at_home"))),
    ],
)
def test_a_more_generous_coupon_is_never_used_less(
    hamlet: Economy, name: str, values: tuple[float, ...]
) -> None:
    used = [redeemed(hamlet, **{name: value}) for value in values]
    assert (np.diff(used) >= 0.0).all()
    assert used[-1] > used[0]


def test_more_coupons_are_never_used_less(hamlet: Economy) -> None:
    for claim in (ClaimRule.RUSH, ClaimRule.LOTTERY):
        used = [redeemed(hamlet, claim=claim, quantity=q) for q in (0.0, 3e5, 2e6, 1e9)]
        assert used[0] == 0.0 and (np.diff(used) >= 0.0).all() and used[-1] > used[1] > 0.0


def test_longer_validity_is_more_use_of_what_is_bought_anyway(hamlet: Economy) -> None:
    """A short one must be stretched for: less of what is redeemed was planned."""

    def stretched(validity: int) -> float:
        d = month(hamlet, wave(validity=validity))
        return float(d[:, Entry.COUPON_STRETCHED].sum() / d[:, Entry.COUPON_REDEEMED].sum())

    assert stretched(1) > stretched(4)


def test_orders_bunch_at_the_threshold_of_a_coupon(history: Economy) -> None:
    def at(d: np.ndarray, threshold: float) -> float:
        orders = d[:, Entry.ORDERS + RESTAURANT]
        return float((np.abs(orders[orders > 0.0] - threshold) < 0.01).mean())

    with_it, without = month(history, wave(threshold=80.0, discount=20.0)), month(history)
    assert at(without, 80.0) < 0.002
    assert at(with_it, 80.0) > 0.05
    # a hole below: those orders have moved up
    below = [
        ((d[:, Entry.ORDERS + RESTAURANT] > 60) & (d[:, Entry.ORDERS + RESTAURANT] < 79.9)).sum()
        for d in (with_it, without)
    ]
    assert below[0] < below[1]
    # far below the threshold nothing moves, except into another order of the week
    apart = with_it[:, Entry.COUPON_JOINED] == 0.0
    low = [d[apart, Entry.ORDERS + RESTAURANT] < 10.0 for d in (with_it, without)]
    assert low[0].sum() == pytest.approx(low[1].sum(), rel=0.05)
    assert 0.02 < 1.0 - apart.mean() < 0.5


def test_a_basket_takes_one_coupon_unless_they_stack(hamlet: Economy) -> None:
    many = {"threshold": 0.0, "discount": 5.0, "per_holder": 40.0, "validity": 4}
    single, stacked = (month(hamlet, wave(**many, stacking=s))[:, Entry.COUPON_OFF] for s in (0, 1))
    assert stacked.sum() > 1.5 * single.sum()
    assert single.max() <= 5.0 * coupons.MOST_BASKETS
    # coupons with thresholds stack where the basket holds them all
    two = {"threshold": 20.0, "discount": 4.0, "per_holder": 8.0}
    apart, together = (month(hamlet, wave(**two, stacking=s))[:, Entry.COUPON_REDEEMED].sum() for s in (0, 1))
    assert together > apart


def test_a_coupon_lapses_outside_its_weeks(hamlet: Economy) -> None:
    first, last, whole = (
        redeemed(hamlet, first_week=f, validity=v, threshold=0.0, per_holder=9.0)
        for f, v in ((0, 1), (3, 4), (0, 0))
    )
    assert 0.0 < first < 0.6 * whole and 0.0 < last < 0.6 * whole


# --- what they add


def comparable(d: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Households to which nothing else happened: same durables, trip, bill and savings, no relief."""
    same = (d[:, Entry.DURABLES : Entry.COUPON_QUEUE] == base[:, Entry.DURABLES : Entry.COUPON_QUEUE]).all(
        axis=1
    )
    for entry in (
        Entry.WITHDRAWN, Entry.MEDICAL, Entry.TRIP, Entry.OUTING_COST, Entry.COMMITTED, Entry.LOAN_NEW,
        Entry.FURNISHING, Entry.HOME_PAID, Entry.BIRTH,
    ):  # fmt: skip
        same &= d[:, entry] == base[:, entry]
    return np.asarray(
        same & (d[:, Entry.RELIEF] + base[:, Entry.RELIEF] == 0.0) & (base[:, Entry.TRIP] == 0.0)
    )


@pytest.mark.parametrize("value", [50.0, 300.0])
def test_a_fungible_voucher_without_threshold_is_cash_household_by_household(
    history: Economy, value: float
) -> None:
    voucher = month(
        history, wave(goods=ALL, threshold=0.0, discount=value, stacking=1, labelling=0.0, validity=0)
    )
    cash = month(history, transfers=transfer(amount=value))
    same = comparable(voucher, cash) & (voucher[:, Entry.COUPON_OFF] > value - 1e-3)
    assert same.mean() > 0.5
    np.testing.assert_allclose(
        voucher[same][:, GOODS_SPENT], cash[same][:, GOODS_SPENT], rtol=2e-5, atol=0.02
    )
    np.testing.assert_allclose(voucher[same, Entry.LIQUID], cash[same, Entry.LIQUID], rtol=1e-5, atol=0.1)
    assert (voucher[:, Entry.COUPON_EXTRA] == 0.0).all()


def test_a_label_adds_to_what_cash_does(history: Economy) -> None:
    spent = [
        month(history, wave(goods=ALL, threshold=0.0, discount=200.0, stacking=1, labelling=label))[
            :, GOODS_SPENT
        ].sum()
        for label in (0.0, 0.3, 0.6)
    ]
    assert spent[0] < spent[1] < spent[2]


WAVES = {
    "meals": wave(),
    "food": wave(goods=FOOD, threshold=100.0, discount=25.0, per_holder=3.0),
    "everything": wave(goods=ALL, threshold=150.0, discount=40.0, per_holder=4.0, stacking=1),
    "voucher": wave(goods=ALL, threshold=0.0, discount=60.0, labelling=0.4, stacking=1),
    "pack": np.concatenate([
        wave(goods=goods_mask("eating_out", "food_at_home"), threshold=t, discount=d, per_holder=2.0)
        for t, d in ((20.0, 5.0), (40.0, 10.0), (80.0, 20.0))
    ]),
    "two rules": np.concatenate([wave(), wave(rule=RULE + 1, goods=FOOD, threshold=0.0, discount=20.0, labelling=0.2)]),
}  # fmt: skip


@pytest.mark.parametrize("name", WAVES)
def test_the_extra_is_from_goods_later_and_saving_to_the_yuan(
    hamlet: Economy, plain: np.ndarray, name: str
) -> None:
    d = month(hamlet, WAVES[name], rules=(RULE, RULE + 1))
    extra = d[:, Entry.COUPON_EXTRA]
    parts = d[:, [
        Entry.COUPON_FROM_GOODS, Entry.COUPON_FROM_WEEKS, Entry.COUPON_FROM_LATER, Entry.COUPON_FROM_SAVING
    ]]  # fmt: skip
    np.testing.assert_allclose(parts.sum(axis=1), extra, rtol=1e-5, atol=1e-3)
    assert (parts >= -1e-3).all() and extra.sum() > 0.0
    # spending rises by just what the parts say
    more = d[:, GOODS_SPENT].sum(axis=1) - plain[:, GOODS_SPENT].sum(axis=1)
    told = extra - parts[:, 0] - parts[:, 1] + d[:, Entry.COUPON_INCOME_SPENT]
    np.testing.assert_allclose(more, told, atol=0.05)
    # orders that are joined were planned: they add nothing
    assert d[:, Entry.COUPON_JOINED].sum() > 0.0 or name == "voucher"
    # each good stays positive, and the weeks add up to the goods
    assert (d[:, GOODS_SPENT] >= 0.0).all()
    weeks = d[:, Entry.WEEKS : Entry.WEEKS + WEEKS]
    np.testing.assert_allclose(weeks.sum(axis=1), d[:, GOODS_SPENT].sum(axis=1), rtol=1e-4, atol=0.05)
    # what frees cash is discount that did not pay for something extra
    assert (d[:, Entry.COUPON_FREED] <= d[:, Entry.COUPON_OFF] + 1e-3).all()


def test_only_what_can_be_stored_is_bought_ahead(hamlet: Economy) -> None:
    meals = month(hamlet, wave())
    assert (meals[:, [Entry.COUPON_FROM_LATER, Entry.COUPON_FROM_WEEKS]] == 0.0).all()
    staples = month(hamlet, wave(goods=STAPLES, threshold=120.0, discount=30.0))
    assert staples[:, Entry.COUPON_FROM_LATER].sum() > 0.5 * staples[:, Entry.COUPON_EXTRA].sum()


STAPLES = goods_mask("staples", "household_articles")


def changed(economy: Economy, **values: Any) -> Economy:
    """The same province with other parameters of households."""
    fork = economy.fork(neutral_policy())
    fork.household_parameters = economy.household_parameters._replace(**values)
    return fork


def test_a_threshold_is_reached_by_what_is_cheapest(hamlet: Economy) -> None:
    row = wave(goods=STAPLES, threshold=200.0, discount=60.0)

    def sums(**values: Any) -> np.ndarray:
        d = month(changed(hamlet, **values), row)
        stored = d[:, Entry.COUPON_FROM_LATER] + d[:, Entry.COUPON_FROM_WEEKS]
        return np.array(
            [d[:, Entry.COUPON_JOINED].sum(), stored.sum(), d[:, Entry.COUPON_EXTRA].sum() - stored.sum()]
        )

    usual = sums()
    assert (usual > 0.0).all()
    # what costs all that it moves is never moved
    assert sums(joining_cost=1.0)[0] == 0.0
    assert sums(holding_cost=1.0)[1] == 0.0
    assert sums(holding_cost=1.0)[2] > usual[2]
    # demand that takes any quantity leaves no reason to move anything
    elastic = sums(basket_elasticity=np.full(N_OUTLETS, 1e6))
    assert elastic[2] > 0.99 * elastic.sum()
    # a cheaper way is used more
    assert sums(joining_cost=0.01)[0] > usual[0]
    assert sums(holding_cost=0.0)[1] > usual[1]


def test_no_more_is_bought_ahead_than_later_months_can_leave_out(history: Economy) -> None:
    # the pantry may cut a month's purchases of what keeps by MOST_CUT, over the months it is eaten in
    economy = changed(history, holding_cost=0.0, joining_cost=1.0)
    d = month(economy, wave(goods=1 << Good.STAPLES, threshold=1000.0, discount=800.0))
    p = history.household_parameters
    planned = month(history)[:, Entry.GOODS + Good.STAPLES]
    most = MOST_CUT * p.pull_forward_months * p.storability[Good.STAPLES] * planned
    ahead = d[:, Entry.COUPON_FROM_LATER] + d[:, Entry.COUPON_FROM_WEEKS]
    used = d[:, Entry.COUPON_EXTRA] > 0.0
    assert used.sum() > 100
    assert (ahead <= most * (1.0 + 1e-4) + 0.01).all()
    assert (ahead[used] > 0.95 * most[used]).mean() > 0.5


def test_nothing_is_bought_ahead_on_credit(history: Economy) -> None:
    d = month(history, wave(goods=STAPLES, threshold=400.0, discount=60.0))
    base = month(history)
    ahead = d[:, Entry.COUPON_FROM_LATER] + d[:, Entry.COUPON_FROM_WEEKS]
    # cash at the end of the month without coupons is what planned spending leaves
    assert (ahead <= np.maximum(base[:, Entry.LIQUID], 0.0) + d[:, Entry.COUPON_OFF] + 0.5).all()
    poor = base[:, Entry.LIQUID] < 1.0
    assert poor.sum() > 20
    used = d[:, Entry.COUPON_REDEEMED] > 0.0
    assert used[poor].mean() < 0.5 * used[~poor].mean()


@pytest.mark.parametrize(("goods", "stored"), [(MEALS, False), (goods_mask("household_articles"), True)])
def test_weeks_after_the_redemption_fall_for_goods_that_are_stored(
    history: Economy, goods: int, stored: bool
) -> None:
    fields = {"goods": goods, "threshold": 100.0, "discount": 25.0, "validity": 1, "labelling": 0.0}
    d, base = month(history, wave(**fields)), month(history)
    held = d[:, Entry.COUPON_STRETCHED] > 0.0
    # the cash that is freed is spent evenly and would blur the fall
    pure = held & (d[:, Entry.COUPON_INCOME_SPENT] < 1e-6)
    change = (d - base)[pure][:, Entry.WEEKS : Entry.WEEKS + WEEKS].mean(axis=0)
    assert pure.sum() > 100 and change[0] > 5.0
    if stored:
        assert (change[1:] < -0.1).all()
    else:
        assert np.abs(change[1:]).max() < 0.05


def test_who_has_no_cash_takes_it_from_other_goods() -> None:
    share = rules.displaced_share.py_func
    assert share(100.0, 30.0, 1e6, 0.25) == 0.25
    assert share(100.0, 30.0, 0.0, 0.25) == pytest.approx(0.7)
    assert share(100.0, 30.0, 50.0, 0.25) == 0.25
    assert share(100.0, 0.0, -20.0, 0.25) == 1.0


def test_months_after_eat_the_pantry(history: Economy) -> None:
    economy = history.fork(
        policy_of(
            stop=HISTORY + 1,
            coupons=wave(goods=goods_mask("household_articles"), threshold=200.0, discount=60.0),
        )
    )
    economy.keep_diaries()
    economy.run_for(1)
    stored = economy.state.households.stored.astype(float).copy()
    bought = float(economy.diaries[:, Entry.COUPON_FROM_LATER].astype(float).sum())
    assert bought > 0.0
    economy.run_for(1)
    eaten = economy.diaries[:, Entry.PANTRY].astype(float)
    np.testing.assert_allclose(stored - eaten, economy.state.households.stored, atol=0.01)
    months = economy.household_parameters.pull_forward_months
    # what is bought ahead can be left out again in full, a part of it each month
    np.testing.assert_allclose(eaten.sum(), stored.sum() / months, rtol=0.02)
    assert stored.sum() == pytest.approx(bought, rel=1e-4)


# --- baskets


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000), st.lists(CENTS, min_size=N_GOODS, max_size=N_GOODS), st.floats(0.0, 1.2),
    st.integers(0, 2**N_OUTLETS - 1),
)  # fmt: skip
def test_baskets_add_up_to_the_plan_of_each_outlet(
    agent: int, plan: list[float], sigma: float, outlets: int
) -> None:
    spend = np.array(plan)
    size, stretch, ahead, taken, week, outlet, closed, *_ = coupons.basket_buffers(1)
    number = np.linspace(0.5, 16.0, N_OUTLETS)
    n = coupons.draw_baskets(
        outlets, spend, number, sigma, 3, agent, 7, size, stretch, ahead, taken, week, outlet, closed
    )
    assert ((week[:n] >= 0) & (week[:n] < WEEKS)).all() and (size[:n] > 0.0).all()
    for o, name in enumerate(OUTLETS):
        planned = sum(spend[g] for g, good in enumerate(GOODS) if good.outlet == name)
        mine = size[:n][outlet[:n] == o]
        if not outlets >> o & 1 or planned == 0.0:
            assert mine.size == 0
        else:
            assert mine.sum() == pytest.approx(planned, rel=1e-9)
            assert mine.size in (max(1, int(number[o])), int(number[o]) + 1)


def test_goods_of_an_outlet_share_its_baskets(hamlet: Economy) -> None:
    """A wave on all food in shops meets larger baskets than one on vegetables alone."""
    shop, greens = (
        redeemed(hamlet, goods=goods, threshold=60.0, discount=5.0, per_holder=9.0)
        for goods in (FOOD, 1 << Good.VEGETABLES_FRUIT)
    )
    assert shop > 2.0 * greens


def test_waves_of_other_zones_do_not_reach_a_household(hamlet: Economy) -> None:
    d = month(hamlet, wave(zones=ALL_ZONES & ~0b11))
    there = hamlet.state.households.zone < 2
    assert (d[there, Entry.COUPON_HELD] == 0.0).all() and (d[~there, Entry.COUPON_HELD] == 1.0).all()


# --- beyond the month


def two_months(history: Economy, row: np.ndarray, then: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Diaries of two months: ``row`` is issued in the first, ``then`` are the rows of the second."""

    def rows(c: Any) -> None:
        c.coupons = row if c.month == history.month else then

    economy = history.fork(policy_of(start=history.month, change=rows, rules=(RULE, RULE + 1)))
    economy.keep_diaries()
    economy.run_for(1)
    first = np.asarray(economy.diaries, dtype=np.float64).copy()
    economy.run_for(1)
    return first, np.asarray(economy.diaries, dtype=np.float64)


def carried(**changes: Any) -> np.ndarray:
    return wave(**({"quantity": 0.0, "carried": 1, "faces": 1} | changes))


def test_what_is_left_of_a_month_is_used_in_the_next_while_valid(hamlet: Economy) -> None:
    many = {"threshold": 0.0, "discount": 30.0, "per_holder": 40.0, "stacking": 1}
    first, second = two_months(hamlet, wave(**many, faces=1, carry=1), carried(**many))
    left = 40.0 - first[:, Entry.COUPON_REDEEMED]
    assert (left > 1.0).mean() > 0.5
    np.testing.assert_allclose(second[:, Entry.COUPON_CARRIED], left, atol=0.5 / 64 + 1e-4)
    assert (second[:, Entry.COUPON_HELD] == 0.0).all()
    assert (second[:, Entry.COUPON_REDEEMED] <= second[:, Entry.COUPON_CARRIED] + 1e-4).all()
    assert second[:, Entry.COUPON_OFF].sum() > 0.0
    # without a validity beyond the month they lapse
    _, lapsed = two_months(hamlet, wave(**many, faces=1), carried(**many))
    assert lapsed[:, Entry.COUPON_OFF].sum() == 0.0


def test_each_face_of_a_pack_is_carried_by_itself(hamlet: Economy) -> None:
    faces = ((60.0, 10.0, 3.0), (2000.0, 300.0, 2.0))

    def pack(**changes: Any) -> np.ndarray:
        return np.concatenate([
            wave(threshold=t, discount=d, per_holder=n, face=k, faces=2, **changes) for k, (t, d, n) in enumerate(faces)
        ])  # fmt: skip

    first, second = two_months(hamlet, pack(carry=1), pack(carried=1, quantity=0.0))
    np.testing.assert_array_equal(second[:, Entry.COUPON_CARRIED], 5.0 - first[:, Entry.COUPON_REDEEMED])
    # coupons of another instrument are not in that wallet
    _, other = two_months(hamlet, pack(carry=1), pack(carried=1, quantity=0.0, rule=RULE + 1))
    assert (other[:, Entry.COUPON_CARRIED] == 0.0).all()


@given(st.lists(st.integers(0, 15), min_size=2, max_size=4))
def test_a_wallet_holds_what_was_put_in(left: list[int]) -> None:
    rows = np.concatenate([wave(face=k, faces=len(left), carry=1) for k in range(len(left))])
    content, owner = coupons.fill_wallet(rows, np.array(left, dtype=np.float64))
    if sum(left) == 0:
        assert (content, owner) == (0, 0)
        return
    assert owner == RULE + 1 and 0 <= content < 2**16
    assert [coupons.from_wallet(content, k, len(left)) for k in range(len(left))] == left


# --- visitors


def visitor_cost(history: Economy, **changes: Any) -> float:
    row = wave(**({"threshold": 0.0, "discount": 20.0, "for_visitors": 1.0, "quantity": 1e9} | changes))
    economy = history.fork(policy_of(start=history.month, coupons=row))
    economy.run_for(1)
    assert economy.totals[Item.COUPONS] == 0.0
    return float(economy.outcomes().cost_by_rule[history.month, RULE].sum())


def test_a_visitor_uses_a_coupon_once_a_trip(history: Economy) -> None:
    meals, anything = (visitor_cost(history, goods=goods) for goods in (MEALS, ALL))
    assert 0.0 < meals <= anything < 1.2 * meals
    assert visitor_cost(history, goods=MEALS, threshold=1e6) == 0.0
    assert visitor_cost(history, goods=goods_mask("staples")) == 0.0


def test_visitors_use_the_coupons_of_a_city_there_alone(history: Economy) -> None:
    taiyuan = 0b11
    row = wave(threshold=0.0, discount=20.0, for_visitors=1.0, quantity=1e9, goods=MEALS, zones=taiyuan)
    economy = history.fork(policy_of(start=history.month, coupons=row))
    economy.run_for(1)
    cost = economy.outcomes().cost_by_rule[history.month, RULE]
    assert cost[0] > 0.0 and not cost[1:].any()
    # as many coupons serve more of the fewer who come there
    few = [visitor_cost(history, goods=MEALS, quantity=4e5, zones=zones) for zones in (taiyuan, ALL_ZONES)]
    assert few[0] == pytest.approx(few[1], rel=0.5)


def test_the_gross_sum_counts_an_order_once(hamlet: Economy) -> None:
    """Orders in which coupons were used are never more than all spending in their scope."""
    for fields in (
        {"threshold": 0.0, "discount": 5.0, "per_holder": 60.0, "stacking": 1},
        {"threshold": 15.0, "discount": 3.0, "per_holder": 60.0, "stacking": 1},
    ):
        economy = hamlet.fork(policy_of(start=hamlet.month, coupons=wave(goods=FOOD, **fields)))
        economy.keep_diaries()
        economy.run_for(1)
        weight = economy.state.households.weight.astype(float)
        spent = float(weight @ economy.diaries[:, Entry.GOODS : Entry.GOODS + 5].sum(axis=1))
        assert 0.0 < economy.outcomes().gross_by_rule[hamlet.month, RULE] <= spent * 1.05
