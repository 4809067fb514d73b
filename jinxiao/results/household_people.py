"""Who a household is, in words: members, work, home, durables, money, patience; and how to find one of a kind."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from jinxiao.files.errors import InputError
from jinxiao.model.households.columns import NOT_OWNED
from jinxiao.model.names import (
    CITIES,
    DURABLES,
    N_QUINTILES,
    RESIDENCES,
    SECTORS,
    MemberBand,
    Occupation,
    Stage,
)
from jinxiao.results.household_reasons import thing
from jinxiao.results.labels import QUINTILES, Label, label, number

Who = Mapping[str, np.ndarray]
BANDS: Final = {
    MemberBand.AGE_0_2: Label("aged under 3", "3岁以下"),
    MemberBand.AGE_3_5: Label("aged 3 to 5", "3—5岁"),
    MemberBand.AGE_6_14: Label("aged 6 to 14", "6—14岁"),
    MemberBand.AGE_15_17: Label("aged 15 to 17", "15—17岁"),
    MemberBand.STUDENT: Label("studying", "在校学生"),
    MemberBand.AGE_18_59: Label("aged 18 to 59", "18—59岁"),
    MemberBand.AGE_60_79: Label("aged 60 to 79", "60—79岁"),
    MemberBand.AGE_80_PLUS: Label("aged 80 and over", "80岁及以上"),
}
OCCUPATIONS: Final = {
    Occupation.FORMAL: Label("employee with a contract", "单位职工"),
    Occupation.MIGRANT: Label("migrant worker", "农民工"),
    Occupation.FLEXIBLE: Label("flexible worker", "灵活就业"),
    Occupation.SELF_EMPLOYED: Label("self-employed", "个体经营"),
    Occupation.FARMER: Label("farmer", "务农"),
}
TENURES: Final = (
    Label("rents", "租房"),
    Label("owns its home", "自有住房"),
    Label("owns its home with a mortgage", "自有住房（有房贷）"),
)
PATIENCE: Final = (
    Label("very impatient", "非常缺乏耐心"),
    Label("impatient", "缺乏耐心"),
    Label("neither patient nor impatient", "耐心一般"),
    Label("patient", "有耐心"),
    Label("very patient", "非常有耐心"),
)
"""Types of time preference, the least patient first."""
INSURANCES: Final = (
    Label("employees' medical insurance", "职工医保"),
    Label("residents' medical insurance", "居民医保"),
)
WORDS: Final = {
    "who": Label("Who they are", "家庭概况"),
    "place": Label("{city}, {residence}; {quintile}", "{city}{residence}；{quintile}"),
    "stands": Label("stands for {weight} households", "代表{weight}户"),
    "people": Label("Members", "成员"),
    "head": Label("head {age}", "户主{age}岁"),
    "band": Label("{count} {band}", "{band}{count}人"),
    "children": Label("children aged {ages}", "孩子{ages}岁"),
    "work": Label("Work", "就业"),
    "earner": Label("{occupation}{sector}{wage}{idle}", "{occupation}{sector}{wage}{idle}"),
    "sector": Label(" ({sector})", "（{sector}）"),
    "wage": Label(", {wage} yuan a month", "，月工资{wage}元"),
    "idle": Label(", out of work", "，失业"),
    "nobody": Label("nobody works", "无人就业"),
    "pensions": Label("pensions of {amount} yuan a month", "养老金每月{amount}元"),
    "home": Label("Home", "住房"),
    "worth": Label(", worth {value} yuan", "，价值{value}元"),
    "mortgage": Label(", {debt} yuan still owed", "，尚欠{debt}元"),
    "owns": Label("Durables", "耐用品"),
    "units": Label("{thing} of {ages}", "{thing}（{ages}年）"),
    "years": Label(" years", ""),
    "nothing": Label("none", "无"),
    "money": Label("Money", "财务"),
    "cash": Label("{cash} yuan in cash, {savings} in savings", "现金{cash}元，储蓄{savings}元"),
    "loan": Label(", a loan of {loan}", "，贷款{loan}元"),
    "income": Label(
        "reckons on {income} yuan a month, {head} a head; puts up to {share}% of it aside out of what subsistence leaves, beside "
        "plans for home, children and old age",
        "每月预期收入{income}元，人均{head}元；住房、子女和养老储蓄之外，在满足基本生活后另储蓄至多{share}%",
    ),
    "left": Label(
        "reckons on {income} yuan a month, {head} a head; retired, puts aside what is left, if anything",
        "每月预期收入{income}元，人均{head}元；已退休，有结余才储蓄",
    ),
    "draws": Label(
        "reckons on {income} yuan a month, {head} a head; draws {share}% of it on savings",
        "每月预期收入{income}元，人均{head}元；按其{share}%动用储蓄",
    ),
    "nature": Label("Nature", "特征"),
}  # fmt: skip
SEPARATORS: Final = {"en": "; ", "zh": "；"}
COMMAS: Final = {"en": ", ", "zh": "、"}
ORDER: Final = 0x9B
"""Key of the random order in which households are listed by a search."""
SHOWN: Final = 12
"""Households listed by a search."""


def _w(key: str, lang: str, **fields: str) -> str:
    return WORDS[key].of(lang).format(**fields)


def portrait(who: Who, lang: str) -> list[tuple[str, str]]:
    """Return what there is to say of a household at the start: pairs of a heading and a line.

    Parameters
    ----------
    who : mapping of str to ndarray
        Its columns in January 2024.
    lang : {'en', 'zh'}
        Language of the reader.
    """
    return [
        (_w(key, lang), text(who, lang))
        for key, text in (
            ("who", _place), ("people", _people), ("work", _work), ("home", _home), ("owns", _durables), ("money", _money),
            ("nature", _nature),
        )
    ]  # fmt: skip


def _place(who: Who, lang: str) -> str:
    zone, quintile = int(who["zone"]), int(who["quintile"])
    place = _w(
        "place", lang, city=label("city", CITIES[zone // 2].key, lang),
        residence=RESIDENCES[zone % 2].zh if lang == "zh" else RESIDENCES[zone % 2].en,
        quintile=f"{QUINTILES[f'Q{quintile + 1}'].of(lang)} (Q{quintile + 1})" if lang == "en"
        else f"{QUINTILES[f'Q{quintile + 1}'].zh}（Q{quintile + 1}）",
    )  # fmt: skip
    return SEPARATORS[lang].join([place, _w("stands", lang, weight=number(float(who["weight"]), 0))])


def _people(who: Who, lang: str) -> str:
    parts = [
        _w("band", lang, count=str(int(count)), band=BANDS[MemberBand(b)].of(lang))
        for b, count in enumerate(who["members"])
        if count
    ]
    said = [_w("head", lang, age=str(int(who["head_age"]) // 12)), COMMAS[lang].join(parts)]
    ages = [str(int(age) // 12) for age in who["child_age"] if age >= 0]
    if ages:
        said.append(_w("children", lang, ages=COMMAS[lang].join(ages)))
    return SEPARATORS[lang].join(said)


def _work(who: Who, lang: str) -> str:
    said = []
    for e in range(2):
        occupation = int(who["occupation"][e])
        if not occupation:
            continue
        hired = occupation in (Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE)
        sector = label("sector", SECTORS[int(who["sector"][e])].key, lang)
        named = _w("sector", lang, sector=sector[0].lower() + sector[1:])
        said.append(
            _w(
                "earner", lang, occupation=OCCUPATIONS[Occupation(occupation)].of(lang),
                sector="" if occupation == Occupation.FARMER else named,
                wage=_w("wage", lang, wage=number(float(who["wage"][e]), 0)) if hired else "",
                idle="" if who["employed"][e] else _w("idle", lang),
            )
        )  # fmt: skip
    if not said:
        said.append(_w("nobody", lang))
    if who["pension"] > 0.0:
        said.append(_w("pensions", lang, amount=number(float(who["pension"]), 0)))
    return SEPARATORS[lang].join(said)


def _home(who: Who, lang: str) -> str:
    said = TENURES[int(who["tenure"])].of(lang)
    if who["tenure"]:
        said += _w("worth", lang, value=number(1000.0 * float(who["home_value"]), 0))
    if who["mortgage"] > 0.0:
        said += _w("mortgage", lang, debt=number(float(who["mortgage"]), 0))
    return said


def _durables(who: Who, lang: str) -> str:
    said, slot = [], 0
    for k, spec in enumerate(DURABLES):
        bought = who["durable_bought"][slot : slot + spec.slots]
        slot += spec.slots
        years = sorted(round(-float(b) / 12.0) for b in bought if b != NOT_OWNED)
        if years:
            ages = (" + " if lang == "en" else "、").join(map(str, years))
            said.append(_w("units", lang, thing=thing(k).of(lang), ages=ages))
    return COMMAS[lang].join(said) + _w("years", lang) if said else _w("nothing", lang)


def _money(who: Who, lang: str) -> str:
    cash = _w(
        "cash", lang, cash=number(float(who["liquid_wealth"]), 0), savings=number(float(who["term_deposits"]), 0)
    )  # fmt: skip
    if who["loan"] > 0.0:
        cash += _w("loan", lang, loan=number(float(who["loan"]), 0))
    income, share = float(who["permanent_income"]), 100.0 * float(who["saving_rate"])
    kind = "draws" if share < 0.0 else "left" if who.get("stage", -1) == Stage.RETIRED else "income"
    plan = _w(
        kind, lang, income=number(income, 0), share=number(abs(share), 0),
        head=number(income / max(float(np.sum(who["members"])), 1.0), 0),
    )  # fmt: skip
    return SEPARATORS[lang].join([cash, plan])


def _nature(who: Who, lang: str) -> str:
    return SEPARATORS[lang].join(
        [PATIENCE[int(who["patience"])].of(lang), INSURANCES[int(who["insurance"])].of(lang)]
    )


# ---------------------------------------------------------------------- finding a household of a kind

Columns = Mapping[str, np.ndarray]
HAND_TO_MOUTH_MONTHS: Final = 0.5
"""Cash below this many months of income counts as living from hand to mouth, in a search."""
RETIREMENT_AGE: Final = 55
"""Age of the head, years, from which a household of pensioners without earners counts as retired, in a search."""


def _occupied(c: Columns, *which: Occupation) -> np.ndarray:
    found: np.ndarray = np.isin(c["occupation"], which).any(axis=1)
    return found


def _retired(c: Columns) -> np.ndarray:
    pensioners = c["employee_pensioners"] + c["resident_pensioners"]
    found: np.ndarray = (
        ~(c["occupation"] > 0).any(axis=1) & (pensioners > 0) & (c["head_age"] >= 12 * RETIREMENT_AGE)
    )
    return found


KINDS: Final[dict[tuple[str, ...], Callable[[Columns], np.ndarray]]] = {
    ("urban", "城镇"): lambda c: c["zone"] % 2 == 0,
    ("rural", "农村"): lambda c: c["zone"] % 2 == 1,
    ("poor", "低收入"): lambda c: c["quintile"] == 0,
    ("rich", "高收入"): lambda c: c["quintile"] == N_QUINTILES - 1,
    ("young", "年轻"): lambda c: c["head_age"] < 12 * 35,
    ("old", "年老"): lambda c: c["head_age"] >= 12 * 65,
    ("retired", "退休"): _retired,
    ("renting", "租房"): lambda c: c["tenure"] == 0,
    ("owning", "有房"): lambda c: c["tenure"] > 0,
    ("mortgage", "房贷"): lambda c: c["tenure"] == 2,
    ("children", "有孩子"): lambda c: (c["members"][:, : MemberBand.STUDENT] > 0).any(axis=1),
    ("no children", "无孩子"): lambda c: ~(c["members"][:, : MemberBand.STUDENT] > 0).any(axis=1),
    ("employee", "职工"): lambda c: _occupied(c, Occupation.FORMAL),
    ("migrant", "农民工"): lambda c: _occupied(c, Occupation.MIGRANT),
    ("flexible", "灵活就业"): lambda c: _occupied(c, Occupation.FLEXIBLE),
    ("self-employed", "个体"): lambda c: _occupied(c, Occupation.SELF_EMPLOYED),
    ("farmer", "务农"): lambda c: _occupied(c, Occupation.FARMER),
    ("unemployed", "失业"): lambda c: ((c["occupation"] > 0) & (c["employed"] == 0)).any(axis=1),
    ("car", "有车"): lambda c: (c["durable_bought"][:, : DURABLES[0].slots] != NOT_OWNED).any(axis=1),
    ("hand-to-mouth", "月光"): lambda c: c["liquid_wealth"] < HAND_TO_MOUTH_MONTHS * c["permanent_income"],
}
"""Kinds of households by the words that ask for them, English and Chinese."""


def _asked(word: str, columns: Columns) -> np.ndarray | None:
    """Return which households a word asks for; none where it is not known."""
    text = word.strip().lower()
    for words, which in KINDS.items():
        if text in words:
            return which(columns)
    for k, city in enumerate(CITIES):
        if text in (city.key.lower(), city.en.lower(), city.zh):
            found: np.ndarray = columns["zone"] // 2 == k
            return found
    fifth = re.fullmatch(r"(?:quintile |q)([1-5])", text)
    if fifth:
        found = columns["quintile"] == int(fifth[1]) - 1
        return found
    age = re.fullmatch(r"age (\d+)-(\d+)", text)
    if age:
        years = columns["head_age"] // 12
        found = (years >= int(age[1])) & (years <= int(age[2]))
        return found
    size = re.fullmatch(r"(\d) persons?", text)
    if size:
        found = columns["members"].sum(axis=1) == int(size[1])
        return found
    return None


def find_households(columns: Columns, text: str, lang: str = "en", most: int = SHOWN) -> pd.DataFrame:
    """Return some households of a kind, in an order that is random and always the same.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns of all households in January 2024.
    text : str
        Words such as ``rural, retired, quintile 1``.
    lang : {'en', 'zh'}
        Language of the table.
    most : int
        Households listed.

    Returns
    -------
    DataFrame
        ``household, city, residence, quintile, age, members, work, home, income``: age of the head in years, income as the
        household reckons on it, yuan a month; ``attrs['found']`` tells how many there are.

    Raises
    ------
    InputError
        When a word is not known.
    """
    chosen = np.ones(len(columns["zone"]), bool)
    for word in re.split(r"[,，、;；]", text):
        which = _asked(word, columns)
        if which is None:
            allowed = ", ".join(
                [*(words[0] for words in KINDS), "a city", "quintile 1", "age 25-34", "3 persons"]
            )
            raise InputError(field="find", found=f"'{word.strip()}'", allowed=allowed)
        chosen &= which
    order = np.random.default_rng(ORDER).permutation(len(chosen))
    ids = sorted(order[chosen[order]][:most])
    table = pd.DataFrame([_listed(columns, int(i), lang) for i in ids], columns=LISTED)
    table.attrs["found"] = int(chosen.sum())
    return table


LISTED: Final = ("household", "city", "residence", "quintile", "age", "members", "work", "home", "income")


def _listed(columns: Columns, i: int, lang: str) -> tuple[object, ...]:
    zone = int(columns["zone"][i])
    work = [OCCUPATIONS[Occupation(int(o))].of(lang) for o in columns["occupation"][i] if o]
    return (
        i, label("city", CITIES[zone // 2].key, lang), label("residence", RESIDENCES[zone % 2].key, lang),
        f"Q{int(columns['quintile'][i]) + 1}", int(columns["head_age"][i]) // 12, int(columns["members"][i].sum()),
        COMMAS[lang].join(work) or WORDS["nobody"].of(lang), TENURES[int(columns["tenure"][i])].of(lang),
        round(float(columns["permanent_income"][i])),
    )  # fmt: skip
