"""Surround the consumption problem: shocks that enter it; wealth, lookup table and cache that leave it.

Shocks are discretised so that their means are exact.  Stationary wealth follows Young (2010): households
between two nodes of the wealth grid are split between them so that their mean is kept.  The table holds the
nodes of all policies with an index by cash on hand, so that a lookup is the solved function itself.

Reference: Young (2010), "Solving the incomplete markets model with aggregate uncertainty using the
Krusell-Smith algorithm and non-stochastic simulations", Journal of Economic Dynamics and Control 34.
"""

import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from jinxiao.model.consumption import (
    ConsumptionFunction,
    ConsumptionProblem,
    Floats,
    SavingsGrid,
    eliminate,
)

WEALTH_SLICES = 64
"""Equal slices of households that summarise stationary wealth."""
WEALTH_GRID = SavingsGrid(savers=320, debtors=80, maximum=500.0, bend=1.0)
"""Nodes of stationary wealth, evenly spaced where most households are: splitting them adds little spread."""
LARGEST_SHARE_AT_TOP = 0.005
"""Share of households at the last wealth node, 41 years of income, from which on the grid is too short."""
RESTART = 1e-10
"""Monthly probability of starting afresh, too small to show, that makes long-run shares unique."""
SAME_WEALTH = 1e-9
"""Rounding, months of income, within which wealth counts as exactly at the limit or at zero."""
INDEX_BEND = 0.125
"""Distance above a type's lowest cash, months of income, at which cells of the index are twice as wide."""
INDEX_OCTAVES = 12
"""Doublings of that distance in the index, which so ends 512 months of income above the lowest cash."""
CELLS_PER_OCTAVE = 16
"""Evenly spaced cells within each doubling: about as many cells as the policies of a run have nodes."""
_BITS_OF_BEND = np.float64(INDEX_BEND).view(np.int64)
_CELLS_PER_BIT = CELLS_PER_OCTAVE / 2.0 ** np.finfo(np.float64).nmant
_ONE = np.uint64(1)
_LAST_CELL = np.uint64(INDEX_OCTAVES * CELLS_PER_OCTAVE - 1)
_END = INDEX_BEND * 2.0**INDEX_OCTAVES
CASH, CONSUMPTION, SLOPE = 0, 1, 2
"""What a node of the table holds."""
TINY = 1e-12
"""Keeps a share of nothing finite."""


def lognormal_shocks(sigma: float, nodes: int) -> Floats:
    """Cut a mean-one lognormal into equiprobable slices and return the mean of each, shape (nodes,).

    ``x_i = nodes E[X; X in slice i] = nodes (Phi(z_{i+1} - sigma) - Phi(z_i - sigma))``: the mean stays one.
    ``sigma`` is the standard deviation of ``log X``; zero returns the single value one.
    """
    if sigma < 0.0 or nodes < 1:
        raise ValueError(f"a lognormal needs sigma >= 0 and nodes >= 1, got sigma={sigma}, nodes={nodes}")
    if sigma == 0.0:
        return np.ones(1)
    cuts = norm.ppf(np.linspace(0.0, 1.0, nodes + 1))
    return nodes * np.diff(norm.cdf(cuts - sigma))


def permanent_shocks(sigma: float, nodes: int = 2) -> tuple[Floats, Floats]:
    """Equiprobable monthly shocks ``psi`` to permanent income with mean one.

    Two nodes, the simulation's default, are ``1 - sigma`` and ``1 + sigma``; more are a lognormal's slices.
    Returns values (no unit) and probabilities, each of shape (nodes,).
    """
    two_points = np.array([1.0 - sigma, 1.0 + sigma])
    values = two_points if nodes == 2 and sigma > 0.0 else lognormal_shocks(sigma, nodes)
    return values, np.full(values.size, 1.0 / values.size)


