"""Decide how much a household spends: the monthly buffer-stock consumption function.

A household whose permanent income is ``p`` holds cash on hand ``m`` (all amounts are in months of ``p``),
consumes ``c`` and carries ``a = m - c >= -b`` into the next month.  It solves

    v(m)  = max_c u(c) + beta s E[(G psi)^(1 - rho) v(m')],      u(c) = c^(1 - rho) / (1 - rho),
    m'    = max(R(a) a / (G psi) + xi, m_low),                   R(a) = R_save if a >= 0 else R_borrow,
    m_low = c_floor - b.

``G psi`` is growth of permanent income and ``xi`` is income net of the outlays the household cannot choose:
job loss, uninsured medical bills and the upkeep of durables, so ``xi`` may be negative.

**The floor.**  Relief tops cash up to ``m_low``, from which a household that borrows to its limit consumes
exactly ``c_floor``; hence ``c > 0`` in every state.  Each yuan of relief costs its recipient the marginal
utility of a yuan at ``m_low`` (the stigma of Moffitt, 1983), i.e. ``v`` continues below ``m_low`` along its
tangent.  This keeps the problem concave, so the Euler equation is sufficient; relief free of stigma (Hubbard,
Skinner and Zeldes, 1995) would be a 100% tax on the savings of the poor and would make ``v`` non-concave.
``c(m)`` itself is concave only out of reach of relief and of dearer debt.

The solution is the fixed point of one endogenous-grid step (Carroll, 2006).  Repeating the step converges
slowly because a month's discount is small; Newton's method finds the same fixed point in about ten steps.

Where the household may leave its stage of life (``life_stages.py``), the marginal value of what comes then is known, since
later stages are solved first; it enters the step as one number a node, and the rest is as before.

References: Carroll (2006), Economics Letters 91; Carroll and Shanker (2024), "Theoretical foundations of
buffer stock saving"; Hubbard, Skinner and Zeldes (1995), JPE 103; Moffitt (1983), AER 73.
"""

import hashlib
from dataclasses import astuple, dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

PROBABILITY_TOLERANCE = 1e-9
"""Rounding allowed in the sum of probabilities and in the mean of the permanent shock."""
HALVINGS = 60
"""Bisections for the marginal propensity of the very rich: to the last bit."""
PLAIN_STEPS = 5
"""Endogenous-grid steps before the first Newton step: enough to bend the linear first guess into shape."""


