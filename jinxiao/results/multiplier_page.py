"""The page on the multiplier and its figures: ``python -m jinxiao.results.multiplier_page docs``."""

import csv
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure

from jinxiao.experiments.multiplier import (
    APPLIANCE_RATE,
    CAR_SUBSIDY,
    COUPON_FACE,
    COUPON_MONTHS,
    KINDS,
    SCALE,
    SEEDS,
    START,
    WINDOWS,
    Multiplier,
    multiplier,
)
from jinxiao.files.writing import atomic_write_bytes
from jinxiao.model.names import month_label
from jinxiao.results import style
from jinxiao.results.labels import Label, number
from jinxiao.results.sankey import Band, draw_bands
from jinxiao.results.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, YELLOW, sheet, use_style

KIND_LABELS: Final = {
    "cash": Label("Cash, once", "一次性现金"),
    "pension": Label("Resident pension, for good", "居民养老金（长期提高）"),
    "trade_in": Label("Trade-in", "以旧换新"),
    "coupons": Label("Coupons", "消费券"),
}
NODES: Final = {
    "paid": Label("Subsidy", "补贴"),
    "own": Label("Own savings", "居民自有储蓄"),
    "sellers": Label("Sellers", "省内商家"),
    "suppliers": Label("Suppliers", "省内供应商"),
    "saving": Label("Saved", "居民储蓄"),
    "outside": Label("Trips outside", "省外出游"),
    "labour": Label("Wages and takings", "工资与经营收入"),
    "taxes": Label("Taxes", "税收"),
    "profits": Label("Profits, rents, interest", "利润、租金与利息"),
    "inflow": Label("Inflow from outside", "省外流入商品"),
}
COLOURS: Final = {
    "paid": BLUE, "own": SKY, "sellers": ORANGE, "suppliers": YELLOW, "saving": SKY, "outside": GREY, "labour": GREEN,
    "taxes": PURPLE, "profits": VERMILION, "inflow": GREY,
}  # fmt: skip
COLUMNS: Final = (
    ("paid", "own"),
    ("sellers",),
    ("suppliers",),
    ("labour", "profits", "taxes", "inflow", "saving", "outside"),
)
_TITLE: Final = Label("Where 100 yuan of each subsidy end", "每100元补贴最终流向何处")
_SCOPE: Final = Label(
    "First round and all rounds of suppliers, {months} months from {start}; prices, wages and jobs held",
    "首轮效应及各轮供应商，自{start}起{months}个月；价格、工资与就业不变",
)
_NOTE: Final = Label(
    "Labour income and taxes at the average of each sector. Profits leave to owners, of whom only some live in the province.",
    "劳动收入与税收按各行业平均比例计算。利润归所有者，其中仅部分为本省居民。",
)
QUANTITIES: Final = {
    "spent in the province": "spent in the province, first round",
    "spent outside": "spent on trips outside",
    "sales of suppliers, second round": "sales of suppliers, second round",
    "sales of suppliers, later rounds": "sales of their suppliers, third and later rounds",
    "inflow, direct": "of all this, paid for goods and inputs from outside",
    "product, direct": "product of the province (value added)",
    "spent in the province, full": "spent in the province",
    "spent outside, full": "spent on trips outside",
    "inflow, full": "paid for goods and inputs from outside",
    "product, full": "product of the province (value added)",
    "labour income, full": "labour income of households",
    "taxes, full": "taxes",
    "job years per billion yuan, full": "job years per billion yuan",
}
EVIDENCE: Final = ("V043", "V044", "V046", "V025", "V026", "V040", "V158")
"""Rows of evidence on multipliers of public spending and of trade-in."""


def sankey(found: Multiplier, lang: str = "en") -> Figure:
    """Return the figure of bands, one panel a subsidy."""
    note = _NOTE.of(lang)
    scope = _SCOPE.of(lang).format(months=max(WINDOWS), start=month_label(START))
    with use_style(lang):
        figure = sheet(5.6, _TITLE.of(lang), scope, note)
        panels: Any = figure.subplots(2, 2)
        for axes, kind in zip(panels.ravel(), KINDS, strict=True):
            ends = found.ends[found.ends["kind"] == kind]
            names = {key: node.of(lang) for key, node in NODES.items()}
            draw_bands(axes, COLUMNS, list(bands(ends)), COLOURS, names)
            axes.set_title(KIND_LABELS[kind].of(lang), loc="left", pad=8.0)
    return figure


def bands(ends: pd.DataFrame) -> Iterator[Band]:
    """Yield the bands of one subsidy: from public money, through sellers and suppliers, to where it ends."""
    value: Any = ends.groupby(["stage", "sink"])["value"].sum()
    saving, outside = float(value["households", "saving"]), float(value["households", "outside"])
    own = max(-saving, 0.0) + max(-outside, 0.0)
    suppliers = float(value["suppliers"].sum())
    spent = float(value["sellers"].sum()) + suppliers
    yield Band("paid", "saving", max(saving, 0.0))
    yield Band("paid", "outside", max(outside, 0.0))
    yield Band("paid", "sellers", spent - own)
    yield Band("own", "sellers", own)
    yield Band("sellers", "suppliers", suppliers)
    for stage in ("sellers", "suppliers"):
        for sink, amount in value[stage].items():
            yield Band(stage, str(sink), float(amount))


