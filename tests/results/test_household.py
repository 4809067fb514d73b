"""A household's diary as people see it: reasons in both languages, text for narrow and wide terminals, a picture."""

import re
import string
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

from jinxiao.experiments.close_up import HouseholdDiary, Payer
from jinxiao.experiments.estimates import Title
from jinxiao.files.errors import InputError
from jinxiao.files.manifest import Account
from jinxiao.model.households.columns import NOT_OWNED, SEED, STATE
from jinxiao.model.households.diary import CAME_IN, N_ENTRIES, WENT_OUT, Entry
from jinxiao.model.names import DURABLES, GOODS, N_DURABLES, N_SLOTS, MemberBand, Occupation
from jinxiao.results import household_people as people
from jinxiao.results import report
from jinxiao.results.household_money import INCOME, NAMES, NOT_INCOME, NOT_TAKEN, TAKEN
from jinxiao.results.household_reasons import (
    BASKETS,
    KINDS,
    LESS,
    MORE,
    REASONS,
    Page,
    pages,
    side_by_side,
    told,
)

PAYERS = {3: Payer(5, "Childcare subsidy", "育儿补贴")}


class Eventful(Page):
    """A page on which every entry, also of diaries to come, has the same value."""

    def __call__(self, name: str, k: int = 0) -> float:
        values = {"DURABLE_AGE": -1.0, "COMMITTED": 400.0, "TRIP_DESTINATION": 1.0}
        return values.get(name, 2.0)

    def was(self, name: str, k: int = 0) -> float:
        return 0.0


def row_of(**entries: float) -> np.ndarray:
    row = np.zeros(N_ENTRIES)
    row[Entry.DURABLE_AGE : Entry.DURABLE_AGE + N_DURABLES] = -1.0
    for name, value in entries.items():
        row[Entry[name]] = value
    return row


def who() -> dict[str, np.ndarray]:
    """Make a household of three in rural Datong: a farmer, a worker out of work, a child of two."""
    found = {
        name: np.zeros(column.width) if column.width > 1 else np.float64(0)
        for name, column in {**SEED, **STATE}.items()
    }
    members = np.zeros(len(MemberBand))
    members[[MemberBand.AGE_0_2, MemberBand.AGE_18_59]] = 1, 2
    bought = np.full(N_SLOTS, NOT_OWNED)
    bought[4] = -30
    return {
        **found, "weight": np.float64(100), "zone": np.int64(3), "quintile": np.int64(0), "head_age": np.int64(420),
        "members": members, "child_age": np.array([26, -1]), "occupation": np.array([Occupation.FARMER, Occupation.MIGRANT]),
        "sector": np.array([16, 18]), "employed": np.array([1, 0]), "wage": np.array([0.0, 3000.0]),
        "durable_bought": bought, "liquid_wealth": np.float64(1000.0), "permanent_income": np.float64(2500.0),
        "saving_rate": np.float64(0.1), "tenure": np.int64(2), "home_value": np.float64(9e4), "mortgage": np.float64(5e4),
    }  # fmt: skip


@pytest.fixture
def diary() -> HouseholdDiary:
    """Two years in which policy pays from month 18 on, of which half is spent on food."""
    rows = []
    for paid in (300.0, 0.0):
        months = np.array(
            [row_of(PERSONS=3, FARM=2500.0, COMMITTED=250.0, TRIP_BLOCK=2.0) for _ in range(24)]
        )
        months[18:, Entry.POLICY] = months[18:, Entry.POLICY_LARGEST] = paid
        months[18:, Entry.POLICY_RULE] = 4.0 if paid else 0.0
        months[20, [Entry.COUPON_BASKET, Entry.COUPON_THRESHOLD, Entry.COUPON_GOOD]] = (
            (92, 100, 6) if paid else 0
        )
        months[20, Entry.COUPON_OFF] = 20.0 if paid else 0.0
        months[20, Entry.COUPON_EXTRA] = 8.0 if paid else 0.0
        fridge = 2
        months[21, Entry.DURABLES + fridge] = 3200.0
        months[21, Entry.DURABLE_SUBSIDY + fridge] = months[21, Entry.SUBSIDIES] = 640.0 if paid else 0.0
        months[21, Entry.DURABLE_AGE + fridge] = 160.0
        months[5, [Entry.TRIP, Entry.TRIP_DESTINATION, Entry.TRIP_NIGHTS, Entry.TRIP_PERSONS]] = 800, 12, 2, 3
        months[7, Entry.MEDICAL] = 900.0
        food = 1500.0 + 0.5 * months[:, Entry.POLICY]
        months[:, Entry.GOODS] = months[:, Entry.CATEGORIES] = food
        months[:, Entry.CATEGORIES + 3] += months[:, Entry.DURABLES + fridge]
        months[:, Entry.CATEGORIES + 5] += months[:, Entry.TRIP]
        months[:, Entry.CATEGORIES + 6] += months[:, Entry.MEDICAL]
        came_in = months[:, list(CAME_IN)].sum(axis=1)
        went_out = months[:, list(WENT_OUT)].sum(axis=1) + food + months[:, Entry.DURABLES + fridge]
        months[:, Entry.LIQUID] = 1000.0 + (came_in - went_out).cumsum()
        rows.append(months)
    settings = {"plan": "shanxi-2025", "closure": "direct", "scale": 100, "seed": 1, "months": 24}
    titles = Title("without+5", "without+5", "official"), Title("No measures", "无任何措施", "assumed")
    return HouseholdDiary(
        7, who(), rows[0], rows[1], titles, ("without+5", "without"), 17, PAYERS, settings, {}
    )


