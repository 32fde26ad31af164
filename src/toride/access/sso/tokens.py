"""Signed tokens: only by a key that the provider publishes, only with an algorithm of public keys."""

from collections.abc import Mapping
from typing import Any

import orjson
from joserfc import jwk, jws
from joserfc.errors import JoseError

from toride.access.sso.assertion import Doubt
from toride.access.sso.fetching import document

LONGEST = 32_768  # characters
ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("Ed25519",),
}
MOST_KEYS = 50
LEAST_BITS = 2_048


def opened(token: str, keys: str, *, inside: bool) -> Mapping[str, Any]:
    """The claims of a token that one of the keys at the address `keys` has signed; nothing else about it is checked.

    Raises Doubt. An unknown key makes the keys be fetched anew, once in a while.
    """
    head = _head(token)
    for anew in (False, True):
        key = _fitting(document(keys, inside=inside, anew=anew).get("keys"), head)
        if key is not None:
            return _claims(token, key, head["alg"])
    raise Doubt("key")


def _head(token: str) -> Mapping[str, Any]:
    if not token.isascii() or len(token) > LONGEST:
        raise Doubt("token")
    try:
        head = jws.extract_compact(token.encode()).protected
    except (JoseError, ValueError):
        raise Doubt("token") from None
    if not any(head.get("alg") in known for known in ALGORITHMS.values()) or "crit" in head:
        raise Doubt("algorithm")
    return head


def _fitting(published: Any, head: Mapping[str, Any]) -> dict[str, Any] | None:
    """The published key that a token names; the only one of its kind, where it names none."""
    listed = published[:MOST_KEYS] if isinstance(published, list) else []
    kind = next(kind for kind, known in ALGORITHMS.items() if head["alg"] in known)
    usable = [
        one for one in listed
        if isinstance(one, dict) and one.get("kty") == kind and one.get("use", "sig") == "sig"
        and one.get("alg", head["alg"]) == head["alg"]
    ]  # fmt: skip
    named = [one for one in usable if one.get("kid") == head["kid"]] if "kid" in head else usable
    return named[0] if len(named) == 1 else None


def _claims(token: str, published: dict[str, Any], algorithm: str) -> Mapping[str, Any]:
    public: dict[str, Any] = {name: published[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in published}
    if public["kty"] == "RSA" and len(str(public.get("n"))) * 6 < LEAST_BITS - 6:
        raise Doubt("key")
    try:
        found = jws.deserialize_compact(token.encode(), jwk.import_key(public), algorithms=[algorithm])
        claims = orjson.loads(found.payload or b"")
    except (JoseError, ValueError, TypeError):
        raise Doubt("signature") from None
    if not isinstance(claims, dict):
        raise Doubt("token")
    return claims
