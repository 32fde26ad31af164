"""When people last did what, and how often: asked of the trail by index, a person at a time."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connections

from toride.audit import store
from toride.base import clock
from toride.vault.permit import Permit

SIGN_IN, SIGN_OUT = "auth:session:open", "auth:session:close"
LAST = """SELECT column1, (SELECT at FROM audit_listed WHERE actor = %s AND action = column1 AND outcome = 'ok'
    ORDER BY at DESC LIMIT 1) FROM (VALUES {marks}) AS asked"""
AFTER = """SELECT SUM(CASE WHEN outcome = 'refused' THEN 1 ELSE 0 END),
    SUM(CASE WHEN outcome = 'ok' AND action <> %s THEN 1 ELSE 0 END), MAX(at)
    FROM audit_listed WHERE actor = %s AND at > %s"""
NOBODY = """SELECT COUNT(*) FROM audit_listed
    WHERE actor IS NULL AND action = %s AND at > %s AND outcome = 'refused'"""
PURPOSES = """SELECT actor, purpose, COUNT(*) FROM audit_listed
    WHERE actor IN ({marks}) AND at > %s AND outcome = 'ok' AND subjects > 0 GROUP BY actor, purpose"""


@dataclass(frozen=True, slots=True)
class After:
    """What was tried, and what succeeded, in the name of somebody whose access had ended; the last moment of either."""

    attempts: int
    successes: int
    last: datetime


def last(permit: Permit, person: UUID, actions: Collection[str]) -> dict[str, datetime]:
    """When this person last did each of these actions, of those that they ever did. One look-up for each action."""
    permit.check()
    if not actions:
        return {}
    statement = LAST.format(marks=", ".join(["(%s)"] * len(actions)))
    found = store.rows(connections["audit"], statement, person.bytes, *map(str, actions))
    return {str(action): _moment(at) for action, at in found if at is not None}


def after(permit: Permit, ended: Mapping[UUID, datetime]) -> dict[UUID, After]:
    """For each person what happened in their name after a moment; those of whom nothing is known are left out."""
    permit.check()
    found: dict[UUID, After] = {}
    for person, moment in ended.items():
        asked = (SIGN_OUT, person.bytes, clock.micros(moment))
        attempts, successes, at = store.rows(connections["audit"], AFTER, *asked)[0]
        if attempts or successes:
            found[person] = After(int(attempts), int(successes), _moment(at))
    return found


def unknown(permit: Permit, since: datetime) -> int:
    """How often somebody tried to sign in under a name that nobody has."""
    permit.check()
    return int(store.rows(connections["audit"], NOBODY, SIGN_IN, clock.micros(since))[0][0])


def purposes(permit: Permit, people: Iterable[UUID], since: datetime) -> dict[UUID, dict[str, int]]:
    """For each person how often they opened customers for each purpose of use."""
    permit.check()
    found: dict[UUID, dict[str, int]] = {person: {} for person in people}
    if found:
        statement = PURPOSES.format(marks=", ".join(["%s"] * len(found)))
        asked = [*(person.bytes for person in found), clock.micros(since)]
        for actor, purpose, count in store.rows(connections["audit"], statement, *asked):
            found[UUID(bytes=bytes(actor))][purpose] = int(count)
    return found


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(int(micros) / 1_000_000, UTC)
