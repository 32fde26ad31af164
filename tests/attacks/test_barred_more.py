"""Every writing of a number that must not be here."""

import pytest

from toride.customers import barred

pytestmark = pytest.mark.requirement("C12")
N = "123456789018"


def wide(base: int) -> str:
    return "".join(chr(base + int(one)) for one in N)


@pytest.mark.parametrize(
    "text",
    [
        "1234\u200b5678\u200b9018",
        "1234\u00ad5678\u00ad9018",
        "1234\u20605678\u20609018",
        wide(0x1D7CE),
        wide(0x1D7F6),
        "１２３４\u200b５６７８\u200b９０１８",
        "1234\u00a05678\u00a09018",
        "1234\u20095678\u20099018",
        "1234\u30005678\u30009018",
    ],
)
def test_every_writing(text: str) -> None:
    assert barred.find(text)
