"""Household rules: each a small pure function of numbers, in the order of the month (economics.md, H1-H10).

No rule touches an array of agents; the loop in ``loop.py`` calls them. All are plain Python under numba and can be called
and tested with plain numbers. Money is yuan of 2024, rates are per month.
"""

import math

from numba import njit

from jinxiao.model.names import Occupation

rule = njit(cache=True, nogil=True, error_model="numpy")

FORMAL_CALENDAR = 1
WORKER_CALENDAR = 2
PUPIL_CALENDAR = 4
"""Bits of a pattern of work and school: whose calendars a household keeps (see ``calibration/days_off.py``)."""
N_PATTERNS = 8
MOST_LEAVE = 5
"""Days of paid leave that may be joined to days off in a month."""
LONGEST_BLOCK = 15
"""Blocks of days off longer than this count as this, days."""
_WEEKEND = 2


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
def earns_wages(occupation):
    """Whether an earner of this occupation is paid a wage: formal, migrant and flexible work."""
    return (
        occupation == Occupation.FORMAL
        or occupation == Occupation.MIGRANT
        or occupation == Occupation.FLEXIBLE
    )


@rule
def share_of_wages(own, other):
    """Share of the household's wages that one earner brings home, by which a gain of his counts for the household.

    Yuan a month; all of them where neither has had a wage yet.
    """
    total = own + other
    return own / total if total > 0.0 else 1.0


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
def retirement_draw(savings, share, months):
    """What the retired draw on their savings, yuan a month: what was saved for old age, spread over the years planned for it.

    The counterpart of :func:`retirement_plan`: ``share`` of savings is taken to be for old age, as of households. The rest is
    held against illness and for heirs (De Nardi, French and Jones 2010: the old run savings down slowly).
    """
    return share * savings / months


@rule
def saved_above(rate, subsistence, permanent):
    """Rate of saving without a named purpose: as planned, but no more than income leaves above subsistence.

    In the extended linear expenditure system (Lluch 1973) a household saves out of what it has above subsistence, so who has
    little above it saves little, however patient. A negative rate stands.
    """
    return min(rate, max(1.0 - subsistence / permanent, 0.0)) if rate > 0.0 else rate


@rule
def retired_saving(rate, kept):
    """Rate of saving without a named purpose in retirement: ``kept`` of that before, a rate that draws on savings whole."""
    return kept * rate if rate > 0.0 else rate


@rule
def left_over(planned, spare):
    """What the retired put aside, yuan: no commitment, but what cash leaves above normal spending (``spare``), up to the plan."""
    return min(planned, max(spare, 0.0)) if planned > 0.0 else planned


@rule
def debts_first(committed, unnamed, debt):
    """Money put aside, yuan, of a household that owes an overdraft of ``debt``: what has no named purpose repays it first.

    Nobody saves at a deposit's rate while paying a consumer loan's; ``unnamed`` is the part of the plan without a purpose.
    A negative ``debt`` is cash in hand.
    """
    return committed - max(min(min(unnamed, committed), debt), 0.0)


@rule
def harvest(z, sigma):
    """Farm income of a harvest year over the usual one: lognormal of mean one, ``z`` a standard normal draw."""
    return math.exp(sigma * z - 0.5 * sigma * sigma)


@rule
def laid_by(seasonal, debt):
    """What a farm family puts aside of a harvest, or draws in months without one, yuan.

    ``seasonal`` is what farm income exceeds its even share of the harvest year by. Season is foreseen, so it moves savings and
    not consumption (Paxson 1993, Journal of Political Economy 101); an overdraft of ``debt`` from before the harvest is
    repaid out of it first.
    """
    if seasonal <= 0.0:
        return seasonal
    return max(seasonal - max(debt, 0.0), 0.0)


@rule
def within_cash(planned, cash, normal, has_savings):
    """Planned consumption, yuan, of a household that could break a deposit: no more than cash, or ``normal`` where cash is less.

    An overdraft costs more than a deposit yields, so who has one does not borrow in order to consume above what income leaves
    (``normal``); what shocks take from that much is covered by savings (Kaplan and Violante 2014: at a small cost of access
    the second account is for shocks, and the household without a shock lives at the kink).
    """
    if has_savings:
        return min(planned, max(cash, normal))
    return planned


