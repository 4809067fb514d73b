"""Conditions: the one object through which policy reaches agents, month by month.

Levers write Conditions, agents read them; nothing else couples the two. A month without policy is ``Conditions(month)``:
neutral values everywhere and no rules. Rules that differ only in numbers are rows of three small structured arrays
(transfers, durable rules, coupon waves) which the compiled loops read directly.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from jinxiao.model.firms.rewards import REWARD
from jinxiao.model.names import N_CITIES, N_MARKETS, N_SECTORS, N_ZONES, month_label

ALL_ZONES = (1 << N_ZONES) - 1
"""Bit mask with every zone set; bit ``z`` stands for zone ``z``."""
MAX_RULES = 255
"""Rules a run may hold; costs are booked by rule id below this, and a household's wallet keeps the id plus one in a byte."""
MOST_FACES = 4
"""Faces of a pack of which what is left can be carried to another month."""
WEEKS = 4
"""Weeks of a month, of equal length: the finest time that coupons know."""


class Basis(IntEnum):
    """Per what a transfer is paid."""

    CHILD = 0
    """each child whose age in months lies in [age_min, age_max)"""
    BIRTH = 1
    """each child born this month"""
    RESIDENT_PENSIONER = 2
    EMPLOYEE_PENSIONER = 3
    """each pensioner of the employee scheme; `share` adds a share of the pensioner's own pension"""
    HOUSEHOLD = 4
    RESIDENT_INSURED = 5
    """each member of the resident medical insurance"""
    EMPLOYED = 6
    """each employed earner of the occupations allowed"""
    UNEMPLOYED = 7
    FARMER = 8
    """each earner who farms"""
    STUDENT = 9
    """each member in the band of students"""
    TRAINED = 10
    """each earner who finishes a training course this month"""
    PERSON = 11
    """each member"""
    ELDER = 12
    """each member of 60 and over; of 80 and over where `age_min` says so"""


TRANSFER = np.dtype(
    [
        ("rule", np.int32),  # id of the instrument: keys take-up draws and cost accounts
        ("basis", np.int32),  # Basis
        ("zones", np.int64),  # bit mask
        ("groups", np.int64),  # bit mask of the households' group; 0: everyone
        ("amount", np.float64),  # yuan paid this month per unit of the basis
        ("share", np.float64),  # of the unit's own pension, paid on top of amount (EMPLOYEE_PENSIONER)
        ("permanent", np.float64),  # yuan a month per unit that enter permanent income while the rule lasts
        ("permanent_share", np.float64),  # the same, as a share of the unit's own pension
        (
            "take_up",
            np.float64,
        ),  # probability that a household ever takes it up (one draw a rule and household)
        ("age_min", np.int32),  # months
        ("age_max", np.int32),  # months, exclusive
        ("max_quintile", np.int32),  # 0..4: highest income quintile that is eligible
        ("occupations", np.int32),  # bit mask of Occupation, for EMPLOYED / UNEMPLOYED
        ("label_category", np.int32),  # category on which the labelled part is spent first; -1 for none
        ("label_share", np.float64),  # share of the transfer spent first on the label (mental account)
    ],
    align=True,
)

DURABLE_RULE = np.dtype(
    [
        ("rule", np.int32),
        ("durable", np.int32),  # Durable
        ("powertrain", np.int32),  # 0 petrol, 1 new energy, -1 either (cars)
        ("zones", np.int64),
        ("groups", np.int64),  # bit mask of the households' group; 0: everyone
        ("rate", np.float64),  # share of price
        ("flat", np.float64),  # yuan
        ("cap", np.float64),  # yuan per unit; of rate and flat together
        ("price_ceiling", np.float64),  # yuan; above it nothing is paid
        (
            "min_old_age",
            np.int32,
        ),  # months; the age the old unit must have reached; 0: any; -1: no old unit needed
        ("min_old_age_new_energy", np.int32),  # the same for an old car that runs on new energy
        (
            "old_unit_goes",
            np.int32,
        ),  # what the rule asks of the old unit: 0 nothing, 1 to be scrapped, 2 to be sold
        ("eligible_share", np.float64),  # share of models on sale that qualify (energy grade, listed models)
        ("take_up", np.float64),  # share of eligible purchases that claim
        ("pool", np.int32),  # budget pool that pays; -1: no limit
        ("months_left", np.int32),  # months until the announced end, this one included; 0: not announced
        (
            "starts_in",
            np.int32,
        ),  # months until the announced start or resumption; nothing is paid before; 0: runs
    ],
    align=True,
)


