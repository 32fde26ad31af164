"""Whoever leaves has nothing left at once: session, token, key, queued job; the account and its history stay."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.kit import enter
from tests.people import House
from toride.access import integrity
from toride.access.actions import Action
from toride.access.models import Person
from toride.access.people import registry
from toride.access.signin import tokens
from toride.access.tests.signing import PASSWORD, sign_in
from toride.audit.events import decode
from toride.audit.models import Outbox
from toride.base.errors import Refused
from toride.jobs import running
from toride.jobs.models import State
from toride.scim.tests.directory import USER, USERS, Directory, Machine, one, refused

pytestmark = pytest.mark.requirement("A6", "A8")
End = Callable[[Directory, Person], object]
ENDS: dict[str, End] = {
    "patched": lambda directory, who: directory.patch(
        one(who.id), {"op": "Replace", "path": "active", "value": "False"}
    ),  # as Entra ID sends it
    "merged": lambda directory, who: directory.patch(one(who.id), {"op": "replace", "value": {"active": False}}),
    "replaced": lambda directory, who: directory(
        "PUT", one(who.id), {"schemas": [USER], "userName": who.username, "active": False}
    ),
    "deleted": lambda directory, who: directory("DELETE", one(who.id)),
}
BACK = {"op": "replace", "path": "active", "value": True}


def signed_in(person: Person) -> Client:
    person.set_password(PASSWORD)
    person.save()
    client = Client()
    assert sign_in(client, person.username).status_code == 302
    return client


@pytest.mark.parametrize("how", sorted(ENDS))
def test_leaver_has_nothing_left_at_once(house: House, how: str) -> None:
    directory, machine = Directory(house), Machine(house)
    browser, token = signed_in(house.teller), tokens.issue(house.teller)
    waiting = running.queue("test", person=house.teller.id, purpose="service", arguments={})
    going = running.queue("test", person=house.teller.id, purpose="service", arguments={})
    type(going).objects.filter(pk=going.pk).update(state=State.RUNNING)
    others = running.queue("test", person=house.sales.id, purpose="sales", arguments={})
    assert browser.get("/customers/").status_code == machine.search() == 200
    assert tokens.holder(token) == house.teller

    assert ENDS[how](directory, house.teller).status_code == (204 if how == "deleted" else 200)

    assert browser.get("/customers/").status_code == 302
    assert machine.search() == 401
    with pytest.raises(Refused):
        tokens.holder(token)
    for job in (waiting, going, others):
        job.refresh_from_db()
    assert (waiting.state, others.state) == (State.CANCELLED, State.QUEUED)
    assert going.cancelling
    with pytest.raises(Refused):
        house.permit(Person.objects.get(pk=house.teller.pk), "customers:list:search")
    assert Person.objects.get(pk=house.teller.pk).roles == ["teller"]
    assert enter(house.sales).get("/customers/").status_code == 200


def test_session_ends_for_good_and_not_only_while_inactive(house: House) -> None:
    directory = Directory(house, duties={"teller": "teller"})
    browser, machine, token = signed_in(house.teller), Machine(house), tokens.issue(house.teller)
    ENDS["patched"](directory, house.teller)
    assert directory.patch(one(house.teller.id), BACK).status_code == 200
    assert browser.get("/customers/").status_code == 302
    assert machine.search() == 401
    with pytest.raises(Refused):
        tokens.holder(token)


def test_deleted_person_is_gone_for_the_directory_only(house: House) -> None:
    directory = Directory(house)
    number = directory.admit("kikuchi")["id"]
    assert directory("DELETE", one(number)).status_code == 204
    for answer in (directory("GET", one(number)), directory("DELETE", one(number)), directory.patch(one(number), BACK),
                   directory("PUT", one(number), {"schemas": [USER], "userName": "kikuchi"})):  # fmt: skip
        refused(answer, 404)
    assert "kikuchi" not in directory("GET", USERS).content.decode()
    refused(directory.found("any", number), 400, "invalidValue")
    assert not Person.objects.get(username="kikuchi").is_active


def test_whom_a_directory_removed_comes_back_by_it_as_a_new_one(house: House) -> None:
    directory = Directory(house, duties={"GG": "teller"})
    number = directory.admit("kikuchi", externalId="1")["id"]
    directory.found("GG", number)
    person = Person.objects.get(username="kikuchi")
    person.set_password("Kuroshio-naga-9")
    person.save()
    assert person.roles == ["teller"]
    assert directory("DELETE", one(number)).status_code == 204
    again = directory.admit("Kikuchi", externalId="2", displayName="菊池 茜")
    assert (again["id"], again["active"], again.get("groups")) == (number, True, None)
    person.refresh_from_db()
    assert (person.username, person.name, person.roles, person.is_active) == ("Kikuchi", "菊池 茜", [], True)
    assert not person.has_usable_password()
    assert integrity.is_place(person)
    assert directory("GET", one(number)).status_code == 200
    refused(directory("POST", USERS, {"schemas": [USER], "userName": "kikuchi"}), 409, "uniqueness")
    assert directory("DELETE", one(number)).status_code == 204
    assert directory.admit("kikuchi", active=False)["active"] is False
    refused(directory.patch(one(number), {"op": "replace", "path": "active", "value": "x"}), 400, "invalidValue")
    assert directory.patch(one(number), BACK).status_code == 200


def test_nobody_else_who_left_comes_back_by_a_name(house: House) -> None:
    """Ended by an administrator, before or after the directory knew them; with a duty that it may not give; its own."""
    directory = Directory(house)
    registry.dismiss(house.permit(house.admin, "access:person:manage"), username="shoji")
    refused(directory("POST", USERS, {"schemas": [USER], "userName": "shoji"}), 409, "uniqueness")
    number = directory.admit("kikuchi")["id"]
    registry.dismiss(house.permit(house.admin, "access:person:manage"), username="kikuchi")
    assert directory("DELETE", one(number)).status_code == 204
    refused(directory("POST", USERS, {"schemas": [USER], "userName": "kikuchi"}), 409, "uniqueness")
    assert directory("DELETE", one(house.teller.pk)).status_code == 204
    refused(directory("POST", USERS, {"schemas": [USER], "userName": "hasegawa"}), 403)
    assert not Person.objects.get(username="hasegawa").is_active


def test_directory_brings_back_only_whom_it_has_ended(house: House) -> None:
    directory = Directory(house, duties={"teller": "teller"})
    ENDS["patched"](directory, house.teller)
    assert directory.patch(one(house.teller.id), BACK).status_code == 200
    assert Person.objects.get(pk=house.teller.pk).is_active
    registry.dismiss(house.permit(house.admin, Action.PERSON_MANAGE), username="hasegawa")
    refused(directory.patch(one(house.teller.id), BACK), 403)
    ENDS["patched"](directory, house.other_teller)
    registry.dismiss(house.permit(house.admin, Action.PERSON_MANAGE), username="shoji")
    refused(directory.patch(one(house.other_teller.id), BACK), 403)


def test_directory_brings_back_nobody_with_a_duty_that_it_may_not_give(house: House) -> None:
    directory = Directory(house, duties={"teller": "teller"})
    for person in (house.dpo, house.auditor, house.steward):
        assert ENDS["patched"](directory, person).status_code == 200
        refused(directory.patch(one(person.id), BACK), 403)
        assert not Person.objects.get(pk=person.pk).is_active


def test_key_never_ends_its_own_person(house: House) -> None:
    directory = Directory(house, duties={"admin": "admin"})
    for end in ENDS.values():
        refused(end(directory, house.admin), 403)
    assert Person.objects.get(pk=house.admin.pk).is_active


def test_every_change_is_an_event(house: House) -> None:
    directory = Directory(house, duties={"GG-Tellers": "teller"})
    number = directory.admit("kikuchi")["id"]
    group = directory.found("GG-Tellers", number).json()["id"]
    ENDS["patched"](directory, Person.objects.get(pk=number))
    directory("DELETE", one(number))
    rows = [decode(bytes(row))[0] for row in Outbox.objects.order_by("pk").values_list("bytes", flat=True)]
    told = [row for row in rows if row.action == "access:person:provision"]
    assert [(row.facts["step"], row.facts.get("person") or row.facts["group"]) for row in told] == [
        ("admit", number), ("duties", number), ("found", group), ("change", number), ("remove", number),
    ]  # fmt: skip
    duties = told[1].facts
    assert (duties["before"], duties["after"]) == ({"roles": []}, {"roles": ["teller"]})
    assert {(row.door.kind, row.door.session, row.actor.username) for row in told} == {
        ("api", directory.id, "hayasaka")
    }
