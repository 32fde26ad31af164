"""What Entra ID and Okta are known to send is understood; whatever else is sent breaks nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.people import House
from toride.access.models import Connection, Person
from toride.scim.tests.directory import GROUP, GROUPS, PATCH, USER, USERS, Directory, one

pytestmark = pytest.mark.requirement("A6")
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SEED, EXAMPLES = 20_261_122, 120


def test_entra_id_provisions_moves_and_ends_a_person(house: House) -> None:
    directory = Directory(house, duties={"GG-Tellers": "teller"})
    nobody = "userName+eq+%220b5c4f1a-5e0f-4b0b-8d4c-3f7a4d3b2c1e%22"
    assert directory("GET", f"{USERS}?filter={nobody}").json()["totalResults"] == 0
    made = directory(
        "POST",
        USERS,
        {
            "schemas": [USER, ENTERPRISE], "externalId": "kikuchi", "userName": "kikuchi@bank.example", "active": True,
            "addresses": [{"primary": False, "type": "work", "country": "JP", "formatted": "仙台"}],
            "displayName": "菊地 恵", "emails": [{"primary": True, "type": "work", "value": "kikuchi@bank.example"}],
            "meta": {"resourceType": "User"}, "name": {"formatted": "菊地 恵", "familyName": "菊地", "givenName": "恵"},
            "phoneNumbers": [{"primary": True, "type": "work", "value": "022-000-0000"}], "preferredLanguage": "ja",
            "roles": [], "title": "主任", ENTERPRISE: {"department": "営業部", "manager": "x"},
        },
        Content_Type="application/scim+json; charset=utf-8",
    )  # fmt: skip
    assert made.status_code == 201, made.content
    number = made.json()["id"]
    moved = directory.patch(
        one(number),
        {"op": "Replace", "path": "displayName", "value": "菊池 恵"},
        {"op": "Add", "path": "name.familyName", "value": "菊池"},
        {"op": "Replace", "path": 'addresses[type eq "work"].formatted', "value": "盛岡"},
        {"op": "Add", "path": 'emails[type eq "other"].value', "value": "k@bank.example"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "審査部"},
        {"op": "Add", "value": {"title": "課長", "displayName": "菊池 恵美"}},
    )
    assert moved.status_code == 200, moved.content
    assert moved.json()["displayName"] == "菊池 恵美"
    assert {mail["value"] for mail in moved.json()["emails"]} == {"kikuchi@bank.example", "k@bank.example"}
    group = directory(
        "POST", GROUPS, {"schemas": [GROUP, "http://x/Group"], "displayName": "GG-Tellers", "externalId": "8a"}
    )
    assert group.status_code == 201, group.content
    place = one(group.json()["id"], GROUPS)
    assert directory("GET", f"{place}?excludedAttributes=members").status_code == 200
    found = directory("GET", f"{GROUPS}?excludedAttributes=members&filter=displayName+eq+%22GG-Tellers%22").json()
    assert found["totalResults"] == 1
    directory.patch(place, {"op": "Add", "path": "members", "value": [{"$ref": None, "value": number}]})
    assert Person.objects.get(pk=number).roles == ["teller"]
    directory.patch(place, {"op": "Remove", "path": "members", "value": [{"value": number}]})
    assert Person.objects.get(pk=number).roles == []
    assert directory.patch(one(number), {"op": "Replace", "path": "active", "value": "False"}).status_code == 200
    assert not Person.objects.get(pk=number).is_active


def test_okta_provisions_and_ends_a_person(house: House) -> None:
    directory = Directory(house, duties={"GG-Tellers": "teller"})
    said = {"schemas": [USER], "userName": "kikuchi", "name": {"givenName": "恵", "familyName": "菊地"}, "active": True,
            "emails": [{"primary": True, "value": "k@bank.example", "type": "work", "display": "k@bank.example"}],
            "displayName": "菊地 恵", "locale": "ja-JP", "externalId": "00u1", "groups": [], "password": "1mz050nq"}  # fmt: skip
    number = directory("POST", USERS, said).json()["id"]
    told = directory("GET", one(number)).json()
    assert directory("PUT", one(number), told | {"title": "課長", "displayName": "菊池 恵"}).status_code == 200
    group = one(directory.found("GG-Tellers").json()["id"], GROUPS)
    members = {"op": "replace", "path": "members", "value": [{"value": number, "display": "菊地 恵"}]}
    assert directory.patch(group, members).status_code == 200
    assert Person.objects.get(pk=number).roles == ["teller"]
    assert (
        directory.patch(
            group, {"op": "replace", "value": {"id": group.rpartition("/")[2], "displayName": "GG-Lunch"}}
        ).status_code
        == 200
    )
    assert Person.objects.get(pk=number).roles == []
    assert directory.patch(one(number), {"op": "replace", "value": {"active": False}}).status_code == 200
    assert not Person.objects.get(pk=number).is_active


NAMES = st.sampled_from(
    ["userName", "displayName", "name", "name.familyName", "active", "emails", "emails.value", 'emails[type eq "work"]',
     "members", "members.value", 'members[value eq "x"].value', "externalId", "id", "meta", "schemas", "groups", USER,
     f"{USER}:userName", "password", "", "[", "a.b.c", "members[", "$ref"]
)  # fmt: skip
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False, allow_infinity=False),
                  st.text(max_size=8), st.sampled_from(["\x00", "x" * 300, "１", "\u202e", "00000000-0000-4000-8000-000000000000"]))  # fmt: skip
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.just("value"), inner, max_size=3), max_leaves=6
)  # fmt: skip
OPERATION = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "remove", "Add", "x"])}, optional={"path": NAMES, "value": ANYTHING}
)
WHOLE = st.dictionaries(NAMES, ANYTHING, max_size=5)


@pytest.mark.parametrize("place", [USERS, GROUPS])
def test_nothing_that_is_sent_breaks_it(house: House, place: str) -> None:
    directory = Directory(house, duties={"displayName": "teller"})
    number = directory.admit("kikuchi")["id"] if place == USERS else directory.found("GG", house.teller.id).json()["id"]
    schemas = [USER if place == USERS else GROUP]
    standing = Person.objects.exclude(pk=number).order_by("pk")
    before = list(standing.values_list("pk", "username", "roles", "rank", "is_active"))

    @seed(SEED)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(whole=WHOLE, operations=st.lists(OPERATION, max_size=3), method=st.sampled_from(["POST", "PUT", "PATCH"]))
    def send(whole: dict[str, Any], operations: list[dict[str, Any]], method: str) -> None:
        Connection.objects.update(allowance=0)
        sent = {"schemas": [PATCH], "Operations": operations} if method == "PATCH" else {"schemas": schemas} | whole
        answer = directory(method, place if method == "POST" else one(number, place), sent)
        assert answer.status_code < 500, (method, sent, answer.content)

    send()
    known = {row[0] for row in before}
    assert [
        row for row in standing.values_list("pk", "username", "roles", "rank", "is_active") if row[0] in known
    ] == before