class ClaimRule(IntEnum):
    """How those who want coupons come to hold them."""

    RUSH = 0
    """first come, first served: the quick and the lucky among those who try"""
    LOTTERY = 1
    """equal odds among those who try"""
    UNIVERSAL = 2
    """everyone with access"""


class Channel(IntEnum):
    """How coupons reach households: decides who has access and how far the money is labelled."""

    DIGITAL = 0
    PAPER = 1
    PLATFORM = 2
    """on the platform of a merchant; digital access needed"""


COUPON = np.dtype(
    [
        ("rule", np.int32),  # id of the instrument: faces of one wave share it, and with it who holds them
        ("goods", np.int64),  # bit mask of Good that the face covers
        ("zones", np.int64),
        ("groups", np.int64),  # bit mask of the households' group; 0: everyone
        ("threshold", np.float64),  # yuan: spend T
        ("discount", np.float64),  # yuan: get D off
        ("quantity", np.float64),  # coupons of this face issued this month in the zones, real units
        ("per_holder", np.float64),  # coupons of this face in the pack of a claimer
        ("claim", np.int32),  # ClaimRule
        ("channel", np.int32),  # Channel
        ("first_week", np.int32),  # 0..3: week of the month from which it is valid
        ("validity", np.int32),  # weeks for which it is valid within the month; 0: the whole month
        ("face", np.int32),  # number of the face in its pack, from 0; below MOST_FACES where it is carried
        ("faces", np.int32),  # faces of the pack
        ("carry", np.int32),  # 1: what is left at the end of the month is valid in the next
        ("carried", np.int32),  # 1: nothing is issued, holders use what is left of earlier months
        ("stacking", np.int32),  # 1: a basket takes several, each with a threshold of its own in it
        (
            "labelling",
            np.float64,
        ),  # share of the discount spent extra in the scope; negative: that of the channel
        ("for_visitors", np.float64),  # share of the quantity that parties from outside may claim
    ],
    align=True,
)


