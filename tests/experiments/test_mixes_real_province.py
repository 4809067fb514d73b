"""The best of two measures for half of what they cost, on the real model: identities that hold whatever it finds."""

from pathlib import Path

import numpy as np
import pytest

from jinxiao.experiments.mixes import Mix, evaluate
from jinxiao.experiments.optimise import BEST, EQUAL, PLAN, as_yaml, optimise
from jinxiao.experiments.runs import Setting
from jinxiao.scenarios import load_plan, read_scenario

MEASURES = (8, 15)
BUDGET = 4.5e9


@pytest.mark.slow
def test_the_best_mix_of_the_real_province_costs_the_budget_and_is_a_scenario(tmp_path: Path):
    plan = load_plan("shanxi-2025")
    store = tmp_path / "store"
    result = optimise(
        plan, MEASURES, budget=BUDGET, delays=(0,), draws=2, search_draws=1, scale=3000, store=store, jobs=1
    )
    assert set(result.mixes) == {BEST, PLAN, EQUAL}
    table = result.table
    search = table[(table["evaluated"] == "search") & (table["measure"] == 0)]
    np.testing.assert_allclose(search["cost"], BUDGET, rtol=0.03)
    chosen = search[search["outcome"] == "total_consumption"].set_index("mix")["median"]
    assert chosen[result.settings["chosen_as"]] == chosen.max()
    assert result.check.loc[result.check["quantity"] == "cost", "error_pct"].abs().max() < 10.0
    file = tmp_path / "best.yaml"
    file.write_text(as_yaml(result, result.mixes[BEST]), "utf-8")
    assert read_scenario(plan, file).hash == result.mixes[BEST].scenario(plan).hash
    # twice the cash is twice the cost, and adds less than twice
    setting = Setting(plan, 3000, 1, 48, plan.start, store=store)
    found = evaluate(setting, [Mix("once", {8: 1.0}), Mix("twice", {8: 2.0})], [0], jobs=1)
    assert found.spent[0, 1] == pytest.approx(2.0 * found.spent[0, 0], rel=0.02)
    added = found.goal("total_consumption")[0]
    assert 1.2 * added[0] < added[1] < 2.1 * added[0]