@rule
def put_off(end, put_aside, withdrawn):
    """What of this month's voluntary saving is used this month instead of put aside, yuan.

    Nobody puts money aside and takes as much out of savings in one month: what is drawn for a purchase or a trip, and what cash
    falls below nought by (``end``), comes out of what was to be put aside (``put_aside``) before it comes out of deposits.

    Returns
    -------
    (instead_of_cash, instead_of_savings)
        What fills cash up to nought, and what stands for money that would else be drawn (``withdrawn``).
    """
    for_cash = max(min(-end, put_aside), 0.0)
    return for_cash, max(min(put_aside - for_cash, withdrawn), 0.0)


@rule
def broken_deposit(cash, savings, cost):
    """Deposits broken at the end of a month in which cash falls below nought, yuan; ``cost`` a yuan is lost.

    Regulation on Savings (State Council 1992), art. 24: what is drawn before the term earns the rate of demand deposits.
    """
    if cash >= 0.0:
        return 0.0
    return max(min(-cash / (1.0 - cost), savings), 0.0)


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
def committed_saving(planned, shortfall, spare):
    """Money put aside this month, yuan: the plan, less what income falls short of usual income by.

    Who lost work lives on what would have been saved before anything else, and puts aside no more than cash leaves above
    normal spending (``spare``): nobody borrows in order to save. Neither argument holds one-off payments, which are spent or
    kept liquid as the consumption function says. A negative plan draws on savings and is not bounded.
    """
    if planned <= 0.0 or shortfall <= 0.0:
        return planned
    return max(min(planned - shortfall, spare), 0.0)


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
    (Adda and Cooper 2000; Eberly 1994). ``price_effect`` is the response to the price of the month. It is the chance that
    the month brings a date to buy; whether the purchase is moved to another month is :func:`best_now`. Ages in months.
    """
    return cap / (1.0 + math.exp(-((age - half_age) / spread + price_effect)))


@rule
def price_effect(price, net_price, elasticity):
    """Shift of the purchase logit from the price after subsidy: ``-elasticity * ln(net / full)``."""
    return -elasticity * math.log(net_price / price)


@rule
def highest_effect(rate, credit_gain, elasticity):
    """Highest :func:`price_effect` of a subsidy that pays at most ``rate`` of the price.

    With an interest subsidy that saves at most ``credit_gain`` of what is left.
    """
    return -elasticity * math.log((1.0 - rate) * (1.0 - credit_gain))


@rule
def best_now(ahead, day, prices, cost):
    """Whether a purchase that has its date ``ahead`` months from now, at ``day`` of that month, is best made this month.

    A purchase can be moved from its date at a cost of ``cost`` of log price a month: the user cost of replacing a unit early,
    or of going on with one that is due (Adda and Cooper 2000), with the trouble of hurrying or waiting. It is made in the month
    ``j`` with the least ``ln(price_j) + cost * distance``: brought forward to the end of a month before its date, or put off to
    the beginning of a later one. So a price that rises by a log ``s`` at the end of this month brings the purchases of the next
    ``s / cost`` months forward, which are missed then (Mian and Sufi 2012; Hoekstra, Puller and West 2017), and a known cut is
    waited for from as far. A tie leaves the purchase at its date.

    Parameters
    ----------
    ahead : int
        Months from now to the month of the date; 0 for this month, or a date that has passed.
    day : float
        Part of that month that is over at the date.
    prices : ndarray
        Price after subsidy of this month and of each month that announcements reach; later months are as the last of these.
    cost : float
        Share of the price per month.
    """
    if ahead > 0 and prices[1] <= prices[0]:
        return False
    date = ahead + day
    known = prices.shape[0] - 1
    here = math.log(prices[0]) + cost * max(date - 1.0, 0.0)
    for j in range(1, max(ahead, known) + 1):
        distance = j - date if j > date else max(date - j - 1.0, 0.0)
        if math.log(prices[min(j, known)]) + cost * distance < here:
            return False
    return True


@rule
def in_force(ahead, starts_in, months_left):
    """Whether a rule, as announced, is in force ``ahead`` months from now.

    ``starts_in`` is 0 for a rule that runs, else the months until its announced start; ``months_left`` counts the months
    until its announced end, this one included, and is 0 where no end is announced.
    """
    return ahead >= starts_in and (months_left == 0 or ahead < months_left)


@rule
def composite_price(new_energy, petrol, new_energy_share, used_share, elasticity):
    """Price index of a car over its kinds, relative to neutral prices: the inclusive value of the choice of a kind.

    ``(sum_j s_j n_j^-b)^(-1/b)`` with shares ``s`` at neutral prices, relative net prices ``n`` (1 for a used car, on which
    no subsidy is paid) and elasticity ``b`` between kinds: the upper level of a nested logit (McFadden 1978). Equal relative
    prices of new cars leave the choice between powertrains alone.
    """
    if new_energy == 1.0 and petrol == 1.0:
        return 1.0
    new = new_energy_share * new_energy ** (-elasticity) + (1.0 - new_energy_share) * petrol ** (-elasticity)
    return ((1.0 - used_share) * new + used_share) ** (-1.0 / elasticity)


@rule
def car_kind(u, new_energy, petrol, new_energy_share, used_share, elasticity):
    """Kind of car chosen: 0 petrol, 1 new energy, 2 used; the lower level of :func:`composite_price`.

    A kind's chance is its share at neutral prices times ``n^-b``, over the sum of all. New energy lies between the others, so
    that a subsidy on it alone moves each buyer to it or not at all.
    """
    first = (1.0 - used_share) * (1.0 - new_energy_share) * petrol ** (-elasticity)
    second = (1.0 - used_share) * new_energy_share * new_energy ** (-elasticity)
    target = u * (first + second + used_share)
    if target < first:
        return 0
    return 1 if target < first + second else 2


@rule
def used_share(relative_income, odds, slope):
    """Share of buyers who take a used car at neutral prices: log odds fall with the log of relative income."""
    weight = odds * relative_income ** (-slope)
    return weight / (1.0 + weight)


@rule
def old_car_fate(u, age, asked, scrap_age, spread, kept_share):
    """What becomes of a replaced car: 0 scrapped, 1 sold to a dealer, 2 kept in the family.

    A subsidy asks for scrapping (``asked`` 1) or for sale (2). Otherwise the chance of scrapping rises with age in months,
    ``logistic((age - scrap_age) / spread)``, as the value falls below the cost of keeping it on the road; of the rest a share
    stays in the family.
    """
    if asked > 0:
        return asked - 1
    scrapped = 1.0 / (1.0 + math.exp(-(age - scrap_age) / spread))
    if u < scrapped:
        return 0
    return 2 if u < scrapped + (1.0 - scrapped) * kept_share else 1


@rule
def old_car_value(fate, age, price, retained, scrap_value):
    """What is got for a replaced car, yuan: price times ``retained`` a year of age if sold, its scrap if scrapped, else 0."""
    if fate == 0:
        return scrap_value
    if fate == 1:
        return max(price * retained ** (age / 12.0), scrap_value)
    return 0.0


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
def leave_this_month(u, days, joined, holiday_share, in_one_go, stretch):
    """Days of paid leave that an earner takes in one go this month: a stretch, or none.

    Of ``days`` a year the share ``joined`` is put next to statutory holidays, in the months in proportion to the holidays in
    them; of the rest the share ``in_one_go`` next to a weekend at any time of the year, what remains goes day by day (see
    :func:`single_leave`): ``days (joined holiday_share + in_one_go (1 - joined) / 12)`` are expected this month. They are
    taken in stretches of ``stretch`` days (fewer where the year has fewer), so that a stretch comes with the probability
    that keeps the year's days. ``u`` is the earner's uniform of the month. Regulations on Paid Annual Leave (2008),
    art. 5: in one go or in several.
    """
    length = min(days, stretch, MOST_LEAVE)
    if length < 1:
        return 0
    expected = days * (joined * holiday_share + in_one_go * (1.0 - joined) / 12.0)
    return int(length) if u * length < expected else 0


@rule
def single_leave(days, joined, in_one_go):
    """Days of leave a month that are taken one by one: occasions for a day out, but no longer block."""
    return days * (1.0 - joined) * (1.0 - in_one_go) / 12.0


@rule
def block_on_school_break(pattern, leave, days):
    """Longest block that a family has on a school break of ``days`` joined to a weekend, days.

    Pupils have the break and the weekend. Formal workers have the weekend and what leave they take in the break; other wage
    earners their Sunday; those who keep no calendar go along for all of it. ``pattern`` is of the adults.
    """
    if pattern & WORKER_CALENDAR:
        return 1
    if pattern & FORMAL_CALENDAR:
        return int(_WEEKEND + min(float(leave), days))
    return int(_WEEKEND + days)


@rule
def family_block(with_pupils, alone, grandparents, gain):
    """Return (block in days, whether the parents go without the pupils).

    A household with pupils travels when school is off. Parents leave them with grandparents at home only for a block that is
    longer by ``gain`` days or more.
    """
    if grandparents > 0 and alone - with_pupils >= gain:
        return alone, True
    return with_pupils, False


@rule
def wish_fits(mean_nights, block):
    """Probability that a trip as long as is wished fits into a block of days off: nights are at most the block less one.

    Wished nights N >= 1 are geometric, ``P(N <= n) = 1 - exp(-n / mean_nights)``; without two days off in a row nothing
    fits. Its log is the utility of the block: what is chosen is a trip that can be made.
    """
    return 1.0 - math.exp(-max(block - 1.0, 0.0) / mean_nights)


@rule
def outings_on_holiday(free_days, holiday_days, weight):
    """Part of a month's days out that fall on its public holidays, each of whose days counts ``weight`` days off."""
    counted = free_days + (weight - 1.0) * holiday_days
    return weight * holiday_days / counted if counted > 0.0 else 0.0


