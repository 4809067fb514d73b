"""What readers see for an uncertain number: its meaning for the model's own, instrument and field for a lever's."""

from collections.abc import Iterable
from typing import Final

from jinxiao.calibration.parameters import load_parameters
from jinxiao.files.errors import InputError
from jinxiao.results.labels import Label
from jinxiao.scenarios.plan import load_plan


def parameter_names(plan: str, lang: str) -> dict[str, str]:
    """Return names by key: of the model's parameters, and of the levers' where the plan is one of the catalogue.

    A parameter whose meaning is not written in Chinese has its English one.
    """
    own = {
        key: _capital(record.meaning_zh if lang == "zh" and record.meaning_zh else record.meaning)
        for key, record in load_parameters().records.items()
    }
    return own | _lever_names(plan, lang)


MECHANISMS: Final = {
    "coupons": Label("Coupons: how they are claimed and used", "消费券的领取与使用"),
    "durables": Label("Durables: prices, lives, replacement", "耐用品：价格、寿命与更新"),
    "family": Label("Families: births, leaving home", "家庭：生育与离家"),
    "firms": Label("Firms: prices, work, entry and exit", "企业：定价、用工与进退"),
    "flows": Label("Flows between sectors", "部门间资金流"),
    "households": Label("Households: preferences, risk, budgets", "住户：偏好、风险与预算"),
    "housing": Label("Housing and mortgages", "住房与按揭"),
    "income": Label("Income and employment", "收入与就业"),
    "leisure": Label("Leisure and trips", "闲暇与出游"),
    "tourists": Label("Visitors from outside", "省外游客"),
}
"""Names of the parameter files, which are the groups of ``--groups``."""


def mechanism_names(plan: str, keys: Iterable[str], lang: str) -> dict[str, str]:
    """Return names of groups of uncertain numbers: of parameter files, and of the levers of measures."""
    try:
        measures = load_plan(plan).measures
    except (InputError, OSError):
        measures = {}
    found = {key: MECHANISMS[key].of(lang) for key in keys if key in MECHANISMS}
    for key in keys:
        parts = key.split(".")
        if len(parts) == 2 and parts[0] == "measures" and int(parts[1]) in measures:
            measure = measures[int(parts[1])]
            found[key] = f"{parts[1]} {measure.name(lang)}"
    return found


def _lever_names(plan: str, lang: str) -> dict[str, str]:
    try:
        measures = load_plan(plan).measures
    except (InputError, OSError):
        return {}
    found = {}
    for number, measure in measures.items():
        for key, path, parameter, spec in measure.parameters():
            field = (spec.zh if lang == "zh" else spec.en) if spec else path
            where = measure.instruments[key].name[lang] if key in measure.instruments else key
            if not spec and parameter.meaning and lang == "en":
                field = parameter.meaning
            found[f"measures.{number}.{key}.{path}"] = f"{number} {where}" + (
                f"：{field}" if lang == "zh" else f": {field}"
            )
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
