"""Acting by command: the same decision, the same trail, through another door."""

import getpass
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from toride import audit
from toride.access import policy
from toride.access.decide import decide, purposes
from toride.access.models import Person
from toride.access.people import registry
from toride.access.signin import personas, rules, tokens
from toride.base import clock, config
from toride.base.errors import Refused, TorideError
from toride.base.ids import ordered_id
from toride.vault.permit import Actor, Door, Permit

AUDITOR = "auditor"
HERE = "127.0.0.1"  # for the networks of a duty: whoever commands sits at this very machine


def door(kind: str = "cli") -> Door:
    """From where a command comes: the machine and the operating system's user."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return Door(kind=kind, address=socket.gethostname()[:60], agent=f"os:{user}", request=ordered_id().hex)


def person(username: str | None, action: str = "") -> Person:
    """Who acts. Free in a demonstration; elsewhere TORIDE_TOKEN (or TORIDE_TOKEN_FILE) must be that person's own.

    None: whoever holds the token; in a demonstration the auditor, or the first persona whose duties grant the action.
    """
    if settings.DEMO:
        return registry.find(username) if username else _persona(action)
    token = config.text("TORIDE_TOKEN")
    if token is None:
        raise Refused(_("This needs the person's own token: run ./toride token USER, then set TORIDE_TOKEN."))
    holder = tokens.holder(token)
    if username is not None and holder.username != username:
        raise Refused(_("This token belongs to someone other than %(name)s.") % {"name": username})
    return holder


@contextmanager
def permitted(
    username: str | None, action: str, *, purpose: str | None = None, subject: UUID | None = None
) -> Iterator[Permit]:
    """A permit; on leaving, one event of what was read is committed. Print nothing before that.

    Raises Refused or Hidden, recorded like any refusal. Networks and hours of the person's duties hold here, too.
    """
    who = person(username, action)
    origin = door()
    try:
        _must_be_within(who)
        permit = decide(who, action, door=origin, purpose=purpose, subject=subject)
    except TorideError as error:
        audit.refuse(
            Actor(who.id, who.username, who.name),
            origin,
            action,
            purpose=purpose or "",
            subject=subject,
            reason=str(error) or "scope",
        )
        if str(error) == "purpose":
            error.add_note(_("Purposes for this: %(codes)s") % {"codes": ", ".join(purposes(who, action))})
        raise
    try:
        yield permit
    except TorideError as error:
        audit.commit(permit, outcome="refused" if error.status in (403, 404) else "failed", reason=str(error))
        raise
    audit.commit(permit)


def _persona(action: str) -> Person:
    """The auditor where that duty grants the action, or the first persona whose does."""
    for name in (AUDITOR, *(name for name, *_rest in personas.PERSONAS)):
        found = registry.find(name)
        if not action or policy.current().of(found.roles, found.rank, action):
            return found
    return registry.find(AUDITOR)


def _must_be_within(who: Person) -> None:
    """Raises Refused where the person's duties do not work at this machine, or not now; a demonstration is free."""
    reason = rules.bounds(rules.content(), tuple(who.roles)).refusal(HERE, clock.now())
    if reason is not None and not settings.DEMO:
        raise Refused(reason)
