"""A small server with the documented HTTP interface of Vault's Transit engine: keys, encrypt, decrypt, errors."""

import base64
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "hvs.CAESIJ-a-token-of-these-tests"
SEALED = (503, {"errors": ["Vault is sealed"]})


class Vault:
    """`keys`: name → (secret, may it be deleted). `sealed`, `slow` (seconds a byte) and `garbled` make it fail."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[bytes, bool]] = {}
        self.sealed, self.slow, self.garbled, self.upsert = False, 0.0, False, True
        self.asked: list[str] = []

    def answer(self, method: str, path: str, token: str | None, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append(f"{method} {path}")
        if self.sealed:
            return SEALED
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        if not path.startswith("/v1/house/transit/"):
            return 404, {"errors": [f'no handler for route "{path}". route entry not found.']}
        what, _, name = path.removeprefix("/v1/house/transit/").partition("/")
        if what == "keys?list=true" and method == "GET":
            return (200, {"data": {"keys": sorted(self.keys)}}) if self.keys else (404, {"errors": []})
        acts = {("POST", "encrypt"): self.encrypt, ("POST", "decrypt"): self.decrypt}
        if (method, what) in acts:
            return acts[method, what](name, sent)
        return self.manage(method, name, sent)

    def manage(self, method: str, name: str, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name, _, rest = name.partition("/")
        if method == "POST" and not rest:
            self.keys.setdefault(name, (os.urandom(32), False))
            return 200, {"data": {"name": name, "type": sent["type"], "latest_version": 1}}
        if name not in self.keys:
            return 404, {"errors": []}
        if method == "POST" and rest == "config":
            self.keys[name] = (self.keys[name][0], sent["deletion_allowed"])
            return 200, {"data": {"name": name}}
        if method == "DELETE":
            if not self.keys[name][1]:
                return 400, {"errors": [f"error deleting policy {name}: deletion is not allowed for this policy"]}
            del self.keys[name]
            return 204, {}
        return 200, {"data": {"name": name, "latest_version": 1}}

    def encrypt(self, name: str, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if name not in self.keys and self.upsert:
            self.keys[name] = (os.urandom(32), False)
        if name not in self.keys:
            return 403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]}
        nonce = os.urandom(12)
        bound = base64.b64decode(sent.get("associated_data", ""))
        sealed = nonce + AESGCM(self.keys[name][0]).encrypt(nonce, base64.b64decode(sent["plaintext"]), bound)
        return 200, {"data": {"ciphertext": f"vault:v1:{base64.b64encode(sealed).decode()}", "key_version": 1}}

    def decrypt(self, name: str, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if name not in self.keys:
            return 400, {"errors": ["encryption key not found"]}
        if not sent["ciphertext"].startswith("vault:v1:"):
            return 400, {"errors": ["invalid ciphertext: no prefix"]}
        try:
            sealed = base64.b64decode(sent["ciphertext"].removeprefix("vault:v1:"), validate=True)
            bound = base64.b64decode(sent.get("associated_data", ""))
            plain = AESGCM(self.keys[name][0]).decrypt(sealed[:12], sealed[12:], bound)
        except InvalidTag:
            return 400, {"errors": ["cipher: message authentication failed"]}
        except ValueError:
            return 400, {"errors": ["invalid ciphertext: could not decode base64"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}


@contextmanager
def serving() -> Iterator[tuple[Vault, str]]:
    """(The vault, its address with the mount), on loopback."""
    vault = Vault()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = json.loads(self.rfile.read(length) or b"{}")
            status, told = vault.answer(self.command, self.path, self.headers.get("X-Vault-Token"), sent)
            body = b"<html>" if vault.garbled else b"" if status == 204 else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for byte in [body] if not vault.slow else [bytes([one]) for one in body]:
                time.sleep(vault.slow)
                self.wfile.write(byte)
                self.wfile.flush()

        def handle_one_request(self) -> None:
            with suppress(OSError):  # the asker went away
                self.raw_requestline = self.rfile.readline(65_537)
                if self.raw_requestline and self.parse_request():
                    self.answer()

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield vault, f"http://127.0.0.1:{server.server_port}/house/transit"
    finally:
        server.shutdown()
        server.server_close()
