"""Calendar and geography as they are shipped."""

import numpy as np
import pytest

from jinxiao.calibration.calendar import Calendar
from jinxiao.calibration.geography import Geography
from jinxiao.model.names import N_CITIES, month_index


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar.load()


def test_calendar_covers_2023_to_2027(calendar: Calendar) -> None:
    assert calendar.first == month_index("2023-01")
    assert len(calendar) == 60
    days = calendar.workdays + calendar.weekend_days + calendar.holiday_days
    assert days.sum() == 365 * 4 + 366
    assert days[calendar.index(month_index("2024-02"))] == 29


@pytest.mark.parametrize(
    ("year", "holidays", "worked"), [(2023, 28, 249), (2024, 30, 251), (2025, 28, 248), (2026, 33, 248)]
)
def test_days_by_year_are_those_of_the_notices(
    calendar: Calendar, year: int, holidays: int, worked: int
) -> None:
    rows = slice(calendar.index(month_index(f"{year}-01")), calendar.index(month_index(f"{year}-12")) + 1)
    assert calendar.holiday_days[rows].sum() == holidays
    assert calendar.workdays[rows].sum() == worked


def test_national_day_of_2024_is_a_block_of_seven(calendar: Calendar) -> None:
    (block,) = calendar.holiday_blocks(month_index("2024-10"))
    assert (block.name_zh, block.days) == ("国庆节", 7)
    assert calendar.longest_block[calendar.index(month_index("2024-10"))] == 7


def test_school_breaks_lie_in_winter_and_summer(calendar: Calendar) -> None:
    months = (np.arange(len(calendar)) + calendar.first) % 12 + 1
    with_break = np.unique(months[calendar.school_break_days.sum(axis=1) > 0])
    assert set(with_break.tolist()) <= {1, 2, 3, 7, 8}
    assert calendar.projected[calendar.index(month_index("2027-05"))]
    assert not calendar.projected[calendar.index(month_index("2026-05"))]


def test_months_outside_are_refused(calendar: Calendar) -> None:
    with pytest.raises(IndexError, match="outside the calendar"):
        calendar.index(month_index("2028-01"))


def test_geography_has_all_cities_and_plausible_distances() -> None:
    geography = Geography.load()
    distances = geography.distances
    assert distances.shape == (N_CITIES, N_CITIES)
    assert np.allclose(distances, distances.T)
    assert np.allclose(np.diag(distances), 0.0)
    assert 240 < distances[0, 1] < 275  # Taiyuan to Datong, about 255 km as the crow flies
