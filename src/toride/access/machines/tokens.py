"""Short-lived tokens against a key (OAuth 2.0 client credentials): signed, and good only while that key is."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from toride.access.models import Connection

PREFIX = "toride_at_"
LIFETIME = timedelta(minutes=15)
SIGNER = signing.TimestampSigner(salt="toride.access.machines.token", sep=".", algorithm="sha256")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says: of which connection, for which scopes, against which key."""

    connection: str
    scopes: list[str]
    mark: str


def issue(connection: Connection, digest: bytes, scopes: list[str]) -> str:
    """A token that is good for LIFETIME; nothing of it is kept."""
    return PREFIX + SIGNER.sign_object([connection.id, scopes, mark(digest)])


def read(token: str) -> Claim | None:
    """What it says; None where it is not ours, or its time is over."""
    try:
        return Claim(*SIGNER.unsign_object(token.removeprefix(PREFIX), max_age=LIFETIME))
    except (signing.BadSignature, ValueError):
        return None


def mark(digest: bytes) -> str:
    """Names a key by 64 bits of a digest of its digest: a token ends with the key that it was issued against."""
    return hashlib.sha256(digest).hexdigest()[:16]
