"""Trials whose units are firms: names and levers fit the units, and firms are watched."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from jinxiao.experiments.trials import firm_panel
from jinxiao.experiments.trials.expressions import attribute_names, outcome_names
from jinxiao.experiments.trials.trial_file import Trial, find_trials

ESTIMATOR: dict[str, Any] = {"kind": "mean_difference", "outcome": {"of": "firm.payroll"}}
TEXT = {"en": "x", "zh": "x"}


def trial(**changes: Any) -> Trial:
    """A trial of firms, with changes."""
    raw: dict[str, Any] = {
        "id": "T", "title": TEXT, "what": TEXT, "limits": TEXT, "units": "firms", "start": "2024-03", "months": 2,
        "source": {"title": "x", "confidence": "assumed"}, "assignment": {"kind": "lottery", "share": 0.5},
        "treatment": {"sooner": {"kind": "prompt_payment", "sooner": 0.5}},
        "quantities": {
            "q": {"title": TEXT, "unit": TEXT, "estimator": ESTIMATOR, "low": 0, "band": "tolerance", "explanation": TEXT}
        },
    }  # fmt: skip
    return Trial.model_validate({**raw, **changes})


def test_names_of_firms_are_known_and_none_is_both() -> None:
    assert set(firm_panel.OUTCOMES) <= outcome_names() and set(firm_panel.ATTRIBUTES) <= attribute_names()
    assert not set(firm_panel.OUTCOMES) & set(firm_panel.ATTRIBUTES)
    assert trial().units == "firms" and find_trials("E20")[0].units == "firms"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"units": "households"}, "with units households"),
        ({"closure": "direct"}, "closure full"),
        (
            {
                "treatment": {"line": {"kind": "credit_line", "months": 1}},
            },
            "a lever that reaches the units of the trial",
        ),
    ],
)
def test_what_does_not_fit_firms_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        trial(**changes)


def test_outcomes_of_households_are_refused_in_a_trial_of_firms() -> None:
    estimator = {"kind": "mean_difference", "outcome": {"of": "consumption"}}
    quantity = {
        "title": TEXT,
        "unit": TEXT,
        "estimator": estimator,
        "low": 0,
        "band": "tolerance",
        "explanation": TEXT,
    }
    with pytest.raises(ValidationError, match="outcomes of firms"):
        trial(quantities={"q": quantity})


def test_firms_are_read_from_the_economy() -> None:
    from jinxiao.calibration.baseline import fit_baseline
    from jinxiao.calibration.parameters import load_parameters
    from jinxiao.calibration.world import World
    from jinxiao.experiments.trials.panel import neutral_policy, wage_floor
    from jinxiao.model.economy import Economy

    world = World.load(scale=9000)
    baseline = fit_baseline(world, load_parameters().central(), rounds=1)
    economy = Economy(world, neutral_policy(wage_floor(), 2), baseline, seed=2)
    economy.run_for(1)
    before, now = firm_panel.firm_attributes(economy), firm_panel.firm_outcomes(economy)
    weight = economy.firms.columns["weight"].astype(np.float64)
    assert set(now) == set(firm_panel.OUTCOMES) and set(firm_panel.ATTRIBUTES) <= set(before)
    assert all(np.isfinite(v).all() and v.shape == weight.shape for v in [*before.values(), *now.values()])
    assert weight @ now["firm.government_sales"] == pytest.approx(economy.orders.sum(), rel=0.05)
    assert weight @ now["firm.payroll"] == pytest.approx(economy.worked[..., 1].sum(), rel=0.05)
