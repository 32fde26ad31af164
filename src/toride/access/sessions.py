"""Sessions in the data store, read in one statement; kept under a digest, so that a copy gives no usable cookie."""

import hashlib
from typing import Any

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


def digest(key: str | None) -> str:
    """The name under which a session is kept; the cookie holds what was digested."""
    return hashlib.sha256((key or "").encode()).hexdigest()[:LENGTH]
