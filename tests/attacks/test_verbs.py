"""The trail says what somebody did: whoever only opened a page, or was turned away, is not said to have done anything."""

import re
from collections.abc import Iterator
from inspect import isfunction
from itertools import product
from pkgutil import walk_packages
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import translation

import toride
from tests.addresses import ROLES
from tests.kit import enter
from tests.people import House
from toride.access import commands, policy
from toride.access.actions import Action
from toride.access.exceptions import emergencies
from toride.access.people import role_changes
from toride.access.reviews.tests import acts
from toride.access.signin import proof
from toride.audit import labels
from toride.audit.events import Event, decode
from toride.audit.models import Inbox, Outbox
from toride.base import actions, clock, guard
from toride.customers.tests.addresses import imported
from toride.vault.permit import Actor, Category, Door

pytestmark = [pytest.mark.requirement("T1"), pytest.mark.requirement("A1")]

SHOWN = re.compile(
    r"(Opened (a page: |the home page$|the re-authentication page)|Viewed |Previewed |Searched |Looked up |Downloaded )"
)
NOT_DONE = re.compile(r"(Denied|Failed): |" + SHOWN.pattern)
SENT = (
    {},
    {"reason": "x", "words": "x", "count": "0", "digest": "x", "decision": "approve", "name": "", "send": "1"},
    {"decision": "refuse", "words": ""},
)


