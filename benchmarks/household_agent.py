"""The household month as a plain Mesa model: an object per household, its attributes, ordinary Python.

It is what one would write without columns and a compiler: ``Household(mesa.Agent)`` with a method per action, called by
``model.agents.do("live")``; the rules are the Python bodies of ``households/rules.py``. It computes the same economics from
the same draws as ``households/loop.py`` and keeps the same books; ``mesa_objects.py`` checks that.

Whatever would slow it down without being part of the question is avoided: parameters are Python numbers and lists rather
than numpy arrays, rows of rules are objects with slots, quantiles of the normal come from the standard library's C code, and
draws are prepared for all households at once.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any, Protocol

import mesa
import numpy as np

from jinxiao.model.conditions import MAX_RULES, Basis
from jinxiao.model.consumption import ConsumptionFunction
from jinxiao.model.households import rules
from jinxiao.model.households.accounts import N_CELLS, N_ITEMS, Item
from jinxiao.model.households.columns import NOT_OWNED
from jinxiao.model.households.loop import LEAST_NET, MOST_CUT
from jinxiao.model.names import (
    AGE_BAND_STARTS,
    DURABLES,
    GOODS,
    N_CATEGORIES,
    N_CITIES,
    N_DURABLES,
    N_GOODS,
    N_SECTORS,
    Category,
    Occupation,
    Sector,
)
from jinxiao.model.random import Draw, uniforms

wage_with_floor = rules.wage_with_floor.py_func
event = rules.event.py_func
permanent_shock = rules.permanent_shock.py_func
medical_expense = rules.medical_expense.py_func
supernumerary_ratio = rules.supernumerary_ratio.py_func
replacement_hazard = rules.replacement_hazard.py_func
price_effect = rules.price_effect.py_func
interest_saved = rules.interest_saved.py_func
committed_saving = rules.committed_saving.py_func
subsidy_amount = rules.subsidy_amount.py_func
trip_probability = rules.trip_probability.py_func
redeem_coupon = rules.redeem_coupon.py_func
normal_quantile = NormalDist().inv_cdf

# plain numbers: looking up a member of an enumeration costs more than the addition it serves
ITEM = SimpleNamespace(**{item.name: int(item) for item in Item})
BASIS = SimpleNamespace(**{basis.name: int(basis) for basis in Basis})
FORMAL, FLEXIBLE = int(Occupation.FORMAL), int(Occupation.FLEXIBLE)
SELF_EMPLOYED, FARMER = int(Occupation.SELF_EMPLOYED), int(Occupation.FARMER)
HEALTH_CARE, RESIDENT_SERVICES = int(Sector.HEALTH_CARE), int(Sector.RESIDENT_SERVICES)
HEALTH, HOUSING = int(Category.HEALTH), int(Category.HOUSING)
TICKETS = 3
WEEKEND = 2.0
BAND_STARTS = (0, 36, 72, 180, 216)
HEAD_BANDS = [12 * years for years in AGE_BAND_STARTS[1:]]
GOOD_CATEGORY = [int(g.category) for g in GOODS]
GOOD_SECTOR = [int(g.sector) for g in GOODS]
GOOD_RETAIL = [float(g.retail) for g in GOODS]
GOOD_SERVICE = [float(g.service) for g in GOODS]
GOOD_NEED = [{"education": 1, "health": 2}.get(g.key, 0) for g in GOODS]
DURABLE_CATEGORY = [int(d.category) for d in DURABLES]
DURABLE_SECTOR = [int(d.sector) for d in DURABLES]
SLOTS: list[range] = []
for _durable in DURABLES:
    _first = SLOTS[-1].stop if SLOTS else 0
    SLOTS.append(range(_first, _first + _durable.slots))
TRIP_CATEGORY = [4, 7, 0, 5, 0]
TRIP_SECTOR = [
    int(s)
    for s in (
        Sector.TRANSPORT,
        Sector.ACCOMMODATION,
        Sector.CATERING,
        Sector.CULTURE_RECREATION,
        Sector.OTHER_RETAIL,
    )
]
TRIP_RETAIL = [0.0, 0.0, 1.0, 0.0, 1.0]
TRIP_SERVICE = [1.0, 1.0, 1.0, 1.0, 0.0]

PURPOSES = [
    *range(Draw.BASKET + 4),
    Draw.SECTOR_OF_JOB, Draw.SECTOR_OF_JOB_2, Draw.MEDICAL_SIZE, *range(Draw.DURABLE_MODEL, Draw.DURABLE_MODEL + N_DURABLES),
]  # fmt: skip
AT = {int(purpose): k for k, purpose in enumerate(PURPOSES)}
(
    PERMANENT_SHOCK, SEPARATION, MEDICAL, FINDING, TRAINING, BIRTH, DURABLE, POWERTRAIN, DAY, GRADE, CREDIT, TRIP,
    DESTINATION, TRIP_LENGTH, TRIP_SPENDING, BASKET, SECTOR_OF_JOB, MEDICAL_SIZE, DURABLE_MODEL,
) = (
    AT[d] for d in (
        Draw.PERMANENT_SHOCK, Draw.SEPARATION_1, Draw.MEDICAL, Draw.FINDING_1, Draw.TRAINING, Draw.BIRTH, Draw.DURABLE,
        Draw.POWERTRAIN, Draw.DAY, Draw.GRADE, Draw.POWERTRAIN + 3, Draw.TRIP, Draw.DESTINATION, Draw.TRIP_LENGTH,
        Draw.TRIP_SPENDING, Draw.BASKET, Draw.SECTOR_OF_JOB, Draw.MEDICAL_SIZE, Draw.DURABLE_MODEL,
    )
)  # fmt: skip


class Row:
    """One row of a table of policy rules as an object."""

    __slots__ = ("__dict__",)

    def __init__(self, row: np.void) -> None:
        self.__dict__.update({name: row[name].item() for name in row.dtype.names})


def plain(record: Any) -> SimpleNamespace:
    """Return a named tuple of arrays as an object of Python numbers, lists and rows."""
    values = {}
    for name, value in record._asdict().items():
        if isinstance(value, np.ndarray):
            values[name] = [Row(r) for r in value] if value.dtype.names else value.tolist()
        else:
            values[name] = value.item() if isinstance(value, np.generic) else value
    return SimpleNamespace(**values)


class Policy(Protocol):
    """The consumption function of one type."""

    lowest: float
    """Least cash on hand, months of spendable income."""

    def __call__(self, cash: float) -> float:
        """Return consumption at cash on hand, both in months of spendable income."""


class SolvedPolicy:
    """The consumption function of one type in plain Python: linear between the solver's nodes."""

    def __init__(self, function: ConsumptionFunction) -> None:
        self.m, self.c = function.m.tolist(), function.c.tolist()
        self.lowest, self.tail = function.lowest_cash, function.asymptotic_mpc
        self.last = len(self.m) - 1

    def __call__(self, cash: float) -> float:
        """Return consumption at cash on hand, both in months of spendable income."""
        m, c = self.m, self.c
        cash = max(cash, self.lowest)
        j = bisect_right(m, cash) - 1
        if j >= self.last:
            return c[-1] + self.tail * (cash - m[-1])
        return c[j] + (cash - m[j]) / (m[j + 1] - m[j]) * (c[j + 1] - c[j])


