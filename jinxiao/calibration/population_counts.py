"""Weighted counts of a synthetic population by zone, city and residence."""

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.world import World
from jinxiao.model.names import N_CITIES, N_ZONES


class Counts:
    """Weighted counts of a world, by zone.

    Parameters
    ----------
    world : World
    """

    def __init__(self, world: World) -> None:
        h = world.households
        self.world = world
        self.zone = np.asarray(h["zone"], np.int64)
        self.weight = np.asarray(h["weight"], np.float64)
        self.persons = h["members"].sum(axis=1, dtype=np.int64)
        self.gross_wages = (h["wage"] * h["employed"]).sum(axis=1, dtype=np.float64)
        self.deductions = h["deductions"].astype(np.float64)

    def by_zone(self, values: NDArray[np.generic] | float = 1.0) -> NDArray[np.float64]:
        """Weighted sum by zone, shape (N_ZONES,)."""
        return np.bincount(self.zone, self.weight * values, minlength=N_ZONES)

    def by_residence(self, values: NDArray[np.generic] | float = 1.0) -> NDArray[np.float64]:
        """Weighted sum by residence, shape (2,)."""
        return np.asarray(self.by_zone(values).reshape(N_CITIES, 2).sum(axis=0))

    def by_city(self, values: NDArray[np.generic] | float = 1.0) -> NDArray[np.float64]:
        """Weighted sum by city, shape (N_CITIES,)."""
        return np.asarray(self.by_zone(values).reshape(N_CITIES, 2).sum(axis=1))

    @property
    def income(self) -> NDArray[np.float64]:
        """Disposable income of each household, yuan a month."""
        h = self.world.households
        others = sum(
            np.asarray(h[k], np.float64)
            for k in ("self_employment", "farm", "property", "transfers", "pension")
        )
        return np.asarray(self.gross_wages - self.deductions + others)
