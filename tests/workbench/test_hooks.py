"""Hooks are counted by what pre-commit says of them."""

import pytest

from workbench.lint import tally_of
from workbench.tally import Tally

PASSED = "ruff check...............................................................Passed"
FAILED = "prettier (JavaScript, styles, XML).......................................Failed\n- hook id: prettier"
SKIPPED = "OCA's checks of translations.........................(no files to check)Skipped"


@pytest.mark.parametrize(
    ("output", "code", "tally"),
    [
        (f"{PASSED}\n{PASSED}\n", 0, Tally(2, 0)),
        (f"{PASSED}\n{FAILED}\n{SKIPPED}\n", 1, Tally(1, 1)),
        ("An unexpected error has occurred: no network", 3, Tally(0, 1)),
    ],
)
def test_hooks_that_pass_and_fail_are_counted(output, code, tally):
    assert tally_of(output, code) == tally