@dataclass
class Conditions:
    """What policy sets in one month. Neutral by default.

    Shapes: zones 22, cities 11, sectors 22, markets 5. Rates are per month unless named otherwise; money is yuan of 2024.
    """

    month: int
    transfers: np.ndarray = field(default_factory=lambda: np.zeros(0, TRANSFER))
    durable_rules: np.ndarray = field(default_factory=lambda: np.zeros(0, DURABLE_RULE))
    coupons: np.ndarray = field(default_factory=lambda: np.zeros(0, COUPON))
    pool_budget: dict[int, float] = field(default_factory=dict)
    """yuan released to each budget pool this month; what is unspent is carried on while the pool lives"""
    pool_expires: set[int] = field(default_factory=set)
    """pools whose unspent money lapses at the end of this month"""
    pool_shares: dict[int, np.ndarray] = field(default_factory=dict)
    """pools that each city holds for itself: (cities,) shares of the money; zeros: by households"""
    pool_refill: dict[int, int] = field(default_factory=dict)
    """months until the next release that is known to come, by pool"""

    wage_floor: np.ndarray = field(default_factory=lambda: np.zeros(N_ZONES))
    """(zones,) minimum wage, yuan a month for full-time work"""
    wage_growth: np.ndarray = field(default_factory=lambda: np.zeros(N_SECTORS))
    """(sectors,) wage growth a month added by guideline"""
    training: np.ndarray = field(default_factory=lambda: np.zeros(N_ZONES))
    """(zones,) monthly probability that an earner finishes a course"""
    training_wage_gain: float = 0.0
    """relative wage gain of a trained earner"""
    training_finding_gain: float = 0.0
    """relative gain in the probability of finding work of a trained unemployed earner (12 months after the course)"""
    labour_cost_relief: np.ndarray = field(default_factory=lambda: np.zeros(N_SECTORS))
    """(sectors,) share of the wage bill refunded to firms"""

    placements: np.ndarray = field(default_factory=lambda: np.zeros(N_CITIES))
    """(cities,) unemployed whom a programme places in work this month, beyond those who find it themselves, persons"""
    posts: np.ndarray = field(default_factory=lambda: np.zeros(N_ZONES))
    """(zones,) public posts and places on public works open to the unemployed this month, persons"""
    post_wage: float = 0.0
    """yuan a month"""
    post_rule: int = -1
    """instrument that pays the posts"""

    interest_gain: float = 0.0
    """relative change of the interest that households receive on deposits, against the start"""
    rent_gain: float = 0.0
    """relative change of the rents and dividends that they receive"""

    home_subsidy: np.ndarray = field(default_factory=lambda: np.zeros(N_ZONES))
    """(zones,) yuan off the price of a new home"""
    home_rule: int = -1
    """instrument that pays it, or one of those in ``channel_rules``"""
    home_reach: np.ndarray = field(default_factory=lambda: np.ones(N_ZONES))
    """(zones,) share of the homes bought that get any of it"""
    mortgage_rate_cut: float = 0.0
    """annual rate by which mortgages, old and new, are cheaper; borne by banks"""
    down_payment_cut: float = 0.0
    """fall of the least down payment, share of the price"""
    fund_ceiling_rise: float = 0.0
    """rise of the largest loan of the housing fund, yuan"""
    renewal: np.ndarray = field(default_factory=lambda: np.zeros(N_ZONES))
    """(zones,) monthly probability that a household's home is renewed: it gets a grant towards a new one"""
    renewal_grant: float = 0.0
    """yuan a home, paid as a voucher for a new home"""
    renewal_rule: int = -1
    """instrument that pays it"""
    delivery: np.ndarray = field(default_factory=lambda: np.zeros(N_ZONES))
    """(zones,) monthly probability that a household with a mortgage is handed over a home it has long waited for"""
    homes_acquired: np.ndarray = field(default_factory=lambda: np.zeros(N_CITIES))
    """(cities,) yuan this month for finished homes bought from builders as affordable housing"""
    acquisition_rule: int = -1
    """instrument that pays it"""
    home_price_factor: np.ndarray = field(default_factory=lambda: np.ones(N_ZONES))
    """(zones,) value of homes relative to the trend path without policy"""

    uninsured_share: np.ndarray = field(default_factory=lambda: np.zeros(2))
    """(insurance,) change in the share of a medical expense that households pay themselves (negative: better cover)"""
    job_loss_replacement: float = 0.0
    """change in the replacement rate of unemployment insurance"""

    credit_line: float = 0.0
    """change in the unsecured credit line, months of spendable income"""
    regime_groups: int = 0
    """bit mask of the households' groups for which the three changes below add to the general ones; 0: for nobody"""
    group_uninsured_share: np.ndarray = field(default_factory=lambda: np.zeros(2))
    """(insurance,) as ``uninsured_share``, for households of ``regime_groups`` on top"""
    group_job_loss_replacement: float = 0.0
    """as ``job_loss_replacement``, for households of ``regime_groups`` on top"""
    group_credit_line: float = 0.0
    """as ``credit_line``, for households of ``regime_groups`` on top"""

    loan_rate_cut: float = 0.0
    """annual interest on consumer loans taken over by the budget, e.g. 0.01"""
    loan_eligible_share: float = 0.0
    """share of consumer borrowing that qualifies"""
    loan_rule: int = -1
    business_loan_rate_cut: np.ndarray = field(default_factory=lambda: np.zeros(N_SECTORS))
    """(sectors,) annual interest on business loans taken over by the budget, times its take-up"""
    business_loan_rule: int = -1

    entry_cost: np.ndarray = field(default_factory=lambda: np.zeros((N_CITIES, N_SECTORS)))
    """(cities, sectors) share of the cost of opening a firm that is removed"""
    arrears_repaid: np.ndarray = field(default_factory=lambda: np.zeros((N_CITIES, N_SECTORS)))
    """(cities, sectors) yuan of overdue bills that public buyers and large firms pay this month, on top of what is paid anyway"""
    payment_sooner: float = 0.0
    """months by which governments pay firms sooner from now on"""
    payment_groups: int = 0
    """bit mask of the firms' groups that are paid sooner; 0: all"""
    rewards: np.ndarray = field(default_factory=lambda: np.zeros(0, REWARD))
    """rules of rewards to single firms, paid in December for the year"""

    leave_take_up: float = 0.0
    """rise in the share of entitled employees who really take paid leave (0.05: five points)"""
    leave_bridging: float = 0.0
    """share of leave days joined to a statutory holiday, above today's"""
    school_break_days: np.ndarray = field(default_factory=lambda: np.zeros(N_CITIES))
    """(cities,) extra days off for pupils this month, joined to a weekend"""
    school_break_share: np.ndarray = field(default_factory=lambda: np.ones(N_CITIES))
    """(cities,) share of pupils whose schools have them"""

    ticket_factor: np.ndarray = field(default_factory=lambda: np.ones(N_CITIES))
    """(cities,) factor on gate tickets (1: full price, 0: free)"""
    ticket_rule: int = -1
    """instrument that bears the gate money forgone"""
    attraction: np.ndarray = field(default_factory=lambda: np.zeros(N_CITIES))
    """(cities,) utility added to visiting a city (events, longer opening hours)"""
    brought_visitors: np.ndarray = field(default_factory=lambda: np.zeros(N_CITIES))
    """(cities,) persons from outside the province whom events and tour operators draw to a city this month"""
    brought_residents: np.ndarray = field(default_factory=lambda: np.zeros(N_CITIES))
    """(cities,) residents of the province whom events draw to a city this month, its own people included, persons"""
    event_tickets: np.ndarray = field(default_factory=lambda: np.zeros(N_CITIES))
    """(cities,) what the visitors drawn pay for the event itself this month, on top of a usual visit, yuan"""
    claimed_visits: dict[tuple[int, int], float] = field(default_factory=dict)
    """persons at events and in groups this month whom official releases credit to a rule, drawn by it or not, by rule and
    whether they come from outside the province"""
    claimed_sales: dict[int, float] = field(default_factory=dict)
    """yuan of tickets and other sales this month that official releases credit to a rule, by rule"""

    market_friction: np.ndarray = field(default_factory=lambda: np.zeros(N_MARKETS))
    """(markets,) utility added to coming from a market (entry, payment, transport; positive: easier)"""
    payment_eased: np.ndarray = field(default_factory=lambda: np.zeros(N_MARKETS))
    """(markets,) share of the payments that fail today for want of a means of payment and no longer do"""
    visa_free_shift: float = 0.0
    """share of potential parties of the visa-required market that become visa-free"""
    refund_rate: float = 0.0
    """departure refund as a share of the price of goods above the threshold"""
    refund_threshold: float = 0.0
    """yuan per shop and day"""
    refund_reach: float = 0.0
    """share of foreign visitors' goods spending in shops that take part and is claimed"""
    refund_rule: int = -1

    outside_orders: dict[tuple[int, int], float] = field(default_factory=dict)
    """yuan of goods and services that buyers outside the province order this month because of policy, by (sector, zones of
    the sellers as a bit mask)"""
    local_sourcing: np.ndarray = field(default_factory=lambda: np.zeros(N_SECTORS))
    """(sectors,) share of custom with which sellers buy from producers in the province instead of outside"""
    kept_purchases: np.ndarray = field(default_factory=lambda: np.zeros((N_CITIES, N_SECTORS)))
    """(cities, sectors) share of custom that goes to local sellers instead of sellers outside the province"""

    orders: dict[tuple[int, int, int], float] = field(default_factory=dict)
    """yuan of purchases from firms this month, by (rule, sector, zones as a bit mask)"""
    grants: dict[tuple[int, int, int], float] = field(default_factory=dict)
    """yuan paid to firms this month for nothing in return, by (rule, sector, zones as a bit mask)"""
    paid_to_funds: dict[int, float] = field(default_factory=dict)
    """yuan that budgets pay into the insurance funds this month, by rule"""
    cost_by_rule: dict[int, float] = field(default_factory=dict)
    """yuan spent this month on things other than payments to agents (administration, promotion), by rule"""
    channel_rules: dict[str, dict[int, float]] = field(default_factory=dict)
    """accounts of fields that several instruments move together: field name (``labour_cost_relief``, ``uninsured_share``,
    ``job_loss_replacement``, ``ticket_factor``, ...) -> {rule: its part}; what the field costs is shared in proportion"""