@rule
def trip_nights(u, mean_nights, block):
    """Nights of a trip, drawn from the wished nights that fit into the block (see :func:`wish_fits`), at least one."""
    nights = math.ceil(-mean_nights * math.log(1.0 - u * wish_fits(mean_nights, block)))
    return min(max(nights, 1.0), block - 1.0)


@rule
def night_of_trip(u, lodging, on_holiday):
    """Whether a trip takes a room, whether it falls on the longest holiday (0 or 1), and the place in the queue for rooms.

    All from one uniform number: so many take a room, so many travel on the holiday, independently; the place is uniform from
    0 to 1 given both.
    """
    lodges = u < lodging
    u = u / lodging if lodges else (u - lodging) / (1.0 - lodging)
    if u < on_holiday:
        return lodges, 1, u / on_holiday
    return lodges, 0, (u - on_holiday) / (1.0 - on_holiday)


@rule
def nights_afforded(nights, money, day, fare):
    """Nights of a trip that costs ``fare + day (1 + nights)`` and for which there is ``money``, all in the same unit.

    As many as wished, or fewer; nought where not even one night can be paid for.
    """
    return max(min(nights, math.floor((money - fare) / day + 1e-9) - 1.0), 0.0)


@rule
def spending_draw(z, sigma, log_income_effect):
    """Spending a person and night over its mean: log-normal with mean one, times the effect of income, whose log is given."""
    return math.exp(sigma * z - 0.5 * sigma * sigma + log_income_effect)