@dataclass(frozen=True, eq=False)
class ConsumptionProblem:
    """One type of household; rates and factors are per month, amounts in months of permanent income.

    Parameters
    ----------
    discount_factor, survival : float
        ``beta > 0`` and ``s`` in (0, 1].
    risk_aversion, growth : float
        ``rho > 0`` and gross growth ``G > 0`` of permanent income.
    rate_save, rate_borrow : float
        Gross rates, ``0 < R_save <= R_borrow``.
    borrowing_limit, consumption_floor : float
        ``b >= 0`` and ``c_floor > 0``.
    permanent_values, permanent_probabilities : array_like, shape (n_psi,)
        Distribution of ``psi > 0``, mean one.
    transitory_values, transitory_probabilities : array_like, shape (n_xi,)
        Distribution of ``xi``.
    """

    discount_factor: float
    survival: float
    risk_aversion: float
    growth: float
    rate_save: float
    rate_borrow: float
    borrowing_limit: float
    consumption_floor: float
    permanent_values: Floats
    permanent_probabilities: Floats
    transitory_values: Floats
    transitory_probabilities: Floats

    def __post_init__(self) -> None:
        for kind in ("permanent", "transitory"):
            values, odds = (_frozen(getattr(self, f"{kind}_{part}")) for part in ("values", "probabilities"))
            object.__setattr__(self, f"{kind}_values", values)
            object.__setattr__(self, f"{kind}_probabilities", odds)
            if values.ndim != 1 or values.shape != odds.shape or not np.isfinite(values).all():
                raise ValueError(f"{kind} shocks need as many finite values as probabilities")
            if (odds < 0.0).any() or not abs(odds.sum() - 1.0) < PROBABILITY_TOLERANCE:
                raise ValueError(f"{kind} probabilities must be non-negative and sum to one, got {odds}")
        mean_psi = float(self.permanent_values @ self.permanent_probabilities)
        requirements = {
            "discount_factor must be positive": self.discount_factor > 0.0,
            "survival must lie in (0, 1]": 0.0 < self.survival <= 1.0,
            "risk_aversion must be positive": self.risk_aversion > 0.0,
            "growth must be positive": self.growth > 0.0,
            "rates must satisfy 0 < rate_save <= rate_borrow": 0.0 < self.rate_save <= self.rate_borrow,
            "borrowing_limit must not be negative": self.borrowing_limit >= 0.0,
            "consumption_floor must be positive": self.consumption_floor > 0.0,
            "permanent shocks must be positive": bool((self.permanent_values > 0.0).all()),
            "permanent shocks must average one": abs(mean_psi - 1.0) < PROBABILITY_TOLERANCE,
        }
        if broken := [rule for rule, holds in requirements.items() if not holds]:
            raise ValueError(f"{'; '.join(broken)}: {self}")

    @property
    def lowest_cash(self) -> float:
        """Cash on hand ``m_low = c_floor - b`` up to which relief tops a household up."""
        return self.consumption_floor - self.borrowing_limit

    @property
    def patience(self) -> float:
        """Patience factor ``(beta s R_save)^(1/rho)``: growth of consumption without risk or limits."""
        return (self.discount_factor * self.survival * self.rate_save) ** (1.0 / self.risk_aversion)

    @property
    def asymptotic_mpc(self) -> float:
        """Marginal propensity to consume of the very rich, as without risk: ``1 - patience / R_save``."""
        return self.tail_mpc(1.0, 0.0)

    def tail_mpc(self, staying: float, outside: float) -> float:
        """Marginal propensity to consume ``k`` of the very rich where the stage of life may end.

        Far above all income ``c = k m``, and the Euler equation becomes ``(1 - k)^rho = B (staying + outside k^rho)`` with
        ``B = beta s R_save^(1 - rho)``; the left side falls in ``k``, the right side rises.

        Parameters
        ----------
        staying : float
            Probability that the stage goes on.
        outside : float
            Marginal value of wealth ``W^-rho`` elsewhere (the next stage, a bequest) over that of a month's survival.
        """
        rho = self.risk_aversion
        scale = self.discount_factor * self.survival * self.rate_save ** (1.0 - rho)
        if outside == 0.0:
            return 1.0 - (scale * staying) ** (1.0 / rho)
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            if (1.0 - middle) ** rho > scale * (staying + outside * middle**rho):
                low = middle
            else:
                high = middle
        return 0.5 * (low + high)

    @property
    def growth_impatience(self) -> float:
        """Growth patience factor ``patience E[1 / psi] / G``; if below one, wealth ``a`` has a target."""
        mean_inverse = float(self.permanent_probabilities @ (1.0 / self.permanent_values))
        return self.patience / self.growth * mean_inverse

    @property
    def key(self) -> str:
        """Digest of every number of the problem: equal problems, and only those, share it."""
        parts = (np.asarray(value, dtype=np.float64).tobytes() for value in astuple(self))
        return hashlib.sha256(b"|".join(parts)).hexdigest()

    def require_impatience(self, staying: float = 1.0) -> None:
        """Raise ``ValueError`` naming the condition for a finite, non-zero solution that fails.

        Return impatience ``(beta s R)^(1/rho) / R < 1`` keeps consumption above zero; finite value of autarky
        ``beta s E[(G psi)^(1 - rho)] < 1`` that of consuming one's income finite (Carroll and Shanker, 2024). ``staying``
        is the probability that a stage of life goes on: beyond it the value is known, so it discounts further.
        """
        growth = self.growth * self.permanent_values
        discount = self.discount_factor * self.survival * staying
        autarky = discount * float(self.permanent_probabilities @ growth ** (1.0 - self.risk_aversion))
        impatience = self.patience * staying ** (1.0 / self.risk_aversion) / self.rate_save
        factors = {
            "return impatience: (beta s R_save)^(1/rho) / R_save": impatience,
            "finite value of autarky: beta s E[(G psi)^(1-rho)]": autarky,
        }
        if broken := [f"{name} = {factor:.6f}" for name, factor in factors.items() if factor >= 1.0]:
            raise ValueError(f"no solution exists, must be below one: {'; '.join(broken)}")

    def joint_shocks(self) -> tuple[Floats, Floats, Floats]:
        """Growth ``G psi``, ``xi`` and probability of each pair of shocks, shape (n_psi * n_xi,)."""
        psi, xi = np.meshgrid(self.permanent_values, self.transitory_values, indexing="ij")
        odds = np.multiply.outer(self.permanent_probabilities, self.transitory_probabilities)
        return self.growth * psi.ravel(), xi.ravel(), odds.ravel()


