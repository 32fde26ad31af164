"""SAML metadata: what a provider says of itself in a file, and what we say of ourselves."""

import re
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from toride.access.sso import markup
from toride.access.sso.said import Doubt
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
    root = markup.opened(content.strip().encode())
    if root.tag != markup.name("m:EntityDescriptor"):
        raise Doubt("markup")
    door = markup.only(root, "m:IDPSSODescriptor")
    places = [
        one.get("Location", "")
        for one in door.findall("m:SingleSignOnService", markup.NAMES)
        if one.get("Binding") == REDIRECT
    ]
    keys = [one for one in door.findall("m:KeyDescriptor", markup.NAMES) if one.get("use", "signing") == "signing"]
    certificates = [_certificate(one) for key in keys for one in key.findall(".//d:X509Certificate", markup.NAMES)]
    if not places or not 0 < len(certificates) <= MOST:
        raise Doubt("markup")
    return Described(root.get("entityID", ""), places[0], tuple(dict.fromkeys(certificates)))


def ours(places: Places) -> str:
    """What a provider needs to know of us."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<md:EntityDescriptor xmlns:md="{markup.NAMES["m"]}"'
        f" entityID={quoteattr(places.entity)}>\n"
        f'  <md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true"'
        f' protocolSupportEnumeration="{markup.NAMES["p"]}">\n'
        f'    <md:AssertionConsumerService Binding="{POST}" Location={quoteattr(places.answers)} index="0"'
        f' isDefault="true"/>\n  </md:SPSSODescriptor>\n</md:EntityDescriptor>\n'
    )


def _certificate(element: Any) -> str:
    body = re.sub(r"\s", "", markup.text(element))
    markup.decoded(body)
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
