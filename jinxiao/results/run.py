"""Reading one run: from outcomes, or their tidy frame, to monthly paths and totals by year."""

import re
from typing import Final

import numpy as np
import pandas as pd

from jinxiao.experiments.comparison import NAMES
from jinxiao.model.outcomes import OUTCOMES, Outcomes
from jinxiao.results.answer import join
from jinxiao.results.labels import Label

_WINDOW: Final = Label("{start} to {end}", "{start} 至 {end}")
_KEY: Final = Label("scenario {key}", "情景代码 {key}")
_MEASURES: Final = Label("Measures {numbers}", "措施{numbers}")
_DRAWS: Final = Label("median of {draws} draws", "{draws} 次抽样的中位数")
_MEANS: Final = Label("mean of {draws} draws", "{draws} 次抽样的均值")


def frame_of(outcomes: pd.DataFrame | Outcomes) -> pd.DataFrame:
    """Return the tidy frame of a run (``outcomes.parquet``)."""
    return outcomes.to_frame() if isinstance(outcomes, Outcomes) else outcomes


def province(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the province as a whole, without groups."""
    whole = frame["city"] == "all"
    for column in ("residence", "quintile", "category"):
        whole &= frame[column] == "all"
    return frame[whole]


def path(frame: pd.DataFrame, outcome: str) -> np.ndarray:
    """Return the monthly path of an outcome of the province, shape (draws, months)."""
    rows = province(frame)
    rows = rows[rows["outcome"] == outcome]
    return rows.pivot_table(index="draw", columns="month", values="value").to_numpy(dtype=np.float64)


def months_of(frame: pd.DataFrame) -> list[str]:
    """Return the labels of the months in order."""
    return sorted(set(frame["month"]))


def by_category(frame: pd.DataFrame) -> pd.DataFrame:
    """Return resident consumption by month and category, yuan: the mean over draws."""
    cells = frame[(frame["outcome"] == "resident_consumption") & (frame["category"] != "all")]
    total = cells.pivot_table(index="month", columns="category", values="value", aggfunc="sum")
    return total / len(set(cells["draw"]))


def by_year(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``scenario, outcome, period, unit, value``: sums of full and part years, jobs as averages."""
    rows = province(frame)
    rows = rows.assign(period=rows["month"].str[:4])
    grouped = rows.groupby(["scenario", "outcome", "period", "unit", "draw"], observed=True)["value"]
    value = grouped.sum().where(grouped.sum().index.get_level_values("unit") != "persons", grouped.mean())
    keys = ["scenario", "outcome", "period", "unit"]
    table = value.groupby(level=keys).median().reset_index()
    table["place"] = table["outcome"].map({name: i for i, name in enumerate(OUTCOMES)})
    table = table.sort_values(["place", "period"], kind="stable").drop(columns="place")
    return table.reset_index(drop=True)


def scope(frame: pd.DataFrame, lang: str, *, means: bool = False) -> str:
    """Return the scenario's key, window and draws, of which figures that stack parts show means, which add up."""
    months = months_of(frame)
    draws = len(set(frame["draw"]))
    parts = [
        _KEY.of(lang).format(key=frame["scenario"].iloc[0]),
        _WINDOW.of(lang).format(start=months[0], end=months[-1]),
        (_MEANS if means else _DRAWS).of(lang).format(draws=draws) if draws > 1 else "",
    ]
    return join(parts, lang)


def title(frame: pd.DataFrame, lang: str) -> str:
    """Return the name of a frame's scenario for people."""
    return scenario_name(str(frame["scenario"].iloc[0]), lang)


def scenario_name(key: str, lang: str) -> str:
    """Return the name of a scenario: of the reference scenarios, of some measures alone, else the key itself."""
    if key in NAMES:
        return Label(*NAMES[key]).of(lang)
    listed = re.fullmatch(r"without\+([\d,]+)", key)
    if listed is None:
        return key
    numbers = listed[1].split(",")
    return _MEASURES.of(lang).format(numbers=("、" if lang == "zh" else ", ").join(numbers))
