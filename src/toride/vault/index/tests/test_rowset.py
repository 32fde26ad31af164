"""Sets of rows answer as Python's sets do, whether they are lists or masks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toride.vault.index.rowset import FEW, RowSet, union

pytestmark = pytest.mark.requirement("C9")
SIZE = 4 * FEW
NUMBERS = st.one_of(st.lists(st.integers(0, SIZE - 1), max_size=6), st.lists(st.integers(0, SIZE - 1), max_size=SIZE))


def made(numbers: list[int], *, masked: bool) -> RowSet:
    if not masked:
        return RowSet.of(np.array(numbers, np.uint32), SIZE)
    mask = np.zeros(SIZE, bool)
    mask[numbers] = True
    return RowSet(SIZE, None, mask)


@given(NUMBERS, NUMBERS, st.booleans(), st.booleans())
def test_both_either_and_without_are_those_of_sets(one, other, one_masked, other_masked) -> None:
    a, b = made(one, masked=one_masked), made(other, masked=other_masked)
    for found, wanted in (
        (a, set(one)),
        (a & b, set(one) & set(other)),
        (a - b, set(one) - set(other)),
        (union([a, b], SIZE), set(one) | set(other)),
        (union([a, b, a], SIZE), set(one) | set(other)),
    ):
        assert found.rows.tolist() == sorted(wanted)
        assert np.flatnonzero(found.mask).tolist() == sorted(wanted)
        assert len(found) == len(wanted)
    assert a.rows.tolist() == sorted(set(one)), "a set does not change"


def test_few_rows_are_a_list_and_many_a_mask() -> None:
    assert RowSet.of(np.arange(SIZE // FEW), SIZE).few
    assert not RowSet.of(np.arange(SIZE // FEW + 1), SIZE).few
    assert (made(list(range(50)), masked=True) & made(list(range(47, SIZE)), masked=True)).few
    assert len(union([], SIZE)) == 0