def transitory_shocks(
    job_loss_probability: float,
    replacement_rate: float,
    medical_probability: float,
    medical_mean: float,
    medical_sigma: float,
    uninsured_share: float,
    sigma: float,
    nodes: int,
    durable_outlay: float = 0.0,
    deductible: float = 0.0,
) -> tuple[Floats, Floats]:
    """Monthly income net of outlays that are not chosen, in months of permanent income.

    ``xi = income - own part of the bill - durable_outlay`` with independent parts:
    ``income`` is lognormal with mean one at work and ``replacement_rate`` (a fixed benefit) out of work;
    the bill is lognormal with mean ``medical_mean`` in a month of illness and zero otherwise, and of it ``uninsured_share`` is
    paid in the mean: all up to the deductible, an equal share above it.

    Parameters
    ----------
    job_loss_probability, medical_probability : float
        Monthly probabilities in [0, 1].
    replacement_rate : float
        Benefit out of work, share of permanent income.
    medical_mean : float
        Mean bill of an ill month before insurance, months of permanent income.
    medical_sigma, sigma : float
        Standard deviations of the logs of the bill and of income at work.
    uninsured_share : float
        Share of the bill the household pays itself, in [0, 1].
    nodes : int
        Equiprobable slices of each lognormal.
    durable_outlay : float
        Expected monthly spending on the upkeep of durables, months of permanent income.
    deductible : float
        Part of a bill that the patient pays before insurance shares, months of permanent income.

    Returns
    -------
    values, probabilities : ndarray, shape (n,)
        States of positive probability, ``n <= (nodes + 1)**2``.
    """
    for name, share in {
        "job_loss_probability": job_loss_probability,
        "medical_probability": medical_probability,
        "uninsured_share": uninsured_share,
    }.items():
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"{name} must lie in [0, 1], got {share}")
    at_work = lognormal_shocks(sigma, nodes)
    bills = medical_mean * lognormal_shocks(medical_sigma, nodes)
    below = np.minimum(bills, deductible)
    above = bills - below
    shared = max(uninsured_share * medical_mean - below.mean(), 0.0) / max(above.mean(), TINY)
    bills = below + shared * above
    income, income_odds = _with_rare_state(at_work, replacement_rate, 1.0 - job_loss_probability)
    outlay, outlay_odds = _with_rare_state(bills, 0.0, medical_probability)
    values = np.subtract.outer(income, outlay).ravel() - durable_outlay
    probabilities = np.multiply.outer(income_odds, outlay_odds).ravel()
    possible = probabilities > 0.0
    return values[possible], probabilities[possible]


def _with_rare_state(slices: Floats, other: float, probability: float) -> tuple[Floats, Floats]:
    """Equiprobable ``slices`` occurring together with ``probability``, and one ``other`` value otherwise."""
    odds = np.full(slices.size, probability / slices.size)
    return np.append(slices, other), np.append(odds, 1.0 - probability)


@dataclass(frozen=True, eq=False)
class StationaryWealth:
    """Long-run distribution of end-of-month wealth ``a`` among households that follow one policy.

    Parameters
    ----------
    slice_means : ndarray, shape (WEALTH_SLICES,)
        Mean wealth of each equal slice of households, poorest first, months of permanent income.
    mean : float
        Mean wealth.
    share_at_limit, share_at_zero : float
        Households with ``a = -b`` and with ``a = 0`` exactly (the same if ``b = 0``), to about 0.01.
    """

    slice_means: Floats
    mean: float
    share_at_limit: float
    share_at_zero: float

    def draw(self, uniform: ArrayLike) -> Floats:
        """Wealth at probabilities ``uniform``, linear between middles of slices; this keeps the mean."""
        middles = (np.arange(self.slice_means.size) + 0.5) / self.slice_means.size
        return np.interp(np.asarray(uniform, dtype=np.float64), middles, self.slice_means)


def stationary_wealth(
    problem: ConsumptionProblem, function: ConsumptionFunction, grid: SavingsGrid = WEALTH_GRID
) -> StationaryWealth:
    """Solve for the distribution of wealth that a month of shocks, spending, saving and deaths leaves unchanged.

    Households that die, ``1 - survival`` a month, are followed by ones without wealth (perpetual youth, as in Carroll et
    al. 2017), so that a type for which growth impatience just fails has a distribution too.

    Raises
    ------
    ValueError
        If wealth grows faster than households die, or if it piles up at the end of the grid.
    """
    if problem.growth_impatience * problem.survival >= 1.0:
        raise ValueError(
            "no stationary wealth, growth impatience fails: (beta s R_save)^(1/rho) E[1/psi] / G = "
            f"{problem.growth_impatience:.6f}, times survival {problem.survival:.6f}, must be below one"
        )
    nodes = np.unique(grid.nodes(problem.borrowing_limit)[0])
    next_wealth, odds = _next_wealth(problem, function, nodes)
    youth = np.zeros(nodes.size)
    youth[np.searchsorted(nodes, 0.0)] = 1.0
    transition = split_between(nodes, next_wealth, odds, nodes)
    share = _stationary_shares(transition, 1.0 - problem.survival, youth)
    return summarise_wealth(nodes, share, next_wealth, odds, problem.borrowing_limit)


