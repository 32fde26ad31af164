"""AWS KMS, emulated by moto on loopback; what moto leaves out (states of keys, whose ciphertext it is) is added."""

import base64
import io
import json
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

REGION = "ap-northeast-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}
STATES = {
    "Disabled": ("DisabledException", "{} is disabled."),
    "PendingDeletion": ("KMSInvalidStateException", "{} is pending deletion."),
}


class Amazon:
    """`away`: it answers nothing that can be used."""

    def __init__(self) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.away = False
        self.asked: list[str] = []

    @property
    def keys(self) -> dict[str, Any]:
        """By id."""
        return get_backend("kms")[DEFAULT_ACCOUNT_ID][REGION].keys

    def __call__(self, environ: dict[str, Any], begin: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        self.asked.append(operation)
        if self.away:
            begin("503 Service Unavailable", [("Content-Type", "text/html")])
            return [b"<html>"]
        if problem := self.problem(operation, json.loads(body or b"{}")):
            begin("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1")])
            return [json.dumps({"__type": problem[0], "message": problem[1]}).encode()]
        return self.moto(environ | {"wsgi.input": io.BytesIO(body)}, begin)

    def problem(self, operation: str, sent: dict[str, Any]) -> tuple[str, str] | None:
        key = self.keys.get(str(sent.get("KeyId") or sent.get("TargetKeyId")))
        if key is None or operation not in {"Encrypt", "Decrypt", "CreateAlias", "ScheduleKeyDeletion"}:
            return None
        if key.key_state in STATES and not (operation == "ScheduleKeyDeletion" and key.key_state == "Disabled"):
            code, words = STATES[key.key_state]
            return code, words.format(key.arn)
        blob = base64.b64decode(sent.get("CiphertextBlob", ""))
        if blob and not blob.startswith(key.id.encode()) and blob[:36].decode("ascii", "replace") in self.keys:
            return "IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this."
        return None


@contextmanager
def serving() -> Iterator[tuple[Amazon, str]]:
    """(The emulator, its address)."""
    amazon = Amazon()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, amazon, threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield amazon, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
