"""The policy in force: shipped roles compiled for lookup by role and action, with a version that events name."""

import hashlib
from dataclasses import dataclass
from functools import cache

import orjson

from toride.access import roles
from toride.access.roles import Grant


@dataclass(frozen=True, slots=True)
class Policy:
    """`grants[role][action]` → the grants that name the action."""

    version: str
    grants: dict[str, dict[str, tuple[Grant, ...]]]

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


@cache
def current() -> Policy:
    """The policy in force."""
    compiled: dict[str, dict[str, tuple[Grant, ...]]] = {}
    for role in roles.SHIPPED.values():
        table: dict[str, tuple[Grant, ...]] = {}
        for grant in role.grants:
            for action in grant.actions:
                table[action] = (*table.get(action, ()), grant)
        compiled[role.code] = table
    return Policy(_version(), compiled)


def _version() -> str:
    """A name for exactly this content: two installations with the same roles have the same version."""
    content = [[role.code, [[*_plain(grant)] for grant in role.grants]] for role in roles.SHIPPED.values()]
    return "shipped-" + hashlib.sha256(orjson.dumps(content)).hexdigest()[:12]


def _plain(grant: Grant) -> list[object]:
    return [
        sorted(grant.actions),
        sorted(grant.purposes),
        grant.reach.value,
        grant.rank,
        sorted(grant.obligations),
        sorted((int(category), int(opening)) for category, opening in grant.opens.items()),
        sorted((int(category), name, int(opening)) for (category, name), opening in grant.fields.items()),
    ]
