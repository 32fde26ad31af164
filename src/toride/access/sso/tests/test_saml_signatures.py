"""SAML 2.0: the attacks of two decades on signed XML, none of which lets anybody in."""

import copy

import pytest
from django.test import Client
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from tests.people import House
from tests.providers.asserted import (
    entered,
    evil,
    keys,
    one,
    provider,
)
from tests.providers.spoken import is_in
from toride.access.models import Person, Spent
from toride.access.sso import xml
from toride.access.sso.tests.events import reason
from toride.access.sso.tests.markup import put, twice

pytestmark = pytest.mark.requirement("A6")
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"


def part(root: etree._Element, path: str) -> etree._Element:
    """An element of a signature's namespace, made beside `root`."""
    return etree.SubElement(root, xml.name(path))


def xsw1(root: etree._Element) -> etree._Element:
    """The forged answer outside; the one that was signed inside of its signature."""
    outer, inner = copy.deepcopy(root), copy.deepcopy(root)
    outer.replace(one(outer, "a:Assertion"), evil(root))
    signature = one(inner, "d:Signature")
    signature.getparent().remove(signature)
    part(signature, "d:Object").append(inner)
    outer.append(signature)
    return outer


def xsw2(root: etree._Element) -> etree._Element:
    """The same, side by side."""
    outer, inner = copy.deepcopy(root), copy.deepcopy(root)
    outer.replace(one(outer, "a:Assertion"), evil(root))
    outer.append(inner)
    return outer


def xsw3(root: etree._Element) -> None:
    """The forged assertion before the signed one."""
    one(root, "a:Assertion").addprevious(evil(root))


def xsw4(root: etree._Element) -> None:
    """The signed assertion within the forged one."""
    forged, genuine = evil(root), one(root, "a:Assertion")
    root.replace(genuine, forged)
    forged.append(genuine)


def xsw5(root: etree._Element) -> None:
    """The forged one carries the signature; the genuine stands at the end."""
    forged, genuine = evil(root), one(root, "a:Assertion")
    root.replace(genuine, forged)
    signature = one(genuine, "d:Signature")
    genuine.remove(signature)
    forged.insert(1, signature)
    root.append(genuine)


def xsw6(root: etree._Element) -> None:
    """The forged one carries the signature, the signature the genuine."""
    xsw5(root)
    genuine = root[-1]
    root.remove(genuine)
    part(one(root, "d:Signature"), "d:Object").append(genuine)


def xsw7(root: etree._Element) -> None:
    """The forged one among extensions."""
    extensions = etree.Element(xml.name("p:Extensions"))
    extensions.append(evil(root))
    root.insert(1, extensions)


def xsw8(root: etree._Element) -> None:
    """The genuine one in an object of the forged one's signature."""
    forged, genuine = evil(root), one(root, "a:Assertion")
    signature = copy.deepcopy(one(genuine, "d:Signature"))
    genuine.remove(one(genuine, "d:Signature"))
    root.replace(genuine, forged)
    part(signature, "d:Object").append(genuine)
    forged.insert(1, signature)


def same_id(root: etree._Element) -> None:
    xsw5(root)
    one(root, "a:Assertion").set("ID", root[-1].get("ID"))


def hidden(root: etree._Element) -> None:
    """The genuine one under a name that only the signature's reference finds; the forged one stands in its place."""
    forged, genuine = evil(root), one(root, "a:Assertion")
    signature = copy.deepcopy(one(genuine, "d:Signature"))
    root.replace(genuine, forged)
    forged.insert(1, signature)
    genuine.tag = xml.name("a:Advice")
    root.append(genuine)


def without(root: etree._Element) -> None:
    signature = one(root, "d:Signature")
    signature.getparent().remove(signature)


def emptied(root: etree._Element) -> None:
    one(root, "d:SignatureValue").text = ""


def renamed(root: etree._Element) -> None:
    one(root, "a:AttributeStatement/a:Attribute/a:AttributeValue").text = "hayasaka"


def unreferenced(root: etree._Element) -> None:
    reference = one(root, "d:Reference")
    reference.getparent().remove(reference)


WRAPS = (
    xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8, same_id, hidden, without, emptied, renamed, unreferenced,
    twice("d:Signature"),
)  # fmt: skip


def test_signature_covers_what_is_read_or_nobody_comes_in(house: House) -> None:
    """Signature wrapping (Somorovsky and others, 2012) and its kin: neither the forged person nor the genuine."""
    found = provider()
    for wrap in WRAPS:
        entered(client := Client(), found, after=wrap)
        assert not is_in(client), wrap
        assert not Spent.objects.exists(), wrap


def test_signature_by_another_key_opens_nothing(house: House) -> None:
    """The certificate that came along is no proof of anything."""
    entered(client := Client(), provider(), key="another")
    assert not is_in(client)
    assert reason() == "sign-on:signature"
    entered(client := Client(), provider(certificates=(keys("another")[1], keys()[1])))
    assert is_in(client)  # the second of two keys, as while a provider changes them


class Old(XMLSigner):
    def check_deprecated_methods(self) -> None:
        """Lets SHA-1 be made, for the test."""


def test_sha1_is_refused(house: House) -> None:
    found = provider()
    for method, digest in (("RSA_SHA1", "SHA256"), ("RSA_SHA256", "SHA1")):
        algorithms = {"signature_algorithm": SignatureMethod[method], "digest_algorithm": DigestAlgorithm[digest]}
        entered(client := Client(), found, signer=Old(**algorithms, c14n_algorithm=C14N))
        assert not is_in(client), method
        assert reason() == "sign-on:signature"


def test_comment_does_not_cut_a_name(house: House) -> None:
    """CVE-2017-11427 and its kin: the canonical form, which is signed, leaves comments out."""
    Person.objects.filter(pk=house.admin.pk).update(username="hayasaka")
    found = provider()

    def cut(root: etree._Element) -> None:
        value = one(root, "a:AttributeStatement/a:Attribute/a:AttributeValue")
        value.text = "hayasaka"
        value.append(etree.Comment("x"))
        value[0].tail = ".evil.example"

    def named(root: etree._Element) -> None:
        put("a:AttributeStatement/a:Attribute/a:AttributeValue", value="hayasaka.evil.example")(root)

    entered(client := Client(), found, before=named, after=cut)
    assert not is_in(client)
    assert reason() == "sign-on:unknown"
    signer = XMLSigner(c14n_algorithm=f"{C14N}WithComments")
    entered(client := Client(), found, before=cut, signer=signer)
    assert not is_in(client)
