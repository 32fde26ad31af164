"""Passkeys and security keys (WebAuthn): registered and asked with user verification, for exactly this address."""

import base64
import struct
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from toride.access.models import Person
from toride.base.errors import Invalid

STATE = "passkey"  # in the session, for one answer
LONGEST = 16_384  # characters of an answer
VERIFIED = UserVerificationRequirement.REQUIRED
BROKEN = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    struct.error,
)  # what bytes from outside cause


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered credential, and how often its authenticator said that it was used (0: it does not count)."""

    credential: AttestedCredentialData
    count: int

    def content(self) -> dict[str, Any]:
        """As it is sealed."""
        return {"credential": base64.b64encode(self.credential).decode(), "count": self.count}


def kept(content: dict[str, Any]) -> Passkey:
    """What `content` gave."""
    return Passkey(AttestedCredentialData(base64.b64decode(content["credential"])), content["count"])


def offer(request: HttpRequest, person: Person, known: Collection[Passkey]) -> dict[str, Any]:
    """What the browser needs to make a credential; its challenge is good for one `made`."""
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(id=person.id.bytes, name=person.username, display_name=person.name),
        [one.credential for one in known],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=VERIFIED,
    )
    request.session[STATE] = state
    return dict(options)


def made(request: HttpRequest, answer: str) -> Passkey:
    """The credential that the browser made. Raises Invalid for anything but an answer to the last `offer`."""
    try:
        found = _server(request).register_complete(request.session.pop(STATE, None), _read(answer))
    except BROKEN:
        raise Invalid("passkey") from None
    if found.credential_data is None:
        raise Invalid("passkey")
    return Passkey(found.credential_data, found.counter)


def ask(request: HttpRequest, known: Collection[Passkey]) -> dict[str, Any]:
    """What the browser needs to prove that one of `known` is there; good for one `answered`. Of none: whichever the
    browser knows for this address.
    """
    options, state = _server(request).authenticate_begin([one.credential for one in known] or None, VERIFIED)
    request.session[STATE] = state
    return dict(options)


def owner(answer: str) -> UUID | None:
    """Whose passkey it says that it is (the user handle of `offer`); nothing is proved by it."""
    try:
        return UUID(bytes=websafe_decode(_read(answer)["response"]["userHandle"]))
    except BROKEN:
        return None


def answered(request: HttpRequest, answer: str, known: Collection[Passkey]) -> Passkey:
    """Which of `known` answered the last `ask`, with its new count.

    Raises Invalid for any other, and for a count that went back: then somebody has a copy (WebAuthn, 6.1.1).
    """
    try:
        content = _read(answer)
        found = _server(request).authenticate_complete(
            request.session.pop(STATE, None), [one.credential for one in known], content
        )
        count = AuthenticationResponse.from_dict(content).response.authenticator_data.counter
    except BROKEN:
        raise Invalid("passkey") from None
    before = next(one for one in known if one.credential.credential_id == found.credential_id)
    if (count or before.count) and count <= before.count:
        raise Invalid("passkey-copied")
    return Passkey(found, count)


def _server(request: HttpRequest) -> Fido2Server:
    host = request.get_host()
    here = f"{request.scheme}://{host}"
    party = PublicKeyCredentialRpEntity(id=host.partition(":")[0], name=str(settings.INSTITUTION))
    return Fido2Server(party, verify_origin=lambda origin: origin == here)


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        raise ValueError
    found = orjson.loads(answer)
    if not isinstance(found, dict):
        raise TypeError
    return found
