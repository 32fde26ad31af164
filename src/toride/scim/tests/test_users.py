"""People as a directory reads and changes them: its own words, found again, versions, what is not read."""

from urllib.parse import quote

import pytest

from tests.people import House
from toride.access.models import Person
from toride.scim import listing
from toride.scim.tests.directory import USER, USERS, Directory, one, refused

pytestmark = pytest.mark.requirement("A6")
SAID = {
    "displayName": "菊地　恵",
    "name": {"familyName": "菊地", "givenName": "恵"},
    "externalId": "00u1",
    "emails": [{"value": "kikuchi@bank.example", "type": "work", "primary": True}],
}


def test_whoever_is_admitted_may_do_nothing_yet(house: House) -> None:
    directory = Directory(house)
    told = directory.admit("kikuchi", **SAID, active=True)
    person = Person.objects.get(username="kikuchi")
    assert (person.name, person.email, person.roles, person.rank, person.branch_id, person.is_active) == (
        "菊地　恵", "kikuchi@bank.example", [], 1, None, True,
    )  # fmt: skip
    assert not person.has_usable_password()
    assert {name: told[name] for name in SAID} == SAID
    assert told["meta"]["resourceType"] == "User"
    assert told["meta"]["location"] == f"http://testserver{one(person.id)}"
    found = directory("GET", one(person.id))
    assert found.json() == told
    assert found["ETag"] == told["meta"]["version"]


def test_what_is_not_asked_for_is_not_read(house: House) -> None:
    """Passwords, roles, entitlements, ranks: whatever is sent, nothing comes of it."""
    directory = Directory(house)
    sent = {
        "password": "石垣は高く-そして静かに", "roles": [{"value": "admin"}], "entitlements": [{"value": "admin"}],
        "groups": [{"value": "admin"}], "rank": 9, "branch": "002", "is_superuser": True, "title": "頭取",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "002"},
    }  # fmt: skip
    told = directory.admit("kikuchi", **sent)
    operations = [{"op": "add", "path": name, "value": sent[name]} for name in ("roles", "password", "rank")]
    assert directory.patch(one(told["id"]), *operations).status_code == 200
    assert directory("PUT", one(told["id"]), {"schemas": [USER], "userName": "kikuchi", **sent}).status_code == 200
    person = Person.objects.get(username="kikuchi")
    assert (person.roles, person.rank, person.branch_id, person.has_usable_password()) == ([], 1, None, False)
    assert not set(sent) & set(directory("GET", one(person.id)).json())


@pytest.mark.parametrize(
    "said",
    [
        {"userName": ""}, {"userName": "x" * 61}, {"userName": "a b"}, {"userName": "ｋｏｎｎｏ"}, {"userName": "a\x00"},
        {"displayName": "x" * 61}, {"displayName": "a\x00b"}, {"externalId": "x" * 201}, {"externalId": "\x00"},
        {"name": {"givenName": "\x00"}}, {"name": {"givenName": "x" * 4_000}}, {"emails": [{"value": "nobody"}]},
        {"emails": [{"value": "a@b.example", "display": "\x1b"}]}, {"active": "perhaps"},
    ],
)  # fmt: skip
def test_what_does_not_fit_makes_nobody(house: House, said: dict[str, object]) -> None:
    directory, before = Directory(house), Person.objects.count()
    refused(directory("POST", USERS, {"schemas": [USER], "userName": "kikuchi", **said}), 400, "invalidValue")
    assert Person.objects.count() == before


@pytest.mark.parametrize("name", ["hasegawa", "Hasegawa"])
def test_name_of_somebody_else_is_taken(house: House, name: str) -> None:
    directory = Directory(house)
    refused(directory("POST", USERS, {"schemas": [USER], "userName": name}), 409, "uniqueness")
    told = directory.admit("kikuchi")
    operation = {"op": "replace", "path": "userName", "value": name}
    refused(directory.patch(one(told["id"]), operation), 409, "uniqueness")


