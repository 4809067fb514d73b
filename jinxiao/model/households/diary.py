"""What a household's diary holds of a month: amounts and reasons, one column per Entry.

The loop fills a row per household where a run keeps diaries (``Economy.keep_diaries``). Panels, the ``household`` command and
trials read it. Yuan of 2024 in the month unless the entry says otherwise.
"""

from enum import IntEnum

from jinxiao.model.conditions import WEEKS as WEEKS_A_MONTH
from jinxiao.model.names import N_CATEGORIES, N_DURABLES, N_GOODS, N_OUTLETS


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
    """of that, bought ahead for later months"""
    COUPON_BASKET = 37
    """basket of the largest stretch before it"""
    COUPON_THRESHOLD = 38
    """the threshold it was stretched to"""
    COUPON_GOOD = 39
    """code of its good plus one; 0: nothing was stretched"""
    # what happened at work, by whom policy paid, tickets
    JOB_LOST = 40
    """earners who lost their job this month"""
    JOB_FOUND = 41
    """earners who found one"""
    TRAINED = 42
    """earners who finished a training course"""
    POLICY_LARGEST = 43
    """largest of the transfers by instruments of policy"""
    POLICY_RULE = 44
    """rule of its instrument plus one; 0: none"""
    TICKETS = 45
    """gate tickets of the trip that policy waives"""
    # days at hand, days out in the own city, and why there was no trip
    FREE_DAYS = 46
    """days on which all who would travel together are free this month, leave apart"""
    LEAVE_USED = 47
    """days of paid leave taken this month"""
    OUTINGS = 48
    """days out in the own city"""
    OUTING_COST = 49
    """cost of them"""
    NO_TRIP = 50
    """why there was none: 0 there was one, 1 no two days off in a row, 2 preferred not to, 3 too dear for the cash at hand, 4 no
    room where it was to go, and too far for a day"""
    SITE_VISITS = 51
    """persons times visits to sites: of the own city on days out, and one on a trip within the province"""
    # by good, category and class of durables
    GOODS = 52
    """first of the goods: spent out of the monthly budget, coupons' part included"""
    CATEGORIES = GOODS + N_GOODS
    """first of eight: consumption by category"""
    DURABLES = CATEGORIES + N_CATEGORIES
    """first of the classes: price paid with subsidy for a unit, net of what is got for the old car"""
    DURABLE_SUBSIDY = DURABLES + N_DURABLES
    """first of the classes: subsidy on it"""
    DURABLE_AGE = DURABLE_SUBSIDY + N_DURABLES
    """first of the classes: age of the unit it replaces, months; -1: none replaced"""
    DURABLE_WHY = DURABLE_AGE + N_DURABLES
    """first of the classes: why it was bought now (Why); 0: nothing was bought"""
    DURABLE_FATE = DURABLE_WHY + N_DURABLES
    """first of the classes: what became of the old unit (Disposal plus one); 0: none"""
    DURABLE_WAITED = DURABLE_FATE + N_DURABLES
    """first of the classes: subsidy that a household expects who would have bought but for waiting for it"""
    CAR_BOUGHT = DURABLE_WAITED + N_DURABLES
    """1 petrol, 2 new energy, 3 used; 0: no car was bought"""
    CAR_REPLACED = CAR_BOUGHT + 1
    """1 petrol, 2 new energy; 0: none"""
    CAR_VALUE = CAR_REPLACED + 1
    """what was got for the old car"""
    # coupons, in detail
    COUPON_QUEUE = CAR_VALUE + 1
    """place in the queue of the first rush joined, over that of the last one served; 0: did not queue, above 1: too late"""
    COUPON_HELD = COUPON_QUEUE + 1
    """coupons claimed"""
    COUPON_REDEEMED = COUPON_QUEUE + 2
    """coupons used"""
    COUPON_STRETCHED = COUPON_QUEUE + 3
    """part of the extra that lifted baskets to a threshold: more, or pricier, at the same shop"""
    COUPON_FROM_WEEKS = COUPON_QUEUE + 4
    """part of the extra bought ahead for later weeks of the month"""
    COUPON_FROM_SAVING = COUPON_QUEUE + 5
    """part of the extra paid from what would have been saved, the discount among it"""
    COUPON_FREED = COUPON_QUEUE + 6
    """discounts that were as good as cash"""
    COUPON_INCOME_SPENT = COUPON_QUEUE + 7
    """rise of planned spending because of that cash"""
    PANTRY = COUPON_QUEUE + 8
    """not bought because it had been bought ahead in earlier months"""
    COUPON_CARRIED = COUPON_QUEUE + 9
    """coupons of earlier months that were still valid"""
    WEEKS = COUPON_QUEUE + 10
    """first of four: spending on goods in each week of the month; they add up to the goods"""
    ORDERS = WEEKS + WEEKS_A_MONTH
    """first of the outlets: the first basket of the month there, coupons' part included; 0: none"""
    # family and work: numbers of members, of earners
    DEATHS = ORDERS + N_OUTLETS
    FOUNDED = DEATHS + 1
    """persons who set up here after the last member died"""
    LEFT_HOME = DEATHS + 2
    SCHOOL = DEATHS + 3
    """stage entered by a member: 1 kindergarten, 2 school, 3 upper school, 4 university, 5 out of school; 0: none"""
    RETIRED = DEATHS + 4
    STARTED_WORK = DEATHS + 5
    """newcomers to working life"""
    POST_WAGES = DEATHS + 6
    """wages of public posts, part of POLICY"""
    # the home
    HOME_PRICE = DEATHS + 7
    """price of a home bought this month; 0: none"""
    HOME_PAID = DEATHS + 8
    """that price less what policy pays"""
    MORTGAGE_NEW = DEATHS + 9
    """part of LOAN_NEW"""
    FURNISHING = DEATHS + 10
    """household goods for a new home"""
    FUND_WITHDRAWN = DEATHS + 11
    """out of the housing fund for rent and mortgage; part of WITHDRAWN"""
    # stage of life, and what is put aside for
    STAGE = FUND_WITHDRAWN + 1
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
    COUPON_JOINED = STAGE + 7
    """planned purchases moved into a basket of the same week so that it reaches the threshold of a coupon"""
    BROKEN = STAGE + 8
    """deposits broken since cash fell short; part of WITHDRAWN"""
    HARVEST = STAGE + 9
    """farm income above its even share of the harvest year; negative in months without a harvest"""
    DRAWING = STAGE + 10
    """what the retired plan to draw on savings"""
    PUT_OFF = STAGE + 11
    """of what was to be put aside this month, used instead of drawing on savings; no part of COMMITTED or WITHDRAWN"""