def test_every_reason_has_the_same_fields_in_both_languages_and_a_kind() -> None:
    keys = [reason.key for reason in REASONS]
    assert len(set(keys)) == len(keys)
    for reason in (*REASONS, MORE, LESS):
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in reason.words]
        assert fields[0] == fields[1], reason.key
        assert reason.words.en and reason.words.zh and reason.kind in KINDS
        assert re.search(r"[一-鿿]", reason.words.zh) or reason.key == "school"


def test_every_reason_that_is_found_can_be_read_in_both_languages() -> None:
    found = told(Eventful(row_of(), row_of(), payers=PAYERS))
    found += told(Page(row_of(TRIP_BLOCK=2.0), row_of()))
    assert len({one.reason.key for one in found}) > 30
    for one in found:
        english, chinese = one.of("en"), one.of("zh")
        assert english[0].isupper() or english[0].isdigit()
        assert english.endswith(".") and chinese.endswith("。")
        assert not re.search(r"[{}]", english + chinese)
        assert not re.search(r"[A-Za-z]{2,}", chinese), chinese


def test_words_cover_the_vocabulary() -> None:
    assert set(BASKETS) == {good.key for good in GOODS}
    assert set(people.BANDS) == set(MemberBand)
    assert set(people.OCCUPATIONS) == set(Occupation) - {Occupation.NONE}
    assert {entry.name for entry in (*INCOME, *TAKEN)} <= set(NAMES)
    assert set(NOT_INCOME) <= set(CAME_IN) and set(NOT_TAKEN) <= set(WENT_OUT)
    assert people.thing(0).en == "car" and len(DURABLES) == N_DURABLES
    for words in (people.WORDS, people.BANDS, people.OCCUPATIONS, NAMES, BASKETS, KINDS):
        assert all(label.en and label.zh for key, label in words.items() if key != "years")


def test_reasons_say_what_policy_changed_and_why(diary: HouseholdDiary) -> None:
    lines = side_by_side(diary)
    assert [one.of("en") for one in lines[18].added] == [
        "Policy pays 300 yuan: Childcare subsidy (measure 5)."
    ]
    assert "Stretched a 92 yuan dinner to 100 for the coupon; 20 yuan off this month." in [
        one.of("en") for one in lines[20].added
    ]
    assert [one.of("en") for one in lines[21].added] == [
        "Replaced the refrigerator, 13 years old, for 3,200 yuan: subsidy of 640 yuan."
    ]
    assert [one.of("zh") for one in lines[21].missing] == ["更换使用13年的冰箱，价格3,200元。"]
    assert [one.of("en") for one in lines[0].both] == ["Put 250 yuan aside."]
    assert [one.of("en") for one in lines[1].both] == ["No trip; the longest block of days off was 2 days."]
    assert lines[5].both[0].of("en").startswith("Went outside the province: 3 persons, 2 nights, 800 yuan")


def test_a_steady_payment_is_told_once(diary: HouseholdDiary) -> None:
    keys = [one.reason.key for page in pages(diary.entries, PAYERS) for one in told(page)]
    assert keys.count("policy") == 1


def shown(diary: HouseholdDiary) -> report.Household:
    return report.of(report.Household, diary, Account())


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 120])
def test_the_text_fits_the_terminal_and_tells_all(diary: HouseholdDiary, lang: str, width: int) -> None:
    text = shown(diary).text(lang, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert all(f"2024-{month:02d}" in text for month in range(1, 13))
    word = {"en": "Childcare subsidy", "zh": "育儿补贴"}[lang]
    assert word in text and "3,200" in text and "+300" in text


def test_two_lives_that_are_one_are_said_to_be(diary: HouseholdDiary) -> None:
    same = HouseholdDiary(**{**vars(diary), "entries": diary.reference})
    assert "never reaches this household" in shown(same).text("en", 100)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_diary_is_drawn_and_written(diary: HouseholdDiary, lang: str, tmp_path: Path) -> None:
    out = shown(diary).save(tmp_path / "out", lang)
    names = {path.relative_to(out).as_posix() for path in out.rglob("*.*")}
    assert {
        "diary.csv", "diary.parquet", "diary.txt", "reasons.csv", "reasons.parquet", "manifest.json",
        "figures/diary.png", "figures/diary.svg",
    } <= names  # fmt: skip
    assert (out / "figures" / "diary.png").stat().st_size > 20_000


def test_a_search_finds_households_of_the_kind_asked_for() -> None:
    one = who()
    columns = {name: np.stack([value, value]) for name, value in one.items()}
    columns["zone"] = np.array([3, 0])
    columns["tenure"] = np.array([2, 0])
    found = people.find_households(columns, "rural, quintile 1, children, farmer")
    assert found["household"].tolist() == [0] and found.attrs["found"] == 1
    assert people.find_households(columns, "城镇，租房", "zh")["home"].tolist() == ["租房"]
    assert people.find_households(columns, "Datong")["household"].tolist() == [0]
    assert people.find_households(columns, "age 30-40, 3 persons")["household"].tolist() == [0, 1]
    assert people.find_households(columns, "retired").empty
    with pytest.raises(InputError, match="'green'"):
        people.find_households(columns, "rural, green")
