"""What is done to the province: measures and mixes as YAML, typed levers that write Conditions, the catalogue."""

from jinxiao.scenarios.measure import Measure
from jinxiao.scenarios.plan import Plan, UncertainNumber, load_plan
from jinxiao.scenarios.scenario import Scenario
from jinxiao.scenarios.scenario_file import read_measures, read_scenario

__all__ = ["Measure", "Plan", "Scenario", "UncertainNumber", "load_plan", "read_measures", "read_scenario"]
