"""A sign-in that is under way at a provider: for one browser, one answer, a few minutes."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from toride.access.models import Handshake, Provider, Spent
from toride.access.sso.assertion import Doubt
from toride.base import clock
from toride.vault import persons
from toride.vault.aead import Unopenable

LIFETIME = timedelta(minutes=10)
MOST = 10_000  # under way at once, in all; above, the oldest gives way, so that a flood shuts nobody out for long
BROWSER = "sign_on_way"  # in the session: the state of the last one begun
_USE = "handshake"


@dataclass(frozen=True, slots=True)
class Under:
    """`nonce` and `verifier` go to the provider, each its own way; `onward` is where the person was going.

    `response`: what a provider posted, of SAML only. `proof`: whose proof of who they are this is; None for a sign-in.
    """

    nonce: str
    verifier: str
    onward: str
    proof: UUID | None
    begun: float
    response: str = ""


def begin(request: HttpRequest, provider: Provider, *, onward: str, proof: UUID | None = None) -> tuple[str, Under]:
    """A state that only this browser may bring back, once, and what was agreed upon with it."""
    moment = clock.now()
    Handshake.objects.filter(expires__lte=moment).delete()
    above = Handshake.objects.count() - MOST + 1
    if above > 0:
        oldest = Handshake.objects.order_by("expires").values_list("pk", flat=True)[:above]
        Handshake.objects.filter(pk__in=list(oldest)).delete()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    under = Under(nonce, verifier, onward, proof, moment.timestamp())
    content = {"nonce": nonce, "verifier": verifier, "onward": onward, "begun": under.begun}
    content["proof"] = str(proof) if proof else ""
    key = _key(state)
    blob = persons.seal_for(provider.pk, f"{_USE}:{key}", content)
    Handshake.objects.create(state=key, provider=provider, blob=blob, expires=moment + LIFETIME)
    request.session[BROWSER] = state
    return state, under


def keep(provider: Provider, state: str, response: str) -> None:
    """What a provider posted without any cookie of ours waits, sealed, for the browser to come by itself; the first
    answer stays. Raises Doubt for a state that is not under way.
    """
    with transaction.atomic():
        waiting = Handshake.objects.select_for_update().filter(provider=provider, expires__gt=clock.now())
        row = waiting.filter(pk=_key(state)).first()
        content = _open(provider, row) if row else {}
        if row is None or "response" in content:
            raise Doubt("state")
        row.blob = persons.seal_for(provider.pk, f"{_USE}:{row.pk}", content | {"response": response})
        row.save(update_fields=["blob"])


def take(request: HttpRequest, provider: Provider, state: str) -> Under:
    """What was agreed upon; it is over with that. Raises Doubt for a state that is not this browser's, not this
    provider's, used or too old.
    """
    mine = str(request.session.pop(BROWSER, ""))
    if not state or not hmac.compare_digest(mine.encode(), state.encode()):
        raise Doubt("browser")
    row = Handshake.objects.filter(pk=_key(state), provider=provider, expires__gt=clock.now()).first()
    if row is None or not Handshake.objects.filter(pk=row.pk).delete()[0]:
        raise Doubt("state")
    found = _open(provider, row)
    proof = UUID(found["proof"]) if found["proof"] else None
    nonce, verifier, onward, begun = (found[name] for name in ("nonce", "verifier", "onward", "begun"))
    return Under(nonce, verifier, onward, proof, begun, found.get("response", ""))


def spend(issuer: str, number: str, until: float) -> None:
    """What an issuer gave this number (an assertion, a logout token) is good once; remembered until it would not be
    taken any more, in seconds since the epoch. Raises Doubt for one that was used.
    """
    Spent.objects.filter(until__lt=clock.now()).delete()
    digest = hashlib.sha256(f"{issuer}\0{number}".encode()).hexdigest()
    try:
        with transaction.atomic():
            Spent.objects.create(digest=digest, until=datetime.fromtimestamp(until, UTC))
    except IntegrityError:
        raise Doubt("replayed") from None


def _open(provider: Provider, row: Handshake) -> dict[str, Any]:
    try:
        return persons.open_for(provider.pk, f"{_USE}:{row.pk}", bytes(row.blob))
    except Unopenable:
        raise Doubt("state") from None


def _key(state: str) -> str:
    return salted_hmac("toride.access.sso", state, algorithm="sha256").hexdigest()
