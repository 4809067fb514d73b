"""Why a household did what it did in a month: a table of reasons, each found in the diary and worded in both languages.

A new reason is one entry of :data:`REASONS`: a key, what it is about, its words, and a function that finds it on a page of
the diary. Entries are asked for by name, so that a reason about an entry that a diary lacks finds nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from jinxiao.experiments.close_up import HouseholdDiary, Payer
from jinxiao.model.households.diary import Entry
from jinxiao.model.names import CITIES, DURABLES, GOODS, N_CITIES, N_DURABLES
from jinxiao.results.labels import Label, number

Fields = Mapping[str, float | Label]
CHANGED: Final = 0.02
"""Relative change from which an amount that comes every month is told again."""
MUCH: Final = 0.25
"""The same for what is put aside, which moves with income."""
ALIKE: Final = 0.05
"""Relative difference up to which two runs are told to do the same; the sums beside it show the yuan."""
LEAST: Final = 0.5
"""Yuan below which nothing is told: it would read as zero."""
KINDS: Final = {
    "family": Label("Family and work", "家庭与就业"),
    "policy": Label("Payment by policy", "政策补助"),
    "durable": Label("Durable bought", "购买耐用品"),
    "trip": Label("Trip", "出游"),
    "coupon": Label("Coupon", "消费券"),
    "illness": Label("Illness", "就医"),
    "money": Label("Saving and debt", "储蓄与负债"),
    "quiet": Label("Quiet month", "平常月份"),
}
"""What reasons are about, in the order in which they are told."""
BASKETS: Final = {
    "staples": Label("purchase of grain and oil", "粮油采购"),
    "animal_food": Label("purchase of meat and dairy", "肉蛋奶采购"),
    "vegetables_fruit": Label("purchase of vegetables and fruit", "果蔬采购"),
    "snacks_drinks": Label("purchase of snacks and drinks", "零食饮料采购"),
    "tobacco_alcohol": Label("purchase of drink and tobacco", "烟酒采购"),
    "restaurant_meals": Label("dinner", "一餐饭"),
    "delivery_meals": Label("meal delivered", "一份外卖"),
    "garments": Label("purchase of clothes", "服装采购"),
    "shoes": Label("pair of shoes", "鞋类采购"),
    "housing_upkeep": Label("bill for the home", "住房费用"),
    "utilities": Label("bill for water and power", "水电燃料费"),
    "household_articles": Label("purchase of household goods", "家居用品采购"),
    "personal_care_goods": Label("purchase of cosmetics", "个人用品采购"),
    "domestic_services": Label("service at home", "家政服务"),
    "fuel": Label("tank of fuel", "加油"),
    "local_transport": Label("fare", "市内交通"),
    "long_distance_transport": Label("ticket", "长途车票"),
    "communication": Label("phone bill", "通信费"),
    "schooling": Label("course", "教育支出"),
    "culture_entertainment": Label("show", "文化娱乐"),
    "sport_fitness": Label("visit to the gym", "体育健身"),
    "medicines": Label("purchase at the pharmacy", "药品采购"),
    "medical_services": Label("visit to the doctor", "就诊"),
    "jewellery_other_goods": Label("shopping", "购物"),
    "other_services": Label("service", "生活服务"),
}
"""What one basket of each good is called."""


@dataclass(frozen=True)
class Page:
    """One month of a diary.

    Attributes
    ----------
    row, before : ndarray, shape (N_ENTRIES,)
        This month and the month before; zeros before the first.
    first : bool
        Whether it is the first month.
    payers : mapping of int to Payer
        Instruments by rule.
    """

    row: np.ndarray
    before: np.ndarray
    first: bool = False
    payers: Mapping[int, Payer] = field(default_factory=dict)

    def __call__(self, name: str, k: int = 0) -> float:
        """Return an entry, by the name it has in ``Entry``; zero where diaries hold no such entry."""
        return float(self.row[Entry[name] + k]) if name in Entry.__members__ else 0.0

    def was(self, name: str, k: int = 0) -> float:
        """Return the same of the month before."""
        return float(self.before[Entry[name] + k]) if name in Entry.__members__ else 0.0

    def changed(self, name: str, by: float = CHANGED) -> bool:
        """Return whether an amount differs enough from the month before to be told."""
        now, then = self(name), self.was(name)
        return abs(now - then) >= max(LEAST, by * abs(then))


class Reason(NamedTuple):
    """Something that a diary can tell of a month."""

    key: str
    kind: str
    words: Label
    find: Callable[[Page], Iterator[Fields]]


class Told(NamedTuple):
    """A reason as it was found in a month."""

    reason: Reason
    fields: Fields

    def of(self, lang: str) -> str:
        """Return the sentence."""
        shown = {k: v.of(lang) if isinstance(v, Label) else number(v, 0) for k, v in self.fields.items()}
        text = self.reason.words.of(lang).format(**shown)
        return text[:1].upper() + text[1:]


def counted(count: float, one: str, many: str, zh: str) -> Label:
    """Return ``3 nights`` or ``3晚``."""
    text = number(count, 0)
    return Label(f"{text} {one if text == '1' else many}", f"{text}{zh}")


def thing(k: int) -> Label:
    """Return a class of durables as it is called within a sentence."""
    spec = DURABLES[k]
    return Label(spec.en[0].lower() + spec.en[1:], spec.zh)


def one(k: int) -> Label:
    """Return the same with its article."""
    name = thing(k)
    return Label(f"{'an' if name.en[0] in 'aeiou' else 'a'} {name.en}", name.zh)


# ---------------------------------------------------------------------- finding them


def _flag(name: str) -> Callable[[Page], Iterator[Fields]]:
    def find(page: Page) -> Iterator[Fields]:
        if page(name) > 0.0:
            yield {}

    return find


def _earners(name: str) -> Callable[[Page], Iterator[Fields]]:
    def find(page: Page) -> Iterator[Fields]:
        count = int(page(name))
        if count:
            who = Label("an earner", "一名从业成员") if count == 1 else Label("both earners", "两名从业成员")
            yield {"who": who}

    return find


def _amount(name: str) -> Callable[[Page], Iterator[Fields]]:
    def find(page: Page) -> Iterator[Fields]:
        if page(name) >= LEAST:
            yield {"amount": page(name)}

    return find


def _begins(name: str) -> Callable[[Page], Iterator[Fields]]:
    """Find an amount in the month in which it is first paid."""

    def find(page: Page) -> Iterator[Fields]:
        if page(name) >= LEAST and page.was(name) < LEAST:
            yield {"amount": page(name)}

    return find


def _code(name: str, words: Mapping[int, Label]) -> Callable[[Page], Iterator[Fields]]:
    """Find a code that there are words for."""

    def find(page: Page) -> Iterator[Fields]:
        code = int(page(name))
        if code in words:
            yield {"what": words[code]}

    return find


def _home(page: Page) -> Iterator[Fields]:
    if page("HOME_PRICE") >= LEAST:
        yield {"price": page("HOME_PRICE"), "paid": page("HOME_PAID")}


def _policy(mixed: bool) -> Callable[[Page], Iterator[Fields]]:
    """Find what policy pays in months in which it is not what it was; ``mixed``: by several instruments."""

    def find(page: Page) -> Iterator[Fields]:
        amount, largest = page("POLICY"), page("POLICY_LARGEST")
        several = largest < amount - LEAST
        if amount >= LEAST and page.changed("POLICY") and several == mixed:
            yield {"amount": amount, "largest": largest, "what": _instrument(page)}

    return find


def _instrument(page: Page) -> Label:
    payer = page.payers.get(int(page("POLICY_RULE")) - 1)
    if payer is None:
        return Label("an instrument of the plan", "方案措施")
    return Label(f"{payer.en} (measure {payer.measure})", f"{payer.zh}（措施{payer.measure}）")


def _durables(old: bool, subsidised: bool) -> Callable[[Page], Iterator[Fields]]:
    """Find units that were bought: in the place of an old one or not, with a subsidy or not."""

    def find(page: Page) -> Iterator[Fields]:
        for k in range(N_DURABLES):
            price, subsidy, age = (page(n, k) for n in ("DURABLES", "DURABLE_SUBSIDY", "DURABLE_AGE"))
            if price > 0.0 and (age >= 0.0) == old and (subsidy >= LEAST) == subsidised:
                years = age / 12.0
                old_for = (
                    counted(years, "year", "years", "年")
                    if years >= 1.0
                    else counted(age, "month", "months", "个月")
                )
                yield {"thing": thing(k), "a": one(k), "age": old_for, "price": price, "subsidy": subsidy}

    return find


def _why(code: int) -> Callable[[Page], Iterator[Fields]]:
    """Find units of which the diary says that they were bought for a reason."""

    def find(page: Page) -> Iterator[Fields]:
        for k in range(N_DURABLES):
            if int(page("DURABLE_WHY", k)) == code:
                yield {"thing": thing(k)}

    return find


def _waits(page: Page) -> Iterator[Fields]:
    for k in range(N_DURABLES):
        if page("DURABLE_WAITED", k) >= LEAST:
            yield {"a": one(k), "subsidy": page("DURABLE_WAITED", k)}


def _leave(page: Page) -> Iterator[Fields]:
    if page("LEAVE_USED") >= LEAST:
        yield {"days": counted(page("LEAVE_USED"), "day", "days", "天")}


def _too_late(page: Page) -> Iterator[Fields]:
    if page("COUPON_QUEUE") > 1.0:
        yield {}


def _outings(page: Page) -> Iterator[Fields]:
    if page("OUTINGS") >= LEAST:
        yield {"days": counted(page("OUTINGS"), "day", "days", "天"), "cost": page("OUTING_COST")}


def _trip(page: Page) -> Iterator[Fields]:
    place = int(page("TRIP_DESTINATION"))
    if place:
        outside = place > N_CITIES
        named = Label("outside the province", "省外") if outside else Label(
            f"to {CITIES[place - 1].en}", CITIES[place - 1].zh
        )  # fmt: skip
        nights = counted(page("TRIP_NIGHTS"), "night", "nights", "晚")
        yield {
            "place": named,
            "nights": nights if page("TRIP_NIGHTS") >= 0.5 else Label("a day trip", "当日往返"),
            "persons": counted(page("TRIP_PERSONS"), "person", "persons", "人"),
            "cost": page("TRIP"),
            "block": counted(page("TRIP_BLOCK"), "day", "days", "天"),
        }


def _stretched(page: Page) -> Iterator[Fields]:
    good = int(page("COUPON_GOOD"))
    if good and page("COUPON_OFF") >= LEAST:
        yield {
            "basket": page("COUPON_BASKET"),
            "threshold": page("COUPON_THRESHOLD"),
            "good": BASKETS[GOODS[good - 1].key],
            "off": page("COUPON_OFF"),
        }


def _joined(page: Page) -> Iterator[Fields]:
    if page("COUPON_JOINED") >= LEAST and page("COUPON_OFF") >= LEAST:
        yield {"moved": page("COUPON_JOINED")}


def _used_anyway(page: Page) -> Iterator[Fields]:
    if page("COUPON_OFF") >= LEAST and not page("COUPON_GOOD"):
        yield {"off": page("COUPON_OFF")}


def _extra(page: Page) -> Iterator[Fields]:
    if page("COUPON_EXTRA") >= LEAST:
        yield {
            "extra": page("COUPON_EXTRA"),
            "goods": page("COUPON_FROM_GOODS"),
            "later": page("COUPON_FROM_LATER"),
        }


def _puts_aside(page: Page) -> Iterator[Fields]:
    more = page("COMMITTED") >= page.was("COMMITTED") or page.first
    if page("COMMITTED") >= LEAST and more and page.changed("COMMITTED", MUCH):
        yield {"amount": page("COMMITTED")}


def _puts_less_aside(page: Page) -> Iterator[Fields]:
    less = page("COMMITTED") < page.was("COMMITTED") and not page.first
    if page("COMMITTED") > -LEAST and less and page.changed("COMMITTED", MUCH):
        yield {"amount": max(page("COMMITTED"), 0.0), "before": page.was("COMMITTED")}


def _lives_on_savings(page: Page) -> Iterator[Fields]:
    if page("COMMITTED") <= -LEAST and page("HARVEST") > -LEAST and page.changed("COMMITTED", MUCH):
        yield {"amount": -page("COMMITTED")}


def _lives_on_the_harvest(page: Page) -> Iterator[Fields]:
    if page("COMMITTED") <= -LEAST and page("HARVEST") <= -LEAST:
        yield {"amount": -page("COMMITTED")}


def _into_debt(page: Page) -> Iterator[Fields]:
    if page("LIQUID") <= -LEAST and (page.first or page.was("LIQUID") > -LEAST):
        yield {"amount": -page("LIQUID")}


def _out_of_debt(page: Page) -> Iterator[Fields]:
    if page.was("LIQUID") <= -LEAST < page("LIQUID"):
        yield {"amount": page("LIQUID")}


def _no_trip(why: int) -> Callable[[Page], Iterator[Fields]]:
    """Find that there was no trip, for a reason of the diary; 0 where it tells none."""

    def find(page: Page) -> Iterator[Fields]:
        if not page("TRIP_DESTINATION") and int(page("NO_TRIP")) == why:
            yield {"block": counted(page("TRIP_BLOCK"), "day", "days", "天")}

    return find


SCHOOLS: Final = {
    1: Label("a child started kindergarten", "一名孩子进入幼儿园"),
    2: Label("a child started school", "一名孩子开始上学"),
    3: Label("a child moved up to upper school", "一名孩子升入高中"),
    4: Label("a child went to university", "一名孩子进入大学"),
    5: Label("a child is out of school", "一名孩子毕业离校"),
}
REASONS: Final = (
    Reason("born", "family", Label("a child was born.", "家中添了一个孩子。"), _flag("BIRTH")),
    Reason("died", "family", Label("a member of the family died.", "家中一名成员去世。"), _flag("DEATHS")),
    Reason("founded", "family", Label("a new household takes the place of the one that ended.", "原家庭终结，由新家庭接续。"),
           _flag("FOUNDED")),
    Reason("left", "family", Label("a child left home.", "一名子女离家。"), _flag("LEFT_HOME")),
    Reason("school", "family", Label("{what}.", "{what}。"), _code("SCHOOL", SCHOOLS)),
    Reason("retired", "family", Label("a member retired.", "一名成员退休。"), _flag("RETIRED")),
    Reason("started_work", "family", Label("a member started to work.", "一名成员开始工作。"), _flag("STARTED_WORK")),
    Reason("lost", "family", Label("{who} lost work.", "{who}失去工作。"), _earners("JOB_LOST")),
    Reason("found", "family", Label("{who} found work.", "{who}找到工作。"), _earners("JOB_FOUND")),
    Reason("trained", "family", Label("an earner finished a training course.", "一名从业成员完成职业培训。"),
           _flag("TRAINED")),
    Reason("benefit", "family", Label("unemployment benefit: {amount} yuan a month.", "开始领取失业保险金，每月{amount}元。"),
           _begins("BENEFIT")),
    Reason("policy", "policy", Label("policy pays {amount} yuan: {what}.", "政策补助{amount}元：{what}。"), _policy(False)),
    Reason("policies", "policy", Label(
        "policy pays {amount} yuan, of which {largest} by {what}.", "政策补助共{amount}元，其中{what}{largest}元。"
    ), _policy(True)),
    Reason("labelled", "policy", Label(
        "{amount} yuan of it are kept apart and spent first on what they are meant for.",
        "其中{amount}元专款专用，先用于指定用途。",
    ), _begins("LABELLED")),
    Reason("post", "policy", Label("wages of a public post are {amount} yuan of it.", "其中公益岗位工资{amount}元。"),
           _begins("POST_WAGES")),
    Reason("relief", "policy", Label(
        "cash did not reach for the least that one lives on: {amount} yuan of relief.",
        "现金不足以维持最低生活，获救助{amount}元。"
    ), _amount("RELIEF")),
    Reason("replaced_subsidised", "durable", Label(
        "replaced the {thing}, {age} old, for {price} yuan: subsidy of {subsidy} yuan.",
        "更换使用{age}的{thing}，价格{price}元，享受补贴{subsidy}元。",
    ), _durables(old=True, subsidised=True)),
    Reason("replaced", "durable", Label(
        "replaced the {thing}, {age} old, for {price} yuan.", "更换使用{age}的{thing}，价格{price}元。"
    ), _durables(old=True, subsidised=False)),
    Reason("added_subsidised", "durable", Label(
        "bought {a} for {price} yuan, no old one replaced: subsidy of {subsidy} yuan.",
        "新添{a}，价格{price}元，享受补贴{subsidy}元。"
    ), _durables(old=False, subsidised=True)),
    Reason("added", "durable", Label("bought {a} for {price} yuan, no old one replaced.", "新添{a}，价格{price}元。"),
           _durables(old=False, subsidised=False)),
    Reason("for_the_subsidy", "durable", Label(
        "the {thing} would not have been bought at its full price.", "若无补贴，不会购买该{thing}。"
    ), _why(2)),
    Reason("before_the_end", "durable", Label(
        "the {thing} was bought now because the subsidy is about to end.", "因补贴即将结束而提前购买{thing}。"
    ), _why(3)),
    Reason("waits", "durable", Label(
        "puts off buying {a}: it expects a subsidy of {subsidy} yuan.", "推迟购买{a}：预期可获补贴{subsidy}元。"
    ), _waits),
    Reason("old_car", "durable", Label("got {amount} yuan for the old car.", "旧车折价{amount}元。"), _amount("CAR_VALUE")),
    Reason("home", "durable", Label(
        "bought a home for {price} yuan, of which it pays {paid}.", "购买住房，总价{price}元，自付{paid}元。"
    ), _home),
    Reason("furnishing", "durable", Label("furnished the new home for {amount} yuan.", "新居添置家居用品{amount}元。"),
           _amount("FURNISHING")),
    Reason("trip", "trip", Label(
        "went {place}: {persons}, {nights}, {cost} yuan; the longest block of days off was {block}.",
        "前往{place}出游：{persons}，{nights}，花费{cost}元；最长连休{block}。",
    ), _trip),
    Reason("tickets", "trip", Label("gate tickets of {amount} yuan were waived.", "景区门票减免{amount}元。"),
           _amount("TICKETS")),
    Reason("leave", "trip", Label("took {days} of paid leave.", "休带薪年假{days}。"), _leave),
    Reason("too_late", "coupon", Label("queued for coupons, too late.", "抢券未成功。"), _too_late),
    Reason("stretched", "coupon", Label(
        "stretched a {basket} yuan {good} to {threshold} for the coupon; {off} yuan off this month.",
        "为用消费券，把{basket}元的{good}凑到{threshold}元；本月共减{off}元。",
    ), _stretched),
    Reason("joined", "coupon", Label(
        "bought in one order what it meant to buy in several of the week, {moved} yuan of it, to use a coupon.",
        "把本周分次购买的商品并成一单以使用消费券，移入{moved}元。",
    ), _joined),
    Reason("used_anyway", "coupon", Label(
        "coupons took {off} yuan off what it buys anyway.", "消费券抵扣原本就要购买的消费{off}元。"
    ), _used_anyway),
    Reason("extra", "coupon", Label(
        "of {extra} yuan spent extra, {goods} came from other goods and {later} will not be needed later.",
        "多花的{extra}元中，{goods}元挤占其他消费，{later}元为提前消费。",
    ), _extra),
    Reason("illness", "illness", Label("an illness: {amount} yuan out of its own pocket.", "就医自付{amount}元。"),
           _amount("MEDICAL")),
    Reason("puts_aside", "money", Label("put {amount} yuan aside.", "存下{amount}元。"), _puts_aside),
    Reason("puts_less_aside", "money", Label(
        "put {amount} yuan aside, {before} the month before.", "存下{amount}元（上月{before}元）。"
    ), _puts_less_aside),
    Reason("lives_on_savings", "money", Label("drew {amount} yuan on savings to live on.", "动用储蓄{amount}元维持生活。"),
           _lives_on_savings),
    Reason("lives_on_the_harvest", "money", Label(
        "between harvests: drew {amount} yuan of what the last one brought.", "农闲时节：动用上次收成的积蓄{amount}元。"
    ), _lives_on_the_harvest),
    Reason("put_off", "money", Label(
        "used {amount} yuan that it meant to put aside.", "动用本月原打算存下的{amount}元。"
    ), _amount("PUT_OFF")),
    Reason("withdrawn", "money", Label("took {amount} yuan out of savings.", "取出储蓄{amount}元。"), _amount("WITHDRAWN")),
    Reason("broken", "money", Label(
        "broke a deposit of {amount} yuan before its term, as cash had run out.", "现金不足，提前支取定期存款{amount}元。"
    ), _amount("BROKEN")),
    Reason("harvest", "money", Label(
        "harvest: farming brought {amount} yuan more than a twelfth of a year's.", "收获季节：务农收入比全年月均多{amount}元。"
    ), _amount("HARVEST")),
    Reason("fund", "money", Label("{amount} yuan of it out of the housing fund.", "其中提取住房公积金{amount}元。"),
           _amount("FUND_WITHDRAWN")),
    Reason("loan", "money", Label("took a loan of {amount} yuan.", "贷款{amount}元。"), _amount("LOAN_NEW")),
    Reason("into_debt", "money", Label("ended the month {amount} yuan in debt.", "月末透支{amount}元。"), _into_debt),
    Reason("out_of_debt", "money", Label(
        "out of debt again, with {amount} yuan at the end of the month.", "还清透支，月末有现金{amount}元。"
    ), _out_of_debt),
    Reason("no_trip", "quiet", Label("no trip; the longest block of days off was {block}.", "未出游；最长连休{block}。"),
           _no_trip(0)),
    Reason("no_trip_no_days", "quiet", Label(
        "no trip: never two days off in a row for all.", "未出游：全家没有连续两天的共同假期。"
    ), _no_trip(1)),
    Reason("no_trip_by_choice", "quiet", Label(
        "no trip, by choice; the longest block of days off was {block}.", "选择不出游；最长连休{block}。"
    ), _no_trip(2)),
    Reason("no_trip_too_dear", "quiet", Label(
        "no trip: too dear for the cash at hand.", "未出游：手头现金不足。"
    ), _no_trip(3)),
    Reason("no_trip_no_room", "quiet", Label(
        "no trip: no room was left where it was to go.", "未出游：目的地客房已满。"
    ), _no_trip(4)),
    Reason("outings", "quiet", Label(
        "out in the own city on {days}, for {cost} yuan.", "在本市休闲{days}，花费{cost}元。"
    ), _outings),
)  # fmt: skip
"""All reasons, in the order in which they are told. Quiet ones are told where a month has no other."""
MORE: Final = Reason("fears_less", "money", Label(
    "plans to spend {amount} yuan more out of the same income and cash: it has less to fear of illness and lost work.",
    "收入与现金不变，计划多消费{amount}元：对疾病和失业的担忧减轻。",
), lambda page: iter(()))  # fmt: skip
LESS: Final = Reason("fears_more", "money", Label(
    "plans to spend {amount} yuan less out of the same income and cash.", "收入与现金不变，计划少消费{amount}元。"
), lambda page: iter(()))  # fmt: skip
"""What is seen only when both runs lie side by side."""


class Lines(NamedTuple):
    """What is told of a month: in both runs, under the scenario alone, under the reference alone."""

    both: list[Told]
    added: list[Told]
    missing: list[Told]


def told(page: Page) -> list[Told]:
    """Return what there is to tell of a page; a quiet reason where there is nothing else."""
    found = [Told(reason, fields) for reason in REASONS for fields in reason.find(page)]
    events = [one for one in found if one.reason.kind != "quiet"]
    return events or found


def pages(entries: np.ndarray, payers: Mapping[int, Payer]) -> list[Page]:
    """Return the pages of a diary, one a month."""
    before = np.concatenate([np.zeros_like(entries[:1]), entries[:-1]])
    return [Page(row, old, t == 0, payers) for t, (row, old) in enumerate(zip(entries, before, strict=True))]


def side_by_side(diary: HouseholdDiary) -> list[Lines]:
    """Return month by month what both runs tell, in the words of the scenario, and what one of them tells alone.

    The same thing at nearly the same amounts is told once. A quiet month of one run is told only beside a trip of the other.
    """
    lines: list[Lines] = []
    runs = zip(pages(diary.entries, diary.payers), pages(diary.reference, diary.payers), strict=True)
    plans = _plans(diary)
    for t, (mine, other) in enumerate(runs):
        here, there = told(mine), told(other)
        both = [one for one in here if any(_alike(one, old) for old in there)]
        added = [one for one in here if one not in both and _worth_telling(one, there)]
        missing = [
            old for old in there if not any(_alike(one, old) for one in here) and _worth_telling(old, here)
        ]
        if plans[t] and not (t and plans[t - 1]):
            added.append(Told(MORE if plans[t] > 0.0 else LESS, {"amount": abs(plans[t])}))
        lines.append(Lines(both, added, missing))
    return lines


def _alike(one: Told, other: Told) -> bool:
    """Return whether two runs tell the same: the same words, amounts within ``ALIKE`` of each other."""
    if one.reason.key != other.reason.key:
        return False
    for name, value in one.fields.items():
        theirs = other.fields[name]
        if isinstance(value, Label) or isinstance(theirs, Label):
            if value != theirs:
                return False
        elif abs(value - theirs) > max(LEAST, ALIKE * abs(theirs)):
            return False
    return True


def _worth_telling(one: Told, others: list[Told]) -> bool:
    """Return whether a sentence of one run says something beside those of the other."""
    return one.reason.kind != "quiet" or any(other.reason.kind in ("trip", "quiet") for other in others)


def _plans(diary: HouseholdDiary) -> list[float]:
    """Return by how much the plans to spend differ, yuan, in months in which only the view of the future can be why.

    Permanent income is the same, and cash at the start is no larger where more is planned (no smaller where less is).
    """
    gap = diary.entries - diary.reference
    cash = np.concatenate([[0.0], gap[:-1, Entry.LIQUID]])
    same = (
        np.abs(gap[:, [Entry.PERMANENT, Entry.INCOME, Entry.COMMITTED, Entry.DEBT_SERVICE]]).max(axis=1)
        < LEAST
    )
    planned = gap[:, Entry.PLANNED]
    told_now = same & (np.abs(planned) >= LEAST) & (planned * cash <= 0.0)
    return [float(x) if now else 0.0 for x, now in zip(planned, told_now, strict=True)]
