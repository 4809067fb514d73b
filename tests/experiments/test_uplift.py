"""The main job on a province whose effects are known in closed form.

A measure pays transfers of which the share ``mpc`` is spent; full closure adds a tenth of what is paid.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_province import ENGINE, LEVEL, FakeInstrument, FakeMeasure, FakePlan

from jinxiao.experiments.attribution import EXACT_UP_TO
from jinxiao.experiments.effects import ALL, COLUMN, CONSUMPTION, COST, MEASURED, PAYER_KEYS
from jinxiao.experiments.estimates import CONTRACT, WHOLE, Effect
from jinxiao.experiments.runs import Arm, DrawRuns, Setting, make_draw
from jinxiao.experiments.store import RunStore
from jinxiao.experiments.uplift import UpliftResult, shapley_gap, uplift
from jinxiao.files.errors import InputError
from jinxiao.model.outcomes import GROUPS, OUTCOMES

Run = Callable[..., UpliftResult]
FIRST, MONTHS = 17, 48
ALLOWANCE, ALLOWANCE_MONTHS = 3e8, 30
MARKETS = 0.1
INTERFACE = [
    "measure", "name_en", "name_zh", "estimand", "outcome", "group_by", "group", "period", "unit", "baseline", "median",
    "low", "high", "draws", "evidence",
]  # fmt: skip
"""Columns of uplift.csv as people script against them."""


def drawn(plan: FakePlan, draws: int, seed: int = 1) -> pd.DataFrame:
    """Return the values of the uncertain numbers by draw."""
    parameters = ENGINE.load_parameters(plan)
    return pd.DataFrame([parameters.draw(seed, d) for d in range(draws)])


def total(result: UpliftResult, effect: Effect, outcome: str = "total_consumption") -> np.ndarray:
    """Return the difference over the whole window for the province, by draw."""
    difference = result.periods.sum(result.effects[effect].difference)
    return difference[:, 0, MEASURED.index(outcome), ALL]


def rows(table: pd.DataFrame, **where: Any) -> pd.DataFrame:
    """Return the rows in which columns have the values given."""
    for column, value in where.items():
        table = table[table[column] == value]
    return table


# ------------------------------------------------------------------ the right figures


def test_a_measure_adds_what_households_and_markets_spend_of_it(plan: FakePlan, run: Run):
    values = drawn(plan, 3)
    paid = ALLOWANCE * ALLOWANCE_MONTHS * values["measures.5.amount.factor"]
    found = total(run([5]), Effect(5, "first_in", "full", "all"))
    np.testing.assert_allclose(found, (values["households.mpc"] + MARKETS) * paid)


def test_direct_closure_leaves_out_the_answer_of_markets(plan: FakePlan, everything: UpliftResult):
    values = drawn(plan, 4)
    paid = ALLOWANCE * ALLOWANCE_MONTHS * values["measures.5.amount.factor"]
    direct = total(everything, Effect(5, "first_in", "direct", "all"))
    full = total(everything, Effect(5, "first_in", "full", "all"))
    np.testing.assert_allclose(direct, values["households.mpc"] * paid)
    np.testing.assert_allclose(full - direct, MARKETS * paid)


def test_what_a_measure_took_from_later_months_shows_as_payback_after_its_end(run: Run):
    path = run([15]).effects[Effect(15, "first_in", "full", "all")].difference[:, :, CONSUMPTION, ALL]
    assert (path[:, : 24 - FIRST] > 0.0).all()
    assert (path[:, 24 - FIRST : 27 - FIRST] < 0.0).all()
    np.testing.assert_allclose(path[:, 27 - FIRST :], 0.0, atol=1e-3)


def test_yuan_per_yuan_is_the_median_of_ratios_not_the_ratio_of_medians(plan: FakePlan, run: Run):
    values = drawn(plan, 3)
    table = rows(run([5]).table, measure=5, part="all")
    additional = rows(table, outcome="additional_per_yuan").iloc[0]
    assert additional["median"] == pytest.approx(np.median(values["households.mpc"] + MARKETS))
    assert (additional["unit"], additional["period"], additional["group"]) == (
        "yuan per yuan",
        "total",
        "all",
    )
    gross = rows(table, outcome="gross_per_yuan").iloc[0]
    assert gross[["median", "low", "high"]].tolist() == pytest.approx([4.0, 4.0, 4.0])


def test_who_pays_adds_up_to_the_cost(plan: FakePlan, everything: UpliftResult):
    for effect, paired in everything.effects.items():
        cost = paired.difference[:, :, COST]
        public = [COLUMN["payer", key] for key in PAYER_KEYS[:4]]
        np.testing.assert_allclose(cost[..., public].sum(axis=-1), cost[..., ALL], err_msg=str(effect))


# ------------------------------------------------------------------ nothing is exactly nothing


@pytest.mark.parametrize("measure", [20, 24])
def test_an_empty_measure_adds_exactly_nothing(everything: UpliftResult, measure: int):
    for closure in ("full", "direct"):
        for estimand in ("first_in", "last_in"):
            paired = everything.effects[Effect(measure, estimand, closure, "all")]
            assert not np.nan_to_num(paired.difference).any()
    table = rows(everything.table, measure=measure, estimand="first_in")
    assert (table[["median", "low", "high"]] == 0.0).all(axis=None)


def test_a_measure_without_instruments_is_the_same_run_as_none(run: Run, simulated: list[int]):
    run([20], draws=1, closure=("full", "direct"))
    assert simulated == [FIRST, MONTHS - FIRST]  # one history, one future


def test_shared_draws_cancel_noise_that_is_larger_than_the_effect(plan: FakePlan, run: Run):
    noise = 0.01 * LEVEL["total_consumption"]
    paired = run([5]).effects[Effect(5, "first_in", "full", "all")]
    baseline = paired.baseline[:, :, CONSUMPTION, ALL]
    values = drawn(plan, 3)
    effect = (values["households.mpc"] + MARKETS) * ALLOWANCE * values["measures.5.amount.factor"]
    assert baseline.std(axis=1).min() > 0.5 * noise > effect.max()
    in_force = paired.difference[:, 18 - FIRST :, CONSUMPTION, ALL]
    np.testing.assert_allclose(
        in_force, np.broadcast_to(effect.to_numpy()[:, None], in_force.shape), rtol=1e-9
    )


def test_draws_have_noise_and_parameters_of_their_own(everything: UpliftResult):
    paired = everything.effects[Effect(5, "first_in", "full", "all")]
    assert len(np.unique(paired.baseline[:, 0, CONSUMPTION, ALL])) == 4
    assert len(np.unique(total(everything, Effect(5, "first_in", "full", "all")))) == 4


def test_more_draws_leave_the_first_ones_as_they_are(run: Run):
    few, many = run([5, 15], draws=2), run([5, 15], draws=4)
    pd.testing.assert_frame_equal(few.draws, many.draws[many.draws["draw"] < 2].reset_index(drop=True))


# ------------------------------------------------------------------ references and parts


def test_new_and_continued_parts_make_up_the_programme(plan: FakePlan, run: Run, store: Path):
    result = run([5, 15])
    setting = Setting(plan, 100, 1, MONTHS, FIRST, store=store, engine=ENGINE)
    parameters = ENGINE.load_parameters(plan)
    for number in range(3):
        runs = DrawRuns(setting, make_draw(parameters, 1, number), RunStore(store))
        nothing = runs.flows(Arm(frozenset()))
        for key, members in {5: {5}, 15: {15}, WHOLE: {5, 15}}.items():
            continued = runs.flows(Arm(frozenset(members), "continued")) - nothing
            new = result.effects[Effect(key, "first_in", "full", "new")].difference[number]
            both = result.effects[Effect(key, "first_in", "full", "all")].difference[number]
            np.testing.assert_allclose(new + continued, both, atol=1e-3)


def test_what_the_centre_decides_and_what_the_province_does_make_up_the_programme(run: Run):
    result = run([5, 15], new="authority")  # 5 carries out a decision of the centre, 15 is the province's
    for number, local in ((5, False), (15, True)):
        whole, part = (
            result.effects[Effect(number, "first_in", "full", p)].difference for p in ("all", "local")
        )
        assert np.nansum(np.abs(whole)) > 0.0
        np.testing.assert_array_equal(
            np.nan_to_num(part), np.nan_to_num(whole) if local else 0.0 * np.nan_to_num(whole)
        )
    cost = {
        part: total(result, Effect(WHOLE, "first_in", "full", part), "fiscal_cost")
        for part in ("all", "new", "local", "new_local")
    }
    more = total(result, Effect(15, "first_in", "full", "new"), "fiscal_cost")
    np.testing.assert_allclose(cost["new_local"], more)
    assert (cost["new_local"] < cost["local"]).all() and (cost["local"] < cost["all"]).all()


def test_a_measure_that_is_all_new_is_new_throughout(run: Run):
    effects = run([5]).effects
    new, both = (effects[Effect(5, "first_in", "full", part)].difference for part in ("new", "all"))
    np.testing.assert_array_equal(new, both)


def test_against_the_baseline_only_what_the_plan_changed_counts(plan: FakePlan, run: Run):
    programme, change = run([15]), run([15], reference="baseline")
    old, more = (plan.measures[15].instruments[key] for key in ("old", "more"))
    whole = total(programme, Effect(15, "first_in", "full", "all"), "fiscal_cost")
    added = total(change, Effect(15, "first_in", "full", "all"), "fiscal_cost")
    np.testing.assert_allclose(added / whole, more.amount / (old.amount + more.amount))
    np.testing.assert_allclose(added, total(programme, Effect(15, "first_in", "full", "new"), "fiscal_cost"))
    assert set(change.table["reference"]) == {"baseline"}
    assert set(change.table["part"]) == {"all"}
    assert set(programme.table["part"]) == {"all", "new", "local", "new_local"}


def test_a_baseline_holds_what_already_ran(run: Run):
    level = {
        reference: rows(run([15], reference=reference).table, measure=15, outcome="fiscal_cost", group="all")
        for reference in ("without", "baseline")
    }
    of_total = {k: rows(v, period="total", part="all")["baseline"].item() for k, v in level.items()}
    assert of_total["baseline"] > of_total["without"] == 0.0


# ------------------------------------------------------------------ attribution


def test_shares_of_every_draw_and_outcome_add_up_to_the_whole(everything: UpliftResult):
    shares = everything.shapley_draws
    assert shares is not None
    assert set(shares["measure"]) == {0, 5, 15, 20, 21, 24}
    assert set(shares["outcome"]) == set(OUTCOMES)
    assert set(shares["draw"]) == {0, 1, 2, 3}
    assert shapley_gap(shares) < 1e-9 * LEVEL["total_consumption"]


def test_where_measures_do_not_meet_all_estimands_agree(everything: UpliftResult):
    for measure in (5, 15, 21):
        found = [
            total(everything, Effect(measure, e, "full", "all")) for e in ("first_in", "last_in", "shapley")
        ]
        np.testing.assert_allclose(found[1], found[0])
        np.testing.assert_allclose(found[2], found[0])


def test_the_whole_is_the_same_under_every_estimand(everything: UpliftResult):
    whole = [
        everything.effects[Effect(WHOLE, e, "full", "all")].difference
        for e in ("first_in", "last_in", "shapley")
    ]
    np.testing.assert_array_equal(whole[0], whole[1])
    np.testing.assert_array_equal(whole[0], whole[2])


def crowded_plan(measures: int) -> FakePlan:
    """Return a plan of alike measures."""
    instrument = FakeInstrument("new", 1e8, 18, 48)
    return FakePlan(
        {
            k: FakeMeasure(k, f"M{k}", f"措施{k}", "assumed", {"pay": instrument})
            for k in range(1, measures + 1)
        }
    )


@pytest.mark.parametrize("measures", [3, EXACT_UP_TO + 2])
def test_competing_measures_share_less_than_they_add_alone(
    monkeypatch: pytest.MonkeyPatch, store: Path, measures: int
):
    from fake_province import FakeEconomy

    live = FakeEconomy.run_for

    def crowd(self: FakeEconomy, duration: int) -> None:
        """Markets take back what measures add, the more the more there are."""
        live(self, duration)
        self.market_path = [-0.02 * (paid.sum() / 1e8) ** 2 * 1e8 for paid in self.paid]

    monkeypatch.setattr(FakeEconomy, "run_for", crowd)
    result = uplift(
        crowded_plan(measures), engine=ENGINE, store=store, jobs=1, draws=2, pairs=3,
        estimand=("first_in", "last_in", "shapley"),
    )  # fmt: skip
    found = {
        e: np.array([total(result, Effect(k, e, "full", "all")) for k in range(1, measures + 1)])
        for e in ("first_in", "last_in", "shapley")
    }
    whole = total(result, Effect(WHOLE, "shapley", "full", "all"))
    assert (found["first_in"].sum(axis=0) > whole).all()
    assert (found["last_in"].sum(axis=0) < whole).all()
    np.testing.assert_allclose(found["shapley"].sum(axis=0), whole)
    assert result.shapley_draws is not None
    assert shapley_gap(result.shapley_draws) < 1e-9 * np.abs(whole).max()
    sampled = measures > EXACT_UP_TO
    errors = rows(result.shapley_draws, outcome="total_consumption", measure=1)["standard_error"]
    assert (errors > 0.0).all() if sampled else (errors == 0.0).all()


# ------------------------------------------------------------------ the table


def test_the_columns_are_those_agreed_in_their_order(everything: UpliftResult):
    assert list(CONTRACT) == INTERFACE
    assert list(everything.table.columns) == [*INTERFACE, "closure", "reference", "part"]


def test_the_table_says_what_each_row_is(everything: UpliftResult):
    table = everything.table
    assert set(table["measure"]) == {0, 5, 15, 20, 21, 24}
    assert set(table["estimand"]) == {"first_in", "last_in", "shapley"}
    assert set(table["closure"]) == {"full", "direct"}
    assert set(table["outcome"]) == {*OUTCOMES, "additional_per_yuan", "net_per_yuan", "gross_per_yuan"}
    assert set(table["group_by"]) == {*GROUPS, "payer"}
    assert set(table["evidence"]) <= {"causal", "official", "assumed"}
    assert set(table["draws"]) == {4}
    keys = ["measure", "estimand", "closure", "part", "outcome", "group_by", "group", "period"]
    assert not table.duplicated(keys).any()
    assert table.drop(columns="baseline").notna().all(axis=None)
    assert (table["baseline"].isna() == table["unit"].eq("yuan per yuan")).all()


def test_names_and_evidence_are_the_measures_own_and_the_whole_is_as_weak_as_its_weakest(run: Run):
    table = run([5, 15]).table
    named = table.groupby("measure")[["name_en", "name_zh", "evidence"]].first()
    assert named.loc[15].tolist() == ["Trade-in", "以旧换新", "causal"]
    assert named.loc[0].tolist() == ["Chosen measures", "所选措施", "official"]


def test_all_measures_together_are_the_whole_plan(everything: UpliftResult):
    assert everything.titles[WHOLE] == ("The whole plan", "全部措施", "assumed")


def test_medians_and_intervals_are_quantiles_over_draws(everything: UpliftResult):
    keys = ["measure", "estimand", "closure", "part", "outcome", "group_by", "group", "period"]
    draws = everything.draws
    by_draw = draws[draws["outcome"] != "gross_spending"].groupby(keys)[
        "value"
    ]  # in the table as a ratio only
    expected = pd.DataFrame(
        {n: by_draw.quantile(q) for n, q in {"low": 0.05, "median": 0.5, "high": 0.95}.items()}
    )
    table = everything.table.set_index(keys)
    assert len(expected) > 1000
    for name in expected:
        np.testing.assert_allclose(expected[name], table.loc[expected.index, name], rtol=1e-12, atol=1e-6)
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()


def test_one_draw_has_no_width(run: Run):
    table = run([5], draws=1).table
    np.testing.assert_array_equal(table["low"], table["high"])
    np.testing.assert_array_equal(table["low"], table["median"])


@pytest.mark.parametrize("group_by", ["city", "residence", "quintile", "age", "category"])
def test_groups_add_up_to_the_province_in_every_draw(everything: UpliftResult, group_by: str):
    resident = MEASURED.index("resident_consumption")
    columns = [COLUMN[group_by, group] for group in GROUPS[group_by]]
    for paired in everything.effects.values():
        for flows in (paired.difference, paired.baseline):
            np.testing.assert_allclose(
                flows[:, :, resident, columns].sum(axis=-1), flows[:, :, resident, ALL], rtol=1e-12, atol=1e-2
            )


def test_months_add_up_to_years_and_years_to_the_window(everything: UpliftResult):
    draws = rows(everything.draws, group_by="all", outcome="total_consumption", measure=5)
    draws = rows(draws, estimand="first_in", closure="full")
    length = draws["period"].str.len()
    totals = draws[draws["period"] == "total"].set_index("draw")["value"]
    for kind in (4, 7):
        np.testing.assert_allclose(draws[length == kind].groupby("draw")["value"].sum(), totals, rtol=1e-9)


def test_the_settings_and_hashes_say_what_was_run(everything: UpliftResult):
    settings = {k: everything.settings[k] for k in ("plan", "months", "draws", "seed", "reference")}
    assert settings == {"plan": "fake-plan", "months": 48, "draws": 4, "seed": 1, "reference": "without"}
    assert everything.settings["measures"] == [5, 15, 20, 21, 24]
    assert everything.hashes["code"] == "fake"
    assert everything.hashes["world"] == "world-100-1"
    assert everything.persons["all", "all"] == pytest.approx(34.5e6)


# ------------------------------------------------------------------ ratios without a cost


def test_a_measure_that_costs_the_budget_nothing_has_no_yuan_per_yuan_and_a_note_says_so(run: Run):
    result = run([5, 21, 24])
    per_yuan = result.table[result.table["unit"] == "yuan per yuan"]
    assert set(per_yuan["measure"]) == {0, 5}
    assert len(result.notes) == 1
    assert "21, 24" in result.notes[0]
    assert "5," not in result.notes[0]


def test_no_note_where_every_measure_has_a_cost(run: Run):
    assert run([5, 15]).notes == ()


# ------------------------------------------------------------------ jobs


def test_one_process_and_two_give_the_same(run: Run, tmp_path: Path):
    one = run([5, 15], closure=("full", "direct"), draws=4, store=tmp_path / "one")
    two = run([5, 15], closure=("full", "direct"), draws=4, store=tmp_path / "two", jobs=2)
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
    pd.testing.assert_frame_equal(one.draws, two.draws, check_exact=True)
    assert one.hashes == two.hashes


def test_the_order_of_measures_does_not_matter(run: Run):
    pd.testing.assert_frame_equal(run([15, 5, 5]).table, run([5, 15]).table)


def test_progress_counts_every_run_once(run: Run):
    reports: list[tuple[int, int]] = []
    run([5, 15], draws=2, progress=lambda done, total: reports.append((done, total)))
    # none, 5, 15, both; the continued parts of 5, 15, both; of both what the centre decides, and what is either
    runs = 2 * (4 + 3 + 1 + 1)
    assert reports == [(k, runs) for k in range(runs + 1)]


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("arguments", "field", "found"),
    [
        ({"measures": [5, 99]}, "measures", "99"),
        ({"measures": []}, "measures", "none"),
        ({"scale": 0}, "scale", "0"),
        ({"draws": 0}, "draws", "0"),
        ({"months": 0}, "months", "0"),
        ({"months": FIRST}, "months", "17"),
        ({"months": 61}, "months", "61"),
        ({"seed": -1}, "seed", "-1"),
        ({"estimand": ("best_in",)}, "estimand", "'best_in'"),
        ({"estimand": ()}, "estimand", "nothing"),
        ({"closure": "half"}, "closure", "'half'"),
        ({"reference": "plan"}, "reference", "'plan'"),
        ({"scale": 5001}, "scale", "5001"),
        ({"jobs": 0}, "jobs", "0"),
        ({"pairs": 0}, "pairs", "0"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_runs(
    run: Run, simulated: list[int], store: Path, arguments: dict[str, Any], field: str, found: str
):
    with pytest.raises(InputError) as error:
        run(**arguments)
    assert (error.value.field, error.value.found) == (field, found)
    assert error.value.allowed
    assert not simulated
    assert not store.exists()


def test_the_shortest_horizon_is_one_month_of_the_plan(run: Run):
    assert set(run([5], months=FIRST + 1).table["period"]) == {"total", "2025", "2025-06"}
