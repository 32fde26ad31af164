"""Who did what, who saw whom, and what an event says: as far as the permit allows, each reading an event of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from toride.audit import projections, sealing, store
from toride.audit.actions import Action, System
from toride.audit.events import Event, decode
from toride.audit.projections import Lag
from toride.audit.sealing import Sealed
from toride.base import actions, clock
from toride.base.errors import Hidden, Refused, Unavailable
from toride.vault.permit import Mode, Permit

PAGE = 50
MOST_LINES = 1_000
MOST_GROUPS = 50_000
PENDING = 2_000
ROUTINE = (System.WRITER_OPEN.value, System.WRITER_CLOSE.value, System.TRAIL_BEAT.value)


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list; `actor` a person's id, `action` a whole name or its beginning up to a colon.

    `routine`: also the system's own pulse, which says only that it is alive. `views`: also what was only looked at.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor: UUID | None = None
    action: str = ""
    outcome: str = ""
    routine: bool = True
    views: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """An event at its place."""

    index: int
    event: Event


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, newest first; `after` is the cursor of the next page, `lag` how far the index is behind."""

    lines: Sequence[Line]
    after: int | None
    lag: Lag


@dataclass(slots=True)
class Sighting:
    """What a person saw of one subject: how often, from when to when, in which modes, which categories (bit mask)."""

    subject: UUID
    first: int
    last: int
    times: int = 0
    mask: int = 0
    modes: set[Mode] = field(default_factory=set)
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Sightings:
    """By subject, the latest first; `more` when there were too many to show."""

    found: Sequence[Sighting]
    more: bool
    lag: Lag


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in full. `status`: committed, or sealed under the checkpoint of `size`. Details in clear where open."""

    event: Event
    status: str
    index: int | None
    size: int
    details: dict[Sealed, dict[str, Any]]
    terms: str | None


def who_saw(
    permit: Permit,
    subject: UUID,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None = None,
) -> Page:
    """The events that touched this subject, at most MOST_LINES a page; refused attempts are among them."""
    _for(permit, Action.SUBJECT_READ)
    permit.check(subject)
    where, values = _between(since, until)
    statement = "SELECT DISTINCT idx FROM audit_touched WHERE subject = %s" + where  # noqa: S608 - marks only
    found = _lines(statement, [subject.bytes, *values], after, MOST_LINES)
    permit.ledger.touch(subject, Mode.LISTED)
    permit.ledger.facts["events"] = len(found.lines)
    return found


def saw(permit: Permit, person: UUID, start: datetime, end: datetime) -> Sightings:
    """Whom this person touched between two moments. Raises Hidden for a person out of the permit's rows."""
    _for(permit, Action.PERSON_READ)
    if not (permit.rows.everything or person in permit.rows.owners):
        raise Hidden
    statement = """SELECT t.subject, t.mode, t.mask, l.outcome, MIN(t.at), MAX(t.at), COUNT(*)
        FROM audit_touched t JOIN audit_listed l ON l.idx = t.idx
        WHERE t.actor = %s AND t.at >= %s AND t.at < %s GROUP BY t.subject, t.mode, t.mask, l.outcome LIMIT %s"""
    connection = connections["audit"]
    rows = store.rows(connection, statement, person.bytes, clock.micros(start), clock.micros(end), MOST_GROUPS + 1)
    found: dict[bytes, Sighting] = {}
    for subject, mode, mask, outcome, first, last, times in rows[:MOST_GROUPS]:
        one = found.setdefault(bytes(subject), Sighting(UUID(bytes=bytes(subject)), first, last))
        one.first, one.last = min(one.first, first), max(one.last, last)
        if outcome == "ok":
            one.times, one.mask = one.times + times, one.mask | mask
            one.modes.add(Mode(mode))
        else:
            one.refused += times
    permit.ledger.facts |= {"person": str(person), "subjects": len(found)}
    latest = sorted(found.values(), key=lambda one: one.last, reverse=True)
    return Sightings(latest, len(rows) > MOST_GROUPS, projections.lag(connection))


