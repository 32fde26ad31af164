"""One event, whole and final: who did what to whom, from where and why, as deterministic bytes that a leaf hashes."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from toride.audit import sealing
from toride.audit.sealing import Sealed
from toride.base import clock
from toride.base.errors import Invalid
from toride.base.ids import ordered_id
from toride.vault.permit import Actor, Door, Ledger, Mode, Permit

VERSION = 1
ENTRY_BYTES = 65_535  # C2SP tlog-tiles: the length prefix of an entry is a uint16
TOUCHES = 1_000
PARTS_BYTES = 58_000
FACTS_BYTES = 3_000
TEXT_CHARS = 200
LABEL_CHARS = 60
TOUCH_BYTES = 56
SYSTEM = Door("system")

Touch = tuple[UUID, Mode, int]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which writer wrote it. `number` is dense per writer, None for staged events; `staged` counts those before it."""

    writer: str
    number: int | None = None
    staged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened. `at` in microseconds since the epoch; `act` is shared by the events of one larger act.

    `did` is the verb of what was done under the action: none where it was refused or failed, and none in older entries.

    `subjects`: (subject, mode, bit mask of categories). `facts`: figures and codes, never personal data.
    `sealed`: details under a subject's key; `terms`: what was searched for, under the month's key.
    """

    action: str
    door: Door
    id: UUID = field(default_factory=ordered_id)
    at: int = field(default_factory=lambda: clock.micros(clock.now()))
    act: UUID = field(default_factory=ordered_id)
    did: str = ""
    outcome: str = "ok"
    reason: str = ""
    actor: Actor | None = None
    purpose: str = ""
    policy: str = ""
    subjects: tuple[Touch, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    sealed: tuple[Sealed, ...] = ()
    terms: bytes = b""


def encode(event: Event, stamp: Stamp) -> bytes:
    """The canonical bytes: sorted keys, no spaces, empty values left out. Raises Invalid above ENTRY_BYTES."""
    door, actor = event.door, event.actor
    document = {
        "v": VERSION,
        "id": str(event.id),
        "at": event.at,
        "act": str(event.act),
        "action": event.action,
        "did": event.did[:LABEL_CHARS],
        "outcome": event.outcome,
        "reason": event.reason[:TEXT_CHARS],
        "actor": [str(actor.id), actor.username[:LABEL_CHARS], actor.name[:LABEL_CHARS]] if actor else None,
        "door": [door.kind, *(text[:TEXT_CHARS] for text in (door.address, door.session, door.agent, door.request))],
        "purpose": event.purpose[:LABEL_CHARS],
        "policy": event.policy[:LABEL_CHARS],
        "subjects": [[str(subject), mode, mask] for subject, mode, mask in event.subjects],
        "facts": event.facts,
        "sealed": [[str(one.subject), one.category, _text(one.blob)] for one in event.sealed],
        "terms": _text(event.terms),
        "writer": [stamp.writer, stamp.number, stamp.staged],
    }
    try:
        found = orjson.dumps({key: value for key, value in document.items() if value}, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        raise Invalid("An event holds something that cannot be written.") from None
    if len(found) > ENTRY_BYTES:
        raise Invalid("An event is larger than an entry of the trail may be.")
    return found


def decode(data: bytes) -> tuple[Event, Stamp]:
    """The event in these bytes. Raises Invalid for anything else."""
    try:
        read = orjson.loads(data)
        read = {VERSION: read}[read["v"]]
        actor = read.get("actor")
        event = Event(
            action=read["action"],
            door=Door(*read["door"]),
            id=UUID(read["id"]),
            at=int(read["at"]),
            act=UUID(read["act"]),
            did=read.get("did", ""),
            outcome=read["outcome"],
            reason=read.get("reason", ""),
            actor=Actor(UUID(actor[0]), actor[1], actor[2]) if actor else None,
            purpose=read.get("purpose", ""),
            policy=read.get("policy", ""),
            subjects=tuple((UUID(subject), Mode(mode), int(mask)) for subject, mode, mask in read.get("subjects", ())),
            facts=read.get("facts", {}),
            sealed=tuple(Sealed(UUID(one), kind, base64.b64decode(blob)) for one, kind, blob in read.get("sealed", ())),
            terms=base64.b64decode(read.get("terms", "")),
        )
        return event, Stamp(*read["writer"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Invalid("These bytes are not an event.") from None


def from_permit(permit: Permit, *, did: str = "", outcome: str = "ok", reason: str = "") -> list[Event]:
    """What the permit's ledger holds, as events of one act; each names at most TOUCHES subjects. `did`: the verb, where
    the ledger has none of its own; what did not succeed was not done.

    Raises Unavailable when the details cannot be sealed, Invalid when the facts are too large.
    """
    ledger = permit.ledger
    act = ledger.act or ordered_id()
    if len(orjson.dumps(ledger.facts)) > FACTS_BYTES:
        raise Invalid("An event's facts are too large.")
    sealed = sealing.details(ledger, act)
    parts = list(_parts(ledger, sealed)) or [((), ())]
    terms = sealing.terms(ledger.terms, act) if ledger.terms else b""
    return [
        Event(
            action=permit.action,
            door=permit.door,
            act=act,
            did=(ledger.did or did) if outcome == "ok" else "",
            outcome=outcome,
            reason=reason,
            actor=permit.actor,
            purpose=permit.purpose,
            policy=permit.policy,
            subjects=touches,
            facts=_facts(ledger, number, len(parts)),
            sealed=blobs,
            terms=b"" if number else terms,
        )
        for number, (touches, blobs) in enumerate(parts)
    ]


def _facts(ledger: Ledger, number: int, parts: int) -> dict[str, Any]:
    if parts == 1:
        return dict(ledger.facts)
    return {"part": number, "parts": parts} | ({} if number else ledger.facts)


def _parts(ledger: Ledger, sealed: Sequence[Sealed]) -> Iterator[tuple[tuple[Touch, ...], tuple[Sealed, ...]]]:
    """Packs touches and blobs into events below TOUCHES and PARTS_BYTES; a subject's blobs stay near its touch."""
    blobs: dict[UUID, list[Sealed]] = {}
    for one in sealed:
        blobs.setdefault(one.subject, []).append(one)
    items: list[Touch | Sealed] = []
    for (subject, mode), mask in ledger.touches.items():
        items.append((subject, mode, mask))
        items.extend(blobs.pop(subject, ()))
    items.extend(one for rest in blobs.values() for one in rest)
    touches: list[Touch] = []
    kept: list[Sealed] = []
    size = 0
    for item in items:
        cost = TOUCH_BYTES if isinstance(item, tuple) else TOUCH_BYTES + len(item.blob) * 4 // 3
        if size + cost > PARTS_BYTES or len(touches) == TOUCHES:
            yield tuple(touches), tuple(kept)
            touches, kept, size = [], [], 0
        size += cost
        if isinstance(item, tuple):
            touches.append(item)
        else:
            kept.append(item)
    if touches or kept:
        yield tuple(touches), tuple(kept)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
