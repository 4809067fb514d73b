"""Populations read like Mesa's AgentSet: the same verbs on the same agents give the same answers."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinxiao.model.population import Column, Population, Row

SCHEMA = {
    "zone": Column("int8", "code", "where the household lives"),
    "income": Column("float64", "yuan/month", "disposable income"),
    "ages": Column("int16", "years", "ages of two earners", 2),
}
WEIGHTED = {"weight": Column("float32", "households", "real ones it stands for"), **SCHEMA}

records = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 9000), st.integers(18, 60), st.integers(18, 60)),
    min_size=1,
    max_size=12,
)
Record = tuple[int, int, int, int]


class Household(mesa.Agent):
    """The same household as a Mesa agent."""

    def __init__(self, model: mesa.Model, record: Record) -> None:
        super().__init__(model)
        self.zone, income, *ages = record
        self.income = float(income)
        self.ages = ages


def as_agents(rows: list[Record]) -> Any:
    """All agents of a Mesa model: the set that keeps them alive, so tests hold on to it while they select from it."""
    model = mesa.Model(rng=1)
    for row in rows:
        Household(model, row)
    return model.agents


def as_population(rows: list[Record], weight: list[float] | None = None, **more: Any) -> Population:
    zone, income, first, second = np.array(rows).T
    columns = {
        "zone": zone.astype(np.int8),
        "income": income.astype(np.float64),
        "ages": np.stack([first, second], axis=1).astype(np.int16),
    }
    if weight is not None:
        columns["weight"] = np.array(weight, np.float32)
    return Population("household", SCHEMA if weight is None else WEIGHTED, columns, **more)


VILLAGE: list[Record] = [
    (0, 4000, 30, 31),
    (1, 2500, 50, 48),
    (0, 7000, 25, 27),
    (2, 100, 59, 60),
    (1, 2500, 40, 41),
]


@pytest.fixture
def village() -> Population:
    return as_population(VILLAGE)


# --- the same answers as Mesa


@given(records)
def test_length_order_and_values(rows: list[Record]) -> None:
    agents, population = as_agents(rows), as_population(rows)
    assert len(population) == len(agents)
    assert [row.income for row in population] == [a.income for a in agents]
    assert [row.zone for row in population] == [a.zone for a in agents]
    assert [row.ages.tolist() for row in population] == [a.ages for a in agents]
    assert population.get("income").tolist() == agents.get("income")


@given(records, st.integers(0, 9000))
def test_select(rows: list[Record], limit: int) -> None:
    agents, population = as_agents(rows), as_population(rows)
    rich_agents = agents.select(lambda a: a.income > limit)
    rich = population.select(lambda p: p.get("income") > limit)
    assert rich.get("income").tolist() == rich_agents.get("income")
    rich_in_one = rich.select(rich.get("zone") == 1)
    assert rich_in_one.get("income").tolist() == rich_agents.select(lambda a: a.zone == 1).get("income")


@given(records)
@pytest.mark.parametrize("func", [min, max, sum, len, np.mean, np.median])
def test_agg(func: Callable[[Any], Any], rows: list[Record]) -> None:
    expected = as_agents(rows).agg("income", func)
    assert as_population(rows).agg("income", func) == pytest.approx(expected)
    if func in (min, max, sum):
        assert as_population(rows).agg("income", func.__name__) == pytest.approx(expected)


@given(records)
def test_groupby(rows: list[Record]) -> None:
    agents = as_agents(rows)
    theirs = {zone: group.get("income") for zone, group in agents.groupby("zone")}
    ours = as_population(rows).groupby("zone")
    assert {zone: group.get("income").tolist() for zone, group in ours.items()} == theirs


@given(records)
def test_set(rows: list[Record]) -> None:
    agents, population = as_agents(rows), as_population(rows)
    assert population.set("income", 12.5) is population
    assert agents.set("income", 12.5).get("income") == population.get("income").tolist()


def test_do_calls_a_function_and_returns_the_population(village: Population) -> None:
    def pay(p: Population, amount: float, times: int = 1) -> None:
        p.set("income", p.get("income") + amount * times)

    def pay_one(a: Household, amount: float, times: int = 1) -> None:
        a.income += amount * times

    assert village.do(pay, 10.0, times=2) is village
    agents = as_agents(VILLAGE)
    assert village.get("income").tolist() == agents.do(pay_one, 10.0, times=2).get("income")


def test_several_columns_at_once(village: Population) -> None:
    # Mesa gives a list per agent, a population a column per name
    together = village.get(["zone", "income"])
    assert np.column_stack(together).tolist() == as_agents(VILLAGE).get(["zone", "income"])


def test_what_is_missing(village: Population) -> None:
    with pytest.raises(AttributeError):
        as_agents(VILLAGE).get("wealth")
    with pytest.raises(KeyError, match=r"household has no column 'wealth'.*income"):
        village.get("wealth")
    agents = as_agents(VILLAGE).get("wealth", handle_missing="default", default_value=7)
    assert village.get("wealth", handle_missing="default", default_value=7).tolist() == agents


def test_setting_a_selection_reaches_the_agents(village: Population) -> None:
    agents = as_agents(VILLAGE)
    agents.select(lambda a: a.zone == 1).set("income", 0.0)
    village.select(village.get("zone") == 1).set("income", 0.0)
    assert village.get("income").tolist() == agents.get("income")


# --- weights


def test_sums_and_means_count_real_households() -> None:
    weight = [1.0, 3.0, 2.0, 10.0, 4.0]
    population = as_population(VILLAGE, weight)
    income = population.get("income")
    assert population.agg("income", "sum") == pytest.approx(income @ np.array(weight))
    assert population.agg("income", "mean") == pytest.approx(np.average(income, weights=weight))
    assert population.agg("income", "sum", weighted=False) == income.sum()
    assert population.agg("income", np.sum) == income.sum()
    np.testing.assert_allclose(population.agg("ages", "sum"), np.array(weight) @ population.get("ages"))
    rural = population.select(population.get("zone") == 1)
    assert rural.agg("income", "sum") == pytest.approx(2500.0 * 7.0)


def test_aggregates_are_summed_in_double_precision() -> None:
    many = Population("n", {"x": Column("float32", "1", "x")}, {"x": np.full(3_000_000, 0.1, np.float32)})
    assert many.agg("x", "sum") == pytest.approx(3_000_000 * float(np.float32(0.1)), rel=1e-12)


# --- rows


def test_a_row_reads_and_writes_the_columns(village: Population) -> None:
    row = village[1]
    row.income = 1.0
    row.ages[0] = 51
    assert village.get("income")[1] == 1.0
    assert village.get("ages")[1].tolist() == [51, 48]
    village.set("income", 3.0)
    assert row.income == 3.0
    assert village[-1].unique_id == 4
    assert "household 1" in repr(row)
    assert not hasattr(row, "wealth")


@pytest.mark.parametrize("index", [5, -6, 100])
def test_no_row_beyond_the_last(village: Population, index: int) -> None:
    with pytest.raises(IndexError, match="there are 5"):
        village[index]


def test_rows_keep_their_identity_in_a_selection(village: Population) -> None:
    urban = village.select(village.get("zone") == 0)
    assert [row.unique_id for row in urban] == [0, 2]
    assert urban.get("unique_id").tolist() == [0, 2]
    assert [row.unique_id for row in urban.select(urban.get("income") > 5000)] == [2]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda row: pickle.loads(pickle.dumps(row))])
def test_a_row_can_be_copied_and_pickled(village: Population, again: Callable[[Row], Row]) -> None:
    row = again(village[3])
    assert (row.unique_id, row.income) == (3, 100.0)
    row.income = 7.0
    # a copy is a view of the same columns; columns go along in a deep copy and in a pickle
    assert village.get("income")[3] == (7.0 if again is copy.copy else 100.0)


def test_a_row_in_the_making_has_no_attributes() -> None:
    with pytest.raises(AttributeError):
        _ = Row.__new__(Row).income


def test_membership(village: Population) -> None:
    assert village[2] in village
    same = Population("household", SCHEMA, village.columns)
    assert village[2] in same
    assert village[2] not in Population("firm", SCHEMA, village.columns)
    urban = village.select(village.get("zone") == 0)
    assert village[2] in urban and urban[1] in village
    assert village[1] not in urban
    assert village[2] not in as_population(VILLAGE)
    assert "a string" not in village
    assert all(isinstance(row, Row) for row in village)


# --- declarations


def test_derived_attributes_follow_the_columns() -> None:
    population = as_population(VILLAGE, derived={"yearly": lambda p: 12.0 * p.get("income")})
    population.set("income", 100.0)
    assert population.agg("yearly", "max") == 1200.0
    assert population[0].yearly == 1200.0
    assert population.select(population.get("zone") == 2).agg("yearly", "sum") == 1200.0


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        (
            "income",
            np.zeros(5, np.float32),
            r"household.income: found float32 \(5,\); declared float64 \(5,\)",
        ),
        ("income", np.zeros(4), r"household.income: found float64 \(4,\)"),
        ("ages", np.zeros(5, np.int16), r"household.ages: found int16 \(5,\); declared int16 \(5, 2\)"),
        ("income", None, "household: columns missing: income"),
    ],
)
def test_columns_that_do_not_fit_the_declaration(name: str, values: np.ndarray | None, message: str) -> None:
    columns = dict(as_population(VILLAGE).columns)
    if values is None:
        del columns[name]
    else:
        columns[name] = values
    with pytest.raises(ValueError, match=message):
        Population("household", SCHEMA, columns)


def test_state_takes_the_bytes_that_are_declared(village: Population) -> None:
    assert village.bytes_per_agent == 1 + 8 + 2 * 2


# --- Mesa's collector


class Village(mesa.Model):
    """Households earn more each month; kept as agents and as a population."""

    def __init__(self) -> None:
        super().__init__(rng=1)
        for record in VILLAGE:
            Household(self, record)
        self.households = as_population(VILLAGE)
        self.datacollector = mesa.DataCollector(
            {
                "agents": lambda m: m.agents.agg("income", sum),
                "columns": lambda m: m.households.agg("income", "sum"),
                "poor": lambda m: len(m.households.select(lambda p: p.get("income") < 1000.0)),
            }
        )

    def step(self) -> None:
        self.agents.do(lambda a: setattr(a, "income", a.income + 300.0))
        self.households.do(lambda p: p.set("income", p.get("income") + 300.0))
        self.datacollector.collect(self)


def test_mesas_data_collector_reads_a_population() -> None:
    model = Village()
    model.run_for(4)
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["columns"].tolist() == frame["agents"].tolist()
    assert frame["poor"].tolist() == [1, 1, 0, 0]
