"""A province of a few numbers with the interface of the real one: for tests of experiments, results and the command line.

Consumption follows a noisy path; a measure's instrument pays a transfer of which the share ``households.mpc`` is spent,
and a fifth of that is missing in the three months after its end (payback). Under full closure markets add a tenth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from jinxiao.experiments.engine import Engine
from jinxiao.files.errors import InputError
from jinxiao.files.priors import Uniform
from jinxiao.model import names
from jinxiao.model.conditions import MAX_RULES, TRANSFER, Conditions, Instrument, Policy
from jinxiao.model.outcomes import GROUP_OFFSETS, GROUPS, N_GROUPS, OUTCOMES, Outcomes

START = 17
PAYBACK_MONTHS = 3
LEVEL = {"total_consumption": 60e9, "resident_consumption": 58e9, "retail_sales": 65e9, "services": 25e9,
         "tourist_spending": 20e9, "jobs": 15e6, "fiscal_cost": 0.0, "spending_outside": 2e9,
         "public_purchases": 20e9}  # fmt: skip
SHARE = {"total_consumption": 1.0, "resident_consumption": 0.95, "retail_sales": 0.7, "services": 0.4,
         "tourist_spending": 0.05, "jobs": 8e-6, "fiscal_cost": 0.0, "spending_outside": 0.02,
         "public_purchases": -0.1}  # fmt: skip
"""Part of the extra spending that each outcome sees."""


@dataclass(frozen=True)
class FakeInstrument:
    """Pays `amount` yuan a month from `start` to before `end`."""

    status: str
    amount: float
    start: int
    end: int
    payer_shares: tuple[float, ...] = (0.5, 0.3, 0.2, 0.0, 0.0, 0.0)
    authority: str = "provincial"


@dataclass(frozen=True)
class FakeMeasure:
    """A measure with a name, a grade and instruments."""

    number: int
    name_en: str
    name_zh: str
    grade: str
    instruments: dict[str, FakeInstrument]


@dataclass(frozen=True, eq=False)
class FakePlan:
    """The part of a plan that experiments use."""

    measures: Mapping[int, FakeMeasure]
    name: str = "fake-plan"
    start: int = START
    path: Path = Path("fake.yaml")

    @cached_property
    def rules(self) -> dict[tuple[int, str], int]:
        """Number of each instrument."""
        keys = [(k, key) for k, m in self.measures.items() for key in m.instruments]
        return {key: rule for rule, key in enumerate(keys)}

    def scenario(
        self, *numbers: int, reference: str = "without", part: str = "all", name: str = ""
    ) -> "FakeScenario":
        """Return the measures in force."""
        for number in numbers:
            if number not in self.measures:
                known = ", ".join(map(str, self.measures))
                raise InputError(
                    file="fake.yaml", line=None, field="measures", found=str(number), allowed=known
                )
        return FakeScenario(self, frozenset(numbers), reference, part, name or reference)

    def parameters(self) -> list[Any]:
        """Return the uncertain numbers of the levers: a factor on each measure's amounts."""
        return [
            SimpleNamespace(name=f"measures.{k}.amount.factor", value=1.0, prior=Uniform(low=0.8, high=1.2))
            for k in self.measures
        ]


@dataclass(frozen=True)
class FakeScenario:
    """Which measures run after the start."""

    plan: FakePlan
    numbers: frozenset[int]
    reference: str
    part: str
    name: str

    def _runs(self, number: int, instrument: FakeInstrument) -> bool:
        before, centre = instrument.status == "continued", instrument.authority == "national"
        wanted = {"all": True, "continued": before, "national": centre, "given": before or centre}[self.part]
        return (number in self.numbers and wanted) or (
            self.reference == "baseline" and instrument.status == "continued"
        ) or self.reference in ("plan", "actual")  # fmt: skip

    def policy(self, months: int, values: Mapping[str, float] | None = None) -> Policy:
        """Return transfers by month."""
        values = values or {}
        return Policy(
            self.name,
            tuple(self._conditions(t, values) for t in range(months)),
            tuple(
                Instrument(rule, f"{k}.{key}", k, self.plan.measures[k].instruments[key].payer_shares)
                for (k, key), rule in self.plan.rules.items()
            ),
        )

    def _conditions(self, month: int, values: Mapping[str, float]) -> Conditions:
        rows = []
        for (k, key), rule in self.plan.rules.items():
            instrument = self.plan.measures[k].instruments[key]
            on = month < self.plan.start or self._runs(k, instrument)
            if on and instrument.start <= month < instrument.end:
                row = np.zeros(1, TRANSFER)
                row["rule"], row["amount"] = (
                    rule,
                    instrument.amount * values.get(f"measures.{k}.amount.factor", 1.0),
                )
                rows.append(row)
        return Conditions(month, transfers=np.concatenate(rows) if rows else np.zeros(0, TRANSFER))


