"""What can go wrong, as four answers a person can act on; no message carries personal data."""

from typing import Any


class TorideError(Exception):
    """An expected error. `reason` is shown to the person; `status` is the HTTP status."""

    status = 500
    exit_code = 1

    def __init__(self, reason: Any = "", **facts: Any) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.facts = facts


class Hidden(TorideError):  # noqa: N818 - reads as a state: the record is hidden
    """Out of row scope, or unknown: the two must not be told apart (OWASP ASVS 4.2.1)."""

    status = 404
    exit_code = 4


class Refused(TorideError):  # noqa: N818
    """In scope, but closed to this duty or purpose."""

    status = 403
    exit_code = 3


class Conflict(TorideError):  # noqa: N818
    """Somebody else was first: a taken number, a newer revision."""

    status = 409
    exit_code = 5


class Taken(Conflict):
    """It belongs to another already."""


class Invalid(TorideError):  # noqa: N818
    """The input cannot be used; `fields` maps a field to what to do about it."""

    status = 422
    exit_code = 2

    def __init__(self, reason: Any = "", fields: dict[str, Any] | None = None, **facts: Any) -> None:
        super().__init__(reason, **facts)
        self.fields = fields or {}


class Doubtful(Invalid):
    """It can be done, and only once somebody has confirmed it."""


class Unavailable(TorideError):  # noqa: N818
    """A store, key or the trail cannot be reached: fail closed."""

    status = 503
    exit_code = 6


class ConfigurationError(TorideError):
    """The installation is not usable as configured."""

    exit_code = 78
