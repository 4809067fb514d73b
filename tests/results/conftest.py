"""Results of the fake province, for figures and tables."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # workers find the shared module there

from fake_province import ENGINE, FakePlan, load_world, small_plan

from jinxiao.experiments.sensitivity import SensitivityResult, sensitivity
from jinxiao.experiments.uplift import UpliftResult, uplift
from jinxiao.model.outcomes import Outcomes

Make = Callable[..., UpliftResult]


@pytest.fixture(scope="session")
def plan() -> FakePlan:
    return small_plan()


@pytest.fixture(scope="session")
def make(plan: FakePlan, tmp_path_factory: pytest.TempPathFactory) -> Make:
    store: Path = tmp_path_factory.mktemp("store")
    return lambda *measures, **options: uplift(
        plan, measures or None, **{"draws": 3, "jobs": 1, "engine": ENGINE, "store": store, **options}
    )


@pytest.fixture(scope="session")
def result(make: Make) -> UpliftResult:
    return make(closure=("full", "direct"), estimand=("first_in", "shapley"))


@pytest.fixture(scope="session")
def compared(result: UpliftResult) -> pd.DataFrame:
    """Make the table of a comparison: the same columns with the scenario in the place of the measure."""
    rows = result.table[(result.table["part"] == "all") & (result.table["measure"] > 0)]
    names = ("without+" + rows["measure"].astype(str)).to_list()
    return rows.rename(columns={"measure": "scenario"}).assign(
        scenario=names, name_en=names, name_zh=names, reference="plan"
    )


@pytest.fixture(scope="session")
def outcomes(plan: FakePlan) -> Outcomes:
    economy = ENGINE.start(
        load_world(1000, 1), plan.scenario(5).policy(30), ENGINE.load_parameters(plan).central(), 1
    )
    economy.run_for(30)
    return economy.outcomes()


@pytest.fixture(scope="session")
def drivers(plan: FakePlan, tmp_path_factory: pytest.TempPathFactory) -> SensitivityResult:
    return sensitivity(plan, size=4, jobs=1, engine=ENGINE, store=tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def facts() -> pd.DataFrame:
    """Make a table of facts: fitted, an outcome that misses, one of a city, ownership, a bridge."""
    rows = [
        ("consumption_per_head_food", "Shanxi", "urban", "yuan/year", 6857.0, 6900.0, True, False, "consumption"),
        ("consumption_per_head_food", "Shanxi", "rural", "yuan/year", 4612.0, 4500.0, True, False, "consumption"),
        ("retail_sales", "Taiyuan", "all", "100m yuan", 1973.5, 1480.0, False, False, "cities"),
        ("income_per_head", "Datong", "urban", "yuan/year", 40221.0, 40100.0, True, False, "cities"),
        ("ownership_per_100", "Shanxi", "car urban", "per 100 households", 54.0, 53.0, True, False, "durables"),
        ("a_series_without_label", "Shanxi", "all", "%", 10.0, 25.0, False, False, "money"),
        ("tax_revenue", "Shanxi", "all", "100m yuan", 2000.0, 400.0, False, True, "public money"),
    ]  # fmt: skip
    columns = ["series", "geo", "breakdown", "unit", "published", "model", "fitted", "bridge", "block"]
    table = pd.DataFrame(rows, columns=columns)
    error = 100.0 * (table["model"] / table["published"] - 1.0)
    return table.assign(
        period="2024", error_pct=error, source="a source", confidence="official", band_pct=10.0,
        published_period="2024", rank=np.arange(len(table)),
    )  # fmt: skip
