"""Packages that only some commands need: asked for in one line where they are missing."""

import importlib
import warnings
from typing import Any

from jinxiao.files.errors import InputError

EXTRA_OF = {"pymoo": "mixes", "ema_workbench": "mixes", "sklearn": "mixes"}
"""Extra of the distribution that brings each package."""


def need(module: str, purpose: str) -> Any:
    """Return a module of an optional package.

    Parameters
    ----------
    module : str
        Its full name, such as ``sklearn.tree``.
    purpose : str
        Command or option that needs it.

    Raises
    ------
    InputError
        When the package is not installed.
    """
    package = module.split(".")[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what packages miss themselves is not the reader's business
            return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise InputError(
            file=f"jinxiao {purpose}",
            found=f"no package {error.name or package}",
            allowed=f"after pip install 'jinxiao[{EXTRA_OF[package]}]', or uv sync --extra {EXTRA_OF[package]}",
        ) from None
