"""A trial as people write it: population, assignment, treatment as ordinary levers, window, estimators, published values.

One YAML file is one trial; docs/trials.md describes it with an example for each estimator.
"""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from jinxiao.experiments.trials.expressions import Expression, Written, outcome_names
from jinxiao.files.errors import InputError
from jinxiao.files.yaml_reader import load_model, read_yaml
from jinxiao.scenarios.levers import (
    AnyInstrument,
    BudgetPool,
    CouponWave,
    CreditLine,
    DurableSubsidy,
    PromptPayment,
    Transfer,
)
from jinxiao.scenarios.overrides import OverrideError, with_override, with_values
from jinxiao.scenarios.plan import load_plan
from jinxiao.scenarios.records import Month, Source, Strict, Text, read_month, refuse, walk

PLAN = "shanxi-2025"
"""Catalogue whose instruments a treatment may take over by name."""
COHORTS = 6
"""Most cohorts of a roll-out: each has a bit of a household's group."""
KEPT_TO_GROUPS = (Transfer, DurableSubsidy, CouponWave, BudgetPool, CreditLine, PromptPayment)
"""Levers that can be kept to the households of an arm."""
SUFFIXES = (".yaml", ".yml")

Outcome = Annotated[Expression, Written()]
Attribute = Annotated[Expression, Written(attributes_only=True)]
Share = Annotated[float, Field(gt=0, le=1)]
Span = tuple[int, int]
"""First and last month, relative to the start of the treatment, which is month 0."""


# ---------------------------------------------------------------------------------- population


class Change(Strict):
    """What is changed in the households when the window opens, so that they stand for another place or time.

    Attributes
    ----------
    what : {'liquid_wealth', 'term_deposits', 'earnings', 'durable_age'}
        What is changed; money is multiplied, ages are multiplied and then shifted.
    durable : str
        Class of durables, for ages.
    times, plus : float
        Factor; and months added.
    who : expression of attributes, optional
        For whom.
    stands_for : str
        Why.
    """

    what: Literal["liquid_wealth", "term_deposits", "earnings", "durable_age"]
    durable: str = ""
    times: float = Field(default=1.0, ge=0.0)
    plus: float = 0.0
    who: Attribute | None = None
    stands_for: str = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        from jinxiao.model.names import DURABLES

        known = [d.key for d in DURABLES]
        if (self.what == "durable_age") != bool(self.durable):
            raise refuse(
                f"durable '{self.durable}'", "a class of durables with what: durable_age, and only there"
            )
        if self.durable and self.durable not in known:
            raise refuse(f"durable '{self.durable}'", ", ".join(known))
        if self.plus and self.what != "durable_age":
            raise refuse(f"plus {self.plus:g}", "times, for money")
        return self


class Override(Strict):
    """A behavioural parameter set to another value in this trial, with the reason."""

    value: float
    stands_for: str = Field(min_length=1)
    source: Source


class PopulationTweak(Strict):
    """Who is in the trial, and what is changed so that they stand for the setting of the paper.

    Attributes
    ----------
    who : expression of attributes, optional
        Households that the estimates are about; by default all.
    changes : tuple of Change
    parameters : mapping of str to Override
        By dotted name, ``households.borrowing_limit``.
    stands_for : str
        What the tweak stands for.
    """

    who: Attribute | None = None
    changes: tuple[Change, ...] = ()
    parameters: dict[str, Override] = Field(default_factory=dict)
    stands_for: str = ""

    @field_validator("parameters")
    @classmethod
    def _known(cls, given: dict[str, Override]) -> dict[str, Override]:
        from jinxiao.calibration.parameters import load_parameters

        for name in given:
            record = load_parameters().records.get(name)
            if record is None or not isinstance(record.value, float):
                raise refuse(
                    f"parameter '{name}'", "a single-valued parameter, e.g. households.reserve_months"
                )
        return given


# ---------------------------------------------------------------------------------- assignment


class Lottery(Strict):
    """A share of the eligible households, drawn at random, is treated."""

    kind: Literal["lottery"]
    share: Share
    among: Attribute | None = None


class Queue(Strict):
    """First come, first served: places in a queue are random, those within the capacity win.

    ``running`` is the capacity less the place, both as shares of the queue: 0 or more has won.
    """

    kind: Literal["queue"]
    capacity: Share
    among: Attribute | None = None


class Threshold(Strict):
    """Treated on one side of a cut-off of an attribute; ``running`` is the distance to it, 0 or more on the treated side."""

    kind: Literal["threshold"]
    of: Attribute
    cutoff: float
    side: Literal["at_or_above", "below"] = "at_or_above"
    among: Attribute | None = None


