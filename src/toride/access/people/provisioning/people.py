"""People as a directory admits, changes and ends them; never its own key's person, never a duty."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from toride.access import integrity
from toride.access.actions import Action
from toride.access.models import Connection, Person
from toride.access.people.models import DirectoryGroup, Provisioned
from toride.access.people.provisioning.groups import CONTROL
from toride.access.people.registry import leave
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.vault.permit import Permit

SIGN_IN_NAME = re.compile(rf"(?:(?!{CONTROL.pattern})\S){{1,60}}")
NAME, EXTERNAL, EMAIL = 60, 200, 254  # characters
WORDS = 4_000  # bytes of JSON, in which control characters are escaped


@dataclass(frozen=True, slots=True)
class Said:
    """What a directory says of a person. `words`: names and addresses as it wrote them, to be told back."""

    username: str
    name: str
    email: str
    external: str
    active: bool
    words: Mapping[str, Any]


@recorded(Action.PERSON_PROVISION, did="admit")
def admit(permit: Permit, connection: Connection, said: Said) -> Person:
    """A new person without duty, branch or password; or again the one of this name whom a directory removed.

    Raises Invalid, and Conflict for a taken sign-in name: that of somebody who has left by another way stays taken, as
    the trail knows them by it.
    """
    _check(said)
    now = clock.now()
    if (former := _removed(said.username)) is not None:
        return _again(permit, connection, former, said)
    person = Person(username=said.username, name=said.name, email=said.email, roles=[], is_active=said.active)
    person.set_unusable_password()
    if Person.objects.filter(username__iexact=said.username).exists():
        raise _taken()
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise _taken() from None
    Provisioned.objects.create(
        person=person, external=said.external, said=said.words, changed=now, left=None if said.active else now
    )
    permit.ledger.facts |= {"person": str(person.id), "username": person.username, "step": "admit"}
    permit.ledger.facts |= {"active": said.active, "connection": connection.id}
    return person


def _removed(username: str) -> Person | None:
    """Who had this name, and is gone by a directory's own word."""
    gone = Person.objects.select_for_update(of=("self",)).filter(username__iexact=username, is_active=False)
    return gone.filter(provisioned__removed=True, provisioned__left__isnull=False).first()


def _again(permit: Permit, connection: Connection, person: Person, said: Said) -> Person:
    """The same account, as a new one is: without duty or password. Raises Refused as `change`."""
    if person.id == connection.person_id:
        raise Refused("own-person")
    if not set(person.roles) <= set(connection.duties.values()):
        raise Refused("not-listed")
    now = clock.now()
    person.username, person.name, person.email = said.username, said.name, said.email
    person.roles, person.is_active = [], said.active
    person.set_unusable_password()
    person.save(update_fields=["username", "name", "email", "is_active", "password", *sorted(integrity.PLACE)])
    Provisioned.objects.filter(person=person).update(
        external=said.external, said=dict(said.words), changed=now, left=None if said.active else now, removed=False
    )
    permit.ledger.facts |= {"person": str(person.id), "username": person.username, "step": "again"}
    permit.ledger.facts |= {"active": said.active, "connection": connection.id}
    return person


@recorded(Action.PERSON_PROVISION, did="change")
def change(permit: Permit, connection: Connection, number: UUID, amend: Callable[[Person], Said]) -> Person:
    """What `amend` makes of a person, who is locked meanwhile; who is no longer active has nothing left at once.

    Raises Hidden for an unknown person, Refused for the key's own person ("own-person"), for a new sign-in name or a
    return where a duty is not on the list ("not-listed"), and for a return of whom somebody else ended ("ended-here").
    """
    person = known(number, lock=True)
    if person.id == connection.person_id:
        raise Refused("own-person")
    said = amend(person)
    _check(said)
    row = Provisioned.objects.filter(person=person).first() or Provisioned(person=person)
    changed = _changes(person, row, said)
    if {"username", "back"} & changed and not set(person.roles) <= set(connection.duties.values()):
        raise Refused("not-listed")
    if "back" in changed and row.left is None:
        raise Refused("ended-here")
    permit.ledger.facts |= {"person": str(person.id), "username": person.username, "step": "change"}
    permit.ledger.facts |= {"changed": sorted(changed), "active": said.active, "connection": connection.id}
    if changed:
        _write(permit, person, row, said)
    return person


