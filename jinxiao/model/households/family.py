"""How families change in a month: ages, births, school, leaving home, retirement, deaths, and who follows the dead.

The head's age anchors those of the head's generation: head and partner, the partner a fixed gap younger. Children below 18
are followed by age, the two youngest exactly; other adults of 18-59 are grown children, other elders parents of the head.
All functions are plain Python under numba; those that take an index ``i`` change that row of the columns they are given.
"""

from typing import Final

import numpy as np
from numba import njit

from jinxiao.model.households.rules import rule
from jinxiao.model.names import MemberBand, Occupation

MONTHS_A_YEAR: Final = 12
SIXTY: Final = 60 * MONTHS_A_YEAR
EIGHTY: Final = 80 * MONTHS_A_YEAR
OLDEST: Final = 110
"""Oldest year of age in the table of death rates."""
REFORM: Final = 12
"""January 2025: month from which the legal retirement age rises."""
CHILD_STARTS: Final = (0, 36, 72, 180, 216)
"""First month of age of the bands of children, and the end."""
N_CHILD_BANDS: Final = 4
_STUDENT, _ADULT, _ELDER, _OLD = (
    int(MemberBand.STUDENT),
    int(MemberBand.AGE_18_59),
    int(MemberBand.AGE_60_79),
    int(MemberBand.AGE_80_PLUS),
)
_NONE, _FORMAL, _FLEXIBLE = int(Occupation.NONE), int(Occupation.FORMAL), int(Occupation.FLEXIBLE)
_FARMER, _OWN = int(Occupation.FARMER), int(Occupation.SELF_EMPLOYED)
MAN, WOMAN_OF_55, WOMAN_OF_50, NEVER = 0, 1, 2, -1
"""Rows of the table of legal ages; NEVER for those who were at work beyond the age of men when the run began."""


@rule
def own_generation(head_age, adults, gap):
    """Members of 18-59 who are head or partner: each until 60; the rest are grown children. Ages in months."""
    if head_age < SIXTY:
        return min(adults, 2)
    if head_age < SIXTY + gap:
        return min(adults, 1)
    return 0


