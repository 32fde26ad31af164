"""The pages of connections: who may open them, the key shown once, what was typed kept."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.kit import approve, fresh, seen
from tests.people import House, become
from toride.access.machines import authentication, keys, services
from toride.access.machines.tests.forms import SENT, key_on
from toride.access.models import Approval, Connection
from toride.base import clock
from toride.base.errors import Conflict, TorideError
from toride.vault.permit import Door

pytestmark = pytest.mark.requirement("A1", "A8")
DOOR = Door("api", "192.0.2.7")


def place(name: str, connection: str | None = None) -> str:
    return reverse(name, kwargs={"connection": connection} if connection else None)


def approved(house: House, client: Client, **more: object) -> Connection:
    """Asked for on the page, approved by a second person; no key yet."""
    answer = client.post(place("connection_new"), SENT | more)
    row = Approval.objects.get()
    assert answer.url == reverse("approval", kwargs={"number": row.pk})
    assert not Connection.objects.exists()
    approve(house, house.dpo, row, count=str(row.count))
    return Connection.objects.get()


def test_nobody_makes_a_connection_alone(house: House) -> None:
    """Whoever holds its key acts as the person: an administrator who sees no customer must not see them this way."""
    client = fresh(house.admin)
    client.post(place("connection_new"), SENT)
    row = Approval.objects.get()
    for person in (house.admin, house.steward, house.teller):
        with pytest.raises(TorideError):
            approve(house, person, row, count=str(row.count))
    assert not Connection.objects.exists()
    shown = [line.label for line in seen(house, house.dpo, row).lines]
    assert "Acts as" in map(str, shown) or "実行者" in map(str, shown)


def test_what_was_approved_is_what_is_made(house: House) -> None:
    made = approved(house, fresh(house.admin))
    assert (made.person_id, made.scopes, made.purpose, made.categories, made.addresses) == (
        house.steward.id, ["customers", "imports"], "data-care", [1, 2], ["192.0.2.0/24"],
    )  # fmt: skip
    assert timedelta(days=29) < made.expires - clock.now() < timedelta(days=31)
    for key in ("", keys.make(made.id)):
        with pytest.raises(authentication.Unknown):
            authentication.enter(key, DOOR)


def test_its_end_does_not_move_without_a_second_person(house: House) -> None:
    """Neither on the page nor by command, however often; and it may come nearer."""
    client = fresh(house.admin)
    made = approved(house, client)
    for _ in range(2):
        client.post(place("connection_rotate", made.id))
        assert Connection.objects.get().expires == made.expires
    permit = house.permit(house.admin, "access:connection:manage")
    services.rotate(permit, connection=made.id, days=services.LONGEST)
    assert Connection.objects.get().expires == made.expires
    services.rotate(permit, connection=made.id, days=1)
    assert Connection.objects.get().expires < clock.now() + timedelta(days=1)


@pytest.mark.parametrize(("sent", "shown"), [({}, services.IN_HOURS), ({"any_hour": "1"}, services.ANY_HOUR)])
def test_the_approver_sees_whether_hours_bind_it(house: House, sent: dict[str, str], shown: object) -> None:
    client = fresh(house.admin)
    client.post(place("connection_new"), SENT | sent)
    row = Approval.objects.get()
    assert [shown] in [line.after for line in seen(house, house.dpo, row).lines]
    approve(house, house.dpo, row, count=str(row.count))
    assert Connection.objects.get().any_hour is bool(sent)


def test_duty_that_went_meanwhile_stops_it(house: House) -> None:
    fresh(house.admin).post(place("connection_new"), SENT)
    become(house.steward, roles=["auditor"])
    row = Approval.objects.get()
    with pytest.raises(Conflict):
        approve(house, house.dpo, row, count=str(row.count))
    assert not Connection.objects.exists()


def test_key_is_shown_once_and_works(house: House) -> None:
    client = fresh(house.admin)
    before = approved(house, client)
    shown = client.post(place("connection_rotate", before.id))
    key = key_on(shown.content.decode())
    assert Connection.objects.get().expires == before.expires
    entry = authentication.enter(key, DOOR)
    made = entry.connection
    assert (made.person_id, made.purpose, made.categories, made.addresses) == (
        house.steward.id, "data-care", [1, 2], ["192.0.2.0/24"],
    )  # fmt: skip
    assert shown["Cache-Control"] == "no-store"
    listed = client.get(place("connections")).content.decode()
    assert made.id in listed
    assert key not in listed
    assert keys.PREFIX not in listed


def test_what_was_typed_survives_an_error(house: House) -> None:
    found = fresh(house.admin).post(place("connection_new"), SENT | {"person": "nobody", "days": "9999"})
    page = found.content.decode()
    assert found.status_code == 422
    assert "勘定系と毎晩つなぎます。" in page
    for text in ("勘定系 夜間", 'value="nobody"', "192.0.2.0/24", 'value="9999"'):
        assert text in page
    assert len(re.findall(r'name="scopes" value="(?:customers|imports)" checked', page)) == 2
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "more", [{"categories": ["6"]}, {"categories": ["x"]}, {"scopes": ["all"]}, {"days": "-1"}, {"reason": "x"}]
)
def test_bent_form_makes_nothing(house: House, more: dict[str, object]) -> None:
    assert fresh(house.admin).post(place("connection_new"), SENT | more).status_code == 422
    assert not Approval.objects.exists()


def test_key_is_replaced_and_ended(house: House) -> None:
    client = fresh(house.admin)
    made = approved(house, client)
    first = key_on(client.post(place("connection_rotate", made.id)).content.decode())
    second = key_on(client.post(place("connection_rotate", made.id)).content.decode())
    assert first != second
    assert authentication.enter(first, DOOR)
    assert authentication.enter(second, DOOR)
    assert client.post(place("connection_revoke", made.id)).status_code == 302
    for key in (first, second):
        with pytest.raises(authentication.Unknown):
            authentication.enter(key, DOOR)
    assert client.post(place("connection_rotate", made.id)).status_code == 422


def test_making_one_asks_who_it_is_and_needs_the_forms_own_token(house: House) -> None:
    client = fresh(house.admin)
    session = client.session
    session["proved"] = 0
    session.save()
    asked = client.post(place("connection_new"), SENT)
    assert "proof_method" in asked.content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = fresh(house.admin).cookies
    assert strict.post(place("connection_new"), SENT).status_code == 403
    assert not Approval.objects.exists()
