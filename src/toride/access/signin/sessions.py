"""Sessions in the data store, read in one statement; kept under a digest, so that a copy gives no usable cookie.

What a session holds is signed for the place where it stands, and of a person only while their visit lasts: a row moved,
copied or put back is none.
"""

import hashlib
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from toride.base import clock
from toride.vault import rows

STORE = "default"
LENGTH = 40  # of Django's column: 160 of SHA-256's bits, in hex
_READ = (
    "SELECT s.session_data, v.person_id FROM django_session s LEFT JOIN access_visit v"
    " ON v.session = s.session_key AND v.ended IS NULL WHERE s.session_key = %s AND s.expire_date > %s"
)


class SessionStore(db.SessionStore):
    """Django's own in everything but the reading, and the name under which a session is kept."""

    def load(self) -> dict[str, Any]:
        """The session's content; empty, and without a key, where it is unknown or over."""
        found = rows.fetch(STORE, _READ, [digest(self.session_key), rows.to_moment(STORE, clock.now())])
        content = self._opened(*found[0]) if found else None
        if content is None:
            self._session_key = None
            return {}
        return content

    def _opened(self, data: str, visitor: Any) -> dict[str, Any] | None:
        """None for what was signed for another place, or names somebody whose visit is over, or another's."""
        content = dict(self.decode(data))
        person = content.get(SESSION_KEY)
        if not content or (person is not None and (visitor is None or person != str(rows.from_id(visitor)))):
            return None
        return content

    @property
    def key_salt(self) -> str:
        """For which place the content is signed."""
        return f"toride.sessions.{digest(self.session_key)}"

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
