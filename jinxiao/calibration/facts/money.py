"""Facts on deposits and loans of households, and on public money: trade-in, pensions, benefits, taxes."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from jinxiao.calibration.facts.published import (
    FITTED,
    NATION,
    OUTCOME,
    SETTLED,
    YEAR,
    YEAR_END,
    Fact,
    Label,
    Published,
    fact,
)
from jinxiao.calibration.facts.year import MONTHS, Array, Year2024
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.calibration.synthesis.parameters import load_population_parameters
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import Account
from jinxiao.model.names import CITIES, Durable

CARS: Final = (Durable.CAR,)
APPLIANCES: Final = (
    Durable.FRIDGE, Durable.WASHER, Durable.AC, Durable.TV, Durable.WATER_HEATER, Durable.COMPUTER, Durable.KITCHEN,
)  # fmt: skip
UNTIL_AUGUST: Final = "2024-01..2024-08"
UNTIL_OCTOBER: Final = "2024-04..2024-10"
UNTIL_CHRISTMAS: Final = 24.0 / 31.0
"""Share of December that figures of 24 December can hold."""
JINZHONG_MONTHS: Final = {
    "cars": np.array([1.0] * 11 + [UNTIL_CHRISTMAS]),
    "appliances": np.array([0.0] * 9 + [1.0, 1.0, UNTIL_CHRISTMAS]),
}
"""Months of 2024 that the figures of Jinzhong cover: orders for appliances from 30 September on."""
JINZHONG_NOTE: Final = {
    "cars": "applications approved or filed; model: at the purchase, to 24 December",
    "appliances": (
        "55,717 orders from 30 September, 4 per 100 households; the nation's 62 million units of the year (Ministry of Commerce, "
        "https://www.yxiu.cn/finance/jujiao/510679.html) are 12.5 per 100, so Jinzhong's count looks partial; "
        "model: at the purchase, October to 24 December"
    ),
}


def deposits_and_loans(y: Year2024) -> Iterator[Fact]:
    """Deposits and loans of households at the end of the year."""
    since_2023 = "model: the level of the end of 2023 is set, then the run lives 2024"
    held = y.stock(Item.LIQUID_WEALTH, Item.TERM_DEPOSITS)
    yield y.fact("deposits_households", "all", held, Label(True, since_2023, period=YEAR_END))
    per_head = held / y.stock(Item.PERSONS)
    yield y.fact("deposits_households_per_head", "all", per_head, Label(True, since_2023, period=YEAR_END))
    deposits = y.newest("deposits_households")
    time = y.newest("deposits_households_share_time", geo=NATION)
    buffer = "model: cash that is meant for spending; what else lies in demand deposits counts as savings"
    share = 1.0 - time.share
    arithmetic = f"{deposits.value:g} x {share:.4f}, the national share"
    published = Published.derived(deposits.value * share, deposits.unit, arithmetic, deposits, time)
    label = Label(False, bridge=buffer, period=YEAR_END)
    yield fact("deposits_households_demand", "all", published, y.stock(Item.LIQUID_WEALTH), label)
    yield _deposit_growth(y)
    mortgages = Label(True, f"{SETTLED}; new mortgages, payments and prepayments since", period=YEAR_END)
    yield y.fact("loans_households", "mortgages", y.stock(Item.MORTGAGES), mortgages)
    yield from _home_sales(y)
    instalments = Label(
        False, bridge="all consumer credit; model: instalment loans for durables only", period=YEAR_END
    )
    yield y.fact("loans_households", "consumer other than mortgages", y.stock(Item.LOANS), instalments)


def _deposit_growth(y: Year2024) -> Fact:
    """Growth of household deposits in the year."""
    old, new = (y.statistics.record("deposits_households", PROVINCE, "all", year) for year in ("2023", YEAR))
    growth = 100.0 * (new.value / old.value - 1.0)
    published = Published.derived(growth, "%", f"{new.value:g} / {old.value:g} - 1", old, new)
    held = y.monthly[:, :, [Item.LIQUID_WEALTH, Item.TERM_DEPOSITS]].sum(axis=(1, 2))
    found = 100.0 * ((held[-1] / held[0]) ** (MONTHS / (MONTHS - 1)) - 1.0)
    note = (
        "published: yearly mean of two years, from 33,100 to 'about 40,000' x 100m yuan; 500 more or less in that "
        "rounded level is 0.7 points; model: end of January to end of December, at a yearly rate"
    )
    return fact("deposits_households_growth", "all", published, found, Label(False, note))


def _home_sales(y: Year2024) -> Iterator[Fact]:
    """New homes sold from January to August: area and value; all commodity housing, which few but households buy."""
    label = Label(True, "purchase rates and prices are set before the run", period=UNTIL_AUGUST)
    months = slice(0, int(UNTIL_AUGUST[-2:]))
    area = y.monthly[months, :, Item.HOMES].sum() * float(y.baseline.values["housing.new_home_area"])
    value = y.monthly[months, :, Item.HOME_SPENDING].sum()
    for series, found in (("housing_sales_area", area), ("housing_sales_value", value)):
        record = y.statistics.record(series, PROVINCE, "all", UNTIL_AUGUST)
        yield fact(series, "all", Published.of(record), float(found), label)


def public_money(y: Year2024) -> Iterator[Fact]:
    """Money of trade-in, pensions, unemployment benefits and taxes."""
    yield from _trade_in(y)
    yield _pensions(y)
    yield _benefits(y)
    local, taxes = (Account.PROVINCE, Account.CITIES), "taxes_and_contributions"
    paid = y.paid((Account.FIRMS, Account.HOUSEHOLDS), local, taxes)
    yield y.fact("tax_revenue", "all", paid, Label(True, "rates on value added are set to it"))
    personal = Label(False, bridge="local 40% of income tax; model: local share of deductions for taxes")
    yield y.fact("tax_revenue", "personal income tax", y.paid((Account.HOUSEHOLDS,), local, taxes), personal)


def budgets(y: Year2024) -> Iterator[Fact]:
    """Spending of province and cities by function, and grants of the centre."""
    local = (Account.PROVINCE, Account.CITIES)
    firms, households = (Account.FIRMS,), (Account.HOUSEHOLDS,)
    schools = "general budget; model: what fees and households leave of the cost of schools"
    found = y.paid(local, firms, "public_education")
    yield y.fact("fiscal_spending", "education", found, Label(False, bridge=schools))
    care = "grants to funds included; model: transfers of the household survey, those between households among them"
    found = y.paid(local, households, "transfers", "policy_transfers")
    yield y.fact("fiscal_spending", "social security and employment", found, Label(False, bridge=care))
    health = "general budget; model: what insurance funds pay to clinics"
    found = y.paid((Account.FUND, *local), firms, "public_health")
    yield y.fact("fiscal_spending", "health", found, Label(False, bridge=health))
    spent = y.paid(local, (*firms, *households))
    every = "all functions; model: services, works, transfers and measures of province and cities"
    yield y.fact("fiscal_spending", "all", spent, Label(False, bridge=every))
    jinzhong = y.of_city("city_paid", "Jinzhong", (*firms, *households))
    city = "general budget of city and counties in 2023; model: what the city's budget buys and pays to households"
    yield y.fact("fiscal_spending", "all", jinzhong, Label(False, bridge=city, geo="Jinzhong"))
    own = "all revenue, that of no tax included; model: local taxes of firms and households there, the province's part included"
    for c in CITIES:
        taxed = y.of_city("city_received", c.key, (*firms, *households), "taxes_and_contributions")
        split = y.baseline.values["flows.tax_split"]
        whole = taxed * float(split[1] + split[2]) / float(split[2])
        yield y.fact("fiscal_revenue", "all", whole, Label(False, bridge=own, geo=c.key))
    grants = y.paid((Account.CENTRE,), (Account.PROVINCE,), "grants_between_budgets")
    balanced = "transfers of the centre; model: what balances province and cities at the start"
    yield y.fact("central_transfers", "all", grants, Label(False, bridge=balanced))


def _trade_in(y: Year2024) -> Iterator[Fact]:
    """Subsidies and sales of the trade-in of 2024, to which nothing was fitted."""
    outcomes = y.outcomes
    until = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1, 0.5, 0, 0])  # from April to the middle of October
    late = (
        "paid or earmarked by 15 October, after claims were checked; "
        "model: at the purchase, April to September and half of October"
    )
    label = Label(False, bridge=late, period=UNTIL_OCTOBER)
    kinds: dict[str, Sequence[int]] = {"cars": CARS, "appliances": APPLIANCES}
    rules = {kind: y.durable_rules(classes) for kind, classes in kinds.items()}
    for kind, mine in rules.items():
        paid = outcomes.cost_by_rule[:MONTHS][:, mine].sum(axis=(1, 2))
        record = y.statistics.record("tradein_subsidy", PROVINCE, kind, UNTIL_OCTOBER)
        yield fact("tradein_subsidy", kind, Published.of(record), float(until @ paid), label)
    for kind, name in (("cars", "cars"), ("appliances", "appliances and home goods")):
        sold = outcomes.gross_by_rule[:MONTHS][:, rules[kind]].sum(axis=1)
        record = y.statistics.record("tradein_sales", PROVINCE, name, UNTIL_OCTOBER)
        yield fact("tradein_sales", name, Published.of(record), float(until @ sold), label)
    city = [c.key for c in CITIES].index("Jinzhong")
    for kind, parts in (("cars", ("cars scrapped", "cars replaced")), ("appliances", ("appliances",))):
        by_month: Array = outcomes.cost_by_rule[:MONTHS][:, rules[kind]].sum(axis=1)[:, city]
        records = [y.statistics.record("tradein_subsidy", "Jinzhong", part, YEAR) for part in parts]
        published = Published.derived(
            sum(record.value for record in records), records[0].unit,
            " + ".join(f"{record.value:.4f}" for record in records) + ", to 24 December", *records,
        )  # fmt: skip
        note = JINZHONG_NOTE[kind]
        yield fact(
            "tradein_subsidy",
            kind,
            published,
            float(JINZHONG_MONTHS[kind] @ by_month),
            Label(False, note, geo="Jinzhong"),
        )


def _pensions(y: Year2024) -> Fact:
    """Pensions of both schemes, rises paid by instruments included."""
    growth = load_population_parameters().number("employee_pension_growth")
    heads = [y.newest(f"pensioners_{scheme}_scheme") for scheme in ("employee", "resident")]
    means = [y.newest("pension_mean", kind) for kind in ("employee scheme, all", "resident scheme")]
    rises = (growth, 1.0)
    yearly = [n.count * mean.value * rise for n, mean, rise in zip(heads, means, rises, strict=True)]
    terms = (f"{n.value:g} x {m.value:g} x 12 x {g:g}" for n, m, g in zip(heads, means, rises, strict=True))
    value = MONTHS * sum(yearly) / 1e8
    published = Published.derived(value, "100m yuan", " + ".join(terms), *heads, *means)
    payers = (Account.FUND, Account.CENTRE)
    paid = y.paid(payers, (Account.HOUSEHOLDS,), "pensions", "policy_transfers")
    return fact("pensions_paid", "both schemes", published, paid, FITTED)


def _benefits(y: Year2024) -> Fact:
    """Unemployment benefits."""
    recipients = y.newest("unemployment_benefit_recipients")
    benefit = y.statistics.record("unemployment_benefit", PROVINCE, "all", "2023..2024")
    value = recipients.count * benefit.value * MONTHS / 1e8
    arithmetic = f"{recipients.value:g} (10k) x {benefit.value:g} x 12"
    published = Published.derived(value, "100m yuan", arithmetic, recipients, benefit)
    return fact("unemployment_benefit_paid", "all", published, y.total(Item.UNEMPLOYMENT_BENEFIT), OUTCOME)
