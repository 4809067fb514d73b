"""What the household loop counts: one row per cell (zone x quintile x age of head), one column per Item."""

from enum import IntEnum

from jinxiao.model.names import AGE_BANDS, N_CATEGORIES, N_DURABLES, N_QUINTILES, N_ZONES

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
    """trips with a night in another city of the province, yuan"""
    TRIPS_OUTSIDE = 11
    """trips beyond the province, yuan: spending that leaks"""
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
    """spent extra in the scope of coupons because of them: from other goods, later weeks, later months and saving"""
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
    """spending on cars, new and used, net of what is got for the old one, yuan"""
    RELIEF = 51
    """part of other transfers that tops up households without cash or savings, yuan"""
    COUPON_STRETCHED = 52
    """part of the extra that lifts baskets to a threshold: more, or pricier, at the same shop, yuan"""
    COUPON_LATER_WEEKS = 53
    """part of the extra that later weeks of the month need not repeat, yuan"""
    COUPON_FROM_SAVING = 54
    """part of the extra that is paid from what would have been saved, the discount among it, yuan"""
    COUPON_FREED = 55
    """discounts that are as good as cash: what they add to the month's cash on hand, yuan"""
    COUPON_INCOME_SPENT = 56
    """rise of planned spending because of that cash, yuan"""
    COUPON_HELD = 57
    """coupons held by residents"""
    COUPON_REDEEMED = 58
    """coupons redeemed by residents"""
    OUTINGS = 59
    """spending on days out in the own city, yuan"""
    OUTING_PERSONS = 60
    """persons on days out in the own city"""

    DEATHS = 61
    MOVED_IN = 62
    """persons who set up a household where the last member died"""
    MOVED_OUT = 63
    """persons who leave home: for a new household, or the province"""
    GROWN_CHILDREN = 64
    """adults of 18-59 beside head and partner: who may leave home"""
    RETIRED = 65
    """earners who retire this month"""
    HOMES = 66
    """new homes bought"""
    HOME_SPENDING = 67
    """price of new homes bought, yuan: investment, not consumption"""
    HOME_SUBSIDIES = 68
    MORTGAGES_NEW = 69
    FURNISHING = 70
    """household goods for new homes, part of consumption"""
    FUND_WITHDRAWN = 71
    """taken out of the housing fund for rent and mortgage payments"""
    POSTS = 72
    """unemployed who hold a public post this month"""
    POST_WAGES = 73
    HIRED = 74
    """wage earners at work"""
    JOBLESS_ENTRY = 76
    """newcomers to working life without a job, less unemployed who retire or die"""
    EXPOSURE = 75
    """wage earners at work, each times the relative hazard of the occupation to lose work"""
    EXTRA_BENEFIT = 77
    """part of unemployment benefits that a change of the replacement rate adds, yuan"""
    INCOME_TAX = 78
    """part of deductions that is income tax, yuan"""
    HOUSING_FUND = 79
    """part of committed saving that goes to the housing fund, yuan"""
    EDUCATION_PLAN = 80
    """part of planned committed saving that is for children's education, yuan"""
    RETIREMENT_PLAN = 81
    """part of planned committed saving that is for old age, yuan"""
    DURABLE_UNITS = 82


N_ITEMS = Item.DURABLE_UNITS + N_DURABLES
"""DURABLE_UNITS opens a column a class: units bought new. Used cars bought are counted as Disposal.USED_CARS_BOUGHT."""
COUNTS = (
    Item.EMPLOYED,
    Item.UNEMPLOYED,
    Item.HOUSEHOLDS,
    Item.PERSONS,
    Item.TRIP_PERSONS_INSIDE,
    Item.TRIP_PERSONS_OUTSIDE,
    Item.HAND_TO_MOUTH,
    Item.BIRTHS,
    Item.COUPON_HELD,
    Item.COUPON_REDEEMED,
    Item.OUTING_PERSONS,
    *range(Item.DURABLE_UNITS, N_ITEMS),
    Item.DEATHS,
    Item.MOVED_IN,
    Item.MOVED_OUT,
    Item.GROWN_CHILDREN,
    Item.RETIRED,
    Item.HOMES,
    Item.POSTS,
    Item.HIRED,
    Item.EXPOSURE,
    Item.JOBLESS_ENTRY,
)
"""Items that count persons, households or units rather than yuan."""
