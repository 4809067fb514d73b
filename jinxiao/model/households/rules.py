"""Household rules: each a small pure function of numbers, in the order of the month (economics.md, H1-H10).

No rule touches an array of agents; the loop in ``loop.py`` calls them. All are plain Python under numba and can be called
and tested with plain numbers. Money is yuan of 2024, rates are per month.
"""

import math

from numba import njit

rule = njit(cache=True, nogil=True, error_model="numpy")


@rule
def wage_with_floor(wage, floor, spillover):
    """Monthly wage of an employee under a minimum wage with spillover.

    ``w' = max(w, floor)``; above the floor the raise fades out linearly up to ``floor * (1 + spillover)``, so that the
    order of wages is kept. Units: yuan a month; ``spillover`` is the relative width of the affected range.
    Source of the spillover shape: Dube, Giuliano and Leonard (2019), relative pay concerns; width from parameters.
    """
    if wage >= floor * (1.0 + spillover) or floor <= 0.0:
        return wage
    # wages between floor (1 - spillover) and floor (1 + spillover) are compressed, in order, into the upper half
    lowest = floor * (1.0 - spillover)
    if wage <= lowest:
        return floor
    return floor + 0.5 * (wage - lowest)


@rule
def committed_saving(planned, income_ratio, spare):
    """Money put aside this month, yuan: the plan, or less in a month in which income falls short of usual income.

    Then it shrinks in proportion, as what is left to spend does, and is no more than cash leaves above normal spending
    (``spare``): nobody who lost work borrows in order to save. Neither argument holds one-off payments, which are spent or
    kept liquid as the consumption function says. A negative plan draws on savings and is not bounded.
    """
    if planned <= 0.0 or income_ratio >= 1.0 - 1e-6:
        return planned
    return min(planned * income_ratio, max(spare, 0.0))


@rule
def event(u, probability):
    """Whether an event happens: the agent's own uniform lies below the probability, so small changes flip few agents."""
    return u < probability


@rule
def permanent_shock(u, sigma):
    """Return the two-point permanent shock psi = 1 +/- sigma with equal odds (mean one)."""
    return 1.0 + sigma if u < 0.5 else 1.0 - sigma


@rule
def medical_expense(z, mean, sigma):
    """Medical expense of a household before insurance, yuan: lognormal of given mean, ``z`` a standard normal draw."""
    return mean * math.exp(sigma * z - 0.5 * sigma * sigma)


@rule
def supernumerary_ratio(total, subsistence):
    """Stone-Geary: share of subsistence that is affordable, and the money above it.

    Returns
    -------
    (scale, above)
        ``scale`` = min(1, total / subsistence); ``above`` = max(0, total - subsistence), yuan.
    """
    if subsistence <= 0.0:
        return 1.0, total
    if total <= subsistence:
        return total / subsistence, 0.0
    return 1.0, total - subsistence


@rule
def replacement_hazard(cap, age, half_age, spread, price_effect):
    """Monthly probability that a unit of a durable is replaced.

    ``h = cap * logistic((age - half_age) / spread + price_effect)``: a smoothed (S, s) rule in the age of the unit
    (Adda and Cooper 2000; Eberly 1994). ``price_effect`` collects the log price after subsidy, intertemporal price and
    liquidity. Ages in months.
    """
    return cap / (1.0 + math.exp(-((age - half_age) / spread + price_effect)))


@rule
def price_effect(price, net_price, elasticity, net_price_later, intertemporal_elasticity):
    """Shift of the purchase logit from the price after subsidy, and from a price known to change soon.

    ``-elasticity * ln(net / full) + intertemporal * ln(later / net)``: the first term is the usual demand response, the
    second brings purchases forward before a subsidy ends and delays them when one is announced (Mian and Sufi 2012).
    """
    return -elasticity * math.log(net_price / price) + intertemporal_elasticity * math.log(
        net_price_later / net_price
    )


