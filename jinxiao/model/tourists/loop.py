"""The tourist month as one loop over parties from outside: who comes, where to, what is spent on what."""

import math
from collections import namedtuple

from numba import njit

from jinxiao.model.households.loop import TRIP_SECTORS
from jinxiao.model.names import Good, Market
from jinxiao.model.random import Draw, normal_quantile, uniform, uniform4
from jinxiao.model.tourists import rules

TOURIST_PARAMETER_FIELDS = (
    "base_probability", "kind_block_weight", "nights", "daily_spending", "spending_sigma", "components",
    "shops_per_day", "goods_price_elasticity", "coupon_extra",
)  # fmt: skip
TouristParameters = namedtuple("TouristParameters", TOURIST_PARAMETER_FIELDS)

TOURIST_MONTH_FIELDS = (
    "t", "seed", "growth", "utility", "block_days", "mean_block", "destination_cdf", "ticket_factor", "ticket_rule",
    "refund_rate", "refund_threshold", "refund_reach", "refund_rule", "visa_free_shift", "price", "coupons",
    "visitor_claim",
    "luck",
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
N_VISIT_COUNTS = 3
"""Booked by market and city: persons, person-nights, yuan."""


@njit(cache=True, nogil=True, error_model="numpy")
def tourist_block(block, start, stop, first_agent, party, p, m, demand, visits, rule_cost, rule_gross):
    """Take parties ``start..stop`` through one month; book demand by city and sector, visits by market and city.

    Parameters
    ----------
    first_agent : int
        Offset of the parties' identities, so that they share no draw with households.
    demand : ndarray, shape (blocks, cities, sectors)
    visits : ndarray, shape (blocks, markets, cities, N_VISIT_COUNTS)
    rule_cost : ndarray, shape (blocks, MAX_RULES, cities)
    rule_gross : ndarray, shape (blocks, MAX_RULES)
    """
    for j in range(start, stop):
        u_come, u_city, u_spend, u_nights = uniform4(m.seed, first_agent + j, m.t, Draw.TOURIST // 4)
        market = int(party.market[j])
        kind = int(party.kind[j])
        shift = m.utility[market]
        if market == Market.FOREIGN_VISA and m.visa_free_shift > 0.0:
            # the same party meets the visa-free regime with the share of its market that changes over
            shift += m.visa_free_shift * max(
                0.0, m.utility[Market.FOREIGN_VISA_FREE] - m.utility[Market.FOREIGN_VISA]
            )
        shift += p.kind_block_weight[kind] * (m.block_days - m.mean_block)
        if u_come >= rules.coming_probability(p.base_probability[market], shift):
            continue
        w = float(party.weight[j])
        size = float(party.size[j])
        city = 0
        while city < m.destination_cdf.shape[1] - 1 and u_city > m.destination_cdf[market, city]:
            city += 1
        nights = -math.log(u_nights) * p.nights[market]
        z = normal_quantile(u_spend)
        total = (
            size * (1.0 + nights) * p.daily_spending[market] * m.growth
            * math.exp(p.spending_sigma * z - 0.5 * p.spending_sigma * p.spending_sigma)
        )  # fmt: skip
        spent = 0.0
        used_rows = 0
        for c in range(5):
            part = total * p.components[market, c]
            if c == _TICKETS:
                waived = part * (1.0 - m.ticket_factor[city])
                if waived > 0.0 and m.ticket_rule >= 0:
                    rule_cost[block, m.ticket_rule, city] += w * waived
                    rule_gross[block, m.ticket_rule] += w * total * (1.0 - m.ticket_factor[city])
                part -= waived
                if m.event_share[city] > 0.0 and (
                    uniform(m.seed, first_agent + j, m.t, Draw.EVENT) < m.event_share[city]
                ):
                    part += size * m.event_ticket[city]
            if c == _SHOPPING and market >= Market.FOREIGN_VISA_FREE and m.refund_rate > 0.0:
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
                if (
                    uniform(m.seed, first_agent + j, m.t, m.luck[r.rule]) >= m.visitor_claim[k]
                    or part < r.threshold
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
        visits[block, market, city, 0] += w * size
        visits[block, market, city, 1] += w * size * nights
        visits[block, market, city, 2] += w * spent
