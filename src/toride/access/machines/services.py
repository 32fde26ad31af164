"""What an administrator does with connections: each is one transaction and one event."""

import ipaddress
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.decide import purposes
from toride.access.machines import keys, scopes
from toride.access.models import Approval, Connection, Person
from toride.access.purposes import SHIPPED
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.vault.permit import Category, Permit

LIFETIME, LONGEST = 90, 365  # days
OVERLAP, LONGEST_OVERLAP = 24, 720  # hours
MOST_ADDRESSES = 20
MOST_DUTIES, LONGEST_GROUP = 50, 200
SCOPE_OF_DIRECTORIES = "scim"
NAME_LENGTH = 60
CATEGORIES = {
    Category.BASIC: lazy("basic"),
    Category.TRANSACTIONS: lazy("transactions"),
    Category.BEHAVIOUR: lazy("contact history"),
    Category.DERIVED: lazy("derived data"),
    Category.SENSITIVE: lazy("sensitive"),
}
IN_HOURS, ANY_HOUR = lazy("during the person's working hours"), lazy("at any time, regardless of working hours")
USUAL = (Category.BASIC, Category.TRANSACTIONS, Category.BEHAVIOUR, Category.DERIVED)


@recorded(Action.CONNECTION_MANAGE, did="create")
def connect(
    permit: Permit,
    *,
    username: str,
    name: str,
    wanted: Sequence[str],
    purpose: str,
    categories: Sequence[int] = USUAL,
    addresses: Sequence[str] = (),
    duties: Sequence[str] = (),
    days: int = LIFETIME,
    any_hour: bool = False,
) -> tuple[Connection, str]:
    """A connection that acts as a person, and its key, which is not kept. Raises Invalid with advice by field.

    For who commands the machine itself; on a page it takes two (`propose`), and a list of duties takes two always:
    Refused outside a demonstration.
    """
    if duties and not settings.DEMO:
        raise Refused(
            _("Roles granted by a directory require approval. Request the connection on the Connections page.")
        )
    person, content = _asked(username, name, wanted, purpose, categories, addresses, duties, days)
    content["any_hour"] = any_hour
    made = _made(permit, person, content)
    key = _renew(permit, made, days)
    made.save(force_insert=True)
    return made, key


@recorded(Action.CONNECTION_MANAGE, did="propose")
def propose(
    permit: Permit,
    *,
    username: str,
    name: str,
    wanted: Sequence[str],
    purpose: str,
    categories: Sequence[int],
    addresses: Sequence[str],
    duties: Sequence[str],
    days: int,
    any_hour: bool,
    reason: str,
) -> Approval:
    """Asks for a connection: whoever holds a key acts as that person, so a second one decides. Raises as `connect`."""
    person, content = _asked(username, name, wanted, purpose, categories, addresses, duties, days)
    content["any_hour"] = any_hour
    branches = [person.branch_id] if person.branch_id else []
    return requests.ask(
        permit, MAKE.kind, content, reason=reason, concerns=[person.id], branches=branches, count=len(content["scopes"])
    )


@recorded(Action.CONNECTION_MANAGE, did="rotate")
def rotate(permit: Permit, *, connection: str, days: int = LIFETIME, overlap: int = OVERLAP) -> str:
    """A new key; the one before is good for `overlap` more hours, but not beyond its own end.

    A connection that two people agreed upon ends when they agreed, whatever `days` says: longer takes the two again.
    """
    found = find(connection)
    if not 1 <= days <= LONGEST:
        raise Invalid(_("Enter 1 to %(most)d days") % {"most": LONGEST})
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise Invalid(_("Enter 0 to %(most)d hours") % {"most": LONGEST_OVERLAP})
    if found.revoked or found.expires <= clock.now():
        raise Invalid(_("This connection has been revoked. Create a new one."))
    if found.digest:
        found.former = bytes(found.digest)
        found.former_until = min(clock.now() + timedelta(hours=overlap), found.expires)
    key = _renew(permit, found, days)
    found.save(update_fields=["digest", "former", "former_until", "expires"])
    permit.ledger.facts |= {"step": "rotate", "overlap": overlap}
    return key


@recorded(Action.CONNECTION_MANAGE, did="revoke")
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
        raise Hidden(_("This connection doesn't exist."))
    return found