_HEAD: Final = """# Multiplier: the rounds of a billion yuan

Generated by `python -m jinxiao.results.multiplier_page docs`: 1:{scale}, mean of {seeds} seeds, central parameters, first payment
in {start}, paid by the centre. All figures are per yuan really paid.

- **Cash**: the same sum to every household, once.
- **Pension**: a rise for every pensioner of the resident scheme, a billion yuan a year, taken as permanent.
- **Trade-in**: {rate:g}% off appliances and digital goods, at most {cap:,.0f} yuan, and {car:,.0f} yuan off a car that replaces
  one, until a billion yuan is spent. Purchases that would have been made anyway, and those brought forward, are taken off.
- **Coupons**: spend {threshold:g}, get {discount:g} off in food shops, restaurants and culture, by lottery, for {months} months.

The first round is what households do with prices, wages and jobs held (direct closure). Sellers keep a margin, buy in the
province and outside; their suppliers do the same: rounds of production follow from the input coefficients
([decision 30](decisions/30-rounds-and-budgets.md)). With markets that answer (full closure) come jobs, wages, takings, prices and
what is spent out of them.
"""
_FOOT: Final = """## What this does and does not say

- A transfer is smaller than a purchase: households save part of it, and much of what they buy is made elsewhere. Multipliers of
  government spending (V043, V044, V046) are of purchases, whose first round is product of the province at once: an upper bound
  here. A province leaks more than a nation; in return no central bank answers.
- Jobs follow sales slowly and by less than one for one (`firms.labour_adjustment`, `firms.labour_to_sales`), so later rounds of
  income build up over a year and more. Within a year most of the later rounds are profits.
- What is paid to owners outside the household sector is not spent again: the later rounds are a lower bound.
- The split into margin, local production and inflow is derived, not read from a table of the province: none was found. Its
  parameters have wide priors (`flows.*`).
"""


def page(found: Multiplier) -> str:
    """Return the page."""
    (threshold, discount), (rate, cap) = COUPON_FACE, APPLIANCE_RATE
    head = _HEAD.format(
        scale=SCALE, seeds=len(SEEDS), start=month_label(START), rate=100 * rate, cap=cap, car=CAR_SUBSIDY,
        threshold=threshold, discount=discount, months=COUPON_MONTHS,
    )  # fmt: skip
    lines = [head]
    for window in WINDOWS:
        lines += [
            f"## Within {window} months",
            "",
            *_table(found.rounds[found.rounds["window"] == window]),
            "",
        ]
    lines += [
        "## Where 100 yuan end",
        "",
        "![Where 100 yuan of each subsidy end](figures/multiplier_sankey.png)",
        "",
    ]
    lines += [*_ends_table(found.ends), "", "## Beside evidence", "", *_evidence(found), "", _FOOT]
    return "\n".join(lines)


def _table(rounds: pd.DataFrame) -> Iterator[str]:
    wide: Any = rounds.pivot_table(index="quantity", columns="kind", values="value", sort=False)
    yield "| Yuan per yuan paid | " + " | ".join(KIND_LABELS[k].en for k in KINDS) + " |"
    yield "|---|" + "---:|" * len(KINDS)
    for key, name in QUANTITIES.items():
        if key == "spent in the province":
            yield "| **First round, then suppliers** |" + " |" * len(KINDS)
        if key == "spent in the province, full":
            yield "| **All rounds, markets answer** |" + " |" * len(KINDS)
        decimals = 0 if key.startswith("job") else 2
        yield f"| {name} | " + " | ".join(number(float(wide.loc[key, k]), decimals) for k in KINDS) + " |"
    later = [
        float(wide.loc["spent in the province, full", k] - wide.loc["spent in the province", k])
        for k in KINDS
    ]
    yield (
        "| later rounds: spent in the province because of them | "
        + " | ".join(number(x, 2) for x in later)
        + " |"
    )


def _ends_table(ends: pd.DataFrame) -> Iterator[str]:
    wide: Any = ends.pivot_table(index="sink", columns="kind", values="value", aggfunc="sum")
    yield "| Of 100 yuan | " + " | ".join(KIND_LABELS[k].en for k in KINDS) + " |"
    yield "|---|" + "---:|" * len(KINDS)
    for sink in COLUMNS[-1]:
        name = NODES[sink].en.lower()
        yield f"| {name} | " + " | ".join(number(float(wide.loc[sink, k]), 1) for k in KINDS) + " |"
    yield "| sum | " + " | ".join(number(float(wide[k].sum()), 1) for k in KINDS) + " |"


def _evidence(found: Multiplier) -> Iterator[str]:
    first: Any = found.rounds[found.rounds["window"] == WINDOWS[0]].set_index(["kind", "quantity"])["value"]
    product = {k: float(first[k, "product, full"]) for k in KINDS}
    yield "| Row | Evidence | Value | Source |"
    yield "|---|---|---|---|"
    with resources.files("jinxiao.calibration.data").joinpath("evidence.csv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    for key in EVIDENCE:
        row = rows[key]
        told = row["quantity"].replace("|", "/")
        yield f"| {key} | {told} | {row['estimate']} {row['unit']} | {row['citation']} |"
    yield ""
    low, high = min(product.values()), max(product.values())
    yield (
        f"Product of the province within a year per yuan paid, in the model: {number(low, 2)} to {number(high, 2)}. Spending on "
        "trade-in goods is larger within the quarter than over the window, as purchases are brought forward (V025 beside V026)."
    )


def main(folder: Path) -> None:
    """Run the experiment; write the page and its figures below ``folder``."""
    found = multiplier()
    for lang, suffix in (("en", ""), ("zh", "_zh")):
        data = style.encode(sankey(found, lang))["png"]
        atomic_write_bytes(folder / "figures" / f"multiplier_sankey{suffix}.png", data)
    atomic_write_bytes(folder / "multiplier.md", page(found).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
