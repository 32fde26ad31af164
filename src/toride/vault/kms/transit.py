"""Root keys in HashiCorp Vault or OpenBao (Transit): one key there for each root version, deleted with it.

One key with many versions would not do: Transit trims versions from the oldest on only, while ours end in any order.
"""

import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from toride.base import config, outgoing
from toride.base.errors import ConfigurationError, Invalid, Unavailable
from toride.vault.aead import Part, Unopenable, pack

SECONDS = 5.0
PREFIX = "toride-"
MOUNT = re.compile(r"/[A-Za-z0-9_./-]+")
VERSION = re.compile(PREFIX + "[0-9a-f]{16}")
NONE, REFUSED, WRONG = 404, 403, 400
# What Transit says (status 400) of a key that is gone and of a ciphertext that is not this key's, or altered.
GONE = ("encryption key not found",)
BENT = ("message authentication failed", "invalid ciphertext", "version is disallowed", "unable to decrypt")


def connect(place: str) -> "Transit":
    """The provider for `transit:https://host:port/mount`; ConfigurationError for any other address."""
    parts = urlsplit(place)
    if parts.scheme not in {"https", "http"} or not MOUNT.fullmatch(parts.path) or parts.query or parts.username:
        raise ConfigurationError("TORIDE_KMS: after transit: comes https://host:port/mount.")
    return Transit(f"{parts.scheme}://{parts.netloc}/v1{parts.path.rstrip('/')}")


class Transit:
    """One mount of the engine. The token is read for each call, so that an agent may renew its file."""

    def __init__(self, root: str) -> None:
        self.root = root

    def create(self) -> str:
        version = PREFIX + secrets.token_hex(8)
        self._ask("POST", f"keys/{version}", {"type": "aes256-gcm96", "exportable": False})
        self._ask("POST", f"keys/{version}/config", {"deletion_allowed": True})
        return version

    def wrap(self, version: str, plaintext: bytes, *context: Part) -> bytes:
        self._ask("GET", f"keys/{_sure(version)}")  # a token that may create keys would make the missing one anew
        sent = {"plaintext": _text(plaintext), "associated_data": _text(pack("root", version, *context))}
        return str(self._ask("POST", f"encrypt/{version}", sent)["ciphertext"]).encode()

    def unwrap(self, version: str, blob: bytes, *context: Part) -> bytes:
        try:
            sealed = blob.decode("ascii")
        except UnicodeDecodeError:
            raise Unopenable from None
        sent = {"ciphertext": sealed, "associated_data": _text(pack("root", version, *context))}
        return b64decode(self._ask("POST", f"decrypt/{_sure(version)}", sent)["plaintext"])

    def destroy(self, version: str) -> None:
        if version in self.versions():
            self._ask("DELETE", f"keys/{version}")

    def versions(self) -> frozenset[str]:
        try:
            names = self._ask("GET", "keys?list=true")["keys"]
        except Unopenable:
            return frozenset()
        return frozenset(name for name in names if VERSION.fullmatch(name))

    def ending(self) -> Mapping[str, datetime]:
        return {}

    def _ask(self, method: str, path: str, sent: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What Vault answers as `data`. Raises Unopenable for a key or ciphertext that is not there or not right."""
        token = config.text("TORIDE_KMS_TOKEN")
        if token is None:
            raise ConfigurationError("TORIDE_KMS is Transit: set TORIDE_KMS_TOKEN_FILE to the file with its token.")
        body = orjson.dumps(sent) if sent is not None else None
        headers = {"X-Vault-Token": token, "X-Vault-Request": "true", "Content-Type": "application/json"}
        try:
            answer = outgoing.send(
                method, f"{self.root}/{path}", headers=headers, body=body, seconds=SECONDS, private=True,
                trusted=config.text("TORIDE_KMS_CA"),
            )  # fmt: skip
        except (Invalid, Unavailable) as error:
            raise Unavailable(f"the KMS cannot be asked: {error}") from None
        return _read(answer)


def _read(answer: outgoing.Answer) -> dict[str, Any]:
    try:
        told = orjson.loads(answer.body) if answer.body else {}
        if answer.status in {200, 204}:
            return dict(told.get("data") or {})
        problems = " ".join(map(str, told.get("errors") or ())).lower()
    except (ValueError, AttributeError, TypeError):
        raise Unavailable("the KMS answers in another language") from None
    absent = answer.status == NONE and not problems  # with words it is the mount that is not there
    if absent or (answer.status == WRONG and any(words in problems for words in (*GONE, *BENT))):
        raise Unopenable
    if answer.status == REFUSED:
        raise Unavailable("the KMS refuses this token; check TORIDE_KMS_TOKEN_FILE and its policy")
    raise Unavailable(f"the KMS answers with status {answer.status}")


def _sure(version: str) -> str:
    """A name of ours, that leads nowhere else in Vault whatever the key store says. Raises Unopenable."""
    if not VERSION.fullmatch(version):
        raise Unopenable
    return version


def _text(plain: bytes) -> str:
    return b64encode(plain).decode()
