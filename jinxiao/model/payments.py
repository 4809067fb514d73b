"""Payments of a month between sectors, booked in the ledger from what households, visitors and firms did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jinxiao.model.conditions import Instrument
from jinxiao.model.firms.loop import Total
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import Account, Ledger
from jinxiao.model.names import N_CATEGORIES, N_CITIES, Payer, Sector

PAYER_ACCOUNT = {
    Payer.CENTRE: Account.CENTRE,
    Payer.PROVINCE: Account.PROVINCE,
    Payer.CITY: Account.CITIES,
    Payer.FUND: Account.FUND,
    Payer.FIRMS: Account.FIRMS,
    Payer.UNIONS: Account.UNIONS,
}
PUBLIC_SERVICES: Mapping[str, Sector] = {
    "public_services": Sector.PUBLIC,
    "public_education": Sector.EDUCATION,
}
"""Items under which budgets buy the whole remaining output of a sector."""
FUND_BUYS = Sector.HEALTH_CARE
LOCAL_BUDGETS = (Account.CENTRE, Account.PROVINCE, Account.CITIES)
MONTHS_TO_MAKE_UP = 12.0
"""Months over which the centre makes up what the funds lack."""
FINANCED = (Payer.PROVINCE, Payer.CITY)
"""Payers whose part of a measure is new money, moved from other spending, or borrowed."""


@dataclass(frozen=True)
class PublicShares:
    """How public money is shared over centre, province, cities: taxes of firms, of households, purchases of services, of works.

    ``bank_share_of_property`` is the part of cash property income that banks pay.
    """

    taxes: np.ndarray
    income_taxes: np.ndarray
    services: np.ndarray
    works: np.ndarray
    bank_share_of_property: float


def planned_purchases(
    other: np.ndarray, orders: np.ndarray, shares: PublicShares
) -> tuple[np.ndarray, np.ndarray]:
    """Return works and services that province and cities would buy this month, each (2, cities), by where they are bought.

    Parameters
    ----------
    other, orders : ndarray, shape (cities, sectors)
        Custom of other buyers than households and visitors, and the part of it that governments order, yuan.
    """
    services = other[:, PUBLIC_SERVICES["public_services"]]
    return shares.works[1:, None] * orders.sum(axis=1), shares.services[1:, None] * services


def left_of(
    other: np.ndarray, orders: np.ndarray, cut_works: np.ndarray, cut_services: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return other custom and orders, each (cities, sectors), after budgets give up works and services (cities,)."""
    ordered = orders.sum(axis=1)
    cut = orders * np.where(ordered > 0.0, cut_works / np.where(ordered > 0.0, ordered, 1.0), 0.0)[:, None]
    left = other - cut
    left[:, PUBLIC_SERVICES["public_services"]] -= cut_services
    return left, orders - cut


def local_cost(
    payments: Iterable[tuple[Mapping[int, np.ndarray], Account, str]], instruments: Mapping[int, Instrument]
) -> np.ndarray:
    """Return what measures cost province and cities by financing (new, moved, borrowed), shape (3, 1 + cities), yuan."""
    cost = np.zeros((3, 1 + N_CITIES))
    for amounts, _, _ in payments:
        for rule, by_city in amounts.items():
            instrument = instruments[rule]
            financing = np.asarray(instrument.financing)
            province, city = (instrument.payer_shares[p] for p in FINANCED)
            cost[:, 0] += financing * province * by_city.sum()
            cost[:, 1:] += city * financing[:, None] * by_city
    return cost


def pay_by_rule(
    ledger: Ledger,
    amounts: Mapping[int, np.ndarray],
    instruments: Mapping[int, Instrument],
    payee: Account,
    item: str,
) -> float:
    """Book what instruments pay to a sector, yuan by city, shared among their payers; return what firms bear themselves."""
    borne = 0.0
    for rule, by_city in amounts.items():
        for payer, share in zip(Payer, instruments[rule].payer_shares, strict=True):
            if share == 0.0 or not by_city.any():
                continue
            account = PAYER_ACCOUNT[payer]
            if account == payee:
                borne += share * float(by_city.sum())
                continue
            ledger.pay(account, payee, item, share * by_city)
            if account == Account.FIRMS:
                borne += share * float(by_city.sum())
    return borne


