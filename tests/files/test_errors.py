import pickle
from pathlib import Path

import pytest

from jinxiao.files.errors import InputError, InvariantError


def test_an_input_error_names_file_line_field_found_and_allowed():
    error = InputError(Path("a.yaml"), 3, "car.amount", "'ten'", "a number")
    assert str(error) == "a.yaml:3: car.amount: found 'ten'; allowed a number"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"file": "a.csv", "found": "no such file"}, "a.csv: found no such file"),
        ({"file": "a.csv", "line": 2, "allowed": "a number"}, "a.csv:2: allowed a number"),
        ({"field": "draws", "found": "0", "allowed": "1 or more"}, "draws: found 0; allowed 1 or more"),
        ({"line": 2, "field": "draws", "found": "0"}, "draws: found 0"),
        ({"file": "a", "found": "two\nlines"}, "a: found two lines"),
    ],
)
def test_parts_that_are_not_known_are_left_out(parts, text):
    assert str(InputError(**parts)) == text


def test_errors_cross_processes_whole():
    error = InputError("a.yaml", 3, "x", "1", "2")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) and copy.line == 3
    broken = pickle.loads(pickle.dumps(InvariantError("deposits", "2025-07", 0.5)))
    assert str(broken) == "deposits, month 2025-07: off by 0.5 yuan"


def test_an_invariant_without_month_or_amount_says_only_which():
    assert str(InvariantError("policies differ before the plan")) == "policies differ before the plan"
