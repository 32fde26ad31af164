"""What was agreed upon stands under a key that no database holds: versions of the policy, each person's place, rules of
sign-in, providers, and whatever lets somebody in.
"""

import hmac
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from toride.audit import checkpoints
from toride.base import clock
from toride.base.errors import Refused

HEAD = "Toride policy v1"
USE = "place of a person v1"
OPENING = "opening of a customer v1"
RULES = "rules of sign-in v1"
PROVIDER = "provider of single sign-on v1"
TOKEN = "personal token v1"  # noqa: S105 - the name of a use
CODE = "start code v1"
PLACE = frozenset(("roles", "rank", "branch", "department"))


def of_version(row: Any) -> str:
    """A signed note of a version: its content by digest, who drafted and who approved it, and from when it holds."""
    return checkpoints.attest(_note(row))


def is_version(row: Any) -> bool:
    """Is this version as it was signed?"""
    return checkpoints.attested(row.seal) == _note(row)


def of_place(person: Any) -> str:
    """A keyed digest (HMAC-SHA-256, hex) of who the person is, their duties, rank, branch and department."""
    return _digest(person.id, tuple(person.roles), person.rank, person.branch_id, person.department_id)


def is_place(person: Any) -> bool:
    """Are the person's duties, rank, branch and department what a service gave them?"""
    return hmac.compare_digest(person.seal, of_place(person))


def must_hold(person: Any) -> None:
    """Raises Refused ("altered") where the person's place is not what a service gave them."""
    if not is_place(person):
        raise Refused("altered")


def of_opening(
    number: UUID, person: UUID, subject: UUID, categories: int, created: datetime, *, beyond: bool = False
) -> str:
    """A keyed digest (as `of_place`) of an emergency or a temporary access: who sees what of whom, since when."""
    said = [str(number), str(person), str(subject), categories, clock.micros(created), beyond]
    return _keyed(OPENING, said)


def of_rules(content: str) -> str:
    """A keyed digest (as `of_place`) of the rules of sign-in."""
    return _keyed(RULES, [content])


def is_rules(content: str, seal: str) -> bool:
    """Are these rules what two people agreed upon?"""
    return hmac.compare_digest(seal, of_rules(content))


def of_provider(row: Any) -> str:
    """A keyed digest (as `of_place`) of a provider: whom it lets in, and how it is offered."""
    return _keyed(PROVIDER, [str(row.pk), row.kind, row.name, row.content, bool(row.active), bool(row.sole)])


def is_provider(row: Any) -> bool:
    """Is this provider what two people agreed upon?"""
    return hmac.compare_digest(row.seal, of_provider(row))


def of_token(token: str, person: UUID, expires: datetime) -> bytes:
    """A keyed digest (as `of_place`, in bytes) of a personal token: whose it is, and until when."""
    return bytes.fromhex(_keyed(TOKEN, [token, str(person), clock.micros(expires)]))


def of_code(row: Any) -> str:
    """A keyed digest (as `of_place`) of a start code that may be used: whose it is, who gave it out, until when."""
    said = [str(row.pk), str(row.person_id), str(row.issuer_id or ""), bool(row.agreed), row.digest or ""]
    return _keyed(CODE, [*said, clock.micros(row.issued), clock.micros(row.expires)])


def is_code(row: Any) -> bool:
    """Is this start code as it was given out, and not used yet?"""
    return row.used is None and hmac.compare_digest(row.seal, of_code(row))


@lru_cache(maxsize=8_192)  # asked at every decision; the same place has the same digest
def _digest(person: UUID, roles: tuple[str, ...], rank: int, branch: str | None, department: str | None) -> str:
    place = [str(person), roles, rank, branch, department]
    return _keyed(USE, place)


def _keyed(use: str, said: Any) -> str:
    """HMAC-SHA-256 in hex, under a key of this one use."""
    return hmac.digest(checkpoints.key_for(use), orjson.dumps(said), "sha256").hex()


def _note(row: Any) -> str:
    said = {
        "number": row.number,
        "digest": row.digest,
        "drafter": str(row.drafter_id),
        "approver": str(row.approver_id),
        "approved": clock.micros(row.approved),
        "holds": clock.micros(row.holds),
    }
    return f"{HEAD}\n{orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()}\n"
