"""The synthesis from end to end: margins, compositions, work, incomes, wealth, durables, attitudes.

Households are made zone by zone into arrays allotted once; only the fit of incomes looks at all of them.
Memory is the columns themselves (about 145 bytes a household) plus the work of the largest zone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.synthesis import durables, fit, incomes, jobs, people, wealth, work
from jinxiao.calibration.synthesis.composition import Types, family_types, household_counts
from jinxiao.calibration.synthesis.draws import Floats, normal, rank, stream, systematic
from jinxiao.calibration.synthesis.margins import PROVINCE, Margins, zone_margins
from jinxiao.calibration.synthesis.parameters import PopulationParameters, load_population_parameters
from jinxiao.model.households.columns import SEED
from jinxiao.model.households.income import Schedule, deductions, schedule
from jinxiao.model.names import N_ZONES, Insurance, MemberBand, Occupation

Columns = dict[str, NDArray[Any]]
THOUSAND = 1000.0
"""Unit of home values, yuan."""
LAWFUL = ("occupation", "members", "resident_insured")
"""Columns beside wages on which deductions depend."""
DEDUCTION_ROUNDS = 2
"""Times that incomes are fitted to the deductions that follow from them."""
_TAIL = 1e-4
"""Rank beyond which normal scores of income are cut off."""


@dataclass(frozen=True)
class Plan:
    """Everything decided before the first household is made.

    Attributes
    ----------
    counts : ndarray of int, shape (N_ZONES, types)
        Sampled households of each family type in each zone.
    weights : ndarray, shape (N_ZONES,)
        Real households for each sampled one.
    resident_coverage : float
        Share of residents outside the employee medical scheme who are in the resident one.
    """

    statistics: Statistics
    parameters: PopulationParameters
    margins: Margins
    types: Types
    counts: NDArray[np.int64]
    weights: NDArray[np.float64]
    labour: work.LabourPlan
    pension: incomes.PensionPlan
    pensioners: NDArray[np.int64]
    income: fit.IncomeTargets
    resident_coverage: float
    law: Schedule
    seed: int

    @property
    def bounds(self) -> NDArray[np.int64]:
        """First household of each zone, and the end."""
        return np.concatenate([[0], np.cumsum(self.counts.sum(axis=1))])

    def zone(self, zone: int) -> slice:
        """The households of a zone."""
        return slice(int(self.bounds[zone]), int(self.bounds[zone + 1]))


def synthesise(statistics: Statistics, scale: int, seed: int) -> Columns:
    """Return the synthetic households of the province, every column of ``columns.SEED``, sorted by zone.

    Parameters
    ----------
    statistics : Statistics
        Published figures.
    scale : int
        Real households that one sampled household stands for, on average.
    seed : int
        Key of all random draws; the same arguments give the same bytes.
    """
    plan = make_plan(statistics, scale, seed)
    columns = _allotted(int(plan.bounds[-1]))
    base = [_make_zone(plan, zone, columns) for zone in range(N_ZONES)]
    relative = [np.concatenate([b[k] for b in base]) for k in range(len(fit.SOURCES))]
    del base
    per_head, all_incomes = _fit_incomes(plan, columns, relative)
    columns["quintile"][:] = fit.quintiles(per_head, all_incomes)
    _add_wealth_and_durables(plan, columns, per_head, all_incomes)
    return columns


def make_plan(statistics: Statistics, scale: int, seed: int) -> Plan:
    """Return the plan of the synthesis: margins, sampled compositions, jobs, pensioners, income targets."""
    parameters = load_population_parameters()
    margins = zone_margins(statistics, parameters)
    types = family_types(parameters)
    counts = household_counts(margins, types, scale, seed)
    weights = margins.households / counts.sum(axis=1)
    table = jobs.job_table(statistics, parameters)
    pension = incomes.pension_plan(statistics, parameters, margins)
    in_employee_scheme = (
        table.labour_force[:, jobs.WORKING.index(Occupation.FORMAL)].sum() + pension.employee.sum()
    )
    return Plan(
        statistics, parameters, margins, types, counts, weights,
        work.labour_plan(table, parameters, types.members, counts, weights),
        pension, incomes.sampled_pensioners(pension, weights),
        fit.income_targets(statistics, parameters, margins.persons),
        resident_coverage(statistics, float(margins.persons.sum()), float(in_employee_scheme)),
        schedule(load_parameters().central()), seed,
    )  # fmt: skip


def _allotted(n: int) -> Columns:
    return {
        name: np.zeros(n if column.width == 1 else (n, column.width), column.dtype)
        for name, column in SEED.items()
    }


def _make_zone(plan: Plan, zone: int, columns: Columns) -> list[Floats]:
    """Make people, work, pensions and attitudes of a zone; return relative amounts of flexible sources."""
    own = plan.zone(zone)
    parameters = plan.parameters

    def draws(purpose: str) -> np.random.Generator:
        return stream(plan.seed, zone, purpose)

    kinds = np.repeat(np.arange(len(plan.types.seed)), plan.counts[zone])
    members = plan.types.members[draws("order").permutation(kinds)]
    n = len(members)
    children = people.child_ages(members, draws("children"))
    head_age = people.head_ages(members, children, parameters, draws("head"))
    jobs_of = work.zone_work(zone, members, head_age, plan.labour, parameters, draws("work"))
    employee, resident = incomes.pensioners(
        members, jobs_of.household_skill, plan.pensioners[zone], draws("pensioners")
    )
    pension = incomes.pensions(employee, resident, plan.pension, parameters, draws("pensions"))
    insured, insurance = insured_members(members, jobs_of.occupation, employee)
    columns["weight"][own] = plan.weights[zone]
    columns["zone"][own] = zone
    columns["members"][own] = members
    columns["child_age"][own] = children
    columns["head_age"][own] = head_age
    for name in ("occupation", "sector", "employed", "wage", "leave_days"):
        columns[name][own] = getattr(jobs_of, name)
    columns["takes_leave"][own] = work.takes_leave(n, draws("leave"))
    columns["employee_pensioners"][own] = employee
    columns["resident_pensioners"][own] = resident
    columns["pension"][own] = pension
    columns["insurance"][own] = insurance
    uninsured = members.sum(axis=1, dtype=np.int64) - insured
    columns["resident_insured"][own] = systematic(
        uninsured * plan.resident_coverage, float(draws("insured").random())
    )
    types = int(parameters.number("patience_types"))
    columns["patience"][own] = draws("patience").permutation(np.arange(n) % types)
    at_work = jobs_of.wage * jobs_of.employed
    wages = at_work.sum(axis=1)
    amounts = [
        wages,
        incomes.self_employment(jobs_of, parameters, draws("business")),
        incomes.farm(jobs_of, parameters, draws("farm")),
        np.zeros(n, np.float32),
        incomes.other_transfers(members, jobs_of, employee, parameters, draws("transfers")),
    ]
    persons = members.sum(axis=1, dtype=np.float32)
    lawful = {name: columns[name][own] for name in LAWFUL}
    deducted = deductions(lawful, at_work, np.zeros(n, np.float32), plan.law)
    columns["deductions"][own] = deducted
    other = provisional_income(amounts, deducted, pension, persons, plan.income.sources[zone])
    amounts[fit.PROPERTY] = incomes.property_income(other, persons, parameters, draws("property"))
    return [np.asarray(a, np.float32) for a in amounts]


def insured_members(
    members: NDArray[np.int8], occupation: NDArray[np.int8], pensioners: NDArray[np.int8]
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Return members in the employee scheme (formal workers, employee pensioners) and the main scheme.

    The main scheme is the employee one where at least half of the members of 18 and over are in it.
    """
    adults = members[:, MemberBand.AGE_18_59 :].sum(axis=1, dtype=np.int64)
    in_scheme = (occupation == Occupation.FORMAL).sum(axis=1) + pensioners.astype(np.int64)
    in_scheme = np.minimum(in_scheme, adults)
    return in_scheme, np.where(2 * in_scheme >= adults, Insurance.EMPLOYEE, Insurance.RESIDENT).astype(
        np.int8
    )


