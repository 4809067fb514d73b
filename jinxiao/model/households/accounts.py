"""What the household loop counts: one row per cell (zone x quintile x age of head), one column per Item."""

from enum import IntEnum

from jinxiao.model.names import AGE_BANDS, N_CATEGORIES, N_QUINTILES, N_ZONES

N_AGES = len(AGE_BANDS)
N_CELLS = N_ZONES * N_QUINTILES * N_AGES
"""Cell = (zone * 5 + quintile) * 4 + age band of the head."""


class Item(IntEnum):
    """Columns of the household accounts: yuan this month, or counts; sums over real households."""

    CONSUMPTION = 0
    """first of eight: consumption expenditure by category, at full prices, imputed rent included"""
    IMPUTED_RENT = N_CATEGORIES
    DURABLES = 9
    TRIPS_INSIDE = 10
    TRIPS_OUTSIDE = 11
    WAGES = 12
    BUSINESS = 13
    PROPERTY = 14
    IMPUTED_INCOME = 15
    PENSIONS = 16
    OTHER_TRANSFERS = 17
    POLICY_TRANSFERS = 18
    DEDUCTIONS = 19
    SUBSIDIES = 20
    COUPONS = 21
    COMMITTED = 22
    MORTGAGE_INTEREST = 23
    LOAN_INTEREST = 24
    LOAN_NEW = 25
    LOAN_REPAID = 26
    LIQUID_INTEREST = 27
    LIQUID_WEALTH = 28
    EMPLOYED = 29
    UNEMPLOYED = 30
    HOUSEHOLDS = 31
    PERSONS = 32
    RETAIL = 33
    SERVICES = 34
    COUPON_EXTRA = 35
    TRIP_PERSONS_INSIDE = 36
    TRIP_PERSONS_OUTSIDE = 37
    HAND_TO_MOUTH = 38
    BIRTHS = 39
    LOANS = 40
    UNEMPLOYMENT_BENEFIT = 41
    FARM = 42
    TERM_DEPOSITS = 43
    MORTGAGES = 44
    COUPON_DISPLACED_NOW = 45
    COUPON_PULLED_FORWARD = 46
    EXTRA_COVER = 47
    PLANNED = 48
    """consumption that the policy function plans, yuan"""
    LUMPS = 49
    """durables and trips paid out of liquid wealth rather than out of the month's plan, yuan"""
    VEHICLES = 50
    """spending on cars at full price, yuan"""
    RELIEF = 51
    """part of other transfers that tops up households without cash or savings, yuan"""
    EXTRA_BENEFIT = 52
    """part of unemployment benefits that a change of the replacement rate adds, yuan"""
    INCOME_TAX = 53
    """part of deductions that is income tax, yuan"""
    HOUSING_FUND = 54
    """part of committed saving that goes to the housing fund, yuan"""
    EDUCATION_PLAN = 55
    """part of planned committed saving that is for children's education, yuan"""
    RETIREMENT_PLAN = 56
    """part of planned committed saving that is for old age, yuan"""
    DURABLE_UNITS = 57


N_ITEMS = Item.DURABLE_UNITS + 9
"""DURABLE_UNITS opens nine columns: units bought by class."""
COUNTS = (
    Item.EMPLOYED,
    Item.UNEMPLOYED,
    Item.HOUSEHOLDS,
    Item.PERSONS,
    Item.TRIP_PERSONS_INSIDE,
    Item.TRIP_PERSONS_OUTSIDE,
    Item.HAND_TO_MOUTH,
    Item.BIRTHS,
    *range(Item.DURABLE_UNITS, N_ITEMS),
)
"""Items that count persons, households or units rather than yuan."""
