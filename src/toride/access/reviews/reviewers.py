"""Who reviews whose grant: the nearest who may, never the person themselves nor somebody who holds the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from toride.access import policy
from toride.access.actions import Action
from toride.access.decide import reach_of
from toride.access.models import Person
from toride.access.reviews.models import Item
from toride.vault.permit import Rows


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody whose duty reviews, and whom it reaches."""

    person: Person
    rows: Rows

    @property
    def above(self) -> bool:
        """Reaches everywhere: the next above those of a branch or department."""
        return self.rows.everything

    def reaches(self, person: Person) -> bool:
        """Is this somebody else, who works where this duty reaches?"""
        return self.person.id != person.id and self.rows.include(person.branch_id or "", person.id)

    def may(self, person: Person, kind: str, what: str) -> bool:
        """May they decide on this grant of this person?"""
        same = kind == Item.Kind.DUTY and what in self.person.roles
        return self.reaches(person) and not same


def reviewer(person: Person) -> Reviewer | None:
    """The person as a reviewer; None where their duties do not review, or they are not active."""
    grants = policy.current().of(person.roles, person.rank, Action.CAMPAIGN_DECIDE) if person.is_active else []
    return Reviewer(person, reach_of(person, grants)) if grants else None


def reviewers() -> list[Reviewer]:
    """Everybody whose duty reviews, the nearest first, of those the highest in rank."""
    found = [reviewer(person) for person in Person.objects.filter(is_active=True)]
    return sorted(
        (one for one in found if one is not None), key=lambda one: (one.above, -one.person.rank, one.person.username)
    )


def pick(among: Sequence[Reviewer], person: Person, kind: str, what: str) -> Reviewer | None:
    """The first who may decide on this grant; None where nobody is left."""
    return next((one for one in among if one.may(person, kind, what)), None)
