"""What an administrator does with connections: each is one transaction and one event."""

import ipaddress
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from toride.access.actions import Action
from toride.access.decide import purposes
from toride.access.machines import keys, scopes
from toride.access.models import Connection, Person
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Hidden, Invalid
from toride.vault.permit import Category, Permit

LIFETIME, LONGEST = 90, 365  # days
OVERLAP, LONGEST_OVERLAP = 24, 720  # hours
MOST_ADDRESSES = 20
NAME_LENGTH = 60
USUAL = (Category.BASIC, Category.TRANSACTIONS, Category.BEHAVIOUR, Category.DERIVED)


@recorded(Action.CONNECTION_MANAGE)
def connect(
    permit: Permit,
    *,
    username: str,
    name: str,
    wanted: Sequence[str],
    purpose: str,
    categories: Sequence[int] = USUAL,
    addresses: Sequence[str] = (),
    days: int = LIFETIME,
) -> tuple[Connection, str]:
    """A connection that acts as a person, and its key, which is not kept. Raises Invalid with advice by field."""
    person = Person.objects.filter(username=username, is_active=True).first()
    problems: dict[str, Any] = {}
    if person is None:
        problems["person"] = _("Nobody signs in under this name.")
    if not 0 < len(name) <= NAME_LENGTH:
        problems["name"] = _("write 1 to %(most)d characters") % {"most": NAME_LENGTH}
    if not wanted or set(wanted) - set(scopes.SCOPES):
        problems["scopes"] = _("choose at least one")
    elif person and not all(_fits(person, scope, purpose) for scope in wanted):
        problems["purpose"] = _("The duties of this person do not include all of this for this purpose of use.")
    if set(categories) - set(Category):
        problems["categories"] = _("There is no such category.")
    if not 1 <= days <= LONGEST:
        problems["days"] = _("1 to %(most)d days") % {"most": LONGEST}
    networks = _networks(addresses, problems)
    if person is None or problems:
        raise Invalid(_("Some fields need another look."), problems)
    made = Connection(
        id=keys.name(), person=person, name=name, scopes=sorted(set(wanted)), purpose=purpose,
        categories=sorted(set(map(int, categories))), addresses=networks, created=clock.now(),
    )  # fmt: skip
    key = _renew(permit, made, days)
    made.save(force_insert=True)
    permit.ledger.facts |= {"step": "create", "person": str(person.id), "scopes": made.scopes, "for": purpose}
    permit.ledger.facts |= {"categories": made.categories, "addresses": networks}
    return made, key


@recorded(Action.CONNECTION_MANAGE)
def rotate(permit: Permit, *, connection: str, days: int = LIFETIME, overlap: int = OVERLAP) -> str:
    """A new key; the one before is good for `overlap` more hours, but not beyond its own end."""
    found = find(connection)
    if not 1 <= days <= LONGEST:
        raise Invalid(_("1 to %(most)d days") % {"most": LONGEST})
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise Invalid(_("0 to %(most)d hours") % {"most": LONGEST_OVERLAP})
    if found.revoked or found.expires <= clock.now():
        raise Invalid(_("This connection has ended. Make a new one."))
    until = min(clock.now() + timedelta(hours=overlap), found.expires)
    found.former, found.former_until = bytes(found.digest), until
    key = _renew(permit, found, days)
    found.save(update_fields=["digest", "former", "former_until", "expires"])
    permit.ledger.facts |= {"step": "rotate", "overlap": overlap}
    return key


@recorded(Action.CONNECTION_MANAGE)
def revoke(permit: Permit, *, connection: str) -> None:
    """Ends a connection at once; what is in flight is refused at its next request."""
    found = find(connection)
    found.revoked = found.revoked or clock.now()
    found.save(update_fields=["revoked"])
    permit.ledger.facts |= {"connection": found.id, "step": "revoke"}


def find(connection: str) -> Connection:
    """By public id. Raises Hidden where there is none."""
    found = Connection.objects.select_for_update(of=("self",)).select_related("person").filter(pk=connection).first()
    if found is None:
        raise Hidden(_("There is no such connection."))
    return found


def _renew(permit: Permit, one: Connection, days: int) -> str:
    key = keys.make(one.id)
    one.digest, one.expires = keys.digest(key), clock.now() + timedelta(days=days)
    permit.ledger.facts |= {"connection": one.id, "expires": one.expires.isoformat()}
    return key


def _fits(person: Person, scope: str, purpose: str) -> bool:
    return any(purpose in purposes(person, action) for action in scopes.SCOPES[scope].actions)


def _networks(addresses: Sequence[str], problems: dict[str, Any]) -> list[str]:
    try:
        found = [str(ipaddress.ip_network(one.strip(), strict=False)) for one in addresses if one.strip()]
    except ValueError:
        problems["addresses"] = _("write networks such as 192.0.2.0/24, one in each line")
        return []
    if len(found) > MOST_ADDRESSES:
        problems["addresses"] = _("write at most %(most)d") % {"most": MOST_ADDRESSES}
    return sorted(set(found))