@dataclass
class FakeEconomy:
    """Noisy consumption, and spending of what policy pays."""

    world: Any
    policy: Policy
    parameters: Mapping[str, Any]
    seed: int
    month: int = 0
    market_path: list[float] = field(default_factory=list)
    replay: list[float] | None = None
    paid: list[np.ndarray] = field(default_factory=list)

    def run_for(self, duration: int) -> None:
        """Record what is paid by rule, and the answer of markets."""
        for _ in range(duration):
            paid = np.zeros(MAX_RULES)
            for row in self.policy.months[self.month].transfers:
                paid[row["rule"]] += row["amount"]
            self.paid.append(paid)
            answer = 0.1 * paid.sum() if self.replay is None else self.replay[self.month]
            self.market_path.append(answer)
            self.month += 1

    def fork(self, policy: Policy, market_path: list[float] | None = None) -> "FakeEconomy":
        """Return a copy with another policy."""
        return replace(
            self, policy=policy, replay=market_path, paid=list(self.paid), market_path=list(self.market_path)
        )

    def outcomes(self) -> Outcomes:
        """Return the record."""
        paid = np.array(self.paid)
        by_rule = self.parameters["households.mpc"] * paid
        for t in range(1, self.month):
            ended = (paid[t] == 0) & (paid[max(t - PAYBACK_MONTHS, 0) : t].sum(axis=0) > 0)
            last = np.array([paid[:t, r][paid[:t, r] > 0][-1] if ended[r] else 0.0 for r in range(MAX_RULES)])
            by_rule[t] -= 0.2 * self.parameters["households.mpc"] * last
        values = np.full((self.month, len(OUTCOMES), N_GROUPS), np.nan)
        noise = np.random.default_rng(self.seed).normal(1.0, 0.01, (self.month, 1))
        extra = np.array(self.market_path)[:, None] * GROUP_WEIGHTS + by_rule @ _rule_weights()
        for k, outcome in enumerate(OUTCOMES):
            defined = _defined(outcome)
            path = LEVEL[outcome] * noise * GROUP_WEIGHTS[None, :] + SHARE[outcome] * extra
            values[:, k, defined] = path[:, defined]
        values[:, OUTCOMES.index("fiscal_cost"), 0] = paid.sum(axis=1)
        cost = paid[:, :, None] * np.full(names.N_CITIES, 1.0 / names.N_CITIES)
        cube = np.zeros((self.month, names.N_ZONES, names.N_QUINTILES, names.N_CATEGORIES))
        cube += (LEVEL["resident_consumption"] * noise)[:, :, None, None] / cube[0].size
        return Outcomes(
            self.policy.name, self.month, values, cost, 4.0 * paid, cube, {"employed": values[:, 5, 0]}
        )


def _defined(outcome: str) -> np.ndarray:
    by = {"retail_sales": ("all", "city", "residence"), "services": ("all", "city", "residence"),
          "tourist_spending": ("all", "city"), "jobs": ("all", "city"), "fiscal_cost": ("all", "city")}  # fmt: skip
    defined = np.zeros(N_GROUPS, dtype=bool)
    for name in by.get(outcome, tuple(GROUPS)):
        defined[GROUP_OFFSETS[name] : GROUP_OFFSETS[name] + len(GROUPS[name])] = True
    return defined