def guarded(patterns: list | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from guarded(one.url_patterns, path)
        elif guard.of(one.callback) and "^" not in path:
            yield "/" + path, one


def filled(path: str, known: dict[str, list[object]]) -> Iterator[str]:
    """The address with each of the ids that its arguments may be."""
    names = re.findall(r"<\w+:(\w+)>", path)
    for values in product(*(known.get(name, [uuid4()]) for name in names)):
        given = dict(zip(names, values, strict=True))
        yield re.sub(r"<\w+:(\w+)>", lambda found, given=given: str(given[found[1]]), path)


def world(house: House) -> dict[str, list[object]]:
    """Something behind every address: requests, an emergency, imports, a review."""
    subject = house.customer(owner=house.sales)
    asked = role_changes.change(
        house.permit(house.admin, Action.PERSON_CHANGE), house.teller.id,
        roles=["operator"], rank=2, branch="002", reason="四月に異動します。",
    )  # fmt: skip
    glass = emergencies.break_glass(
        house.permit(house.teller, Action.GLASS_BREAK, subject), subject,
        kind="life", categories=[Category.SENSITIVE], minutes=30, reason="店頭で倒れられました。",
    )  # fmt: skip
    review = acts.opened(house)
    numbers = [asked.pk, glass.pk, imported(house, done=False).pk, imported(house, done=True).pk]
    return {
        "subject": [subject], "number": numbers, "campaign": [review.pk], "person": [house.teller.id],
        "item": [review.items.first().pk], "event": [found().pop().id], "role": ["teller"],
        "action": ["customers:profile:read"], "connection": ["x"],
    }  # fmt: skip


def found() -> list[Event]:
    return [decode(bytes(one.bytes))[0] for table in (Inbox, Outbox) for one in table.objects.order_by("id")]


def since(before: list[int], person: object) -> list[Event]:
    """What has been recorded of this person."""
    rows = (
        one for table, last in zip((Inbox, Outbox), before, strict=True) for one in table.objects.filter(id__gt=last)
    )
    events = [decode(bytes(one.bytes))[0] for one in rows]
    return [one for one in events if one.actor and one.actor.id == person.id]


def last() -> list[int]:
    newest = [table.objects.order_by("-id").values_list("id", flat=True).first() for table in (Inbox, Outbox)]
    return [one or 0 for one in newest]


def signed_in(person: object) -> Client:
    client = enter(person)
    session = client.session
    session[proof.PROVED] = clock.now().timestamp()
    session.save()
    client.raise_request_exception = False
    return client


def open_to(person: object) -> list[tuple[str, URLPattern]]:
    allowed = policy.current().actions(list(person.roles), person.rank)
    return [(path, one) for path, one in guarded() if guard.of(one.callback).action in allowed]


def test_whoever_only_opens_pages_has_done_nothing(house: House) -> None:
    known, wrong, seen, shown = world(house), [], set(), 0
    for role in ROLES:
        person = getattr(house, role)
        client = signed_in(person)
        for path, one in open_to(person):
            for address in filled(path, known):
                before = last()
                answer = client.get(address)
                shown += answer.status_code == 200
                for event in since(before, person):
                    with translation.override("en"):
                        told = labels.act(event)
                    seen.add(event.action)
                    right = SHOWN if event.outcome == "ok" else NOT_DONE
                    if not right.match(told) and not event.action.startswith("auth:"):
                        wrong.append((role, one.name, event.action, event.did, told))
    assert wrong == []
    assert shown > 150
    assert {"access:key:destroy", "access:rules:change", "customers:charge:move", "customers:profile:change"} <= seen


def test_what_ends_in_an_error_was_not_done(house: House) -> None:
    known, wrong, refused = world(house), [], 0
    for role in ROLES:
        person = getattr(house, role)
        client = signed_in(person)
        for path, one in open_to(person):
            for address in filled(path, known):
                for sent in SENT:
                    before = last()
                    answer = client.post(address, sent)
                    if answer.status_code < 400:
                        continue
                    refused += 1
                    assert answer.status_code < 500, (address, sent)
                    for event in since(before, person):
                        with translation.override("en"):
                            told = labels.act(event)
                        if not NOT_DONE.match(told):
                            wrong.append((role, one.name, event.action, event.did, told))
    assert wrong == []
    assert refused > 150


def services() -> Iterator[tuple[str, str, str]]:
    for module in walk_packages(toride.__path__, "toride."):
        if ".tests" not in module.name and ".migrations" not in module.name and "__main__" not in module.name:
            for name, one in vars(__import__(module.name, fromlist=["_"])).items():
                if isfunction(one) and hasattr(one, "recorded"):
                    yield f"{module.name}.{name}", one.recorded, one.did


def test_every_service_says_what_it_does() -> None:
    every = list(services())
    assert len(every) > 70
    door, who = Door("web"), Actor(UUID(int=1), "hasegawa", "長谷川 由美")
    for name, action, did in every:
        for language in ("en", "ja"):
            with translation.override(language):
                told = labels.act(Event(action=action, door=door, actor=who, did=did))
                assert not SHOWN.match(told) or actions.declared()[action].reading, name
                assert "(" not in told, (name, told)
                assert told != str(actions.label(action)), name


def test_an_older_entry_that_may_have_been_either_says_so() -> None:
    for name, one in actions.declared().items():
        event = Event(action=name, door=Door("web"))
        with translation.override("ja"):
            told = labels.act(event)
            assert told == (str(one.said) if one.said else f"{one.label}の画面・操作（旧形式）")


def test_what_was_refused_or_failed_was_not_done() -> None:
    for name, one in actions.declared().items():
        for outcome in ("refused", "failed"):
            with translation.override("en"):
                told = labels.act(Event(action=name, door=Door("web"), did="", outcome=outcome))
                assert told == str(one.label) or NOT_DONE.match(told), name


def test_what_is_read_by_command_or_interface_is_not_said_to_be_a_page() -> None:
    for kind, begins in (("web", "Opened a page: "), ("cli", "Read: "), ("api", "Read: "), ("job", "Read: ")):
        with translation.override("en"):
            told = labels.act(Event(action=Action.PERSON_MANAGE, door=Door(kind), did=actions.VIEW))
            assert told == begins + str(actions.label(Action.PERSON_MANAGE))


def test_a_command_that_lists_people_has_not_managed_them(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", True)
    before = last()
    assert CliRunner().invoke(commands.people, ["list", "--as", "hayasaka"]).exit_code == 0
    assert [(one.action, one.did) for one in since(before, house.admin)] == [(Action.PERSON_MANAGE, actions.VIEW)]
    before = last()
    assert CliRunner().invoke(commands.branches, ["add", "009", "泉支店", "--as", "hayasaka"]).exit_code == 0
    assert [one.did for one in since(before, house.admin)] == ["branch"]
