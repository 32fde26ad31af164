"""Acting by command: the same decision, the same trail, through another door."""

import getpass
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings

from toride import audit
from toride.access import people, rules, tokens
from toride.access.decide import decide
from toride.access.models import Person
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


def person(username: str | None) -> Person:
    """Who acts. Free in a demonstration; elsewhere TORIDE_TOKEN (or TORIDE_TOKEN_FILE) must be that person's own.

    None: whoever holds the token; in a demonstration the auditor.
    """
    if settings.DEMO:
        return people.find(username or AUDITOR)
    token = config.text("TORIDE_TOKEN")
    if token is None:
        raise Refused("Acting as a person needs that person's own token: ./toride token USER, then set TORIDE_TOKEN.")
    holder = tokens.holder(token)
    if username is not None and holder.username != username:
        raise Refused(f"This token is not {username}'s.")
    return holder


@contextmanager
def permitted(
    username: str | None, action: str, *, purpose: str | None = None, subject: UUID | None = None
) -> Iterator[Permit]:
    """A permit; on leaving, one event of what was read is committed. Print nothing before that.

    Raises Refused or Hidden, recorded like any refusal. Networks and hours of the person's duties hold here, too.
    """
    who = person(username)
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
        raise
    try:
        yield permit
    except TorideError as error:
        audit.commit(permit, outcome="refused" if error.status in (403, 404) else "failed", reason=str(error))
        raise
    audit.commit(permit)


def _must_be_within(who: Person) -> None:
    """Raises Refused where the person's duties do not work at this machine, or not now; a demonstration is free."""
    reason = rules.bounds(rules.content(), tuple(who.roles)).refusal(HERE, clock.now())
    if reason is not None and not settings.DEMO:
        raise Refused(reason)
