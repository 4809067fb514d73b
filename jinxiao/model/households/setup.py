"""From parameter values to what the household loop reads: arrays, consumption policies, initial state of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from scipy.stats import norm

from jinxiao.model.conditions import Conditions
from jinxiao.model.consumption import ConsumptionFunction, ConsumptionProblem
from jinxiao.model.ergodic import ConsumptionTable, permanent_shocks, tabulate, transitory_shocks
from jinxiao.model.households import rules
from jinxiao.model.households.columns import NOT_OWNED, SEED, STATE
from jinxiao.model.households.family import OLDEST
from jinxiao.model.households.income import schedule, usual_income
from jinxiao.model.households.loop import COURSE_MONTHS, HouseholdColumns, HouseholdParameters
from jinxiao.model.life_stages import LifeStage, solve_lives, wealth_by_stage
from jinxiao.model.names import (
    DURABLES,
    N_DURABLES,
    N_GOODS,
    N_QUINTILES,
    N_STAGES,
    Durable,
    MemberBand,
    Occupation,
    Stage,
)
from jinxiao.model.random import Draw, uniform, uniforms

N_RISKS = 5
N_PATIENCE = 5
N_ROWS = (N_RISKS * 2 * (N_STAGES - 1) + 2) * N_PATIENCE
"""Rows of the consumption table."""
MONTHS_A_YEAR = 12
CHANGING_SEED = (
    "members", "child_age", "head_age", "occupation", "employed", "sector", "employee_pensioners", "resident_pensioners",
    "pension", "term_deposits", "tenure", "home_value", "mortgage", "mortgage_payment",
)  # fmt: skip
"""Columns of the world that a run changes in its own copies."""
YEARS_A_GROUP = 5
FIRST_FERTILE_YEAR = 15
CHILD_YEARS = 25
"""Age at which grown children at home die."""
HALVINGS = 50
"""Bisections for the half age: to well below a millionth of a month."""
LEAST_DECLINE = 1e-9
"""Fall of consumption over a plan, in logs, below which it counts as none."""
RATE_RANGE = (-0.5, 0.8)
"""Bounds of a committed saving rate."""
_STUDENTS = int(MemberBand.STUDENT)
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Fit:
    """What the fit of the baseline adds to the parameters: levels that make published figures come out.

    Attributes
    ----------
    saving_base : ndarray, shape (2,)
        Committed saving rate of the poorest quintile, urban and rural.
    shares : ndarray, shape (2, goods)
        Share of each good in spending out of the monthly budget.
    mean_spending : ndarray, shape (2,)
        Mean monthly spending of a household out of that budget, yuan.
    rent_yield : ndarray, shape (2,)
        Imputed rent a month over home value.
    trip_constant : ndarray, shape (3, 2)
        Constants of the choice of a day out, a trip within and a trip beyond the province.
    trip_cost : ndarray, shape (2,)
        Cost of a day of a trip within the province per person of mean income, yuan.
    birth_probability : ndarray, shape (2, 3)
        Monthly, of couples at the age of most births, by residence and children at home (0, 1, 2 and more).
    mortality : float
        Factor on the death rates by age.
    home_level : ndarray, shape (2,)
        Monthly purchases of new homes by a household of reference, urban and rural.
    home_rate : ndarray, shape (2,)
        New homes bought in a month over households, urban and rural.
    home_price : ndarray, shape (zones,)
        Mean price of the homes that households of a zone buy, yuan.
    entry_wage : ndarray, shape (zones, occupations, quintiles)
        Wage of newcomers, yuan a month.
    entry_cdf : ndarray, shape (zones, 3)
        Cumulative shares of formal, migrant and flexible work among wage earners.
    need_mean : ndarray, shape (2, kinds of need)
        Mean needs of a household.
    lump_share : ndarray, shape (2,)
        Share of planned consumption that pays for trips and durables on average.
    mean_income : ndarray, shape (3,)
        Mean permanent income of a household, urban and rural, and per head of the province, yuan a month.
    stage_health : ndarray, shape (stages,)
        Need of health care in each stage of life relative to the mean household.
    retired_income : ndarray, shape (2,)
        Income per adult of retired households over that of households in the last working stage, by insurance.
    """

    saving_base: np.ndarray
    shares: np.ndarray
    mean_spending: np.ndarray
    rent_yield: np.ndarray
    trip_constant: np.ndarray
    trip_cost: np.ndarray
    birth_probability: np.ndarray
    mortality: float
    home_level: np.ndarray
    home_rate: np.ndarray
    home_price: np.ndarray
    entry_wage: np.ndarray
    entry_cdf: np.ndarray
    need_mean: np.ndarray
    lump_share: np.ndarray
    mean_income: np.ndarray
    stage_health: np.ndarray
    retired_income: np.ndarray


class Regime(NamedTuple):
    """What policy changes in the risks and limits that households reckon with; all zero without policy.

    Attributes
    ----------
    uninsured : tuple of float
        Change in the share of a medical expense that households pay themselves, by insurance.
    benefit : float
        Change in the replacement rate of unemployment insurance.
    credit : float
        Change in the unsecured credit line, months of spendable income.
    """

    uninsured: tuple[float, float] = (0.0, 0.0)
    benefit: float = 0.0
    credit: float = 0.0


def regimes_of(conditions: Conditions) -> tuple[Regime, Regime | None]:
    """Return the month's general regime, and that of ``regime_groups`` where it has any."""
    c = conditions
    insured, changed = c.uninsured_share.tolist(), (c.uninsured_share + c.group_uninsured_share).tolist()
    general = Regime((insured[0], insured[1]), float(c.job_loss_replacement), float(c.credit_line))
    if not c.regime_groups:
        return general, None
    return general, Regime(
        (changed[0], changed[1]),
        float(c.job_loss_replacement + c.group_job_loss_replacement),
        float(c.credit_line + c.group_credit_line),
    )