@dataclass(frozen=True)
class Instrument:
    """Who pays for a rule: the account that the ledger and the cost tables use.

    Attributes
    ----------
    rule : int
        Index below MAX_RULES.
    key : str
        Name of the lever, unique in the plan.
    measure : int
        Number of the measure that owns it; 0 for history that belongs to none.
    payer_shares : tuple of float
        Shares of the six payers, adding up to one.
    financing : tuple of float
        Shares of the local part that are new money, moved from other spending, borrowed.
    lot : str
        Name under which households draw whether they take it up; instruments of one name reach the same households. Empty: its
        key.
    """

    rule: int
    key: str
    measure: int
    payer_shares: tuple[float, ...]
    financing: tuple[float, float, float] = (1.0, 0.0, 0.0)
    lot: str = ""

    @property
    def draws_as(self) -> str:
        """Name under which households draw whether they take it up: that of the lot, or its own."""
        return self.lot or self.key


@dataclass(frozen=True)
class Policy:
    """All that a scenario does: Conditions for each month of a run and the accounts of its rules.

    ``months[t]`` is month ``t`` of the run (0 is January 2024). Months before 0 (burn-in) use neutral Conditions.

    Raises
    ------
    ValueError
        Where a rule is used in two channels of costs in a month, or has rows of durables that draw on different pools: what
        it paid could then not be told apart. Where the id of a rule is not below MAX_RULES.
    """

    name: str
    months: tuple[Conditions, ...]
    instruments: tuple[Instrument, ...]

    def __post_init__(self) -> None:
        for one in self.instruments:
            if not 0 <= one.rule < MAX_RULES:
                raise ValueError(
                    f"policy {self.name!r}, instrument {one.key!r}: found rule {one.rule}; allowed 0 to {MAX_RULES - 1}"
                )
        checked: set[int] = set()
        for month, conditions in enumerate(self.months):
            if id(conditions) in checked:
                continue
            checked.add(id(conditions))
            for problem in (_shared_channel(conditions), _mixed_pools(conditions)):
                if problem:
                    raise ValueError(f"policy {self.name!r}, {month_label(month)}: {problem}")