class Households(mesa.Model):
    """Households as Mesa agents.

    Parameters
    ----------
    columns : HouseholdColumns
        Their state at the start.
    parameters : HouseholdParameters
    ids : sequence of int
        Rows of the columns to make agents of; also keys of their draws.
    """

    def __init__(self, columns: Any, parameters: Any, ids: Sequence[int]) -> None:
        super().__init__(rng=1)
        self.p = plain(parameters)
        self.ids = np.asarray(ids)
        chosen = {name: values[self.ids].tolist() for name, values in columns._asdict().items()}
        for k, i in enumerate(ids):
            Household(self, int(i), {name: values[k] for name, values in chosen.items()})
        self.households = list(self.agents)

    def open_month(self, month: Any, policies: Sequence[Policy]) -> None:
        """Prepare what is not the households' doing: the month's numbers, empty books and all draws (not timed)."""
        self.m = m = plain(month)
        self.durable_rules = [[r for r in m.durable_rules if r.durable == k] for k in range(N_DURABLES)]
        self.policies = policies
        self.accounts = [[0.0] * N_ITEMS for _ in range(N_CELLS)]
        self.demand = [[0.0] * N_SECTORS for _ in range(N_CITIES)]
        self.labour = [[[0.0] * 4 for _ in range(N_SECTORS)] for _ in range(N_CITIES)]
        self.cost = [[0.0] * N_CITIES for _ in range(MAX_RULES)]
        self.gross = [0.0] * MAX_RULES
        self.trips = [[0.0] * 2 for _ in range(N_CITIES + 1)]
        draws = np.stack([uniforms(m.seed, self.ids, m.t, purpose) for purpose in PURPOSES], axis=1).tolist()
        coupons = {r.rule: uniforms(m.seed, self.ids, m.t, m.luck[r.rule]).tolist() for r in m.coupons}
        fixed = {r.rule for r in m.transfers} | ({m.loan_rule} if m.loan_rule >= 0 else set())
        take_up = {rule: uniforms(m.seed, self.ids, 0, m.luck[rule]).tolist() for rule in fixed}
        for k, household in enumerate(self.households):
            household.draws = draws[k]
            household.coupon_draws = {rule: u[k] for rule, u in coupons.items()}
            household.take_up = {rule: u[k] for rule, u in take_up.items()}