def medical_shares(values: Values, mean_income: np.ndarray) -> tuple[float, float]:
    """Return monthly probability and mean size (months of income) of a medical expense before insurance."""
    probability = float(np.mean(values["households.medical_probability"]))
    size = float(np.mean(values["households.medical_mean"])) / float(np.mean(mean_income[:2]))
    return probability, size


def lives(values: Values, fit: Fit, regime: Regime) -> list[list[LifeStage]]:
    """Return the stages of life of every type, first stage first: risk class x insurance x patience, in this order.

    A measure on medical cover, unemployment insurance or credit changes the shocks and the limit here, and so the policy of
    those whom it covers (economics.md H3): there is no other channel by which risk acts. All risk classes share the stage of
    the retired, who have no job to lose; their medical risk is that of the old, relative to a pension.
    """
    v = values
    probability, size = medical_shares(v, fit.mean_income)
    spell = v["households.unemployment_spell"]
    unemployment = v["households.surveyed_unemployment"]
    relative = v["households.job_loss_relative"]
    coverage = v["households.benefit_coverage"]
    steady = unemployment / (1.0 - unemployment) / spell
    # share of time out of work, by risk class: the shock is drawn anew each month, so its probability is that share
    out_of_work = [
        steady * relative[0] * spell,
        steady * float(np.mean(relative[1:])) * spell,
        0.5 * steady * spell,
        0.0,
        0.0,
    ]
    covered = [coverage[0], float(np.mean(coverage[1:])), 0.0, 0.0, 0.0]
    replacement = v["households.job_loss_replacement"] + regime.benefit
    leaving = 1.0 / (MONTHS_A_YEAR * np.asarray(v["households.stage_years"]))
    needs = np.asarray(v["households.stage_needs"])
    limit = max(0.0, v["households.borrowing_limit"] + regime.credit)

    def problem(beta: float, insurance: int, stage: Stage, risk: int) -> ConsumptionProblem:
        retired = stage == Stage.RETIRED
        income = fit.retired_income[insurance] if retired else 1.0
        xi, odds = transitory_shocks(
            job_loss_probability=0.0 if retired else out_of_work[risk],
            replacement_rate=0.0 if retired else covered[risk] * replacement,
            medical_probability=min(1.0, probability * fit.stage_health[stage]),
            medical_mean=size / income,
            medical_sigma=v["households.medical_sigma"],
            uninsured_share=max(
                0.0, v["households.uninsured_share"][insurance] + regime.uninsured[insurance]
            ),
            sigma=v["households.transitory_shock_sd"],
            nodes=3,
            deductible=float(v["income.medical_deductible"][insurance])
            / float(np.mean(fit.mean_income[:2]))
            / income,
        )
        psi, psi_odds = permanent_shocks(0.0 if retired else v["households.permanent_shock_sd"], 2)
        return ConsumptionProblem(
            discount_factor=beta ** (1.0 / MONTHS_A_YEAR),
            survival=1.0 - leaving[stage] if retired else v["households.survival_month"],
            risk_aversion=v["households.crra"],
            growth=(1.0 + v["households.expected_growth"]) ** (1.0 / MONTHS_A_YEAR),
            rate_save=1.0 + v["households.liquid_rate"] / MONTHS_A_YEAR,
            rate_borrow=1.0 + v["households.borrowing_rate"] / MONTHS_A_YEAR,
            borrowing_limit=limit,
            consumption_floor=v["households.consumption_floor"],
            permanent_values=psi,
            permanent_probabilities=psi_odds,
            transitory_values=xi,
            transitory_probabilities=odds,
        )

    betas = patience(v)
    last = [
        [
            LifeStage(
                problem(beta, insurance, Stage.RETIRED, 0),
                bequest_months=MONTHS_A_YEAR * v["households.bequest_years"],
                bequest_threshold=v["households.bequest_threshold"],
            )
            for beta in betas
        ]
        for insurance in range(2)
    ]
    out = []
    for risk in range(N_RISKS):
        for insurance in range(2):
            for k, beta in enumerate(betas):
                life = [last[insurance][k]]
                for stage in (Stage.LATER, Stage.CHILDREN, Stage.YOUNG):
                    life.append(
                        LifeStage(
                            problem(beta, insurance, stage, risk),
                            leaving[stage],
                            life[-1],
                            fit.retired_income[insurance] if stage == Stage.LATER else 1.0,
                            needs[stage + 1] / needs[stage],
                        )
                    )
                out.append(life[::-1])
    return out


