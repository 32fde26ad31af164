"""A provider on loopback that says whatever a test makes it say, well signed or not."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from django.test import Client
from django.urls import reverse
from joserfc import jwk, jws

from toride.access import integrity
from toride.access.models import Provider
from toride.access.sso import config
from toride.access.sso.config import Config
from toride.base import clock

CLIENT, SECRET = "toride", "Ein-Geheimnis-zu-zweit"
KEY = jwk.generate_key("RSA", 2048)


def published(key: object = KEY, kid: str = "first", **more: object) -> dict[str, object]:
    return {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "RS256", **more}


class Said:
    """What the provider will say: its description, its keys, the claims of its next token."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.about: dict[str, object] = {
            "issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
        }  # fmt: skip
        self.keys: list[object] = [published()]
        self.head: dict[str, object] = {"alg": "RS256", "kid": "first"}
        self.key: object = KEY
        self.claims: dict[str, object] = {}
        self.nonce = ""
        self.status = 200
        self.token: str | None = None
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []

    def good(self, name: str = "hasegawa") -> dict[str, object]:
        now = int(time.time())
        return {"iss": self.issuer, "aud": CLIENT, "sub": f"id-of-{name}", "preferred_username": name, "iat": now,
                "exp": now + 300, "auth_time": now - 60, "nonce": self.nonce}  # fmt: skip

    def signed(self) -> str:
        claims = {name: value for name, value in {**self.good(), **self.claims}.items() if value is not None}
        return jws.serialize_compact(self.head, json.dumps(claims), self.key, algorithms=[self.head["alg"]])


@contextlib.contextmanager
def speaking() -> Iterator[Said]:
    """The provider, until the test is over."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def answer(self, content: object, status: int = 200) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            said.asked.append((self.path, {}, ""))
            self.answer({"keys": said.keys} if self.path == "/keys" else said.about)

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            said.asked.append((self.path, sent, self.headers.get("Authorization", "")))
            self.answer({"id_token": said.token or said.signed(), "access_token": "unused"}, said.status)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said = Said(f"http://localhost:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield said
    finally:
        server.shutdown()
        server.server_close()


def provider(said: Said, *, sole: bool = False, secret: str = SECRET, **more: object) -> Provider:
    """As two people agreed upon it."""
    wanted = Config(said.issuer, CLIENT, inside=True, **more)
    made = Provider(kind="oidc", name="Hausdienst", content=wanted.text(), sole=sole, changed=clock.now())
    made.blob = config.sealed(made, wanted, secret)
    made.seal = integrity.of_provider(made)
    made.save()
    return made


def begun(client: Client, found: Provider, said: Said, onward: str = "") -> dict[str, str]:
    """Off to the provider; what the address asked for."""
    answer = client.post(reverse("sign_on", kwargs={"provider": found.pk}), {"next": onward})
    assert answer.status_code == 302, answer.content
    asked = {name: value for name, (value,) in parse_qs(urlsplit(answer.url).query).items()}
    said.nonce = asked["nonce"]
    return asked


def back(client: Client, found: Provider, **sent: str) -> object:
    return client.get(reverse("sign_on_back", kwargs={"provider": found.pk}), sent)


def entered(client: Client, found: Provider, said: Said, onward: str = "") -> object:
    """There and back again."""
    asked = begun(client, found, said, onward)
    return back(client, found, code="c0de", state=asked["state"])


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200
