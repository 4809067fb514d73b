"""Drift and jumps are measured as they say."""

import numpy as np
import pandas as pd
import pytest

from jinxiao.experiments.steady import SERIES, drift, unexplained_jumps
from jinxiao.model.baseline import CalendarMonth


def calendar() -> dict[int, CalendarMonth]:
    none = (np.zeros(0, np.int8),) * 5
    return {
        m: CalendarMonth(
            7.0 if m % 12 == 9 else 2.0 + m % 3,
            8.0 + m % 2,
            0.1,
            11.0,
            m % 12 == 1,
            *none,
            break_workdays=0.0,
        )
        for m in range(48)
    }


def frame_of(path: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(dict.fromkeys(SERIES, path))


def test_growth_is_found_per_year() -> None:
    path = 100.0 * 1.03 ** (np.arange(48) / 12.0)
    found = drift(frame_of(path))
    assert found["wages"] == pytest.approx(3.0, abs=1e-9)
    assert found["unemployment"] == pytest.approx(path[-12:].mean() / 3.0 - path[:12].mean() / 3.0)


def test_holidays_explain_a_holiday_and_nothing_else() -> None:
    days = calendar()
    holiday = np.array([100.0 + 5.0 * days[m].longest_block for m in range(48)])
    odd = np.full(48, 100.0)
    odd[20] += 30.0
    explained = unexplained_jumps(frame_of(holiday), days).loc["consumption"]
    strange = unexplained_jumps(frame_of(odd), days).loc["consumption"]
    assert explained["unexplained"] < 1e-6 < explained["largest"]
    assert explained["explained"] == pytest.approx(1.0)
    assert strange["unexplained"] > 20.0
