"""One household's diary on the real model: the two lives differ by what policy did and by nothing else; every yuan adds up."""

import numpy as np
import pytest

from jinxiao.experiments.close_up import (
    ALWAYS,
    QUANTITIES,
    HouseholdDiary,
    choose_households,
    households_at_start,
    keep_diary,
    look_closely,
    panel,
)
from jinxiao.files.errors import InputError
from jinxiao.model.households.diary import N_ENTRIES, UNITS, Entry
from jinxiao.results.household_money import bought, money_of, totals
from jinxiao.results.household_people import find_households
from jinxiao.results.household_reasons import side_by_side
from jinxiao.scenarios import Plan, load_plan, read_scenario

SMALL = {"scale": 4000, "months": 24}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan("shanxi-2025")


@pytest.fixture(scope="module")
def columns(plan: Plan) -> dict[str, np.ndarray]:
    return households_at_start(plan, scale=SMALL["scale"])


def diary_of(plan: Plan, household: int, scenario: str, **options: object) -> HouseholdDiary:
    chosen, reference = read_scenario(plan, scenario), read_scenario(plan, "without")
    return keep_diary(plan, chosen, reference, household, **{**SMALL, **options})


@pytest.fixture(scope="module")
def parents(plan: Plan, columns: dict[str, np.ndarray]) -> HouseholdDiary:
    """A household with a child below three, under the childcare subsidy."""
    small = (columns["child_age"][:, 0] >= 0) & (columns["child_age"][:, 0] < 6)
    found = (diary_of(plan, int(household), "measures:5") for household in np.flatnonzero(small)[:6])
    return next(diary for diary in found if diary.entries[:, Entry.POLICY].any())  # not all apply for it


def test_a_household_without_children_lives_the_same_life_with_childcare_subsidies(
    plan: Plan, columns: dict[str, np.ndarray]
) -> None:
    single = find_households(columns, "retired, 1 person")["household"].iloc[0]
    diary = diary_of(plan, int(single), "measures:5")
    assert np.array_equal(diary.entries, diary.reference)
    assert all(not found.added and not found.missing for found in side_by_side(diary))
    assert all(row.scenario == row.reference for row in totals(diary))


def test_parents_get_the_subsidy_from_its_start_on_and_only_under_the_measure(
    parents: HouseholdDiary,
) -> None:
    assert np.array_equal(parents.entries[: parents.start], parents.reference[: parents.start])
    assert parents.entries[parents.start :, Entry.POLICY].sum() > 0
    gap = (parents.entries - parents.reference)[parents.start :]
    assert gap[:, Entry.POLICY].sum() > 0.0 and bought(gap).sum() > 0.0
    names = [one.reason.key for found in side_by_side(parents)[parents.start :] for one in found.added]
    assert "policy" in names
    payer = parents.payers[int(parents.entries[:, Entry.POLICY_RULE].max()) - 1]
    assert payer.measure == 5


def test_every_yuan_came_in_was_spent_put_aside_or_kept(parents: HouseholdDiary) -> None:
    for entries in (parents.entries, parents.reference):
        money = money_of(entries)
        before = np.concatenate([[float(parents.who["liquid_wealth"])], money.cash[:-1]])
        gap = before + money.came_in - money.spent - money.aside - money.debts - money.cash
        assert np.abs(gap).max() < 0.05, gap


@pytest.mark.parametrize("first", [0, 17])
def test_totals_and_their_differences_add_up(parents: HouseholdDiary, first: int) -> None:
    rows = totals(parents, first)
    sums = [row for row in rows if row.level == 0]
    came_in, *rest = sums
    for run in ("scenario", "reference"):
        assert getattr(came_in, run) == pytest.approx(sum(getattr(row, run) for row in rest), abs=1.0)
    of_income = rows[1 : rows.index(sums[1])]
    of_spending = [row for row in rows[rows.index(sums[1]) + 1 : rows.index(sums[2])] if row.level == 1]
    for run in ("scenario", "reference"):
        assert sum(getattr(row, run) for row in of_income) == pytest.approx(getattr(came_in, run), abs=3.0)
        assert sum(getattr(row, run) for row in of_spending) == pytest.approx(getattr(sums[1], run), abs=3.0)


def test_the_table_holds_both_runs_by_month(parents: HouseholdDiary) -> None:
    table = parents.table
    assert list(table.columns) == ["household", "scenario", "month", "quantity", "value", "unit"]
    counts = table.groupby("scenario")["value"].count()
    assert counts["without+5"] == counts["without"]
    income = table[(table["scenario"] == "without+5") & (table["quantity"] == "income")]
    assert income["value"].to_numpy() == pytest.approx(parents.entries[:, Entry.INCOME])


@pytest.mark.parametrize(
    ("household", "options", "said"),
    [
        (10**9, {}, "found 1000000000"),
        (-1, {}, "found -1"),
        (0, {"months": 3}, "months"),
        (0, {"closure": "half"}, "closure"),
        (0, {"scale": 0}, "scale"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    plan: Plan, household: int, options: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        diary_of(plan, household, "plan", **options)


def test_every_entry_has_a_name_of_its_own_and_a_column() -> None:
    assert len({q.name for q in QUANTITIES}) == len(QUANTITIES) == N_ENTRIES
    assert sorted(q.column for q in QUANTITIES) == list(range(N_ENTRIES))
    assert {"liquid_wealth", "goods_restaurant_meals", "categories_food", "durable_subsidy_fridge"} <= {
        q.name for q in QUANTITIES
    }
    assert set(UNITS) <= set(Entry)


def test_a_panel_holds_the_diaries_of_its_households(plan: Plan) -> None:
    found = look_closely(plan, read_scenario(plan, "plan"), households=40, scale=4000, months=4).panel
    assert found["household"].nunique() == 40 and found["month"].nunique() == 4
    wide = found.pivot_table(
        index=["household", "month"], columns="quantity", values="value", observed=True, fill_value=0.0
    )
    assert (wide["consumption"] > 0.0).all()
    by_category = wide[[c for c in wide.columns if str(c).startswith("categories_")]].sum(axis=1)
    assert by_category.to_numpy() == pytest.approx(wide["consumption"].to_numpy(), rel=1e-4)
    always = found[found["quantity"].isin(ALWAYS)]
    assert len(always) == 40 * 4 * len(ALWAYS)
    assert (found.loc[~found["quantity"].isin(ALWAYS), "value"] != 0.0).all()


def test_a_panel_of_thousands_is_made_at_once() -> None:
    n, months = 3000, 24
    rng = np.random.default_rng(1)
    columns = {"weight": np.ones(n), "zone": rng.integers(0, 22, n), "quintile": rng.integers(0, 5, n)}
    entries = rng.random((months, n, N_ENTRIES)) * (rng.random((months, n, N_ENTRIES)) < 0.3)
    chosen = choose_households(n, n, 1)
    table = panel(columns, chosen, entries.astype(np.float32), np.zeros((months, n)))
    bytes_a_row = table.memory_usage(deep=True).sum() / len(table)
    assert len(table) > n * months * len(ALWAYS) and bytes_a_row < 50