class Cohort(Strict):
    """Those who enter in one month."""

    month: int = Field(ge=0)
    share: Share


class RollOut(Strict):
    """Groups enter one after the other; who is left over never does.

    Attributes
    ----------
    by : {'household', 'zone', 'city'}
        What is drawn into a cohort.
    cohorts : tuple of Cohort
        Months of entry relative to the start, and shares of households.
    """

    kind: Literal["roll_out"]
    by: Literal["household", "zone", "city"] = "household"
    cohorts: Annotated[tuple[Cohort, ...], Field(min_length=1, max_length=COHORTS)]
    among: Attribute | None = None

    @model_validator(mode="after")
    def _shares(self) -> Self:
        total = sum(c.share for c in self.cohorts)
        if total > 1 + 1e-9:
            raise refuse(f"cohorts adding up to {total:g}", "shares adding up to 1 or less")
        return self


class ByAttribute(Strict):
    """Who meets a condition is treated; the rest of those among whom it is asked are the controls."""

    kind: Literal["attribute"]
    treated: Attribute
    among: Attribute | None = None


Assignment = Annotated[Lottery | Queue | Threshold | RollOut | ByAttribute, Field(discriminator="kind")]


# ---------------------------------------------------------------------------------- estimators


class Term(Strict):
    """An outcome, added up or averaged over months.

    Attributes
    ----------
    of : expression
        Outcomes and attributes.
    months : (int, int)
        First and last, relative to the start.
    total : {'sum', 'mean'}
        Of the months.
    """

    of: Outcome
    months: Span = (0, 0)
    total: Literal["sum", "mean"] = "sum"

    @field_validator("months")
    @classmethod
    def _in_order(cls, given: Span) -> Span:
        if given[1] < given[0]:
            raise refuse(f"months {list(given)}", "[first, last]")
        return given


class Estimator(Strict):
    """What all estimators have in common.

    Attributes
    ----------
    outcome : Term
        Whose effect is estimated.
    per : Term, optional
        The same estimate of this divides it, e.g. money received.
    percent : bool
        In per cent of the outcome's level without treatment.
    share_of : Term, optional
        Divided by the level of this without treatment, e.g. persons.
    less : (int, int), optional
        Months before, of which the household's own outcome is taken off first (brought to the length of the outcome's months).
    paired : bool
        Outcomes are those of the run with treatment less those of the same household without it: the design is the same,
        the noise of households' other lives is gone.
    times : float
        Factor on the result, e.g. -1.
    where : expression of attributes, optional
        Households used.
    """

    outcome: Term
    per: Term | None = None
    percent: bool = False
    share_of: Term | None = None
    less: Span | None = None
    paired: bool = False
    times: float = 1.0
    where: Attribute | None = None

    @model_validator(mode="after")
    def _one_scale(self) -> Self:
        if self.percent and self.share_of is not None:
            raise refuse("percent beside share_of", "one or the other")
        return self

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every outcome that it reads."""
        return tuple(term for term in (self.outcome, self.per, self.share_of) if term is not None)

    @property
    def spans(self) -> list[Span]:
        """Months that it reads."""
        return [*(term.months for term in self.terms), *([self.less] if self.less else [])]

    @property
    def needs_untreated(self) -> bool:
        """Whether it compares with the same households without the treatment."""
        return self.paired


class MeanDifference(Estimator):
    """Treated less control, or treated less the same households in the run without treatment."""

    kind: Literal["mean_difference"]
    against: Literal["control", "untreated"] = "control"

    @property
    def needs_untreated(self) -> bool:
        """Whether it compares with the same households without the treatment."""
        return self.paired or self.against == "untreated"


class DifferenceInDifferences(Estimator):
    """Change of the treated less change of the controls.

    Attributes
    ----------
    before : (int, int)
        Months before; sums are brought to the length of the outcome's months.
    exposure : expression of attributes, optional
        Instead of the arm: a condition, or a number (the effect is then per unit).
    cluster : {'household', 'zone', 'city'}
    """

    kind: Literal["difference_in_differences"]
    before: Span
    exposure: Attribute | None = None
    cluster: Literal["household", "zone", "city"] = "household"

    @property
    def spans(self) -> list[Span]:
        """Months that it reads."""
        return [*super().spans, self.before]


class RegressionDiscontinuity(Estimator):
    """Jump at the cut-off of the running variable; with `per`, the fuzzy design."""

    kind: Literal["regression_discontinuity"]
    bandwidth: float = Field(gt=0)
    running: Attribute | None = None
    cutoff: float = 0.0


class Bunching(Estimator):
    """Excess mass of an amount at a notch; each household and month is one observation."""

    kind: Literal["bunching"]
    threshold: float = Field(gt=0)
    width: float = Field(gt=0)
    reach: tuple[float, float]
    excluded: tuple[float, float]
    degree: int = Field(default=5, ge=1, le=9)


class EventStudy(Estimator):
    """Two-way fixed effects around the month of entry of a roll-out.

    Attributes
    ----------
    leads, lags : int
        Event times kept apart.
    over : (int, int)
        Event times over which coefficients are averaged.
    cluster : {'household', 'zone', 'city'}
    """

    kind: Literal["event_study"]
    leads: int = Field(ge=2)
    lags: int = Field(ge=0)
    over: Span
    cluster: Literal["household", "zone", "city"] = "household"

    @model_validator(mode="after")
    def _over_fits(self) -> Self:
        if not -self.leads <= self.over[0] <= self.over[1] <= self.lags:
            raise refuse(f"over {list(self.over)}", f"event times from {-self.leads} to {self.lags}")
        return self


class IvWald(Estimator):
    """Reduced form over first stage."""

    kind: Literal["iv_wald"]
    dose: Term
    instrument: Attribute | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every outcome that it reads."""
        return (*super().terms, self.dose)


