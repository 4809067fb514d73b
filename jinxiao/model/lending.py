"""Arrays lent to a compiled loop: the caller keeps them alive, so that the loop does not count references to them.

Numba counts references to an array atomically wherever it cannot prove that the count stays the same, as in functions
that are not inlined. In a loop over millions of households this took about a sixth of the time on one thread; several threads
share the counters.
"""

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload


def lent(value: Any) -> Any:
    """Return an array, or a tuple of arrays and other things, whose references are not counted in compiled code.

    Parameters
    ----------
    value : ndarray or (named) tuple
        What a caller hands to a compiled loop and keeps alive until it returns. It must not be returned to Python.

    Returns
    -------
    Same as ``value``; in plain Python the very same object.
    """
    return value


def _uncounted(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        elements: Any = kind
        for k, element in enumerate(elements):
            part = _uncounted(context, builder, element, builder.extract_value(value, k))
            value = builder.insert_value(value, part, k)
    return value


@intrinsic
def _lent(typing_context, value):  # numba compares names and annotations
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _uncounted(context, builder, signature.args[0], arguments[0])

    return value(value), generate


@overload(lent, inline="always")
def _compiled(value):
    return lambda value: _lent(value)
