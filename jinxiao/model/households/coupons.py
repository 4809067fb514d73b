"""Coupons of one household in one month: queue, baskets by outlet and week, redemption, and where the extra comes from (H6).

The household loop calls these functions for holders alone. They fill buffers that a block of households shares, so nothing is
allocated in the loop; the behaviour is in the rules.
"""

import math

import numpy as np
from numba import njit

from jinxiao.model.conditions import MOST_FACES, WEEKS, Channel, ClaimRule
from jinxiao.model.households import rules
from jinxiao.model.households.budget import MOST_CUT
from jinxiao.model.names import AGE_BAND_STARTS, GOODS, N_GOODS, N_OUTLETS, N_ZONES, OUTLETS
from jinxiao.model.random import Draw, normal_quantile, uniform, uniform4

MOST_BASKETS = 28
"""Most baskets a month at one outlet."""
_DRAWS = 64
"""Draws kept for the baskets of an outlet: two a basket, then one for their number."""
_BITS = 4
_MOST_A_FACE = 15
_PARTS = 64
_MOST_WALLET = 65535
_LAST_TRY = 1e9
"""Deadline of a rush in which there is something for everyone."""
_GOOD_OUTLET = np.array([OUTLETS.index(g.outlet) for g in GOODS], np.int64)
_FIRST_GOOD = np.searchsorted(_GOOD_OUTLET, np.arange(N_OUTLETS + 1)).astype(np.int64)
"""Goods of outlet o are those from entry o to before entry o + 1: GOODS are in the order of OUTLETS."""


@njit(cache=True, nogil=True, error_model="numpy")
def basket_buffers(waves):
    """Return the buffers of a block of households, for ``waves`` rows of ``Conditions.coupons``."""
    most = N_OUTLETS * MOST_BASKETS
    return (
        np.zeros(most),  # size of the basket as planned, yuan
        np.zeros(most),  # what coupons add to it, yuan
        np.zeros(most),  # part of that which is bought ahead of later weeks and months, yuan
        np.zeros(most),  # part of it that coupons already counted, yuan
        np.zeros(most, np.int64),  # week
        np.zeros(most, np.int64),  # outlet
        np.zeros(most, np.bool_),  # takes no further coupon
        np.zeros((max(waves, 1), N_OUTLETS)),  # part of an outlet's spending in the scope of a row
        np.zeros((max(waves, 1), N_OUTLETS)),  # of that, what could be bought ahead, yuan
        np.zeros(N_OUTLETS),  # what is bought ahead there, yuan
        np.zeros((N_OUTLETS, WEEKS)),  # baskets without a coupon, by outlet and week, yuan
        np.zeros(max(waves, 1)),  # coupons held of each row
        np.zeros(max(waves, 1)),  # place in the queue
        np.zeros(N_GOODS),  # net change of spending on each good
        np.zeros(WEEKS),  # net change of spending in each week
    )


@njit(cache=True, nogil=True, error_model="numpy")
def claim(
    waves,
    probability,
    deadline,
    luck,
    zone,
    group,
    age_band,
    digital,
    digital_share,
    interest,
    by_skill,
    by_age,
    wallet,
    wallet_rule,
    seed,
    i,
    t,
    held,
    place,
):
    """Fill the coupons held of each row and the place in the queue; return whether any is held.

    ``place`` is the arrival over the last arrival that was served: at most 1 served, 0 where the household did not queue. All
    faces of a wave share the draws of their rule, so that a pack is claimed whole. What is left of earlier months is in the
    wallet.
    """
    any_held = False
    for j in range(waves.shape[0]):
        r = waves[j]
        held[j] = 0.0
        place[j] = 0.0
        if r.goods == 0 or not (r.zones >> zone) & 1 or not (r.groups == 0 or r.groups & group):
            continue
        if r.carried != 0:
            if wallet_rule == r.rule + 1:
                held[j] = from_wallet(wallet, r.face, r.faces)
                any_held = any_held or held[j] > 0.0
            continue
        skill = 0.5
        if r.channel != Channel.PAPER:
            if digital > digital_share:
                continue
            skill = 1.0 - digital / digital_share
        purpose = luck[r.rule]
        served = True
        if r.claim == ClaimRule.LOTTERY:
            served = uniform(seed, i, t, purpose) < probability[j]
        elif r.claim == ClaimRule.RUSH:
            if deadline[j] <= 0.0 or uniform(seed, i, t, purpose) >= interest:
                continue
            speed = rules.rush_speed(skill, age_band, by_skill, by_age)
            place[j] = rules.arrival(uniform(seed, i, t, purpose ^ 1), speed) / deadline[j]
            served = place[j] <= 1.0
        elif probability[j] <= 0.0:
            served = False
        if served:
            held[j] = r.per_holder
            any_held = True
    return any_held