@rule
def dearest_grade(income, day, fare, full_days):
    """Most that a unit of travel costs a household, yuan: at that grade its longest trip of a year takes ``income``.

    A trip of ``full_days`` costs ``fare + day full_days`` units. Who drew a dearer grade than that travels as long in a cheaper
    one, so that no short break takes what is there for a long trip. Length of stay and cost a day are chosen together (Alegre and
    Pou 2006, Tourism Management 27; known, not read again).
    """
    return income / (fare + day * full_days)


@rule
def trip_purse(cash, savings, income):
    """Most that a household spends on a trip, yuan: what cash and savings allow, and no more than ``income`` bears."""
    return min(cash + savings, income)


@rule
def trip_shares(outing, inside, outside, dissimilarity):
    """Choice on the longest block of days off: stay at home, a day out in the own city, a trip in the province, one beyond.

    Nested logit (McFadden 1978; Train 2009, ch. 4): the two trips share a nest of dissimilarity ``lambda``; staying at home has
    utility nought. Arguments are exponentials of utilities; ``inside`` holds the inclusive value of its cities.

    Returns
    -------
    (away, day, beyond)
        Probabilities of a trip and of a day out in the own city, and the share of trips that leave the province.
    """
    if inside <= 0.0 and outside <= 0.0:
        return 0.0, outing / (1.0 + outing), 0.0
    a = inside ** (1.0 / dissimilarity)
    b = outside ** (1.0 / dissimilarity)
    nest = (a + b) ** dissimilarity
    total = 1.0 + outing + nest
    return nest / total, outing / total, b / (a + b)


