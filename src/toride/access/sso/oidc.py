"""OpenID Connect: the code flow with PKCE, and an ID token of which every claim is checked before it is believed."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import orjson
from django.conf import settings

from toride.access.models import Provider
from toride.access.sso import config, tokens
from toride.access.sso.assertion import Doubt, Said
from toride.access.sso.config import Config
from toride.access.sso.fetching import document
from toride.access.sso.handshakes import Under
from toride.base import clock, outgoing
from toride.base.errors import Invalid, Unavailable

PLACE = "/.well-known/openid-configuration"
SCOPE = "openid profile email"
SKEW = 60  # seconds by which two clocks may differ
OLDEST = 600  # seconds since the token was made
LONGEST = 100_000  # bytes of an answer to the exchange
LONGEST_CODE = 4_096
HERE = ("localhost", "127.0.0.1", "::1")


def described(one: Config) -> Mapping[str, Any]:
    """What the provider says of itself (OpenID Connect Discovery 1.0). Raises Unavailable for anything else."""
    found = document(one.issuer.rstrip("/") + PLACE, inside=one.inside)
    if found.get("issuer") != one.issuer:
        raise Unavailable("the identity provider states another issuer")
    plain = one.inside and one.issuer.startswith("http:")  # nobody else's document leads to a port of this machine
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not is_address(found.get(name), inside=plain):
            raise Unavailable(f"the identity provider gives no {name}")
    return found


def is_address(text: Any, *, inside: bool) -> bool:
    """May a browser, or we, be sent there? https, and http to this very machine inside the house."""
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.fragment or parts.username is not None:
        return False
    if not inside and not outgoing.is_outside(text):
        return False
    return parts.scheme == "https" or (inside and parts.scheme == "http" and host in HERE)


def address(one: Config, state: str, under: Under, back: str) -> str:
    """Where the browser goes: to the provider, with what only the two of us can bring together again."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(under.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": one.client, "redirect_uri": back, "scope": SCOPE, "state": state,
        "nonce": under.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        "max_age": str(_oldest(under)),
    }  # fmt: skip
    if under.proof:
        asked["prompt"] = "login"
    target = str(described(one)["authorization_endpoint"])
    return f"{target}{'&' if '?' in target else '?'}{urlencode(asked)}"


def answered(provider: Provider, under: Under, sent: Mapping[str, str], back: str) -> Said:
    """What the provider says of who came back. Raises Doubt for anything that is not exactly as agreed, Unavailable
    where it does not answer.
    """
    one = config.read(provider.content)
    about = described(one)
    here = sent.get("iss")  # RFC 9207: which provider answered
    if (here is None and about.get("authorization_response_iss_parameter_supported") is True) or (
        here is not None and here != one.issuer
    ):
        raise Doubt("issuer")
    code = sent.get("code", "")
    if "error" in sent or not 0 < len(code) <= LONGEST_CODE:
        raise Doubt("refused")
    token = _exchanged(provider, one, about, code, under, back)
    return believed(one, tokens.opened(token, str(about["jwks_uri"]), inside=one.inside), under)


def believed(one: Config, claims: Mapping[str, Any], under: Under) -> Said:
    """The claims of a token whose signature is right (OpenID Connect Core 1.0, 3.1.3.7). Raises Doubt."""
    now = clock.timestamp()
    issued(one, claims, now)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), under.nonce.encode()):
        raise Doubt("nonce")
    at = _moment(claims, "auth_time")
    if not now - _oldest(under) - SKEW <= at <= now + SKEW or (under.proof and at < under.begun - SKEW):
        raise Doubt("stale")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:  # noqa: PLR2004 - Core 1.0, section 2
        raise Doubt("subject")
    return Said(subject, claims, min(at, now), _strength(claims))


def issued(one: Config, claims: Mapping[str, Any], now: float) -> None:
    """Made by this provider, for us, a moment ago. Raises Doubt."""
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != one.issuer:
        raise Doubt("issuer")
    if not isinstance(listed, list) or one.client not in listed:
        raise Doubt("audience")
    if (len(listed) > 1 or "azp" in claims) and claims.get("azp") != one.client:
        raise Doubt("audience")
    if _moment(claims, "exp") <= now - SKEW or ("nbf" in claims and _moment(claims, "nbf") > now + SKEW):
        raise Doubt("expired")
    if not now - OLDEST - SKEW <= _moment(claims, "iat") <= now + SKEW:
        raise Doubt("expired")


def _oldest(under: Under) -> int:
    """Seconds since which the provider may have asked who this is: never longer than a session may last here."""
    return 0 if under.proof else int(settings.SESSION_ABSOLUTE.total_seconds())


def _strength(claims: Mapping[str, Any]) -> frozenset[str]:
    amr, acr = claims.get("amr"), claims.get("acr")
    listed = amr if isinstance(amr, list) else []
    return frozenset(one for one in (*listed, acr) if isinstance(one, str) and one)


def _moment(claims: Mapping[str, Any], name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 < found < 2**40:
        raise Doubt(name)
    return float(found)


def _exchanged(
    provider: Provider, one: Config, about: Mapping[str, Any], code: str, under: Under, back: str
) -> str:  # fmt: skip
    """The ID token for a code (RFC 6749, 4.1.3)."""
    asked = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back, "client_id": one.client,
        "code_verifier": under.verifier,
    }  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if ours := config.secret(provider):
        if "client_secret_basic" in (about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]):
            both = f"{quote_plus(one.client)}:{quote_plus(ours)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(both).decode()}"
        else:
            asked["client_secret"] = ours
    try:
        answer = outgoing.send(
            "POST", str(about["token_endpoint"]), headers=headers, body=urlencode(asked).encode(),
            largest=LONGEST, private=one.inside,
        )  # fmt: skip
    except Invalid:
        raise Unavailable("the provider's address may not be called") from None
    if answer.status != 200:  # noqa: PLR2004
        raise Doubt("code")
    try:
        return str(orjson.loads(answer.body)["id_token"])
    except (ValueError, TypeError, KeyError):
        raise Doubt("answer") from None
