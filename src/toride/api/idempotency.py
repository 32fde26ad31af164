"""A request that makes something makes it once, however often it is sent under one Idempotency-Key."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from toride.access.models import Answered, Connection
from toride.api.problems import Wrong
from toride.base import clock

KEPT = timedelta(hours=24)
FORM = r"^[\x21-\x7e]{1,255}$"
SALT = "toride.api.once"


def answered(request: HttpRequest, token: str | None, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` gives, in one transaction with the note of it; the same again for the same request.

    `make` gives ids only. Raises Wrong (422) where the key came before with another request. What fails is not noted.
    """
    if token is None:
        return make()
    connection: Connection = request.connection  # type: ignore[attr-defined]
    one, asked = _digest(connection.id, token), _digest(connection.id, request.path, request.body)
    try:
        with transaction.atomic(using="default"):
            note = Answered.objects.create(connection=connection, token=one, asked=asked, at=clock.now())
            note.answer = make()
            note.save(update_fields=["answer"])
            return note.answer  # type: ignore[no-any-return]
    except IntegrityError:
        former = Answered.objects.filter(connection=connection, token=one).first()
        if former is None:
            raise
    if bytes(former.asked) != asked:
        raise Wrong(422, "invalid", "This Idempotency-Key came before with another request.")
    request.permit.ledger.facts["again"] = True  # type: ignore[attr-defined]
    return former.answer  # type: ignore[no-any-return]


def forget() -> int:
    """Drops what was answered KEPT ago; how many. A chore."""
    return Answered.objects.filter(at__lt=clock.now() - KEPT).delete()[0]


def _digest(*parts: str | bytes) -> bytes:
    """Keyed: a body may hold what could be guessed."""
    packed = b"".join(len(raw).to_bytes(8) + raw for raw in (p if isinstance(p, bytes) else p.encode() for p in parts))
    return salted_hmac(SALT, packed, algorithm="sha256").digest()
