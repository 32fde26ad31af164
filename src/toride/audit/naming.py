"""What people call a customer, a colleague or a purpose; the rooms above say how."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from toride.base.errors import ConfigurationError, Hidden
from toride.base.ids import parsed

Resolver = Callable[[str], UUID | None]
_resolvers: dict[str, Resolver] = {}
purposes: dict[str, Any] = {}  # what pages call a purpose, by its code


def register(*, subject: Resolver | None = None, person: Resolver | None = None) -> None:
    """Says how a customer number, or a sign-in name, becomes an id; None where it is unknown.

    Raises ConfigurationError where somebody says so already: one text would name two.
    """
    given = {"subject": subject, "person": person}
    for kind, resolver in given.items():
        if resolver is not None and kind in _resolvers:
            raise ConfigurationError(f"two resolvers are declared for a {kind}")
        if resolver is not None:
            _resolvers[kind] = resolver


def register_purposes(labels: Mapping[str, Any]) -> None:
    """Says what pages call each purpose. Raises ConfigurationError where one has a name already."""
    if twice := purposes.keys() & labels.keys():
        raise ConfigurationError(f"two names are declared for the purpose {min(twice)}")
    purposes.update(labels)


def subject(text: str) -> UUID:
    """The subject of a customer number, or written as a UUID. Raises Hidden for an unknown one."""
    return _resolved("subject", text)


def person(text: str) -> UUID:
    """The person of a sign-in name, or written as a UUID. Raises Hidden for an unknown one."""
    return _resolved("person", text)


def _resolved(kind: str, text: str) -> UUID:
    found = parsed(text) or (_resolvers[kind](text) if kind in _resolvers else None)
    if found is None:
        raise Hidden("unknown")
    return found
