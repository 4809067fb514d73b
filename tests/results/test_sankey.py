"""Bands of money: nothing is lost between columns, and own savings join where more is spent than was given."""

from collections import defaultdict

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinxiao.experiments.multiplier import KINDS, Multiplier
from jinxiao.results import style
from jinxiao.results.multiplier_page import COLUMNS, bands, sankey

parts = st.lists(st.floats(0.0, 60.0), min_size=8, max_size=8)


def ends_of(values: list[float], outside: float) -> pd.DataFrame:
    """Ends of 100 yuan with these parts of sellers and suppliers; what is left is saved."""
    sinks = ["inflow", "labour", "taxes", "profits"]
    rows = [("sellers", s, v) for s, v in zip(sinks, values[:4], strict=True)]
    rows += [("suppliers", s, v) for s, v in zip(sinks, values[4:], strict=True)]
    rows += [("households", "outside", outside), ("households", "saving", 100.0 - sum(values) - outside)]
    return pd.DataFrame(rows, columns=["stage", "sink", "value"])


@given(parts, st.floats(0.0, 20.0))
def test_what_enters_a_node_leaves_it(values: list[float], outside: float) -> None:
    inside: dict[str, float] = defaultdict(float)
    out: dict[str, float] = defaultdict(float)
    for band in bands(ends_of(values, outside)):
        assert band.value >= -1e-9
        out[band.start] += band.value
        inside[band.end] += band.value
    for node in ("sellers", "suppliers"):
        assert inside[node] == pytest.approx(out[node], abs=1e-9)
    assert out["paid"] == pytest.approx(100.0)
    assert sum(inside[n] for n in COLUMNS[-1]) == pytest.approx(100.0 + out["own"])
    assert (out["own"] > 0.0) == (100.0 - sum(values) - outside < 0.0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_has_a_panel_a_subsidy(lang: str) -> None:
    ends = pd.concat([
        ends_of([20.0, 10.0, 2.0, 5.0, 4.0, 3.0, 1.0, 2.0], 3.0).assign(kind=kind, sector="") for kind in KINDS
    ])  # fmt: skip
    figure = sankey(Multiplier(pd.DataFrame(), ends, dict.fromkeys(KINDS, 1e9)), lang)
    assert len(figure.axes) == len(KINDS)
    assert style.encode(figure)["png"].startswith(b"\x89PNG")
