"""How many requests wait for somebody: asked for every page, so in one plain statement, and only where any is open."""

from collections.abc import Sequence
from typing import Any

from toride.access.approvals import requests
from toride.access.approvals.requests import OPEN, State
from toride.access.models import Approval, Person
from toride.base import clock
from toride.vault import rows

STORE = "default"
_READ = (
    "SELECT kind, state, asker_id, concerns, branches, subject_id FROM access_approval"
    " WHERE state IN (%s, %s) AND expires > %s"
)


def count(person: Person) -> int:
    """How many wait for something that this person does: a decision, or an answer."""
    if not getattr(person, "asked", True):
        return 0
    found = map(_request, rows.fetch(STORE, _READ, [*OPEN, rows.to_moment(STORE, clock.now())]))
    return sum(_waits(person, row) for row in found if requests.is_declared(row.kind))


def _waits(person: Person, row: Approval) -> bool:
    return row.asker_id == person.id if row.state == State.HELD else requests.may_decide(person, row)


def _request(read: Sequence[Any]) -> Approval:
    """What of a request stands in clear and says who may decide it."""
    kind, state, asker, concerns, branches, subject = read
    return Approval(
        kind=kind, state=state, asker_id=rows.from_id(asker), concerns=rows.from_list(concerns),
        branches=rows.from_list(branches), subject_id=rows.from_id(subject) if subject else None,
    )  # fmt: skip