def _channels(conditions: Conditions) -> dict[str, set[int]]:
    """Return the rules that pay in each channel whose costs the loops book by rule."""
    tickets = {conditions.ticket_rule, *conditions.channel_rules.get("ticket_factor", {})}
    return {
        "transfers": set(conditions.transfers["rule"].tolist()),
        "durable_rules": set(conditions.durable_rules["rule"].tolist()),
        "coupons": set(conditions.coupons["rule"].tolist()),
        "ticket_factor": tickets - {-1},
        "refund_rule": {conditions.refund_rule} - {-1},
        "loan_rule": {conditions.loan_rule} - {-1},
        "post_rule": {conditions.post_rule} - {-1},
        "home_subsidy": ({conditions.home_rule} | set(conditions.channel_rules.get("home_subsidy", ())))
        - {-1},
        "renewal_rule": {conditions.renewal_rule} - {-1},
        "acquisition_rule": {conditions.acquisition_rule} - {-1},
        "arrears_repaid": set(conditions.channel_rules.get("arrears_repaid", {})),
        "rewards": set(conditions.rewards["rule"].tolist()),
    }


def _shared_channel(conditions: Conditions) -> str:
    """Return what is wrong where a rule pays in two channels; empty where none does."""
    first: dict[int, str] = {}
    for channel, rules in _channels(conditions).items():
        for rule in sorted(rules):
            if rule in first:
                return f"found rule {rule} in {first[rule]} and in {channel}; allowed one channel of costs a rule"
            first[rule] = channel
    return ""


def _mixed_pools(conditions: Conditions) -> str:
    """Return what is wrong where the rows of a rule draw on different pools; empty where they do not."""
    first: dict[int, int] = {}
    for rule, pool in conditions.durable_rules[["rule", "pool"]].tolist():
        if first.setdefault(rule, pool) != pool:
            names = " and ".join("no pool" if p < 0 else f"pool {p}" for p in sorted((first[rule], pool)))
            return f"found rule {rule} with rows that draw on {names}; allowed one pool, or none, a rule"
    return ""
