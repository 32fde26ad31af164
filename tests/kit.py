"""Steps that tests of several packages take: who is signed in, what is posted, what a second person approves, what the trail
tells.
"""

from uuid import UUID

from django.test import Client

from tests.people import House, signed_in
from toride.access.approvals import requests
from toride.access.approvals.requests import Request
from toride.access.decide import decide as decided
from toride.access.models import Approval, Person
from toride.access.signin.proof import PROVED
from toride.audit.events import Event, decode
from toride.audit.models import Inbox, Outbox
from toride.base import clock
from toride.base.errors import Hidden, Refused

READ, DECIDE = "access:approval:read", "access:approval:decide"


def enter(person: Person) -> Client:
    """A browser in which this person has signed in."""
    return signed_in(person)


def fresh(person: Person) -> Client:
    """A browser in which this person has proved a moment ago who they are."""
    client = signed_in(person)
    session = client.session
    session[PROVED] = clock.now().timestamp()
    session.save()
    return client


def posted(client: Client, address: str, **sent: object) -> object:
    """As a form of a page posts it."""
    return client.post(address, sent, headers={"HX-Request": "true"})


def body(answer: object) -> str:
    return answer.content.decode()


def seen(house: House, person: Person, row: Approval) -> Request:
    """A request as somebody who may decide it reads it."""
    return requests.request(house.permit(person, READ), row.pk, person)


def approve(
    house: House, person: Person, row: Approval, *, count: str | None = None, digest: str | None = None
) -> None:
    """What was read is approved, with the number that must be typed."""
    permit = house.permit(person, DECIDE)
    found = requests.request(permit, row.pk, person)
    requests.approve(
        permit,
        row.pk,
        digest=found.digest if digest is None else digest,
        count=str(found.row.count) if count is None else count,
    )


def events(count: int = 1) -> list[Event]:
    """The last ones of people, the newest first, whether they were committed at once or with a change."""
    theirs = [one for one in _every() if not one.action.startswith("system:")]
    theirs.sort(key=lambda one: one.at)
    return theirs[::-1][:count]


def told(action: str) -> list[Event]:
    """All of one action, the system's own among them."""
    return [one for one in _every() if one.action == action]


def _every() -> list[Event]:
    return [decode(bytes(one.bytes))[0] for table in (Inbox, Outbox) for one in table.objects.all()]


def answer(person: Person, action: str, subject: UUID | None, door: object) -> str:
    """How a decision ends: "permit", "refused" or "hidden"."""
    try:
        decided(person, action, door=door, subject=subject)
    except Hidden:
        return "hidden"
    except Refused:
        return "refused"
    return "permit"


def last_events(count: int = 1) -> list[Event]:
    """The last that were committed at once, the newest first."""
    return [decode(bytes(one.bytes))[0] for one in Inbox.objects.order_by("-id")[:count]]
