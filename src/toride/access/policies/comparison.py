"""What another policy would mean: which cells differ, and who would gain or lose what, by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from toride.access.models import Person
from toride.access.policy import Duty, Policy
from toride.access.roles import HOME, Grant, Reach
from toride.vault.permit import Category, Opening

WITHIN = {
    Reach.NONE: (Reach.NONE,),
    Reach.OWN: (Reach.NONE, Reach.OWN),
    Reach.DEPARTMENT: (Reach.NONE, Reach.OWN, Reach.DEPARTMENT),
    Reach.BRANCH: (Reach.NONE, Reach.OWN, Reach.BRANCH),
    Reach.ALL: tuple(Reach),
}
Fields = frozenset[tuple[Category, str]]
Atom = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a role may do of an action differs."""

    role: str
    action: str


@dataclass(frozen=True, slots=True)
class Move:
    """Who would be able to do more, and who less, of an action: id → name. A person may stand in both."""

    action: str
    gains: dict[UUID, str]
    loses: dict[UUID, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Between two policies. `duties`: those made, ended, or called and held otherwise, before and after."""

    cells: tuple[Cell, ...]
    moves: tuple[Move, ...]
    duties: tuple[tuple[Duty | None, Duty | None], ...] = ()

    @property
    def people(self) -> frozenset[UUID]:
        """Everybody who would gain or lose."""
        return frozenset(one for move in self.moves for side in (move.gains, move.loses) for one in side)


def compare(before: Policy, after: Policy) -> Difference:
    """Cells by role and action; moves of those who are active, by action. One query."""
    cells = tuple(
        Cell(role, action)
        for role in sorted({*before.grants, *after.grants})
        for action in sorted({*before.grants.get(role, {}), *after.grants.get(role, {})} - set(HOME.actions))
        if list(before.grants.get(role, {}).get(action, ())) != list(after.grants.get(role, {}).get(action, ()))
    )
    groups: dict[tuple[tuple[str, ...], int], dict[UUID, str]] = {}
    for person in Person.objects.filter(is_active=True).order_by("name"):
        groups.setdefault((tuple(person.roles), person.rank), {})[person.id] = person.name
    moves = (_move(before, after, action, groups) for action in sorted({cell.action for cell in cells}))
    return Difference(cells, tuple(move for move in moves if move.gains or move.loses), duties(before, after))


def duties(before: Policy, after: Policy) -> tuple[tuple[Duty | None, Duty | None], ...]:
    """Duties that differ as such, whatever they grant."""
    pairs = ((before.duties.get(code), after.duties.get(code)) for code in {**before.duties, **after.duties})
    return tuple(pair for pair in pairs if pair[0] != pair[1])


def _move(
    before: Policy, after: Policy, action: str, groups: dict[tuple[tuple[str, ...], int], dict[UUID, str]]
) -> Move:
    move = Move(action, {}, {})
    for (held, rank), people in groups.items():
        grants = [policy.of(list(held), rank, action) for policy in (before, after)]
        fields = frozenset(key for side in grants for grant in side for key in grant.fields)
        old, new = (frozenset(atom for grant in side for atom in _atoms(grant, fields)) for side in grants)
        move.gains.update(people if new - old else {})
        move.loses.update(people if old - new else {})
    return move


def _atoms(grant: Grant, fields: Fields) -> Iterator[Atom]:
    """Everything that a grant allows, each on its own: more is a superset."""
    for purpose in grant.purposes:
        for reach in WITHIN[grant.reach]:
            yield purpose, reach
            for category in Category:
                whole = grant.opens.get(category, Opening.CLOSED)
                yield from ((purpose, reach, category, level) for level in _levels(whole))
                own: Sequence[str] = [name for place, name in fields if place is category]
                for name in own:
                    levels = _levels(grant.fields.get((category, name), whole))
                    yield from ((purpose, reach, category, name, level) for level in levels)


def _levels(opening: Opening) -> list[Opening]:
    return [level for level in Opening if Opening.CLOSED < level <= opening]