@rule
def retirement_delay(reached, step, most):
    """Months by which retirement is put off for someone who reaches the old legal age in month ``reached``.

    From January 2025 each ``step`` months of birth add a month, up to ``most`` (Decision of 13 September 2024).
    """
    if reached < REFORM:
        return 0
    return min((reached - REFORM) // step + 1, most)


@rule
def legal_row(man, of_55, age_at_start, man_age, of_55_age, of_50_age):
    """Row of the table of legal ages for an earner: that of sex and post, or the next that was not past at the start."""
    if not man and not of_55 and age_at_start < of_50_age:
        return WOMAN_OF_50
    if not man and age_at_start < of_55_age:
        return WOMAN_OF_55
    if age_at_start < man_age:
        return MAN
    return NEVER


@rule
def retires(age, month, base, step, most):
    """Whether an earner of ``age`` months has reached the legal age, ``base`` plus the delay of the cohort."""
    return age >= base and age >= base + retirement_delay(month - (age - base), step, most)


@rule
def birth_chance(level, by_age, response, benefit, income):
    """Monthly probability of a birth: level by residence and children, times that of the woman's age, times the response.

    ``1 + response * benefit / (12 * income)``: ``benefit`` is the present value of what a newborn would bring, yuan,
    ``income`` the household's permanent income a month (V230-V232).
    """
    return level * by_age * (1.0 + response * benefit / (MONTHS_A_YEAR * income))


@rule
def death_chances(adults, elders, old, head_age, gap, rates, young, elder_rate, old_rate):
    """Monthly probabilities that a member of 18-59 of the head's generation, a grown child, one of 60-79, one of 80+ dies.

    ``rates`` (years,) are monthly death rates by age; members of the head's generation die at the head's age, grown
    children at ``young``, parents of the head at ``elder_rate`` and ``old_rate``. Children are not exposed: their few
    deaths are in the fitted level.
    """
    own = own_generation(head_age, adults, gap)
    years = min(head_age // MONTHS_A_YEAR, OLDEST)
    if head_age >= SIXTY:
        elder_rate = rates[min(years, 79)]
        old_rate = rates[max(years, 80)]
    return own * rates[min(years, 59)], (adults - own) * young, elders * elder_rate, old * old_rate


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def grow_up(i, members, child_age, u, to_university, study_months):
    """Make members below 18 and students a month older; return (adults who come of age, stage of school entered).

    The two youngest children have their ages in months; others move up at the rate at which members of their band do, as
    students leave. Stages: 1 kindergarten at 3, 2 school at 6, 3 upper school at 15, 4 university, 5 out of school.
    """
    stage = 0
    adults = 0
    for c in range(2):
        age = child_age[i, c]
        if age < 0:
            continue
        age += 1
        for b in range(N_CHILD_BANDS):
            if age == CHILD_STARTS[b + 1]:
                members[i, b] -= 1
                if b < N_CHILD_BANDS - 1:
                    members[i, b + 1] += 1
                    stage = b + 1
                elif to_university:
                    members[i, _STUDENT] += 1
                    stage = 4
                else:
                    members[i, _ADULT] += 1
                    adults += 1
                    stage = 5
        child_age[i, c] = -1 if age >= CHILD_STARTS[N_CHILD_BANDS] else age
    if child_age[i, 0] < 0 and child_age[i, 1] >= 0:
        child_age[i, 0] = child_age[i, 1]
        child_age[i, 1] = -1
    below_18 = 0
    for b in range(N_CHILD_BANDS):
        below_18 += members[i, b]
    known = (1 if child_age[i, 0] >= 0 else 0) + (1 if child_age[i, 1] >= 0 else 0)
    if below_18 > known or members[i, _STUDENT] > 0:
        chance = 0.0
        for b in range(N_CHILD_BANDS):
            others = members[i, b]
            for c in range(2):
                age = child_age[i, c]
                if age >= 0 and CHILD_STARTS[b] <= age < CHILD_STARTS[b + 1]:
                    others -= 1
            chance += others / (CHILD_STARTS[b + 1] - CHILD_STARTS[b])
            if u < chance:
                members[i, b] -= 1
                if b < N_CHILD_BANDS - 1:
                    members[i, b + 1] += 1
                    return adults, b + 1
                if to_university:
                    members[i, _STUDENT] += 1
                    return adults, 4
                members[i, _ADULT] += 1
                return adults + 1, 5
        chance += members[i, _STUDENT] / study_months
        if u < chance:
            members[i, _STUDENT] -= 1
            members[i, _ADULT] += 1
            return adults + 1, 5
    return adults, stage


@rule
def grow_old(i, members, head_age, gap, u, turn_eighty):
    """Move head, partner and parents of the head on to 60-79 and 80+; return members who turn 60 this month.

    ``head_age`` already counts this month. Head and partner turn 60 and 80 at the month that the head's age implies;
    parents of the head turn 80 with a chance of ``turn_eighty`` a month.
    """
    turned = 0
    if head_age >= SIXTY:
        due = (1 if head_age == SIXTY else 0) + (1 if head_age == SIXTY + gap else 0)
        turned = min(members[i, _ADULT], due)
        members[i, _ADULT] -= turned
        members[i, _ELDER] += turned
    elders = members[i, _ELDER]
    if elders > 0:
        if head_age >= SIXTY:
            due = (1 if head_age == EIGHTY else 0) + (1 if head_age == EIGHTY + gap else 0)
            due = min(elders, due)
            members[i, _ELDER] -= due
            members[i, _OLD] += due
        elif u < elders * turn_eighty:
            members[i, _ELDER] -= 1
            members[i, _OLD] += 1
    return turned


@rule
def next_head(i, members, head_age, gap, parent_gap):
    """Age of the head after deaths: where nobody of the head's generation is left, a grown child or a parent follows."""
    adults, elders, old = members[i, _ADULT], members[i, _ELDER], members[i, _OLD]
    if head_age >= SIXTY + gap and elders + old == 0 and adults > 0:
        return max(head_age - parent_gap, 18 * MONTHS_A_YEAR)
    if head_age < SIXTY and adults == 0:
        if elders > 0:
            return min(max(head_age + parent_gap, SIXTY + gap + 1), EIGHTY - 1)
        if old > 0:
            return max(head_age + parent_gap, EIGHTY + gap + 1)
    return head_age


@rule
def end_pension(i, employee, resident, pension, elders_before, resident_amount, u):
    """End the pension of a dead member: of either scheme with the odds of the household's elders."""
    paid = employee[i] + resident[i]
    if paid == 0:
        return
    place = u * max(elders_before, paid)
    if place < employee[i]:
        own = max(pension[i] - resident[i] * resident_amount, 0.0) / employee[i]
        employee[i] -= 1
        pension[i] = max(pension[i] - own, 0.0)
    elif place < paid:
        pension[i] = max(pension[i] - min(resident_amount, pension[i] / paid), 0.0)
        resident[i] -= 1
    if employee[i] + resident[i] == 0:
        pension[i] = 0.0


@rule
def stop_work(i, e, occupation, sector, employed):
    """Free an earner's place."""
    occupation[i, e] = _NONE
    sector[i, e] = -1
    employed[i, e] = 0


@rule
def fit_earners(i, members, occupation, sector, employed):
    """Free places of earners that no member of 18-79 can fill any more; return whether one was freed."""
    able = members[i, _ADULT] + members[i, _ELDER]
    filled = (1 if occupation[i, 0] != _NONE else 0) + (1 if occupation[i, 1] != _NONE else 0)
    freed = False
    if filled > able and occupation[i, 1] != _NONE:
        stop_work(i, 1, occupation, sector, employed)
        filled -= 1
        freed = True
    if filled > able:
        stop_work(i, 0, occupation, sector, employed)
        freed = True
    return freed


@rule
def take_place(
    i, e, occupation, sector, employed, zone, cdf, vacancies, city, unemployed, u_occupation, u_sector, u_job
):
    """Fill a free place with a newcomer: occupation by the kinds of post that are open in the zone, sector by vacancies.

    ``cdf`` (zones, 3) are cumulative shares of formal, migrant and flexible posts (:func:`open_posts`). The newcomer begins
    without a job with probability ``unemployed``.
    """
    kind = 0
    while kind < cdf.shape[1] - 1 and u_occupation > cdf[zone, kind]:
        kind += 1
    job = 0
    while job < vacancies.shape[1] - 1 and u_sector > vacancies[city, job]:
        job += 1
    occupation[i, e] = _FORMAL + kind
    sector[i, e] = job
    employed[i, e] = 0 if u_job < unemployed else 1


@rule
def count_wage_earners(zone, weight, occupation, count):
    """Add up wage earners, at work or not, by zone and kind (formal, migrant, flexible) into ``count`` (zones, 3)."""
    for i in range(len(zone)):
        for e in range(2):
            kind = occupation[i, e]
            if _FORMAL <= kind <= _FLEXIBLE:
                count[zone[i], kind - _FORMAL] += weight[i]


def open_posts(normal: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return cumulative shares of kinds of wage work among the posts that are open to newcomers, shape (zones, 3).

    It is posts that are formal or not, by what firms and public bodies need, so each kind keeps its share of wage work in a
    zone. Those in formal work retire five to fifteen years before others: open are the posts by which a kind falls short.

    Parameters
    ----------
    normal : ndarray, shape (zones, 3)
        Cumulative shares at the start: they stand where no kind falls short.
    count : ndarray, shape (zones, 3)
        Wage earners by kind.
    """
    shares = np.diff(normal, axis=1, prepend=0.0)
    total = count.sum(axis=1, keepdims=True)
    short = np.maximum(shares * total - count, 0.0)
    open_ = short.sum(axis=1, keepdims=True)
    # less than a millionth is rounding
    some = open_ > 1e-6 * total
    return np.where(some, np.cumsum(short / np.where(some, open_, 1.0), axis=1), normal)
