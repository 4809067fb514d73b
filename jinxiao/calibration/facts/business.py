"""Facts on sellers and work: retail sales, employment, wages, firms, GDP by expenditure."""

from collections.abc import Iterator

from jinxiao.calibration.facts.definitions import BUDGETS, CONSUMPTION, UNITS, sector_groups
from jinxiao.calibration.facts.published import FITTED, OUTCOME, Fact, Label, Published, fact
from jinxiao.calibration.facts.year import MONTHS, Year2024
from jinxiao.calibration.retail import KINDS, sales_by_kind
from jinxiao.calibration.synthesis import jobs
from jinxiao.model.firms.setup import staff_of_individuals
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import Account
from jinxiao.model.names import CITIES, N_SECTORS, SECTORS, Sector


def retail(y: Year2024) -> Iterator[Fact]:
    """Retail sales of consumer goods of the province: goods and catering, institutions included."""
    sold = float(y.outcomes.series("retail_sales")[:MONTHS].sum())
    others = y.institutions(range(N_SECTORS))
    note = f"model: {others / 1e8:.0f} x 100m yuan of it are institutions and others, the fitted remainder"
    yield y.fact("retail_sales", "all", sold, Label(True, note))
    catering, fed = y.custom([Sector.CATERING]), y.institutions([Sector.CATERING])
    note = f"model: {fed / 1e8:.0f} x 100m yuan of it are institutions and others"
    yield y.fact("retail_sales_catering", "all", catering + fed, Label(True, note))
    yield y.fact("retail_sales_goods", "all", sold - catering - fed, OUTCOME)
    yield from _goods(y)


def _goods(y: Year2024) -> Iterator[Fact]:
    """Sales of cars and fuel: the shares that large shops had in all sales of 2016, at the level of 2024."""
    now = y.newest("retail_sales")
    label = Label(True, "shops above the size threshold, which sell nearly all of it; model: all shops")
    for name, sector in KINDS.items():
        value, part, then = sales_by_kind(y.statistics, name, now)
        arithmetic = f"{part.value:g} / {then.value:g} of all sales x {now.value:g}"
        published = Published.derived(value, now.unit, arithmetic, part, then, now)
        found = y.custom([sector]) + y.institutions([sector])
        yield fact("retail_sales_above_size", name, published, found, label)


def employment(y: Year2024) -> Iterator[Fact]:
    """Employed persons by sector and residence, and urban unemployment."""
    for name, (parts, sectors) in sector_groups().items():
        records = [y.newest("employment", part) for part in parts]
        published = Published.of(records[0])
        if len(records) > 1:
            arithmetic = " + ".join(f"{record.value:g}" for record in records)
            total = sum(record.value for record in records)
            published = Published.derived(total, records[0].unit, arithmetic, *records)
        yield fact("employment", name, published, y.workers(sectors), FITTED)
    employed = y.by_residence([Item.EMPLOYED]) / MONTHS
    unemployed = y.by_residence([Item.UNEMPLOYED]) / MONTHS
    for breakdown, value in (("urban", employed[0]), ("rural", employed[1]), ("all", employed.sum())):
        yield y.fact("employment", breakdown, value, FITTED)
    rate = 100.0 * unemployed[0] / (unemployed[0] + employed[0])
    yield y.fact("unemployment_surveyed", "urban", rate, FITTED)


def wages(y: Year2024) -> Iterator[Fact]:
    """Mean wages by sector, formal and informal together."""
    label = Label(
        False, bridge="the synthesis keeps ratios of sectors' wages and scales them to wage income per head"
    )
    for name, (parts, sectors) in sector_groups().items():
        if len(parts) > 1 or name == "primary":
            continue
        legal = y.newest("wage_mean_monthly", name)
        trade = jobs.MIGRANT_WAGE_OF.get(SECTORS[sectors[0]].key, "wholesale and retail")
        migrant = y.newest("migrant_wage", trade)
        formal = y.formal_share(sectors)
        value = formal * legal.value + (1.0 - formal) * migrant.value
        arithmetic = (
            f"{formal:.2f} formal x {legal.value:g} + {1.0 - formal:.2f} informal x {migrant.value:g}"
        )
        published = Published.derived(value, legal.unit, arithmetic, legal, migrant)
        yield fact("wage_mean_monthly", name, published, y.wage(sectors), label)


