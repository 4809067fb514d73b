"""What all instruments have in common, and the draft of a month into which they write."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from jinxiao.model.conditions import COUPON, DURABLE_RULE, TRANSFER, Conditions
from jinxiao.model.names import month_label
from jinxiao.scenarios.accounts import Financing, Geo, Payers
from jinxiao.scenarios.records import Grade, Month, Source, Strict, Text, refuse

Status = Literal["continued", "raised", "new"]
"""Relative to the start of the plan: ran before it, a level raised under it, or added by it."""
Authority = Literal["national", "provincial", "local"]
"""Who decided: the instrument carries out a national rule, is the province's own, or a city's."""


@dataclass(frozen=True)
class When:
    """The month for which an instrument writes.

    Attributes
    ----------
    month : int
        Months since January 2024.
    level_month : int
        Month whose level applies: earlier than `month` where a stopped rule has left its level behind.
    """

    month: int
    level_month: int

    @classmethod
    def at(cls, month: int, stopped_at: int | None = None) -> Self:
        """Return the moment; after `stopped_at` the level of the month before it stays."""
        return cls(month, month if stopped_at is None else min(month, stopped_at - 1))


@dataclass
class Draft:
    """Conditions of one month in the making; rows are put in order at the end, so writers need no order.

    Attributes
    ----------
    conditions : Conditions
        Receives the values.
    pools : mapping of str to int
        Number of each budget pool, by ``measure.key``.
    """

    conditions: Conditions
    pools: Mapping[str, int]
    _rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"transfers": [], "durable_rules": [], "coupons": []}
    )

    def transfer(self, **row: Any) -> None:
        """Add a row of ``Conditions.transfers``."""
        self._rows["transfers"].append(row)

    def durable_rule(self, **row: Any) -> None:
        """Add a row of ``Conditions.durable_rules``."""
        self._rows["durable_rules"].append(row)

    def coupon(self, **row: Any) -> None:
        """Add a row of ``Conditions.coupons``."""
        self._rows["coupons"].append(row)

    def charge(self, rule: int, yuan: float) -> None:
        """Book yuan spent this month on things other than payments to agents."""
        if yuan:
            costs = self.conditions.cost_by_rule
            costs[rule] = costs.get(rule, 0.0) + yuan

    def pay_fund(self, rule: int, yuan: float) -> None:
        """Pay yuan this month into the insurance funds."""
        if yuan:
            paid = self.conditions.paid_to_funds
            paid[rule] = paid.get(rule, 0.0) + yuan

    def order(self, rule: int, sector: int, zones: int, yuan: float) -> None:
        """Buy from firms of a sector this month, in the cities of the zones of a bit mask."""
        if yuan:
            orders, key = self.conditions.orders, (rule, int(sector), zones)
            orders[key] = orders.get(key, 0.0) + yuan

    def grant(self, rule: int, sector: int, zones: int, yuan: float) -> None:
        """Pay firms of a sector this month for nothing in return."""
        if yuan:
            grants, key = self.conditions.grants, (rule, int(sector), zones)
            grants[key] = grants.get(key, 0.0) + yuan

    def order_from_outside(self, sector: int, zones: int, yuan: float) -> None:
        """Let buyers outside the province order from firms of a sector."""
        if yuan:
            orders, key = self.conditions.outside_orders, (int(sector), zones)
            orders[key] = orders.get(key, 0.0) + yuan

    def claim_visits(self, rule: int, persons: float, outside_share: float) -> None:
        """Record whom official releases count as drawn by `rule`, and the share of them from outside the province."""
        claims = self.conditions.claimed_visits
        for outside, part in ((0, 1.0 - outside_share), (1, outside_share)):
            if persons * part:
                claims[rule, outside] = claims.get((rule, outside), 0.0) + persons * part

    def claim_sales(self, rule: int, yuan: float) -> None:
        """Record sales that official releases credit to `rule`."""
        if yuan:
            claims = self.conditions.claimed_sales
            claims[rule] = claims.get(rule, 0.0) + yuan

    def share_channel(self, name: str, rule: int, part: float) -> None:
        """Record that `rule` moves the quantity `name` by `part`: its cost is shared in proportion."""
        parts = self.conditions.channel_rules.setdefault(name, {})
        parts[rule] = parts.get(rule, 0.0) + abs(part)

    def claim(self, name: str, rule: int) -> None:
        """Make `rule` the payer named in a field that holds one rule only, e.g. ``loan_rule``.

        Raises
        ------
        ValueError
            When another instrument holds it in the same month.
        """
        holder = int(getattr(self.conditions, name))
        if holder not in (-1, rule):
            raise ValueError(
                f"{name} in {month_label(self.conditions.month)}: rules {holder} and {rule} overlap"
            )
        setattr(self.conditions, name, rule)

    def finish(self) -> Conditions:
        """Put the rows into their arrays, ordered by rule, and return the Conditions."""
        for name, dtype in (("transfers", TRANSFER), ("durable_rules", DURABLE_RULE), ("coupons", COUPON)):
            rows = self._rows[name]
            array = np.zeros(len(rows), dtype)
            for index, row in enumerate(sorted(rows, key=_row_order)):
                for column, value in row.items():
                    array[column][index] = value
            setattr(self.conditions, name, array)
        conditions = self.conditions
        conditions.cost_by_rule = dict(sorted(conditions.cost_by_rule.items()))
        for name in (
            "orders",
            "grants",
            "paid_to_funds",
            "outside_orders",
            "claimed_visits",
            "claimed_sales",
        ):
            setattr(conditions, name, dict(sorted(getattr(conditions, name).items())))
        conditions.pool_budget = dict(sorted(conditions.pool_budget.items()))
        conditions.channel_rules = {
            name: dict(sorted(parts.items())) for name, parts in sorted(conditions.channel_rules.items())
        }
        return conditions


def _row_order(row: dict[str, Any]) -> tuple[float, ...]:
    return tuple(float(value) for value in row.values())


class Actual(Strict):
    """What was really done, where it differs from what the plan provides.

    Attributes
    ----------
    start, end : Month, optional
        Months in which it really ran.
    values : mapping of str to float
        Values that really applied, by path within the instrument.
    """

    start: Month | None = None
    end: Month | None = None
    values: dict[str, float] = Field(default_factory=dict)


class Instrument(Strict):
    """One instrument of a measure: what it does (in the subclass), when, where, who pays, and how it is known.

    Attributes
    ----------
    name : Text
        Short name.
    status : {'continued', 'raised', 'new'}
        Relative to the start of the plan.
    authority : {'national', 'provincial', 'local'}
        Whose decision it carries out.
    start, end : Month
        First and last month in which it acts; no `end` means to the end of the run.
    announced : Month, optional
        Month from which people know of it.
    persistent : bool
        A level once reached stays when the measure stops (a pension once raised is not cut).
    actual : bool or Actual
        Whether it was really done, or how it differed.
    geo : Geo
        Where it applies.
    payers, financing : Payers, Financing
        Who pays, and where the local part comes from.
    source : Source
        Source of the rule and of every number without its own.
    grade : {'causal', 'official', 'assumed'}, optional
        Evidence grade; that of the source unless given.
    note : str
        Anything a reader should know.
    """

    takes_rule: ClassVar[bool] = True
    """Whether it needs a rule number, i.e. costs anything by itself."""

    kind: str
    name: Text
    status: Status
    authority: Authority = "national"
    start: Month
    end: Month | None = None
    announced: Month | None = None
    persistent: bool = False
    actual: bool | Actual = True
    geo: Geo = Geo()
    payers: Payers
    financing: Financing = Financing(new=1.0)
    source: Source
    grade: Grade | None = None
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise refuse(
                f"end {month_label(self.end)}", f"a month not before the start, {month_label(self.start)}"
            )
        if self.announced is not None and self.announced > self.start:
            raise refuse(f"announced {month_label(self.announced)}", "a month not after the start")
        return self

    @property
    def first(self) -> int:
        """First month in which it can matter: its start, or the month it is announced."""
        return self.start if self.announced is None else self.announced

    def runs(self, month: int) -> bool:
        """Return whether `month` lies between announcement (or start) and end."""
        return self.first <= month and (self.end is None or month <= self.end)

    @property
    def lot(self) -> str:
        """Name under which households draw whether they take it up; empty: the instrument's own."""
        return ""

    @property
    def evidence(self) -> Grade:
        """Evidence grade."""
        return self.grade or self.source.grade

    @abstractmethod
    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Write what the instrument does in a month into the draft.

        Parameters
        ----------
        draft : Draft
            Month in the making.
        when : When
            A month in which :meth:`runs` holds.
        rule : int
            Account of the instrument.
        """

    def months_left(self, when: When) -> int:
        """Months until the announced end, this one included; 0 when no end is announced."""
        return 0 if self.end is None else self.end - when.month + 1
