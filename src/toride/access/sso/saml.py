"""SAML 2.0: asked by redirect, answered by post; one signed assertion, for us, for this request, once."""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings

from toride.access.models import Provider
from toride.access.sso import config, handshakes, xml
from toride.access.sso.assertion import Doubt, Said
from toride.access.sso.config import Config
from toride.access.sso.handshakes import Under
from toride.access.sso.oidc import OLDEST, SKEW
from toride.access.sso.xml import only, text
from toride.base import clock
from toride.base.errors import Unavailable

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
NAME_ID = "NameID"  # the claim that is the assertion's own name for the person


@dataclass(frozen=True, slots=True)
class Places:
    """Where we are: what we call ourselves, and where answers are posted."""

    entity: str
    answers: str


def address(one: Config, state: str, under: Under, places: Places) -> str:
    """Where the browser goes (SAML bindings 3.4). Raises Unavailable without the extra, which the answer needs."""
    if not xml.is_installed():
        raise Unavailable("SAML is not installed")
    made = datetime.fromtimestamp(under.begun, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    force = ' ForceAuthn="true"' if under.proof else ""
    asked = (
        f'<p:AuthnRequest xmlns:p="{xml.NAMES["p"]}" xmlns:a="{xml.NAMES["a"]}" ID="{_number(under)}"'
        f' Version="2.0" IssueInstant="{made}" Destination={quoteattr(one.address)} ProtocolBinding="{POST}"'
        f" AssertionConsumerServiceURL={quoteattr(places.answers)}{force}>"
        f"<a:Issuer>{escape(places.entity)}</a:Issuer></p:AuthnRequest>"
    )
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = base64.b64encode(packed.compress(asked.encode()) + packed.flush()).decode()
    query = urlencode({"SAMLRequest": content, "RelayState": state})
    return f"{one.address}{'&' if '?' in one.address else '?'}{query}"


def answered(provider: Provider, under: Under, places: Places) -> Said:
    """What the provider says of who came back. Raises Doubt for anything that is not exactly as agreed."""
    one = config.read(provider.content)
    root = xml.opened(xml.decoded(under.response))
    _is_answer(root, one, under, places)
    said, until = believed(xml.signed(root, "a:Assertion", one.certificates), one, under, places)
    handshakes.spend(one.issuer, said.claims["ID"], until + SKEW)
    return said


def believed(signed: Any, one: Config, under: Under, places: Places) -> tuple[Said, float]:
    """An assertion whose signature is right (SAML core 2, profiles 4.1.4.3), and until when it could be used. Raises
    Doubt.
    """
    now = clock.timestamp()
    if text(only(signed, "a:Issuer")) != one.issuer or signed.get("Version") != "2.0" or not signed.get("ID"):
        raise Doubt("issuer")
    subject = only(signed, "a:Subject/a:NameID")
    if subject.get("Format") == TRANSIENT or not 0 < len(text(subject)) <= 255:  # noqa: PLR2004 - as the column of a name
        raise Doubt("subject")
    until = _confirmed(signed, under, places, now)
    _conditions(signed, places, now)
    statement = only(signed, "a:AuthnStatement")
    at = _moment(statement, "AuthnInstant")
    oldest = 0 if under.proof else settings.SESSION_ABSOLUTE.total_seconds()
    if not now - oldest - SKEW <= at <= now + SKEW or (under.proof and at < under.begun - SKEW):
        raise Doubt("stale")
    if statement.get("SessionNotOnOrAfter") and _moment(statement, "SessionNotOnOrAfter") <= now - SKEW:
        raise Doubt("expired")
    kinds = statement.findall("a:AuthnContext/a:AuthnContextClassRef", xml.NAMES)
    claims = {**_attributes(signed), NAME_ID: text(subject), "ID": signed.get("ID"), "email_verified": True}
    return Said(text(subject), claims, min(at, now), frozenset(map(text, kinds))), until


def _is_answer(root: Any, one: Config, under: Under, places: Places) -> None:
    """What stands around the assertion, signed or not, must be for us and for this request, too."""
    if root.tag != xml.name("p:Response") or root.get("Version") != "2.0":
        raise Doubt("answer")
    if root.get("Destination") != places.answers:
        raise Doubt("destination")
    if root.get("InResponseTo") != _number(under):
        raise Doubt("request")
    if only(root, "p:Status/p:StatusCode").get("Value") != SUCCESS:
        raise Doubt("refused")
    if any(text(issuer) != one.issuer for issuer in root.findall("a:Issuer", xml.NAMES)):
        raise Doubt("issuer")
    if root.find(".//a:EncryptedAssertion", xml.NAMES) is not None:
        raise Doubt("encrypted")
    if not clock.timestamp() - OLDEST - SKEW <= _moment(root, "IssueInstant") <= clock.timestamp() + SKEW:
        raise Doubt("expired")


def _confirmed(signed: Any, under: Under, places: Places, now: float) -> float:
    """The assertion was given to who bears it, for this request, to be brought here; until when."""
    confirmation = only(signed, "a:Subject/a:SubjectConfirmation")
    data = only(confirmation, "a:SubjectConfirmationData")
    if confirmation.get("Method") != BEARER or data.get("Recipient") != places.answers or data.get("NotBefore"):
        raise Doubt("recipient")
    if data.get("InResponseTo") != _number(under):
        raise Doubt("request")
    until = _moment(data, "NotOnOrAfter")
    if until <= now - SKEW:
        raise Doubt("expired")
    return until


def _conditions(signed: Any, places: Places, now: float) -> None:
    conditions = only(signed, "a:Conditions")
    if "NotBefore" in conditions.attrib and _moment(conditions, "NotBefore") > now + SKEW:
        raise Doubt("expired")
    if _moment(conditions, "NotOnOrAfter") <= now - SKEW:
        raise Doubt("expired")
    audiences = conditions.findall("a:AudienceRestriction", xml.NAMES)
    for one in audiences:
        if places.entity not in map(text, one.findall("a:Audience", xml.NAMES)):
            raise Doubt("audience")
    if not audiences:
        raise Doubt("audience")


def _attributes(signed: Any) -> Mapping[str, Any]:
    found: dict[str, list[str]] = {}
    for one in signed.findall("a:AttributeStatement/a:Attribute", xml.NAMES):
        values = [text(value) for value in one.findall("a:AttributeValue", xml.NAMES)]
        found.setdefault(one.get("Name", ""), []).extend(values)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _number(under: Under) -> str:
    """What we called the request; an answer names it."""
    return f"_{under.nonce}"


def _moment(element: Any, name: str) -> float:
    try:
        found = datetime.fromisoformat(element.get(name, ""))
        if found.tzinfo is None or len(element.get(name)) > 40:  # noqa: PLR2004
            raise ValueError
        return found.timestamp()
    except (ValueError, OverflowError):
        raise Doubt(name) from None
