"""Published figures, taken as they are or worked out from others, and the rows in which they meet the model's."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from jinxiao.calibration.statistics import CONFIDENCES, Statistic, unit_factor
from jinxiao.calibration.synthesis.margins import PROVINCE

YEAR: Final = "2024"
YEAR_END: Final = "2024-12"
NATION: Final = "China"
BRIDGE: Final = "bridge: "
"""How the source of a row begins whose published figure has another definition than the model's."""
SETTLED: Final = "model: set at the start of 2024, then the run lives the year"
"""Remark on stocks of December."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure, or one worked out from published ones, ready to stand beside the model's.

    Attributes
    ----------
    value : float
    unit : str
    confidence : str
        Of the weakest figure that went into it; arithmetic makes it ``derived`` at best.
    source : str
        Titles and years, and the arithmetic.
    period : str
        The time it is of; of a figure worked out from several, the time of the oldest.
    """

    value: float
    unit: str
    confidence: str
    source: str
    period: str

    @classmethod
    def of(cls, record: Statistic) -> "Published":
        """Return a statistic as it is."""
        return cls(record.value, record.unit, record.confidence, _cited(record), record.period)

    @classmethod
    def derived(cls, value: float, unit: str, arithmetic: str, *records: Statistic) -> "Published":
        """Return a figure worked out from statistics, the arithmetic written out."""
        confidence = max(("derived", *(r.confidence for r in records)), key=CONFIDENCES.index)
        source = "; ".join([arithmetic, *map(_cited, records)])
        return cls(value, unit, confidence, source, min(r.period for r in records))


def _cited(record: Statistic) -> str:
    """Return title, year and grade of a statistic, with its own arithmetic and doubts."""
    if record.note and record.note != record.source:
        return f"{record.cited}: {record.note}"
    return record.cited


class Fact(NamedTuple):
    """One row of the table of facts; the model's figure is in the unit of the published one."""

    series: str
    geo: str
    breakdown: str
    period: str
    published: Published
    model: float
    fitted: bool

    @property
    def error_pct(self) -> float:
        """Model over published less one, in per cent."""
        return 100.0 * (self.model / self.published.value - 1.0)

    @property
    def bridge(self) -> bool:
        """Whether the two figures have different definitions."""
        return self.published.source.startswith(BRIDGE)


@dataclass(frozen=True, slots=True)
class Label:
    """What else stands in a row.

    Attributes
    ----------
    fitted : bool
        The level was an input of the synthesis or of the fit.
    note : str
        Remark put before the source.
    bridge : str
        What differs between the two definitions; empty where they agree.
    period : str
        To what time the model's figure belongs.
    geo : str
    """

    fitted: bool
    note: str = ""
    bridge: str = ""
    period: str = YEAR
    geo: str = PROVINCE


FITTED: Final = Label(True)
OUTCOME: Final = Label(False)


def fact(series: str, breakdown: str, published: Published, model: float, label: Label) -> Fact:
    """Return a fact; ``model`` is in single units (yuan, persons), percentages as such."""
    remarks = [BRIDGE + label.bridge] if label.bridge else []
    remarks += [label.note] if label.note else []
    source = "; ".join([*remarks, published.source])
    told = Published(published.value, published.unit, published.confidence, source, published.period)
    scaled = float(model) / unit_factor(published.unit)
    return Fact(series, label.geo, breakdown, label.period, told, scaled, label.fitted)
