"""The sign-in policy changes when two people agree: an administrator asks, a second person approves, part by part."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval
from toride.access.signin import rules
from toride.access.signin.rules import Duty, Rules
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Invalid
from toride.vault.permit import Permit

PASSWORDS, STORED = "passwords", "stored"  # parts; any other one is "duty:" and its code
DUTY = "duty:"
LABELS = {
    "passwords.length": lazy("Minimum length"),
    "passwords.classes": lazy("Minimum character types"),
    "passwords.score": lazy("Required strength"),
    "passwords.former": lazy("Password history"),
    "passwords.days": lazy("Password expires after (days)"),
    "proof": lazy("Re-authentication valid for (minutes)"),
    "passkeys": lazy("Sign-in with a passkey alone"),
}


@recorded(Action.RULES_CHANGE, did="propose")
def ask(permit: Permit, *, part: str, wanted: Rules, reason: str) -> Approval:
    """Asks that a part of the policy (PASSWORDS, or DUTY and a code) becomes what it is in `wanted`.

    Raises Invalid where nothing would change, or where it would shut out who asks, from this address at this moment.
    """
    before = rules.current()
    after = _joined(before, part, _part(wanted, part))
    changed = rules.differing(after, before)
    if not changed:
        raise Invalid(_("There are no changes."))
    rules.keeps(permit, after)
    permit.ledger.facts |= {"from": rules.differing(before, after), "to": changed}
    content = {"part": part, "before": _part(before, part), "after": _part(after, part)}
    return requests.ask(permit, CHANGE.kind, content, reason=reason, concerns=(), count=len(changed))


@recorded(Action.RULES_CHANGE, did="propose")
def ask_stored(permit: Permit, *, reason: str) -> Approval:
    """Asks that the policy holds as it stands in the store, where it is not the approved one.

    Raises Conflict where it is, Unavailable where it cannot be read.
    """
    if rules.stand():
        raise Conflict(_("The sign-in policy is the approved one. There is nothing to confirm."))
    stored = rules.standing()
    rules.keeps(permit, stored)
    changed = rules.differing(stored)
    permit.ledger.facts |= {"to": changed}
    content = {"part": STORED, "before": asdict(Rules()), "after": asdict(stored)}
    return requests.ask(permit, CHANGE.kind, content, reason=reason, concerns=(), count=len(changed))


def pending() -> list[Approval]:
    """Requests for a change of the policy that nobody has decided yet, the oldest first."""
    rows = Approval.objects.select_related("asker").filter(kind=CHANGE.kind, state__in=requests.OPEN)
    return list(rows.filter(expires__gt=clock.now()).order_by("created"))


def _run(permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where that part is no longer as it was when it was asked."""
    part = content["part"]
    before = rules.locked()
    if part == STORED:
        stands = not rules.stand() and _plain(asdict(rules.standing())) == content["after"]
        after = rules.from_dict(content["after"])
    else:
        stands = _plain(_part(before, part)) == content["before"]
        after = _joined(before, part, content["after"])
    if not stands:
        raise Conflict(_("The sign-in policy has changed since this request. Submit a new request."))
    try:
        rules.put(permit, before, after)
    except Invalid as error:
        raise Conflict(error.reason) from None


def sentences(duty: Duty) -> list[str]:
    """What holds for a duty, in short sentences."""
    lines = [_("second factor required, %(count)d-day grace period") % {"count": duty.grace}] if duty.factor else []
    lines.append(_("signs out after %(idle)d idle minutes, or %(hours)d hours in total") % asdict(duty))
    lines.append(_("%(sessions)d sessions at once") % asdict(duty))
    if duty.networks:
        lines.append(_("only from %(networks)s") % {"networks": ", ".join(duty.networks)})
    if duty.begins:
        lines.append(_("only from %(begins)s to %(ends)s") % asdict(duty))
    if duty.weekdays:
        lines.append(_("only on %(days)s") % {"days": _(", ").join(str(WEEKDAYS_ABBR[day]) for day in duty.weekdays)})
    return lines


def _part(found: Rules, part: str) -> dict[str, Any]:
    if part == PASSWORDS:
        return {"passwords": asdict(found.passwords), "proof": found.proof, "passkeys": found.passkeys}
    return asdict(found.of(part.removeprefix(DUTY)))


def _joined(found: Rules, part: str, content: Mapping[str, Any]) -> Rules:
    whole = asdict(found)
    if part == PASSWORDS:
        return rules.from_dict({**whole, **content})
    return rules.from_dict(whole | {"duties": {**whole["duties"], part.removeprefix(DUTY): content}})


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from a sealed request: lists for tuples."""
    return {
        name: _plain(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        for name, value in content.items()
    }


def _lines(content: requests.Content) -> list[requests.Line]:
    part, before, after = content["part"], content["before"], content["after"]
    if part.startswith(DUTY):
        return [_duty_line(part.removeprefix(DUTY), before, after)]
    lines = [
        requests.Line(label, [_value(_at(before, name))], [_value(_at(after, name))])
        for name, label in LABELS.items()
        if part == STORED or _at(before, name) != _at(after, name)
    ]
    known = policy.current().duties
    duties = after.get("duties", {})
    return [
        *lines,
        *(_duty_line(code, before["duties"].get(code), one) for code, one in duties.items() if code in known),
    ]


def _duty_line(code: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> requests.Line:
    said = sentences(Duty(**before)) if before else []
    return requests.Line(policy.called(code), said, sentences(Duty(**after)))


def _at(content: Mapping[str, Any], name: str) -> Any:
    group, _dot, field = name.rpartition(".")
    return (content[group] if group else content)[field]


def _value(value: Any) -> Any:
    return {True: lazy("on"), False: lazy("off")}[value] if isinstance(value, bool) else value


CHANGE = requests.declare(
    requests.Act(
        kind="rules:change",
        label=lazy("Sign-in policy"),
        approve=Action.POLICY_APPROVE,
        rank=5,
        counted=lazy("changed settings"),
        show=_lines,
        run=_run,
        several=True,
    )
)
