"""How much of a long test runs: little in every run, all of it with `--full`."""

import os
from typing import TypeVar

VARIABLE = "TORIDE_TEST_FULL"
FULL = VARIABLE in os.environ
One = TypeVar("One")


def scaled(usual: One, full: One) -> One:
    """`usual` in every run, `full` in a full one."""
    return full if FULL else usual
