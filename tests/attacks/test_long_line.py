"""A file without an end of line is refused before all of it is read."""

from collections.abc import Iterator

import pytest

from toride.base.errors import Invalid
from toride.customers.imports import reading

pytestmark = pytest.mark.requirement("C7")
PART, PARTS = 1_048_576, 48


def test_a_line_without_end() -> None:
    read: list[int] = []

    def parts() -> Iterator[bytes]:
        for at in range(PARTS):
            read.append(at)
            yield b"a" * PART

    with pytest.raises(Invalid) as refused:
        list(reading.rows(parts, reading.Sheet()))
    words = str(refused.value).lower()
    assert "cell" in words or "line" in words
    assert len(read) < PARTS
