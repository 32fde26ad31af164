"""The policy in force: shipped, or a version that two people agreed upon; compiled for lookup by role and action."""

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import orjson
from django.db import Error
from django.utils.translation import get_language

from toride import audit
from toride.access import integrity, roles
from toride.access.actions import Action
from toride.access.models import PolicyVersion
from toride.access.roles import Grant, Reach
from toride.audit.events import SYSTEM
from toride.base import clock
from toride.base.errors import Unavailable
from toride.vault import rows
from toride.vault.permit import Category, Opening

STORE = "default"
RECHECK_SECONDS = 1.0  # how long another process may go on with the version before
TELL_SECONDS = 60.0  # between two events of one process about a policy that is not what was signed
ALTERED = "policy-altered"
ITSELF = "duty"  # in a duty's table, beside its actions: how it is called and held, where not as delivered
Content = dict[str, dict[str, list[dict[str, Any]]]]
_IN_FORCE = (
    "SELECT number, digest FROM access_policyversion WHERE NOT void AND holds <= %s ORDER BY number DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty as a policy has it: held from `rank` upwards, by nobody who holds one of `apart`.

    `names`: Japanese and English; one of them stands for both, none for the delivered ones.
    """

    code: str
    names: tuple[str, str] = ("", "")
    rank: int = 1
    apart: frozenset[str] = frozenset()

    @property
    def label(self) -> Any:
        """Its name in the reader's language."""
        japanese, english = self.names
        here = (japanese or english) if (get_language() or "").startswith("ja") else (english or japanese)
        return here or (roles.SHIPPED[self.code].label if self.code in roles.SHIPPED else self.code)


@dataclass(frozen=True, slots=True)
class Policy:
    """`grants[role][action]` → the grants that name the action. `duties`: the delivered ones first."""

    version: str
    grants: Mapping[str, Mapping[str, Sequence[Grant]]]
    duties: Mapping[str, Duty]

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

    def clash(self, held: Iterable[str]) -> frozenset[str]:
        """Two of these duties that one person must not hold together; empty where there are none."""
        known = [self.duties[code] for code in held if code in self.duties]
        found = (frozenset((one.code, other.code)) for one, other in combinations(known, 2) if self._apart(one, other))
        return next(found, roles.clash(held))

    def does(self, code: str, action: str) -> bool:
        """Does this duty grant the action, at whatever rank?"""
        return action in self.grants.get(code, {})

    def by_acts(self, one: str, other: str) -> bool:
        """Would a person who holds both of these duties do something and judge it, too?"""
        return any(
            self.does(doing, act) and self.does(judging, check)
            for act, check in roles.SEPARATE_ACTS
            for doing, judging in ((one, other), (other, one))
        )

    def _apart(self, one: Duty, other: Duty) -> bool:
        return other.code in one.apart or one.code in other.apart or self.by_acts(one.code, other.code)


@dataclass(frozen=True, slots=True)
class _Held:
    row: tuple[int, str] | None
    policy: Policy
    until: float


_held: _Held | None = None
_told = float("-inf")


def current() -> Policy:
    """The policy in force; looked for anew after RECHECK_SECONDS.

    Raises Unavailable where it cannot be read, or is not what two people agreed upon (ALTERED; told to the trail).
    """
    if _held is not None and time.monotonic() < _held.until:
        return _held.policy
    return _look()


def forget() -> None:
    """The next decision looks for the version in force."""
    global _held, _told
    _held, _told = None, float("-inf")


def _look() -> Policy:
    global _held  # noqa: PLW0603 - as above
    before, _held = _held, None
    try:
        found = rows.fetch(STORE, _IN_FORCE, [rows.to_moment(STORE, clock.now())])
        row = (int(found[0][0]), str(found[0][1])) if found else None
        policy = before.policy if before is not None and before.row == row else _read(row)
    except Error:
        raise Unavailable("policy") from None
    _held = _Held(row, policy, time.monotonic() + RECHECK_SECONDS)
    return policy


def _read(row: tuple[int, str] | None) -> Policy:
    if row is None:
        return shipped()
    policy = signed(PolicyVersion.objects.get(pk=row[0]))
    if policy is None:
        _tell(row)
        raise Unavailable(ALTERED)
    return policy


def signed(row: PolicyVersion) -> Policy | None:
    """The policy of a version; None where it is not what was signed."""
    if not integrity.is_version(row) or digest(row.content) != row.digest:
        return None
    try:
        return compiled(orjson.loads(row.content), name(row.number, row.digest))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _tell(row: tuple[int, str]) -> None:
    global _told  # noqa: PLW0603 - as above
    if time.monotonic() - _told >= TELL_SECONDS:
        _told = time.monotonic()
        facts = {"version": name(*row)}
        audit.note(None, SYSTEM, Action.POLICY_REFUSE, outcome="refused", reason=ALTERED, facts=facts)


def called(code: str) -> str:
    """What pages call a duty: by the policy in force; one that is no more, as it was delivered, or by its code."""
    return str(current().duties.get(code, Duty(code)).label)


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
    order = {code: place for place, code in enumerate(roles.SHIPPED)}
    codes = sorted(content, key=lambda code: (order.get(code, len(order)), code))
    duties = {code: _duty(code, content[code].get(ITSELF, ())) for code in codes}
    grants: dict[str, dict[str, Sequence[Grant]]] = {}
    for code, table in content.items():
        acts = {action: rules for action, rules in table.items() if action != ITSELF}
        least = duties[code].rank
        grants[code] = {action: tuple(_grant(action, one, least) for one in rules) for action, rules in acts.items()}
        grants[code].update(dict.fromkeys(roles.HOME.actions, (roles.HOME,)))
    return Policy(version, grants, duties)


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


def _duty(code: str, said: Sequence[Mapping[str, Any]]) -> Duty:
    """The delivered separations stay, whatever is said."""
    one: Mapping[str, Any] = said[0] if said else {}
    delivered = frozenset(other for pair in roles.SEPARATE if code in pair for other in pair - {code})
    names = (str(one.get("ja", "")), str(one.get("en", "")))
    return Duty(code, names, int(one.get("rank", 1)), frozenset(one.get("apart", ())) | delivered)


def _grant(action: str, one: Mapping[str, Any], least: int) -> Grant:
    """A grant of a duty that is held from rank `least` upwards begins no earlier."""
    return Grant(
        actions=(action,),
        purposes=tuple(one["purposes"]),
        reach=Reach(one["reach"]),
        opens={Category(int(category)): Opening(opening) for category, opening in one["opens"].items()},
        fields={_field(key): Opening(opening) for key, opening in one["fields"].items()},
        rank=max(int(one["rank"]), least),
        obligations=tuple(one["obligations"]),
    )


def _field(key: str) -> tuple[Category, str]:
    category, _, field = key.partition(".")
    return Category(int(category)), field
