"""A file without an end of line is refused soon."""

import time

import pytest

from toride.customers.imports.tests.test_reading import refused

pytestmark = pytest.mark.requirement("C7")


def test_a_line_without_end() -> None:
    begun = time.perf_counter()
    words = refused(b"a" * 48 * 1_048_576)
    took = time.perf_counter() - begun
    print(words, took)
    assert "cell" in words.lower() or "line" in words.lower()
    assert took < 3
