"""Counter-based random numbers: a draw is a function of (seed, agent, month, purpose) and of nothing else.

Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"). There is no state,
so results depend neither on threads nor on order, and two runs that differ in a policy share every draw.
"""

from enum import IntEnum
from zlib import crc32

import numpy as np
from numba import njit

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint32(0x9E3779B9)
_W1 = np.uint32(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_TO_UNIT = 1.0 / 4294967296.0
TAKE_UP_PURPOSES = 1 << 28
"""Room for the draws of instruments: two of a few hundred share one with a chance of about one in five thousand."""


class Draw(IntEnum):
    """What a draw decides. Four purposes share a Philox block; members of one block are read in one call."""

    # blocks 0-3 are read whole every month
    PERMANENT_SHOCK = 0
    SEPARATION_1 = 1
    SEPARATION_2 = 2
    MEDICAL = 3
    TRIP = 4
    BIRTH = 5
    TRAINING = 6
    DURABLE = 7
    """one draw a class, the first nine; the others: DURABLE_MORE"""
    # blocks 4-7 only when something happens
    FINDING_1 = 16
    FINDING_2 = 17
    POWERTRAIN = 20
    DAY = 21
    GRADE = 22
    DESTINATION = 24
    TRIP_LENGTH = 25
    TRIP_SPENDING = 26
    OUTING_SPENDING = 27
    TRIP_ROOM = 28
    """whether a trip's night is in a room, and a place in the queue for it"""
    LEAVE = 29
    SCHOOL = 30
    # rare ones, and the start
    INITIAL_WEALTH = 400
    INITIAL_LOAN = 404
    INITIAL_HOME = 405
    TOURIST = 408
    TOURIST_CITY = 409
    TOURIST_SPENDING = 410
    TOURIST_NIGHTS = 411
    FIRM_PRICE = 412
    """price, quality, exit, entry of a firm: one block, read by its first member"""
    SECTOR_OF_JOB = 416
    SECTOR_OF_JOB_2 = 417
    MEDICAL_SIZE = 418
    DURABLE_MODEL = 420
    """the model of a durable looked at: one draw a class"""
    DURABLE_MORE = 432
    """one draw a class, from the tenth"""
    OLD_UNIT = 436
    """what becomes of the unit that is replaced"""
    INITIAL_POWERTRAIN = 438
    """powertrain of a car at the start: one draw a slot"""
    INITIAL_AGE = 440
    """age of a unit at the start: one draw a slot"""
    FAMILY = 600
    """death, leaving home, school, home: one block, read whole every month"""
    FAMILY_EVENT = 604
    """who is meant, what follows: one block"""
    NEWCOMER = 608
    """occupation, sector and job of a newcomer to work; two blocks, one an earner"""
    SEX = 616
    """sex and post of the earners: two draws for life"""
    POST = 620
    """place in the queue for a public post: one draw an earner for life"""
    HOME = 624
    """renewal, housing fund, and the age of founders"""
    HARVEST = 628
    """yield of a farm's harvest year"""
    SPECIALIST = 632
    """size, yearly news and take-up of the firms that have rewards of their own"""
    TOURIST_ROOM = 640
    """a room, and the city where another is looked for: one block"""
    FIRM_START = 644
    """cash, credit and quality of a firm at the start, one draw each"""
    EVENT = 672
    """whether a party from outside comes for an event"""
    TRAINING_2 = 752
    """whether the second earner finishes a course"""
    BASKETS = 4096
    """sizes and weeks of baskets: 64 draws an outlet"""
    TAKE_UP = 1 << 20
    """first of the draws that belong to instruments of policy: see :func:`take_up_draw`"""


def take_up_draw(key: str) -> int:
    """Return the purpose of the draws of an instrument: a hash of its key, so that other instruments do not move it."""
    return int(Draw.TAKE_UP) + crc32(key.encode()) % TAKE_UP_PURPOSES


@njit(inline="always")
def _philox_round(c0, c1, c2, c3, k0, k1):
    product0 = _M0 * np.uint64(c0)
    product1 = _M1 * np.uint64(c2)
    high0 = np.uint32(product0 >> _SHIFT)
    low0 = np.uint32(product0 & _LOW)
    high1 = np.uint32(product1 >> _SHIFT)
    low1 = np.uint32(product1 & _LOW)
    return high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0


@njit(cache=True, nogil=True, error_model="numpy")
def philox(c0, c1, c2, c3, k0, k1):
    """Return four 32-bit words of Philox 4x32-10 for a 128-bit counter and a 64-bit key (all uint32)."""
    for _ in range(10):
        c0, c1, c2, c3 = _philox_round(c0, c1, c2, c3, k0, k1)
        k0 = np.uint32(k0 + _W0)
        k1 = np.uint32(k1 + _W1)
    return c0, c1, c2, c3


@njit(cache=True, nogil=True, error_model="numpy")
def uniform4(seed, agent, month, block):
    """Return four uniforms in (0, 1) for an agent, a month and a block of four purposes.

    Parameters
    ----------
    seed, agent, month, block : int
        The key and the counter; months may be negative (burn-in).

    Returns
    -------
    tuple of 4 float
        Centres of 2**32 equal cells, so never exactly 0 or 1.
    """
    w0, w1, w2, w3 = philox(
        np.uint32(agent),
        np.uint32(month + 4096),
        np.uint32(block),
        np.uint32(0),
        np.uint32(seed),
        np.uint32(np.uint64(seed) >> _SHIFT),
    )
    return (w0 + 0.5) * _TO_UNIT, (w1 + 0.5) * _TO_UNIT, (w2 + 0.5) * _TO_UNIT, (w3 + 0.5) * _TO_UNIT


@njit(cache=True, nogil=True, error_model="numpy")
def fill_uniforms(seed, agent, months, blocks, out):
    """Fill ``out`` with the uniforms of several months and blocks of one agent: the same as ``uniform4`` one by one.

    The rounds of all of them are computed side by side in vector registers; from eight on this takes a third of the time.

    Parameters
    ----------
    seed, agent : int
        As in :func:`uniform4`.
    months, blocks : ndarray of int, shape (n,)
    out : ndarray, shape (4, n)
        Row by place within the block.
    """
    key0 = np.uint32(seed)
    key1 = np.uint32(np.uint64(seed) >> _SHIFT)
    first = np.uint32(agent)
    for j in range(months.shape[0]):
        c0, c1, c2, c3 = first, np.uint32(months[j] + 4096), np.uint32(blocks[j]), np.uint32(0)
        k0, k1 = key0, key1
        for _ in range(10):
            c0, c1, c2, c3 = _philox_round(c0, c1, c2, c3, k0, k1)
            k0 = np.uint32(k0 + _W0)
            k1 = np.uint32(k1 + _W1)
        out[0, j] = (c0 + 0.5) * _TO_UNIT
        out[1, j] = (c1 + 0.5) * _TO_UNIT
        out[2, j] = (c2 + 0.5) * _TO_UNIT
        out[3, j] = (c3 + 0.5) * _TO_UNIT


@njit(cache=True, nogil=True, error_model="numpy")
def uniform(seed, agent, month, purpose):
    """Return one uniform in (0, 1) for an agent, a month and a purpose (a :class:`Draw`, plus an offset)."""
    u0, u1, u2, u3 = uniform4(seed, agent, month, purpose // 4)
    word = purpose % 4
    if word == 0:
        return u0
    if word == 1:
        return u1
    if word == 2:
        return u2
    return u3


@njit(cache=True, nogil=True, error_model="numpy")
def normal_quantile_tail(u):
    """Return the quantile of a lower-tail probability ``u`` < 0.02425."""
    q = np.sqrt(-2.0 * np.log(u))
    return (
        (
            (
                ((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
                - 2.549732539343734
            )
            * q
            + 4.374664141464968
        )
        * q
        + 2.938163982698783
    ) / (
        (
            ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
            + 3.754408661907416
        )
        * q
        + 1.0
    )


@njit(cache=True, nogil=True, error_model="numpy")
def normal_quantile(u):
    """Return the standard normal quantile of ``u`` (rational approximation of Acklam, |error| < 1.2e-9 relative)."""
    # central region |u - 1/2| <= 0.47575, else one of the two tails
    if u < 0.02425:
        return normal_quantile_tail(u)
    if u > 1.0 - 0.02425:
        return -normal_quantile_tail(1.0 - u)
    q = u - 0.5
    r = q * q
    return (
        (
            (
                (
                    ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
                    + 1.383577518672690e02
                )
                * r
                - 3.066479806614716e01
            )
            * r
            + 2.506628277459239
        )
        * q
    ) / (
        (
            (
                ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                + 6.680131188771972e01
            )
            * r
            - 1.328068155288572e01
        )
        * r
        + 1.0
    )


def uniforms(seed: int, agents: np.ndarray, month: int, purpose: int) -> np.ndarray:
    """Return the draws of many agents as an array of float64 (same numbers as :func:`uniform`)."""
    return _uniforms(seed, np.asarray(agents, dtype=np.int64), month, int(purpose))


def normals(seed: int, agents: np.ndarray, month: int, purpose: int) -> np.ndarray:
    """Return standard normal draws of many agents: quantiles of their :func:`uniform`."""
    return _quantiles(uniforms(seed, agents, month, purpose))


@njit(cache=True, nogil=True, error_model="numpy")
def _quantiles(u):
    out = np.empty(u.size)
    for i in range(u.size):
        out[i] = normal_quantile(u[i])
    return out


def quantiles(u: np.ndarray) -> np.ndarray:
    """Return standard normal quantiles of an array of probabilities."""
    return _quantiles(np.asarray(u, dtype=np.float64))


@njit(cache=True, nogil=True, error_model="numpy")
def _uniforms(seed, agents, month, purpose):
    out = np.empty(agents.size)
    for i in range(agents.size):
        out[i] = uniform(seed, agents[i], month, purpose)
    return out
