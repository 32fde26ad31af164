"""The policy in force: shipped, or a version that two people agreed upon; compiled for lookup by role and action."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.db import Error

from toride.access import roles
from toride.access.roles import Grant, Reach
from toride.base import clock
from toride.base.errors import Unavailable
from toride.vault import rows
from toride.vault.permit import Category, Opening

STORE = "default"
RECHECK_SECONDS = 1.0  # how long another process may go on with the version before
Content = dict[str, dict[str, list[dict[str, Any]]]]
_IN_FORCE = "SELECT number, digest FROM access_policyversion WHERE holds <= %s ORDER BY number DESC LIMIT 1"
_CONTENT = "SELECT content FROM access_policyversion WHERE number = %s"


@dataclass(frozen=True, slots=True)
class Policy:
    """`grants[role][action]` → the grants that name the action."""

    version: str
    grants: Mapping[str, Mapping[str, Sequence[Grant]]]

    def of(self, held: list[str], rank: int, action: str) -> list[Grant]:
        """The grants of these roles for an action, at this rank."""
        return [grant for role in held for grant in self.grants.get(role, {}).get(action, ()) if rank >= grant.rank]

    def actions(self, held: list[str], rank: int) -> frozenset[str]:
        """Every action that these roles may do at this rank."""
        return frozenset(
            action
            for role in held
            for action, grants in self.grants.get(role, {}).items()
            if any(rank >= grant.rank for grant in grants)
        )


@dataclass(frozen=True, slots=True)
class _Held:
    row: tuple[int, str] | None
    policy: Policy
    until: float


_held: _Held | None = None


def current() -> Policy:
    """The policy in force; looked for anew after RECHECK_SECONDS. Raises Unavailable where it cannot be read."""
    if _held is not None and time.monotonic() < _held.until:
        return _held.policy
    return _look()


def forget() -> None:
    """The next decision looks for the version in force."""
    global _held  # noqa: PLW0603 - one policy per process is the meaning
    _held = None


def _look() -> Policy:
    global _held  # noqa: PLW0603 - as above
    before, _held = _held, None
    try:
        found = rows.fetch(STORE, _IN_FORCE, [rows.to_moment(STORE, clock.now())])
        row = (int(found[0][0]), str(found[0][1])) if found else None
        policy = before.policy if before is not None and before.row == row else _read(row)
    except (Error, ValueError, KeyError, TypeError, AttributeError):
        raise Unavailable("policy") from None
    _held = _Held(row, policy, time.monotonic() + RECHECK_SECONDS)
    return policy


def _read(row: tuple[int, str] | None) -> Policy:
    """Raises ValueError where the content is not what its digest names."""
    if row is None:
        return shipped()
    ((text,),) = rows.fetch(STORE, _CONTENT, [row[0]])
    if digest(text) != row[1]:
        raise ValueError("digest")
    return compiled(orjson.loads(text), name(*row))


@cache
def shipped() -> Policy:
    """Version zero: the roles of roles.py."""
    content = shipped_content()
    return compiled(content, name(0, digest(written(content))))


def shipped_content() -> Content:
    """The shipped roles as content: role → action → rules; what everybody has is not written."""
    content: Content = {}
    for role in roles.SHIPPED.values():
        table = content.setdefault(role.code, {})
        for grant in role.grants:
            for action in grant.actions:
                if action not in roles.HOME.actions:
                    table.setdefault(action, []).append(rule(grant))
    return content


def compiled(content: Content, version: str) -> Policy:
    """Content as grants. Raises ValueError, KeyError or TypeError where it is none."""
    grants: dict[str, dict[str, Sequence[Grant]]] = {}
    for role, table in content.items():
        grants[role] = {action: tuple(_grant(action, one) for one in rules) for action, rules in table.items()}
        grants[role].update(dict.fromkeys(roles.HOME.actions, (roles.HOME,)))
    return Policy(version, grants)


def rule(grant: Grant) -> dict[str, Any]:
    """A grant as JSON; categories and openings by number, a field as `category.name`."""
    return {
        "purposes": list(grant.purposes),
        "reach": grant.reach.value,
        "rank": grant.rank,
        "opens": {str(int(category)): int(opening) for category, opening in sorted(grant.opens.items())},
        "fields": {f"{int(category)}.{field}": int(how) for (category, field), how in sorted(grant.fields.items())},
        "obligations": list(grant.obligations),
    }


def written(content: Content) -> str:
    """Canonical JSON: the same content is the same text."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()


def digest(text: str) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def name(number: int, content: str) -> str:
    """What events call a version: its number, and a name for exactly this content."""
    return f"v{number}-{content[:12]}" if number else f"shipped-{content[:12]}"


def _grant(action: str, one: Mapping[str, Any]) -> Grant:
    return Grant(
        actions=(action,),
        purposes=tuple(one["purposes"]),
        reach=Reach(one["reach"]),
        opens={Category(int(category)): Opening(opening) for category, opening in one["opens"].items()},
        fields={_field(key): Opening(opening) for key, opening in one["fields"].items()},
        rank=int(one["rank"]),
        obligations=tuple(one["obligations"]),
    )


def _field(key: str) -> tuple[Category, str]:
    category, _, field = key.partition(".")
    return Category(int(category)), field