def _asked(
    username: str, name: str, wanted: Sequence[str], purpose: str, categories: Sequence[int], addresses: Sequence[str],
    duties: Sequence[str], days: int,
) -> tuple[Person, dict[str, Any]]:  # fmt: skip
    person = Person.objects.filter(username=username, is_active=True).first()
    problems: dict[str, Any] = {}
    if person is None:
        problems["person"] = _("No one has this sign-in name.")
    if not 0 < len(name) <= NAME_LENGTH:
        problems["name"] = _("Enter 1 to %(most)d characters") % {"most": NAME_LENGTH}
    if not wanted or set(wanted) - set(scopes.SCOPES):
        problems["scopes"] = _("Choose at least one")
    elif person and not all(_fits(person, scope, purpose) for scope in wanted):
        problems["purpose"] = _("This person's roles don't include all of these permissions for this purpose of use.")
    if set(categories) - set(Category):
        problems["categories"] = _("This category doesn't exist.")
    if not 1 <= days <= LONGEST:
        problems["days"] = _("Enter 1 to %(most)d days") % {"most": LONGEST}
    networks = _networks(addresses, problems)
    given = _duties(duties, wanted, problems)
    if person is None or problems:
        raise Invalid(_("Please fix the highlighted fields."), problems)
    return person, {
        "person": str(person.id), "who": person.name, "name": name, "scopes": sorted(set(wanted)), "purpose": purpose,
        "categories": sorted(set(map(int, categories))), "addresses": networks, "duties": given,
        "days": days,
    }  # fmt: skip


def _made(permit: Permit, person: Person, content: requests.Content) -> Connection:
    """Without a key yet."""
    told = {name: content[name] for name in ("scopes", "categories", "addresses")}
    told |= {"duties": content.get("duties", {}), "any_hour": content.get("any_hour", False)}
    now = clock.now()
    made = Connection(
        id=keys.name(), person=person, name=content["name"], purpose=content["purpose"], digest=b"", created=now,
        expires=now + timedelta(days=content["days"]), **told,
    )  # fmt: skip
    permit.ledger.facts |= {"connection": made.id, "step": "create", "person": str(person.id), **told}
    permit.ledger.facts |= {"for": made.purpose, "expires": made.expires.isoformat()}
    return made


def _make(permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where the person has gone, or their duties no longer include this."""
    person = Person.objects.filter(pk=content["person"], is_active=True).first()
    if person is None or not all(_fits(person, scope, content["purpose"]) for scope in content["scopes"]):
        raise Conflict(_("The person's roles have changed since this request. Submit a new request."))
    made = _made(permit, person, content)
    made.agreed = made.expires
    made.save(force_insert=True)


def _lines(content: requests.Content) -> list[requests.Line]:
    asked = {
        lazy("Used for"): [content["name"]],
        lazy("Runs as"): [content["who"]],
        lazy("Permissions"): [scopes.SCOPES[code].label for code in content["scopes"]],
        lazy("Purpose of use"): [SHIPPED[content["purpose"]].label],
        lazy("Data categories"): [CATEGORIES[Category(code)] for code in content["categories"]],
        lazy("Allowed networks"): content["addresses"] or [lazy("anywhere")],
        lazy("When"): [ANY_HOUR if content.get("any_hour") else IN_HOURS],
        lazy("Valid for (days)"): [content["days"]],
    }
    if content.get("duties"):
        asked[lazy("Groups and the roles they grant")] = [
            f"{group} → {policy.called(duty)}" for group, duty in content["duties"].items()
        ]
    return [requests.Line(label, (), after) for label, after in asked.items()]


MAKE = requests.declare(
    requests.Act(
        kind="connection:make",
        label=lazy("System connection"),
        approve=Action.PERSON_APPROVE,
        rank=5,
        counted=lazy("permissions"),
        show=_lines,
        run=_make,
    )
)


def _renew(permit: Permit, one: Connection, days: int) -> str:
    key = keys.make(one.id)
    end = clock.now() + timedelta(days=days)
    one.digest, one.expires = keys.digest(key), min(end, one.agreed or end)
    permit.ledger.facts |= {"connection": one.id, "expires": one.expires.isoformat()}
    return key


def _fits(person: Person, scope: str, purpose: str) -> bool:
    return any(purpose in purposes(person, action) for action in scopes.SCOPES[scope].actions)


def _duties(lines: Sequence[str], wanted: Sequence[str], problems: dict[str, Any]) -> dict[str, str]:
    """Name of a group → duty, from lines such as `teller` (the group is called so) and `GG-Tellers = teller`."""
    given: dict[str, str] = {}
    for line in filter(None, map(str.strip, lines)):
        group, _sign, duty = line.rpartition("=")
        given[group.strip() or duty.strip()] = duty.strip()
    if set(given.values()) - set(policy.current().duties):
        problems["duties"] = _("Enter one per line, such as: teller, or: GG-Tellers = teller")
    elif len(given) > MOST_DUTIES or any(len(group) > LONGEST_GROUP for group in given):
        problems["duties"] = _("write at most %(most)d") % {"most": MOST_DUTIES}
    elif given and SCOPE_OF_DIRECTORIES not in wanted:
        problems["duties"] = _("Only a directory connection can grant roles")
    return given


def _networks(addresses: Sequence[str], problems: dict[str, Any]) -> list[str]:
    try:
        found = [str(ipaddress.ip_network(one.strip(), strict=False)) for one in addresses if one.strip()]
    except ValueError:
        problems["addresses"] = _("Enter networks such as 192.0.2.0/24, one per line")
        return []
    if len(found) > MOST_ADDRESSES:
        problems["addresses"] = _("write at most %(most)d") % {"most": MOST_ADDRESSES}
    return sorted(set(found))