def pay_households(ledger: Ledger, by_city: np.ndarray, shares: PublicShares) -> None:
    """Book incomes, taxes, interest and loans of households (all but policy payments).

    Parameters
    ----------
    by_city : ndarray, shape (cities, items)
        Household accounts of the month.
    """
    pay, households, totals = ledger.pay, Account.HOUSEHOLDS, by_city.sum(axis=0)
    pay(Account.FIRMS, households, "wages", totals[Item.WAGES])
    pay(Account.FIRMS, households, "business_income", totals[Item.BUSINESS])
    pay(Account.FIRMS, households, "farm_income", totals[Item.FARM])
    interest = shares.bank_share_of_property * totals[Item.PROPERTY]
    pay(Account.BANKS, households, "interest", interest + totals[Item.LIQUID_INTEREST])
    pay(Account.FIRMS, households, "dividends_and_rents", totals[Item.PROPERTY] - interest)
    pay(Account.FUND, households, "pensions", totals[Item.PENSIONS])
    pay(Account.FUND, households, "benefits", totals[Item.UNEMPLOYMENT_BENEFIT])
    pay(Account.CITIES, households, "transfers", by_city[:, Item.OTHER_TRANSFERS])
    to_fund = totals[Item.DEDUCTIONS] - totals[Item.INCOME_TAX]
    pay(households, Account.FUND, "taxes_and_contributions", to_fund)
    for account, share in zip(LOCAL_BUDGETS, shares.income_taxes, strict=True):
        pay(households, account, "taxes_and_contributions", share * by_city[:, Item.INCOME_TAX])
    pay(households, Account.BANKS, "interest", totals[Item.MORTGAGE_INTEREST] + totals[Item.LOAN_INTEREST])
    pay(Account.BANKS, households, "new_loans", totals[Item.LOAN_NEW])
    pay(households, Account.BANKS, "repayments", totals[Item.LOAN_REPAID])


def household_purchases(totals: np.ndarray) -> float:
    """Return what households themselves pay to sellers in the province, yuan: no imputed rent, net of subsidies and coupons."""
    consumption = totals[Item.CONSUMPTION : Item.CONSUMPTION + N_CATEGORIES].sum()
    return float(
        consumption
        - totals[Item.IMPUTED_RENT]
        - totals[Item.SUBSIDIES]
        - totals[Item.COUPONS]
        - totals[Item.TRIPS_OUTSIDE]
    )


def home_money(ledger: Ledger, spent: float, subsidies: float, built: float) -> None:
    """Book what buyers of homes pay into supervised accounts at banks, and what banks release to builders, yuan.

    Subsidies are paid into the same accounts by their payers and booked by rule.
    """
    ledger.pay(Account.HOUSEHOLDS, Account.BANKS, "home_purchases", spent - subsidies)
    ledger.pay(Account.BANKS, Account.FIRMS, "building", built)


def other_buyers(
    ledger: Ledger,
    other: np.ndarray,
    orders: np.ndarray,
    cut_by: np.ndarray,
    cut: np.ndarray,
    shares: PublicShares,
) -> None:
    """Book purchases that no household or visitor makes: governments, funds, and buyers outside the province.

    Parameters
    ----------
    other, orders : ndarray, shape (cities, sectors)
        Planned purchases and the part that governments order, before budgets give any up.
    cut_by : ndarray, shape (2, 1 + cities)
        Works and services given up by province and cities.
    cut : ndarray, shape (2, cities)
        The same where they would have been bought.
    """
    works = orders.sum(axis=1)
    rest = float(other.sum()) - float(works.sum()) - float(other[:, FUND_BUYS].sum())
    bought = [("public_works", works, shares.works, 0)]
    for item, sector in PUBLIC_SERVICES.items():
        bought.append((item, other[:, sector], shares.services, 1 if item == "public_services" else -1))
        rest -= float(other[:, sector].sum())
    for item, planned, split, line in bought:
        for account, share in zip(LOCAL_BUDGETS, split, strict=True):
            amount = share * planned
            if line >= 0 and account == Account.PROVINCE:
                amount = amount - (cut[line] - cut_by[line, 1:])
            elif line >= 0 and account == Account.CITIES:
                amount = amount - cut_by[line, 1:]
            ledger.pay(account, Account.FIRMS, item, amount)
    ledger.pay(Account.FUND, Account.FIRMS, "public_health", float(other[:, FUND_BUYS].sum()))
    ledger.pay(Account.REST, Account.FIRMS, "other_purchases", rest)


def firms_pay(ledger: Ledger, inflow: float, taxes: np.ndarray, profits: float, shares: PublicShares) -> None:
    """Book what firms pay out: goods from outside, taxes by city, profits."""
    ledger.pay(Account.FIRMS, Account.REST, "inflow_of_goods", inflow)
    for account, share in zip(LOCAL_BUDGETS, shares.taxes, strict=True):
        ledger.pay(Account.FIRMS, account, "taxes_and_contributions", share * taxes)
    ledger.pay(Account.FIRMS, Account.REST, "profits", profits)


