"""What a household's diary holds of a month: amounts and reasons, one column per Entry.

The loop fills a row per household where a run keeps diaries (``Economy.keep_diaries``). Panels, the ``household`` command and
trials read it. Yuan of 2024 in the month unless the entry says otherwise.
"""

from enum import IntEnum

from jinxiao.model.names import N_CATEGORIES, N_DURABLES, N_GOODS


class Entry(IntEnum):
    """Columns of a diary."""

    # who is there and what comes in
    PERSONS = 0
    EMPLOYED = 1
    """earners at work"""
    WAGES = 2
    BUSINESS = 3
    FARM = 4
    PROPERTY = 5
    """cash property income, interest on liquid wealth apart"""
    PENSIONS = 6
    TRANSFERS = 7
    RELIEF = 8
    BENEFIT = 9
    """unemployment benefit"""
    POLICY = 10
    """transfers by instruments of policy"""
    DEDUCTIONS = 11
    INTEREST = 12
    """on liquid wealth, subsidies on loans included; negative for debt"""
    INCOME = 13
    """disposable, with imputed rent, as the household survey counts"""
    PERMANENT = 14
    """permanent income, yuan a month"""
    BIRTH = 15
    """children born"""
    # saving and debt
    COMMITTED = 16
    """put aside by plan"""
    WITHDRAWN = 17
    """taken out of savings"""
    DEBT_SERVICE = 18
    LOAN_NEW = 19
    LIQUID = 20
    """liquid wealth, end of month"""
    SAVINGS = 21
    """committed savings, end of month"""
    # what goes out
    PLANNED = 22
    """consumption that the consumption function plans"""
    CONSUMPTION = 23
    """all of it, imputed rent included"""
    IMPUTED = 24
    LABELLED = 25
    """spent first on the label of a transfer"""
    MEDICAL = 26
    """own part of a medical expense"""
    SUBSIDIES = 27
    """off the price of durables"""
    # trips
    TRIP = 28
    """cost of a trip; 0 where none"""
    TRIP_DESTINATION = 29
    """city code plus one; cities plus one: outside the province; 0: no trip"""
    TRIP_NIGHTS = 30
    """nights"""
    TRIP_PERSONS = 31
    """members who came along"""
    TRIP_BLOCK = 32
    """longest block of days off this month, days"""
    # coupons
    COUPON_OFF = 33
    """taken off by coupons"""
    COUPON_EXTRA = 34
    """spent extra in their scope because of them"""
    COUPON_FROM_GOODS = 35
    """of that, taken from other goods this month"""
    COUPON_FROM_LATER = 36
    """of that, not needed in later months"""
    COUPON_BASKET = 37
    """basket of the largest stretch before it"""
    COUPON_THRESHOLD = 38
    """the threshold it was stretched to"""
    COUPON_GOOD = 39
    """code of its good plus one; 0: nothing was stretched"""
    # by good, category and class of durables
    GOODS = 40
    """first of the goods: spent out of the monthly budget, coupons' part included"""
    CATEGORIES = GOODS + N_GOODS
    """first of eight: consumption by category"""
    DURABLES = CATEGORIES + N_CATEGORIES
    """first of the classes: price paid with subsidy for a unit"""
    DURABLE_SUBSIDY = DURABLES + N_DURABLES
    """first of the classes: subsidy on it"""
    DURABLE_AGE = DURABLE_SUBSIDY + N_DURABLES
    """first of the classes: age of the unit it replaces, months; -1: none replaced"""
    # stage of life, and what is put aside for
    STAGE = DURABLE_AGE + N_DURABLES
    """code of the stage of life"""
    TAX = STAGE + 1
    """income tax, part of deductions"""
    HOUSING_FUND = STAGE + 2
    """planned for the housing fund"""
    EDUCATION_PLAN = STAGE + 3
    """planned for children's education"""
    RETIREMENT_PLAN = STAGE + 4
    """planned for old age"""
    PENSION_PROMISE = STAGE + 5
    """rise of pensions by policy that earners expect to draw one day"""
    MEDICAL_BILL = STAGE + 6
    """medical expense before insurance"""


N_ENTRIES = Entry.MEDICAL_BILL + 1
