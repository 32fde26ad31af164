"""A directory's groups give the duties that two people put on its list, and nothing else by whatever way."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.kit import approve, fresh, seen
from tests.people import House, become
from toride.access import integrity
from toride.access.machines import keys, services
from toride.access.machines.tests.forms import SENT, key_on
from toride.access.models import Approval, Connection, Person
from toride.base.errors import Invalid, Refused
from toride.scim.tests.directory import GROUP, GROUPS, USER, Directory, one, refused

pytestmark = pytest.mark.requirement("A1", "A6")
DUTIES = {"GG-Tellers": "teller", "GG-Sales": "sales"}


def roles(person: object) -> list[str]:
    return Person.objects.get(pk=person).roles


def add(*people: object) -> dict[str, object]:
    return {"op": "add", "path": "members", "value": [{"value": str(one)} for one in people]}


def test_member_of_a_listed_group_holds_its_duty(house: House) -> None:
    directory = Directory(house, duties=DUTIES)
    first, second = (directory.admit(name)["id"] for name in ("kikuchi", "sugawara"))
    assert integrity.is_place(Person.objects.get(pk=first))
    told = directory.found("GG-Tellers", first)
    assert told.status_code == 201
    assert told["Location"] == f"http://testserver{one(told.json()['id'], GROUPS)}"
    group = one(told.json()["id"], GROUPS)
    assert (roles(first), roles(second)) == (["teller"], [])
    assert all(integrity.is_place(person) for person in Person.objects.all())
    told = directory.patch(group, add(second))
    assert [one["value"] for one in told.json()["members"]] == [first, second]
    assert roles(second) == ["teller"]
    assert directory.patch(group, {"op": "remove", "path": f'members[value eq "{first}"]'}).status_code == 200
    assert (roles(first), roles(second)) == ([], ["teller"])
    removal = {"op": "Remove", "path": "members", "value": [{"value": second}]}  # as Entra ID sends it
    assert directory.patch(group, removal).status_code == 200
    assert roles(second) == []
    whole = {"schemas": [GROUP], "displayName": "GG-Tellers", "members": [{"value": first}, {"value": second}]}
    assert directory("PUT", group, whole).status_code == 200
    assert (roles(first), roles(second)) == (["teller"], ["teller"])
    assert directory("GET", one(first)).json()["groups"][0]["display"] == "GG-Tellers"
    assert directory("DELETE", group).status_code == 204
    assert (roles(first), roles(second)) == ([], [])
    refused(directory("GET", group), 404)


def test_group_makes_no_altered_place_good(house: House) -> None:
    """Duties written into the database do not become agreed upon because a group gives one more."""
    directory = Directory(house, duties=DUTIES)
    number = directory.admit("kikuchi")["id"]
    Person.objects.filter(pk=number).update(roles=["admin"])
    refused(directory.found("GG-Tellers", number), 403)
    assert roles(number) == ["admin"]
    assert not integrity.is_place(Person.objects.get(pk=number))


def test_duty_follows_the_name_of_the_group(house: House) -> None:
    directory = Directory(house, duties=DUTIES)
    number = directory.admit("kikuchi")["id"]
    group = one(directory.found("GG-Lunch", number).json()["id"], GROUPS)
    assert roles(number) == []
    for name, wanted in (("GG-Tellers", ["teller"]), ("GG-Sales", ["sales"]), ("gg-sales", []), ("teller", [])):
        assert directory.patch(group, {"op": "replace", "path": "displayName", "value": name}).status_code == 200
        assert roles(number) == wanted, name


def test_duty_stays_while_another_group_gives_it(house: House) -> None:
    directory = Directory(house, duties={"A": "teller", "B": "teller"})
    number = directory.admit("kikuchi")["id"]
    groups = [one(directory.found(name, number).json()["id"], GROUPS) for name in ("A", "B")]
    directory("DELETE", groups[0])
    assert roles(number) == ["teller"]
    directory("DELETE", groups[1])
    assert roles(number) == []


@pytest.mark.parametrize("name", ["admin", "dpo", "auditor", "steward", "manager", "Administrator", "管理者"])
def test_what_is_not_on_the_list_is_not_given(house: House, name: str) -> None:
    directory = Directory(house, duties=DUTIES)
    number = directory.admit("kikuchi")["id"]
    assert directory.found(name, number).status_code == 201
    assert roles(number) == []


def test_directory_without_a_list_gives_nothing(house: House) -> None:
    directory = Directory(house)
    number = directory.admit("kikuchi")["id"]
    for name in ("teller", "", "GG-Tellers"):
        directory.found(name, number)
    assert roles(number) == []


def test_duties_given_otherwise_are_not_taken(house: House) -> None:
    """A manager whom two people appointed stays one, whatever the directory's groups say."""
    directory = Directory(house, duties=DUTIES)
    group = one(directory.found("GG-Sales", house.manager.id).json()["id"], GROUPS)
    assert roles(house.manager.id) == ["manager", "sales"]
    directory("DELETE", group)
    assert roles(house.manager.id) == ["manager"]
    assert Person.objects.get(pk=house.manager.pk).rank == 6


def test_key_gives_its_own_person_nothing(house: House) -> None:
    directory = Directory(house, duties={**DUTIES, "GG-Admins": "admin"})
    refused(directory.found("GG-Tellers", house.admin.id), 403)
    group = one(directory.found("GG-Lunch", house.admin.id).json()["id"], GROUPS)
    refused(directory.patch(group, {"op": "replace", "path": "displayName", "value": "GG-Tellers"}), 403)
    assert roles(house.admin.id) == ["admin"]
    for sent in ({"userName": "root"}, {"displayName": "誰か"}, {"active": False}):
        refused(directory.patch(one(house.admin.id), {"op": "replace", "value": sent}), 403)
    refused(directory("PUT", one(house.admin.id), {"schemas": [USER], "userName": "root"}), 403)


