"""What an event says in words: what was done, its facts and its reason; what has no name stays as it was written."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from toride.audit.events import Event
from toride.base import actions

FACTS = {
    "active": _("in use"),
    "after": _("afterwards"),
    "approval": _("number of the request"),
    "backup": _("backup"),
    "before": _("until then"),
    "branch": _("code of the branch"),
    "bytes": _("size in bytes"),
    "changed": _("Changed"),
    "columns": _("columns brought in"),
    "connection": _("Connection"),
    "count": _("how many"),
    "created": _("Created"),
    "days": _("days"),
    "ends": _("until"),
    "events": _("events shown"),
    "expires": _("until"),
    "field": _("field"),
    "fields": _("fields"),
    "findings": _("findings shown"),
    "found": _("customers found"),
    "glass": _("number of the emergency"),
    "handover": _("number of the handing over"),
    "import": _("number of the import"),
    "minutes": _("length in minutes"),
    "more": _("more than these"),
    "moved": _("customers moved"),
    "person": _("number of the person"),
    "previewed": _("rows previewed"),
    "rank": _("Rank"),
    "read": _("page"),
    "rejected": _("Rejected"),
    "role": _("Duty"),
    "roles": _("Duties"),
    "rows": _("rows"),
    "sessions": _("sessions ended"),
    "step": _("step"),
    "subjects": _("customers shown"),
    "temporary": _("number of the temporary access"),
    "unchanged": _("Unchanged"),
    "username": _("Sign-in name"),
    "version": _("version"),
    "view": _("number of the view"),
    "warnings": _("Warnings"),
}
_SHORT_OF = {"refused": _("Denied: %(what)s"), "failed": _("Failed: %(what)s")}
_COMMON = {
    actions.PROPOSE: _("Requested approval: %(what)s"),
    "": _("%(what)s: page or change (older entry)"),
}
_SEEN = {True: _("Opened a page: %(what)s"), False: _("Read: %(what)s")}
REASONS = {
    "actor": _("nobody signs in by this name"),
    "altered": _("not what was agreed upon"),
    "campaign": _("the access review could not be opened"),
    "category": _("a category that the duties do not open"),
    "closed-column": _("filtered or sorted by what is not open"),
    "concurrent": _("signed in elsewhere"),
    "credentials": _("wrong name, password or code"),
    "duty": _("not among the duties"),
    "expired": _("run out"),
    "handover": _("the handing over could not be done"),
    "hours": _("not at this hour"),
    "inactive": _("no longer in use"),
    "locked": _("locked after many tries"),
    "network": _("not from this network"),
    "number": _("no such number, or out of reach"),
    "own-person": _("about themselves"),
    "purpose": _("not for this purpose of use"),
    "scope": _("outside of the rows of their duties"),
    "second-person": _("needs a second person"),
    "temporary": _("the temporary access could not be asked for"),
    "tries": _("too many tries"),
}


def act(event: Event) -> str:
    """What happened: what was done, or that it was refused, or that a page of the permission was opened and no more.

    An older entry of an action that changes something keeps no verb: it may have been either.
    """
    one = actions.declared().get(event.action)
    if one is None:
        return event.action
    if event.outcome != "ok" and one.said is not one.label:
        return _SHORT_OF[event.outcome] % {"what": one.label}
    said = one.said if event.did in ("", one.verb) else None
    told = one.deeds.get(event.did, said)
    return str(told) if told is not None else _of_any(event) % {"what": one.label, "did": event.did}


def _of_any(event: Event) -> Any:
    """What every action may come to."""
    if event.did == actions.VIEW:
        return _SEEN[event.door.kind == "web"]
    return _COMMON.get(event.did, "%(what)s (%(did)s)")


def facts(written: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Names and values."""
    return [(FACTS.get(name, name), _value(value)) for name, value in written.items()]


def reason(code: str) -> Any:
    """In words."""
    return REASONS.get(code, code)


def _value(value: Any) -> Any:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else value
