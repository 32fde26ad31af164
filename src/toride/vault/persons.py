"""What lets a person in is sealed for that person; it opens without a permit, since who signs in has none yet."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from toride.vault import keyring
from toride.vault._sealed import dump, load
from toride.vault.aead import key_id, seal, unseal
from toride.vault.keyring import Kind

_LABEL = "person"


def seal_for(person: UUID, use: str, data: Mapping[str, Any]) -> bytes:
    """Seals a secret of sign-in for one person and one use; it opens for no other."""
    key = keyring.current(Kind.SIGN_IN)
    return seal(key.secret, dump(data), _LABEL, person, use, key_id=key.number)


def open_for(person: UUID, use: str, blob: bytes) -> dict[str, Any]:
    """What `seal_for` sealed. Unopenable when altered, another's, or its generation is destroyed."""
    return load(unseal(keyring.secret(Kind.SIGN_IN, key_id(blob)), blob, _LABEL, person, use))
