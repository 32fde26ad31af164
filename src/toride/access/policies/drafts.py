"""A draft of the policy: one for each administrator, changed cell by cell; nothing decides by it."""

from collections.abc import Sequence
from itertools import chain, count
from typing import Any

import orjson
from django.utils.text import slugify
from django.utils.translation import gettext as _

from toride.access import policy
from toride.access.actions import Action
from toride.access.models import Person, PolicyDraft, PolicyVersion
from toride.access.policies import versions
from toride.access.policy import ITSELF, Content, Policy
from toride.access.roles import SHIPPED
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Hidden, Invalid
from toride.vault.permit import Permit

LONGEST_CODE = 16  # characters, before a number


def of(person: Person) -> Content | None:
    """What this person drafts; None where nothing is drafted."""
    row = PolicyDraft.objects.filter(person=person).first()
    if row is None:
        return None
    content: Content = orjson.loads(row.content)
    return content


def policy_of(person: Person) -> Policy:
    """The policy that this person drafts; where there is no draft, the one that stands."""
    return policy.compiled(of(person) or versions.newest()[1], "draft")


def rules(person: Person, role: str, action: str) -> list[dict[str, Any]]:
    """The rules of one cell, as drafted. Raises Hidden for a cell that does not exist."""
    content = of(person) or versions.newest()[1]
    if role not in content or action not in versions.grantable():
        raise Hidden
    return content[role].get(action, [])


@recorded(Action.POLICY_CHANGE)
def put(permit: Permit, *, role: str, action: str, rules: Sequence[dict[str, Any]]) -> None:
    """Puts rules into one cell of the own draft; none takes the action away. Raises Hidden, Invalid."""
    content = _own(permit)
    if role not in content or action not in versions.grantable():
        raise Hidden
    content[role].pop(action, None)
    if rules:
        content[role][action] = list(rules)
    versions.check(content)
    _keep(permit, content)
    permit.ledger.facts |= {"role": role, "action": action}


@recorded(Action.POLICY_CHANGE)
def make(permit: Permit, *, ja: str, en: str, rank: int, apart: Sequence[str], like: str = "") -> str:
    """A new duty in the own draft, empty or with all that `like` grants and is kept apart from; its code.

    Raises Hidden for a `like` that does not exist, Invalid for a name that another duty has.
    """
    content = _own(permit)
    if like and like not in content:
        raise Hidden
    code = _code(en, content)
    former = content.get(like, {})
    beside = policy.compiled(content, "draft").duties[like].apart & set(content) if like else frozenset()
    content[code] = {action: list(rules) for action, rules in former.items() if action != ITSELF}
    _describe(permit, content, code, ja=ja, en=en, rank=rank, apart=[*apart, *beside])
    return code


@recorded(Action.POLICY_CHANGE)
def describe(permit: Permit, *, role: str, ja: str, en: str, rank: int, apart: Sequence[str]) -> None:
    """What a duty of the own draft is called, from which rank it is held and with which never. Raises as `make`."""
    content = _own(permit)
    if role not in content:
        raise Hidden
    _describe(permit, content, role, ja=ja, en=en, rank=rank, apart=apart)


@recorded(Action.POLICY_CHANGE)
def remove(permit: Permit, *, role: str) -> None:
    """A duty goes from the own draft. Raises Invalid where somebody holds it or a group gives it."""
    content = _own(permit)
    if content.pop(role, None) is None:
        raise Hidden
    for table in content.values():
        for one in table.get(ITSELF, ()):
            one["apart"] = [code for code in one["apart"] if code != role]
    versions.check(content)
    _keep(permit, content)
    permit.ledger.facts |= {"role": role, "removed": True}


@recorded(Action.POLICY_CHANGE)
def take_up(permit: Permit) -> None:
    """What the delivered duties give of actions that no duty has goes into the own draft. Raises Invalid for none."""
    content = _own(permit)
    found = versions.ungranted(content)
    if not any(found.values()):
        raise Invalid(_("There are no changes."))
    for action, given in found.items():
        for code, rules in given.items():
            content[code][action] = rules
    versions.check(content)
    _keep(permit, content)
    permit.ledger.facts |= {"taken": sorted(action for action, given in found.items() if given)}


@recorded(Action.POLICY_CHANGE)
def restore(permit: Permit, *, number: int) -> None:
    """The own draft becomes what a version says, to be compared and asked for as any other. Raises Hidden."""
    content = versions.content_of(number)
    if policy.written(content) == policy.written(versions.newest()[1]):
        raise Invalid(_("There are no changes."))
    _keep(permit, content)
    permit.ledger.facts |= {"version": number}


@recorded(Action.POLICY_CHANGE, did="discard")
def discard(permit: Permit) -> None:
    """Ends the own draft."""
    PolicyDraft.objects.filter(person=permit.actor.id).delete()
    permit.ledger.facts |= {"draft": "discarded"}


def _own(permit: Permit) -> Content:
    """The own draft; where there is none, what stands."""
    return of(Person.objects.get(pk=permit.actor.id)) or versions.newest()[1]


def _describe(
    permit: Permit, content: Content, code: str, *, ja: str, en: str, rank: int, apart: Sequence[str]
) -> None:
    own = {"ja": ja.strip(), "en": en.strip(), "rank": rank, "apart": sorted(set(apart) - {code})}
    content[code][ITSELF] = [own]
    if code in SHIPPED and own == {"ja": "", "en": "", "rank": 1, "apart": []}:
        del content[code][ITSELF]
    versions.check(content)
    _keep(permit, content)
    permit.ledger.facts |= {"role": code, "rank": rank}


def _code(english: str, content: Content) -> str:
    """Made of the name; never one that was used before: what somebody held once does not come back under it."""
    texts = PolicyVersion.objects.values_list("content", flat=True)
    used = {*content, *SHIPPED, *(code for text in texts for code in orjson.loads(text))}
    used |= {code for held in Person.objects.values_list("roles", flat=True) for code in held}
    stem = slugify(english)[:LONGEST_CODE].strip("-_") or "duty"
    return next(code for code in chain((stem,), (f"{stem}-{number}" for number in count(2))) if code not in used)


def _keep(permit: Permit, content: Content) -> None:
    text = policy.written(content)
    permit.ledger.facts |= {"draft": policy.digest(text)[:12]}
    PolicyDraft.objects.update_or_create(person_id=permit.actor.id, defaults={"content": text, "changed": clock.now()})
