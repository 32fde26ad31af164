"""Ascending numbers take two bytes where they can, and are the same numbers everywhere."""

import numpy as np
import pytest

from toride.vault.index.arrays import STRIDE, Array, Ragged, Steps, bounds, gather, pack, unpack

pytestmark = pytest.mark.requirement("C9")
CHANCE = np.random.default_rng(11)
NEAR = np.cumsum(CHANCE.integers(0, 500, 70_000))
FAR = np.append(NEAR, NEAR[-1] + 1_000_000)
FAR_WITHIN = np.append(np.repeat(FAR, 2), FAR[-1] + 1)


@pytest.mark.parametrize("numbers", [NEAR, NEAR[: STRIDE * 500], NEAR[: STRIDE * 500 + 1], FAR, FAR_WITHIN, NEAR[:3]])
def test_numbers_are_the_same_at_an_index_several_and_in_a_slice(numbers: Array) -> None:
    kept = Steps.of(numbers)
    several = CHANCE.integers(0, len(numbers), 1_000)
    assert len(kept) == len(numbers)
    assert int(kept[len(numbers) - 1]) == numbers[-1]
    assert (kept[several] == numbers[several]).all()
    assert (np.asarray(kept) == numbers).all()
    assert (kept[1:3] == numbers[1:3]).all()


def test_numbers_near_each_other_take_two_bytes() -> None:
    kept = Steps.of(NEAR)
    assert isinstance(kept, Steps)
    assert kept.whole.nbytes + kept.beyond.nbytes < 2.1 * len(NEAR)
    assert not isinstance(Steps.of(FAR_WITHIN[-STRIDE:]), Steps)
    assert not isinstance(Steps.of(np.cumsum(np.full(1_000, 1_000))), Steps)


def test_many_values_of_rows_come_back_from_their_bytes() -> None:
    counts = CHANCE.integers(0, 4, 80_000)
    ragged = Ragged.of(np.arange(counts.sum(), dtype=np.uint32), counts)
    assert isinstance(ragged.starts, Steps)
    loaded = Ragged.load(unpack(pack(ragged.arrays())))
    rows = CHANCE.integers(0, len(counts), 500)
    for one in (ragged, loaded):
        assert (one.counts() == counts).all()
        assert (one.take(rows).values == ragged.values[gather(bounds(counts), rows)]).all()
        assert (one.first(rows)[1] == (counts[rows] == 0)).all()
