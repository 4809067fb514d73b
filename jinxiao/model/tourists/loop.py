"""The tourist month as one loop over parties from outside: who comes, when, where to, for how long, what is spent on what."""

import math
from collections import namedtuple
from enum import IntEnum

from numba import njit

from jinxiao.model.households.loop import TRIP_SECTORS
from jinxiao.model.names import N_CITIES, N_PERIODS, N_PROVINCES, Good
from jinxiao.model.random import Draw, normal_quantile, uniform, uniform4
from jinxiao.model.tourists import rules

TOURIST_PARAMETER_FIELDS = (
    "stay", "lodging_share", "guests_per_room", "daily_spending", "night_price", "spending_sigma", "components",
    "payment_failures", "shops_per_day", "goods_price_elasticity", "coupon_extra", "looks_elsewhere", "returns_at_night",
)  # fmt: skip
TouristParameters = namedtuple("TouristParameters", TOURIST_PARAMETER_FIELDS)

TOURIST_MONTH_FIELDS = (
    "t", "seed", "growth", "coming_cdf", "room", "city_cdf", "second_cdf", "room_price", "room_share", "second_share",
    "ticket_factor", "ticket_rule", "refund_rate", "refund_threshold", "refund_reach", "refund_rule", "payment_eased",
    "coupons", "visitor_claim", "luck", "site_found",
    "event_share", "event_ticket",
)  # fmt: skip
TouristMonth = namedtuple("TouristMonth", TOURIST_MONTH_FIELDS)

_TRANSPORT, _LODGING, _MEALS, _TICKETS, _SHOPPING = range(5)
_SECTORS = tuple(int(s) for s in TRIP_SECTORS)
_COMPONENT_GOOD = (
    int(Good.LONG_DISTANCE_TRANSPORT), int(Good.OTHER_SERVICES), int(Good.RESTAURANT_MEALS),
    int(Good.CULTURE_ENTERTAINMENT), int(Good.JEWELLERY_OTHER_GOODS),
)  # fmt: skip
"""Good as which a component of a visit counts in the scope of coupons."""


class VisitCount(IntEnum):
    """Booked by market and city."""

    PERSONS = 0
    NIGHTS = 1
    YUAN = 2
    ROOM_NIGHTS = 3
    """nights of rooms let"""


class PeriodCount(IntEnum):
    """Booked by part of the month."""

    PERSONS = 0
    YUAN = 1
    SENT_HOME = 2
    """of these persons, those who found no room and went home in the evening"""
    STAYED_AWAY = 3
    """persons who found no room and did not come"""


N_VISIT_COUNTS = len(VisitCount)
N_PERIOD_COUNTS = len(PeriodCount)


