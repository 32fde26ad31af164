"""Any part of a word is found in a dictionary of any length, half characters never."""

import random

import numpy as np
import pytest

from toride.vault.index.grams import Grams
from toride.vault.index.words import Words

pytestmark = pytest.mark.requirement("C9")


@pytest.fixture(scope="module")
def words() -> list[str]:
    chance = random.Random(3)
    return sorted({"".join(chance.choices("アイウエオ髙佐藤𠮷𡈽", k=chance.randint(1, 6))) for _ in range(40_000)})


@pytest.mark.parametrize("text", ["ア", "𠮷", "アイ", "佐藤ア", "髙佐藤𠮷", "オオオ", "アイウエオア", "𡈽𠮷𡈽"])
def test_every_word_that_holds_a_text_is_found(words: list[str], text: str) -> None:
    built = Words.build([(word,) for word in words])
    assert len(built.units) > 2 * 65_536
    spelled = built.spelled(text)
    assert spelled is not None
    found = np.unique(Grams(built.units, built.offsets).find(spelled)).tolist()
    assert found == [number for number, word in enumerate(words) if text in word]


def test_an_empty_dictionary_holds_nothing() -> None:
    built = Words.build([])
    assert len(Grams(built.units, built.offsets).find(np.array([0x4F50, 0x85E4], np.uint16))) == 0
