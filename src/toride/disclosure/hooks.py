"""Webhooks are agreed upon by two people, get a secret that is shown once, and end at once."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connections
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access.approvals import requests
from toride.access.machines import scopes
from toride.access.models import Approval, Connection
from toride.audit import projections, recorded
from toride.base import clock, outgoing
from toride.base.errors import Conflict, Hidden, Invalid
from toride.disclosure import standard, tasks
from toride.disclosure.actions import Action
from toride.disclosure.models import Hook, Message
from toride.vault import persons
from toride.vault.aead import Unopenable
from toride.vault.permit import Mode, Permit
from toride.work import items

MOST = 20
LONGEST = 500  # characters of an address
READ = "customers:profile:read"  # what the connection must be allowed to do with whom it is told of
TEST = "test"


KINDS = {
    f"customer.{Mode.CREATED}": lazy("A customer was registered or imported"),
    f"customer.{Mode.CHANGED}": lazy("A customer's record was changed"),
    f"customer.{Mode.ERASED}": lazy("A customer was erased or removed by undoing an import"),
}


@recorded(Action.HOOK_MANAGE, did="propose")
def propose(
    permit: Permit, *, connection: str, address: str, kinds: Sequence[str], inside: bool, reason: str
) -> Approval:
    """Asks for a webhook; a second person decides, since what happens with customers leaves the house by it.

    Raises Invalid with advice by field, Conflict above MOST.
    """
    found = Connection.objects.filter(pk=connection, revoked=None, expires__gt=clock.now()).first()
    problems: dict[str, Any] = {}
    if found is None or READ not in scopes.actions(found.scopes):
        problems["connection"] = _("Choose a connection that can read customers")
    if not is_address(address, inside=inside):
        problems["address"] = _("Starts with https://, without user name or password.")
    elif not inside and not outgoing.is_outside(address):
        problems["address"] = _("This address is in a private network and can't be used.")
    if not kinds or set(kinds) - set(KINDS):
        problems["kinds"] = _("Choose at least one")
    if found is None or problems:
        raise Invalid(_("Please fix the highlighted fields."), problems)
    _must_be_few()
    content: dict[str, Any] = {
        "connection": found.pk, "name": found.name, "address": address, "kinds": sorted(set(kinds)), "inside": inside,
    }  # fmt: skip
    permit.ledger.facts |= {"connection": found.pk, "kinds": content["kinds"], "inside": inside}
    return requests.ask(
        permit, MAKE.kind, content, reason=reason, concerns=[found.person_id], count=len(content["kinds"])
    )


@recorded(Action.HOOK_MANAGE, did="secret")
def take_secret(permit: Permit, *, hook: UUID) -> str:
    """A new secret, which is not shown again; the first starts the webhook from now on, a later one ends the former."""
    found = _living(hook)
    made = standard.secret()
    if not found.blob:
        found.place = projections.upto(connections["audit"])
    found.blob = persons.seal_for(found.pk, _use(found), {"secret": made})
    found.save(update_fields=["blob", "place"])
    permit.ledger.facts |= {"hook": str(hook), "step": "secret"}
    return made


@recorded(Action.HOOK_MANAGE, did="test")
def try_out(permit: Permit, *, hook: UUID) -> None:
    """Tells it that this is a test. Raises Conflict before its secret was taken."""
    found = _living(hook)
    if not found.blob:
        raise Conflict(_("Get the secret first."))
    now = clock.now()
    Message.objects.create(hook=found, kind=TEST, at=now, due=now)
    permit.ledger.facts |= {"hook": str(hook), "step": "test"}


@recorded(Action.HOOK_MANAGE, did="end")
def end(permit: Permit, *, hook: UUID) -> None:
    """Ends it at once; what waited is told no more."""
    found = _living(hook)
    stop(found)
    permit.ledger.facts |= {"hook": str(hook), "step": "end"}


def stop(found: Hook) -> None:
    """In the caller's transaction."""
    Hook.objects.filter(pk=found.pk, ended=None).update(ended=clock.now(), blob=b"")
    Message.objects.filter(hook=found, state=Message.State.WAITING).update(state=Message.State.GIVEN_UP)
    items.close(tasks.HOOK_FAILING, about=found.pk)


def every(permit: Permit) -> QuerySet[Hook]:
    """All of them, the living first, with how many messages wait."""
    permit.check()
    waiting = Count("messages", filter=Q(messages__state=Message.State.WAITING))
    found = Hook.objects.select_related("connection__person").annotate(waiting=waiting)
    return found.order_by("-ended", "-created")


def usable() -> list[Connection]:
    """The connections for which there may be a webhook."""
    living = Connection.objects.filter(revoked=None, expires__gt=clock.now(), person__is_active=True)
    return [one for one in living.order_by("name") if READ in scopes.actions(one.scopes)]


def secret(found: Hook) -> str | None:
    """None where it does not open."""
    try:
        return str(persons.open_for(found.pk, _use(found), bytes(found.blob))["secret"])
    except Unopenable:
        return None


def is_address(text: str, *, inside: bool) -> bool:
    """https, without a name or password; http only to this very machine, where it stands inside."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    clean = text.isascii() and text.isprintable() and " " not in text and len(text) <= LONGEST
    if not clean or not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (inside and parts.scheme == "http" and host in {"localhost", "127.0.0.1"})


def _use(found: Hook) -> str:
    return f"hook:{found.address}"


def _living(hook: UUID) -> Hook:
    found = Hook.objects.select_for_update(of=("self",)).filter(pk=hook, ended=None).first()
    if found is None:
        raise Hidden
    return found


def _must_be_few() -> None:
    if Hook.objects.filter(ended=None).count() >= MOST:
        raise Conflict(_("The maximum number of webhooks has been reached."))


def _make(permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where the connection has ended since."""
    connection = Connection.objects.filter(pk=content["connection"], revoked=None, expires__gt=clock.now()).first()
    if connection is None:
        raise Conflict(_("The connection has been revoked since this request. Submit a new request."))
    _must_be_few()
    made = Hook.objects.create(
        connection=connection, address=content["address"], kinds=content["kinds"], inside=content["inside"],
        created=clock.now(),
    )  # fmt: skip
    permit.ledger.facts |= {"hook": str(made.pk), "connection": connection.pk, "inside": made.inside}


def _lines(content: requests.Content) -> list[requests.Line]:
    where = lazy("internal network") if content["inside"] else lazy("the internet")
    return [
        requests.Line(lazy("Connection"), (), (content["name"],)),
        requests.Line(lazy("Endpoint URL"), (), (content["address"],)),
        requests.Line(lazy("Location"), (), (where,)),
        requests.Line(lazy("Notifies about"), (), [KINDS[one] for one in content["kinds"]]),
        requests.Line(lazy("Contents"), (), (lazy("IDs of customers the connection can read, nothing else"),)),
    ]


MAKE = requests.declare(
    requests.Act(
        kind="hook:make",
        label=lazy("Webhook"),
        approve="access:person:approve",
        rank=5,
        counted=lazy("event types"),
        show=_lines,
        run=_make,
    )
)
