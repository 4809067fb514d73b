"""jinxiao: agent-based simulation of how consumption policy works.

``import jinxiao as jx`` is quick; what is behind a name is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinxiao.api import (
        compare,
        discover,
        facts,
        find_households,
        given_sensitivity,
        household,
        optimise,
        read_results,
        report,
        run,
        sensitivity,
        to_xarray,
        trial,
        uplift,
    )
    from jinxiao.calibration.world import World
    from jinxiao.files.errors import InputError, InvariantError
    from jinxiao.scenarios import Plan, Scenario, load_plan, read_scenario
    from jinxiao.simulation import Economy

_WHERE = {
    "Economy": "jinxiao.simulation",
    "InputError": "jinxiao.files.errors",
    "InvariantError": "jinxiao.files.errors",
    "Plan": "jinxiao.scenarios",
    "Scenario": "jinxiao.scenarios",
    "World": "jinxiao.calibration.world",
    "compare": "jinxiao.api",
    "discover": "jinxiao.api",
    "facts": "jinxiao.api",
    "find_households": "jinxiao.api",
    "given_sensitivity": "jinxiao.api",
    "household": "jinxiao.api",
    "load_plan": "jinxiao.scenarios",
    "optimise": "jinxiao.api",
    "read_results": "jinxiao.api",
    "read_scenario": "jinxiao.scenarios",
    "report": "jinxiao.api",
    "run": "jinxiao.api",
    "sensitivity": "jinxiao.api",
    "to_xarray": "jinxiao.api",
    "trial": "jinxiao.api",
    "uplift": "jinxiao.api",
}
__all__ = [
    "Economy",
    "InputError",
    "InvariantError",
    "Plan",
    "Scenario",
    "World",
    "__version__",
    "compare",
    "discover",
    "facts",
    "find_households",
    "given_sensitivity",
    "household",
    "load_plan",
    "optimise",
    "read_results",
    "read_scenario",
    "report",
    "run",
    "sensitivity",
    "to_xarray",
    "trial",
    "uplift",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("jinxiao")
    if name not in _WHERE:
        raise AttributeError(f"module 'jinxiao' has no attribute {name!r}")
    value = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
