"""SAML metadata: what a provider says of itself in a file, and what we say of ourselves."""

import re
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from toride.access.sso import xml
from toride.access.sso.assertion import Doubt
from toride.access.sso.saml import POST, Places

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
LONGEST = 200_000  # characters
MOST = 4  # certificates


@dataclass(frozen=True, slots=True)
class Described:
    """What a provider calls itself, where it is asked, and the certificates of its keys (PEM)."""

    issuer: str
    address: str
    certificates: tuple[str, ...]


def read(content: str) -> Described:
    """The metadata of one provider. Raises Doubt for anything else."""
    if len(content) > LONGEST:
        raise Doubt("markup")
    root = xml.opened(content.strip().encode())
    if root.tag != xml.name("m:EntityDescriptor"):
        raise Doubt("markup")
    door = xml.only(root, "m:IDPSSODescriptor")
    places = [
        one.get("Location", "")
        for one in door.findall("m:SingleSignOnService", xml.NAMES)
        if one.get("Binding") == REDIRECT
    ]
    keys = [one for one in door.findall("m:KeyDescriptor", xml.NAMES) if one.get("use", "signing") == "signing"]
    certificates = [_certificate(one) for key in keys for one in key.findall(".//d:X509Certificate", xml.NAMES)]
    if not places or not 0 < len(certificates) <= MOST:
        raise Doubt("markup")
    return Described(root.get("entityID", ""), places[0], tuple(dict.fromkeys(certificates)))


def ours(places: Places) -> str:
    """What a provider needs to know of us."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<md:EntityDescriptor xmlns:md="{xml.NAMES["m"]}"'
        f" entityID={quoteattr(places.entity)}>\n"
        f'  <md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true"'
        f' protocolSupportEnumeration="{xml.NAMES["p"]}">\n'
        f'    <md:AssertionConsumerService Binding="{POST}" Location={quoteattr(places.answers)} index="0"'
        f' isDefault="true"/>\n  </md:SPSSODescriptor>\n</md:EntityDescriptor>\n'
    )


def _certificate(element: Any) -> str:
    body = re.sub(r"\s", "", xml.text(element))
    xml.decoded(body)
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