def _weights() -> np.ndarray:
    weights = np.ones(N_GROUPS)
    for name, groups in GROUPS.items():
        raw = np.linspace(1.0, 2.0, len(groups)) if len(groups) > 1 else np.ones(1)
        weights[GROUP_OFFSETS[name] : GROUP_OFFSETS[name] + len(groups)] = raw / raw.sum()
    return weights


GROUP_WEIGHTS = _weights()


def _rule_weights() -> np.ndarray:
    """Return how each rule's spending falls on groups, shape (MAX_RULES, N_GROUPS)."""
    rng = np.random.default_rng(5)
    weights = GROUP_WEIGHTS * rng.uniform(0.4, 1.6, (MAX_RULES, N_GROUPS))
    for name, groups in GROUPS.items():
        part = slice(GROUP_OFFSETS[name], GROUP_OFFSETS[name] + len(groups))
        weights[:, part] /= weights[:, part].sum(axis=1, keepdims=True)
    return weights


@dataclass(frozen=True)
class FakeParameters:
    """One uncertain number of the model, and those of levers."""

    extra: tuple[tuple[str, float, Any], ...]

    @property
    def uncertain(self) -> list[tuple[str, Any]]:
        """Names and priors."""
        return [
            ("households.mpc", Uniform(low=0.2, high=0.6)),
            *((name, prior) for name, _, prior in self.extra),
        ]

    def at(self, u: np.ndarray) -> dict[str, float]:
        """Return values at a point of the unit cube."""
        return {name: prior.ppf(float(x)) for (name, prior), x in zip(self.uncertain, u, strict=True)}

    def central(self) -> dict[str, float]:
        """Return the stated values of levers, and the middle of what is the model's own."""
        return self.at(np.full(len(self.uncertain), 0.5)) | {name: value for name, value, _ in self.extra}

    def draw(self, seed: int, draw: int) -> dict[str, float]:
        """Return a draw."""
        return self.at(np.random.default_rng([seed, draw]).random(len(self.uncertain)))


def load_world(scale: int, seed: int) -> Any:
    """Return a world of one hash."""
    return SimpleNamespace(content_hash=f"world-{scale}-{seed}", scale=scale)


def start_economy(world: Any, policy: Policy, parameters: Mapping[str, Any], seed: int) -> FakeEconomy:
    """Return an economy at month 0."""
    return FakeEconomy(world, policy, parameters, seed)


def load_parameters(plan: FakePlan) -> FakeParameters:
    """Return the parameters."""
    return FakeParameters(tuple((u.name, u.value, u.prior) for u in plan.parameters()))


def persons(world: Any) -> dict[tuple[str, str], float]:
    """Return persons by group: 34.5 million, by fixed weights; quintiles are of equal size."""
    result = {}
    for name, groups in GROUPS.items():
        for i, group in enumerate(groups):
            weight = 0.2 if name == "quintile" else GROUP_WEIGHTS[GROUP_OFFSETS[name] + i]
            result[name, group] = 34.5e6 * float(weight)
    return result


def code_hash() -> str:
    """Return a constant."""
    return "fake"


def horizon() -> int:
    """Return five years."""
    return 60


ENGINE = Engine(load_world, start_economy, load_parameters, code_hash, persons, horizon)


def small_plan() -> FakePlan:
    """Return five measures: continued and new, new only, without effect, without instruments, paid by firms."""
    firms = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    return FakePlan(
        {
            5: FakeMeasure(
                5,
                "Childcare",
                "生育养育",
                "official",
                {"allowance": FakeInstrument("new", 3e8, 18, 48, authority="national")},
            ),
            15: FakeMeasure(
                15,
                "Trade-in",
                "以旧换新",
                "causal",
                {
                    "old": FakeInstrument("continued", 2e8, 8, 24),
                    "more": FakeInstrument("raised", 1e8, 17, 24),
                },
            ),
            20: FakeMeasure(20, "Trade integration", "内外贸一体化", "assumed", {}),
            21: FakeMeasure(
                21, "Leave", "休息休假", "assumed", {"leave": FakeInstrument("new", 5e7, 20, 48, firms)}
            ),
            24: FakeMeasure(
                24, "Restrictions", "减少消费限制", "assumed", {"none": FakeInstrument("new", 0.0, 17, 48)}
            ),
        }
    )