def firms(y: Year2024) -> Iterator[Fact]:
    """Legal units and individual businesses: the numbers handed to the firms of the model."""
    label = Label(True, "units of the end of 2023, handed on to the model")
    units = y.baseline.units.sum(axis=0)
    units[Sector.FARMING] = 0.0  # the census leaves out farming
    for name, sectors in UNITS.items():
        yield y.fact("business_units", name, units[list(sectors)].sum(), label)
    yield y.fact("business_units", "secondary and tertiary", units.sum(), label)
    individual = float(y.baseline.individuals.sum())
    yield y.fact("individual_businesses", "secondary and tertiary", individual, label)
    legal = y.baseline.units - y.baseline.individuals
    legal[:, Sector.FARMING] = 0.0
    for c, city in enumerate(CITIES):
        note = Label(True, "units of the end of 2023, handed on to the model", geo=city.key)
        yield y.fact("legal_units", "secondary and tertiary", legal[c].sum(), note)
    employed = y.detail("labour")[..., 0].mean(axis=0)
    mean = float(y.baseline.values["firms.individual_staff"])
    staff = sum(
        staff_of_individuals(own, units, people, mean)
        for own, units, people in zip(
            y.baseline.individuals.ravel(), legal.ravel(), employed.ravel(), strict=True
        )
    )
    yield y.fact("employment_individual_businesses", "secondary and tertiary", staff, OUTCOME)


def national_accounts(y: Year2024) -> Iterator[Fact]:
    """Gross domestic product by expenditure, income and production, beside what the model counts."""
    yield from _expenditure(y)
    yield from _incomes(y)
    yield from _production(y)


def _expenditure(y: Year2024) -> Iterator[Fact]:
    accounts = (
        "national accounts add medical expense paid by funds, financial services and a fuller rent; "
        "model: survey basis"
    )
    spent = y.total(*CONSUMPTION)
    yield y.fact("gdp_expenditure", "household consumption", spent, Label(False, bridge=accounts))
    public = "wages, goods and depreciation; model: public services, education, health and supplies that budgets and funds buy"
    bought = y.paid(BUDGETS, (Account.FIRMS,), "public_services", "public_education", "public_health")
    works = float(y.baseline.values["firms.government_share"][Sector.CONSTRUCTION]) * y.other(
        Sector.CONSTRUCTION
    )
    bought += y.paid(BUDGETS, (Account.FIRMS,), "public_works") - works
    yield y.fact("gdp_expenditure", "government consumption", bought, Label(False, bridge=public))
    formed = y.other(Sector.CONSTRUCTION) + y.paid((Account.BANKS,), (Account.FIRMS,), "building")
    machines = (
        "model: building for households, public works and other construction; machines, software and stocks that firms buy are "
        "not counted: they lack here and swell net outflow by as much"
    )
    yield y.fact("gdp_expenditure", "capital formation", formed, Label(False, bridge=machines))
    visitors = y.paid((Account.REST,), (Account.FIRMS,), "tourist_spending")
    sold = y.paid((Account.REST,), (Account.FIRMS,), "other_purchases") + visitors
    sold -= y.other(Sector.CONSTRUCTION) - works  # builders' other custom is investment in the province
    bought = y.paid((Account.FIRMS,), (Account.REST,), "inflow_of_goods")
    bought += y.paid((Account.HOUSEHOLDS,), (Account.REST,), "consumption_outside")
    net = (
        "remainder of the published items; model: what buyers without an agent take less inflow of goods, trips "
        "included, machines not"
    )
    yield y.fact("gdp_expenditure", "net outflow", sold - bought, Label(False, bridge=net))


def _incomes(y: Year2024) -> Iterator[Fact]:
    """Labour income over value added, and the whole of value added."""
    gdp = y.newest("gdp")
    added = y.value_added(range(N_SECTORS)) + y.total(Item.IMPUTED_RENT)
    whole = (
        "all units; model: firms sized by what households report to earn, which is less than in the accounts"
    )
    yield fact("gdp", "all", Published.of(gdp), added, Label(False, bridge=whole))
    share = y.newest("labour_share")
    labour = y.total(Item.WAGES, Item.BUSINESS, Item.FARM)
    told = "employers' contributions and mixed income included; model: labour income as households report it"
    yield fact("labour_share", "all", Published.of(share), 100.0 * labour / added, Label(False, bridge=told))


def _production(y: Year2024) -> Iterator[Fact]:
    """Value added by industry: published shares of 2022 in the product of 2024."""
    gdp = y.newest("gdp")
    primary, secondary = [Sector.FARMING], [Sector.MINING, Sector.MANUFACTURING, Sector.CONSTRUCTION]
    tertiary = [Sector(k) for k in range(N_SECTORS) if k not in (*primary, *secondary)]
    sized = (
        "shares of 2022, when coal was dearer; model: sales follow from labour income and shares of labour"
    )
    for name, sectors in (("primary", primary), ("secondary", secondary), ("tertiary", tertiary)):
        part = y.newest("gdp_share", name)
        published = Published.derived(
            part.share * gdp.value, gdp.unit, f"{part.value:g}% of {gdp.value:g}", part, gdp
        )
        added = y.value_added(sectors) + (y.total(Item.IMPUTED_RENT) if name == "tertiary" else 0.0)
        yield fact("value_added", name, published, added, Label(False, bridge=sized))