def firms_credit(ledger: Ledger, totals: np.ndarray) -> None:
    """Book business loans, interest, and what firms lend their buyers by waiting for payment.

    Sales on credit are booked as paid; what is not paid yet goes back as a loan from seller to buyer.

    Parameters
    ----------
    totals : ndarray, shape (cities, N_TOTALS)
        Of the firms of each city: columns :class:`jinxiao.model.firms.loop.Total`.
    """
    pay, firms, all_firms = ledger.pay, Account.FIRMS, totals.sum(axis=0)
    pay(Account.BANKS, firms, "new_loans", float(all_firms[Total.NEW_LOANS]))
    pay(firms, Account.BANKS, "repayments", float(all_firms[Total.REPAID]))
    pay(Account.BANKS, firms, "loan_writeoffs", float(all_firms[Total.WRITTEN_OFF]))
    pay(firms, Account.BANKS, "interest", float(all_firms[Total.INTEREST]))
    for debtor, lent in ((Account.REST, Total.LENT_TO_BUYERS), (Account.CITIES, Total.LENT_TO_GOVERNMENTS)):
        if all_firms[lent] >= 0.0:
            pay(firms, debtor, "trade_credit", totals[:, lent])
        else:
            pay(debtor, firms, "trade_credit_repaid", -totals[:, lent])


def budgets_borrow(ledger: Ledger, borrowed: np.ndarray, repaid: np.ndarray, interest: np.ndarray) -> None:
    """Book what province and cities borrow for measures, repay, and pay as interest, each (1 + cities,), yuan."""
    for account, part in ((Account.PROVINCE, slice(0, 1)), (Account.CITIES, slice(1, None))):
        ledger.pay(Account.BANKS, account, "new_loans", borrowed[part])
        ledger.pay(account, Account.BANKS, "repayments", repaid[part])
        ledger.pay(account, Account.BANKS, "interest", interest[part])


def grant(ledger: Ledger, grants: "Grants", growth: float) -> None:
    """Book grants between budgets: the centre supports the province and the funds, the province its cities.

    The funds hold no reserve of their own here: what they lack after a month is made up over the next year, as more people
    retire than the trend of grants allows for.
    """
    shortage = max(-float(ledger.money[Account.FUND]), 0.0) / MONTHS_TO_MAKE_UP
    ledger.pay(Account.CENTRE, Account.PROVINCE, "grants_between_budgets", grants.province * growth)
    ledger.pay(Account.PROVINCE, Account.CITIES, "grants_between_budgets", grants.cities * growth)
    ledger.pay(Account.CENTRE, Account.FUND, "grants_between_budgets", grants.fund * growth + shortage)


@dataclass(frozen=True)
class Grants:
    """Monthly grants that balance every budget at the start, yuan at trend level.

    Attributes
    ----------
    province : float
        From the centre to the province, what this hands on to cities included.
    cities : ndarray, shape (cities,)
        From the province to each city.
    fund : float
        From the centre to the social insurance funds.
    """

    province: float
    cities: np.ndarray
    fund: float


def balancing_grants(
    other: np.ndarray, orders: np.ndarray, taxes: np.ndarray, by_city: np.ndarray, shares: PublicShares
) -> Grants:
    """Return the grants that balance province, cities and funds.

    Parameters
    ----------
    other, orders : ndarray, shape (cities, sectors)
        Monthly purchases of other buyers, and of governments among them, at trend level.
    taxes : ndarray, shape (cities,)
        Taxes of firms.
    by_city : ndarray, shape (cities, items)
        Household accounts.
    """
    works, _ = planned_purchases(other, orders, shares)
    services = sum(other[:, sector] for sector in PUBLIC_SERVICES.values())
    income_tax = by_city[:, Item.INCOME_TAX]
    spent = [works[0] + shares.services[1] * services, works[1] + shares.services[2] * services]
    spent[1] = spent[1] + by_city[:, Item.OTHER_TRANSFERS]
    own = [shares.taxes[k] * taxes + shares.income_taxes[k] * income_tax for k in (1, 2)]
    cities = spent[1] - own[1]
    totals = by_city.sum(axis=0)
    fund = (
        float(other[:, FUND_BUYS].sum())
        + float(totals[Item.PENSIONS] + totals[Item.UNEMPLOYMENT_BENEFIT])
        - float(totals[Item.DEDUCTIONS] - totals[Item.INCOME_TAX])
    )
    return Grants(float(spent[0].sum() - own[0].sum() + cities.sum()), cities, fund)


def by_rule(cost: np.ndarray, rules: Iterable[int]) -> dict[int, np.ndarray]:
    """Return what each of the rules paid by city, from costs by rule and city."""
    return {int(r): cost[r] for r in sorted(set(rules)) if cost[r].any()}


def rules_in(*arrays: np.ndarray) -> Sequence[int]:
    """Return the rule ids that appear in arrays of rules."""
    return sorted({int(r) for a in arrays for r in a["rule"]})