AnyEstimator = Annotated[
    MeanDifference | DifferenceInDifferences | RegressionDiscontinuity | Bunching | EventStudy | IvWald,
    Field(discriminator="kind"),
]


class Quantity(Strict):
    """One figure of the paper, and how it is estimated here.

    Attributes
    ----------
    title, unit : Text
    estimator : AnyEstimator
    published : float, optional
        Point estimate; none where only a range or a sign was published.
    low, high : float, optional
        Band; an open end is left out.
    band : {'published', 'tolerance'}
        A published interval, or a tolerance that is a judgement.
    source : Source, optional
        Where it differs from that of the trial.
    explanation : Text
        Shown beside a result outside the band: the mechanism that is missing.
    """

    title: Text
    unit: Text
    estimator: AnyEstimator
    published: float | None = None
    low: float | None = None
    high: float | None = None
    band: Literal["published", "tolerance"]
    source: Source | None = None
    explanation: Text

    @model_validator(mode="after")
    def _band_holds(self) -> Self:
        if self.low is None and self.high is None:
            raise refuse("no band", "low, high, or both")
        low, high = self.bounds
        if low > high:
            raise refuse(f"low {low:g} above high {high:g}", "low not above high")
        if self.published is not None and not low <= self.published <= high:
            raise refuse(f"published {self.published:g}", f"a value within the band, {low:g} to {high:g}")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """The band, infinite where it is open."""
        low = -float("inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        return low, high


# ---------------------------------------------------------------------------------- the trial


class Dose(Strict):
    """A lever of the treatment and whom it reaches.

    Attributes
    ----------
    reaches : {'treated', 'everyone'}
        The treated arm, or every household that the lever itself reaches.
    lever : AnyInstrument
    """

    reaches: Literal["treated", "everyone"] = "treated"
    lever: AnyInstrument

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if self.reaches == "treated" and not isinstance(self.lever, KEPT_TO_GROUPS):
            kinds = "transfer, durable_subsidy, coupon_wave, credit_line and prompt_payment"
            raise refuse(
                f"kind {self.lever.kind} for the treated alone",
                f"reaches: everyone; only {kinds} keep to an arm",
            )
        return self


class Trial(Strict):
    """One natural experiment.

    Attributes
    ----------
    id : str
        Short name, such as E15.
    title, what : Text
        Its name, and what was done and what is re-enacted.
    source : Source
        The paper.
    limits : Text
        What the model shares with the setting, and what not.
    start : Month
        First month of the treatment, in the model's calendar.
    before, months : int
        Months watched before the start and from it on.
    closure : {'full', 'direct'}
        Whether markets answer.
    units : {'households', 'firms'}
        Who is assigned and watched.
    population, assignment, treatment, quantities
        See their classes.
    """

    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    title: Text
    what: Text
    source: Source
    limits: Text
    start: Month
    before: int = Field(default=0, ge=0, le=24)
    months: int = Field(ge=1, le=48)
    closure: Literal["full", "direct"] = "full"
    units: Literal["households", "firms"] = "households"
    population: PopulationTweak = PopulationTweak()
    assignment: Assignment
    treatment: dict[str, Dose] = Field(default_factory=dict)
    quantities: Annotated[dict[str, Quantity], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _complete_levers(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("treatment"), Mapping):
            return raw
        try:
            start = read_month(raw.get("start"))
        except PydanticCustomError:
            return raw  # said of the field itself
        shared = {"name": raw.get("title"), "source": raw.get("source")}
        doses = {
            key: _dose(one, start, shared)
            for name, lever in raw["treatment"].items()
            for key, one in _expand(name, lever)
        }
        return {**raw, "treatment": doses}

    @model_validator(mode="after")
    def _fits_window(self) -> Self:
        for key, quantity in self.quantities.items():
            estimator = quantity.estimator
            for first, last in estimator.spans:
                if first < -self.before or last >= self.months:
                    raise refuse(
                        f"months [{first}, {last}] in {key}",
                        f"months from {-self.before} to {self.months - 1}",
                    )
            if isinstance(estimator, EventStudy) and not isinstance(self.assignment, RollOut):
                raise refuse(
                    f"event_study in {key} with assignment {self.assignment.kind}", "assignment roll_out"
                )
            running = isinstance(estimator, RegressionDiscontinuity) and estimator.running is None
            if running and not isinstance(self.assignment, Queue | Threshold):
                raise refuse(
                    f"regression_discontinuity in {key} without running",
                    "running, or assignment queue or threshold",
                )
            self._check_names(key, estimator)
        if self.units == "firms" and self.closure == "direct":
            raise refuse(
                "closure direct with units firms", "closure full: firms stand still in direct closure"
            )
        if self.units == "firms" and self.population.changes:
            raise refuse("changes of households with units firms", "no changes")
        for key, dose in self.treatment.items():
            if dose.reaches == "treated" and isinstance(dose.lever, PromptPayment) != (self.units == "firms"):
                raise refuse(
                    f"kind {dose.lever.kind} for treated {self.units}",
                    "a lever that reaches the units of the trial",
                )
            if dose.lever.start < self.start - self.before:
                raise refuse(f"start of {key} before the window", "a month within it")
        if self.start - self.before < 0:
            raise refuse("a window that opens before 2024-01", "a later start, or fewer months before")
        return self

    def _check_names(self, key: str, estimator: "AnyEstimator") -> None:
        """Refuse outcomes of households in a trial of firms, and the other way round."""
        for term in estimator.terms:
            for name in sorted(term.of.names & outcome_names()):
                if name.startswith("firm.") != (self.units == "firms"):
                    raise refuse(f"'{name}' in {key} with units {self.units}", f"outcomes of {self.units}")

    def uncertain(self) -> list[tuple[str, float, Any]]:
        """Return numbers of the treatment that have a prior: name, value, prior."""
        return [
            (f"trials.{self.id}.{key}.{path}", parameter.value, parameter.prior)
            for key, dose in self.treatment.items()
            for path, parameter, _ in walk(dose.lever)
            if parameter.prior is not None and not parameter.same_as
        ]

    def at(self, values: Mapping[str, float]) -> "Trial":
        """Return the trial with numbers of its treatment as drawn, by the names of :meth:`uncertain`."""
        doses = {}
        for key, dose in self.treatment.items():
            start = f"trials.{self.id}.{key}."
            own = {name.removeprefix(start): v for name, v in values.items() if name.startswith(start)}
            doses[key] = dose.model_copy(update={"lever": with_values(dose.lever, own)})
        return self.model_copy(update={"treatment": doses})

    @property
    def opens(self) -> int:
        """First month watched."""
        return self.start - self.before

    @property
    def closes(self) -> int:
        """Month after the last one watched."""
        return self.start + self.months

    @property
    def needs_untreated(self) -> bool:
        """Whether a run without treatment is needed."""
        return self.closure == "direct" or any(q.estimator.needs_untreated for q in self.quantities.values())


def _expand(key: str, raw: Any) -> list[tuple[str, Any]]:
    """Return a lever, or all of a measure where one is taken over whole (``use: measures.15``)."""
    path = str(raw.get("use", "")) if isinstance(raw, Mapping) else ""
    number = path.removeprefix("measures.")
    if not (path.startswith("measures.") and number.isdecimal()):
        return [(key, raw)]
    measure = load_plan(PLAN).measures.get(int(number))
    if measure is None:
        raise refuse(f"use '{path}'", "a measure of the plan")
    last = _through(raw)
    return [
        (name, {**raw, "use": f"{path}.{name}"})
        for name, lever in measure.instruments.items()
        if last is None or lever.start <= last
    ]


def _through(raw: Mapping[str, Any]) -> int | None:
    """Return the month with which instruments that are taken over end."""
    return read_month(raw["through"]) if "through" in raw else None


def _dose(raw: Any, start: int, shared: dict[str, Any]) -> Any:
    """Return a lever with what a trial leaves unsaid: name, source, payer, start and end; or one of the catalogue."""
    if not isinstance(raw, Mapping):
        return raw
    lever = dict(raw)
    reaches = lever.pop("reaches", "treated")
    begins = start + int(lever.pop("after", 0) if isinstance(lever.get("after", 0), int) else 0)
    lasts = lever.pop("lasts", None)
    if "use" in lever:
        return {"reaches": reaches, "lever": _from_catalogue(lever, begins)}
    defaults: dict[str, Any] = {
        **shared, "status": "new", "start": begins, "payers": {"centre": 1.0}, "financing": {"new": 1.0}
    }  # fmt: skip
    if isinstance(lasts, int):
        defaults["end"] = begins + lasts - 1
    return {"reaches": reaches, "lever": {**{k: v for k, v in defaults.items() if v is not None}, **lever}}


def _from_catalogue(raw: dict[str, Any], start: int) -> Any:
    """Return an instrument of the catalogue (``use: measures.1.KEY``) that starts here, with changes by path."""
    path = str(raw.pop("use"))
    changes = raw.pop("change", {})
    own_dates = raw.pop("own_dates", False) is True
    last = _through(raw)
    raw.pop("through", None)
    if raw:
        raise refuse(f"'{next(iter(raw))}' beside use", "use, change, own_dates, through, reaches, after")
    plan = load_plan(PLAN)
    parts = path.split(".")
    measure = plan.measures.get(int(parts[1])) if len(parts) == 3 and parts[1].isdecimal() else None
    if measure is None or parts[2] not in measure.instruments:
        known = ", ".join(measure.instruments) if measure else "measures.NUMBER.INSTRUMENT"
        raise refuse(f"use '{path}'", known)
    lever = measure.instruments[parts[2]]
    if not own_dates:
        lever = lever.model_copy(update={"start": start, "announced": None})
    if last is not None and (lever.end is None or lever.end > last):
        lever = lever.model_copy(update={"end": last})
    for where, value in (changes or {}).items():
        try:
            lever = with_override(lever, where, value, path)
        except OverrideError as error:
            raise refuse(f"{where}: {error.found}", error.allowed) from None
    return lever


def read_trial(path: str | Path) -> Trial:
    """Read a trial file.

    Raises
    ------
    InputError
        In one line, with file, line, field, what was found and what is allowed.
    """
    try:
        trial = load_model(path, Trial)
    except ValidationError as error:  # pragma: no cover  # load_model turns these into InputError
        raise InputError(path, found=str(error)) from None
    from jinxiao.experiments.engine import Engine

    horizon = Engine().horizon()
    if trial.closes > horizon:
        line = read_yaml(path).line("months")
        raise InputError(path, line, "months", str(trial.months), f"a window that ends by month {horizon}")
    return trial


def folder() -> Path:
    """Return the folder of the trials that come with the program."""
    return Path(str(resources.files("jinxiao.experiments.trials") / "files"))


def find_trials(asked: str = "all") -> list[Trial]:
    """Return trials by identifier, file, folder, or all that come with the program, in the order of their names.

    Raises
    ------
    InputError
        When there is no such trial, or a file is not valid.
    """
    path = Path(asked)
    if asked == "all":
        paths = _files(folder())
    elif path.suffix in SUFFIXES:
        paths = [path]
    elif path.is_dir():
        paths = _files(path)
        if not paths:
            raise InputError(path, found="no trial", allowed="a folder with files .yaml")
    else:
        shipped = {p.stem.upper(): p for p in _files(folder())}
        chosen = [
            p for name, p in shipped.items() if name == asked.upper() or name.startswith(f"{asked.upper()}_")
        ]
        if not chosen:
            raise InputError(
                field="trial", found=f"'{asked}'", allowed=f"{', '.join(shipped)}, a file, a folder, or all"
            )
        paths = chosen
    trials = [read_trial(p) for p in paths]
    seen: dict[str, Path] = {}
    for trial, where in zip(trials, paths, strict=True):
        if trial.id in seen:
            raise InputError(
                where,
                field="id",
                found=f"'{trial.id}'",
                allowed=f"another than that of {seen[trial.id].name}",
            )
        seen[trial.id] = where
    return trials


def _files(where: Path) -> list[Path]:
    return sorted(p for p in where.iterdir() if p.suffix in SUFFIXES)
