"""Official definitions: which accounts and sectors of the model make up each published indicator."""

from typing import Final

from jinxiao.calibration.synthesis import jobs
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import Account
from jinxiao.model.names import N_CATEGORIES, SECTORS, Occupation, Sector

CONSUMPTION: Final = tuple(range(N_CATEGORIES))
"""Household accounts of the eight categories."""
SOURCES: Final[dict[str, tuple[tuple[Item, ...], tuple[Item, ...]]]] = {
    "wages": ((Item.WAGES,), ()),
    "business": ((Item.BUSINESS, Item.FARM), ()),
    "property": ((Item.PROPERTY, Item.IMPUTED_INCOME), ()),
    "transfers": (
        (Item.PENSIONS, Item.OTHER_TRANSFERS, Item.UNEMPLOYMENT_BENEFIT, Item.POLICY_TRANSFERS),
        (Item.DEDUCTIONS,),
    ),
}
"""Disposable income by source as in the household survey: items added and items taken away.

Wages are gross, business income is net, property income holds net imputed rent, transfers are net of taxes and
contributions.
"""
INCOME: Final = tuple(item for added, _ in SOURCES.values() for item in added)
LESS: Final = tuple(item for _, taken in SOURCES.values() for item in taken)
AGES: Final[dict[str, tuple[int, ...]]] = {
    "0-2": (0,), "3-5": (1,), "6-14": (2,), "15-17": (3,), "18-59": (4, 5), "60-79": (6,), "80+": (7,),
}  # fmt: skip
"""Published age bands and the member bands that make them up; students are among those of 18-59."""
OWN_ACCOUNT: Final = (Occupation.SELF_EMPLOYED, Occupation.FARMER)
BUDGETS: Final = (Account.CENTRE, Account.PROVINCE, Account.CITIES, Account.FUND)
TRADE: Final = (
    Sector.FOOD_RETAIL, Sector.CLOTHING_RETAIL, Sector.HOME_RETAIL, Sector.APPLIANCE_RETAIL, Sector.CAR_DEALERS,
    Sector.FUEL_RETAIL, Sector.OTHER_RETAIL,
)  # fmt: skip
HOTELS: Final = (Sector.CATERING, Sector.ACCOMMODATION)
UNITS: Final[dict[str, tuple[Sector, ...]]] = {
    "wholesale and retail": TRADE,
    "hotels and catering": HOTELS,
    "transport": (Sector.TRANSPORT,),
    "resident services": (Sector.RESIDENT_SERVICES,),
    "education": (Sector.EDUCATION,),
    "health": (Sector.HEALTH_CARE,),
    "culture sports entertainment": (Sector.CULTURE_RECREATION,),
}
"""Published groups of business units and their sectors."""


def sector_groups() -> dict[str, tuple[tuple[str, ...], tuple[Sector, ...]]]:
    """Return groups of sectors: the published breakdowns that add up to each, and the model's sectors."""
    index = {named.key: Sector(i) for i, named in enumerate(SECTORS)}
    groups: dict[str, tuple[tuple[str, ...], tuple[Sector, ...]]] = {
        "wholesale and retail": (("wholesale and retail",), TRADE),
        "hotels and catering": (("hotels and catering",), HOTELS),
    }
    for key, published in jobs.PUBLISHED_SECTORS.items():
        groups[" + ".join(published)] = published, (index[key],)
    return groups
