"""Rewards tested on single firms by their exact rule: dealers of used cars, dismantlers, sellers of farm goods online (F6)."""

from enum import IntEnum

import numpy as np


class Kind(IntEnum):
    """Firms for which the plan has rewards."""

    USED_CARS = 0
    """units: cars; sales in yuan"""
    DISMANTLERS = 1
    """units: vehicles"""
    FARM_SHOPS = 2
    """units: parcels sent out; sales in yuan"""
    FIRST_STORES = 3
    """units: first stores opened, chosen without a threshold"""


REWARD = np.dtype(
    [
        ("rule", np.int32),
        ("kind", np.int32),  # Kind
        ("sales_over", np.float64),  # yuan a year that sales must exceed; negative: not asked
        ("sales_from", np.float64),  # yuan a year that sales must reach
        ("growth_from", np.float64),  # growth over the year before that must be reached; below -1: not asked
        ("units_from", np.float64),  # units a year that must be reached
        ("rate", np.float64),  # of the year's sales
        ("per_unit", np.float64),  # yuan
        ("flat", np.float64),  # yuan
        ("cap", np.float64),  # yuan a firm and year
        ("take_up", np.float64),  # share of those entitled that get it
    ],
    align=True,
)
