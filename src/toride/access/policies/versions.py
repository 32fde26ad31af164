"""Versions of the policy: checked, agreed upon by two people, dated, never changed; any can be drafted again."""

import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import facts, integrity, policy, purposes
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Connection, Person, PolicyDraft, PolicyVersion, Provider
from toride.access.people.registry import MOST_RANK
from toride.access.policies import comparison, words
from toride.access.policy import ITSELF, Content, Policy
from toride.access.roles import HOME, SHIPPED, Reach
from toride.access.sso import config
from toride.audit import recorded
from toride.base import actions, clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.vault.permit import Permit

MOST_RULES = 8  # of one role for one action
MOST_DUTIES = 60
LONGEST_NAME = 40  # characters
MOST_AHEAD = timedelta(days=366)
APPROVER_RANK = 5
OF_THE_SYSTEM = frozenset(("system", "keys", "backup", "auth"))
Numbered = tuple[int, Content]


def newest() -> Numbered:
    """The version that the next one follows, in force or not yet: its number and content."""
    row = PolicyVersion.objects.filter(void=False).order_by("-number").first()
    return (row.number, orjson.loads(row.content)) if row else (0, policy.shipped_content())


def content_of(number: int) -> Content:
    """The content of a version; 0 is the shipped one. Raises Hidden for one that does not exist."""
    if number == 0:
        return policy.shipped_content()
    row = PolicyVersion.objects.filter(pk=number, void=False).first()
    if row is None:
        raise Hidden
    content: Content = orjson.loads(row.content)
    return content


def all_of_them() -> list[PolicyVersion]:
    """Every version but the shipped one, newest first."""
    return list(PolicyVersion.objects.select_related("drafter", "approver").order_by("-number"))


def grantable() -> list[str]:
    """The actions that a policy may grant: what everybody has, and the system's own acts, are not among them."""
    return [one for one in actions.declared() if one.split(":")[0] not in OF_THE_SYSTEM and one not in HOME.actions]


def ungranted(content: Content) -> Content:
    """Actions of this release that no duty has: action → delivered duty that is still there → what it gives."""
    granted = {action for table in content.values() for action in table}
    found: Content = {}
    for code, table in policy.shipped_content().items():
        for action in table.keys() - granted:
            found.setdefault(action, {}).update({code: table[action]} if code in content else {})
    return found


def check(content: Content) -> Policy:
    """The policy of this content. Raises Invalid for what no policy may be, or where nobody could change it again."""
    if any(code not in SHIPPED and ITSELF not in table for code, table in content.items()):
        raise Invalid(_("It contains a role that doesn't exist."))
    if len(content) > MOST_DUTIES:
        raise Invalid(_("At most %(most)d roles.") % {"most": MOST_DUTIES})
    try:
        found = policy.compiled(content, policy.name(0, policy.digest(policy.written(content))))
        known = set(grantable())
        sound = all(_is_sound(table, known) for table in content.values())
        named = all(_is_named(code, content) for code in content)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Invalid(_("It contains a permission that can't be granted.")) from None
    if not sound:
        raise Invalid(_("It contains a permission that can't be granted."))
    if not named or not _are_told_apart(found):
        problem = _("Enter a unique name of 1 to %(most)d characters") % {"most": LONGEST_NAME}
        raise Invalid(_("Each role needs a unique name."), {"ja": problem})
    _check_people(found)
    return found


def _check_people(found: Policy) -> None:
    """Raises Invalid where it takes away, or keeps apart, what somebody holds, or nobody could agree again."""
    standing = policy.compiled(newest()[1], "standing")
    people = list(Person.objects.filter(is_active=True))
    gone = set(standing.duties) - set(found.duties)
    if gone & {*given(), *(code for one in people for code in one.roles)}:
        raise Invalid(
            _("A role to be removed is still assigned to someone or granted by a group. Reassign them first.")
        )
    if any(found.clash(one.roles) and not standing.clash(one.roles) for one in people):
        raise Invalid(_("Someone holds two roles that can no longer be combined. Reassign them first."))
    if any(found.by_acts(code, code) for code in found.duties):
        raise Invalid(_("One role would both perform and approve an action. Split it into two roles."))
    if not stands(found):
        raise Invalid(_("This would leave fewer than two people who can change the access policy."))


def given() -> dict[str, list[str]]:
    """Duties that groups give: code → the connections of directories and the providers whose lists name it."""
    found: dict[str, list[str]] = {}
    for connection in Connection.objects.filter(revoked=None).order_by("name"):
        for code in set(connection.duties.values()):
            found.setdefault(code, []).append(connection.name)
    for provider in Provider.objects.order_by("name"):
        for code in config.read(provider.content).managed():
            found.setdefault(code, []).append(provider.name)
    return found


def stands(rules: Policy) -> bool:
    """Are there, among those who are active, one who drafts policies and another who approves them?"""
    people = [one for one in Person.objects.filter(is_active=True) if integrity.is_place(one)]
    drafting = {one.id for one in people if rules.of(one.roles, one.rank, Action.POLICY_CHANGE)}
    deciding = {
        one.id
        for one in people
        if one.rank >= APPROVER_RANK
        and rules.of(one.roles, one.rank, Action.APPROVAL_DECIDE)
        and any(grant.reach is Reach.ALL for grant in rules.of(one.roles, one.rank, Action.POLICY_APPROVE))
    }
    return any(one != other for one in drafting for other in deciding)