@njit(cache=True, nogil=True, error_model="numpy")
def from_wallet(wallet, face, faces):
    """Return the coupons of a face in a wallet."""
    if faces <= 1:
        return wallet / _PARTS
    if face >= MOST_FACES:
        return 0.0
    return float((wallet >> (_BITS * face)) & _MOST_A_FACE)


@njit(cache=True, nogil=True, error_model="numpy")
def fill_wallet(waves, held):
    """Return (wallet, rule plus one) of what is left and still valid next month; of one wave, that of the highest value."""
    best = 0.0
    best_rule = -1
    for j in range(waves.shape[0]):
        if waves[j].carry == 0 or held[j] <= 0.0 or waves[j].rule == best_rule:
            continue
        value = 0.0
        for k in range(waves.shape[0]):
            if waves[k].rule == waves[j].rule and waves[k].carry != 0:
                value += held[k] * waves[k].discount
        if value > best:
            best = value
            best_rule = waves[j].rule
    if best_rule < 0:
        return 0, 0
    wallet = 0
    for face in range(MOST_FACES):
        left = 0.0
        faces = 0
        for j in range(waves.shape[0]):
            if waves[j].rule == best_rule and waves[j].carry != 0 and waves[j].face == face:
                left += held[j]
                faces = waves[j].faces
        if faces == 1:
            wallet += min(int(left * _PARTS + 0.5), _MOST_WALLET)
        elif faces > 1:
            wallet += min(int(left), _MOST_A_FACE) << (_BITS * face)
    return wallet, best_rule + 1


@njit(cache=True, nogil=True, error_model="numpy")
def outlets_in_scope(waves, held, spend, storability, months, stored, fraction, storable):
    """Fill the part of each outlet's spending in the scope of each row held, and what could be bought ahead; return the outlets.

    What can be bought ahead in a scope is the storable part of its planned spending over ``months``, as far as later months can
    leave it out again (``MOST_CUT``) and the pantry, with ``stored`` yuan in it, is not full.

    Returns
    -------
    int
        Mask of the outlets in the scope of any row.
    """
    mask = 0
    most = 0.0
    for g in range(N_GOODS):
        most += storability[g] * spend[g]
    most *= MOST_CUT * months
    room = MOST_CUT * months * max(1.0 - stored / most, 0.0) if most > 0.0 else 0.0
    for j in range(waves.shape[0]):
        if held[j] <= 0.0:
            continue
        goods = waves[j].goods
        for o in range(N_OUTLETS):
            covered = 0.0
            total = 0.0
            keeps = 0.0
            for g in range(_FIRST_GOOD[o], _FIRST_GOOD[o + 1]):
                total += spend[g]
                if (goods >> g) & 1:
                    covered += spend[g]
                    keeps += storability[g] * spend[g]
                    mask |= 1 << o
            fraction[j, o] = covered / total if total > 0.0 else 0.0
            storable[j, o] = room * keeps
    return mask


