"""Customers by machine: what the key and the duty open, nothing else, told by type."""

from uuid import uuid4

import pytest

from tests.kit import enter
from tests.people import House
from toride.access.tests.emergencies import broken, opening
from toride.api.tests.machines import CUSTOMERS, SEARCH, Machine, one
from toride.vault.permit import Category, Opening

pytestmark = pytest.mark.requirement("A8")


def test_customer_is_read_as_far_as_duty_and_key_open(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house, categories=[Category.BASIC, Category.TRANSACTIONS, Category.SENSITIVE])
    found = machine("GET", one(emiko))
    assert found.status_code == 200
    told = found.json()
    assert told["values"]["name"] == "齋藤 惠美子"
    assert told["values"]["phones"] == ["090-3471-8826", "022-271-4410"]
    assert told["values"]["value"] == 34_120_000
    assert told["withheld"]["birth_date"] == {"how": "masked", "why": "duty"}
    assert told["withheld"]["note"] == {"how": "closed", "why": "connection"}
    assert told["withheld"]["health"] == {"how": "closed", "why": "duty"}
    text = found.content.decode()
    for hidden in ("1951", "膝", "平日の午前", "相続準備", "•"):
        assert hidden not in text
    assert set(told["values"]).isdisjoint(told["withheld"])


def test_emergency_opens_to_the_person_and_not_to_their_machine(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house, categories=list(Category))
    broken(house, emiko)
    assert opening(house, house.teller, emiko) == Opening.CLEAR
    told = machine("GET", one(emiko)).json()
    assert told["withheld"]["health"] == {"how": "closed", "why": "duty"}


def test_search_answers_in_pages_without_anything_in_the_address(house: House) -> None:
    for number in range(5):
        house.customer(f"{number}", name=f"斎藤 {number}", kana=f"サイトウ {number}")
    house.customer("9", name="斎藤 九", branch=house.wakaba)
    machine = Machine(house)
    seen, after = [], None
    for _ in range(3):
        found = machine("POST", SEARCH, {"text": "斎藤", "limit": 2, "after": after})
        assert found.status_code == 200, found.content
        told = found.json()
        seen += [one["values"]["number"] for one in told["items"]]
        after = told["after"]
    assert seen == ["0", "1", "2", "3", "4"]
    assert after is None
    assert told["total"] == 5


@pytest.mark.parametrize("cursor", ["x", "AAAA", "../../etc", "é"])
def test_cursor_that_is_not_ours_is_refused(house: House, cursor: str) -> None:
    found = Machine(house)("POST", SEARCH, {"after": cursor})
    assert found.status_code == 422, found.content
    assert found["Content-Type"] == "application/problem+json"


def test_cursor_of_another_question_or_person_is_refused(house: House) -> None:
    for number in range(3):
        house.customer(f"{number}")
    machine, other = Machine(house), Machine(house, "okubo")
    cursor = machine("POST", SEARCH, {"limit": 1}).json()["after"]
    assert machine("POST", SEARCH, {"limit": 1, "after": cursor}).status_code == 200
    assert machine("POST", SEARCH, {"limit": 1, "after": cursor, "text": "斎藤"}).status_code == 422
    assert other("POST", SEARCH, {"limit": 1, "after": cursor}).status_code == 422


def test_filter_and_sort_on_what_is_closed_are_refused(house: House) -> None:
    house.customer()
    machine = Machine(house, categories=[Category.BASIC])
    for asked in ({"filters": {"birth_date": "1951-05-14"}}, {"filters": {"value_from": "1"}}, {"sort": "value"}):
        found = machine("POST", SEARCH, asked)
        assert (found.status_code, found.json()["reason"]) == (403, "closed-column"), asked
    assert machine("POST", SEARCH, {"text": "1951-05-14"}).json()["total"] == 0


def test_another_branchs_customer_is_unknown_byte_for_byte(house: House) -> None:
    house.customer()
    away = house.customer("2", branch=house.wakaba)
    machine = Machine(house)
    for method, tail, sent in (("GET", "", None), ("PATCH", "", {"values": {"note": "x"}})):
        hidden, unknown = (machine(method, one(which) + tail, sent, If_Match='"1.1"') for which in (away, uuid4()))
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.content == unknown.content
        assert set(hidden.headers) == set(unknown.headers)
    nowhere = machine("GET", "/api/v1/nothing/at/all")
    assert nowhere.content == hidden.content


def test_customer_is_registered_and_found(house: House) -> None:
    machine = Machine(house)
    sent = {"branch": "002", "values": {"number": "0213-9", "name": "佐藤 花", "phones": ["090-1111-2222"], "value": 5}}
    made = machine("POST", CUSTOMERS, sent)
    assert made.status_code == 201, made.content
    told = machine("GET", made["Location"]).json()
    assert told["id"] == made.json()["id"]
    assert told["values"]["phones"] == ["090-1111-2222"]
    assert told["values"]["value"] == 5
    assert machine("POST", CUSTOMERS, sent).status_code == 409


@pytest.mark.parametrize(
    "more",
    [{"owner": "11111111-1111-4111-8111-111111111111"}, {"id": "x"}, {"revision": 7}, {"created": "2001-01-01"},
     {"hidden": True}],
)  # fmt: skip
def test_what_no_form_names_is_not_set(house: House, more: dict[str, object]) -> None:
    machine = Machine(house)
    sent = {"branch": "002", "values": {"number": "1", "name": "佐藤 花"}}
    assert machine("POST", CUSTOMERS, sent | more).status_code == 422
    assert machine("POST", CUSTOMERS, sent | {"values": sent["values"] | more}).status_code == 422
    assert machine("POST", SEARCH, {}).json()["total"] == 0


