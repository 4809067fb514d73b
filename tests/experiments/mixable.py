"""The small province with measures that can be stronger and later, of known returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from fake_province import FakeInstrument, FakeMeasure, FakePlan, FakeScenario

from jinxiao.files.errors import InputError
from jinxiao.model.conditions import TRANSFER, Conditions


@dataclass(frozen=True)
class MixableScenario(FakeScenario):
    """A scenario whose measures have strengths and delays."""

    strengths: Mapping[int, float] = field(default_factory=dict)
    delays: Mapping[int, int] = field(default_factory=dict)

    def at_strength(
        self, strengths: Mapping[int, float], delays: Mapping[int, int] | None = None, name: str = ""
    ) -> "MixableScenario":
        """Return the scenario with other strengths."""
        return replace(self, strengths=dict(strengths), delays=dict(delays or {}), name=name or self.name)

    @property
    def parts(self) -> dict[int, frozenset[str]]:
        """What runs, by measure."""
        return {k: frozenset({"new"}) for k in self.numbers}

    @property
    def hash(self) -> str:
        """What tells scenarios apart."""
        return repr((sorted(self.numbers), sorted(self.strengths.items()), sorted(self.delays.items())))

    def _conditions(self, month: int, values: Mapping[str, float]) -> Conditions:
        rows = []
        for (k, key), rule in self.plan.rules.items():
            one = self.plan.measures[k].instruments[key]
            begun = one.start < self.plan.start
            late = 0 if begun or month < self.plan.start else self.delays.get(k, 0)
            on = month < self.plan.start or self._runs(k, one)
            if on and one.start + late <= month < one.end + late:
                row = np.zeros(1, TRANSFER)
                factor = values.get(f"measures.{k}.amount.factor", 1.0)
                if month >= self.plan.start:
                    factor *= self.strengths.get(k, 1.0)
                row["rule"], row["amount"] = rule, one.amount * factor
                rows.append(row)
        return Conditions(month, transfers=np.concatenate(rows) if rows else np.zeros(0, TRANSFER))


@dataclass(frozen=True, eq=False)
class MixablePlan(FakePlan):
    """A plan whose scenarios have strengths and delays."""

    def scenario(
        self, *numbers: int, reference: str = "without", part: str = "all", name: str = ""
    ) -> MixableScenario:
        """Return the measures in force."""
        for number in numbers:
            if number not in self.measures:
                raise InputError(field="measures", found=str(number), allowed="others")
        return MixableScenario(self, frozenset(numbers), reference, part, name or reference)


def mixable_plan() -> MixablePlan:
    """Return four measures of one size: two paid by public budgets, half and a tenth of that by budgets, one by firms alone.

    Households spend the same share of each yuan: what firms pay for costs budgets nothing, so measures 3, then 2, are the
    best use of public money.
    """

    def pays(number: int, public: float, start: int = 18) -> FakeMeasure:
        shares = (0.5 * public, 0.5 * public, 0.0, 0.0, 1.0 - public, 0.0)
        one: dict[str, Any] = {"cash": FakeInstrument("new", 1e8, start, 34, shares)}
        return FakeMeasure(number, f"Cash {number}", f"现金{number}", "official", one)

    return MixablePlan({1: pays(1, 1.0), 2: pays(2, 0.5), 3: pays(3, 0.1), 4: pays(4, 0.0)})
