"""The simulated panel of a trial: one economy forked with and without the treatment, diaries collected month by month."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from jinxiao.experiments.trials.assignment import OUTSIDE, Assigned, assign, chance
from jinxiao.experiments.trials.expressions import BLOCKS, DERIVED, GOOD_GROUPS, NOW, TOTALS, Expression
from jinxiao.experiments.trials.firm_panel import firm_attributes, firm_outcomes
from jinxiao.experiments.trials.trial_file import PLAN, Change, Dose, Trial
from jinxiao.model.conditions import Conditions, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.households.diary import Entry
from jinxiao.model.ledger import Account
from jinxiao.model.names import DURABLES, N_DURABLES, MemberBand, Occupation
from jinxiao.model.state import household_money
from jinxiao.scenarios.levers import CreditLine, Draft, PromptPayment, When
from jinxiao.scenarios.plan import load_plan
from jinxiao.scenarios.scenario import account

NOT_OWNED = 32767
MONTHS_A_YEAR = 12.0
_FIRST_SLOT = np.concatenate([[0], np.cumsum([d.slots for d in DURABLES])])


@dataclass(frozen=True)
class Panel:
    """What estimators read.

    Attributes
    ----------
    outcomes : mapping of str to ndarray, shape (months, households)
        By the text of the expression, of the run with the treatment.
    untreated : mapping of str to ndarray, shape (months, households)
        The same without it; empty where no such run was asked for.
    attributes : mapping of str to ndarray, shape (households,)
        When the window opened.
    weight, arm, cohort : ndarray, shape (households,)
        Of the households in the trial.
    entry : tuple of int
        Month of entry by cohort, relative to the start.
    before : int
        Months before the start: row `before` is month 0.
    """

    outcomes: Mapping[str, np.ndarray]
    untreated: Mapping[str, np.ndarray]
    attributes: Mapping[str, np.ndarray]
    weight: np.ndarray
    arm: np.ndarray
    cohort: np.ndarray
    entry: tuple[int, ...]
    before: int


# ---------------------------------------------------------------------------------- policies


def wage_floor() -> np.ndarray:
    """Return the minimum wage of January 2024 by zone, which every trial has in force."""
    policy = load_plan(PLAN).scenario(reference="without").policy(1)
    return policy.months[0].wage_floor


def neutral_policy(floor: np.ndarray, months: int) -> Policy:
    """Return no policy but the minimum wage of the start."""
    return Policy("untreated", tuple(Conditions(m, wage_floor=floor.copy()) for m in range(months)), ())


def treatment_policy(trial: Trial, assigned: Assigned, floor: np.ndarray) -> Policy:
    """Return the Conditions of each month under the treatment, rows kept to the arm by its bits."""
    doses = trial.treatment
    with_rules = [key for key, dose in doses.items() if dose.lever.takes_rule]
    rules = {key: number for number, key in enumerate(with_rules)}
    pools = {key: number for number, key in enumerate(k for k in doses if k not in rules)}
    months = tuple(_conditions(trial, assigned, floor, month, rules, pools) for month in range(trial.closes))
    accounts = tuple(account(rules[key], 0, f"{trial.id}.{key}", doses[key].lever) for key in with_rules)
    return Policy(trial.id, months, accounts)


def _conditions(
    trial: Trial,
    assigned: Assigned,
    floor: np.ndarray,
    month: int,
    rules: dict[str, int],
    pools: dict[str, int],
) -> Conditions:
    draft = Draft(Conditions(month, wage_floor=floor.copy()), pools)
    masks: dict[int, int] = {}
    for key, dose in trial.treatment.items():
        mask = _mask(dose, assigned, month - trial.start)
        if mask is None or not dose.lever.runs(month):
            continue
        number = rules.get(key, pools.get(key, 0))
        if key in rules:
            masks[number] = mask
        lever = dose.lever
        if isinstance(lever, CreditLine | PromptPayment):  # it has no rows: the bits are its own
            lever = lever.model_copy(update={"groups": mask})
        lever.write(draft, When.at(month), number)
    conditions = draft.finish()
    for rows in (conditions.transfers, conditions.durable_rules, conditions.coupons):
        rows["groups"] = [masks[rule] for rule in rows["rule"]]
    return conditions


def _mask(dose: Dose, assigned: Assigned, month: int) -> int | None:
    """Return the bits that a lever reaches, 0 for everyone; none where nobody of the arm has entered yet."""
    if dose.reaches == "everyone":
        return 0
    # before the start the arm knows what is announced to it
    return assigned.mask(max(month, 0)) or None


# ---------------------------------------------------------------------------------- what is read


def attributes(economy: Economy) -> dict[str, np.ndarray]:
    """Return every attribute of a trial file but those of the assignment, from the households as they are now."""
    h = economy.households.columns
    members = h["members"].astype(np.float64)
    persons = np.maximum(members.sum(axis=1), 1.0)
    permanent = h["permanent_income"].astype(np.float64)
    employed = h["employed"] == 1
    waged = employed & np.isin(h["occupation"], [Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE])
    wages = np.where(waged & (h["wage"] > 0), h["wage"] * h["shock"][:, None], np.inf).min(axis=1)
    per_head = permanent / persons
    order = np.argsort(per_head, kind="stable")
    weight = h["weight"].astype(np.float64) * persons
    rank = np.empty(len(order))
    rank[order] = (np.cumsum(weight[order]) - 0.5 * weight[order]) / weight.sum()
    tenure = h["tenure"]
    found: dict[str, Any] = {
        "residence": h["zone"] % 2,
        "city": h["zone"] // 2,
        "zone": h["zone"],
        "quintile": h["quintile"].astype(np.int64) + 1,
        "age": h["head_age"] / MONTHS_A_YEAR,
        "persons_at_start": persons,
        "children": members[:, : MemberBand.STUDENT].sum(axis=1),
        "child_age": np.where(h["child_age"][:, 0] >= 0, h["child_age"][:, 0] / MONTHS_A_YEAR, -1.0),
        "students": members[:, MemberBand.STUDENT],
        "elderly": members[:, MemberBand.AGE_60_79 :].sum(axis=1),
        "adults": members[:, MemberBand.AGE_18_59],
        "renter": tenure == 0,
        "owner": tenure > 0,
        "mortgage": tenure == 2,
        "wage_earners": waged.sum(axis=1),
        "lowest_wage": np.where(np.isfinite(wages), wages, 0.0),
        "resident_pensioners": h["resident_pensioners"],
        "employee_pensioners": h["employee_pensioners"],
        "liquid": h["liquid_wealth"],
        "liquid_months": h["liquid_wealth"] / np.maximum(permanent, 1.0),
        "permanent": permanent,
        "income_per_head": per_head,
        "income_rank": rank,
        "digital": _digital(economy),
    }
    for k, durable in enumerate(DURABLES):
        bought = h["durable_bought"][:, _FIRST_SLOT[k] : _FIRST_SLOT[k + 1]].astype(np.int64)
        owned = bought != NOT_OWNED
        found[f"owns.{durable.key}"] = owned.sum(axis=1)
        oldest = np.where(owned, economy.month - bought, -1).max(axis=1)
        found[f"oldest.{durable.key}"] = oldest
    for occupation in Occupation:
        if occupation is not Occupation.NONE:
            found[f"occupation.{occupation.name.lower()}"] = (h["occupation"] == occupation).sum(axis=1)
    return {name: np.asarray(value, dtype=np.float64) for name, value in found.items()}


def _digital(economy: Economy) -> np.ndarray:
    h = economy.households.columns
    share = np.asarray(economy.values["coupons.digital_share"])
    return np.asarray(h["digital"] <= share[h["zone"] % 2])


def diary_values(diaries: np.ndarray, name: str) -> np.ndarray:
    """Return an outcome of this month from the diaries, by its name in trial files, shape (households,)."""
    block, _, key = name.removeprefix(NOW).partition(".")
    if block in DERIVED:
        price = diaries[:, Entry.DURABLES : Entry.DURABLES + N_DURABLES].astype(np.float64)
        claimed = diaries[:, Entry.DURABLE_SUBSIDY : Entry.DURABLE_SUBSIDY + N_DURABLES] > 0.0
        found = {"durable_units": price > 0.0, "durable_claims": claimed, "durable_sales": price * claimed}[
            block
        ]
        keys = [d.key for d in DURABLES]
        return np.asarray(found[:, keys.index(key)] if key else found.sum(axis=1), dtype=np.float64)
    if block in BLOCKS and (key or block in TOTALS):
        first, members = BLOCKS[block]
        start = Entry[first]
        if key in members:
            return diaries[:, start + members.index(key)].astype(np.float64)
        chosen = GOOD_GROUPS[key] if key else members
        return diaries[:, [start + members.index(one) for one in chosen]].sum(axis=1, dtype=np.float64)
    return diaries[:, Entry[block.upper()]].astype(np.float64)


# ---------------------------------------------------------------------------------- running


class Histories:
    """The untreated past of a draw, shared by its trials: lived once, forked where a window opens."""

    def __init__(self, world: Any, seed: int, fit: Callable[[Mapping[str, Any]], Any]) -> None:
        self._world, self._seed, self._fit = world, seed, fit
        self._floor = wage_floor()
        self._kept: tuple[str, Economy, Economy] | None = None

    @property
    def floor(self) -> np.ndarray:
        """Minimum wage in force, by zone."""
        return self._floor

    def until(self, month: int, parameters: Mapping[str, Any], months: int, key: str = "") -> Economy:
        """Return a fork that has lived to a month, and can live to `months`.

        Parameters
        ----------
        month : int
            Month at which it stands.
        parameters : mapping
            Of the draw.
        months : int
            Length of its neutral policy.
        key : str
            Tells apart parameters that a trial overrides.
        """
        if self._kept is None or self._kept[0] != key:
            start = Economy(
                self._world,
                neutral_policy(self._floor, 1),
                self._fit(parameters),
                seed=self._seed,
                detail=False,
            )
            self._kept = key, start, start
        _, start, latest = self._kept
        if latest.month > month:
            latest = start
        if latest.month < month:
            latest = latest.fork(neutral_policy(self._floor, month + 1))
            latest.run_for(month - latest.month)
            self._kept = key, start, latest
        return latest.fork(neutral_policy(self._floor, months))


def change_households(economy: Economy, change: Change, values: Mapping[str, np.ndarray]) -> None:
    """Change households in place, as a trial's population asks; money that appears is booked against the banks."""
    h = economy.households.columns
    chosen = np.ones(len(h["weight"]), dtype=bool) if change.who is None else change.who(values) != 0
    if change.what == "durable_age":
        k = [d.key for d in DURABLES].index(change.durable)
        bought = h["durable_bought"][:, _FIRST_SLOT[k] : _FIRST_SLOT[k + 1]]
        age = economy.month - bought.astype(np.float64)
        older = economy.month - np.maximum(np.rint(change.times * age + change.plus), 0.0)
        there = (bought != NOT_OWNED) & chosen[:, None]
        bought[there] = older[there].astype(bought.dtype)
        return
    column = {"liquid_wealth": "liquid_wealth", "term_deposits": "term_deposits", "earnings": "shock"}[
        change.what
    ]
    array = h[column]
    array[chosen] = (array[chosen] * change.times).astype(array.dtype)
    money, loans = household_money(economy.state.households)
    ledger = economy.state.ledger
    added = money - ledger.money[Account.HOUSEHOLDS]
    ledger.money[Account.HOUSEHOLDS] = money
    ledger.money[Account.BANKS] -= added
    ledger.loans = loans


