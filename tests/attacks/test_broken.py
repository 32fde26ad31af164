"""What nobody expects in a form is advice, not a failure."""

import pytest

from tests.kit import enter
from tests.people import House

pytestmark = pytest.mark.requirement("C3")


@pytest.mark.parametrize("typed", ["²", "９" * 5_000, "9" * 5_000])
def test_odd_figures(house: House, typed: str) -> None:
    subject = house.customer()
    client = enter(house.teller)
    client.raise_request_exception = False
    assert client.post("/customers/", {"size": typed}).status_code < 500
    assert client.post(f"/customers/{subject}/change/", {"revision-1": typed, "city": "x"}).status_code < 500


def test_a_part_of_nobody(house: House) -> None:
    client = enter(house.teller)
    client.raise_request_exception = False
    sent = {"part": "contact", "branch": "002"}
    assert client.post("/customers/new/", sent, headers={"HX-Request": "true"}).status_code == 422
