"""Tourist rules of one party (economics.md T2-T4): length of stay, the departure refund, payments that fail."""

import math

from numba import njit

rule = njit(cache=True, nogil=True, error_model="numpy")


@rule
def nights_of_stay(u, stay, room):
    """Nights of a stay that fits into ``room`` days (T2).

    Wished nights are geometric, ``P(N >= j) = exp(-j / stay)``, so that a day trip is one of them; those that do not fit are cut.
    """
    fits = 1.0 - math.exp(-room / stay)
    nights = math.ceil(-stay * math.log(1.0 - u * fits)) - 1.0
    return max(min(nights, math.ceil(room) - 1.0), 0.0)


@rule
def departure_refund(goods, shops, threshold, rate, reach):
    """Refund to one foreign party on goods bought, yuan: only purchases at or above the threshold per shop count (T4).

    Goods are spread over ``shops`` shops; ``reach`` is the share bought where refunds are offered and claimed.
    """
    if shops <= 0.0 or goods / shops < threshold:
        return 0.0
    return rate * reach * goods


@rule
def paid(amount, failing, eased):
    """Part of a purchase that is made where a share of payments fails, some of which has been eased (T4)."""
    return amount * (1.0 - failing * (1.0 - eased))
