"""Tourist rules (economics.md T1-T4): come or not, where, what is spent, the departure refund."""

import math

from numba import njit

rule = njit(cache=True, nogil=True, error_model="numpy")


@rule
def coming_probability(base, utility_change):
    """Monthly probability that a party comes: base odds shifted by utility (binary logit, T1).

    ``base`` is the probability at neutral utility; ``utility_change`` adds leisure days, access, attraction and prices.
    """
    odds = base / (1.0 - base) * math.exp(utility_change)
    return odds / (1.0 + odds)


@rule
def departure_refund(goods, shops, threshold, rate, reach):
    """Refund to one foreign party on goods bought, yuan: only purchases at or above the threshold per shop count (T4).

    Goods are spread over ``shops`` shops; ``reach`` is the share bought where refunds are offered and claimed.
    """
    if shops <= 0.0 or goods / shops < threshold:
        return 0.0
    return rate * reach * goods
