"""Figures: all there in both languages, no sign missing, units named, nothing off the page, the same bytes twice."""

import io
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from jinxiao.experiments.estimates import WHOLE
from jinxiao.experiments.sensitivity import SensitivityResult
from jinxiao.experiments.uplift import UpliftResult
from jinxiao.model.outcomes import Outcomes
from jinxiao.results.answer import HEADLINE, Answer
from jinxiao.results.city_map import inner_point, outlines
from jinxiao.results.facts_figure import facts_figures
from jinxiao.results.labels import LANGUAGES
from jinxiao.results.run_figures import compare_figures, run_figures
from jinxiao.results.sensitivity_figure import sensitivity_figures
from jinxiao.results.style import encode, save_figures, sheet, use_style, wrap
from jinxiao.results.uplift_figures import cost_figure, groups_figure, uplift_figure, uplift_figures

UPLIFT = {"uplift", "paths", "groups", "map", "cost", "waterfall", "multiplier"}
MINUS = "−"


@pytest.fixture(autouse=True)
def strict() -> Iterator[None]:
    """Make a missing glyph, or a layout that does not fit, an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield


def texts(figure: Figure) -> list[Text]:
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def words(figure: Figure) -> str:
    return " ".join(t.get_text().replace("\n", "") for t in texts(figure))


def ink_at_the_edge(png: bytes) -> bool:
    """Return whether something reaches the border of the page, where it would be cut."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    frame = np.ones(pixels.shape, dtype=bool)
    frame[6:-6, 6:-6] = False
    return bool((pixels[frame] < 250).any())


def check(figures: dict[str, Figure], unit: str, lang: str) -> None:
    """Check what every figure must be."""
    for name, figure in figures.items():
        assert unit in words(figure), f"{name} names no unit"
        files = encode(figure)
        assert not ink_at_the_edge(files["png"]), f"{name} is cut"
        assert b"<svg" in files["svg"]
        if lang == "zh":
            assert any("一" <= sign <= "鿿" for sign in words(figure)), f"{name} is not in Chinese"


@pytest.mark.parametrize(("lang", "unit"), [("en", "yuan"), ("zh", "元")])
def test_uplift_figures_are_complete(result: UpliftResult, lang: str, unit: str) -> None:
    figures = uplift_figures(result, lang)
    assert set(figures) == UPLIFT
    check(figures, unit, lang)


@pytest.mark.parametrize(("lang", "unit"), [("en", "yuan"), ("zh", "元")])
def test_figures_of_runs_and_comparisons(
    outcomes: Outcomes, compared: pd.DataFrame, lang: str, unit: str
) -> None:
    figures = run_figures(outcomes, lang) | compare_figures(compared, lang)
    assert set(figures) == {"categories", "indicators", "cities", "compare", "compare_paths"}
    check(figures, unit, lang)


@pytest.mark.parametrize(("lang", "unit"), [("en", "yuan"), ("zh", "元")])
def test_figures_of_facts_and_drivers(
    facts: pd.DataFrame, drivers: SensitivityResult, lang: str, unit: str
) -> None:
    figures = facts_figures(facts, lang)
    assert set(figures) == {"facts", "levels", "misses"}
    check(figures, "%" if lang == "en" else "公布值", lang)
    check(sensitivity_figures(drivers, lang), unit, lang)


def test_a_run_of_several_draws_has_a_band(outcomes: Outcomes) -> None:
    frame = pd.concat([outcomes.to_frame(0), outcomes.to_frame(1)], ignore_index=True)
    assert "90% interval" in words(run_figures(frame, "en")["indicators"])


def test_titles_say_the_scope(result: UpliftResult) -> None:
    for name, figure in uplift_figures(result, "en").items():
        said = words(figure)
        for part in ("fake-plan", "2025-06 to 2027-12", "against no measures at all", "3 draws"):
            assert part in said, f"{name} does not say {part!r}"
        assert name == "multiplier" or "markets respond" in said, name


@pytest.mark.parametrize("measure", [20, 24])
def test_a_measure_without_any_effect_can_be_drawn(make: Any, measure: int) -> None:
    one = make(measure, draws=1, closure="direct", estimand=("last_in",), reference="baseline")
    figures = uplift_figures(one, "en")
    assert set(figures) == UPLIFT - {"waterfall", "multiplier"}
    check(figures, "yuan", "en")
    ticks = [t.get_text() for axes in figures["paths"].axes for t in axes.get_yticklabels()]
    assert not any("e" in tick for tick in ticks), "an axis of zeros has plain ticks"


