"""Payment by rounds: who gets a year's amount at once, in which round.

The child-care subsidy is due per month of age below three, is paid one year at a time, in the rounds of January, April, July and
October. Children born before it began are paid by calendar year, the last year in proportion to months; children born since are
paid after birth and after each birthday.
"""

from collections.abc import Sequence
from itertools import groupby


def months_due(
    month: int, start: int, accrues_from: int, rounds: Sequence[int], age_limit: int
) -> list[tuple[int, int, int]]:
    """Return the months of entitlement paid in a month, by age.

    Parameters
    ----------
    month : int
        Month index of the payment.
    start : int
        Month index of the first payment.
    accrues_from : int
        First month for which entitlement exists.
    rounds : sequence of int
        Calendar months (1-12) of payment.
    age_limit : int
        Age in months at which entitlement ends.

    Returns
    -------
    list of (int, int, int)
        Age from, age to (exclusive), months paid; ages are those of the month of payment.
    """
    if month < start or month % 12 + 1 not in rounds:
        return []
    previous = next(m for m in range(month - 1, month - 13, -1) if m % 12 + 1 in rounds)
    if previous < start:
        previous = -(10**6)
    by_age = [
        (age, _born_before(month, previous, accrues_from, month - age, age_limit))
        if month - age < accrues_from
        else (age, _born_since(month, previous, start, month - age, age_limit))
        for age in range(age_limit + 12)
    ]
    runs = []
    for due, group in groupby(by_age, key=lambda pair: pair[1]):
        ages = [age for age, _ in group]
        if due:
            runs.append((ages[0], ages[-1] + 1, due))
    return runs


def _born_before(month: int, previous: int, accrues_from: int, born: int, age_limit: int) -> int:
    """Months of this calendar year that are due, if this is the first round of the year."""
    new_year = month - month % 12
    if previous >= new_year:
        return 0
    return max(0, min(new_year + 12, born + age_limit) - max(new_year, accrues_from))


def _born_since(month: int, previous: int, start: int, born: int, age_limit: int) -> int:
    """Months of the years of age that fell due since the previous round."""
    total = 0
    for year_of_age in range(0, age_limit, 12):
        due = max(born + year_of_age, start)
        if previous < due <= month:
            total += min(12, age_limit - year_of_age)
    return total
