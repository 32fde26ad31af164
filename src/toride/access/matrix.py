"""The policy as a table: roles × actions, with reach, openings and purposes."""

from dataclasses import dataclass

from toride.access import policy, roles
from toride.access.models import Person
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
        """Five marks, one for each category in order: ● clear, ◐ masked, ○ closed."""
        return "".join(MARKS[opening] for _, opening in self.opens)


@dataclass(frozen=True, slots=True)
class Table:
    """`rows`: (action, one list of cells for each role)."""

    roles: tuple[roles.Role, ...]
    rows: tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]


def table() -> Table:
    """The matrix in force, for every action that somebody may do; the system's own are not people's."""
    shipped = tuple(roles.SHIPPED.values())
    return Table(
        shipped,
        tuple(
            (action, tuple(tuple(_cell(grant) for grant in role.grants if action in grant.actions) for role in shipped))
            for action in actions.declared()
            if any(action in grant.actions for role in shipped for grant in role.grants)
        ),
    )


def opened(person: Person) -> tuple[tuple[str, str, tuple[Opening, ...]], ...]:
    """(purpose, row scope, how far each category opens in a record), for each purpose of the person's duties."""
    granted = policy.current().of(person.roles, person.rank, RECORD)
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
