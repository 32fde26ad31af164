"""Sessions in the data store, read in one statement; kept under a digest, so that a copy gives no usable cookie."""

import hashlib
import hmac
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.contrib.sessions.backends import db

from toride.base import clock
from toride.vault import rows

STORE = "default"
LENGTH = 40  # of Django's column: 160 of SHA-256's bits, in hex
_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's own in everything but the reading, and the name under which a session is kept."""

    def load(self) -> dict[str, Any]:
        """The session's content; empty, and without a key, where it is unknown or over."""
        found = rows.fetch(STORE, _READ, [digest(self.session_key), rows.to_moment(STORE, clock.now())])
        if not found:
            self._session_key = None
            return {}
        return dict(self.decode(found[0][0]))

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The content behind its seal."""
        content = orjson.dumps(session_dict).decode()
        return f"{_seal(content)}:{content}"

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What `encode` was given; nothing where the seal is not ours."""
        text = session_data if isinstance(session_data, str) else session_data.decode()
        seal, _, content = text.partition(":")
        return orjson.loads(content) if hmac.compare_digest(seal.encode(), _seal(content).encode()) else {}

    def exists(self, session_key: str) -> bool:
        return bool(super().exists(digest(session_key)))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row to be saved."""
        made = super().create_model_instance(data)
        made.session_key = digest(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        """Ends a session; nothing where there is none."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(digest(key))


def _seal(content: str) -> str:
    """HMAC-SHA-256 under a key of its own, in hex."""
    return hmac.digest(_key(settings.SECRET_KEY), content.encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"toride:session", "sha256")


def digest(key: str | None) -> str:
    """The name under which a session is kept; the cookie holds what was digested."""
    return hashlib.sha256((key or "").encode()).hexdigest()[:LENGTH]
