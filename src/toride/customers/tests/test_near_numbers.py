"""A number nearly the same as another customer's is asked about, by form and by machine; out of scope it is none."""

from uuid import UUID

import pytest

from tests.kit import enter
from tests.people import House
from toride.customers import claims, services
from toride.customers.actions import Action
from toride.customers.claims import NearNumber

pytestmark = pytest.mark.requirement("C3")
PAIRS = [
    ("A-1", "a-1"), ("C-2", "C2"), ("d3", "D-3"), ("0012", "12"), ("34", "0034"), ("73001", "73001.0"),
    ("B_7", "B-7"), ("850-01", "85001"), ("ab9", "AB9"),
]  # fmt: skip


def named(number: str) -> dict[str, str]:
    return {"number": number, "name": "佐藤 花子"}


def typed(number: str) -> dict[str, str]:
    return {"branch": "002", **named(number)}


def whose(number: str) -> UUID | None:
    return claims.owners([number]).get(number)


def test_a_near_number_is_asked_about_wherever_it_is_written(house: House) -> None:
    for standing, number in PAIRS:
        near, other = house.customer(standing), house.customer(f"other-{standing}")
        permit = house.permit(house.steward, Action.PROFILE_CREATE)
        with pytest.raises(NearNumber) as told:
            services.register(permit, branch="002", owner=None, written=named(number), source="form")
        assert told.value.facts == {"customer": near}
        changing = house.permit(house.steward, Action.PROFILE_CHANGE, other)
        with pytest.raises(NearNumber):
            services.change(changing, other, written={"number": number}, revisions={}, source="form")
        assert (whose(number), whose(f"other-{standing}")) == (None, other)
        services.change(changing, other, written={"number": number}, revisions={}, source="form", number_meant=True)
        assert (whose(number), whose(standing)) == (other, near)


def test_a_customers_own_number_written_otherwise_is_no_doubt(house: House) -> None:
    subject = house.customer("A-1")
    changing = house.permit(house.steward, Action.PROFILE_CHANGE, subject)
    assert services.change(changing, subject, written={"number": "a1"}, revisions={}, source="form") == ["number"]


def test_the_form_warns_with_a_link_and_takes_a_yes(house: House) -> None:
    near = house.customer("A-1")
    client = enter(house.steward)
    answer = client.post("/customers/new/", typed("a1"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f'href="/customers/{near}/"' in page
    assert 'name="number_meant"' in page
    assert "佐藤 花子" in page
    assert whose("a1") is None
    assert client.post("/customers/new/", typed("a1") | {"number_meant": "1"}).status_code in (200, 302)
    assert whose("a1") is not None
    other = house.customer("other-99")
    changed = client.post(f"/customers/{other}/change/", {"number": "A_1"})
    assert changed.status_code == 409
    assert 'name="number_meant"' in changed.content.decode()


def test_a_near_number_of_another_branch_is_none_on_the_page(house: House) -> None:
    house.customer("A-1", branch=house.wakaba)
    answer = enter(house.teller).post("/customers/new/", typed("a1"))
    assert answer.status_code == 302, answer.content.decode()
