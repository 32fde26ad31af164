"""A draft of the policy: one for each administrator, changed cell by cell; nothing decides by it."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.utils.translation import gettext as _

from toride.access import policy, versions
from toride.access.actions import Action
from toride.access.models import Person, PolicyDraft
from toride.access.policy import Content
from toride.access.roles import SHIPPED
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Hidden, Invalid
from toride.vault.permit import Permit


def of(person: Person) -> Content | None:
    """What this person drafts; None where nothing is drafted."""
    row = PolicyDraft.objects.filter(person=person).first()
    if row is None:
        return None
    content: Content = orjson.loads(row.content)
    return content


def rules(person: Person, role: str, action: str) -> list[dict[str, Any]]:
    """The rules of one cell, as drafted. Raises Hidden for a cell that does not exist."""
    if role not in SHIPPED or action not in versions.grantable():
        raise Hidden
    content = of(person) or versions.newest()[1]
    return content.get(role, {}).get(action, [])


@recorded(Action.POLICY_CHANGE)
def put(permit: Permit, *, role: str, action: str, rules: Sequence[dict[str, Any]]) -> None:
    """Puts rules into one cell of the own draft; none takes the action away. Raises Hidden, Invalid."""
    person = Person.objects.get(pk=permit.actor.id)
    if role not in SHIPPED or action not in versions.grantable():
        raise Hidden
    content = of(person) or versions.newest()[1]
    table = content.setdefault(role, {})
    table.pop(action, None)
    if rules:
        table[action] = list(rules)
    versions.check(content)
    _keep(permit, content)
    permit.ledger.facts |= {"role": role, "action": action}


@recorded(Action.POLICY_CHANGE)
def restore(permit: Permit, *, number: int) -> None:
    """The own draft becomes what a version says, to be compared and asked for as any other. Raises Hidden."""
    content = versions.content_of(number)
    if policy.written(content) == policy.written(versions.newest()[1]):
        raise Invalid(_("Nothing would change."))
    _keep(permit, content)
    permit.ledger.facts |= {"version": number}


@recorded(Action.POLICY_CHANGE)
def discard(permit: Permit) -> None:
    """Ends the own draft."""
    PolicyDraft.objects.filter(person=permit.actor.id).delete()
    permit.ledger.facts |= {"draft": "discarded"}


def _keep(permit: Permit, content: Content) -> None:
    text = policy.written(content)
    permit.ledger.facts |= {"draft": policy.digest(text)[:12]}
    PolicyDraft.objects.update_or_create(person_id=permit.actor.id, defaults={"content": text, "changed": clock.now()})