@recorded(Action.POLICY_CHANGE, did="propose")
def ask(permit: Permit, *, holds: str, reason: str) -> Approval:
    """Asks that the own draft become the next version, from the day `holds` (ISO; empty: at once).

    Raises Invalid, and Conflict where it waits already or nobody could approve it.
    """
    draft = PolicyDraft.objects.filter(person=permit.actor.id).first()
    number, standing = newest()
    if draft is None or draft.content == policy.written(standing):
        raise Invalid(_("There are no changes."))
    content: Content = orjson.loads(draft.content)
    after = check(content)
    difference = comparison.compare(policy.compiled(standing, "standing"), after)
    asked = {
        "policy": draft.content,
        "digest": policy.digest(draft.content),
        "base": number,
        "holds": _moment(holds),
        "asker": str(permit.actor.id),
        "cells": [
            [cell.role, cell.action, *_rules(cell.role, cell.action, standing, content)] for cell in difference.cells
        ],
        "moves": [[move.action, list(move.gains.values()), list(move.loses.values())] for move in difference.moves],
    }
    gainers = [one for move in difference.moves for one in move.gains]
    return requests.ask(permit, KIND, asked, reason=reason, concerns=gainers, count=len(difference.people))


def _run(permit: Permit, asked: requests.Content) -> None:
    """Raises Conflict where another version has come since, Invalid where it cannot stand any more, Refused where it
    would by now give more to whoever approves it.
    """
    number, standing = newest()
    text, now = asked["policy"], clock.now()
    if number != asked["base"] or policy.digest(text) != asked["digest"]:
        raise Conflict(_("The access policy has changed since this request. Compare again and submit a new request."))
    difference = comparison.compare(policy.compiled(standing, "standing"), check(orjson.loads(text)))
    if any(permit.actor.id in move.gains for move in difference.moves):
        raise Refused("second-person")
    holds = max(now, datetime.fromisoformat(asked["holds"])) if asked["holds"] else now
    following = (PolicyVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    made = PolicyVersion(
        number=following, content=text, digest=asked["digest"], drafter_id=asked["asker"],
        approver_id=permit.actor.id, approved=now, holds=holds,
    )  # fmt: skip
    made.seal = integrity.of_version(made)
    try:
        made.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            _("The access policy has changed since this request. Compare again and submit a new request.")
        ) from None
    PolicyDraft.objects.filter(person=asked["asker"], content=text).delete()
    permit.ledger.facts |= {"version": policy.name(following, asked["digest"]), "holds": holds.isoformat()}
    transaction.on_commit(policy.forget)


def _rules(role: str, action: str, before: Content, after: Content) -> list[Any]:
    return [content.get(role, {}).get(action, []) for content in (before, after)]


def _lines(asked: requests.Content) -> list[requests.Line]:
    holds = words.day(asked["holds"]) if asked["holds"] else _("immediately")
    drafted = policy.compiled(orjson.loads(asked["policy"]), "draft")
    try:
        standing = policy.compiled(content_of(asked["base"]), "standing")
    except Hidden:  # set aside since
        standing = drafted
    called = {code: str(duty.label) for code, duty in {**standing.duties, **drafted.duties}.items()}
    return [
        requests.Line(lazy("Effective from"), (), (holds,)),
        *(
            requests.Line(lazy("Role"), words.duty(before, called), words.duty(after, called))
            for before, after in comparison.duties(standing, drafted)
        ),
        *(
            requests.Line(words.cell(called[role], action), words.rules(before), words.rules(after))
            for role, action, before, after in asked["cells"]
            if before != after
        ),
        *(
            requests.Line(words.who(action), words.people(loses), words.people(gains))
            for action, gains, loses in asked["moves"]
        ),
    ]


def _is_sound(table: dict[str, list[dict[str, Any]]], known: set[str]) -> bool:
    acts = {action: rules for action, rules in table.items() if action != ITSELF}
    granted = set(acts) <= known and all(len(rules) <= MOST_RULES for rules in acts.values())
    return granted and all(_is_rule(one) for rules in acts.values() for one in rules)


def _is_named(code: str, content: Content) -> bool:
    """A name in one language at least, except for a delivered duty; apart from duties that there are."""
    if ITSELF not in content[code]:
        return True
    (one,) = content[code][ITSELF]
    names = [one["ja"], one["en"]]
    return (
        set(one) == {"ja", "en", "rank", "apart"}
        and (any(names) or code in SHIPPED)
        and all(len(name) <= LONGEST_NAME and name == name.strip() and name.isprintable() for name in names)
        and 1 <= one["rank"] <= MOST_RANK
        and set(one["apart"]) <= set(content) - {code}
    )


def _are_told_apart(found: Policy) -> bool:
    """Are no two duties called the same, in any language? Whoever approves goes by the name."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names = [unicodedata.normalize("NFKC", str(one.label)).casefold() for one in found.duties.values()]
        if len(set(names)) < len(names):
            return False
    return True


def _is_rule(one: dict[str, Any]) -> bool:
    fields = {f"{int(category)}.{name}" for category, name in facts.fields}
    return (
        bool(one["purposes"])
        and set(one["purposes"]) <= set(purposes.SHIPPED)
        and 1 <= one["rank"] <= MOST_RANK
        and set(one["fields"]) <= fields
    )


def _moment(text: str) -> str:
    """The first moment of a day in the institution's time zone. Raises Invalid."""
    if not text:
        return ""
    try:
        found = datetime.combine(date.fromisoformat(text), time.min, tzinfo=timezone.get_default_timezone())
    except ValueError:
        found = None
    today = clock.today()
    if found is None or not today < found.date() <= today + MOST_AHEAD:
        raise Invalid(
            _("Please fix the highlighted fields."), {"holds": _("Choose a date from tomorrow, within one year")}
        )
    return found.isoformat()


KIND = requests.declare(
    requests.Act(
        kind="policy:change",
        label=lazy("Access policy change"),
        approve=Action.POLICY_APPROVE,
        rank=APPROVER_RANK,
        counted=lazy("people whose access changes"),
        show=_lines,
        run=_run,
    )
).kind
