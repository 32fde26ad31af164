"""Sessions in the data store, read in one plain statement: each request begins with it."""

from typing import Any

from django.contrib.sessions.backends import db

from toride.base import clock
from toride.vault import rows

STORE = "default"
_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's own in everything but the reading."""

    def load(self) -> dict[str, Any]:
        """The session's content; empty, and without a key, where it is unknown or over."""
        found = rows.fetch(STORE, _READ, [self.session_key, rows.to_moment(STORE, clock.now())])
        if not found:
            self._session_key = None
            return {}
        return dict(self.decode(found[0][0]))
