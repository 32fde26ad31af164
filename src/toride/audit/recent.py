"""What somebody did last, for themselves: whom they opened, from the trail; nothing else remembers it."""

from datetime import timedelta
from uuid import UUID

from django.db import connections

from toride.audit import store
from toride.base import clock
from toride.vault.permit import Permit

SINCE = timedelta(days=30)
EVENTS = 200  # a person who opens the same few again and again still finds others
STATEMENT = """SELECT t.subject FROM (
    SELECT idx, at FROM audit_listed
    WHERE actor = %s AND at >= %s AND action = %s AND outcome = 'ok' ORDER BY at DESC LIMIT %s
    ) l JOIN audit_touched t ON t.idx = l.idx ORDER BY l.at DESC"""


def latest(permit: Permit, action: str, most: int) -> list[UUID]:
    """The subjects of the actor's own last events of `action`, the latest first, each once; ids only."""
    permit.check()
    since = clock.micros(clock.now() - SINCE)
    found = store.rows(connections["audit"], STATEMENT, permit.actor.id.bytes, since, str(action), EVENTS)
    return list(dict.fromkeys(UUID(bytes=bytes(subject)) for (subject,) in found))[:most]
