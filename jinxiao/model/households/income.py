"""Deductions from income by law, and usual income, as columns: what the synthesis and the start of a run share with the month."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from jinxiao.model.households import rules
from jinxiao.model.names import MemberBand, Occupation

RATE, PARTICIPATION, AT_FLOOR, FUND = range(4)
"""Rows of :attr:`Schedule.contributions`."""
INSURED = ("formal", "migrant", "flexible", "self_employed")
"""Occupations that may be in the employee scheme, in the order of their parameters and of Occupation."""
_CHILD_BANDS = int(MemberBand.STUDENT) + 1
_ADULTS = int(MemberBand.AGE_18_59)
_SELF_EMPLOYED = int(Occupation.SELF_EMPLOYED)
_YEAR = 12.0


class Schedule(NamedTuple):
    """What is deducted from incomes by law.

    Attributes
    ----------
    contributions : ndarray, shape (4, occupations)
        By occupation: rate of social contributions, share that is insured, whether the base is the floor, housing fund rate.
    tax : ndarray, shape (2, brackets)
        Taxable income from which each rate applies, yuan a month; the rates.
    mean_wage : float
        Mean wage to which bases are tied, yuan a month.
    floor, ceiling : float
        Bounds of the contribution base over the mean wage.
    allowance, child, elderly : float
        Free of tax, yuan a month: for everybody, for each child or student, for parents.
    medical_premium, pension_premium : float
        Premiums of the resident schemes, yuan a month for each person insured and for each adult without wage work.
    """

    contributions: np.ndarray
    tax: np.ndarray
    mean_wage: float
    floor: float
    ceiling: float
    allowance: float
    child: float
    elderly: float
    medical_premium: float
    pension_premium: float


def schedule(values: Mapping[str, Any]) -> Schedule:
    """Return the schedule of deductions from parameter values."""
    contributions = np.zeros((4, len(Occupation)))
    names = ("contribution_rate", "contribution_participation", "contribution_at_floor")
    first = int(Occupation.FORMAL)
    for row, name in enumerate(names):
        contributions[row, first : first + len(INSURED)] = values[f"income.{name}"]
    contributions[FUND, Occupation.FORMAL] = values["income.housing_fund_rate"]
    floor, ceiling = values["income.contribution_bounds"]
    child, elderly = values["income.tax_special"]
    medical, pension = values["income.resident_premiums"]
    return Schedule(
        contributions, np.stack([values["income.tax_from"], values["income.tax_rate"]]), float(values["income.mean_wage"]),
        float(floor), float(ceiling), float(values["income.tax_allowance"]), float(child), float(elderly),
        float(medical) / _YEAR, float(pension) * float(values["income.resident_pension_payers"]) / _YEAR,
    )  # fmt: skip


def deductions(
    columns: Mapping[str, np.ndarray], wages: np.ndarray, business: np.ndarray, law: Schedule
) -> np.ndarray:
    """Return taxes, contributions and premiums of each household at the start, yuan a month.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns of households: occupation, members, resident_insured.
    wages : ndarray, shape (n, 2)
        Wages of the earners, yuan a month; zero for whoever is out of work.
    business : ndarray, shape (n,)
        Income from the household's own business, yuan a month.
    law : Schedule
    """
    c = columns
    return _deductions(
        c["occupation"], c["members"], c["resident_insured"], wages, business, law.contributions, law.tax, law
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _deductions(occupation, members, resident_insured, wages, business, contributions, tax, law):
    out = np.empty(occupation.shape[0], np.float32)
    for i in range(occupation.shape[0]):
        children = 0.0
        for b in range(_CHILD_BANDS):
            children += members[i, b]
        total = 0.0
        hired = 0.0
        main = 0 if wages[i, 0] >= wages[i, 1] else 1
        owners = 0
        for e in range(2):
            if occupation[i, e] == _SELF_EMPLOYED:
                owners += 1
        for e in range(2):
            job = occupation[i, e]
            if 1 <= job < _SELF_EMPLOYED:
                hired += 1.0
            if job == _SELF_EMPLOYED:
                takings = float(business[i]) / owners
                total += rules.wage_deductions(
                    takings, contributions[RATE, job], contributions[PARTICIPATION, job], contributions[AT_FLOOR, job] > 0.0,
                    0.0, law.mean_wage, law.floor, law.ceiling, takings, tax,
                )[0]  # fmt: skip
            elif wages[i, e] > 0.0:
                free = law.allowance + law.elderly + (law.child * children if e == main else 0.0)
                contribution, levy, _ = rules.wage_deductions(
                    float(wages[i, e]), contributions[RATE, job], contributions[PARTICIPATION, job],
                    contributions[AT_FLOOR, job] > 0.0, contributions[FUND, job], law.mean_wage, law.floor, law.ceiling,
                    free, tax,
                )  # fmt: skip
                total += contribution + levy
        total += rules.resident_premiums(
            float(resident_insured[i]),
            max(members[i, _ADULTS] - hired, 0.0),
            law.medical_premium,
            law.pension_premium,
        )
        out[i] = total
    return out


def usual_income(columns: Mapping[str, np.ndarray], values: Mapping[str, Any]) -> np.ndarray:
    """Return usual cash income at the start, yuan a month: everybody at work, deductions taken, imputed rent left out.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns of ``columns.SEED``.
    values : mapping of str to float or ndarray
        Parameters: the schedule of deductions and the share of imputed rent in property income.
    """
    c = columns
    cash_share = 1.0 - np.asarray(values["households.imputed_income_share"])[c["zone"] % 2]
    deducted = deductions(c, np.asarray(c["wage"]), np.asarray(c["self_employment"]), schedule(values))
    return np.asarray(
        c["wage"].sum(axis=1, dtype=np.float64) - deducted + c["self_employment"] + c["farm"] + c["pension"]
        + c["transfers"] + c["property"] * cash_share
    )  # fmt: skip
