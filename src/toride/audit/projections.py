"""Tables to look things up by time, actor and subject: rebuilt from the entries at will, never the truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from toride.audit import store
from toride.audit.events import decode
from toride.audit.verifier.toride_verify import Finding
from toride.base.errors import Invalid

ENTRIES = 500
LINES = 5_000
LISTED = "idx, event, at, action, did, outcome, actor, purpose, door, subjects"
TOUCHED = "idx, subject, mode, mask, at, actor"
NEXT = "SELECT idx, bytes FROM audit_entry WHERE idx >= %s ORDER BY idx LIMIT %s"
PUT = "INSERT INTO audit_projected (id, upto) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET upto = excluded.upto"
Listed = tuple[int, bytes, int, str, str, str, bytes | None, str, str, int]
Touched = tuple[int, bytes, str, int, int, bytes | None]
NOTHING: tuple[None, list[Touched]] = (None, [])


@dataclass(frozen=True, slots=True)
class Lag:
    """Entries that the projections do not show yet, and events not yet in order."""

    entries: int
    waiting: int


class Upcoming(NamedTuple):
    """Lines of the entries from `start` on."""

    start: int
    listed: list[Listed]
    touched: list[Touched]


def upto(connection: Any) -> int:
    """Entries below this are in the projections."""
    found = store.rows(connection, "SELECT upto FROM audit_projected WHERE id = 1")
    return int(found[0][0]) if found else 0


def lag(connection: Any) -> Lag:
    """How far the projections are behind."""
    last, waiting = store.rows(
        connection, "SELECT (SELECT MAX(idx) FROM audit_entry), (SELECT COUNT(*) FROM audit_inbox)"
    )[0]
    return Lag((0 if last is None else last + 1) - upto(connection), waiting)


def upcoming(connection: Any) -> Upcoming | None:
    """What the projections are to say of the next entries, read without a transaction; None when there are none."""
    found = Upcoming(upto(connection), [], [])
    for index, data in store.rows(connection, NEXT, found.start, ENTRIES):
        line, touches = lines(index, bytes(data))
        found.listed.append(line)
        found.touched.extend(touches)
        if len(found.touched) >= LINES:
            break
    return found if found.listed else None


def advance(connection: Any, found: Upcoming) -> None:
    """Puts it into the projections, within the caller's transaction; nothing where they moved since it was read."""
    if upto(connection) != found.start:
        return
    with connection.cursor() as cursor:
        cursor.executemany(_insert("listed", LISTED), found.listed)
        if found.touched:
            cursor.executemany(_insert("touched", TOUCHED), found.touched)
        cursor.execute(PUT, (found.listed[-1][0] + 1,))


def clear(connection: Any) -> None:
    """Forgets the projections; `advance` builds them anew."""
    with connection.cursor() as cursor:
        for table in ("listed", "touched", "projected"):
            cursor.execute(f"DELETE FROM audit_{table}")  # noqa: S608 - constants


def lines(index: int, data: bytes) -> tuple[Listed, list[Touched]]:
    """What the projections say of one entry."""
    event, _ = decode(data)
    actor = event.actor.id.bytes if event.actor else None
    masks: dict[tuple[bytes, str], int] = {}
    for subject, mode, mask in event.subjects:
        masks[subject.bytes, mode.value] = masks.get((subject.bytes, mode.value), 0) | mask
    touched = [(index, subject, mode, mask, event.at, actor) for (subject, mode), mask in masks.items()]
    line = (
        index,
        event.id.bytes,
        event.at,
        event.action,
        event.did,
        event.outcome,
        actor,
        event.purpose,
        event.door.kind,
        len({subject for subject, _ in masks}),
    )
    return line, touched


def differences(connection: Any) -> Iterator[Finding]:
    """Where the projections do not say what the entries say, up to where they have come."""
    end, start, length = upto(connection), 0, store.Trail(connection).length()
    if end > length:
        yield Finding("projection", f"projections say that they have come to {end}; there are {length} entries")
        end = length
    while start < end:
        stop = min(start + ENTRIES, end)
        due: dict[int, tuple[Listed, list[Touched]]] = {}
        for index, data in store.rows(connection, NEXT, start, stop - start):
            if index < stop:
                try:
                    due[index] = lines(index, bytes(data))
                except Invalid:
                    continue
        yield from _compare(connection, due, start, stop)
        start = stop
    for table in ("listed", "touched"):
        query = f"SELECT DISTINCT idx FROM audit_{table} WHERE idx >= %s OR idx < 0"  # noqa: S608 - constants
        beyond = store.rows(connection, query, end)
        now = max(end, min(upto(connection), store.Trail(connection).length()))  # the trail goes on meanwhile
        for (index,) in [row for row in beyond if not end <= row[0] < now]:
            yield Finding("projection", f"projection {table}: entry {index} does not exist", index)


def _compare(connection: Any, due: dict[int, tuple[Listed, list[Touched]]], start: int, stop: int) -> Iterator[Finding]:
    between = " FROM audit_{} WHERE idx >= %s AND idx < %s"
    listed = store.rows(connection, f"SELECT {LISTED}" + between.format("listed"), start, stop)
    touched = store.rows(connection, f"SELECT {TOUCHED}" + between.format("touched"), start, stop)
    have = {row[0]: tuple(_plain(value) for value in row) for row in listed}
    also: dict[int, set[tuple[Any, ...]]] = {}
    for row in touched:
        also.setdefault(row[0], set()).add(tuple(_plain(value) for value in row))
    for index in sorted(due.keys() | have.keys() | also.keys()):
        line, touches = due.get(index, NOTHING)
        wrong = {"listed": have.get(index) != line, "touched": also.get(index, set()) != set(touches)}
        for table in [table for table, differs in wrong.items() if differs]:
            name = store.Trail(connection).name(index)
            yield Finding("projection", f"projection {table}: entry {index} is not shown as it is", index, name)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


def _insert(table: str, columns: str) -> str:
    marks = ", ".join(["%s"] * (columns.count(",") + 1))
    return f"INSERT INTO audit_{table} ({columns}) VALUES ({marks})"  # noqa: S608 - constants