def summarise_wealth(
    nodes: Floats, share: Floats, next_wealth: Floats, odds: Floats, borrowing_limit: float
) -> StationaryWealth:
    """Return the summary of a distribution over nodes.

    Parameters
    ----------
    nodes, share : ndarray, shape (n,)
        Wealth, months of permanent income, and the share of households at each.
    next_wealth, odds : ndarray, shapes (n, n_states) and (n_states,)
        Where households go from each node, for the shares that are exactly at the limit or at zero.

    Raises
    ------
    ValueError
        If wealth piles up at the end of the grid.
    """
    if share[-1] > LARGEST_SHARE_AT_TOP:
        raise ValueError(
            f"{share[-1]:.1%} of households reach the end of the wealth grid, {nodes[-1]} months"
        )

    def share_at(wealth: float) -> float:
        # by destination: the node's own share also holds households split off from beside it
        return float(share @ (np.abs(next_wealth - wealth) < SAME_WEALTH) @ odds)

    # the Lorenz curve, wealth held by the poorest share of households, is linear between nodes
    households, wealth = np.append(0.0, share.cumsum()), np.append(0.0, (share * nodes).cumsum())
    lorenz = np.interp(np.linspace(0.0, 1.0, WEALTH_SLICES + 1), households, wealth)
    slice_means = np.diff(lorenz) * WEALTH_SLICES
    return StationaryWealth(slice_means, float(wealth[-1]), share_at(-borrowing_limit), share_at(0.0))


def _next_wealth(
    problem: ConsumptionProblem, function: ConsumptionFunction, nodes: Floats
) -> tuple[Floats, Floats]:
    """Wealth a month later by node and state, shape (n, n_states), and the states' probabilities."""
    growth, xi, odds = problem.joint_shocks()
    rate = np.where(nodes < 0.0, problem.rate_borrow, problem.rate_save)
    cash = np.maximum(np.outer(rate * nodes, 1.0 / growth) + xi, problem.lowest_cash)
    return cash - function(cash), odds


def split_between(nodes: Floats, next_wealth: Floats, odds: Floats, targets: Floats) -> Floats:
    """Probability of moving from node i to target j, shape (n, n_targets), splitting households between targets."""
    n, width = nodes.size, targets.size
    wealth = np.clip(next_wealth, targets[0], targets[-1])
    below = np.clip(np.searchsorted(targets, wealth, side="right") - 1, 0, width - 2)
    part_above = (wealth - targets[below]) / (targets[below + 1] - targets[below])
    cell = (np.arange(n)[:, np.newaxis] * width + below).ravel()
    flow = np.bincount(cell, (odds * (1.0 - part_above)).ravel(), n * width)
    flow += np.bincount(cell + 1, (odds * part_above).ravel(), n * width)
    return flow.reshape(n, width)


def _stationary_shares(transition: Floats, deaths: float, youth: Floats) -> Floats:
    """Shares ``x = (1 - d) x P + d youth``, d deaths a month; where nobody dies, RESTART from anywhere takes their place."""
    n = len(transition)
    restart, start = (deaths, youth) if deaths > RESTART else (RESTART, np.full(n, 1.0 / n))
    balance = np.ascontiguousarray(np.eye(n) - (1.0 - restart) * transition.T)
    share = eliminate(balance, restart * start)
    return share / share.sum()


class ConsumptionTable(NamedTuple):
    """Nodes of the policies of all types, and where to look for them, for :func:`consume`.

    Cells of the index are evenly spaced within each octave ``[2^k, 2^(k+1))`` of ``x = m - lowest + INDEX_BEND``, so
    the bits of ``x`` give the cell without a search or a logarithm.  Nodes are few, so that all of them stay in
    the cache; nothing is interpolated that the solution does not interpolate, up to the rounding of float32.

    Parameters
    ----------
    nodes : ndarray of float32, shape (n_types, n_nodes + 1, 3)
        Cash on hand, consumption and the slope above, in the order of cash; what is beyond the last node of a type
        lies at infinite cash.
    first : ndarray of int16, shape (n_types, n_cells)
        Last node at or below the start of each cell.
    limits, lowest : ndarray of float64, shape (n_types,)
        Borrowing limits ``b`` and lowest cash ``m_low``.
    """

    nodes: NDArray[np.float32]
    first: NDArray[np.int16]
    limits: Floats
    lowest: Floats