def test_the_waterfall_adds_up_by_draw(result: UpliftResult) -> None:
    answer = Answer.of(result, "en")
    steps, joint = answer.steps()
    assert sum(steps) == pytest.approx(answer.monthly(WHOLE).sum(axis=1).mean())
    assert steps[-1] == pytest.approx(0.0, abs=1.0), "the fake province has no joint effects"
    assert joint.low <= joint.median <= joint.high


def test_measures_are_in_the_order_of_what_they_add(result: UpliftResult) -> None:
    answer = Answer.of(result, "en")
    medians = [answer.value(k, HEADLINE)["median"] for k in answer.measures]
    assert medians == sorted(medians, reverse=True)
    assert answer.shown[-1] == WHOLE


def test_gross_spending_is_the_tables_ratio_times_cost(result: UpliftResult) -> None:
    """In the fake province gross spending is four times what is paid, in every draw."""
    answer = Answer.of(result, "en")
    assert answer.gross(5) == pytest.approx(4.0 * answer.value(5, "fiscal_cost")["median"])


def test_same_figures_same_bytes(result: UpliftResult, tmp_path: Path) -> None:
    answer = Answer.of(result, "zh")
    for folder in ("one", "two"):
        with use_style("zh"):
            figures = {"groups": groups_figure(answer), "uplift": uplift_figure(answer)}
        save_figures(figures, tmp_path / folder)
        assert not any(figure.axes for figure in figures.values()), "saved figures are emptied"
    files = sorted((tmp_path / "one" / "figures").iterdir())
    assert [f.name for f in files] == ["groups.png", "groups.svg", "uplift.png", "uplift.svg"]
    for file in files:
        assert file.read_bytes() == (tmp_path / "two" / "figures" / file.name).read_bytes(), file.name


SMALL = """
import hashlib
from jinxiao.results.style import encode, sheet, use_style
with use_style("zh"):
    figure = sheet(1.5, "标题", "范围")
    first, second = figure.subplots(1, 2)
    first.fill_between([0, 1], [0, 1], [1, 2])
    second.imshow([[0, 1]])
print([hashlib.sha256(data).hexdigest() for data in encode(figure).values()])
"""


def test_same_bytes_in_another_process(capsys: pytest.CaptureFixture[str]) -> None:
    other = subprocess.run([sys.executable, "-c", SMALL], check=True, text=True, capture_output=True)
    exec(SMALL, {})
    assert capsys.readouterr().out == other.stdout


def test_nothing_in_a_figure_tells_when_it_was_made(result: UpliftResult) -> None:
    files = encode(cost_figure(Answer.of(result, "en")))
    assert b"dc:date" not in files["svg"]
    assert b"tIME" not in files["png"]


def test_one_font_shows_both_languages_and_a_true_minus() -> None:
    with use_style("zh"):
        figure = sheet(1.0, "山西省 Lüliang 吕梁", f"{MINUS}1.5 亿元，“人均”（元）", "▸ 说明")
        axes = figure.subplots()
        axes.plot([-2, 2], [-1, 1])
        figure.draw_without_rendering()
        ticks = [t.get_text() for t in axes.get_xticklabels()]
    assert any(t.startswith(MINUS) for t in ticks)
    assert {t.get_fontfamily()[0] for t in texts(figure)} == {"Noto Sans SC"}


def test_the_style_is_left_behind_outside() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with use_style("zh"):
        assert mpl.rcParams["svg.hashsalt"]
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("lang", ["de", ""])
def test_other_languages_are_refused(lang: str) -> None:
    with pytest.raises(ValueError, match="allowed: en, zh"), use_style(lang):
        pass
    assert set(LANGUAGES) == {"en", "zh"}


def test_lines_break_where_they_may() -> None:
    lines = wrap("山西省提振消费专项行动实施方案（二〇二五年），从六月起；对照：无任何措施", 1.6, 10.0)
    assert len(lines) > 2
    assert not any(line[0] in "，。；：）" for line in lines), "no line begins with a closing sign"
    assert not any(line.endswith("（") for line in lines)
    english = wrap("median and 90% interval of 8 draws", 1.2, 10.0)
    assert " ".join(english) == "median and 90% interval of 8 draws"


def test_names_stand_inside_their_city() -> None:
    for outline in outlines():
        assert outline.contains_point(inner_point(outline))
    points = np.array([inner_point(outline) for outline in outlines()])
    apart = np.abs(points[:, None] - points[None]) + 9.0 * np.eye(len(points))[..., None]
    assert (np.maximum(apart[..., 0] / 0.35, apart[..., 1] / 0.25) > 1.0).all(), "names do not overlap"


def test_other_results_are_other_bytes(result: UpliftResult, make: Any) -> None:
    first, second = (encode(cost_figure(Answer.of(r, "en"))) for r in (result, make(5, 15)))
    assert first["png"] != second["png"] and first["svg"] != second["svg"]