@recorded(Action.PERSON_PROVISION, did="remove")
def remove(permit: Permit, connection: Connection, number: UUID, check: Callable[[Person], None]) -> None:
    """The directory knows this person no more: ended, out of its groups; account and trail stay. Raises as `change`."""
    person = known(number, lock=True)
    if person.id == connection.person_id:
        raise Refused("own-person")
    check(person)
    DirectoryGroup.members.through.objects.filter(person=person).delete()
    permit.ledger.facts |= {"person": str(person.id), "username": person.username, "step": "remove"}
    now = clock.now()
    earlier = Provisioned.objects.filter(person=person).values_list("left", flat=True).first()
    left = now if person.is_active else earlier  # None: somebody else ended them, and no directory brings them back
    permit.ledger.facts |= {"active": False, "connection": connection.id, **leave(person)}
    Provisioned.objects.update_or_create(person=person, defaults={"changed": now, "left": left, "removed": True})


def known(number: UUID, *, lock: bool = False) -> Person:
    """A person whom the directory has not removed. Raises Hidden."""
    found = Person.objects.select_for_update(of=("self",)) if lock else Person.objects.all()
    person = found.filter(pk=number).exclude(provisioned__removed=True).first()
    if person is None:
        raise Hidden
    return person


def _changes(person: Person, row: Provisioned, said: Said) -> set[str]:
    """Which facts of a person would change; "back": somebody who was ended would return."""
    before: dict[str, Any] = {"username": person.username, "name": person.name, "email": person.email}
    before |= {"external": row.external, "words": row.said if row.pk else None, "active": person.is_active}
    changed = {fact for fact, value in before.items() if getattr(said, fact) != value}
    return changed | ({"back"} if said.active and not person.is_active else set())


def _write(permit: Permit, person: Person, row: Provisioned, said: Said) -> None:
    if said.username != person.username and _others(person, said.username):
        raise _taken()
    before = person.is_active
    person.username, person.name, person.email = said.username, said.name, said.email
    person.is_active = said.active
    person.save(update_fields=["username", "name", "email", "is_active"])
    if before and not said.active:
        permit.ledger.facts |= leave(person)
        row.left = clock.now()
    elif said.active:
        row.left = None
    row.external, row.said, row.changed = said.external, dict(said.words), clock.now()
    row.save()


def _others(person: Person, username: str) -> bool:
    return Person.objects.filter(username__iexact=username).exclude(pk=person.pk).exists()


def _taken() -> Conflict:
    return Conflict(_("This sign-in name is or was used by someone else. Choose another one."), unique="userName")


def _check(said: Said) -> None:
    """Raises Invalid with what is wrong, by the attribute's name."""
    problems = {}
    if not SIGN_IN_NAME.fullmatch(said.username) or unicodedata.normalize("NFKC", said.username) != said.username:
        problems["userName"] = _("Enter 1 to 60 characters without spaces; letters and digits in half width")
    if not 0 < len(said.name) <= NAME or CONTROL.search(said.name):
        problems["displayName"] = _("Enter 1 to %(most)d characters") % {"most": NAME}
    if len(said.external) > EXTERNAL or CONTROL.search(said.external):
        problems["externalId"] = _("Enter at most %(most)d characters") % {"most": EXTERNAL}
    if len(said.email) > EMAIL:
        problems["emails"] = _("Enter at most %(most)d characters") % {"most": EMAIL}
    words = orjson.dumps(said.words)
    if len(words) > WORDS or b"\\u00" in words:
        problems["words"] = _("Enter at most %(most)d characters") % {"most": WORDS}
    if problems:
        raise Invalid(_("Please fix the highlighted fields."), problems)
