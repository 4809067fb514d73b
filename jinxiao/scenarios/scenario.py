"""A scenario: which instruments of the plan run, with what numbers, and the Policy that follows from it.

History is the same in every scenario: before the plan starts, every instrument runs as the catalogue has it. From then on the
reference says what stops, and measures are added to it or taken from it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from jinxiao.model.conditions import Conditions, Policy
from jinxiao.model.conditions import Instrument as Account
from jinxiao.scenarios.accounts import Financing
from jinxiao.scenarios.levers import Actual, Coordination, Draft, Instrument, When
from jinxiao.scenarios.levers.base import Authority, Status
from jinxiao.scenarios.overrides import OverrideError, with_override, with_values
from jinxiao.scenarios.strength import LONGEST_DELAY, STRONGEST, delayed, strengthened

if TYPE_CHECKING:
    from jinxiao.scenarios.plan import Plan

Reference = Literal["without", "baseline", "plan", "actual"]
"""The four reference scenarios (economics.md, section 0)."""
Part = Literal["all", "continued", "added", "national", "local", "given"]
"""Part of a measure: everything; what ran before the plan, or what the plan raised or added; what carries out decisions of the
centre, or those of the province and its cities; what is no work of the plan (ran before, or was decided by the centre)."""
REFERENCES: tuple[str, ...] = get_args(Reference)
STATUSES: tuple[Status, ...] = get_args(Status)
AUTHORITIES: tuple[Authority, ...] = get_args(Authority)
_EVERY = frozenset((status, authority) for status in STATUSES for authority in AUTHORITIES)
_BEFORE = frozenset(kind for kind in _EVERY if kind[0] == "continued")
_CENTRE = frozenset(kind for kind in _EVERY if kind[1] == "national")
PARTS: dict[str, frozenset[tuple[str, str]]] = {
    "all": _EVERY,
    "continued": _BEFORE,
    "added": _EVERY - _BEFORE,
    "national": _CENTRE,
    "local": _EVERY - _CENTRE,
    "given": _BEFORE | _CENTRE,
}
"""Status and authority of the instruments of each part."""
RUNS_IN: dict[str, str | None] = {"without": None, "baseline": "continued", "plan": "all", "actual": "all"}
"""Part of every measure that runs in a reference scenario after the plan's start."""
TEXTS = {"name", "note", "source", "grade", "meaning", "prior", "status", "authority", "actual"}
"""Fields that do not change what an instrument does."""


@dataclass(frozen=True)
class Running:
    """One instrument as it runs in a scenario.

    Attributes
    ----------
    measure, key : int, str
        Which one.
    history : Instrument
        What it does before the plan starts: the catalogue's version.
    policy : Instrument or None
        What it does from then on; None when it stops.
    """

    measure: int
    key: str
    history: Instrument
    policy: Instrument | None

    def at(self, month: int, start: int) -> tuple[Instrument, When] | None:
        """Return what writes in a month, and with which level; None when nothing does."""
        stopped_at = None
        instrument: Instrument | None = self.history if month < start else self.policy
        if instrument is None and self.history.persistent and self.history.start < start:
            instrument, stopped_at = self.history, start
        if instrument is None or not instrument.runs(month):
            return None
        return instrument, When.at(month, stopped_at)