def tabulate(functions: Sequence[ConsumptionFunction]) -> ConsumptionTable:
    """Put solved policies into a :class:`ConsumptionTable`, one row a type."""
    most = max(function.m.size for function in functions)
    nodes = np.zeros((len(functions), most + 1, 3), dtype=np.float32)
    nodes[:, :, CASH] = np.inf
    octave = np.linspace(1.0, 2.0, CELLS_PER_OCTAVE, endpoint=False)
    starts = np.outer(INDEX_BEND * 2.0 ** np.arange(INDEX_OCTAVES), octave).ravel() - INDEX_BEND
    first = np.empty((len(functions), starts.size), dtype=np.int16)
    for row, cells, function in zip(nodes, first, functions, strict=True):
        width = np.diff(function.m)
        # two nodes may coincide; the lookup goes on to the second
        slopes = np.divide(np.diff(function.c), width, out=np.zeros_like(width), where=width > 0.0)
        row[: function.m.size] = np.column_stack(
            [function.m, function.c, np.append(slopes, function.asymptotic_mpc)]
        )
        below = np.searchsorted(row[:, CASH], function.lowest_cash + starts, side="right") - 1
        cells[:] = np.maximum(below, 0)
    columns = [(each.borrowing_limit, each.lowest_cash) for each in functions]
    return ConsumptionTable(nodes, first, *np.array(columns).T.copy())


def stack_tables(first: ConsumptionTable, second: ConsumptionTable) -> ConsumptionTable:
    """Return one table with the rows of the first, then those of the second; their policies have equally many nodes."""
    return ConsumptionTable(
        np.concatenate([first.nodes, second.nodes]),
        np.concatenate([first.first, second.first]),
        np.concatenate([first.limits, second.limits]),
        np.concatenate([first.lowest, second.lowest]),
    )


@njit(cache=True, nogil=True, forceinline=True)
def consume(m, kind, table):
    """Consumption of a household of type ``kind`` at cash on hand ``m``, both in months of permanent income.

    Linear between the nodes of the solved function, and kept within ``m + b``.  As in that function, cash below the
    type's ``lowest`` counts as topped up; the caller records the relief.

    Parameters
    ----------
    m : float
        Cash on hand.
    kind : int
        Row of the table.
    table : ConsumptionTable
        Policies; above its last node consumption is linear in ``m``.
    """
    m = max(m, table.lowest[kind])
    x = min(m - table.lowest[kind] + INDEX_BEND, _END)
    # exponent and mantissa read as one number: log2 made piecewise linear, exact at powers of two
    cell = min(np.uint64((np.float64(x).view(np.int64) - _BITS_OF_BEND) * _CELLS_PER_BIT), _LAST_CELL)
    i = np.uint64(table.first[kind, cell])
    while table.nodes[kind, i + _ONE, CASH] <= m:
        i += _ONE
    c = table.nodes[kind, i, CONSUMPTION] + table.nodes[kind, i, SLOPE] * (m - table.nodes[kind, i, CASH])
    return min(c, m + table.limits[kind])


def policies_file(folder: Path, keys: Iterable[str], grid: SavingsGrid) -> Path:
    """Return where the policies of a list of problems are kept: by their digests, their order and the grid."""
    digest = sha256("\n".join([*keys, repr(astuple(grid))]).encode()).hexdigest()
    return folder / f"{digest}.npz"


def load_policies(path: Path) -> dict[str, ConsumptionFunction] | None:
    """Read stored policies by key; None if there are none or the file is damaged."""
    try:
        with np.load(path) as stored:
            functions = {}
            for i, key in enumerate(stored["keys"].tolist()):
                borrowing_limit, lowest_cash, asymptotic_mpc, first_saver = stored[f"scalars{i}"].tolist()
                functions[key] = ConsumptionFunction(
                    stored[f"m{i}"],
                    stored[f"c{i}"],
                    int(first_saver),
                    borrowing_limit,
                    lowest_cash,
                    asymptotic_mpc,
                )
            return functions
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error):
        return None


def store_policies(functions: Mapping[str, ConsumptionFunction], path: Path) -> None:
    """Write under a temporary name, then rename, so that no other process ever reads half a file."""
    arrays: dict[str, Any] = {"keys": np.array(list(functions))}
    for i, function in enumerate(functions.values()):
        arrays[f"m{i}"], arrays[f"c{i}"] = function.m, function.c
        arrays[f"scalars{i}"] = np.array(
            [function.borrowing_limit, function.lowest_cash, function.asymptotic_mpc, function.first_saver]
        )
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        np.savez(file, **arrays)
    os.replace(file.name, path)