def rows_of(lives_of_types: list[list[LifeStage]]) -> list[LifeStage]:
    """Return the stage of life behind each row of the consumption table, in the order of ``rules.policy_row``."""
    types = iter(lives_of_types)
    rows: dict[int, LifeStage] = {}
    for risk in range(N_RISKS):
        for insurance in range(2):
            for kind in range(N_PATIENCE):
                for stage, life in enumerate(next(types)):
                    rows[rules.policy_row(risk, insurance, stage, kind, N_PATIENCE)] = life
    return [rows[row] for row in range(N_ROWS)]


def policies(values: Values, fit: Fit, regime: Regime, folder: Path) -> list[ConsumptionFunction]:
    """Solve all types under a regime, reading from the disk cache what is there; one policy a row of the table."""
    stages = rows_of(lives(values, fit, regime))
    solved = solve_lives(_by_patience(stages), folder)
    return [solved[stage.key] for stage in stages]


def _by_patience(stages: list[LifeStage]) -> list[LifeStage]:
    """Order stages so that neighbours are alike: each policy is where the solution of the next starts."""
    return [stage for kind in range(N_PATIENCE) for stage in stages[kind::N_PATIENCE]]


def patience(values: Values) -> np.ndarray:
    """Return the annual discount factors of the five types, evenly spaced (Carroll et al. 2017, beta-dist)."""
    return np.linspace(values["households.discount_low"], values["households.discount_high"], N_PATIENCE)


def spending_by_patience(values: Values) -> np.ndarray:
    """Return what each patience type spends of a plan's yearly mean at once, relative to the mean of types, shape (types,).

    Over a horizon of ``H`` years with a known even income, consumption changes by ``g = beta ** (1 / rho)`` a year (the Euler
    equation at a rate of nought), so ``H / A`` of a year's income is spent at first, with ``A`` the integral of ``g ** s`` from
    nought to ``H``. Who does not discount spends a mean year's; who does leaves that much less for later.
    """
    horizon = float(values["households.planning_years"])
    decline = -np.log(patience(values)) / values["households.crra"] * horizon
    # (1 - exp(-x)) / x, which is one at nought
    kept = np.where(decline > LEAST_DECLINE, -np.expm1(-decline) / np.maximum(decline, LEAST_DECLINE), 1.0)
    return np.asarray(1.0 / kept / np.mean(1.0 / kept))


def by_patience(mean: np.ndarray, spending: np.ndarray) -> np.ndarray:
    """Return committed saving rates of patience types whose mean is ``mean``, shape (*mean.shape, types).

    ``1 - (1 - mean) spending``, but nothing where that is negative: nobody commits to draw on savings out of impatience, the
    buffer serves that. What is cut there is taken from the other types in proportion. Types who on average spend more than
    they earn (``mean`` below nought) do so alike, as far as they have savings.
    """
    of_types = np.maximum(1.0 - (1.0 - mean[..., None]) * spending, 0.0)
    total = of_types.mean(axis=-1, keepdims=True)
    scaled = of_types * (np.maximum(mean[..., None], 0.0) / np.where(total > 0.0, total, 1.0))
    return np.where(mean[..., None] > 0.0, scaled, mean[..., None])


def saving_rates(values: Values, fit: Fit) -> np.ndarray:
    """Return rates of saving without named purpose, over permanent income, shape (2, quintiles, types).

    The mean of types follows residence (fitted) and quintile; how types lie about it follows :func:`spending_by_patience`.
    """
    gradient = values["households.committed_gradient"]
    mean = fit.saving_base[:, None] + gradient * np.arange(N_QUINTILES)[None, :]
    return np.clip(by_patience(mean, spending_by_patience(values)), *RATE_RANGE)