@dataclass(frozen=True)
class Scenario:
    """A choice of instruments and numbers.

    Attributes
    ----------
    plan : Plan
        The catalogue.
    name : str
        Name in results.
    reference : str
        Scenario to which measures are added.
    parts : mapping of int to set of (str, str)
        For each measure, status and authority of the instruments that run after the plan's start.
    overrides : mapping of str to object
        Changes after the plan's start, by path: ``measures.15.car_scrap_2025_nev.flat``.
    financing : Financing, optional
        Where the local part of the money comes from after the plan's start, for every instrument.
    strengths : mapping of int to float
        By measure, the factor on what its instruments give after the plan's start (1 unless named, 0: it does not run).
    delays : mapping of int to int
        By measure, months by which the instruments that begin under the plan begin later.
    """

    plan: "Plan"
    name: str
    reference: Reference
    parts: Mapping[int, frozenset[tuple[str, str]]]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    financing: Financing | None = None
    strengths: Mapping[int, float] = field(default_factory=dict)
    delays: Mapping[int, int] = field(default_factory=dict)

    def override(self, changes: Mapping[str, Any], name: str = "") -> "Scenario":
        """Return the scenario with more overrides, checked at once.

        Raises
        ------
        InputError
            When a path or value is not allowed.
        """
        normal = {self.plan.normal(path): value for path, value in changes.items()}
        scenario = replace(self, name=name or self.name, overrides={**self.overrides, **normal})
        _ = scenario.running()
        return scenario

    def at_strength(
        self, strengths: Mapping[int, float], delays: Mapping[int, int] | None = None, name: str = ""
    ) -> "Scenario":
        """Return the scenario with measures stronger or weaker, and later, than the plan has them.

        Parameters
        ----------
        strengths : mapping of int to float
            Factor by measure, from 0 to 3: see :mod:`jinxiao.scenarios.strength`.
        delays : mapping of int to int
            Months by measure, from 0 to 36.
        name : str
            Name in results.

        Raises
        ------
        InputError
            When a measure is not of the plan, or a number is not allowed.
        """
        for field_name, given, most in (
            ("strengths", strengths, STRONGEST),
            ("delays", delays or {}, LONGEST_DELAY),
        ):
            for number, value in given.items():
                if number not in self.plan.measures:
                    allowed = ", ".join(map(str, self.plan.measures))
                    raise self.plan.error(field_name, f"measure {number}", allowed)
                if not 0 <= value <= most or (field_name == "delays" and value != int(value)):
                    what = "months" if field_name == "delays" else "times the plan"
                    raise self.plan.error(f"{field_name}.{number}", f"{value:g}", f"0 to {most:g} {what}")
        return replace(
            self,
            name=name or self.name,
            strengths={**self.strengths, **strengths},
            delays={**self.delays, **(delays or {})},
        )

    def running(self, values: Mapping[str, float] | None = None) -> list[Running]:
        """Return every instrument of the catalogue as it runs here, in the order of their accounts.

        Parameters
        ----------
        values : mapping of str to float, optional
            Sampled parameters, ``measures.15.car_scrap_2025_nev.flat``; names of other parts of the model are ignored.
        """
        sampled = self.plan.by_instrument(self.plan.with_followers(values or {}))
        changes = self.plan.by_instrument(self.overrides)
        result = []
        for number, measure in self.plan.measures.items():
            for key, base in measure.instruments.items():
                history = self._with_values(base, sampled.get((number, key), {}), f"measures.{number}.{key}")
                runs = (base.status, base.authority) in self.parts.get(number, frozenset())
                policy = self._policy(history, changes.get((number, key), {}), number, key) if runs else None
                result.append(Running(number, key, history, policy))
        return result

    def _policy(
        self, history: Instrument, changes: dict[str, Any], number: int, key: str
    ) -> Instrument | None:
        policy = history
        if self.reference == "actual":
            if policy.actual is False:
                return None
            if isinstance(policy.actual, Actual):
                real = policy.actual
                dates = {"start": real.start, "end": real.end}
                policy = policy.model_copy(update={k: v for k, v in dates.items() if v is not None})
                policy = self._with_values(policy, real.values, f"measures.{number}.{key}.actual.values")
        for path, raw in changes.items():
            try:
                policy = with_override(policy, path, raw, self.name)
            except OverrideError as error:
                raise self.plan.error(
                    f"measures.{number}.{key}.{path}", error.found, error.allowed
                ) from error
        if self.financing is not None:
            policy = policy.model_copy(update={"financing": self.financing})
        return self._at_strength(policy, number)

    def _at_strength(self, policy: Instrument, number: int) -> Instrument | None:
        """Return an instrument as strong and as late as the scenario has its measure; what was left behind is left alone."""
        strength, delay = self.strengths.get(number, 1.0), self.delays.get(number, 0)
        begun = policy.start < self.plan.start
        if (
            begun and policy.persistent
        ):  # a level that was reached before the plan is nobody's choice any more
            return policy
        if strength == 0.0:
            return None
        return strengthened(policy if begun else delayed(policy, delay), strength)

    def _with_values(self, instrument: Instrument, values: Mapping[str, float], where: str) -> Instrument:
        for path, value in values.items():
            try:
                instrument = with_values(instrument, {path: value})
            except OverrideError as error:
                raise self.plan.error(f"{where}.{path}", error.found, error.allowed) from error
        return instrument

    def policy(self, months: int, values: Mapping[str, float] | None = None) -> Policy:
        """Return the Conditions of each month, and the accounts of all rules.

        Parameters
        ----------
        months : int
            Months from January 2024.
        values : mapping of str to float, optional
            Sampled parameters.
        """
        running = self.running(values)
        return Policy(
            name=self.name,
            months=tuple(self._conditions(running, month) for month in range(months)),
            instruments=self.plan.accounts(running),
        )

    def _conditions(self, running: list[Running], month: int) -> Conditions:
        draft = Draft(Conditions(month), {})
        now = [(one, found) for one in running if (found := one.at(month, self.plan.start)) is not None]
        offices = [
            office for _, (office, _) in now if isinstance(office, Coordination) and month >= office.start
        ]
        for one, (instrument, when) in now:
            for office in offices:
                if one.measure in office.measures:
                    instrument = office.applied(instrument)
            draft.pools = self.plan.pools[one.measure]
            number = self.plan.rules.get((one.measure, one.key))
            rule = draft.pools[one.key] if number is None else number
            try:
                instrument.write(draft, when, rule)
            except ValueError as error:
                allowed = "one such instrument at a time"
                raise self.plan.error(f"measures.{one.measure}.{one.key}", str(error), allowed) from error
        return draft.finish()

    @cached_property
    def hash(self) -> str:
        """Hexadecimal digest of all that determines the Policy; the same for two ways of saying the same."""
        content = [
            (
                one.measure,
                one.key,
                _content(one.history),
                None if one.policy is None else _content(one.policy),
            )
            for one in self.running()
        ]
        record = {
            "start": self.plan.start,
            "content": content,
            "followers": sorted(self.plan.followers.items()),
        }
        return hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _content(instrument: Instrument) -> Any:
    return _strip(instrument.model_dump(mode="json"))


def _strip(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _strip(value) for key, value in node.items() if key not in TEXTS}
    return node


def account(rule: int, measure: int, key: str, instrument: Instrument) -> Account:
    """Return the account of an instrument, as the ledger wants it."""
    return Account(
        rule=rule,
        key=f"{measure}.{key}",
        measure=measure,
        payer_shares=instrument.payers.shares,
        financing=instrument.financing.shares,
        lot=instrument.lot,
    )