def resident_coverage(statistics: Statistics, persons: float, in_employee_scheme: float) -> float:
    """Members of the resident medical insurance over residents outside the employee scheme, at most one."""
    return min(
        statistics.newest("medical_insured", PROVINCE, "resident").count / (persons - in_employee_scheme), 1.0
    )


def provisional_income(
    amounts: list[Floats], deducted: Floats, pension: Floats, persons: Floats, targets: NDArray[np.float64]
) -> Floats:
    """Income other than property relative to the zone's mean per head, sources scaled to their targets."""
    total = pension - deducted
    people = float(persons.sum(dtype=np.float64))
    for k, amount in enumerate(amounts):
        if k != fit.PROPERTY:
            held = max(float(amount.sum(dtype=np.float64)), 1e-9)
            total += amount * np.float32(targets[k] * people / held)
    return np.asarray(total * np.float32(people / float(total.sum(dtype=np.float64))))


def _fit_incomes(plan: Plan, columns: Columns, relative: list[Floats]) -> tuple[Floats, fit.Incomes]:
    """Scale incomes to the published ones and write them; return income per head and the basis of the fit.

    Deductions follow from wages and wages from the fit, so the fit is repeated; what then is left to other transfers makes
    net transfers hold exactly.
    """
    persons = columns["members"].sum(axis=1, dtype=np.float32)
    held = fit.Incomes(
        columns["zone"], columns["weight"], persons, columns["deductions"], columns["pension"], relative
    )
    for _ in range(DEDUCTION_ROUNDS):
        factor, scales = fit.fitted_factors(held, plan.income)
        for zone in range(N_ZONES):
            own = plan.zone(zone)
            wages = columns["wage"][own] * columns["employed"][own]
            wages *= (factor[own] * np.float32(scales[zone, fit.WAGES]))[:, None]
            business = relative[fit.SELF_EMPLOYMENT][own] * factor[own]
            business *= np.float32(scales[zone, fit.SELF_EMPLOYMENT])
            lawful = {name: columns[name][own] for name in LAWFUL}
            columns["deductions"][own] = deductions(lawful, wages, business, plan.law)
    scales = fit.zone_scales(held, factor, plan.income)
    per_head = fit.income_per_head(held, factor, scales)
    for zone in range(N_ZONES):
        own = plan.zone(zone)
        scale = scales[zone].astype(np.float32)
        columns["wage"][own] *= (factor[own] * scale[fit.WAGES])[:, None]
        for k in (fit.SELF_EMPLOYMENT, fit.FARM, fit.PROPERTY, fit.TRANSFERS):
            columns[fit.SOURCES[k]][own] = relative[k][own] * factor[own] * scale[k]
    relative.clear()
    return per_head, held


