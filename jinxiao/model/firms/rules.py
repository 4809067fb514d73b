"""Firm rules: expected demand, labour wanted, price (economics.md F1-F3), each a small pure function of numbers."""

from numba import njit

rule = njit(cache=True, nogil=True, error_model="numpy")


@rule
def expected_demand(expected, sales, speed, growth):
    """Adaptive expectation of monthly sales around the trend: ``E' = gE + speed (sales - gE)`` (F1; Nerlove 1958).

    ``growth`` is the factor by which sales grow in a month at trend: firms count on it, so that steady growth does not
    surprise them month after month. Yuan a month.
    """
    carried = growth * expected
    return carried + speed * (sales - carried)


@rule
def labour_target(
    employees, base_employees, expected_ratio, sales_elasticity, cost_relief, labour_elasticity, adjustment
):
    """Employees wanted: partial adjustment towards what expected sales call for (F2; Hamermesh and Pfann 1996).

    ``wanted = base * ratio ** sales_elasticity * (1 + labour_elasticity * relief)``: ``expected_ratio`` is expected sales
    over trend sales; a refund of the share ``cost_relief`` of labour cost raises the number wanted (V122, V123).
    """
    wanted = base_employees * expected_ratio**sales_elasticity * (1.0 + labour_elasticity * cost_relief)
    return employees + adjustment * (wanted - employees)


@rule
def wanted_price(markup, unit_cost, sales, expected, pressure):
    """Price that a firm would set: mark-up over unit cost, raised by demand above expectation (F3).

    All relative to January 2024; ``pressure`` is the elasticity of price to sales over expected sales.
    """
    if expected <= 0.0:
        return markup * unit_cost
    return markup * unit_cost * (1.0 + pressure * (sales / expected - 1.0))
