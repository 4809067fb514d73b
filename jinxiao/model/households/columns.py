"""The columns of a household: what the synthetic province provides and what a run keeps.

``SEED`` columns come from the world and never change in it (a run copies those that it changes); ``STATE`` columns exist
only in a run. Money is yuan of 2024; monthly unless the unit says otherwise.
"""

from jinxiao.model.names import N_BANDS, N_SLOTS
from jinxiao.model.population import Column

NOT_OWNED = 32767
"""Value of ``durable_bought`` in an empty slot."""

SEED: dict[str, Column] = {
    "weight": Column("float32", "households", "real households that this one stands for"),
    "zone": Column("int8", "code", "2 * city + residence (0 urban, 1 rural)"),
    "quintile": Column(
        "int8", "code", "province-wide quintile of disposable income per head, 0 poorest; persons weighted"
    ),
    "head_age": Column("int16", "months", "age of the head"),
    "members": Column("int8", "persons", "members by MemberBand", N_BANDS),
    "child_age": Column(
        "int16", "months", "ages of the two youngest members below 18, youngest first; -1 none", 2
    ),
    "occupation": Column("int8", "code", "Occupation of the two earners (NONE where there is no earner)", 2),
    "sector": Column("int8", "code", "Sector of the two earners' jobs; -1 none", 2),
    "employed": Column("int8", "bool", "earner works this month", 2),
    "wage": Column(
        "float32", "yuan/month", "gross wage of the earner when employed (FORMAL, MIGRANT, FLEXIBLE)", 2
    ),
    "leave_days": Column("int8", "days/year", "statutory paid leave of the earner (FORMAL)", 2),
    "takes_leave": Column(
        "float32", "1", "percentile at which the earner takes leave: takes it if below the take-up share", 2
    ),
    "employee_pensioners": Column("int8", "persons", "members with a pension of the employee scheme"),
    "resident_pensioners": Column("int8", "persons", "members with the resident basic pension"),
    "pension": Column("float32", "yuan/month", "pensions received by all members, both schemes"),
    "insurance": Column(
        "int8", "code", "Insurance: scheme that covers most of the household's medical expense"
    ),
    "resident_insured": Column("int8", "persons", "members in the resident medical insurance"),
    "self_employment": Column("float32", "yuan/month", "net income of the household's own business at start"),
    "farm": Column("float32", "yuan/month", "net income from farming at start"),
    "property": Column("float32", "yuan/month", "interest, rents received, dividends at start"),
    "transfers": Column(
        "float32", "yuan/month", "other transfers received (relief, family support, reimbursements)"
    ),
    "deductions": Column(
        "float32",
        "yuan/month",
        "income tax, social contributions and premiums at start, of those at work then",
    ),
    "term_deposits": Column("float64", "yuan", "savings: all deposits but the month's cash, provident fund"),
    "tenure": Column("int8", "code", "0 rents, 1 owns outright, 2 owns with a mortgage"),
    "home_value": Column("uint16", "1000 yuan", "value of the home lived in"),
    "mortgage": Column("float64", "yuan", "mortgage outstanding"),
    "mortgage_payment": Column("uint16", "yuan/month", "payment on mortgages, interest included"),
    "patience": Column("int8", "code", "patience type"),
    "digital": Column("float32", "1", "percentile of digital access: has access if below the zone's share"),
    "durable_age": Column(
        "int8",
        "quarters",
        "age of each unit of each durable, slots in the order of DURABLES; -1 empty",
        N_SLOTS,
    ),
}
"""What the world provides for each household."""

STATE: dict[str, Column] = {
    "group": Column(
        "uint8",
        "bits",
        "groups of an experiment that the household belongs to, one bit each; 0 in ordinary runs",
    ),
    "liquid_wealth": Column(
        "float64", "yuan", "cash and demand deposits, end of month; negative is consumer debt"
    ),
    "permanent_income": Column(
        "float32", "yuan/month", "permanent income p: what the household reckons on a month"
    ),
    "shock": Column(
        "float32", "1", "product of the permanent shocks so far: factor on the household's own earnings"
    ),
    "wage_gain": Column("float32", "1", "factor on wages from training"),
    "trained_for": Column(
        "int8",
        "months",
        "months for which a finished course still helps finding work, in the low five bits; above them whom: head, second earner",
    ),
    "consumption": Column(
        "float32", "yuan/month", "consumption expenditure this month, all categories, imputed rent included"
    ),
    "income": Column("float32", "yuan/month", "disposable income this month"),
    "durable_bought": Column(
        "int16",
        "month",
        "month in which each unit was new (bought, or first registered), slots in the order of DURABLES; NOT_OWNED where empty",
        N_SLOTS,
    ),
    "car_kind": Column("uint8", "bits", "cars that run on new energy: one bit a slot of cars"),
    "postponed": Column(
        "uint32",
        "bits",
        "units whose purchase waits for a lower price that is announced: one bit a slot, in the order of durable_bought",
    ),
    "loan": Column("float64", "yuan", "consumer loan on a durable outstanding"),
    "loan_payment": Column("float32", "yuan/month", "monthly repayment of that loan"),
    "stored": Column("float32", "yuan", "spending pulled forward that later months need not repeat"),
    "wallet": Column(
        "uint16",
        "code",
        "coupons left of an earlier month: 4 bits a face, or 64ths of a coupon where the pack has one face",
    ),
    "wallet_rule": Column("uint8", "code", "instrument of the coupons in the wallet plus one; 0: empty"),
    "risk": Column(
        "int8", "code", "risk class: formal 0, migrant or flexible 1, self-employed 2, farmer 3, no earner 4"
    ),
    "moving": Column("int8", "months", "months until the home bought is delivered and furnished; 0: none"),
    "stage": Column("int8", "code", "Stage of life, from children, age of the head and earners"),
    "saving_rate": Column(
        "float32", "1", "committed saving without named purpose as a share of permanent income"
    ),
}
"""What a run adds. Everything else a run changes is its own copy of a SEED column."""
