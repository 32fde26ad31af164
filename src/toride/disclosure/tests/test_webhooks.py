"""Webhooks: agreed upon by two, told only of whom their connection may read, signed as the standard says, tried again."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as store
from django.db import connections
from standardwebhooks import Webhook, WebhookVerificationError

from tests.kit import approve, enter, told
from tests.people import House
from toride.access.machines import services
from toride.access.models import Approval, Connection, Person
from toride.access.signin.proof import PROVED
from toride.audit import projections, record
from toride.audit.events import Event
from toride.audit.sequencer import settle
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.disclosure import hooks, sending
from toride.disclosure.actions import Action
from toride.disclosure.models import Hook, Message
from toride.disclosure.tests.hooks import MANAGE, WHY, asked, connection, happened, made
from toride.vault.permit import Actor, Door, Mode
from toride.work import today
from toride.work.models import Item

pytestmark = pytest.mark.requirement("A8")


def later() -> None:
    Message.objects.update(due=clock.now() - timedelta(seconds=1))


def test_a_second_person_agrees_and_the_secret_is_kept_sealed(house: House, receiver: Any) -> None:
    row = asked(house, connection(house), receiver[1])
    assert Hook.objects.count() == 0
    with pytest.raises(Refused):
        approve(house, house.admin, row)
    approve(house, house.dpo, row)
    hook = Hook.objects.get()
    secret = hooks.take_secret(house.permit(house.admin, MANAGE), hook=hook.pk)
    with store.cursor() as cursor:
        cursor.execute("SELECT blob FROM disclosure_hook")
        assert secret.removeprefix("whsec_").encode() not in bytes(cursor.fetchone()[0])
    hook.refresh_from_db()
    assert hooks.secret(hook) == secret
    Hook.objects.update(address="https://elsewhere.example/")
    hook.refresh_from_db()
    assert hooks.secret(hook) is None, "a secret goes with its address"


def test_what_happened_arrives_signed_and_the_standards_own_library_believes_it(house: House, receiver: Any) -> None:
    kind, address = receiver
    hook, secret = made(house, connection(house), address)
    emiko = house.customer()
    assert happened(hook, emiko) == 1
    assert sending.send_due() == 1
    headers, body = kind.heard[0]
    message = Webhook(secret).verify(body, headers)
    assert message["type"] == "customer.created"
    assert message["data"] == {"customers": [str(emiko)]}
    assert "齋藤" not in body.decode()
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"created", b"changed"), headers)
    (event,) = told(Action.HOOK_SEND)
    assert event.facts["hook"] == str(hook.pk)
    assert [touch[0] for touch in event.subjects] == [emiko]
    assert sending.send_due() == 0
    hook.refresh_from_db()
    assert hook.arrived


def test_nothing_is_told_of_whom_the_connection_may_not_read(house: House, receiver: Any) -> None:
    kind, address = receiver
    hook, _secret = made(house, connection(house), address)
    mine = house.customer("1")
    assert happened(hook, mine, house.customer("2", branch=house.wakaba), uuid4()) == 1
    assert [row.subjects for row in Message.objects.all()] == [[str(mine)]]
    Person.objects.filter(pk=house.teller.pk).update(is_active=False)
    assert sending.send_due() == 0
    assert kind.heard == []
    assert happened(hook, mine) == 0


def test_only_what_was_asked_for_is_told(house: House, receiver: Any) -> None:
    hook, _secret = made(house, connection(house), receiver[1], kinds=["customer.changed"])
    emiko = house.customer()
    assert happened(hook, emiko) == 0
    assert happened(hook, emiko, mode=Mode.CHANGED) == 1


def test_what_is_read_from_the_trail_is_what_succeeded(stores: None) -> None:
    """Committed events, put in order by the real sequencer."""
    start = projections.upto(connections["audit"])
    came, went, seen = uuid4(), uuid4(), uuid4()
    actor = Actor(uuid4(), "konno", "今野 直樹")
    for subject, mode, outcome in (
        (came, Mode.CREATED, "ok"), (went, Mode.CREATED, "refused"), (seen, Mode.CLEAR, "ok"), (came, Mode.CHANGED, "ok"),
    ):  # fmt: skip
        touched = ((subject, mode, 2), (subject, mode, 4))
        record(
            [Event(action="customers:profile:create", door=Door("web"), actor=actor, outcome=outcome, subjects=touched)]
        )
    assert settle()
    found = sending.happened(start, projections.upto(connections["audit"]))
    assert [(one.mode, one.subject) for one in found] == [("created", came), ("changed", came)]
    assert found[0].entry < found[1].entry
    assert sending.happened(found[1].entry + 1, found[1].entry + 9) == []


def test_two_processes_note_once(house: House, receiver: Any) -> None:
    hook, _secret = made(house, connection(house), receiver[1])
    one = sending.Happened(hook.place, "created", house.customer(), clock.now())
    assert sending.note(hook, [one], hook.place + 1) == 1
    assert sending.note(hook, [one], hook.place + 1) == 0
    assert Message.objects.count() == 1


def test_what_does_not_arrive_is_tried_again_and_given_up_in_the_end(house: House, receiver: Any) -> None:
    kind, address = receiver
    hook, _secret = made(house, connection(house), address)
    happened(hook, house.customer())
    kind.status = 500
    for attempt, wait in enumerate(sending.AGAIN, 1):
        assert sending.send_due() == 0
        row = Message.objects.get()
        assert (row.attempts, row.state) == (attempt, Message.State.WAITING)
        assert abs(row.due - clock.now() - wait) < timedelta(seconds=20)
        assert sending.send_due() == 0, "not before it is due"
        later()
    sending.send_due()
    assert Message.objects.get().state == Message.State.GIVEN_UP
    assert len(kind.heard) == len(sending.AGAIN) + 1
    assert len({headers["webhook-id"] for headers, _body in kind.heard}) == 1
    hook.refresh_from_db()
    assert hook.failing
    hooks.try_out(house.permit(house.admin, MANAGE), hook=hook.pk)
    kind.status = 200
    assert sending.send_due() == 1
    assert json.loads(kind.heard[-1][1])["type"] == "test"
    hook.refresh_from_db()
    assert hook.failing is None


def test_who_answers_gone_hears_no_more(house: House, receiver: Any) -> None:
    kind, address = receiver
    hook, _secret = made(house, connection(house), address)
    happened(hook, house.customer())
    kind.status = 410
    sending.send_due()
    hook.refresh_from_db()
    assert hook.ended
    assert sending.send_due() == 0
    with pytest.raises(Hidden):
        hooks.try_out(house.permit(house.admin, MANAGE), hook=hook.pk)


def test_an_address_inside_is_called_only_where_that_was_agreed_upon(house: House, receiver: Any) -> None:
    kind, address = receiver
    one = connection(house)
    for bad in (address, "https://user:pw@hooks.example/", "ftp://hooks.example/", "https://", "https://a b.example/"):
        with pytest.raises(Invalid) as raised:
            asked(house, one, bad, inside=False)
        assert set(raised.value.fields) == {"address"}
    hook, _secret = made(house, one, address)
    Hook.objects.update(inside=False)
    hooks.try_out(house.permit(house.admin, MANAGE), hook=hook.pk)
    assert sending.send_due() == 0
    assert kind.heard == []


def test_a_connection_that_may_not_read_customers_has_none(house: House, receiver: Any) -> None:
    for one in (
        connection(house, "hayasaka", wanted=["people"], purpose="administration"),
        Connection(pk="0" * 12),
    ):
        with pytest.raises(Invalid) as raised:
            asked(house, one, receiver[1])
        assert set(raised.value.fields) == {"connection"}


def test_a_connection_that_ends_takes_its_webhook_along(house: House, receiver: Any) -> None:
    one = connection(house)
    hook, _secret = made(house, one, receiver[1])
    services.revoke(house.permit(house.admin, "access:connection:manage"), connection=one.pk)
    assert happened(hook, house.customer()) == 0
    with pytest.raises(Invalid):
        asked(house, one, receiver[1])


def test_many_customers_come_in_several_messages_and_there_are_not_too_many_webhooks(
    house: House, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TOGETHER", 1)
    monkeypatch.setattr(hooks, "MOST", 1)
    one = connection(house)
    hook, _secret = made(house, one, receiver[1])
    with pytest.raises(Conflict):
        asked(house, one, receiver[1], kinds=["customer.changed"])
    assert happened(hook, house.customer("1"), house.customer("2")) == 2


def test_two_couriers_tell_once(house: House, receiver: Any) -> None:
    hook, _secret = made(house, connection(house), receiver[1])
    hooks.try_out(house.permit(house.admin, MANAGE), hook=hook.pk)
    row = Message.objects.get()
    assert sending._recorded(hook, row)
    assert not sending._recorded(hook, row)


def test_old_messages_are_forgotten(house: House, receiver: Any) -> None:
    hook, _secret = made(house, connection(house), receiver[1])
    hooks.try_out(house.permit(house.admin, MANAGE), hook=hook.pk)
    sending.send_due()
    assert sending.forget() == 0
    Message.objects.update(at=clock.now() - sending.KEPT - timedelta(minutes=1))
    assert sending.forget() == 1


def test_pages_ask_show_the_secret_once_and_end(house: House, receiver: Any) -> None:
    one = connection(house)
    client = enter(house.admin)
    session = client.session
    session[PROVED] = clock.now().timestamp()
    session.save()
    sent = {"connection": one.pk, "address": "http://hooks.example/", "kinds": ["customer.created"], "reason": WHY}
    assert client.post("/webhooks/new/", sent).status_code == 422
    sent |= {"address": "https://hooks.example/in"}
    assert client.post("/webhooks/new/", sent).headers["Location"].startswith("/approvals/")
    approve(house, house.dpo, Approval.objects.get())
    hook = Hook.objects.get()
    page = client.post(f"/webhooks/{hook.pk}/secret/").content.decode()
    hook.refresh_from_db()
    assert hooks.secret(hook) in page
    assert "hooks.example" in client.get("/webhooks/").content.decode()
    assert "whsec_" not in client.get("/webhooks/").content.decode()
    assert client.post(f"/webhooks/{hook.pk}/test/").status_code == 302
    assert client.post(f"/webhooks/{hook.pk}/end/").status_code == 302
    assert Message.objects.get().state == Message.State.GIVEN_UP
    for person in (house.teller, house.auditor, house.dpo):
        assert enter(person).get("/webhooks/").status_code == 403


@pytest.mark.requirement("S2")
def test_who_hears_nothing_for_an_hour_waits_for_an_administrator_until_they_hear_again(
    house: House, receiver: Any
) -> None:
    kind, address = receiver
    hook, _secret = made(house, connection(house), address)
    happened(hook, house.customer())
    kind.status = 500
    assert sending.send_due() == 0
    later()
    assert sending.send_due() == 0
    assert today.of(house.admin) == []
    Hook.objects.update(failing=clock.now() - sending.PATIENCE)
    later()
    assert sending.send_due() == 0
    assert [(one.kind, one.about) for one in today.of(house.admin)] == [("hook-failing", Item.objects.get().pk)]
    assert today.of(house.dpo) == []
    kind.status = 204
    later()
    assert sending.send_due() == 1
    assert today.of(house.admin) == []
