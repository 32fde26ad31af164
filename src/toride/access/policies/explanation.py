"""Why somebody may or may not do something: the same steps as the decision, told one by one."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from toride.access import facts, integrity, policy
from toride.access.actions import Action
from toride.access.decide import reach_of
from toride.access.models import Person
from toride.access.people import registry
from toride.access.policies import words
from toride.access.roles import Grant
from toride.audit import naming, recorded
from toride.base import actions
from toride.base.errors import Hidden, Invalid
from toride.vault.permit import Mode, Permit


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a decision: was it passed, and what was found."""

    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`rules`: those that let it pass, in words; none where it is refused."""

    person: str
    action: Any
    steps: tuple[Step, ...]
    rules: tuple[str, ...]
    version: str


@recorded(Action.RULE_EXPLAIN)
def explain(permit: Permit, *, username: str, action: str, number: str = "") -> Answer:
    """Why this person may or may not do this, to the customer of this number where one is given.

    Raises Invalid for an unknown person or action, Hidden for a customer whom the asker's own duties do not reach.
    """
    if action not in actions.declared():
        raise Invalid(_("Please fix the highlighted fields."), {"action": _("Choose one")})
    try:
        person = registry.find(username)
    except Invalid:
        raise Invalid(
            _("Please fix the highlighted fields."), {"username": _("No one has this sign-in name")}
        ) from None
    rules = policy.current()
    permit.ledger.facts |= {"person": str(person.id), "asked": action}
    steps, grants = _by_duty(
        person, rules.of(person.roles, registry.MOST_RANK, action), rules.of(person.roles, person.rank, action)
    )
    if number:
        step, grants = _by_place(permit, person, grants, number)
        steps.append(step)
    permit.ledger.facts["answer"] = "may" if all(step.passed for step in steps) else "may not"
    passed = grants if all(step.passed for step in steps) else []
    told = tuple(words.rule(policy.rule(grant)) for grant in passed)
    return Answer(person.name, actions.label(action), tuple(steps), told, rules.version)


def _by_duty(person: Person, ever: list[Grant], granted: list[Grant]) -> tuple[list[Step], list[Grant]]:
    held = " / ".join(policy.called(code) for code in person.roles) or "—"
    active = _("The account is active.") if person.is_active else _("The account is deactivated: all access is denied.")
    sound = person.is_active and integrity.is_place(person)
    if person.is_active and not sound:
        active = _("The stored roles are not the approved ones: all access is denied.")
    duty = _("Granted by role: %(held)s.") if ever else _("Not granted by role: %(held)s.")
    steps = [Step(sound, active), Step(bool(ever), duty % {"held": held})]
    if ever:
        least = min(grant.rank for grant in ever)
        text = _("Rank %(rank)d; rank %(least)d or higher is required.") % {"rank": person.rank, "least": least}
        steps.append(Step(bool(granted), text))
    return steps, granted


def _by_place(permit: Permit, person: Person, grants: list[Grant], number: str) -> tuple[Step, list[Grant]]:
    """Is this customer in reach of the grants? What the asker's own duties do not reach is not told."""
    subject = naming.subject(number)
    known = facts.of(subject)
    if known is None or not permit.rows.include(known.branch, known.owner):
        raise Hidden
    permit.ledger.touch(subject, Mode.LISTED)
    within = [grant for grant in grants if reach_of(person, [grant]).include(known.branch, known.owner)]
    text = _("The customer is in scope.") if within else _("The customer is out of scope and appears not to exist.")
    return Step(bool(within), text), within
