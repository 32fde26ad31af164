"""What the trail holds, for the attacks."""

from uuid import UUID

from toride.audit.events import decode
from toride.audit.models import Inbox, Outbox


def events():
    return [decode(bytes(one.bytes))[0] for table in (Inbox, Outbox) for one in table.objects.all()]


def of(subject: UUID):
    return [(e.action, e.outcome) for e in events() if any(one == subject for one, *_ in e.subjects)]
