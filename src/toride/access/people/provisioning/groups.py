"""Groups of a directory; where a group's name stands on the connection's list, its members hold that duty."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from toride import audit
from toride.access import integrity, policy
from toride.access.actions import Action
from toride.access.models import Connection, Person
from toride.access.people.models import DirectoryGroup
from toride.access.people.registry import must_go_together
from toride.access.policies import versions
from toride.audit import recorded
from toride.audit.events import Event
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.vault import rows
from toride.vault.permit import Permit

LONGEST = 200  # characters of a name, and of an external id
MOST_MEMBERS = 20_000
CONTROL = re.compile(  # and what is not seen, or steers what is
    "[\\x00-\\x1f\\x7f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]"
)
Given = dict[UUID, set[str]]


@dataclass(frozen=True, slots=True)
class Said:
    """What a directory says of a group."""

    name: str
    external: str
    members: Sequence[UUID]


@recorded(Action.PERSON_PROVISION, did="group")
def found(permit: Permit, connection: Connection, said: Said) -> DirectoryGroup:
    """A new group, and the duty that it gives. Raises as `change`."""
    _check(said)
    _lock(connection)
    now = clock.now()
    group = DirectoryGroup(connection=connection, name=said.name, external=said.external, created=now, changed=now)
    with _giving(permit, connection):
        group.save(force_insert=True)
        group.members.set(_people(said.members))
    _note(permit, group, "found")
    return group


@recorded(Action.PERSON_PROVISION, did="group")
def change(
    permit: Permit, connection: Connection, number: UUID, amend: Callable[[DirectoryGroup], Said]
) -> DirectoryGroup:
    """What `amend` makes of a group, which is locked meanwhile; duties follow at once.

    Raises Hidden for an unknown group, Invalid for unknown members or duties that do not go together, Refused where
    the key's own person would gain or lose a duty, Conflict where nobody could approve a policy any more.
    """
    _lock(connection)
    group = known(connection, number)
    said = amend(group)
    _check(said)
    with _giving(permit, connection):
        group.name, group.external, group.changed = said.name, said.external, clock.now()
        group.save(update_fields=["name", "external", "changed"])
        group.members.set(_people(said.members))
    _note(permit, group, "change")
    return group


@recorded(Action.PERSON_PROVISION, did="group")
def remove(permit: Permit, connection: Connection, number: UUID, check: Callable[[DirectoryGroup], None]) -> None:
    """The group goes, and the duty that it gave. Raises as `change`."""
    _lock(connection)
    group = known(connection, number)
    check(group)
    _note(permit, group, "remove")
    with _giving(permit, connection):
        group.delete()


def known(connection: Connection, number: UUID) -> DirectoryGroup:
    """A group of this connection. Raises Hidden for any other."""
    group: DirectoryGroup | None = connection.groups.filter(pk=number).first()
    if group is None:
        raise Hidden
    return group


@contextmanager
def _giving(permit: Permit, connection: Connection) -> Iterator[None]:
    """What changes in the connection's groups inside becomes duties on leaving, each person's with an event."""
    before = _given(connection)
    yield
    after = _given(connection)
    turns = {
        number: (
            after.get(number, set()) - before.get(number, set()),
            before.get(number, set()) - after.get(number, set()),
        )
        for number in before.keys() | after.keys()
        if before.get(number) != after.get(number)
    }
    _turn(permit, connection, turns)
    if any(lost for _gained, lost in turns.values()) and not versions.stands(policy.current()):
        raise Conflict(_("This would leave fewer than two people who can change the access policy."))


def _lock(connection: Connection) -> None:
    """Groups of one connection change one after the other."""
    Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)


def _given(connection: Connection) -> Given:
    """Which duties the groups give to whom, now."""
    given: Given = {}
    rows = connection.groups.filter(name__in=list(connection.duties)).exclude(members=None)
    for name, person in rows.values_list("name", "members"):
        given.setdefault(person, set()).add(connection.duties[name])
    return given


def _turn(permit: Permit, connection: Connection, turns: Mapping[UUID, tuple[set[str], set[str]]]) -> None:
    """Each person's duties with what they gained and without what they lost, and an event for each."""
    if connection.person_id in turns:
        raise Refused("own-person")
    events, seal, alike = [], [], defaultdict[tuple[str, ...], list[UUID]](list)
    for person in Person.objects.select_for_update(of=("self",)).filter(pk__in=list(turns)).order_by("pk"):
        gained, lost = turns[person.pk]
        integrity.must_hold(person)
        before, after = sorted(person.roles), sorted(set(person.roles) - lost | gained)
        must_go_together(after, person.rank, held=before)
        if before != after:
            alike[tuple(after)].append(person.pk)
            person.roles = after
            seal.append((integrity.of_place(person), rows.to_id("default", person.pk)))
            facts = {"person": str(person.pk), "before": {"roles": before}, "after": {"roles": after}}
            events.append(_event(permit, facts | {"connection": connection.id, "step": "duties"}))
    for roles, people in alike.items():
        Person.objects.filter(pk__in=people).update(roles=list(roles))
    rows.change("default", "UPDATE access_person SET seal = %s WHERE id = %s", seal)
    audit.stage(events)


def _event(permit: Permit, facts: Mapping[str, Any]) -> Event:
    return Event(
        action=Action.PERSON_PROVISION, did="duties", door=permit.door, actor=permit.actor, purpose=permit.purpose,
        policy=permit.policy, facts=facts,
    )  # fmt: skip


def _people(members: Sequence[UUID]) -> list[Person]:
    wanted = set(members)
    people = list(Person.objects.filter(pk__in=wanted).exclude(provisioned__removed=True))
    if len(people) < len(wanted):
        raise Invalid(
            _("Please fix the highlighted fields."), {"members": _("It contains a person who is not registered here")}
        )
    return people


def _check(said: Said) -> None:
    problems = {}
    if not 0 < len(said.name) <= LONGEST or CONTROL.search(said.name):
        problems["displayName"] = _("Enter 1 to %(most)d characters") % {"most": LONGEST}
    if len(said.external) > LONGEST or CONTROL.search(said.external):
        problems["externalId"] = _("Enter at most %(most)d characters") % {"most": LONGEST}
    if len(said.members) > MOST_MEMBERS:
        problems["members"] = _("write at most %(most)d") % {"most": MOST_MEMBERS}
    if problems:
        raise Invalid(_("Please fix the highlighted fields."), problems)


def _note(permit: Permit, group: DirectoryGroup, step: str) -> None:
    permit.ledger.facts |= {"group": str(group.pk), "step": step, "members": group.members.count()}
    permit.ledger.facts |= {"connection": group.connection_id, "gives": group.connection.duties.get(group.name, "")}
