"""The month's budget divided over goods: subsistence by needs and prices, Engel's law, labelled money, the pantry (H4)."""

import math

import numpy as np
from numba import njit

from jinxiao.model.households import rules
from jinxiao.model.names import GOODS, N_CATEGORIES, N_GOODS, Good

MOST_CUT = 0.5
"""Most that a pantry or a coupon may take from the month's spending on a good: keeps spending positive."""
_GOOD_CATEGORY = np.array([g.category for g in GOODS], np.int64)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def divide_budget(total, needs, marginal, residence, elasticity, pupils, out):
    """Divide spending over goods in a linear expenditure system with subsistence ``needs``; fill ``out``.

    Above subsistence ``x_g = n_g + b_g (total - sum n)`` (Stone 1954; Lluch, Powell and Williams 1977). Schooling draws on what
    is above only as far as there is anyone to be taught: its marginal share is times ``pupils``, need over mean need. Below
    subsistence what is dispensable goes first: with ``s = total / sum n`` shares are in proportion to ``n_g s ** eta_g``, so that
    Engel's law holds down to the poorest.

    Parameters
    ----------
    total : float
        Yuan a month.
    needs, elasticity : ndarray, shape (goods,)
        Subsistence at the prices of the zone, yuan; elasticities of spending.
    marginal : ndarray, shape (2, goods)
        Marginal shares, of which those of ``residence`` count.
    """
    needed = 0.0
    for g in range(N_GOODS):
        needed += needs[g]
    scale, above = rules.supernumerary_ratio(total, needed)
    if scale < 1.0:
        weights = 0.0
        log_scale = math.log(max(scale, 1e-6))
        for g in range(N_GOODS):
            out[g] = needs[g] * math.exp(elasticity[g] * log_scale)
            weights += out[g]
        for g in range(N_GOODS):
            out[g] *= total / weights
        return
    school = marginal[residence, Good.SCHOOLING]
    per_share = above / (1.0 + school * (pupils - 1.0))
    for g in range(N_GOODS):
        out[g] = needs[g] + marginal[residence, g] * per_share
    out[Good.SCHOOLING] += school * (pupils - 1.0) * per_share


@njit(cache=True, nogil=True, error_model="numpy")
def spend_labelled(labelled, labelled_in, spend):
    """Spend labelled money on the goods of its category in proportion to planned spending; empty the accounts.

    A mental account (Thaler 1985; Hastings and Shapiro 2018): what is named for a purpose is spent on it first, on top of the
    plan for all other money. ``labelled_in`` holds it by category; ``labelled`` is their sum, or less where cash is short.
    """
    promised = 0.0
    for k in range(N_CATEGORIES):
        promised += labelled_in[k]
    for k in range(N_CATEGORIES):
        if labelled_in[k] <= 0.0:
            continue
        money = labelled_in[k] * labelled / promised
        labelled_in[k] = 0.0
        planned = 0.0
        first = -1
        for g in range(N_GOODS):
            if _GOOD_CATEGORY[g] == k:
                planned += spend[g]
                if first < 0:
                    first = g
        for g in range(N_GOODS):
            if _GOOD_CATEGORY[g] == k:
                if planned > 0.0:
                    spend[g] += money * spend[g] / planned
                elif g == first:
                    spend[g] += money


@njit(cache=True, nogil=True, error_model="numpy")
def eat_pantry(wanted, storability, spend):
    """Cut planned purchases of storable goods by what was bought ahead, in proportion; return how much was not bought."""
    total = 0.0
    for g in range(N_GOODS):
        total += storability[g] * spend[g]
    if total <= 0.0:
        return 0.0
    part = min(wanted / total, MOST_CUT)
    for g in range(N_GOODS):
        spend[g] *= 1.0 - part * storability[g]
    return part * total