class Household(mesa.Agent):
    """One household; attributes are the columns of ``households/columns.py``."""

    def __init__(self, model: Households, row: int, attributes: dict[str, Any]) -> None:
        super().__init__(model)
        self.row = row
        self.__dict__.update(attributes)
        self.city, self.residence = self.zone // 2, self.zone % 2
        self.cell = (self.zone * 5 + self.quintile) * 4 + bisect_right(HEAD_BANDS, self.head_age)
        self.policy_row = (self.risk * 2 + self.insurance) * 5 + self.patience

    def live(self) -> None:
        """Live one month."""
        self.account = self.model.accounts[self.cell]
        self.grow_older()
        self.work()
        self.receive_transfers()
        self.meet_commitments()
        self.replace_durables()
        self.see_doctor()
        self.travel()
        self.choose_consumption()
        self.use_coupons()
        self.close_month()

    def grow_older(self) -> None:
        """Let children grow and be born; weigh the needs of those who live here."""
        p, members, children = self.model.p, self.members, self.child_age
        for c in range(2):
            if children[c] >= 0:
                age = children[c] + 1
                for b in range(4):
                    if age == BAND_STARTS[b + 1]:
                        members[b] -= 1
                        members[b + 1 if b < 3 else 5] += 1
                children[c] = -1 if age >= BAND_STARTS[4] else age
        if children[0] < 0 <= children[1]:
            children[0], children[1] = children[1], -1
        self.births = 0.0
        if (
            self.head_age < p.fertile_until
            and members[5] >= 2
            and children[1] < 0
            and self.draws[BIRTH] < p.birth_probability[self.residence]
        ):
            self.births = 1.0
            members[0] += 1
            children[0], children[1] = 0, children[0]
            self.account[ITEM.BIRTHS] += self.weight
        self.persons = float(sum(members))
        mean = p.need_mean[self.residence]
        self.need = [
            sum(count * weight for count, weight in zip(members, weights, strict=True)) / mean[k]
            for k, weights in enumerate(p.need_weights)
        ]

    def work(self) -> None:
        """Keep, lose or find jobs; earn wages, takings and what comes in without work."""
        p, m, w, account, draws = self.model.p, self.model.m, self.weight, self.account, self.draws
        city, residence, zone = self.city, self.residence, self.zone
        labour = self.model.labour[city]
        shock = self.shock = self.shock * permanent_shock(draws[PERMANENT_SHOCK], p.psi_sigma)
        self.trained = 0.0
        if self.trained_for > 0:
            self.trained_for -= 1
        if draws[TRAINING] < m.training[zone] and FORMAL <= self.occupation[0] <= FLEXIBLE:
            self.trained = 1.0
            self.wage_gain *= 1.0 + m.training_wage_gain
            self.trained_for = p.training_months
        wages = usual_wages = benefit = takings = business = 0.0
        own_sector = -1
        for e, occupation in enumerate(self.occupation):
            if occupation == 0:
                continue
            sector = self.sector[e]
            if occupation == SELF_EMPLOYED:
                own_sector = sector
                labour[sector][0] += w
                account[ITEM.EMPLOYED] += w
                continue
            if occupation == FARMER:
                labour[sector][0] += w
                account[ITEM.EMPLOYED] += w
                continue
            if self.employed[e]:
                if (
                    draws[SEPARATION + e]
                    < m.separation[city][sector] * m.zone_risk[zone] * p.benefit_coverage[1][occupation]
                ):
                    self.employed[e] = 0
            else:
                finding = m.finding[city] * (1.0 + (m.training_finding_gain if self.trained_for > 0 else 0.0))
                if draws[FINDING + e] < finding:
                    self.employed[e] = 1
                    cdf, u = m.vacancy_cdf[city], draws[SECTOR_OF_JOB + e]
                    sector = 0
                    while sector < len(cdf) - 1 and u > cdf[sector]:
                        sector += 1
                    self.sector[e] = sector
            wage = base = self.wage[e] * shock * self.wage_gain * m.wage_index[city][sector]
            floor = m.floor[zone]
            if floor > 0.0 and base < floor * (1.0 + p.floor_spillover):
                before = p.floor_at_start[zone] * m.growth
                raised = wage_with_floor(base, floor, p.floor_spillover) - wage_with_floor(
                    base, before, p.floor_spillover
                )
                wage = max(base, base + raised)
            usual_wages += wage
            if self.employed[e]:
                wages += wage
                labour[sector][0] += w
                labour[sector][1] += w * wage
                account[ITEM.EMPLOYED] += w
            else:
                benefit += p.benefit_coverage[0][occupation] * (p.replacement_rate + m.benefit_change) * wage
                labour[sector][3] += w
                account[ITEM.UNEMPLOYED] += w
        if self.self_employment > 0.0:
            s = own_sector if own_sector >= 0 else RESIDENT_SERVICES
            takings = self.self_employment * shock * m.self_index[city][s]
            business = takings * (1.0 + m.owner_support[city][s])
            labour[s][2] += w * business
        farm = self.farm * m.farm_index * m.growth
        property_income = self.property * m.growth
        self.imputed_income = property_income * p.imputed_income_share[residence]
        property_cash = property_income - self.imputed_income
        self.pensions = self.pension * m.growth
        transfers = self.transfers * m.growth
        deductions = self.deduction_rate * wages
        self.usual = (
            usual_wages
            + takings
            + farm
            + property_cash
            + self.pensions
            + transfers
            - self.deduction_rate * usual_wages
        )
        self.cash_income = (
            wages + business + farm + property_cash + self.pensions + transfers + benefit - deductions
        )
        account[ITEM.WAGES] += w * wages
        account[ITEM.BUSINESS] += w * business
        account[ITEM.FARM] += w * farm
        account[ITEM.PROPERTY] += w * property_cash
        account[ITEM.IMPUTED_INCOME] += w * self.imputed_income
        account[ITEM.PENSIONS] += w * self.pensions
        account[ITEM.OTHER_TRANSFERS] += w * transfers
        account[ITEM.UNEMPLOYMENT_BENEFIT] += w * benefit
        account[ITEM.DEDUCTIONS] += w * deductions

    def units_of(self, rule: Row) -> float:
        """Return how many units of a transfer's basis there are in this household."""
        basis = rule.basis
        if basis == BASIS.CHILD:
            return float(sum(1 for age in self.child_age if age >= 0 and rule.age_min <= age < rule.age_max))
        if basis == BASIS.BIRTH:
            return self.births
        if basis == BASIS.RESIDENT_PENSIONER:
            return float(self.resident_pensioners)
        if basis == BASIS.EMPLOYEE_PENSIONER:
            return float(self.employee_pensioners)
        if basis == BASIS.HOUSEHOLD:
            return 1.0
        if basis == BASIS.RESIDENT_INSURED:
            return float(self.resident_insured)
        if basis == BASIS.STUDENT:
            return float(self.members[4])
        if basis == BASIS.TRAINED:
            return self.trained
        if basis == BASIS.FARMER:
            return float(self.occupation.count(FARMER))
        wanted = 1 if basis == BASIS.EMPLOYED else 0
        earners = zip(self.occupation, self.employed, strict=True)
        return float(
            sum(1 for o, at_work in earners if o and (rule.occupations >> o) & 1 and at_work == wanted)
        )

    def receive_transfers(self) -> None:
        """Receive what policy pays; what lasts enters permanent income."""
        model, p, w = self.model, self.model.p, self.weight
        self.policy = self.policy_usual = self.labelled = 0.0
        self.label_category = -1
        for r in model.m.transfers:
            if not (r.zones >> self.zone) & 1 or self.quintile > r.max_quintile:
                continue
            units = self.units_of(r)
            if units <= 0.0 or (r.take_up < 1.0 and self.take_up[r.rule] >= r.take_up):
                continue
            own = 0.0
            if r.basis == BASIS.EMPLOYEE_PENSIONER:
                others = self.resident_pensioners * p.resident_pension * model.m.growth
                own = max(self.pensions - others, 0.0) / max(self.employee_pensioners, 1)
            paid = units * (r.amount + r.share * own)
            self.policy += paid
            self.policy_usual += units * (r.permanent + r.permanent_share * own)
            if r.label_category >= 0 and paid > 0.0:
                self.labelled += r.label_share * paid
                self.label_category = r.label_category
            model.cost[r.rule][self.city] += w * paid
            model.gross[r.rule] += w * paid
        self.cash_income += self.policy
        self.permanent_income = max(
            self.usual + self.policy_usual, p.mean_income[self.residence] * p.floor_income_share
        )
        self.account[ITEM.POLICY_TRANSFERS] += w * self.policy

    def meet_commitments(self) -> None:
        """Earn interest, put savings aside, pay loan and mortgage; what is left is available."""
        model, p, m, w, account = self.model, self.model.p, self.model.m, self.weight, self.account
        wealth, permanent = self.liquid_wealth, self.permanent_income
        self.interest = wealth * (p.liquid_rate if wealth >= 0.0 else p.borrowing_rate)
        self.subsidised_credit = m.loan_rate_cut > 0.0 and self.take_up[m.loan_rule] < m.loan_eligible
        subsidy = loan_interest = self.loan_repaid = mortgage_interest = self.mortgage_paid = 0.0
        if wealth < 0.0 and self.subsidised_credit:
            subsidy -= wealth * m.loan_rate_cut / 12.0
        if self.loan > 0.0:
            loan_interest = self.loan * p.loan_rate
            if self.subsidised_credit:
                subsidy += self.loan * m.loan_rate_cut / 12.0
            self.loan_repaid = min(self.loan, self.loan_payment)
        if self.mortgage > 0.0:
            mortgage_interest = self.mortgage * p.mortgage_rate
            self.mortgage_paid = min(self.mortgage, max(0.0, self.mortgage_payment - mortgage_interest))
        if m.loan_rule >= 0 and subsidy > 0.0:
            model.cost[m.loan_rule][self.city] += w * subsidy
            model.gross[m.loan_rule] += w * (self.loan + max(-wealth, 0.0)) / 12.0
        due = mortgage_interest + self.mortgage_paid + self.loan_repaid + loan_interest
        self.spendable = max((1.0 - self.saving_rate) * permanent - due, p.floor_income_share * permanent)
        regular = self.cash_income - self.policy + self.policy_usual
        self.committed = committed_saving(
            self.saving_rate * permanent, regular / permanent, wealth + regular - due - self.spendable
        )
        self.available = wealth + self.interest + subsidy + self.cash_income - self.committed - due
        account[ITEM.LIQUID_INTEREST] += w * self.interest
        account[ITEM.MORTGAGE_INTEREST] += w * mortgage_interest
        account[ITEM.LOAN_INTEREST] += w * (loan_interest - subsidy)
        account[ITEM.LOAN_REPAID] += w * (self.loan_repaid + self.mortgage_paid)

    def best_subsidy(self, k: int, price: float, new_energy: int, oldest: int) -> tuple[float, Row | None]:
        """Return the largest subsidy open to a purchase of class ``k``, and its rule."""
        best, chosen = 0.0, None
        for r in self.model.durable_rules[k]:
            if not (r.zones >> self.zone) & 1 or (r.powertrain >= 0 and r.powertrain != new_energy):
                continue
            if r.min_old_age >= 0 and (oldest < 0 or oldest < r.min_old_age):
                continue
            if r.pool >= 0 and self.draws[DAY] >= self.model.m.pool_open[r.pool]:
                continue
            if self.draws[GRADE] >= r.eligible_share * r.take_up:
                continue
            amount = subsidy_amount(price, r.rate, r.flat, r.cap, r.price_ceiling)
            if amount > best:
                best, chosen = amount, r
        return best, chosen

    def replace_durables(self) -> None:
        """Replace a unit of a class or fill an empty place, out of cash, savings or a loan."""
        p, draws = self.model.p, self.draws
        self.by_category = [0.0] * N_CATEGORIES
        self.durable_outlay = self.subsidies = self.loan_new = self.withdrawn = self.lumps = 0.0
        self.relative = self.permanent_income / p.mean_income[self.residence]
        for k in range(N_DURABLES):
            if draws[DURABLE + k] < len(SLOTS[k]) * p.hazard_cap[k] + p.hazard_cap[N_DURABLES + k]:
                self.consider_durable(k, draws[DURABLE + k])
        if self.loan_new > 0.0:
            self.loan_payment = self.loan_new / p.loan_months
        self.had_loan = self.loan > 0.0
        self.loan = self.loan - self.loan_repaid + self.loan_new

    def consider_durable(self, k: int, u: float) -> None:
        """Buy a unit of class ``k`` this month, or not."""
        model, p, m, w, residence = self.model, self.model.p, self.model.m, self.weight, self.residence
        oldest = free = -1
        units = 0
        for s in SLOTS[k]:
            bought = self.durable_bought[s]
            if bought == NOT_OWNED:
                free = s
            else:
                units += 1
                oldest = max(oldest, m.t - bought)
        bound = p.hazard_cap[N_DURABLES + k] if free >= 0 else 0.0
        if oldest >= 0:
            highest = m.hazard_bound[k]
            bound += units * highest[min(oldest, len(highest) - 1)]
        if u >= bound:
            return
        z = normal_quantile(self.draws[DURABLE_MODEL + k])
        sector = DURABLE_SECTOR[k]
        price = (
            p.durable_price[k][residence] * self.relative**p.price_income_elasticity
            * math.exp(p.price_sigma * z - 0.5 * p.price_sigma * p.price_sigma) * m.price[self.city][sector]
        )  # fmt: skip
        new_energy = 1 if k == 0 and self.draws[POWERTRAIN] < m.new_energy_share else 0
        amount, rule = self.best_subsidy(k, price, new_energy, oldest)
        amount = min(amount, (1.0 - LEAST_NET) * price)
        full = price + (1.0 - p.pass_through[k]) * amount
        net = later = full - amount
        if rule is not None and 0 < rule.months_left <= p.announcement_months:
            later = net + (price - net) / rule.months_left
        credit = (
            p.credit_take_up[k] * interest_saved(m.loan_rate_cut, p.loan_months)
            if self.subsidised_credit
            else 0.0
        )
        effect = price_effect(
            price,
            net * (1.0 - credit),
            p.durable_elasticity[k],
            later * (1.0 - credit),
            p.intertemporal_elasticity,
        )
        buys, chance = -1, 0.0
        for s in SLOTS[k]:
            if self.durable_bought[s] == NOT_OWNED:
                continue
            age = m.t - self.durable_bought[s]
            chance += replacement_hazard(p.hazard_cap[k], age, p.half_age[k], p.age_spread[k], effect)
            if u < chance:
                buys = s
                break
        if buys < 0 <= free:
            adds = p.add_rate[k][residence] * self.relative ** p.add_income_elasticity[k] * math.exp(effect)
            if u < chance + min(adds, p.hazard_cap[N_DURABLES + k]):
                buys = free
        if buys < 0:
            return
        room = max(self.available - p.reserve_months * self.spendable, 0.0)
        savings = p.savings_share * (self.term_deposits - self.withdrawn)
        lend = 0.0
        if room + savings < net:
            if p.credit_take_up[k] <= 0.0 or room + savings < p.down_payment[k] * net or self.loan > 0.0:
                return
            lend = net - room - savings
        if self.loan <= 0.0 and event(self.draws[CREDIT], p.credit_take_up[k]):
            lend = max(lend, p.financed_share * net)
        from_savings = min(max(net - lend - room, 0.0), savings)
        self.withdrawn += from_savings
        self.durable_bought[buys] = m.t
        self.durable_outlay += full
        self.subsidies += amount
        self.loan_new += lend
        self.available += lend + from_savings - net
        self.lumps += net - lend - from_savings
        self.by_category[DURABLE_CATEGORY[k]] += full
        model.demand[self.city][sector] += w * full
        self.account[ITEM.DURABLE_UNITS + k] += w
        if k == 0:
            self.account[ITEM.VEHICLES] += w * full
        if rule is not None:
            model.cost[rule.rule][self.city] += w * amount
            model.gross[rule.rule] += w * full

    def see_doctor(self) -> None:
        """Fall ill or not, and pay the share that insurance leaves."""
        p, m, w = self.model.p, self.model.m, self.weight
        self.medical = 0.0
        if not event(self.draws[MEDICAL], p.medical_probability[self.residence] * self.need[2]):
            return
        z = normal_quantile(self.draws[MEDICAL_SIZE])
        expense = medical_expense(z, p.medical_mean[self.residence] * m.growth, p.medical_sigma)
        own_share = max(0.0, p.uninsured_share[self.insurance] + m.uninsured_change[self.insurance])
        change = own_share - p.uninsured_share[self.insurance]
        self.medical = min(
            own_share * expense, max(0.0, self.available - p.floor_income_share * self.spendable)
        )
        self.available -= self.medical
        if change != 0.0:
            self.account[ITEM.EXTRA_COVER] -= w * change * expense
            self.model.demand[self.city][HEALTH_CARE] -= w * change * expense

    def travel(self) -> None:
        """Take a trip or stay at home."""
        p, m, residence = self.model.p, self.model.m, self.residence
        self.trip_cost = 0.0
        block_days, free_days = m.block_days[self.city], m.free_days
        for e in range(2):
            if self.occupation[e] == FORMAL and self.takes_leave[e] < m.leave_take_up:
                free_days += self.leave_days[e] / 12.0
                block_days += m.leave_bridging * self.leave_days[e] * m.holiday_share
                break
        school_break = m.school_break[self.city]
        if school_break > 0.0 and max(self.child_age) >= BAND_STARTS[2]:
            block_days = max(block_days, WEEKEND + school_break)
            free_days += school_break
        per_head = self.permanent_income / max(self.persons, 1.0) / (p.mean_income[2] * m.growth)
        chance = trip_probability(
            m.trip_logsum[self.city], p.trip_constant[residence], block_days, p.block_weight, free_days, p.free_weight,
            math.log(per_head), p.trip_income_weight,
        )  # fmt: skip
        if self.draws[TRIP] < chance:
            self.go_on_trip(block_days, per_head)

    def go_on_trip(self, block_days: float, per_head: float) -> None:
        """Choose where to go, for how long, and pay for it if cash allows."""
        model, p, m, w, account = self.model, self.model.p, self.model.m, self.weight, self.account
        cdf = m.destination_cdf[self.city]
        inside = cdf[N_CITIES - 1]
        target = self.draws[DESTINATION] * (
            inside + (1.0 - inside) * math.exp(p.outside_block_weight * block_days)
        )
        d = 0
        while d < N_CITIES and target > cdf[d]:
            d += 1
        outside = 1 if d >= N_CITIES else 0
        nights = min(-math.log(self.draws[TRIP_LENGTH]) * p.trip_nights[outside], block_days)
        party = self.persons
        if block_days < p.family_trip_days:
            party = min(party, 1.0 + p.trip_nights[2] * (party - 1.0))
        z = normal_quantile(self.draws[TRIP_SPENDING])
        basis = (
            party * (1.0 + nights) * p.daily_spending[outside][self.residence] * m.growth
            * per_head**p.spending_income_elasticity
            * math.exp(p.spending_sigma * z - 0.5 * p.spending_sigma * p.spending_sigma)
        )  # fmt: skip
        waived = 0.0 if outside else basis * p.trip_components[TICKETS] * (1.0 - m.ticket_factor[d])
        if basis - waived > p.trip_cash_share * max(self.available, 0.0):
            return
        self.trip_cost = basis - waived
        for c in range(5):
            part = basis * p.trip_components[c] - (waived if c == TICKETS else 0.0)
            self.by_category[TRIP_CATEGORY[c]] += part
            if not outside:
                model.demand[d][TRIP_SECTOR[c]] += w * part
                account[ITEM.RETAIL] += w * part * TRIP_RETAIL[c]
            account[ITEM.SERVICES] += w * part * TRIP_SERVICE[c]
        if waived > 0.0 and m.ticket_rule >= 0:
            model.cost[m.ticket_rule][d] += w * waived
            model.gross[m.ticket_rule] += w * basis * (1.0 - m.ticket_factor[d])
        model.trips[d][0] += w * party
        model.trips[d][1] += w * self.trip_cost
        account[ITEM.TRIPS_OUTSIDE if outside else ITEM.TRIPS_INSIDE] += w * self.trip_cost
        account[ITEM.TRIP_PERSONS_OUTSIDE if outside else ITEM.TRIP_PERSONS_INSIDE] += w * party

    def choose_consumption(self) -> None:
        """Decide how much to spend out of cash on hand, and on which of the thirteen goods."""
        p, m, growth = self.model.p, self.model.m, self.model.m.growth
        self.labelled = min(self.labelled, max(self.available, 0.0))
        policy = self.model.policies[self.policy_row]
        short = policy.lowest * self.spendable - (self.available - self.labelled)
        if short > 0.0:
            tapped = min(short, max(self.term_deposits - self.withdrawn, 0.0))
            relief = short - tapped
            self.withdrawn += tapped
            self.available += short
            self.account[ITEM.OTHER_TRANSFERS] += self.weight * relief
            self.account[ITEM.RELIEF] += self.weight * relief
        planned = policy((self.available - self.labelled) / self.spendable) * self.spendable
        normal = planned * (1.0 - p.lump_share[self.residence])
        at_most = p.trip_cash_share * normal
        trip_home = min(p.trip_displacement * self.trip_cost, at_most)
        pantry = min(self.stored / p.pull_forward_months, at_most)
        home = max(normal - trip_home - pantry, 0.0)
        self.stored -= pantry
        self.account[ITEM.PLANNED] += self.weight * planned
        self.account[ITEM.LUMPS] += self.weight * (self.lumps + self.trip_cost - trip_home)
        need, price = self.need, m.price[self.city]
        subsistence, marginal = p.subsistence[self.residence], p.marginal_share[self.residence]
        needs = [subsistence[g] * growth * need[GOOD_NEED[g]] * price[GOOD_SECTOR[g]] for g in range(N_GOODS)]
        scale, self.above = supernumerary_ratio(home, sum(needs))
        above = self.above
        self.spend = [needed * scale + share * above for needed, share in zip(needs, marginal, strict=True)]
        if self.label_category >= 0:
            self.spend[GOOD_CATEGORY.index(self.label_category)] += self.labelled

    def use_coupons(self) -> None:
        """Redeem the coupons claimed this month."""
        p, m = self.model.p, self.model.m
        self.discount = 0.0
        for r, chance in zip(m.coupons, m.claim_probability, strict=True):
            if not (r.zones >> self.zone) & 1 or r.goods == 0 or self.coupon_draws[r.rule] >= chance:
                continue
            if r.digital_only and self.digital > p.digital_share[self.residence]:
                continue
            self.redeem(r)

    def redeem(self, r: Row) -> None:
        """Take the coupons of one wave to the shops."""
        model, p, w, account, spend = self.model, self.model.p, self.weight, self.account, self.spend
        marginal = p.marginal_share[self.residence]
        z = normal_quantile(self.draws[BASKET])
        relative_size = math.exp(p.basket_sigma * z - 0.5 * p.basket_sigma * p.basket_sigma)
        held = r.per_holder
        for g in range(N_GOODS):
            if held <= 0.0 or not (r.goods >> g) & 1 or spend[g] <= 0.0:
                continue
            number = max(1.0, p.baskets[g])
            used = min(held, number)
            size = spend[g] / number * relative_size
            redeemed, gap = redeem_coupon(size, r.threshold, r.discount, p.salience, p.waste)
            if not redeemed:
                continue
            held -= used
            off = used * min(r.discount, size + gap)
            stretch = used * gap if gap > 0.0 else p.labelling * off
            now = p.displaced_now * stretch
            forward = p.storability[g] * (stretch - now)
            spend[g] += stretch
            taken = 0.0
            if self.above > 0.0:
                for other in range(N_GOODS):
                    if other != g:
                        cut = min(now * marginal[other], MOST_CUT * spend[other])
                        spend[other] -= cut
                        taken += cut
            self.stored += forward
            self.discount += off
            account[ITEM.COUPON_EXTRA] += w * stretch
            account[ITEM.COUPON_DISPLACED_NOW] += w * taken
            account[ITEM.COUPON_PULLED_FORWARD] += w * forward
            model.cost[r.rule][self.city] += w * off
            model.gross[r.rule] += w * used * max(size, r.threshold)

    def close_month(self) -> None:
        """Pay, book, and carry wealth and debts into the next month."""
        p, m, w, account, spend, by_category = (
            self.model.p,
            self.model.m,
            self.weight,
            self.account,
            self.spend,
            self.by_category,
        )
        demand = self.model.demand[self.city]
        imputed = self.home_value * p.rent_yield[self.residence] * m.growth if self.tenure > 0 else 0.0
        retail, services = self.durable_outlay, self.medical + imputed
        for g in range(N_GOODS):
            amount = spend[g]
            by_category[GOOD_CATEGORY[g]] += amount
            demand[GOOD_SECTOR[g]] += w * amount
            retail += amount * GOOD_RETAIL[g]
            services += amount * GOOD_SERVICE[g]
        demand[HEALTH_CARE] += w * self.medical
        by_category[HEALTH] += self.medical
        by_category[HOUSING] += imputed
        self.liquid_wealth = end = self.available + self.discount - self.trip_cost - sum(spend)
        self.term_deposits += self.committed - self.withdrawn
        self.mortgage -= self.mortgage_paid
        self.consumption = sum(by_category)
        self.income = self.cash_income + self.interest + self.imputed_income
        for k in range(N_CATEGORIES):
            account[k] += w * by_category[k]
        account[ITEM.RETAIL] += w * retail
        account[ITEM.SERVICES] += w * services
        account[ITEM.IMPUTED_RENT] += w * imputed
        account[ITEM.DURABLES] += w * self.durable_outlay
        account[ITEM.SUBSIDIES] += w * self.subsidies
        account[ITEM.COUPONS] += w * self.discount
        account[ITEM.COMMITTED] += w * (self.committed - self.withdrawn)
        account[ITEM.LOAN_NEW] += w * self.loan_new
        account[ITEM.LIQUID_WEALTH] += w * end
        account[ITEM.LOANS] += w * self.loan
        account[ITEM.TERM_DEPOSITS] += w * self.term_deposits
        account[ITEM.MORTGAGES] += w * self.mortgage
        account[ITEM.HOUSEHOLDS] += w
        account[ITEM.PERSONS] += w * self.persons
        if end < p.hand_to_mouth_months * self.permanent_income:
            account[ITEM.HAND_TO_MOUTH] += w
