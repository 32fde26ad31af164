"""XML from outside: parsed within limits, and of what is signed only what the signature covers."""

import base64
import binascii
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from toride.access.sso.assertion import Doubt

LARGEST = 262_144  # characters of base64
NAMES = {
    "p": "urn:oasis:names:tc:SAML:2.0:protocol",
    "a": "urn:oasis:names:tc:SAML:2.0:assertion",
    "m": "urn:oasis:names:tc:SAML:2.0:metadata",
    "d": "http://www.w3.org/2000/09/xmldsig#",
}


def is_installed() -> bool:
    """Was Toride installed with its extra `saml`?"""
    return find_spec("signxml") is not None


def decoded(text: str) -> bytes:
    """Base64 as a form carries it. Raises Doubt."""
    try:
        return base64.b64decode("".join(text[: LARGEST + 1].split()) if len(text) <= LARGEST else "?", validate=True)
    except (ValueError, binascii.Error):
        raise Doubt("answer") from None


def opened(content: bytes) -> Any:
    """The root of a document without a document type, and so without entities. Raises Doubt."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Doubt("markup") from None
    about = root.getroottree().docinfo
    if about.internalDTD is not None or about.externalDTD is not None or about.doctype:
        raise Doubt("markup")
    return root


def signed(root: Any, path: str, certificates: Sequence[str]) -> Any:
    """The element at `path` under `root` as one of these certificates' keys has signed it: nothing that stands outside
    of the signature, or beside it in the document, is in what comes back. Raises Doubt.
    """
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    tag = name(path)
    found = list(root.iter(tag))
    if len(found) != 1 or found[0].getparent() is not root or len(found[0].findall("d:Signature", NAMES)) != 1:
        raise Doubt("signature")
    hashes = ("SHA256", "SHA384", "SHA512")
    wanted = SignatureConfiguration(
        location=f"./{tag}/",
        signature_methods=frozenset(SignatureMethod[f"{kind}_{one}"] for kind in ("RSA", "ECDSA") for one in hashes),
        digest_algorithms=frozenset(DigestAlgorithm[one] for one in hashes),
    )
    for certificate in certificates:
        result = _verified(XMLVerifier(), root, certificate, wanted)
        if result is not None:
            if result.tag != tag or result.get("ID") != found[0].get("ID"):
                raise Doubt("signature")
            return result
    raise Doubt("signature")


def only(element: Any, path: str) -> Any:
    """The one element at a path. Raises Doubt where there are none or several."""
    found = element.findall(path, NAMES)
    if len(found) != 1:
        raise Doubt("answer")
    return found[0]


def text(element: Any) -> str:
    """All of an element's text. Raises Doubt where it holds anything else: an element, an entity, a comment."""
    if len(element):
        raise Doubt("answer")
    return (element.text or "").strip()


def name(short: str) -> str:
    """`a:Assertion` in full."""
    space, _colon, local = short.partition(":")
    return f"{{{NAMES[space]}}}{local}"


def _verified(verifier: Any, root: Any, certificate: str, wanted: Any) -> Any:
    from lxml import etree
    from signxml.exceptions import SignXMLException

    try:
        return verifier.verify(root, x509_cert=certificate, id_attribute="ID", expect_config=wanted).signed_xml
    except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError, AttributeError, AssertionError):
        return None