def test_customer_of_another_branch_is_not_registered(house: House) -> None:
    sent = {"branch": "003", "values": {"number": "1", "name": "佐藤 花"}}
    assert Machine(house)("POST", CUSTOMERS, sent).status_code == 403
    unknown = Machine(house)("POST", CUSTOMERS, sent | {"branch": "999"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "branch")


def test_closed_field_is_not_written(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house)
    tag = machine("GET", one(emiko))["ETag"]
    for name in ("health", "segment", "birth_date"):
        assert machine("PATCH", one(emiko), {"values": {name: "x"}}, If_Match=tag).status_code == 403
    narrow = Machine(house, categories=[Category.BASIC])
    assert narrow("PATCH", one(emiko), {"values": {"note": "x"}}, If_Match=tag).status_code == 403


def test_change_needs_what_was_read(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house)
    first = machine("GET", one(emiko))["ETag"]
    sent = {"values": {"phones": ["03-3501-1511"], "note": None}}
    assert machine("PATCH", one(emiko), sent).status_code == 428
    for tag in ('"1.9,3.1"', "*", '"x"', '""', first.replace("1.", "2.")):
        assert machine("PATCH", one(emiko), sent, If_Match=tag).status_code == 412, tag
    done = machine("PATCH", one(emiko), sent, If_Match=first)
    assert (done.status_code, done.json()["changed"]) == (200, ["note", "phones"])
    assert machine("PATCH", one(emiko), sent, If_Match=first).json()["changed"] == []  # sent again, done already
    assert machine("PATCH", one(emiko), {"values": {"note": "x"}}, If_Match=first).status_code == 412
    now = machine("GET", one(emiko))
    assert now["ETag"] != first
    assert now.json()["values"]["phones"] == ["03-3501-1511"]
    assert now.json()["values"]["note"] is None


def test_values_read_can_be_written_back_and_change_nothing(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house, "konno", "data-care")
    found = machine("GET", one(emiko))
    values = {name: value for name, value in found.json()["values"].items() if name != "contacts"}
    done = machine("PATCH", one(emiko), {"values": values}, If_Match=found["ETag"])
    assert (done.status_code, done.json()["changed"]) == (200, []), done.content


def test_several_values_in_one_element_are_refused(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house)
    sent = {"values": {"phones": ["03-3501-1511、03-3501-1512"]}}
    found = machine("PATCH", one(emiko), sent, If_Match=machine("GET", one(emiko))["ETag"])
    assert (found.status_code, found.json()["errors"][0]["field"]) == (422, "phones")


def test_cookies_open_nothing(house: House) -> None:
    emiko = house.customer()
    client = enter(house.teller)
    assert client.get("/customers/").status_code == 200
    assert client.get(one(emiko)).status_code == 401
    assert client.post(SEARCH, "{}", content_type="application/json").status_code == 401


@pytest.mark.requirement("C3")
def test_change_that_makes_another_person_must_be_confirmed(house: House) -> None:
    emiko = house.customer("A-1")
    machine = Machine(house, "konno", "data-care", wanted=["customers"])
    values = {"name": "鈴木 太郎", "kana": "スズキ タロウ", "birth_date": "1975-06-07", "phones": ["022-265-2222"]}
    tag = machine("GET", one(emiko))["ETag"]
    refused = machine("PATCH", one(emiko), {"values": values}, If_Match=tag)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "name"
    assert "confirmed" in refused.json()["errors"][0]["detail"]
    assert machine("GET", one(emiko)).json()["values"]["name"] == "齋藤 惠美子"
    assert machine("PATCH", one(emiko), {"values": values, "confirmed": True}, If_Match=tag).status_code == 200
    assert machine("GET", one(emiko)).json()["values"]["name"] == "鈴木 太郎"


@pytest.mark.requirement("C3")
def test_a_machine_is_told_by_code_and_says_yes_by_a_field(house: House) -> None:
    near, other = house.customer("A-1"), house.customer("other-99")
    machine = Machine(house, "konno", "data-care", wanted=["customers"])
    sent = {"branch": "002", "values": {"number": "a1", "name": "佐藤 花子"}}
    told = machine("POST", CUSTOMERS, sent)
    assert (told.status_code, told.json()["type"]) == (409, "urn:toride:problem:near-number")
    assert told.json()["customer"] == str(near)
    tag = machine("GET", one(other))["ETag"]
    assert machine("PATCH", one(other), {"values": {"number": "a1"}}, If_Match=tag).status_code == 409
    assert machine("POST", CUSTOMERS, sent | {"number_meant": True}).status_code == 201
    meant = {"values": {"number": "A_1"}, "number_meant": True}
    assert machine("PATCH", one(other), meant, If_Match=tag).json()["changed"] == ["number"]


@pytest.mark.requirement("C3")
@pytest.mark.parametrize("number", ["a1", "A1", "A_1"])
def test_a_near_number_of_another_branch_is_answered_as_none(house: House, number: str) -> None:
    house.customer("A-1", branch=house.wakaba)
    machine = Machine(house)
    told, free = (
        machine("POST", CUSTOMERS, {"branch": "002", "values": {"number": one, "name": "佐藤 花子"}})
        for one in (number, "Z-77")
    )
    assert (told.status_code, free.status_code) == (201, 201), told.content
    assert told.json().keys() == free.json().keys()