def test_duties_that_do_not_go_together_are_refused_as_a_whole(house: House) -> None:
    directory = Directory(house, duties={"A": "admin", "B": "auditor"})
    first, second = (directory.admit(name)["id"] for name in ("kikuchi", "sugawara"))
    directory.found("A", first)
    refused(directory.found("B", second, first), 400, "invalidValue")
    refused(directory.found("B", house.dpo.id, house.steward.id), 400, "invalidValue")
    assert (roles(first), roles(second), roles(house.steward.id)) == (["admin"], [], ["steward"])
    assert directory("GET", f"{GROUPS}?filter=displayName+eq+%22B%22").json()["totalResults"] == 0


def test_nobody_becomes_an_officer_under_another_name(house: House) -> None:
    """A sign-in name is who comes in through single sign-on: not even by way of a third name may it change hands."""
    directory = Directory(house, duties=DUTIES)
    for officer in (house.dpo, house.steward, house.auditor):
        refused(directory.patch(one(officer.id), {"op": "replace", "path": "userName", "value": "free"}), 403)
        refused(directory.patch(one(house.teller.id), {"op": "replace", "path": "userName", "value": officer.username}),
                409, "uniqueness")  # fmt: skip
        told = directory.patch(one(officer.id), {"op": "replace", "path": "displayName", "value": "新しい氏名"})
        assert told.status_code == 200
    assert (
        directory.patch(one(house.teller.id), {"op": "replace", "path": "userName", "value": "yumi"}).status_code == 200
    )


def test_last_who_could_approve_is_not_dropped_from_a_group(house: House) -> None:
    directory = Directory(house, duties={"D": "dpo"})
    become(house.dpo, roles=[])
    group = one(directory.found("D", house.dpo.id).json()["id"], GROUPS)
    refused(directory("DELETE", group), 409)
    assert roles(house.dpo.id) == ["dpo"]


def test_another_directorys_groups_do_not_exist(house: House) -> None:
    mine, theirs = Directory(house, duties=DUTIES), Directory(house, duties={"GG-Tellers": "teller"})
    number = mine.admit("kikuchi")["id"]
    group = mine.found("GG-Lunch", number).json()["id"]
    nowhere = uuid4()
    for method in ("GET", "DELETE"):
        here, there = theirs(method, one(group, GROUPS)), theirs(method, one(nowhere, GROUPS))
        assert refused(here, 404) == refused(there, 404)
        assert here.content == there.content
    refused(theirs.patch(one(group, GROUPS), add(house.teller.id)), 404)
    assert theirs("GET", GROUPS).json()["totalResults"] == 0
    assert "groups" not in theirs("GET", one(number)).json()


@pytest.mark.parametrize("member", ["nobody", "0190a7d2-5b1c-7000-8000-000000000001", "", None])
def test_group_holds_only_people_who_are_known(house: House, member: str | None) -> None:
    directory = Directory(house, duties=DUTIES)
    sent = {
        "schemas": [GROUP],
        "displayName": "GG-Tellers",
        "members": [{"value": member}, {"value": str(house.customer())}],
    }
    refused(directory("POST", GROUPS, sent), 400, "invalidValue")
    assert directory("GET", GROUPS).json()["totalResults"] == 0


@pytest.mark.requirement("A4")
def test_list_of_duties_takes_two_people(house: House) -> None:
    permit = house.permit(house.admin, "access:connection:manage")
    given = {"username": "hayasaka", "name": "x", "wanted": ["scim"], "purpose": "administration"}
    with pytest.raises(Refused):
        services.connect(permit, **given, duties=["teller"])
    client = fresh(house.admin)
    sent = SENT | {"person": "hayasaka", "scopes": ["scim"], "purpose": "administration", "addresses": ""}
    assert client.post(reverse("connection_new"), sent | {"duties": "GG-Tellers = teller\r\nsales"}).status_code == 302
    row = Approval.objects.get()
    shown = " ".join(str(part) for line in seen(house, house.dpo, row).lines for part in line.after)
    assert "GG-Tellers → " in shown
    assert "sales → " in shown
    approve(house, house.dpo, row, count=str(row.count))
    made = Connection.objects.get()
    assert made.duties == {"GG-Tellers": "teller", "sales": "sales"}
    page = client.post(reverse("connection_rotate", kwargs={"connection": made.id})).content.decode()
    directory = object.__new__(Directory)
    directory.key, directory.id, directory.client = key_on(page), made.id, Client()
    number = directory.admit("kikuchi")["id"]
    assert directory.found("GG-Tellers", number).status_code == 201
    assert roles(number) == ["teller"]
    assert "GG-Tellers" in client.get(reverse("connections")).content.decode()
    assert keys.owner(directory.key) == made.id


@pytest.mark.parametrize(
    ("lines", "scope"),
    [(["root"], "scim"), (["A = root"], "scim"), (["A ="], "scim"), (["x" * 201 + " = teller"], "scim"),
     ([f"{number} = teller" for number in range(51)], "scim"), (["teller"], "people")],
)  # fmt: skip
def test_list_that_cannot_be_is_refused(house: House, lines: list[str], scope: str) -> None:
    permit = house.permit(house.admin, "access:connection:manage")
    with pytest.raises(Invalid) as found:
        services.propose(
            permit, username="hayasaka", name="x", wanted=[scope], purpose="administration", categories=[1],
            addresses=[], duties=lines, days=30, any_hour=False, reason="職員の登録をつなぎます。",
        )  # fmt: skip
    assert set(found.value.fields) == {"duties"}
