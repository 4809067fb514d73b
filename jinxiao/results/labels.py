"""What readers see for the keys of tables: outcomes, groups, payers, units, ways of attributing, in English and Chinese."""

from typing import Final, Literal, NamedTuple

from jinxiao.experiments.effects import ADDITIONAL_PER_YUAN, GROSS_PER_YUAN, NET_PER_YUAN
from jinxiao.files.errors import InputError
from jinxiao.files.yaml_reader import load_model
from jinxiao.model import names
from jinxiao.scenarios.plan import HERE as PLANS
from jinxiao.scenarios.plan import PlanFile

Lang = Literal["en", "zh"]
LANGUAGES: Final = ("en", "zh")


class Label(NamedTuple):
    """The same thing in both languages."""

    en: str
    zh: str

    def of(self, lang: str) -> str:
        """Return it in the language of the reader, English for anything but ``zh``."""
        return self.zh if lang == "zh" else self.en


class Unit(NamedTuple):
    """A unit for people: how many of the model's units it holds, its name, and decimals that make sense in it."""

    scale: float
    name: str
    decimals: int


OUTCOMES: Final = {
    "total_consumption": Label("Total consumption", "消费总额"),
    "resident_consumption": Label("Resident consumption", "居民消费支出"),
    "retail_sales": Label("Retail sales of consumer goods", "社会消费品零售总额"),
    "services": Label("Services consumption of residents", "居民服务性消费"),
    "tourist_spending": Label("Spending of tourists", "旅游消费"),
    "jobs": Label("Jobs", "就业岗位"),
    "fiscal_cost": Label("Fiscal cost", "财政成本"),
    "spending_outside": Label("Spent on trips outside the province", "居民省外旅游消费"),
    "public_purchases": Label("Other public purchases", "其他政府采购支出"),
    "gross_spending": Label("Gross attributed spending", "带动消费额（毛额）"),
    ADDITIONAL_PER_YUAN: Label("Additional yuan per fiscal yuan", "每元财政资金新增消费"),
    NET_PER_YUAN: Label(
        "The same, less other public purchases given up", "每元财政资金新增消费（扣除挤出的政府采购）"
    ),
    GROSS_PER_YUAN: Label("Gross yuan per fiscal yuan", "每元财政资金带动消费（毛额）"),
}
QUINTILES: Final = {
    "Q1": Label("Low income", "低收入组"),
    "Q2": Label("Lower middle", "中间偏下收入组"),
    "Q3": Label("Middle", "中间收入组"),
    "Q4": Label("Upper middle", "中间偏上收入组"),
    "Q5": Label("High income", "高收入组"),
}
"""Fifths of residents by disposable income per head, as the household survey names them."""
GROUPINGS: Final = {
    "all": Label("Whole province", "全省"),
    "city": Label("City", "地市"),
    "residence": Label("Residence", "城乡"),
    "quintile": Label("Income quintile", "收入五等份"),
    "age": Label("Age of the head", "户主年龄"),
    "category": Label("Category", "消费类别"),
    "payer": Label("Payer", "资金承担方"),
}
CLOSURES: Final = {
    "full": Label("markets respond", "市场联动"),
    "direct": Label("first round only", "仅首轮效应"),
}
REFERENCES: Final = {
    "without": Label("against no measures at all", "对照：无任何措施"),
    "baseline": Label("against what ran before the plan", "对照：方案前已有政策延续"),
}
ESTIMANDS: Final = {
    "first_in": Label("each measure alone", "各措施单独实施"),
    "last_in": Label("each measure added last", "各措施最后加入"),
    "shapley": Label("Shapley shares", "夏普利份额"),
    "owen": Label("Owen shares, by section", "欧文份额（按部分）"),
}
EVIDENCE: Final = {
    "causal": Label("causal", "因果证据"),
    "official": Label("official", "官方数据"),
    "assumed": Label("assumed", "假定"),
}
UNITS: Final = {
    "yuan": Label("yuan", "元"),
    "persons": Label("persons", "人"),
    "yuan per yuan": Label("yuan per yuan", "元/元"),
}


def _named(listed: tuple[names.Named, ...]) -> dict[str, Label]:
    return {one.key: Label(one.en[0].upper() + one.en[1:], one.zh) for one in listed}


LABELS: Final[dict[str, dict[str, Label]]] = {
    "outcome": OUTCOMES,
    "grouping": GROUPINGS,
    "all": {"all": GROUPINGS["all"]},
    "city": _named(names.CITIES),
    "residence": _named(names.RESIDENCES),
    "quintile": QUINTILES,
    "age": _named(names.AGE_BANDS),
    "category": _named(names.CATEGORIES),
    "payer": _named(names.PAYERS),
    "sector": _named(names.SECTORS),
    "market": _named(names.MARKETS),
    "durable": {one.key: Label(one.en, one.zh) for one in names.DURABLES},
    "closure": CLOSURES,
    "reference": REFERENCES,
    "estimand": ESTIMANDS,
    "evidence": EVIDENCE,
    "unit": UNITS,
}
"""Labels by kind and key; the kinds of groups are those of ``group_by``."""


def label(kind: str, key: str, lang: str) -> str:
    """Return what a reader sees for a key, e.g. ``label("city", "Luliang", "zh")``.

    Raises
    ------
    KeyError
        When there is no such kind or key.
    """
    return LABELS[kind][key].of(lang)


def money(lang: str) -> Unit:
    """Return the unit for large sums: billion yuan, or 亿元 (100 million yuan)."""
    return Unit(1e8, "亿元", 1) if lang == "zh" else Unit(1e9, "billion yuan", 2)


def level_unit(outcome: str, lang: str) -> Unit:
    """Return the unit in which the level of an outcome is shown: jobs are counted in millions, or 万人."""
    if outcome == "jobs":
        return Unit(1e4, "万人", 1) if lang == "zh" else Unit(1e6, "million persons", 3)
    return unit_of(outcome, lang)


def unit_of(outcome: str, lang: str) -> Unit:
    """Return the unit in which a change of an outcome is shown."""
    if outcome == "jobs":
        return Unit(1.0, UNITS["persons"].of(lang), 0)
    if outcome in (ADDITIONAL_PER_YUAN, NET_PER_YUAN, GROSS_PER_YUAN):
        return Unit(1.0, UNITS["yuan per yuan"].of(lang), 2)
    return money(lang)


def plan_name(plan: str, lang: str) -> str:
    """Return the title of a plan of the catalogue; the name of any other plan as it is."""
    try:
        head = load_model(PLANS / "plans" / f"{plan}.yaml", PlanFile)
    except (InputError, OSError):
        return plan
    return head.name_zh if lang == "zh" else head.name_en


def number(value: float, decimals: int) -> str:
    """Return a number with separators, a true minus sign and no minus before zero; a dash where there is none."""
    if value != value:
        return "–"
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def interval(low: float, high: float, decimals: int) -> str:
    """Return ``[1.2, 3.4]``; a dash where there is none."""
    return "–" if low != low else f"[{number(low, decimals)}, {number(high, decimals)}]"
