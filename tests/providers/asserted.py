"""A SAML provider's answers, made by hand: each part can be bent before or after it is signed."""

import base64
import copy
import datetime as dt
import zlib
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse
from lxml import etree
from signxml import XMLSigner

from toride.access import integrity
from toride.access.models import Provider
from toride.access.sso import xml
from toride.access.sso.config import Config
from toride.base import clock

ISSUER, ADDRESS = "https://login.example.jp/idp", "https://login.example.jp/sso"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


@cache
def made(name: str) -> tuple[str, str]:
    """A key and its certificate, PEM."""
    key = rsa.generate_private_key(65537, 2048)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    ours = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=9))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode(), ours.public_bytes(serialization.Encoding.PEM).decode()


def keys(name: str = "idp") -> tuple[str, str]:
    return made(name)


def at(seconds: float = 0) -> str:
    return (clock.now() + dt.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def provider(**more: object) -> Provider:
    wanted = Config(ISSUER, "", **{"claim": "uid", "address": ADDRESS, "certificates": (keys()[1],)} | more)
    made = Provider(kind="saml", name="Hausdienst", content=wanted.text(), changed=clock.now())
    made.seal = integrity.of_provider(made)
    made.save()
    return made


def begun(client: Client, found: Provider) -> tuple[etree._Element, str]:
    """Off to the provider: what was asked, and the state that goes with it."""
    answer = client.post(reverse("sign_on", kwargs={"provider": found.pk}))
    query = parse_qs(urlsplit(answer.url).query)
    asked = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15)
    return etree.fromstring(asked), query["RelayState"][0]


def place(found: Provider, name: str) -> str:
    return f"http://testserver/sign-in/on/{found.pk}/{name}/"


def drafted(found: Provider, number: str, name: str = "hasegawa") -> etree._Element:
    """An answer that lets `name` in once its assertion is signed."""
    post, entity = place(found, "post"), place(found, "metadata")
    return etree.fromstring(f"""<p:Response xmlns:p="{xml.NAMES["p"]}" xmlns:a="{xml.NAMES["a"]}" ID="_r1" Version="2.0"
 IssueInstant="{at()}" Destination="{post}" InResponseTo="{number}"><a:Issuer>{ISSUER}</a:Issuer>
<p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>
<a:Assertion ID="_a{number}" Version="2.0" IssueInstant="{at()}"><a:Issuer>{ISSUER}</a:Issuer><a:Subject>
<a:NameID>id-of-{name}</a:NameID><a:SubjectConfirmation Method="{BEARER}"><a:SubjectConfirmationData
 Recipient="{post}" InResponseTo="{number}" NotOnOrAfter="{at(300)}"/></a:SubjectConfirmation></a:Subject>
<a:Conditions NotBefore="{at(-5)}" NotOnOrAfter="{at(300)}"><a:AudienceRestriction><a:Audience>{entity}</a:Audience>
</a:AudienceRestriction></a:Conditions><a:AuthnStatement AuthnInstant="{at(-60)}"><a:AuthnContext>
<a:AuthnContextClassRef>urn:strong</a:AuthnContextClassRef></a:AuthnContext></a:AuthnStatement><a:AttributeStatement>
<a:Attribute Name="uid"><a:AttributeValue>{name}</a:AttributeValue></a:Attribute>
<a:Attribute Name="groups"><a:AttributeValue>tellers</a:AttributeValue><a:AttributeValue>others</a:AttributeValue></a:Attribute>
</a:AttributeStatement></a:Assertion></p:Response>""")


def one(root: etree._Element, path: str) -> etree._Element:
    return root.find(f".//{path}", xml.NAMES)


def signed(root: etree._Element, key: str = "idp", signer: XMLSigner | None = None) -> etree._Element:
    """With its assertion signed in its place."""
    plain = one(root, "a:Assertion")
    private, certificate = keys(key)
    signer = signer or XMLSigner(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
    alone = etree.fromstring(etree.tostring(plain))
    made = signer.sign(alone, key=private, cert=certificate, reference_uri=f"#{plain.get('ID')}", id_attribute="ID")
    root.replace(plain, made)
    return root


def posted(client: Client, found: Provider, content: bytes, state: str) -> object:
    """As the provider's page posts it, without our cookies; then the browser comes by itself."""
    sent = {"SAMLResponse": base64.b64encode(content).decode(), "RelayState": state}
    answer = Client(enforce_csrf_checks=True).post(reverse("sign_on_post", kwargs={"provider": found.pk}), sent)
    return client.get(answer["Location"]) if answer.status_code == 303 else answer


def entered(
    client: Client, found: Provider, before: Callable[[etree._Element], None] = lambda _root: None,
    after: Callable[[etree._Element], etree._Element | None] = lambda _root: None, name: str = "hasegawa",
    **signing: object,
) -> object:  # fmt: skip
    """There and back: `before` bends what is signed then, `after` what was signed."""
    asked, state = begun(client, found)
    root = drafted(found, asked.get("ID"), name)
    before(root)
    root = signed(root, **signing)
    bent = after(root)
    return posted(client, found, etree.tostring(root if bent is None else bent), state)


def evil(root: etree._Element) -> etree._Element:
    """The signed assertion once more, unsigned, for the administrator."""
    made = copy.deepcopy(one(root, "a:Assertion"))
    made.set("ID", "_evil")
    made.remove(made.find("d:Signature", xml.NAMES))
    one(made, "a:NameID").text = "id-of-hayasaka"
    one(made, "a:AttributeStatement/a:Attribute/a:AttributeValue").text = "hayasaka"
    return made