def simulate(trial: Trial, histories: Histories, parameters: Mapping[str, Any], seed: int) -> Panel:
    """Run a trial at one draw of the parameters.

    Parameters
    ----------
    trial : Trial
    histories : Histories
        Of the draw.
    parameters : mapping
        Values of the draw; the trial's own overrides go before.
    seed : int
        Of the draw: key of the assignment.
    """
    overrides = {name: one.value for name, one in trial.population.parameters.items()}
    key = repr(sorted(overrides.items()))
    base = histories.until(trial.opens, {**parameters, **overrides}, trial.closes, key)
    of_firms = trial.units == "firms"
    read = firm_attributes if of_firms else attributes
    values = read(base)
    for change in trial.population.changes:
        change_households(base, change, values)
        values = read(base)
    units = base.firms.columns if of_firms else base.households.columns
    assigned = assign(trial.assignment, trial.population.who, values, chance(trial.id, seed))
    units["group"][...] = assigned.groups
    inside = assigned.arm != OUTSIDE
    values = {name: value[inside] for name, value in values.items()}
    values["running"], values["cohort"] = assigned.running[inside], assigned.cohort[inside].astype(np.float64)
    values["treated"] = (assigned.arm[inside] == 1).astype(np.float64)
    weight = units["weight"][inside].astype(np.float64)
    expressions = {term.of.text: term.of for q in trial.quantities.values() for term in q.estimator.terms}
    untreated: dict[str, np.ndarray] = {}
    path = None
    if trial.needs_untreated:
        plain = base.fork(neutral_policy(histories.floor, trial.closes))
        untreated = _watch(plain, trial, expressions.values(), values, inside)
        path = plain.market_path if trial.closure == "direct" else None
    policy = treatment_policy(trial, assigned, histories.floor)
    outcomes = _watch(base.fork(policy, path), trial, expressions.values(), values, inside)
    return Panel(
        outcomes=outcomes,
        untreated=untreated,
        attributes=values,
        weight=weight,
        arm=assigned.arm[inside],
        cohort=assigned.cohort[inside],
        entry=assigned.entry,
        before=trial.before,
    )


def _watch(
    economy: Economy,
    trial: Trial,
    expressions: Iterable[Expression],
    values: Mapping[str, np.ndarray],
    inside: np.ndarray,
) -> dict[str, np.ndarray]:
    """Live through the window and return each expression by month and household of the trial."""
    of_firms = trial.units == "firms"
    if not of_firms:
        economy.keep_diaries()
    listed = list(expressions)
    names = sorted({name for e in listed for name in e.names if name not in values})
    months = trial.closes - trial.opens
    found = {e.text: np.empty((months, int(inside.sum())), np.float32) for e in listed}
    for row in range(months):
        economy.run_for(1)
        if of_firms:
            outcomes = firm_outcomes(economy)
            now = {**values, **{name: outcomes[name][inside] for name in names}}
        else:
            now = {**values, **{name: diary_values(economy.diaries, name)[inside] for name in names}}
        for e in listed:
            found[e.text][row] = e(now)
    return found
