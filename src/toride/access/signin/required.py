"""What a person must do before anything else: change a password that has run out, enrol a second factor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from toride.access.actions import Action
from toride.access.signin import passwords, rules
from toride.base import clock


@dataclass(frozen=True, slots=True)
class Hold:
    """Only these actions run; every other leads to the page (the name of its address)."""

    page: str
    actions: frozenset[str]


PASSWORD = Hold("account_password", frozenset({Action.PASSWORD_CHANGE}))
FACTOR = Hold("account_first_factor", frozenset({Action.FACTOR_ENROL}))


def of(person: Any) -> Hold | None:
    """What holds this person, as a request has read them."""
    if person.vouched is None and passwords.expired(person, rules.read(person.rules).passwords):
        return PASSWORD
    until = deadline(person)
    return FACTOR if until is not None and clock.now() >= until else None


def deadline(person: Any) -> datetime | None:
    """Until when the person has time to enrol a second factor; None: none is awaited.

    A second factor stands beside a password, or beside a provider that does not vouch for one. Who has neither (a
    persona of a demonstration) needs none here.
    """
    limits = rules.bounds(person.rules, tuple(person.roles))
    vouched = not person.has_usable_password() if person.vouched is None else person.vouched
    if limits.grace is None or person.factor or vouched:
        return None
    began: datetime = max(limits.since, person.created) if limits.since else person.created
    return began + limits.grace