class Why(IntEnum):
    """Why a durable was bought in this month rather than in another."""

    WORN_OUT = 1
    """it would have been bought at the full price, too"""
    SUBSIDY = 2
    """only because it costs less with the subsidy"""
    BEFORE_THE_END = 3
    """only because the subsidy is about to end"""
    ADDED = 4
    """no unit is replaced"""


N_ENTRIES = Entry.PUT_OFF + 1

CAME_IN: tuple[Entry, ...] = (
    Entry.WAGES, Entry.BUSINESS, Entry.FARM, Entry.PROPERTY, Entry.PENSIONS, Entry.TRANSFERS, Entry.RELIEF,
    Entry.BENEFIT, Entry.POLICY, Entry.INTEREST, Entry.LOAN_NEW, Entry.WITHDRAWN, Entry.SUBSIDIES, Entry.COUPON_OFF,
)  # fmt: skip
"""Scalars that add to liquid wealth."""
WENT_OUT: tuple[Entry, ...] = (
    Entry.DEDUCTIONS,
    Entry.COMMITTED,
    Entry.DEBT_SERVICE,
    Entry.MEDICAL,
    Entry.TRIP,
    Entry.OUTING_COST,
    Entry.HOME_PAID,
    Entry.FURNISHING,
)
"""Scalars that take from it; goods and durables do, too."""


def parts(entry: Entry) -> int:
    """Return how many columns an entry has: one, or one for each good, category or class of durables."""
    later = [other for other in (*Entry, N_ENTRIES) if other > entry]
    return int(min(later)) - int(entry)


UNITS = {
    Entry.PERSONS: "persons",
    Entry.EMPLOYED: "persons",
    Entry.BIRTH: "persons",
    Entry.JOB_LOST: "persons",
    Entry.JOB_FOUND: "persons",
    Entry.TRAINED: "persons",
    Entry.TRIP_PERSONS: "persons",
    Entry.TRIP_NIGHTS: "nights",
    Entry.TRIP_BLOCK: "days",
    Entry.TRIP: "yuan",
    Entry.LIQUID: "yuan",
    Entry.SAVINGS: "yuan",
    Entry.COUPON_BASKET: "yuan",
    Entry.COUPON_THRESHOLD: "yuan",
    Entry.DURABLES: "yuan",
    Entry.DURABLE_SUBSIDY: "yuan",
    Entry.DURABLE_AGE: "months",
    Entry.TRIP_DESTINATION: "code",
    Entry.COUPON_GOOD: "code",
    Entry.POLICY_RULE: "code",
    Entry.FREE_DAYS: "days",
    Entry.LEAVE_USED: "days",
    Entry.OUTINGS: "days",
    Entry.OUTING_COST: "yuan",
    Entry.NO_TRIP: "code",
    Entry.SITE_VISITS: "visits",
    Entry.DURABLE_WHY: "code",
    Entry.DURABLE_FATE: "code",
    Entry.DURABLE_WAITED: "yuan",
    Entry.CAR_BOUGHT: "code",
    Entry.CAR_REPLACED: "code",
    Entry.CAR_VALUE: "yuan",
    Entry.COUPON_QUEUE: "1",
    Entry.COUPON_HELD: "coupons",
    Entry.COUPON_REDEEMED: "coupons",
    Entry.COUPON_CARRIED: "coupons",
    Entry.WEEKS: "yuan",
    Entry.DEATHS: "persons",
    Entry.FOUNDED: "persons",
    Entry.LEFT_HOME: "persons",
    Entry.SCHOOL: "code",
    Entry.RETIRED: "persons",
    Entry.STARTED_WORK: "persons",
    Entry.HOME_PRICE: "yuan",
    Entry.HOME_PAID: "yuan",
    Entry.MORTGAGE_NEW: "yuan",
    Entry.STAGE: "code",
    Entry.ORDERS: "yuan",
}
"""Units of entries that are not yuan a month."""