def _add_wealth_and_durables(plan: Plan, columns: Columns, per_head: Floats, held: fit.Incomes) -> None:
    parameters, statistics = plan.parameters, plan.statistics
    relative = np.empty(N_ZONES)
    for r in range(2):
        relative[r::2] = plan.income.sources[r::2].sum(axis=1) / plan.income.quintiles[r].mean()
    ranks = [fit.RankTable.of(per_head, held, r) for r in range(2)]
    cells = np.zeros((2, durables.RANK_BINS, durables.ADULT_CLASSES))
    for zone in range(N_ZONES):
        own = plan.zone(zone)
        bins = durables.income_bin(ranks[zone % 2].rank(per_head[own]))
        adults = durables.adult_class(columns["members"][own])
        np.add.at(cells[zone % 2], (bins, adults), plan.weights[zone])
    levels = durables.ownership(statistics, parameters)
    expected = np.stack([durables.expected_units(cells[r], levels[r], parameters) for r in range(2)])
    tables = durables.age_tables(statistics, parameters)
    mean_income = float(np.average(per_head, weights=held.weight * held.persons))
    for zone in range(N_ZONES):
        own = plan.zone(zone)
        head_age = columns["head_age"][own]
        share = np.clip(ranks[zone % 2].rank(per_head[own]), _TAIL, 1 - _TAIL)
        z_income = special.ndtri(share).astype(np.float32)

        def draws(purpose: str, zone: int = zone) -> np.random.Generator:
            return stream(plan.seed, zone, purpose)

        columns["term_deposits"][own] = wealth.relative_deposits(
            per_head[own] / np.float32(mean_income),
            held.persons[own],
            head_age,
            columns["patience"][own],
            parameters,
            draws("deposits"),
        )
        price = wealth.home_price(statistics, parameters, zone, float(relative[zone]))
        home = wealth.homes(
            zone, wealth.tenant_share(statistics, zone), price, z_income, head_age, parameters, draws("homes")
        )
        columns["tenure"][own] = home.tenure
        columns["home_value"][own] = np.rint(home.value / THOUSAND)
        columns["mortgage"][own] = home.mortgage
        columns["mortgage_payment"][own] = home.months_left
        columns["digital"][own] = digital_rank(head_age, z_income, parameters, draws("digital"))
        columns["durable_age"][own] = durables.unit_ages(
            zone, durables.income_bin(share), durables.adult_class(columns["members"][own]),
            expected, tables, home.tenure > 0, draws("durables"),
        )  # fmt: skip
    _scale_wealth(plan, columns, per_head * held.persons)


def _scale_wealth(plan: Plan, columns: Columns, income: Floats) -> None:
    """Scale deposits and mortgages to their published totals and turn remaining months into payments."""
    parameters = plan.parameters
    weight = columns["weight"].astype(np.float64)
    deposits = wealth.savings_total(plan.statistics, parameters)
    columns["term_deposits"] *= deposits / float(weight @ columns["term_deposits"])
    owes = np.flatnonzero(columns["mortgage"] > 0)
    factor = wealth.annuity_factor(columns["mortgage_payment"][owes], parameters.number("mortgage_rate"))
    by_home = parameters.number("mortgage_ceiling") * THOUSAND * columns["home_value"][owes]
    by_income = parameters.number("mortgage_burden") * income[owes] / factor
    mortgages = plan.statistics.newest("loans_households", PROVINCE, "mortgages").count
    scaled = wealth.scaled_mortgages(
        columns["mortgage"][owes], np.minimum(by_home, by_income), weight[owes], mortgages
    )
    columns["mortgage"][owes] = scaled
    columns["mortgage_payment"][:] = 0.0
    columns["mortgage_payment"][owes] = np.ceil(scaled * factor)


def digital_rank(
    head_age: NDArray[np.int16], z_income: Floats, parameters: PopulationParameters, rng: np.random.Generator
) -> Floats:
    """Return the percentile of digital access in the zone: rises with age, falls with income."""
    weight = parameters.table("digital")
    age = (head_age - head_age.mean()) / max(float(head_age.std()), 1.0)
    return rank(weight["age"] * age + weight["income"] * z_income + weight["own"] * normal(rng, len(age)))