@njit(cache=True, nogil=True, error_model="numpy")
def tourist_block(
    block, start, stop, first_agent, party, p, m, demand, visits, periods, rule_cost, rule_gross
):
    """Take parties ``start..stop`` through one month; book demand by city and sector, visits by market and city.

    Parameters
    ----------
    first_agent : int
        Offset of the parties' identities, so that they share no draw with households.
    demand : ndarray, shape (blocks, cities, sectors)
    visits : ndarray, shape (blocks, markets, cities, N_VISIT_COUNTS)
    periods : ndarray, shape (blocks, periods, N_PERIOD_COUNTS)
    rule_cost : ndarray, shape (blocks, MAX_RULES, cities)
    rule_gross : ndarray, shape (blocks, MAX_RULES)
    """
    for j in range(start, stop):
        u_come, u_city, u_spend, u_nights = uniform4(m.seed, first_agent + j, m.t, Draw.TOURIST // 4)
        market = int(party.market[j])
        kind = int(party.kind[j])
        if u_come >= m.coming_cdf[market, kind, N_PERIODS - 1]:
            continue
        period = 0
        while u_come >= m.coming_cdf[market, kind, period]:
            period += 1
        w = float(party.weight[j])
        size = float(party.size[j])
        city = 0
        while city < N_CITIES - 1 and u_city > m.city_cdf[market, period, city]:
            city += 1
        nights = rules.nights_of_stay(u_nights, p.stay[market, kind], m.room[market, kind, period])
        lodges = False
        if nights > 0.0:
            u_room, u_second, _, _ = uniform4(m.seed, first_agent + j, m.t, Draw.TOURIST_ROOM // 4)
            lodges = u_room < p.lodging_share[kind]
            place = u_room / p.lodging_share[kind]
            if lodges and place >= m.room_share[period, city]:
                # no room here: another city, else home in the evening where that is near, else not at all
                place = (place - m.room_share[period, city]) / (1.0 - m.room_share[period, city])
                second = 0
                while second < N_CITIES - 1 and u_second > m.second_cdf[market, period, second]:
                    second += 1
                if place < p.looks_elsewhere * m.second_share[period, second]:
                    city = second
                else:
                    if not p.returns_at_night[market]:
                        periods[block, period, PeriodCount.STAYED_AWAY] += w * size
                        continue
                    periods[block, period, PeriodCount.SENT_HOME] += w * size
                    nights = 0.0
                    lodges = False
        z = normal_quantile(u_spend)
        level = size * m.growth * math.exp(p.spending_sigma * z - 0.5 * p.spending_sigma * p.spending_sigma)
        daily = level * (1.0 + nights) * p.daily_spending[market]
        lodging = level * nights * p.night_price[market] * m.room_price[period, city] if lodges else 0.0
        total = daily + lodging
        spent = 0.0
        used_rows = 0
        for c in range(5):
            part = lodging if c == _LODGING else daily * p.components[kind, c]
            if c >= _MEALS:
                part = rules.paid(part, p.payment_failures[market], m.payment_eased[market])
            if c == _TICKETS:
                # those whom sites turn away pay no gate
                part *= m.site_found[period, city]
                waived = part * (1.0 - m.ticket_factor[city])
                if waived > 0.0 and m.ticket_rule >= 0:
                    rule_cost[block, m.ticket_rule, city] += w * waived
                    rule_gross[block, m.ticket_rule] += w * total * (1.0 - m.ticket_factor[city])
                part -= waived
                if m.event_share[city] > 0.0 and (
                    uniform(m.seed, first_agent + j, m.t, Draw.EVENT) < m.event_share[city]
                ):
                    part += size * m.event_ticket[city]
            if c == _SHOPPING and market >= N_PROVINCES and m.refund_rate > 0.0:
                refund = rules.departure_refund(
                    part, p.shops_per_day * (1.0 + nights), m.refund_threshold, m.refund_rate, m.refund_reach
                )
                if refund > 0.0:
                    # a lower price of the refundable part raises goods bought by the price elasticity
                    part *= 1.0 + p.goods_price_elasticity * refund / part
                    if m.refund_rule >= 0:
                        rule_cost[block, m.refund_rule, city] += w * refund
                        rule_gross[block, m.refund_rule] += w * part
            for k in range(m.coupons.shape[0]):
                r = m.coupons[k]
                if (used_rows >> min(k, 62)) & 1:
                    continue
                if r.for_visitors <= 0.0 or not (r.goods >> _COMPONENT_GOOD[c]) & 1:
                    continue
                if not (r.zones >> (2 * city)) & 3:  # neither town nor country of this city takes it
                    continue
                if (
                    uniform(m.seed, first_agent + j, m.t, m.luck[r.rule]) >= m.visitor_claim[k]
                    or part < r.threshold
                    or part <= 0.0
                ):
                    continue
                # a coupon is used once a trip, and a component takes one
                used_rows |= 1 << min(k, 62)
                off = min(r.discount, part)
                rule_cost[block, r.rule, city] += w * off
                rule_gross[block, r.rule] += w * part
                part += p.coupon_extra * off
                break
            demand[block, city, _SECTORS[c]] += w * part
            spent += part
        visits[block, market, city, VisitCount.PERSONS] += w * size
        visits[block, market, city, VisitCount.NIGHTS] += w * size * nights
        visits[block, market, city, VisitCount.YUAN] += w * spent
        if lodges:
            visits[block, market, city, VisitCount.ROOM_NIGHTS] += w * size * nights / p.guests_per_room[kind]
        periods[block, period, PeriodCount.PERSONS] += w * size
        periods[block, period, PeriodCount.YUAN] += w * spent