@njit(cache=True, nogil=True, error_model="numpy")
def draw_baskets(
    outlets, spend, baskets, sigma, seed, i, t, size, stretch, ahead, taken, week, outlet, closed
):
    """Divide the planned spending at each outlet of a mask into baskets, each with its own size and week; return their number.

    Sizes are lognormal of standard deviation ``sigma`` (log), scaled so that they add up to the plan.
    """
    n = 0
    for o in range(N_OUTLETS):
        if not (outlets >> o) & 1:
            continue
        total = 0.0
        for g in range(_FIRST_GOOD[o], _FIRST_GOOD[o + 1]):
            total += spend[g]
        if total <= 0.0:
            continue
        first = Draw.BASKETS + o * _DRAWS
        number = int(baskets[o] + uniform(seed, i, t, first + _DRAWS - 1))
        number = min(max(number, 1), MOST_BASKETS)
        weight = 0.0
        for b in range(number):
            if b % 2 == 0:
                u_size, u_week, u_next, u_next_week = uniform4(seed, i, t, first // 4 + b // 2)
            else:
                u_size, u_week = u_next, u_next_week
            x = math.exp(sigma * normal_quantile(u_size))
            weight += x
            size[n + b] = x
            stretch[n + b] = 0.0
            ahead[n + b] = 0.0
            taken[n + b] = 0.0
            week[n + b] = int(WEEKS * u_week)
            outlet[n + b] = o
            closed[n + b] = False
        for b in range(number):
            size[n + b] *= total / weight
        n += number
    return n


@njit(cache=True, nogil=True, error_model="numpy")
def _valid(r, week):
    return r.first_week <= week and (r.validity <= 0 or week < r.first_week + r.validity)


@njit(cache=True, nogil=True, error_model="numpy")
def _join(n, b, wanted, share, size, taken, closed, week, outlet):
    """Move ``wanted`` yuan in scope into basket ``b`` from baskets of its outlet and week that have no coupon yet."""
    left = wanted / share
    for other in range(n):
        if (
            other != b
            and outlet[other] == outlet[b]
            and week[other] == week[b]
            and taken[other] == 0.0
            and not closed[other]
        ):
            part = min(left, size[other])
            size[other] -= part
            size[b] += part
            left -= part
            if left <= 0.0:
                break


@njit(cache=True, nogil=True, error_model="numpy")
def redeem(
    waves,
    n,
    salience,
    elasticity,
    joining,
    holding,
    cash,
    labelling,
    w,
    city,
    cost,
    gross,
    size,
    stretch,
    ahead,
    taken,
    week,
    outlet,
    closed,
    fraction,
    storable,
    bought_ahead,
    idle,
    held,
):
    """Redeem what is held in the baskets of the month; fill what they add to each basket; book the cost by rule.

    Households know their baskets of the weeks for which a coupon is valid. They use coupons where they are worth most: first on
    baskets that reach the threshold anyway, then on those that reach it at least cost (``rules.fill_gap``): with other purchases
    of the same week, with what is planned for later and keeps, or with more and dearer goods; as long as that pays. A basket
    takes one coupon unless the wave may be stacked: then each further coupon needs a threshold of its own in the basket. Coupons
    without threshold pay as money does, in the order of the weeks. What a label adds to a basket is not planned for any time, so
    none of it is bought ahead.

    Parameters
    ----------
    elasticity : ndarray, shape (outlets,)
        Elasticity of demand for the content of a basket.
    joining, holding : float
        Effort of moving a purchase within its week, and cost of keeping what is bought ahead, yuan a yuan.
    cash : float
        Left after planned spending, yuan; with the discounts it is the most that can be spent ahead.

    Returns
    -------
    tuple of (discount, extra, forward, joined, stretched, redeemed, freed, basket, row)
        Yuan, and coupons; ``forward``: part of the extra that is bought ahead; ``joined``: planned purchases moved into baskets
        of the same week, no part of the extra; ``stretched``: part of the extra that lifts baskets to a threshold; ``freed``:
        discount that is as good as cash; ``basket``, ``row``: basket of the largest stretch and its wave, -1 where there is none.
    """
    discount = 0.0
    extra = 0.0
    forward = 0.0
    joined = 0.0
    stretched = 0.0
    redeemed = 0.0
    freed = 0.0
    purse = max(cash, 0.0)
    widest = 0.0
    widest_basket = -1
    widest_row = -1
    for o in range(N_OUTLETS):
        bought_ahead[o] = 0.0
        for k in range(WEEKS):
            idle[o, k] = 0.0
    for b in range(n):
        idle[outlet[b], week[b]] += size[b]
    while True:
        best = 0.0
        best_row = -1
        best_basket = -1
        for j in range(waves.shape[0]):
            r = waves[j]
            if held[j] < 1.0 or r.threshold <= 0.0:
                continue
            highest = (1.0 + salience) * min(r.discount, r.threshold)
            for b in range(n):
                o = outlet[b]
                share = fraction[j, o]
                if (
                    share <= 0.0
                    or size[b] <= 0.0
                    or closed[b]
                    or not _valid(r, week[b])
                    or (taken[b] > 0.0 and r.stacking == 0)
                ):
                    continue
                amount = max(size[b] * share - taken[b], 0.0)
                if amount < r.threshold and highest <= best:
                    continue  # a basket that must be filled is worth less
                others = idle[o, week[b]] - (size[b] if taken[b] == 0.0 else 0.0)
                gain = rules.coupon_gain(
                    amount, r.threshold, r.discount, salience, elasticity[o], max(others * share, 0.0), joining,
                    min(max(storable[j, o] - bought_ahead[o], 0.0), purse + r.discount), holding,
                )  # fmt: skip
                if gain > best or (gain == best and best_basket >= 0 and week[b] < week[best_basket]):
                    best = gain
                    best_row = j
                    best_basket = b
        if best_row < 0:
            break
        j = best_row
        b = best_basket
        o = outlet[b]
        k = week[b]
        r = waves[j]
        share = fraction[j, o]
        amount = max(size[b] * share - taken[b], 0.0)
        gap = max(r.threshold - amount, 0.0)
        off = min(r.discount, amount + gap)
        if taken[b] == 0.0:
            idle[o, k] -= size[b]
        more = labelling[j] * off
        early = 0.0
        if gap > 0.0:
            moved, early, _ = rules.fill_gap(
                amount, gap, elasticity[o], max(idle[o, k] * share, 0.0), joining,
                min(max(storable[j, o] - bought_ahead[o], 0.0), purse + off), holding,
            )  # fmt: skip
            more = gap - moved
            stretched += more
            if more > widest:
                widest = more
                widest_basket = b
                widest_row = j
            if moved > 0.0:
                _join(n, b, moved, share, size, taken, closed, week, outlet)
                idle[o, k] -= moved / share
                joined += moved
        held[j] -= 1.0
        # an order with several coupons counts once in the gross sum
        gross[r.rule] += w * (gap if taken[b] > 0.0 else amount + gap)
        taken[b] += max(r.threshold, off)
        closed[b] = r.stacking == 0
        stretch[b] += more
        ahead[b] += early
        bought_ahead[o] += early
        purse = max(purse + off - more, 0.0)
        redeemed += 1.0
        discount += off
        extra += more
        forward += early
        freed += max(off - more, 0.0)
        cost[r.rule, city] += w * off
    for j in range(waves.shape[0]):
        r = waves[j]
        if held[j] <= 0.0 or r.threshold > 0.0 or r.discount <= 0.0:
            continue
        value = held[j] * r.discount
        for now in range(WEEKS):
            for b in range(n):
                if week[b] != now or value <= 0.0 or closed[b] or not _valid(r, now):
                    continue
                o = outlet[b]
                amount = max(size[b] * fraction[j, o] - taken[b], 0.0)
                if amount <= 0.0 or (taken[b] > 0.0 and r.stacking == 0):
                    continue
                off = min(value if r.stacking != 0 else min(r.discount, value), amount)
                more = labelling[j] * off
                used = off / r.discount if r.stacking != 0 else 1.0
                value -= used * r.discount
                held[j] = max(held[j] - used, 0.0)
                if taken[b] == 0.0:
                    gross[r.rule] += w * amount
                taken[b] += off
                closed[b] = r.stacking == 0
                stretch[b] += more
                redeemed += used
                discount += off
                extra += more
                freed += off - more
                cost[r.rule, city] += w * off
    return discount, extra, forward, joined, stretched, redeemed, freed, widest_basket, widest_row


@njit(cache=True, nogil=True, error_model="numpy")
def settle_extra(
    n,
    extra,
    wanted,
    storability,
    months,
    marginal,
    residence,
    scope,
    spend,
    stretch,
    ahead,
    week,
    outlet,
    added,
    weekly,
):
    """Say where the extra comes from; fill the net change of each good and week; return (other goods, later weeks, later months).

    The extra of a basket falls on the goods of its outlet in ``scope``; what is bought ahead, on those that keep. ``wanted`` yuan
    are taken from goods that coupons did not touch, as the budget would cut them (marginal shares). What is bought ahead is not
    bought again: the pantry is eaten evenly over ``months``, so the weeks that are left of this month bear their part, later
    months the rest. What remains is paid from what would have been saved.
    """
    later_weeks = 0.0
    later_months = 0.0
    for b in range(n):
        if stretch[b] <= 0.0:
            continue
        first, last = _FIRST_GOOD[outlet[b]], _FIRST_GOOD[outlet[b] + 1]
        total = 0.0
        kept = 0.0
        for g in range(first, last):
            if (scope >> g) & 1:
                total += spend[g]
                kept += storability[g] * spend[g]
        left = WEEKS - 1 - week[b]
        weekly[week[b]] += stretch[b]
        for g in range(first, last):
            if (scope >> g) & 1:
                early = ahead[b] * storability[g] * spend[g] / kept if ahead[b] > 0.0 else 0.0
                part = (stretch[b] - ahead[b]) * spend[g] / total + early
                soon = min(early * left / (WEEKS * months), max(MOST_CUT * spend[g] + added[g], 0.0))
                added[g] += part - soon
                later_weeks += soon
                later_months += early - soon
                for k in range(week[b] + 1, WEEKS):
                    weekly[k] -= soon / left
    weights = 0.0
    for g in range(N_GOODS):
        if added[g] == 0.0:
            weights += marginal[residence, g]
    from_goods = 0.0
    if weights > 0.0 and wanted > 0.0:
        for g in range(N_GOODS):
            if added[g] == 0.0:
                cut = min(wanted * marginal[residence, g] / weights, MOST_CUT * spend[g])
                if cut > 0.0:
                    added[g] = -cut
                    from_goods += cut
    # other goods give way in the weeks in which the extra is spent
    for b in range(n):
        if stretch[b] > 0.0:
            weekly[week[b]] -= from_goods * stretch[b] / extra
    return from_goods, later_weeks, later_months


@njit(cache=True, nogil=True, error_model="numpy")
def spending_by_week(n, spend, added, weekly, size, week, outlet, out):
    """Fill the spending of each week: planned spending by the weeks of the baskets, and what coupons changed."""
    for k in range(WEEKS):
        out[k] = weekly[k]
    for o in range(N_OUTLETS):
        planned = 0.0
        for g in range(_FIRST_GOOD[o], _FIRST_GOOD[o + 1]):
            planned += spend[g] - added[g]
        total = 0.0
        for b in range(n):
            if outlet[b] == o:
                total += size[b]
        if total <= 0.0:
            for k in range(WEEKS):
                out[k] += planned / WEEKS
            continue
        for b in range(n):
            if outlet[b] == o:
                out[week[b]] += planned * size[b] / total


@njit(cache=True, nogil=True, error_model="numpy")
def at_outlet(g, o):
    """Whether good ``g`` is sold at outlet ``o``."""
    return _GOOD_OUTLET[g] == o


@njit(cache=True, nogil=True, error_model="numpy")
def count_claimants(zone, group, head_age, digital, weight, digital_share, groups, skills):
    """Return households by zone, age band of the head and class of digital skill; the last class has no access.

    Parameters
    ----------
    groups : int
        Mask of the groups that may claim; 0: everyone.

    Returns
    -------
    ndarray, shape (zones, bands, skills + 1)
    """
    out = np.zeros((N_ZONES, len(AGE_BAND_STARTS), skills + 1))
    for i in range(zone.shape[0]):
        if groups != 0 and not groups & int(group[i]):
            continue
        band = 0
        while band < len(AGE_BAND_STARTS) - 1 and head_age[i] >= 12 * AGE_BAND_STARTS[band + 1]:
            band += 1
        share = digital_share[zone[i] % 2]
        k = skills
        if digital[i] <= share:
            k = min(int((1.0 - digital[i] / share) * skills), skills - 1)
        out[zone[i], band, k] += float(weight[i])
    return out


def rush_deadline(households: np.ndarray, packs: float, by_skill: float, by_age: float) -> float:
    """Return the arrival of the last household served in a rush, when ``packs`` are given away in the order of arrival.

    Solves ``sum_k N_k (1 - exp(-speed_k A)) = packs`` for A; ``N_k`` are those who queue, by age band and skill.

    Parameters
    ----------
    households : ndarray, shape (bands, skills)
        Households that queue.
    """
    if packs <= 0.0:
        return 0.0
    if packs >= households.sum():
        return _LAST_TRY
    bands, skills = np.indices(households.shape)
    middle = (skills + 0.5) / households.shape[1]
    speed = np.exp(by_skill * (middle - 0.5) - by_age * bands)
    low, high = 0.0, 1.0
    while float((households * -np.expm1(-speed * high)).sum()) < packs:
        high *= 2.0
        if high >= _LAST_TRY:
            return _LAST_TRY
    for _ in range(60):
        middle_time = 0.5 * (low + high)
        served = float((households * -np.expm1(-speed * middle_time)).sum())
        low, high = (middle_time, high) if served < packs else (low, middle_time)
    return 0.5 * (low + high)