@rule
def count_of_outings(u, mean, most):
    """Days out in a month besides the longest block: Poisson of the given mean, ``most`` at most, by inversion.

    ``exp(-mean)`` is at least ``1 - mean``: where ``u`` lies below that, as it mostly does, nothing more is computed.
    """
    if u < 1.0 - mean:
        return 0
    term = math.exp(-mean)
    total = term
    count = 0
    while u >= total and count < most:
        count += 1
        term *= mean / count
        total += term
    return count


@rule
def rush_speed(skill, age_band, by_skill, by_age):
    """Speed at which a household comes to the queue of a rush: ``exp(by_skill (skill - 1/2) - by_age band)``.

    ``skill`` is digital skill from 0 to 1 among those with access, ``age_band`` that of the head, 0 the youngest.
    """
    return math.exp(by_skill * (skill - 0.5) - by_age * age_band)


@rule
def arrival(u, speed):
    """Time of arrival in a queue: exponential with rate ``speed``, ``u`` a uniform draw; luck and effort decide the order."""
    return -math.log(u) / speed


@rule
def lost_surplus(basket, extra, elasticity):
    """What it costs to spend ``extra`` yuan more on a basket than planned: consumer surplus lost along its demand curve, yuan.

    Marginal worth of the basket's content falls with what is in it, at the elasticity of demand ``e``: a further unit, or a
    dearer variety, is worth ``(x / x0)^(-1 / e)`` of its price. Hence ``integral from x0 to x0 + extra of
    1 - (x / x0)^(-1 / e) dx``; with ``g = ln(1 + extra / x0)`` and ``k = 1 - 1 / e`` it is ``extra - x0 (exp(k g) - 1) / k``,
    and ``extra - x0 g`` where ``e = 1``. All is wasted at ``e = 0`` or where nothing was planned; as ``e`` grows nothing is.
    """
    if basket <= 0.0 or elasticity <= 0.0:
        return extra
    growth = math.log1p(extra / basket)
    k = 1.0 - 1.0 / elasticity
    worth = basket * (math.expm1(k * growth) / k if k != 0.0 else growth)
    return min(max(extra - worth, 0.0), extra)


@rule
def extra_worth(basket, cost, elasticity):
    """Extra at which the last yuan loses ``cost``: ``x0 ((1 - cost)^(-e) - 1)``, yuan; what is cheaper comes before it."""
    if cost >= 1.0:
        return math.inf
    return basket * math.expm1(-elasticity * math.log1p(-cost))


@rule
def fill_gap(basket, gap, elasticity, joinable, joining, storable, holding):
    """Fill ``gap`` yuan of a basket in the cheapest way; return (joined, brought forward, cost), yuan; the rest is extra.

    Three sources: up to ``joinable`` yuan of other purchases of the same week, at an effort of ``joining`` a yuan; up to
    ``storable`` yuan that are planned for later weeks and months, held at ``holding`` a yuan; and more than planned, whose cost
    rises along the demand curve (``lost_surplus``). At the minimum the last yuan of each costs the same.
    """
    first, first_room, second, second_room = joining, joinable, holding, storable
    if holding < joining:
        first, first_room, second, second_room = holding, storable, joining, joinable
    taken = 0.0
    if first_room > 0.0:
        taken = min(max(gap - extra_worth(basket, first, elasticity), 0.0), first_room)
    left = gap - taken
    more = 0.0
    if second_room > 0.0:
        more = min(max(left - extra_worth(basket, second, elasticity), 0.0), second_room)
    cost = first * taken + second * more + lost_surplus(basket, left - more, elasticity)
    if holding < joining:
        return more, taken, cost
    return taken, more, cost


@rule
def coupon_gain(basket, threshold, discount, salience, elasticity, joinable, joining, storable, holding):
    """What a coupon on one basket is worth to its holder, yuan; not positive where it is not used.

    The salient discount less the least cost of reaching the threshold: ``(1 + salience) min(D, max(basket, T)) - cost``, the cost
    being that of ``fill_gap``.
    """
    gap = max(threshold - basket, 0.0)
    gain = (1.0 + salience) * min(discount, basket + gap)
    if gap > 0.0:
        gain -= fill_gap(basket, gap, elasticity, joinable, joining, storable, holding)[2]
    return gain


@rule
def displaced_share(extra, discount, cash, least):
    """Share of extra spending that is taken from other goods of the month: ``least``, or more where cash does not last.

    What neither the discount nor ``cash`` left after planned spending pays for must come from other goods. Units: yuan, share.
    """
    short = extra - discount - max(cash, 0.0)
    return min(max(least, short / extra), 1.0)


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
