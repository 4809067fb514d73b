"""Who pays for an instrument, out of which money, and where it applies."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jinxiao.model.conditions import ALL_ZONES
from jinxiao.model.names import CITIES, N_CITIES, N_ZONES, PAYERS, RESIDENCES
from jinxiao.scenarios.records import Strict, refuse

Fraction = Annotated[float, Field(ge=0, le=1)]
"""A share of the whole, 0 to 1."""
City = Literal[
    "Taiyuan",
    "Datong",
    "Yangquan",
    "Changzhi",
    "Jincheng",
    "Shuozhou",
    "Jinzhong",
    "Yuncheng",
    "Xinzhou",
    "Linfen",
    "Luliang",
]
Residence = Literal["urban", "rural"]

CITY_INDEX = {city.key: index for index, city in enumerate(CITIES)}
RESIDENCE_INDEX = {residence.key: index for index, residence in enumerate(RESIDENCES)}
ZONE_NAMES = tuple(f"{city.key}/{residence.key}" for city in CITIES for residence in RESIDENCES)
"""Zones as written in files: ``Taiyuan/urban``; in the order of the model."""


class Payers(Strict):
    """Shares of the six payers in the cost of an instrument; they add up to one."""

    centre: Fraction = 0.0
    province: Fraction = 0.0
    city: Fraction = 0.0
    fund: Fraction = 0.0
    firms: Fraction = 0.0
    unions: Fraction = 0.0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = sum(self.shares)
        if abs(total - 1) > 1e-9:
            raise refuse(
                f"payers adding up to {total:g}",
                "shares of " + ", ".join(p.key for p in PAYERS) + " adding up to 1",
            )
        return self

    @property
    def shares(self) -> tuple[float, ...]:
        """The six shares in the order of ``names.Payer``."""
        return tuple(float(getattr(self, payer.key)) for payer in PAYERS)


class Financing(Strict):
    """Where the local part of the money comes from; the three shares add up to one."""

    new: Fraction = 0.0
    moved: Fraction = 0.0
    borrowed: Fraction = 0.0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(sum(self.shares) - 1) > 1e-9:
            raise refuse(
                f"financing adding up to {sum(self.shares):g}", "new, moved and borrowed adding up to 1"
            )
        return self

    @property
    def shares(self) -> tuple[float, float, float]:
        """New money, moved from other spending, borrowed."""
        return self.new, self.moved, self.borrowed


class Geo(Strict):
    """Where an instrument applies: the whole province unless cities, residence or single zones are named."""

    cities: tuple[City, ...] = ()
    residence: Residence | None = None
    zones: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        for zone in self.zones:
            if zone not in ZONE_NAMES:
                raise refuse(f"zone '{zone}'", "CITY/urban or CITY/rural, e.g. Taiyuan/urban")
        if self.zones and (self.cities or self.residence):
            raise refuse("zones beside cities or residence", "either zones, or cities and residence")
        return self

    def holds(self, zone: int) -> bool:
        """Return whether the zone is covered."""
        city, residence = divmod(zone, len(RESIDENCES))
        if self.zones:
            return ZONE_NAMES[zone] in self.zones
        in_city = not self.cities or CITIES[city].key in self.cities
        return in_city and (self.residence is None or RESIDENCE_INDEX[self.residence] == residence)

    @property
    def mask(self) -> int:
        """Bit mask of the zones covered."""
        mask = sum(1 << zone for zone in range(N_ZONES) if self.holds(zone))
        return ALL_ZONES if mask == ALL_ZONES else mask

    @property
    def zone_indices(self) -> list[int]:
        """Zones covered."""
        return [zone for zone in range(N_ZONES) if self.holds(zone)]

    @property
    def city_indices(self) -> list[int]:
        """Cities of which at least one zone is covered."""
        return [city for city in range(N_CITIES) if self.holds(2 * city) or self.holds(2 * city + 1)]
