"""The way back from what was altered in the store, for whoever holds the keys: recorded."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from toride import audit
from toride.access import integrity, policy
from toride.access.actions import Action
from toride.access.command_line import door
from toride.access.models import Person, PolicyVersion, Provider, SignInRules
from toride.access.people.admin import forms
from toride.access.people.registry import find
from toride.access.signin import rules
from toride.access.sso import providers
from toride.audit.events import Event
from toride.base.errors import Conflict, Hidden, Invalid


def restore() -> tuple[list[str], str]:
    """Sets aside the versions that are not what was signed; their names, and that of the version in force then."""
    with transaction.atomic():
        rows = PolicyVersion.objects.select_for_update().filter(void=False).order_by("number")
        altered = [row for row in rows if policy.signed(row) is None]
        if not altered:
            return [], policy.current().version
        PolicyVersion.objects.filter(pk__in=[row.pk for row in altered]).update(void=True)
        policy.forget()
        names = [policy.name(row.number, row.digest) for row in altered]
        in_force = policy.current().version
        audit.stage([_event(Action.POLICY_RESTORE, {"aside": names, "version": in_force})])
    return names, in_force


def altered() -> list[Person]:
    """Those who are active and whose place is not what was agreed upon: nothing is decided for them."""
    return [one for one in Person.objects.filter(is_active=True).order_by("username") if not integrity.is_place(one)]


def accept(username: str) -> Person:
    """A person's duties, rank and branch hold as they stand in the store. Raises Conflict where they hold already."""
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=find(username).pk)
        if integrity.is_place(person):
            raise Conflict(_("This person's roles are the approved ones. There is nothing to accept."))
        person.save(update_fields=sorted(integrity.PLACE))
        facts = {"person": str(person.id), "roles": person.roles, "rank": person.rank, "branch": person.branch_id or ""}
        audit.stage([_event(Action.PERSON_SEAL, facts)])
    return person


def unconfirmed() -> tuple[bool, list[Provider]]:
    """Are the rules of sign-in other than what was set, and which providers are not what two people agreed upon? Those
    of before they were sealed are among them.
    """
    return not rules.stand(), [one for one in providers.every() if not integrity.is_provider(one)]


def accept_rules() -> None:
    """The rules of sign-in hold as they stand in the store. Raises Conflict where they hold already."""
    with transaction.atomic():
        row = SignInRules.objects.select_for_update().filter(pk=rules.ONLY).first()
        if row is None or integrity.is_rules(row.content, row.seal):
            raise Conflict("The rules of sign-in are what was set.")
        rules.read(row.content)
        row.seal = integrity.of_rules(row.content)
        row.save(update_fields=["seal"])
        audit.stage([_event(Action.RULES_SEAL, {"rules": row.content})])


def set_rules(settings: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Changes the rules of sign-in, by dotted names; what differs, before and after.

    Raises Invalid for an unknown name, a value outside of its limits, or where nothing would change.
    """
    with transaction.atomic():
        before = rules.locked()
        wanted = before
        known = rules.flat(asdict(before))
        values = {**known, **settings}
        if unknown := sorted(set(settings) - set(known)):
            raise Invalid(_("Unknown setting: %(name)s. See: toride sign-in show") % {"name": unknown[0]})
        roles = dict.fromkeys(name.split(".")[1] for name in settings if name.startswith("duties."))
        wanted = forms.passwords(wanted, forms.form(values, "passwords.", "proof", "passkeys"))
        for role in roles:
            wanted = forms.duty(wanted, role, forms.form(values, f"duties.{role}."))
        if not rules.differing(wanted, before):
            raise Invalid(_("There are no changes."))
        after = rules.stored(before, wanted)
        told = rules.differing(before, after), rules.differing(after, before)
        audit.stage([_event(Action.RULES_SET, {"from": told[0], "to": told[1]})])
    return told


def accept_provider(name: str) -> None:
    """A provider is offered as it stands in the store. Raises Hidden for an unknown one, Conflict as above."""
    with transaction.atomic():
        row = Provider.objects.select_for_update().filter(name=name).first()
        if row is None:
            raise Hidden("There is no provider of this name.")
        if integrity.is_provider(row):
            raise Conflict("This provider is what two people agreed upon.")
        row.seal = integrity.of_provider(row)
        row.save(update_fields=["seal"])
        facts = {"provider": str(row.pk), "name": row.name, "active": row.active, "sole": row.sole}
        audit.stage([_event(Action.PROVIDER_SEAL, facts)])


def _event(action: str, facts: dict[str, object]) -> Event:
    return Event(action=action, door=door(), facts=facts)
