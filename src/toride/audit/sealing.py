"""Personal details and search terms of events are sealed before they reach the trail, and open only to a permit."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from toride.vault.permit import Category, Ledger, Opening, Permit

TERMS_CHARS = 500
VALUE_CHARS = 2_000
PIECE_BYTES = 24_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """Details under the key of one category of one subject."""

    subject: UUID
    category: int
    blob: bytes


def details(ledger: Ledger, act: UUID) -> list[Sealed]:
    """Each subject's details, under the most guarded category that the act touched of it (BASIC where none)."""
    if not ledger.sealed:
        return []
    from toride.vault import records

    masks: dict[UUID, int] = {}
    for (subject, _), mask in ledger.touches.items():
        masks[subject] = masks.get(subject, 0) | mask
    items = [
        (subject, _category(masks.get(subject, 0)), piece)
        for subject, data in ledger.sealed.items()
        for piece in _pieces(data)
    ]
    blobs = records.seal_for(items, act.bytes)
    return [Sealed(subject, category, blob) for (subject, category, _), blob in zip(items, blobs, strict=True)]


def terms(text: str, act: UUID) -> bytes:
    """Search terms under the current month's key; longer than TERMS_CHARS they are cut."""
    from toride.vault import records
    from toride.vault.keyring import Kind

    return records.seal_with(Kind.TERMS, {"terms": text[:TERMS_CHARS]}, act.bytes)


def open_details(permit: Permit, sealed: Sequence[Sealed], act: UUID) -> dict[Sealed, dict[str, Any]]:
    """Those details that the permit opens and whose key still exists, in clear; one query."""
    from toride.vault import records
    from toride.vault.aead import Unopenable

    allowed = [
        one
        for one in sealed
        if permit.opening(Category(one.category)) is Opening.CLEAR and permit.subject in (None, one.subject)
    ]
    items = [(one.subject, Category(one.category), one.blob, act.bytes) for one in allowed]
    try:
        opened = records.open_each(permit, items) if items else []
    except Unopenable:
        return {}
    return {one: found for one, found in zip(allowed, opened, strict=True) if found is not None}


def open_terms(permit: Permit, blob: bytes, act: UUID) -> str | None:
    """The search terms; None where the permit does not open basic information, or the month's key is destroyed."""
    from toride.vault import records
    from toride.vault.aead import Unopenable
    from toride.vault.keyring import Kind

    if not blob or permit.opening(Category.BASIC) is not Opening.CLEAR:
        return None
    try:
        return str(records.open_with(permit, Kind.TERMS, blob, act.bytes)["terms"])
    except Unopenable:
        return None


def _category(mask: int) -> Category:
    return max((category for category in Category if mask >> category & 1), default=Category.BASIC)


def _pieces(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The details in pieces of at most PIECE_BYTES, so that each fits an entry."""
    piece: dict[str, Any] = {}
    size = 0
    for key, value in data.items():
        short = _short(value)
        cost = len(orjson.dumps({key: short}))
        if piece and size + cost > PIECE_BYTES:
            yield piece
            piece, size = {}, 0
        piece[key] = short
        size += cost
    if piece:
        yield piece


def _short(value: Any) -> Any:
    """A long text as its beginning, its length and its SHA-256; inside the seal, so none of it can be guessed."""
    if isinstance(value, list | tuple):
        return [_short(one) for one in value]
    if isinstance(value, str) and len(value) > VALUE_CHARS:
        digest = hashlib.sha256(value.encode()).hexdigest()
        return {"begins": value[:VALUE_CHARS], "length": len(value), "sha256": digest}
    return value
