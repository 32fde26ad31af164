import pytest

from toride.fields import folding

pytestmark = pytest.mark.requirement("C9")


def test_selectors():
    assert folding.name("葛\U000e0100城") == folding.name("葛城")
    assert folding.name("葛\ufe00城") == folding.name("葛城")
