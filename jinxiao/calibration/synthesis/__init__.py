"""The synthetic province: households drawn so that every published margin is reproduced."""

from jinxiao.calibration.synthesis.build import synthesise

__all__ = ["synthesise"]