@rule
def interest_saved(rate_cut, months):
    """Interest that a subsidy of ``rate_cut`` (a year) saves on a loan repaid evenly over ``months``, as a share of the loan.

    Half of the loan is outstanding on average: ``rate_cut * (months / 12) / 2``.
    """
    return rate_cut * months / 24.0


@rule
def subsidy_amount(price, rate, flat, cap, ceiling):
    """Subsidy on one unit, yuan: ``min(rate * price + flat, cap)``, nothing above the price ceiling, never above price."""
    if price > ceiling:
        return 0.0
    return min(min(rate * price + flat, cap), price)


@rule
def trip_probability(
    logsum, constant, block, block_weight, free_days, free_weight, log_income, income_weight
):
    """Monthly probability that a household takes a trip (upper level of a nested logit against staying at home).

    Utility = constant + weight of the longest block of days off + weight of the days off + income + dissimilarity-scaled
    ``logsum`` of the destinations (McFadden 1978; leave elasticity V087, income elasticity V170).
    """
    v = constant + block_weight * block + free_weight * free_days + income_weight * log_income + logsum
    return 1.0 / (1.0 + math.exp(-v))


@rule
def redeem_coupon(basket, threshold, discount, salience, waste):
    """What a coupon holder does with one basket: returns (redeemed, extra spending on the basket), yuan.

    At or above the threshold the coupon is used anyway. Below it the basket is stretched when the salient discount is
    worth more than the part of the extra goods that would be wasted: ``(1 + salience) * D > waste * (T - basket)``.
    """
    if basket >= threshold:
        return True, 0.0
    gap = threshold - basket
    if (1.0 + salience) * discount > waste * gap:
        return True, gap
    return False, 0.0


@rule
def annuity(rate, months):
    """Monthly payment per yuan lent at ``rate`` a month over ``months``, interest included."""
    if rate <= 0.0:
        return 1.0 / months
    return rate / (1.0 - (1.0 + rate) ** -months)


@rule
def home_effect(price, net, elasticity, rate_cut, rate_equivalent):
    """Shift of the log of the purchase probability of a home from subsidy and mortgage rate.

    ``elasticity * (-ln(net / price) + rate_equivalent * rate_cut)``: a lower rate is worth a price cut of
    ``rate_equivalent`` percent a point (Fuster and Zafar 2014, V233). ``rate_cut`` a year.
    """
    return elasticity * (rate_equivalent * rate_cut - math.log(net / price))


@rule
def home_chance(level, weight, relative_income, income_elasticity, effect, cap):
    """Monthly probability that a household wants to buy a home: level, age, tenure and family, income, price effect."""
    return min(level * weight * relative_income**income_elasticity * math.exp(effect), cap)


@rule
def mortgage_taken(net, price, savings, room, usual, down_payment):
    """Loan of a buyer, yuan, or -1 where the home cannot be paid.

    At most ``1 - down_payment`` of the price and what payments within the allowed burden carry (``room``); at least what
    savings do not cover; otherwise the usual share. Easier terms never bar a purchase.
    """
    most = min(min((1.0 - down_payment) * price, room), net)
    least = max(net - savings, 0.0)
    if least > most:
        return -1.0
    return max(least, min(usual * price, most))


@rule
def fund_gain(ceiling, rise, discount, loan):
    """Fall of the mean annual rate of a mortgage when the housing fund's largest loan rises, for who may borrow from it.

    The fund lends up to its ceiling at ``discount`` below the market; ``loan`` is the usual mortgage, yuan.
    """
    return discount * (min((ceiling + rise) / loan, 1.0) - min(ceiling / loan, 1.0))


@rule
def wealth_spending(value, price_factor, effect, growth):
    """Monthly spending out of a change in the value of the home: ``effect * value * (factor - 1) / 12`` (V160, V161)."""
    return effect * value * (price_factor - 1.0) * growth / 12.0