def entries(permit: Permit, filters: Filters, after: int | None = None) -> Page:
    """A page of the trail, newest first; without everything in scope, only what the permit's people did."""
    _for(permit, Action.TRAIL_READ)
    where, values = _between(filters.since, filters.until)
    if filters.actor is not None:
        where, values = f"{where} AND actor = %s", [*values, filters.actor.bytes]
    if not filters.routine:
        where, values = f"{where} AND action NOT IN (%s, %s, %s)", [*values, *ROUTINE]
    if not filters.views:
        looks = actions.readings()
        where += f" AND did <> %s AND action NOT IN ({', '.join(['%s'] * len(looks))})"
        values = [*values, actions.VIEW, *looks]
    if filters.action.endswith(":"):
        where, values = (
            f"{where} AND action >= %s AND action < %s",
            [*values, filters.action, filters.action[:-1] + ";"],
        )
    elif filters.action:
        where, values = f"{where} AND action = %s", [*values, filters.action]
    if filters.outcome:
        where, values = f"{where} AND outcome = %s", [*values, filters.outcome]
    if not permit.rows.everything:
        owners = sorted(permit.rows.owners)
        where += f" AND actor IN ({', '.join(['%s'] * len(owners))})" if owners else " AND 1 = 0"
        values = [*values, *(one.bytes for one in owners)]
    statement = "SELECT idx FROM audit_listed WHERE 1 = 1" + where  # noqa: S608 - marks only
    found = _lines(statement, values, after, PAGE)
    permit.ledger.facts["events"] = len(found.lines)
    if filters.actor is not None:
        permit.ledger.facts["person"] = str(filters.actor)
    return found


def entry(permit: Permit, event_id: UUID) -> Entry:
    """One event in full, with what the permit opens of it. Raises Hidden where unknown or out of the permit's rows."""
    _for(permit, Action.TRAIL_READ)
    trail = store.Trail()
    index = trail.place(event_id)
    event = within(permit, event_id, index)
    return Entry(
        event,
        "committed" if index is None else "sealed",
        index,
        trail.size,
        sealing.open_details(permit, event.sealed, event.act),
        sealing.open_terms(permit, event.terms, event.act),
    )


def within(permit: Permit, event_id: UUID, index: int | None) -> Event:
    """The event at this place of the trail (None: not sealed yet), told to the ledger. Raises Hidden as `entry`, and
    Unavailable where another stands there.
    """
    event = _pending(event_id) if index is None else _entered(index)
    in_scope = permit.rows.everything or (event is not None and event.actor and event.actor.id in permit.rows.owners)
    if event is None or not in_scope:
        raise Hidden
    if event.id != event_id:
        raise Unavailable("altered")
    permit.ledger.facts["event"] = str(event_id)
    return event


def _for(permit: Permit, action: Action) -> None:
    if permit.action != action:
        raise Refused("other-action")
    permit.check()


def _between(since: datetime | None, until: datetime | None) -> tuple[str, list[Any]]:
    where, values = "", []
    for moment, sign in ((since, ">="), (until, "<")):
        if moment is not None:
            where += f" AND at {sign} %s"
            values.append(clock.micros(moment))
    return where, values


def _lines(statement: str, values: Sequence[Any], after: int | None, limit: int) -> Page:
    connection = connections["audit"]
    if after is not None:
        statement, values = statement + " AND idx < %s", [*values, after]
    found = store.rows(connection, statement + " ORDER BY idx DESC LIMIT %s", *values, limit + 1)
    places = [int(index) for (index,) in found[:limit]]
    events: dict[int, Event] = {}
    for at in range(0, len(places), store.PAGE):
        some = places[at : at + store.PAGE]
        marks = ", ".join(["%s"] * len(some))
        query = f"SELECT idx, bytes FROM audit_entry WHERE idx IN ({marks})"  # noqa: S608 - marks only
        events |= {index: decode(bytes(data))[0] for index, data in store.rows(connection, query, *some)}
    lines = [Line(index, events[index]) for index in places if index in events]
    return Page(lines, places[-1] if len(found) > limit else None, projections.lag(connection))


def _entered(index: int) -> Event | None:
    found = store.rows(connections["audit"], "SELECT bytes FROM audit_entry WHERE idx = %s", index)
    return decode(bytes(found[0][0]))[0] if found else None


def _pending(event_id: UUID) -> Event | None:
    """An event that is committed and not yet in order."""
    for alias, box in (("audit", "inbox"), ("default", "outbox")):
        statement = f"SELECT bytes FROM audit_{box} ORDER BY id DESC LIMIT %s"  # noqa: S608 - constants
        for (data,) in store.rows(connections[alias], statement, PENDING):
            if str(event_id).encode() in bytes(data):
                event, _ = decode(bytes(data))
                if event.id == event_id:
                    return event
    return None
