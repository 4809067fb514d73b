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
def contribution_base(wage, mean_wage, floor, ceiling):
    """Base of social contributions, yuan a month: the wage within ``floor`` and ``ceiling`` times the mean wage.

    Source: State Council General Office 2019, No. 13: between 60 and 300 percent of the mean wage.
    """
    return min(max(wage, floor * mean_wage), ceiling * mean_wage)


@rule
def income_tax(taxable, brackets):
    """Income tax a month on comprehensive income: marginal rates ``brackets[1]`` from ``brackets[0]`` on, yuan a month.

    Source: Individual Income Tax Law of 2018, rate table of comprehensive income, a twelfth of the yearly amounts.
    """
    tax = 0.0
    last = brackets.shape[1] - 1
    for k in range(brackets.shape[1]):
        if taxable <= brackets[0, k]:
            break
        top = taxable if k == last else min(taxable, brackets[0, k + 1])
        tax += brackets[1, k] * (top - brackets[0, k])
    return tax


@rule
def wage_deductions(
    wage, rate, participation, at_floor, fund_rate, mean_wage, floor, ceiling, free, brackets
):
    """Return an earner's social contributions, income tax and housing fund contribution, yuan a month.

    Contributions are ``participation * rate * base``, expected ones where only a part of an occupation is insured; who
    insures himself pays on the least base, and the fewer do so the further they earn less than it. Taxable is what wage
    exceeds contributions, housing fund and ``free`` (allowance and special deductions). So a rise of a wage below the floor
    is not charged with contributions.

    Parameters
    ----------
    wage, mean_wage, free : float
        Yuan a month; takings of who is self-employed, with ``free`` beyond them: business income is net of its own tax.
    rate, fund_rate, participation : float
        Shares of the base, and of persons.
    at_floor : bool
        Whether the base is the least one whatever is earned.
    floor, ceiling : float
        Bounds of the base over the mean wage.
    brackets : ndarray, shape (2, n)
        See :func:`income_tax`.
    """
    base = min(wage, floor * mean_wage) if at_floor else contribution_base(wage, mean_wage, floor, ceiling)
    contribution = participation * rate * base
    fund = fund_rate * min(wage, ceiling * mean_wage)
    return contribution, income_tax(wage - contribution - fund - free, brackets), fund


@rule
def resident_premiums(insured, payers, medical_premium, pension_premium):
    """Premiums of the resident medical and pension schemes, yuan a month: for each person insured, for each adult who pays."""
    return insured * medical_premium + payers * pension_premium


@rule
def own_expense(expense, deductible, share):
    """What a patient pays of an expense, yuan: all up to the scheme's deductible, ``share`` of what lies above."""
    return min(expense, deductible) + share * max(expense - deductible, 0.0)


@rule
def education_plan(children, cost, share, months):
    """Saving for the higher education of children below 18, yuan a month: ``share`` of the cost over the months until 18."""
    return children * share * cost / months


@rule
def expected_pension(wage, participation, replacement, resident_pension):
    """Pension that an earner expects, yuan a month: from the employee scheme where insured in it, else from the resident one."""
    return participation * replacement * wage + (1.0 - participation) * resident_pension


@rule
def retirement_plan(permanent, old_age_income, target, share, drawing_over_saving):
    """Saving for old age, yuan a month: what the planned income then exceeds the expected one, spread over working life.

    ``share * max(target p - old_age_income, 0) * drawing / saving``, with an interest rate equal to growth. A pension that
    policy raises for good lowers the plan of those who will draw it (Feldstein 1974); ``share`` is the part of households
    that plan.
    """
    return share * max(target * permanent - old_age_income, 0.0) * drawing_over_saving


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
def life_stage(youngest, students, head_age, has_earner, pensioners, later_from, retired_from):
    """Stage of life of a household (``names.Stage``).

    Retired from the age at which pensions start, or earlier where nobody earns and somebody draws a pension; before that,
    with children where a member is below 18 or a student; without, young below ``later_from``. All ages in months;
    ``youngest`` is negative where no member is below 18.
    """
    if head_age >= retired_from or (not has_earner and pensioners > 0):
        return 3
    if youngest >= 0 or students > 0:
        return 1
    return 0 if head_age < later_from else 2


@rule
def policy_row(risk, insurance, stage, patience, patience_types):
    """Row of the consumption table: risk x insurance x working stage x patience, then insurance x patience of the retired.

    Whoever is retired has no job to lose, so the risk class does not matter.
    """
    if stage == 3:
        return (30 + insurance) * patience_types + patience
    return ((risk * 2 + insurance) * 3 + stage) * patience_types + patience


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