def planning_shares(values: Values, fit: Fit) -> np.ndarray:
    """Return shares of households that plan for old age, by residence and patience type, shape (2, types).

    Their mean is ``income.retirement_share``; types differ as they do in saving in the middle fifth.
    """
    middle = fit.saving_base + values["households.committed_gradient"] * (N_QUINTILES // 2)
    rates = by_patience(middle, spending_by_patience(values))
    relative = np.where(middle[:, None] > 0.0, rates / np.where(middle > 0.0, middle, 1.0)[:, None], 1.0)
    return np.minimum(values["income.retirement_share"] * relative, 1.0)


def table_of(functions: list[ConsumptionFunction]) -> ConsumptionTable:
    """Return the run-time table of all types."""
    return tabulate(functions)


def initial_wealth_quantiles(values: Values, fit: Fit, folder: Path) -> np.ndarray:
    """Return quantiles of long-run liquid wealth by row of the table, months of spendable income, shape (rows, points).

    The retired of a row come from all risk classes; their distribution is that of the commonest, formal employees where
    insured as employees and farmers elsewhere.
    """
    every = lives(values, fit, Regime())
    solved = solve_lives(_by_patience(rows_of(every)), folder)
    quantiles: dict[str, np.ndarray] = {}
    common = (0, 3)
    order = sorted(range(len(every)), key=lambda k: k // (2 * N_PATIENCE) == common[k // N_PATIENCE % 2])
    for k in order:
        life = every[k]
        wealth = wealth_by_stage(life, [solved[stage.key] for stage in life])
        quantiles |= {stage.key: held.slice_means for stage, held in zip(life, wealth, strict=True)}
    return np.array([quantiles[stage.key] for stage in rows_of(every)])


def subsistence_system(values: Values, fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Return Stone-Geary subsistence (2, goods), yuan a month of a mean household, and marginal shares (2, goods).

    From budget shares w, expenditure elasticities eta and the Frisch parameter f (Lluch, Powell and Williams 1977):
    marginal shares ``b = eta w / sum(eta w)``, subsistence ``g = w C (1 + eta / f)`` with eta scaled so that shares
    average to one (Engel aggregation).
    """
    eta = np.asarray(values["households.expenditure_elasticity"])
    assert eta.shape == (N_GOODS,)
    frisch = values["households.frisch"]
    weighted = fit.shares * eta
    total = weighted.sum(axis=1, keepdims=True)
    marginal = weighted / total
    scaled = eta / total
    subsistence = np.maximum(fit.shares * fit.mean_spending[:, None] * (1.0 + scaled / frisch), 0.0)
    return subsistence, marginal


def household_parameters(values: Values, fit: Fit, floor_at_start: np.ndarray) -> HouseholdParameters:
    """Return the tuple that the household loop reads."""
    v = values
    subsistence, marginal = subsistence_system(v, fit)
    law = schedule(v)
    above = shares_above_deductible(v)
    hazards = replacement_hazards(v)
    add_rate = np.asarray(v["fit.add_rate"])
    add_cap = v["durables.add_cap"] * add_rate.max(axis=1)
    price = np.asarray(v["durables.price"])
    by_occupation = np.zeros((2, len(Occupation)))
    for k, occupation in enumerate((Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE)):
        by_occupation[0, occupation] = v["households.benefit_coverage"][k]
        by_occupation[1, occupation] = v["households.job_loss_relative"][k]
    return HouseholdParameters(
        psi_sigma=v["households.permanent_shock_sd"],
        medical_probability=np.asarray(v["households.medical_probability"]),
        medical_mean=np.asarray(v["households.medical_mean"]),
        medical_sigma=v["households.medical_sigma"],
        deductible=np.asarray(v["income.medical_deductible"]),
        share_above_deductible=above.share,
        change_above_deductible=above.change,
        contributions=law.contributions,
        tax_brackets=law.tax,
        mean_wage=law.mean_wage,
        base_floor=law.floor,
        base_ceiling=law.ceiling,
        tax_allowance=law.allowance,
        child_deduction=law.child,
        elderly_deduction=law.elderly,
        medical_premium=law.medical_premium,
        pension_premium=law.pension_premium,
        education_cost=v["income.education_cost"],
        education_share=v["income.education_share"],
        pension_replacement=v["income.pension_replacement"],
        old_farm_share=v["income.old_farm_share"],
        retirement_target=v["income.retirement_target"],
        retirement_share=v["income.retirement_share"],
        drawing_over_saving=float(v["income.retirement_years"][1] / v["income.retirement_years"][0]),
        education_elasticity=v["income.education_income_elasticity"],
        drawing_months=MONTHS_A_YEAR * float(v["income.retirement_years"][1]),
        retired_saving=v["income.retired_saving"],
        yield_sigma=v["income.yield_sigma"],
        break_cost=v["income.early_withdrawal_cost"],
        planning=planning_shares(v, fit),
        subsistence=subsistence,
        marginal_share=marginal,
        need_weights=np.asarray(v["households.need_weights"]),
        good_elasticity=np.asarray(v["households.expenditure_elasticity"]),
        need_fixed=np.asarray(v["households.need_fixed"]),
        need_mean=fit.need_mean,
        rent_yield=fit.rent_yield,
        imputed_income_share=np.asarray(v["households.imputed_income_share"]),
        hazard_cap=np.concatenate([hazards.cap, add_cap]),
        half_age=hazards.half_age,
        age_spread=hazards.spread,
        add_rate=add_rate,
        add_income_elasticity=np.full(N_DURABLES, v["durables.add_income_elasticity"]),
        durable_price=np.stack([price, price * v["durables.price_rural"]], axis=1),
        price_income_elasticity=v["durables.price_income_elasticity"],
        price_sigma=v["durables.price_sigma"],
        durable_elasticity=np.asarray(v["durables.price_elasticity"]),
        timing_cost=v["durables.timing_cost"],
        foresight_months=int(v["durables.foresight_months"]),
        announcement_months=int(v["durables.announcement_months"]),
        down_payment=np.asarray(v["durables.down_payment"]),
        loan_months=v["durables.loan_months"],
        reserve_months=v["households.reserve_months"],
        savings_share=v["durables.savings_share"],
        financed_share=v["durables.financed_share"],
        floor_income_share=v["households.floor_income_share"],
        pass_through=np.minimum(np.asarray(v["durables.pass_through"]), 1.0),
        mean_income=fit.mean_income,
        trip_income_weight=v["leisure.income_weight"],
        trip_dissimilarity=v["leisure.dissimilarity"],
        trip_company=np.exp(np.asarray(v["leisure.company"])),
        trip_cost=fit.trip_cost,
        relative_cost=np.asarray(v["leisure.relative_cost"]),
        spending_income_elasticity=v["leisure.spending_income_elasticity"],
        spending_sigma=v["leisure.spending_sigma"],
        wished_nights=np.asarray(v["leisure.wished_nights"]),
        party_share=v["leisure.party_share"],
        leave_stretch=int(v["leisure.leave_stretch"]),
        leave_in_one_go=v["leisure.leave_in_one_go"],
        parents_alone_gain=int(v["leisure.parents_alone_gain"]),
        outing_days=float(v["leisure.outing_days"]),
        resident_lodging=v["tourists.resident_lodging"],
        outing_components=np.asarray(v["leisure.outing_components"]),
        site_ticket_share=v["leisure.site_ticket_share"],
        family_trip_days=float(v["leisure.family_trip_days"]),
        trip_components=np.asarray(v["leisure.components"]),
        trip_displacement=v["leisure.displacement"],
        outing_displacement=v["leisure.outing_displacement"],
        trip_cash_share=v["leisure.cash_share"],
        trip_savings_share=v["leisure.savings_share"],
        trip_income_months=v["leisure.income_months"],
        trip_full_days=float(v["leisure.full_trip_days"]),
        salience=v["coupons.salience"],
        labelling=np.minimum(np.asarray(v["coupons.labelling"]), 1.0),
        claim_interest=v["coupons.claim_interest"],
        rush_skill=v["coupons.rush_skill"],
        rush_age=v["coupons.rush_age"],
        baskets=np.asarray(v["coupons.baskets"]),
        lump_share=fit.lump_share,
        digital_share=np.minimum(np.asarray(v["coupons.digital_share"]), 1.0),
        basket_sigma=v["coupons.basket_sigma"],
        storability=np.minimum(np.asarray(v["coupons.storability"]), 1.0),
        displaced_now=v["coupons.displaced_now"],
        pull_forward_months=v["coupons.pull_forward_months"],
        basket_elasticity=np.asarray(v["coupons.basket_elasticity"]),
        joining_cost=v["coupons.joining_cost"],
        holding_cost=v["coupons.holding_cost"],
        replacement_rate=v["households.job_loss_replacement"],
        benefit_coverage=by_occupation,
        liquid_rate=v["households.liquid_rate"] / MONTHS_A_YEAR,
        borrowing_rate=v["households.borrowing_rate"] / MONTHS_A_YEAR,
        loan_rate=v["households.consumer_loan_rate"] / MONTHS_A_YEAR,
        mortgage_rate=v["households.mortgage_rate"] / MONTHS_A_YEAR,
        credit_take_up=np.minimum(np.asarray(v["durables.credit_take_up"]), 1.0),
        car_kind_elasticity=v["durables.car_kind_elasticity"],
        used_odds=v["durables.used_share"] / (1.0 - v["durables.used_share"]),
        used_income_slope=v["durables.used_income_slope"],
        used_price_share=v["durables.used_price_share"],
        used_age=int(v["durables.used_age"]),
        value_retained=v["durables.value_retained"],
        scrap_value=v["durables.scrap_value"],
        scrap_age=v["durables.scrap_age"],
        scrap_age_spread=v["durables.scrap_age_spread"],
        kept_share=v["durables.kept_share"],
        recovered_share=v["durables.recovered_share"],
        birth_probability=fit.birth_probability,
        resident_pension=float(v["fit.resident_pension"]),
        fertile_until=MONTHS_A_YEAR * float(v["households.fertile_until"]),
        floor_at_start=floor_at_start,
        floor_spillover=v["households.floor_spillover"],
        hand_to_mouth_months=v["households.hand_to_mouth_months"],
        training_months=min(int(v["households.training_months"]), COURSE_MONTHS),
        patience_types=N_PATIENCE,
        later_from=MONTHS_A_YEAR * float(v["households.later_from"]),
        retired_from=MONTHS_A_YEAR * float(v["households.retired_from"]),
        **family_parameters(v, fit),
        **housing_parameters(v, fit),
    )


def death_rates(values: Values) -> np.ndarray:
    """Return monthly death rates by residence and year of age before the fitted factor, shape (2, 111)."""
    table = np.asarray(values["family.mortality_by_age"]) / 1000.0 / MONTHS_A_YEAR
    by_year = table[np.minimum(np.arange(OLDEST + 1) // YEARS_A_GROUP, len(table) - 1)]
    return np.stack([by_year, by_year * values["family.rural_mortality"]])


def births_by_age(values: Values) -> np.ndarray:
    """Return the birth rate by the woman's year of age relative to the highest, shape (111,): nought below 15, from 45 on."""
    groups = np.asarray(values["family.birth_by_age"])
    years = np.arange(OLDEST + 1)
    row = (years - FIRST_FERTILE_YEAR) // YEARS_A_GROUP
    fertile = (row >= 0) & (row < len(groups))
    return np.where(fertile, groups[np.clip(row, 0, len(groups) - 1)], 0.0)


def family_parameters(values: Values, fit: Fit) -> dict[str, Any]:
    """Return the numbers on births, deaths, school, work entry and retirement that the loop reads."""
    v = values
    rates = fit.mortality * death_rates(v)
    of_child, (of_elder, of_old) = CHILD_YEARS, np.asarray(v["family.elder_age"], dtype=np.int64)
    return {
        "birth_by_age": births_by_age(v),
        "birth_interval": int(v["family.birth_interval"]),
        "birth_response": v["family.birth_response"],
        "mortality": rates,
        "elder_mortality": rates[:, [of_child, of_elder, of_old]],
        "turn_eighty": v["family.turn_eighty"] / MONTHS_A_YEAR,
        "couple_gap": int(v["family.couple_gap"]),
        "parent_gap": int(v["family.parent_gap"]),
        "university_share": v["family.university_share"],
        "study_months": v["family.study_months"],
        "work_participation": np.minimum(np.asarray(v["family.work_participation"]), 1.0),
        "entrant_unemployed": v["family.entrant_unemployed"],
        "founder_age": v["family.founder_age"],
        "founder_spread": v["family.founder_spread"],
        "legal_age": np.asarray(v["family.legal_age"]).astype(np.int64),
        "men_first": v["family.men_first"],
        "women_of_55": v["family.women_of_55"],
        "informal_months": int(MONTHS_A_YEAR * v["family.informal_years"]),
        "entry_wage": fit.entry_wage,
        "entry_cdf": fit.entry_cdf,
    }


def housing_parameters(values: Values, fit: Fit) -> dict[str, Any]:
    """Return the numbers on homes that the loop reads."""
    v = values
    names = (
        "tenant_factor", "family_factor", "purchase_income_elasticity", "value_income_elasticity", "rate_equivalent",
        "purchase_cap", "mortgage_down_payment", "mortgage_usual", "mortgage_burden", "mortgage_term", "savings_used",
        "fund_ceiling", "fund_discount", "furnishing_share", "furnishing_appliances", "wealth_effect",
    )  # fmt: skip
    return {
        **{name: v[f"housing.{name}"] for name in names},
        "home_level": fit.home_level,
        "home_price": fit.home_price,
        "purchase_age": np.asarray(v["housing.purchase_age"]),
        "home_elasticity": v["housing.price_elasticity"],
        "fund_withdrawal": np.asarray(v["housing.fund_withdrawal"]),
        "delivery_months": int(v["housing.delivery_months"]),
        "furnishing_months": int(v["housing.furnishing_months"]),
        "prepayment": v["housing.prepayment"] / MONTHS_A_YEAR,
    }


class AboveDeductible(NamedTuple):
    """Cover of what a medical expense exceeds the deductible, each of shape (insurance, residence).

    ``share`` is what the patient pays of it, so that the mean share paid of the whole expense is the published one;
    ``change`` is by how much it moves when that mean moves by one.
    """

    share: np.ndarray
    change: np.ndarray


def shares_above_deductible(values: Values) -> AboveDeductible:
    """Return the cover above the deductible of each scheme, for the expenses of town and country.

    With a lognormal expense ``X`` and deductible ``D`` the mean part below is ``E min(X, D) = mu N(z - sigma) + D (1 - N(z))``,
    ``z = ln(D / mu) / sigma + sigma / 2``.
    """
    mean = np.asarray(values["households.medical_mean"])[None, :]
    sigma = float(values["households.medical_sigma"])
    deductible = np.asarray(values["income.medical_deductible"])[:, None]
    z = np.log(deductible / mean) / sigma + 0.5 * sigma
    below = mean * norm.cdf(z - sigma) + deductible * norm.sf(z)
    paid = np.asarray(values["households.uninsured_share"])[:, None] * mean
    return AboveDeductible(np.maximum(paid - below, 0.0) / (mean - below), mean / (mean - below))


def risk_class(occupation: np.ndarray) -> np.ndarray:
    """Return the risk class of each household from its first earner's occupation (second's where there is no first)."""
    main = np.where(occupation[:, 0] > 0, occupation[:, 0], occupation[:, 1])
    classes = np.array([4, 0, 1, 1, 2, 3], np.int8)
    return classes[main]


def life_stage(columns: Mapping[str, np.ndarray], values: Values) -> np.ndarray:
    """Return the stage of life of each household; see ``rules.life_stage``."""
    c = columns
    return _life_stages(
        c["child_age"], c["members"], c["head_age"], c["occupation"], c["employee_pensioners"], c["resident_pensioners"],
        MONTHS_A_YEAR * float(values["households.later_from"]), MONTHS_A_YEAR * float(values["households.retired_from"]),
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def _life_stages(
    child_age,
    members,
    head_age,
    occupation,
    employee_pensioners,
    resident_pensioners,
    later_from,
    retired_from,
):
    out = np.empty(head_age.size, np.int8)
    for i in range(head_age.size):
        out[i] = rules.life_stage(
            child_age[i, 0], members[i, _STUDENTS], head_age[i], occupation[i, 0] > 0 or occupation[i, 1] > 0,
            employee_pensioners[i] + resident_pensioners[i], later_from, retired_from,
        )  # fmt: skip
    return out


class Hazards(NamedTuple):
    """Numbers of the replacement hazard of each class at neutral prices, each of shape (durables,)."""

    cap: np.ndarray
    half_age: np.ndarray
    spread: np.ndarray


def replacement_hazards(values: Values) -> Hazards:
    """Return hazards under which a unit lives ``lifetime`` months on average.

    The age at which the hazard reaches half of its cap follows from that mean life: units die some time before and after.
    """
    lifetime = np.asarray(values["durables.lifetime"])
    cap = np.full(N_DURABLES, float(values["durables.hazard_cap"]))
    spread = lifetime * values["durables.lifetime_spread"]
    # the mean life rises with the half age: bisection
    low, high = -2.0 * lifetime, 2.0 * lifetime
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        short = _survival(Hazards(cap, middle, spread), lifetime).sum(axis=1) < lifetime
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return Hazards(cap, 0.5 * (low + high), spread)


def _survival(hazards: Hazards, lifetime: np.ndarray) -> np.ndarray:
    """Return the share of units that reach each age in months, up to six mean lives, shape (durables, months)."""
    ages = np.arange(int(6 * lifetime.max()))
    odds = np.exp(-(ages[None, :] - hazards.half_age[:, None]) / hazards.spread[:, None])
    hazard = hazards.cap[:, None] / (1.0 + odds)
    return np.concatenate([np.ones((len(hazard), 1)), np.cumprod(1.0 - hazard, axis=1)[:, :-1]], axis=1)


def stationary_ages(values: Values) -> np.ndarray:
    """Return quantile tables of the age of a unit in use, months, shape (durables, 256).

    Under a replacement hazard h(a) the age of units in use has density proportional to the survival
    ``S(a) = prod (1 - h)``; a run starts from it, so that nothing drifts. Cars bought used enter at the age of used cars.
    """
    survival = _survival(replacement_hazards(values), np.asarray(values["durables.lifetime"]))
    survival[Durable.CAR, : int(values["durables.used_age"])] *= 1.0 - values["durables.used_share"]
    shares = np.cumsum(survival, axis=1) / survival.sum(axis=1, keepdims=True)
    grid = np.linspace(0.5 / 256, 1.0 - 0.5 / 256, 256)
    return np.stack([np.searchsorted(row, grid) for row in shares]).astype(np.int16)


@njit(cache=True, nogil=True, error_model="numpy")
def _draw_purchases(owned, ages, slot_class, seed, first_month, out):
    points = ages.shape[1]
    for i in range(owned.shape[0]):
        for s in range(owned.shape[1]):
            if owned[i, s] < 0:
                out[i, s] = NOT_OWNED
            else:
                u = uniform(seed, i, 0, Draw.INITIAL_AGE + s)
                out[i, s] = first_month - ages[slot_class[s], int(u * points)]


def start_households(
    seed_columns: Mapping[str, np.ndarray],
    values: Values,
    fit: Fit,
    quantiles: np.ndarray,
    seed: int,
    first_month: int,
) -> HouseholdColumns:
    """Return the columns of a run at its start: copies of what changes, views of what does not.

    Liquid wealth is drawn from the stationary distribution of the household's own type, durables from the stationary
    distribution of ages, so that the baseline starts where it would settle.
    """
    n = len(seed_columns["weight"])
    agents = np.arange(n)
    residence = seed_columns["zone"] % 2
    occupation = seed_columns["occupation"]
    columns: dict[str, np.ndarray] = {
        k: (np.array(v) if k in CHANGING_SEED else v) for k, v in seed_columns.items() if k in SEED
    }
    for name, column in STATE.items():
        columns[name] = np.zeros(n if column.width == 1 else (n, column.width), column.dtype)
    columns["shock"][:] = 1.0
    columns["wage_gain"][:] = 1.0
    columns["risk"][:] = risk_class(occupation)
    columns["stage"][:] = life_stage(seed_columns, values)
    usual = usual_income(seed_columns, values)
    floor = fit.mean_income[residence] * values["households.floor_income_share"]
    columns["permanent_income"][:] = np.maximum(usual, floor)
    rates = saving_rates(values, fit)
    columns["saving_rate"][:] = rates[residence, seed_columns["quintile"], seed_columns["patience"]]
    types = [columns["risk"], seed_columns["insurance"], columns["stage"], seed_columns["patience"]]
    codes = np.array(
        [
            [
                [[rules.policy_row(r, i, s, k, N_PATIENCE) for k in range(N_PATIENCE)] for s in Stage]
                for i in range(2)
            ]
            for r in range(N_RISKS)
        ]
    )
    row = codes[tuple(types)]
    u = uniforms(seed, agents, 0, Draw.INITIAL_WEALTH)
    points = quantiles.shape[1]
    position = u * points - 0.5
    low = np.clip(position.astype(np.int64), 0, points - 2)
    part = np.clip(position - low, 0.0, 1.0)
    months = quantiles[row, low] * (1.0 - part) + quantiles[row, low + 1] * part
    rate = columns["saving_rate"]
    kept = np.where((columns["stage"] == Stage.RETIRED) & (rate > 0.0), values["income.retired_saving"], 1.0)
    spendable = np.maximum(
        (1.0 - kept * rate) * columns["permanent_income"] - seed_columns["mortgage_payment"],
        values["households.floor_income_share"] * columns["permanent_income"],
    )
    columns["liquid_wealth"][:] = months * spendable
    slot_class = np.repeat(np.arange(N_DURABLES), [d.slots for d in DURABLES])
    owned = np.asarray(seed_columns["durable_age"])
    _draw_purchases(owned, stationary_ages(values), slot_class, seed, first_month, columns["durable_bought"])
    for slot in range(DURABLES[Durable.CAR].slots):
        share = past_new_energy_share(values, columns["durable_bought"][:, slot])
        drawn = uniforms(seed, agents, 0, Draw.INITIAL_POWERTRAIN + slot) < share
        columns["car_kind"] |= (drawn.astype(np.uint8) << slot).astype(np.uint8)
    _lend_for_cars(columns, values, fit, residence, seed, first_month)
    # owners who bought in the last months wait for the key or furnish, as many as buy in as many months
    rate = np.where(seed_columns["tenure"] > 0, fit.home_rate[residence], 0.0)
    u = uniforms(seed, agents, 0, Draw.INITIAL_HOME)
    waiting = int(values["housing.delivery_months"] + values["housing.furnishing_months"])
    moved = np.flatnonzero(u < rate * waiting)
    columns["moving"][moved] = 1 + (u[moved] / rate[moved]).astype(np.int8)
    return HouseholdColumns(**columns)


def _lend_for_cars(
    columns: dict[str, np.ndarray],
    values: Values,
    fit: Fit,
    residence: np.ndarray,
    seed: int,
    first_month: int,
) -> None:
    """Let buyers of cars of the last years owe what is left of their loans, so that borrowing starts where it stays."""
    months = values["durables.loan_months"]
    slots = DURABLES[Durable.CAR].slots
    bought = columns["durable_bought"][:, :slots]
    age = first_month - np.where(bought == NOT_OWNED, np.int16(first_month - 10_000), bought).max(axis=1)
    share = min(float(np.asarray(values["durables.credit_take_up"])[Durable.CAR]), 1.0)
    u = uniforms(seed, np.arange(len(age)), 0, Draw.INITIAL_LOAN)
    owes = np.flatnonzero((age < months) & (u < share))
    price = np.asarray(values["durables.price"])[Durable.CAR] * np.array(
        [1.0, values["durables.price_rural"]]
    )
    home = residence[owes]
    relative = columns["permanent_income"][owes] / fit.mean_income[home]
    lent = (
        values["durables.financed_share"]
        * price[home]
        * relative ** values["durables.price_income_elasticity"]
    )
    columns["loan"][owes] = lent * (1.0 - age[owes] / months)
    columns["loan_payment"][owes] = lent / months


def past_new_energy_share(values: Values, bought: np.ndarray) -> np.ndarray:
    """Return the share of new-energy cars among those bought new in each of the months ``bought`` up to the start.

    Nothing before the first year of the list; 0 for an empty slot.
    """
    by_year = np.asarray(values["durables.new_energy_before"])
    year = bought.astype(np.int64) // MONTHS_A_YEAR + len(by_year)
    known = (year >= 0) & (year < len(by_year))
    return np.where(known, by_year[np.clip(year, 0, len(by_year) - 1)], 0.0)


def changed_columns() -> tuple[str, ...]:
    """Return names of columns that a run changes: what a fork copies."""
    return (*CHANGING_SEED, *STATE)