def test_changes_keep_what_they_do_not_name(house: House) -> None:
    directory = Directory(house)
    number = directory.admit("kikuchi", **SAID)["id"]
    told = directory.patch(
        one(number), {"op": "replace", "value": {"displayName": "菊池 恵", "name.givenName": "めぐみ"}}
    )
    assert told.json()["name"] == {"familyName": "菊地", "givenName": "めぐみ"}
    assert Person.objects.get(pk=number).name == "菊池 恵"
    mail = 'emails[type eq "work"].value'
    told = directory.patch(one(number), {"op": "Replace", "path": mail, "value": "megumi@bank.example"})
    assert told.json()["emails"] == [{"value": "megumi@bank.example", "type": "work", "primary": True}]
    assert Person.objects.get(pk=number).email == "megumi@bank.example"
    told = directory("PUT", one(number), {"schemas": [USER], "userName": "kikuchi2"})
    assert told.json()["userName"] == "kikuchi2"
    assert not {"name", "displayName", "emails", "externalId"} & set(told.json())
    assert told.json()["active"] is True
    assert Person.objects.get(pk=number).name == "kikuchi2"
    refused(directory.patch(one(number), {"op": "remove", "path": "active"}), 400, "invalidValue")


def test_patch_is_whole_or_not_at_all(house: House) -> None:
    directory = Directory(house)
    number = directory.admit("kikuchi", **SAID)["id"]
    good, bad = (
        {"op": "replace", "path": "displayName", "value": "x"},
        {"op": "replace", "path": "userName", "value": ""},
    )
    assert directory.patch(one(number), good, bad).status_code == 400
    assert directory("GET", one(number)).json()["displayName"] == SAID["displayName"]


def test_change_of_another_version_is_refused(house: House) -> None:
    directory = Directory(house)
    told = directory.admit("kikuchi", **SAID)
    version = told["meta"]["version"]
    assert directory("GET", one(told["id"]), If_None_Match=version).status_code == 304
    operation = {"op": "replace", "path": "displayName", "value": "x"}
    assert directory.patch(one(told["id"]), operation, If_Match=version).status_code == 200
    whole = {"schemas": [USER], "userName": "kikuchi"}
    for answer in (directory.patch(one(told["id"]), operation, If_Match=version),
                   directory("PUT", one(told["id"]), whole, If_Match=version),
                   directory("DELETE", one(told["id"]), If_Match=version)):  # fmt: skip
        refused(answer, 412)
    assert directory("GET", one(told["id"]), If_None_Match=version).status_code == 200
    assert directory("PUT", one(told["id"]), whole, If_Match="*").status_code == 200


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('userName eq "HASEGAWA"', {"hasegawa"}),
        ('userName sw "kon"', {"konno"}),
        ('externalId eq "00u1"', {"kikuchi"}),
        ('externalId eq "00U1"', set()),
        ('emails[type eq "work" and value ew "bank.example"]', {"kikuchi"}),
        ('active eq false and userName eq "kikuchi2"', {"kikuchi2"}),
        ("not (active eq true)", {"kikuchi2"}),
        ('displayName co "長谷川" or userName eq "konno"', {"hasegawa", "konno"}),
        ('userName eq "x\\u0000"', set()),
    ],
)  # fmt: skip
def test_people_are_found(house: House, asked: str, found: set[str]) -> None:
    directory = Directory(house)
    directory.admit("kikuchi", **SAID)
    directory.admit("kikuchi2", active=False)
    schema = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
    for told in (directory("GET", f"{USERS}?filter={quote(asked)}"),
                 directory("POST", f"{USERS}/.search", {"schemas": [schema], "filter": asked})):  # fmt: skip
        assert told.status_code == 200, told.content
        assert {one["userName"] for one in told.json().get("Resources", [])} == found
        assert told.json()["totalResults"] == len(found)


def test_pages_hold_everybody_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    directory, everybody = Directory(house), set(Person.objects.values_list("username", flat=True))
    seen: list[str] = []
    while True:
        told = directory("GET", f"{USERS}?startIndex={len(seen) + 1}&count=4&attributes=userName").json()
        assert told["totalResults"] == len(everybody)
        if not told.get("Resources"):
            break
        assert told["itemsPerPage"] == len(told["Resources"]) <= 4
        assert set(told["Resources"][0]) == {"schemas", "id", "userName"}
        seen += [one["userName"] for one in told["Resources"]]
    assert sorted(seen) == sorted(everybody)
    assert directory("GET", f"{USERS}?count=0").json()["Resources"] == []
    monkeypatch.setattr(listing, "MOST", 3)
    assert directory("GET", f"{USERS}?count=100").json()["itemsPerPage"] == 3
    monkeypatch.setattr(listing, "MOST_LOOKED_AT", 3)
    refused(directory("GET", f"{USERS}?filter=userName+pr"), 400, "tooMany")
    assert directory("GET", f"{USERS}?filter=userName+eq+%22konno%22").json()["totalResults"] == 1
