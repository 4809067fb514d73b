"""Payments of a month between sectors, booked in the ledger from what households, visitors and firms did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jinxiao.model.conditions import Instrument
from jinxiao.model.firms.loop import Total
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import Account, Ledger
from jinxiao.model.names import N_CATEGORIES, Payer, Sector

PAYER_ACCOUNT = {
    Payer.CENTRE: Account.CENTRE,
    Payer.PROVINCE: Account.PROVINCE,
    Payer.CITY: Account.CITIES,
    Payer.FUND: Account.FUND,
    Payer.FIRMS: Account.FIRMS,
    Payer.UNIONS: Account.UNIONS,
}
GOVERNMENT_BUYS = (Sector.PUBLIC, Sector.EDUCATION)
FUND_BUYS = (Sector.HEALTH_CARE,)
LOCAL_BUDGETS = (Account.CENTRE, Account.PROVINCE, Account.CITIES)


@dataclass(frozen=True)
class PublicShares:
    """How public money is shared: taxes and public purchases over centre, province, cities."""

    taxes: np.ndarray
    purchases: np.ndarray
    bank_share_of_property: float


def pay_by_rule(
    ledger: Ledger,
    amounts: Mapping[int, float],
    instruments: Mapping[int, Instrument],
    payee: Account,
    item: str,
) -> float:
    """Book what instruments pay to a sector, shared among their payers; return what firms bear themselves."""
    borne = 0.0
    for rule, amount in amounts.items():
        for payer, share in zip(Payer, instruments[rule].payer_shares, strict=True):
            if share == 0.0 or amount == 0.0:
                continue
            account = PAYER_ACCOUNT[payer]
            if account == payee:
                borne += share * amount
                continue
            ledger.pay(account, payee, item, share * amount)
            if account == Account.FIRMS:
                borne += share * amount
    return borne


def pay_households(ledger: Ledger, totals: np.ndarray, shares: PublicShares) -> None:
    """Book incomes, taxes, interest and loans of households (all but policy payments).

    Parameters
    ----------
    totals : ndarray, shape (items,)
        Household accounts of the month.
    """
    pay, households = ledger.pay, Account.HOUSEHOLDS
    pay(Account.FIRMS, households, "wages", totals[Item.WAGES])
    pay(Account.FIRMS, households, "business_income", totals[Item.BUSINESS])
    pay(Account.FIRMS, households, "farm_income", totals[Item.FARM])
    interest = shares.bank_share_of_property * totals[Item.PROPERTY]
    pay(Account.BANKS, households, "interest", interest + totals[Item.LIQUID_INTEREST])
    pay(Account.FIRMS, households, "dividends_and_rents", totals[Item.PROPERTY] - interest)
    pay(Account.FUND, households, "pensions", totals[Item.PENSIONS])
    pay(Account.FUND, households, "benefits", totals[Item.UNEMPLOYMENT_BENEFIT])
    pay(Account.CITIES, households, "transfers", totals[Item.OTHER_TRANSFERS])
    to_fund = totals[Item.DEDUCTIONS] - totals[Item.INCOME_TAX]
    pay(households, Account.FUND, "taxes_and_contributions", to_fund)
    for account, share in zip(LOCAL_BUDGETS, shares.taxes, strict=True):
        pay(households, account, "taxes_and_contributions", share * totals[Item.INCOME_TAX])
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
    ledger: Ledger, other: np.ndarray, extra_cover: float, shares: PublicShares, orders: float = 0.0
) -> None:
    """Book purchases that no household or visitor makes: governments, funds, and buyers outside the province.

    Parameters
    ----------
    other : ndarray, shape (cities, sectors)
    extra_cover : float
        Medical expense taken over by the funds because of a policy, yuan.
    orders : float
        Part of the rest that governments buy (works, services, supplies), yuan.
    """
    public = float(other[:, list(GOVERNMENT_BUYS)].sum())
    health = float(other[:, list(FUND_BUYS)].sum())
    for account, share in zip(LOCAL_BUDGETS, shares.purchases, strict=True):
        ledger.pay(account, Account.FIRMS, "other_purchases", share * public)
        ledger.pay(account, Account.FIRMS, "public_orders", share * orders)
    ledger.pay(Account.FUND, Account.FIRMS, "other_purchases", health + extra_cover)
    ledger.pay(Account.REST, Account.FIRMS, "other_purchases", float(other.sum()) - public - health - orders)


def firms_pay(ledger: Ledger, inflow: float, taxes: float, profits: float, shares: PublicShares) -> None:
    """Book what firms pay out: goods from outside, taxes, profits."""
    ledger.pay(Account.FIRMS, Account.REST, "inflow_of_goods", inflow)
    for account, share in zip(LOCAL_BUDGETS, shares.taxes, strict=True):
        ledger.pay(Account.FIRMS, account, "taxes_and_contributions", share * taxes)
    ledger.pay(Account.FIRMS, Account.REST, "profits", profits)


def firms_credit(ledger: Ledger, totals: np.ndarray) -> None:
    """Book business loans, interest, and what firms lend their buyers by waiting for payment.

    Sales on credit are booked as paid; what is not paid yet goes back as a loan from seller to buyer.

    Parameters
    ----------
    totals : ndarray, shape (N_TOTALS,)
        Of all firms: columns :class:`jinxiao.model.firms.loop.Total`.
    """
    pay, firms = ledger.pay, Account.FIRMS
    pay(Account.BANKS, firms, "new_business_loans", float(totals[Total.NEW_LOANS]))
    pay(firms, Account.BANKS, "business_repayments", float(totals[Total.REPAID]))
    pay(Account.BANKS, firms, "loan_writeoffs", float(totals[Total.WRITTEN_OFF]))
    pay(firms, Account.BANKS, "business_interest", float(totals[Total.INTEREST]))
    for debtor, lent in ((Account.REST, Total.LENT_TO_BUYERS), (Account.CITIES, Total.LENT_TO_GOVERNMENTS)):
        amount = float(totals[lent])
        if amount >= 0.0:
            pay(firms, debtor, "trade_credit", amount)
        else:
            pay(debtor, firms, "trade_credit_repaid", -amount)


def by_rule(cost: np.ndarray, rules: Iterable[int]) -> dict[int, float]:
    """Return what each of the rules paid, from costs by rule and city."""
    return {int(r): float(cost[r].sum()) for r in sorted(set(rules)) if cost[r].any()}


def rules_in(*arrays: np.ndarray) -> Sequence[int]:
    """Return the rule ids that appear in arrays of rules."""
    return sorted({int(r) for a in arrays for r in a["rule"]})
