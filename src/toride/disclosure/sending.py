"""What the trail says happened is told to webhooks: recorded first, signed, again later where it does not arrive."""

import logging
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import close_old_connections, connections, transaction

from toride import audit
from toride.access import facts
from toride.access.decide import decide
from toride.access.models import Connection
from toride.audit import projections, store
from toride.audit.events import SYSTEM, Event
from toride.base import clock, outgoing
from toride.base.errors import Invalid, TorideError, Unavailable
from toride.disclosure import hooks, standard, tasks
from toride.disclosure.actions import Action
from toride.disclosure.models import Hook, Message
from toride.vault.permit import Door, Mode, Rows
from toride.work import items

PAUSE = 1.0  # seconds
SECONDS = 10.0  # that a receiver may take
LARGEST = 65_536  # bytes of an answer, of which only the status counts
ENTRIES = 200  # of the trail, looked at in one transaction
TOGETHER = 500  # ids in one message
AGAIN = tuple(timedelta(seconds=one) for one in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
KEPT = timedelta(days=7)
PATIENCE = timedelta(hours=1)  # nothing arrives, then an administrator learns of it
GONE = 410  # who answers so wants to hear no more
MODES = (Mode.CREATED, Mode.CHANGED, Mode.ERASED)
HAPPENED = """SELECT DISTINCT t.idx, t.mode, t.subject, t.at FROM audit_touched t JOIN audit_listed l ON l.idx = t.idx
    WHERE t.idx >= %s AND t.idx < %s AND l.outcome = 'ok' AND t.mode IN (%s, %s, %s) ORDER BY t.idx, t.mode"""
State = Message.State
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Happened:
    """What an entry of the trail did to one customer."""

    entry: int
    mode: str
    subject: UUID
    at: datetime


def run(stop: Callable[[], bool]) -> None:
    """Looks and sends until `stop()`, beside the worker's jobs."""
    while not stop():
        close_old_connections()
        try:
            collect()
            send_due()
        except Exception as error:  # noqa: BLE001 - one failure must not end it
            log.warning("webhooks: %s", type(error).__name__)
        time.sleep(PAUSE)


def collect() -> int:
    """Notes what happened since each living hook last looked, of whom its connection may read; how many messages."""
    upto, count = projections.upto(connections["audit"]), 0
    for hook in _living():
        end = min(upto, hook.place + ENTRIES)
        if end > hook.place:
            count += note(hook, happened(hook.place, end), end)
    return count


def happened(start: int, end: int) -> list[Happened]:
    """Which customers came, changed or went by the entries from `start` up to, without, `end`."""
    found = store.rows(connections["audit"], HAPPENED, start, end, *MODES)
    return [Happened(index, mode, UUID(bytes=bytes(subject)), _moment(at)) for index, mode, subject, at in found]


def note(hook: Hook, found: Sequence[Happened], end: int) -> int:
    """Makes messages for this hook, which then goes on from `end`; none where another process was first."""
    asked = [one for one in found if f"customer.{one.mode}" in hook.kinds]
    within = _within(_reach(hook.connection), {one.subject for one in asked}) if asked else frozenset()
    together: dict[tuple[int, str], list[str]] = {}
    for one in asked:
        if one.subject in within:
            together.setdefault((one.entry, one.mode), []).append(str(one.subject))
    times = {one.entry: one.at for one in found}
    messages = [
        Message(hook=hook, entry=entry, part=part, kind=f"customer.{mode}", at=times[entry], due=clock.now(),
                subjects=subjects[start : start + TOGETHER])
        for (entry, mode), subjects in together.items()
        for part, start in enumerate(range(0, len(subjects), TOGETHER))
    ]  # fmt: skip
    with transaction.atomic():
        if not Hook.objects.filter(pk=hook.pk, place=hook.place, ended=None).update(place=end):
            return 0
        Message.objects.bulk_create(messages)
    return len(messages)


def send_due() -> int:
    """Tells each hook one message that is due, so that a slow one keeps nobody waiting; how many arrived."""
    sent = 0
    for hook in _living():
        row = hook.messages.filter(state=State.WAITING, due__lte=clock.now()).order_by("due").first()
        sent += row is not None and _send(hook, row)
    return sent


def forget() -> int:
    """Drops what was told, or given up, KEPT ago; how many. A chore."""
    return Message.objects.exclude(state=State.WAITING).filter(at__lt=clock.now() - KEPT).delete()[0]


def _living() -> list[Hook]:
    return [one for one in Hook.objects.filter(ended=None).select_related("connection__person") if one.blob]


def _reach(connection: Connection) -> Rows | None:
    """Whose records the connection may read now; None for nobody's."""
    if connection.revoked or connection.expires <= clock.now():
        return None
    try:
        return decide(connection.person, hooks.READ, door=Door("api"), purpose=connection.purpose).rows
    except TorideError:
        return None


def _within(reach: Rows | None, subjects: AbstractSet[UUID]) -> AbstractSet[UUID]:
    """Those of the subjects that are within reach; of whoever is gone only somebody who reaches all is told."""
    if reach is None or reach.everything:
        return frozenset() if reach is None else subjects
    return {one for one, known in facts.of_each(subjects).items() if reach.include(known.branch, known.owner)}


def _send(hook: Hook, row: Message) -> bool:
    """One attempt, an event before it leaves; did it arrive?"""
    secret = hooks.secret(hook)
    if secret is None or not _recorded(hook, row):
        return False
    now = clock.now()
    body = orjson.dumps(_told(row))
    try:
        answer = outgoing.send(
            "POST", hook.address, headers=standard.headers(f"msg_{row.pk.hex}", now, body, secret), body=body,
            seconds=SECONDS, largest=LARGEST, private=hook.inside,
        )  # fmt: skip
        status = answer.status
    except (Invalid, Unavailable):
        status = 0
    arrived = 200 <= status < 300  # noqa: PLR2004 - as the standard says
    with transaction.atomic():
        if arrived:
            Message.objects.filter(pk=row.pk).update(state=State.ARRIVED)
            Hook.objects.filter(pk=hook.pk).update(arrived=now, failing=None)
            items.close(tasks.HOOK_FAILING, about=hook.pk)
        elif status == GONE:
            hooks.stop(hook)
        else:
            Hook.objects.filter(pk=hook.pk, failing=None).update(failing=now)
            if hook.failing and now - hook.failing >= PATIENCE:
                items.open_item(tasks.HOOK_FAILING, about=hook.pk)
    return arrived


def _recorded(hook: Hook, row: Message) -> bool:
    """Takes the message for one attempt, with its event; False where the connection ended, may read none of them any
    more, or somebody was first.
    """
    reach = _reach(hook.connection)
    within = _within(reach, {UUID(one) for one in row.subjects})
    row.subjects = [one for one in row.subjects if UUID(one) in within]
    if not row.subjects and row.kind != hooks.TEST:
        Message.objects.filter(pk=row.pk).update(state=State.GIVEN_UP)
        return False
    last = row.attempts == len(AGAIN)
    again = {"state": State.GIVEN_UP} if last else {"due": clock.now() + AGAIN[row.attempts]}
    with transaction.atomic():
        mine = Message.objects.filter(pk=row.pk, state=State.WAITING, attempts=row.attempts, hook__ended=None)
        if not mine.update(attempts=row.attempts + 1, **again):
            return False
        touched = tuple((UUID(one), Mode.LISTED, 0) for one in row.subjects)
        told: dict[str, Any] = {"hook": str(hook.pk), "connection": hook.connection_id, "message": str(row.pk)}
        told |= {"kind": row.kind, "attempt": row.attempts + 1}
        audit.stage([Event(action=Action.HOOK_SEND, door=SYSTEM, facts=told, subjects=touched)])
    return True


def _told(row: Message) -> dict[str, Any]:
    """Ids only; who wants to know more asks the interface, under its own key."""
    return {"type": row.kind, "timestamp": row.at.isoformat(), "data": {"customers": row.subjects}}


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)