def _frozen(values: ArrayLike) -> Floats:
    """Read-only float64 copy, so that a problem cannot change after its digest was taken."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


@dataclass(frozen=True)
class SavingsGrid:
    """Nodes of end-of-month wealth ``a``, dense where consumption bends: above the limit and above zero.

    Parameters
    ----------
    savers, debtors : int
        Nodes in ``[0, maximum]`` and, if borrowing is allowed, in ``[-b, 0]``.
    maximum : float
        Largest node, months of permanent income.
    bend : float
        Distance above the limit and above zero at which nodes are twice as far apart as at the bottom.
    """

    savers: int = 300
    debtors: int = 100
    maximum: float = 500.0
    bend: float = 0.3

    def nodes(self, borrowing_limit: float) -> tuple[Floats, int]:
        """Nodes ``a`` and the position of the first saver; zero is also the last debtor."""
        savers = _dense_below(self.maximum, self.savers, self.bend)
        if borrowing_limit == 0.0:
            return savers, 0
        debtors = _dense_below(borrowing_limit, self.debtors, self.bend) - borrowing_limit
        return np.concatenate([debtors, savers]), debtors.size


def _dense_below(width: float, count: int, bend: float) -> Floats:
    """``count`` increasing nodes that span ``[0, width]``, evenly spaced in ``log(x + bend)``."""
    nodes = bend * np.expm1(np.linspace(0.0, np.log1p(width / bend), count))
    nodes[-1] = width
    return nodes


@dataclass(frozen=True, eq=False)
class ConsumptionFunction:
    """Solved policy ``c(m)``: linear between nodes, of slope ``asymptotic_mpc`` above the last one.

    Node 0 is ``(-b, 0)``, so the segment to node 1 is the borrowing constraint ``c = m + b``.  Nodes
    ``first_saver - 1`` and ``first_saver`` hold ``a = 0``, so the segment between is exactly ``c = m``.

    Parameters
    ----------
    m, c : ndarray, shape (n,)
        Cash on hand and consumption, months of permanent income.
    first_saver : int
        Position of the first node that earns ``R_save``.
    borrowing_limit, lowest_cash, asymptotic_mpc : float
        ``b`` and ``m_low`` of the problem, and the slope above ``m[-1]``.
    """

    m: Floats
    c: Floats
    first_saver: int
    borrowing_limit: float
    lowest_cash: float
    asymptotic_mpc: float

    def __call__(self, m: ArrayLike) -> Floats:
        """Consumption at cash on hand ``m`` (any shape), topped up to ``lowest_cash`` first."""
        cash = np.maximum(np.asarray(m, dtype=np.float64), self.lowest_cash)
        beyond = np.maximum(cash - self.m[-1], 0.0)
        return np.interp(cash, self.m, self.c) + self.asymptotic_mpc * beyond


def mpc(function: ConsumptionFunction, m: ArrayLike, size: float) -> Floats:
    """Share of a windfall consumed within the month: ``(c(m + size) - c(m)) / size``, of the shape of ``m``.

    ``m`` and ``size`` are in months of permanent income; a negative ``size`` is a loss.
    """
    if size == 0.0:
        raise ValueError("the marginal propensity to consume needs a windfall other than zero")
    return (function(np.add(m, size)) - function(m)) / size


@njit(cache=True, nogil=True)
def _euler_step(
    a, gross_return, c, outside, growth, xi, probability, discount, rho, limit, lowest_cash, tail_mpc
):
    """Apply the endogenous-grid step to consumption ``c`` at nodes ``a`` and differentiate it.

    ``T_i(c) = (beta s R_i E[(G psi)^-rho c(m')^-rho] + outside_i)^(-1/rho)``, where ``outside`` is the marginal value of
    wealth in what may follow this stage of life (zero where it never ends).  Between nodes j and j + 1 consumption is
    ``m' - a_j - w (a_{j+1} - a_j)``, where ``w`` is the place of ``m'`` between ``a_j + c_j`` and the next
    node; so its derivatives by ``c_j`` and ``c_{j+1}`` are ``(1 - w)`` and ``w`` times ``1 - mpc``.
    Returns ``T``, shape (n,), and ``dT_i / dc_j``, shape (n, n).
    """
    n, last = a.size, a.size - 1
    weight = probability * growth**-rho
    m = a + c
    # each state's m' rises with a, so its search goes on from the previous node below; -1: constrained
    below = np.full(growth.size, -1)
    updated = np.empty(n)
    jacobian = np.zeros((n, n))
    for i in range(n):
        expected = 0.0
        for k in range(growth.size):
            m_next = max(gross_return[i] * a[i] / growth[k] + xi[k], lowest_cash)
            j = below[k]
            while j < last and m_next >= m[j + 1]:
                j += 1
            below[k] = j
            if j == -1:
                expected += weight[k] * (m_next + limit) ** -rho
            elif j == last:
                c_next = c[j] + tail_mpc * (m_next - m[j])
                marginal = weight[k] * c_next**-rho
                expected += marginal
                jacobian[i, j] += marginal / c_next * (1.0 - tail_mpc)
            else:
                width = m[j + 1] - m[j]
                place = (m_next - m[j]) / width
                saved_share = (a[j + 1] - a[j]) / width
                c_next = c[j] + place * (c[j + 1] - c[j])
                marginal = weight[k] * c_next**-rho
                expected += marginal
                jacobian[i, j] += marginal / c_next * (1.0 - place) * saved_share
                jacobian[i, j + 1] += marginal / c_next * place * saved_share
        updated[i] = (discount * gross_return[i] * expected + outside[i]) ** (-1.0 / rho)
        jacobian[i] *= discount * gross_return[i] * updated[i] ** (1.0 + rho)
    return updated, jacobian


@njit(cache=True, nogil=True)
def eliminate(matrix, right):
    """Solve ``matrix x = right`` in place by Gaussian elimination without pivoting; return ``x``.

    Pivoting is needless for ``I - J`` with ``J >= 0`` of spectral radius below one (an M-matrix).  Most of
    ``J`` is zero: skipping it, one thread beats LAPACK, whose threads stall when simulations share cores.
    """
    n = right.size
    end = np.arange(1, n + 1)  # one past the last non-zero of each row
    for i in range(n):
        for j in range(n):
            if matrix[i, j] == 0.0:
                continue
            if j >= i:
                end[i] = max(end[i], j + 1)
                continue
            factor = matrix[i, j] / matrix[j, j]
            for k in range(j, end[j]):
                matrix[i, k] -= factor * matrix[j, k]
            right[i] -= factor * right[j]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, end[i]):
            right[i] -= matrix[i, k] * right[k]
        right[i] /= matrix[i, i]
    return right


def solve(
    problem: ConsumptionProblem,
    grid: SavingsGrid | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 2000,
) -> ConsumptionFunction:
    """Solve the infinite-horizon problem.

    Parameters
    ----------
    problem : ConsumptionProblem
        Household type.
    grid : SavingsGrid, optional
        Nodes of end-of-month wealth.
    tolerance, max_iterations : float, int
        Largest relative change ``|T(c) - c| / c`` accepted, and steps before giving up.

    Raises
    ------
    ValueError
        If an impatience condition fails (named) or the iteration does not converge.
    """
    a, _ = (grid or SavingsGrid()).nodes(problem.borrowing_limit)
    return solve_given_outside(
        problem, 1.0, np.zeros(a.size), problem.asymptotic_mpc, grid, tolerance, max_iterations
    )


def solve_given_outside(
    problem: ConsumptionProblem,
    staying: float,
    outside: Floats,
    tail_mpc: float,
    grid: SavingsGrid | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 2000,
    start: ConsumptionFunction | None = None,
) -> ConsumptionFunction:
    """Solve a stage of life that goes on with probability ``staying``, given the marginal value of what else may come.

    Newton's method on ``c = T(c)`` (see :func:`_euler_step`), falling back on the plain step ``c <- T(c)``
    whenever Newton's proposal is no increasing, positive policy or the last one did not reduce the error.

    Parameters
    ----------
    problem, grid, tolerance, max_iterations
        As for :func:`solve`.
    staying : float
        Probability that a household that lives on stays in the stage, in (0, 1].
    outside : ndarray, shape (n,)
        Discounted expected marginal value of wealth at each node of the grid if the stage ends.
    tail_mpc : float
        Slope above the last node.
    start : ConsumptionFunction, optional
        Policy of a similar household on the same grid, from which the iteration starts.
    """
    problem.require_impatience(staying)
    limit = problem.borrowing_limit
    a, first_saver = (grid or SavingsGrid()).nodes(limit)
    gross_return = np.where(np.arange(a.size) < first_saver, problem.rate_borrow, problem.rate_save)
    discount = problem.discount_factor * problem.survival * staying
    preferences = (discount, problem.risk_aversion, limit, problem.lowest_cash, tail_mpc)
    constants = (outside, *problem.joint_shocks(), *preferences)
    # first guess: an average month's income, and wealth at the rate of the very rich
    c = 1.0 + tail_mpc * (a + limit) if start is None else start.c[1:]
    plain_steps = PLAIN_STEPS if start is None else 1
    previous_error = np.inf
    for iteration in range(max_iterations):
        updated, jacobian = _euler_step(a, gross_return, c, *constants)
        error = float(np.max(np.abs(updated - c) / c))
        if error < tolerance:
            m, c = np.append(-limit, a + updated), np.append(0.0, updated)
            return ConsumptionFunction(m, c, first_saver + 1, limit, problem.lowest_cash, tail_mpc)
        newton = updated
        if iteration >= plain_steps and error < previous_error:
            newton = c + eliminate(np.eye(a.size) - jacobian, updated - c)
        c = newton if newton.min() > 0.0 and (np.diff(newton) >= 0.0).all() else updated
        previous_error = error
    raise ValueError(f"no convergence after {max_iterations} steps, relative error {error:.1e}: {problem}")
