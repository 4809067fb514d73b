"""Lent arrays are the same arrays, read and written in place, in Python and in compiled loops."""

import sys
from collections import namedtuple

import numpy as np
from numba import njit

from jinxiao.model.lending import lent

Pair = namedtuple("Pair", ["values", "factor"])


@njit
def _double(pair, out):
    pair, out = lent(pair), lent(out)
    for i in range(out.shape[0]):
        out[i] = pair.factor * pair.values[i]


def test_a_lent_array_is_the_same_object_in_python() -> None:
    pair = Pair(np.arange(3.0), 2.0)
    assert lent(pair) is pair


def test_a_compiled_loop_reads_and_writes_what_it_is_lent() -> None:
    pair, out = Pair(np.arange(5.0), 2.0), np.zeros(5)
    _double(pair, out)
    assert out.tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_the_caller_keeps_its_arrays() -> None:
    pair, out = Pair(np.arange(1000.0), 1.0), np.zeros(1000)
    _double(pair, out)
    counted = sys.getrefcount(pair.values), sys.getrefcount(out)
    for _ in range(100):
        _double(pair, out)
    assert (sys.getrefcount(pair.values), sys.getrefcount(out)) == counted
    assert out[-1] == 999.0
