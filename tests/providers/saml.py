"""A SAML provider: `python -m tests.providers.saml PORT OUR_METADATA_URL` serves until it is ended."""

import datetime as dt
import shutil
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs
from wsgiref.simple_server import make_server

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import CryptoBackendXmlSec1
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from tests.providers import PASSWORD

PAGE = """<!doctype html><link rel=icon href=data:,><title>行員認証</title><form method=post>
<input name=username><input name=password type=password><button>入る</button></form>"""


class Signer(CryptoBackendXmlSec1):
    """Signs with the library that the command xmlsec1 is made of."""

    def sign_statement(self, statement: object, node_name: str, key_file: str, node_id: str) -> str:
        root = etree.fromstring(statement if isinstance(statement, bytes) else str(statement).encode())
        xmlsec.tree.add_ids(root, ["ID"])
        signed = root if root.get("ID") == node_id else root.find(f".//*[@ID='{node_id}']")
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(key_file, xmlsec.constants.KeyDataFormatPem)
        context.sign(signed.find(f"{{{xmlsec.constants.DSigNs}}}Signature"))
        return etree.tostring(root).decode()


def keys(folder: Path) -> dict[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=9))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return {"key_file": str(folder / "key.pem"), "cert_file": str(folder / "cert.pem")}


def configured(folder: Path, url: str, ours: str) -> IdPConfig:
    (folder / "ours.xml").write_bytes(urllib.request.urlopen(ours, timeout=10).read())
    return IdPConfig().load({
        "entityid": f"{url}/metadata", "xmlsec_binary": shutil.which("true"), **keys(folder),
        "metadata": {"local": [str(folder / "ours.xml")]},
        "service": {"idp": {"endpoints": {"single_sign_on_service": [(f"{url}/sso", BINDING_HTTP_REDIRECT)]},
                            "sign_assertion": True, "sign_response": False,
                            "policy": {"default": {"lifetime": {"minutes": 5}}}}},
    })  # fmt: skip


def serve(port: int, ours: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = configured(Path(folder), f"http://127.0.0.1:{port}", ours)
        idp = Server(config=config)
        idp.sec.crypto, config.xmlsec_binary = Signer(""), None
        about = str(entity_descriptor(config)).encode()

        def answer(environ: dict[str, object], start: object) -> list[bytes]:
            if environ["PATH_INFO"] == "/metadata":
                body, kind = about, "application/xml"
            elif environ["REQUEST_METHOD"] == "GET":
                body, kind = PAGE.encode(), "text/html; charset=utf-8"
            else:
                body, kind = sent_back(idp, environ).encode(), "text/html; charset=utf-8"
            start("200 OK", [("Content-Type", kind)])
            return [body]

        make_server("127.0.0.1", port, answer).serve_forever()


def sent_back(idp: Server, environ: dict[str, object]) -> str:
    """The page that posts the answer for who has typed the right password."""
    query = parse_qs(environ["QUERY_STRING"])
    typed = parse_qs(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
    if typed["password"] != [PASSWORD]:
        return PAGE
    asked = idp.parse_authn_request(query["SAMLRequest"][0], BINDING_HTTP_REDIRECT)
    to = idp.response_args(asked.message)
    name = typed["username"][0]
    made = idp.create_authn_response(
        {"uid": [name]}, **to, name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=f"id-of-{name}"),
        authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": idp.config.entityid}, sign_assertion=True,
        sign_response=False, sign_alg=SIG_RSA_SHA256, digest_alg=DIGEST_SHA256,
    )  # fmt: skip
    state = query["RelayState"][0]
    return idp.apply_binding(BINDING_HTTP_POST, str(made), to["destination"], state, response=True)["data"]


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
