"""The policy as a table: roles × actions, with reach, openings and purposes."""

from collections.abc import Collection
from dataclasses import dataclass

from toride.access import policy
from toride.access.models import Person
from toride.access.policy import Duty, Policy
from toride.access.roles import Grant
from toride.base import actions
from toride.vault.permit import Category, Opening

RECORD = "customers:profile:read"
MARKS = {Opening.CLEAR: "●", Opening.MASKED: "◐", Opening.CLOSED: "○"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one role may do of one action."""

    reach: str
    rank: int
    purposes: tuple[str, ...]
    opens: tuple[tuple[Category, Opening], ...]

    @property
    def marks(self) -> str:
        """Five marks, one for each category in order: ● clear, ◐ masked, ○ closed; none where it opens nothing."""
        if not any(opening for _, opening in self.opens):
            return ""
        return "".join(MARKS[opening] for _, opening in self.opens)


@dataclass(frozen=True, slots=True)
class Table:
    """`rows`: (action, one list of cells for each role)."""

    roles: tuple[Duty, ...]
    rows: tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]


def table(rules: Policy | None = None, also: Collection[str] = ()) -> Table:
    """The matrix of a policy, of the one in force by default: every action that somebody may do, and `also` these."""
    rules = rules or policy.current()
    duties = tuple(rules.duties.values())
    return Table(
        duties,
        tuple(
            (action, tuple(cells(rules, duty.code, action) for duty in duties))
            for action in actions.declared()
            if action in also or any(action in table for table in rules.grants.values())
        ),
    )


def cells(rules: Policy, role: str, action: str) -> tuple[Cell, ...]:
    """What a role may do of an action."""
    return tuple(_cell(grant) for grant in rules.grants.get(role, {}).get(action, ()))


def opened(person: Person, rules: Policy | None = None) -> tuple[tuple[str, str, tuple[Opening, ...]], ...]:
    """(purpose, row scope, how far each category opens in a record), for each purpose of the person's duties."""
    granted = (rules or policy.current()).of(person.roles, person.rank, RECORD)
    return tuple(
        dict.fromkeys(
            (purpose, cell.reach, tuple(opening for _, opening in cell.opens))
            for cell in map(_cell, granted)
            for purpose in cell.purposes
        )
    )


def _cell(grant: Grant) -> Cell:
    opens = tuple((category, grant.opens.get(category, Opening.CLOSED)) for category in Category)
    return Cell(grant.reach.value, grant.rank, grant.purposes, opens)
