"""What an event says in words: what was done, its facts and its reason; what has no name stays as it was written."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from toride.audit.events import Event
from toride.base import actions
from toride.vault.permit import Category, Mode

OUTCOMES = {"ok": _("Success"), "refused": _("Denied"), "failed": _("Failed")}
DOORS = {
    "web": _("Screen"),
    "cli": _("Command"),
    "api": _("Interface"),
    "job": _("Job"),
    "system": _("System"),
}
MODES = {
    Mode.LISTED: _("listed"),
    Mode.MASKED: _("hidden"),
    Mode.CLEAR: _("viewed"),
    Mode.REVEALED: _("revealed"),
    Mode.CREATED: _("created"),
    Mode.CHANGED: _("changed"),
    Mode.ERASED: _("erased"),
}
CATEGORIES = {
    Category.BASIC: _("basic"),
    Category.TRANSACTIONS: _("transactions"),
    Category.BEHAVIOUR: _("contact history"),
    Category.DERIVED: _("derived data"),
    Category.SENSITIVE: _("sensitive"),
}
FACTS = {
    "active": _("in use"),
    "after": _("after"),
    "approval": _("request number"),
    "backup": _("backup"),
    "before": _("before"),
    "begins": _("first day"),
    "deputy": _("deputy"),
    "superior": _("superior"),
    "branch": _("branch code"),
    "bytes": _("size in bytes"),
    "changed": _("Changed"),
    "columns": _("imported columns"),
    "connection": _("Connection"),
    "count": _("count"),
    "created": _("Created"),
    "days": _("days"),
    "ends": _("until"),
    "events": _("events shown"),
    "expires": _("until"),
    "field": _("field"),
    "fields": _("fields"),
    "findings": _("findings shown"),
    "found": _("customers found"),
    "glass": _("emergency access number"),
    "handover": _("reassignment number"),
    "import": _("import number"),
    "minutes": _("duration in minutes"),
    "more": _("more results"),
    "moved": _("customers reassigned"),
    "person": _("person ID"),
    "previewed": _("rows previewed"),
    "rank": _("Rank"),
    "read": _("page"),
    "rejected": _("Rejected"),
    "role": _("Role"),
    "roles": _("Roles"),
    "rows": _("rows"),
    "sessions": _("sessions ended"),
    "step": _("step"),
    "subjects": _("customers shown"),
    "temporary": _("temporary access number"),
    "unchanged": _("Unchanged"),
    "username": _("Sign-in name"),
    "version": _("version"),
    "view": _("view number"),
    "warnings": _("Warnings"),
    "about": _("ID of what it is about"),
    "address": _("address"),
    "attempt": _("attempt"),
    "closed": _("closing days"),
    "closed_added": _("closing days added"),
    "closed_removed": _("closing days removed"),
    "hours": _("business hours"),
    "item": _("task number"),
    "language": _("language"),
    "mail": _("mail number"),
    "year_end": _("first day of the year-end closure"),
}
_SHORT_OF = {"refused": _("Denied: %(what)s"), "failed": _("Failed: %(what)s")}
_COMMON = {
    actions.PROPOSE: _("Requested approval: %(what)s"),
    "": _("%(what)s: page or change (older entry)"),
}
_SEEN = {True: _("Opened a page: %(what)s"), False: _("Read: %(what)s")}
REASONS = {
    "actor": _("No one has this sign-in name"),
    "altered": _("doesn't match what was approved"),
    "campaign": _("the access review could not be started"),
    "category": _("a category the role has no access to"),
    "closed-column": _("filtered or sorted by a field without access"),
    "concurrent": _("signed in elsewhere"),
    "credentials": _("wrong sign-in name, password or code"),
    "duty": _("not included in the role"),
    "expired": _("expired"),
    "handover": _("the reassignment failed"),
    "hours": _("outside working hours"),
    "inactive": _("deactivated"),
    "locked": _("locked after too many attempts"),
    "network": _("network not allowed"),
    "number": _("number not found or out of scope"),
    "own-person": _("affects the person themselves"),
    "purpose": _("not available for this purpose of use"),
    "scope": _("outside the role's scope"),
    "second-person": _("needs a second person"),
    "temporary": _("the temporary access request failed"),
    "tries": _("too many attempts"),
    "address": _("no usable mail address"),
    "calendar": _("the business calendar was not changed"),
    "contact": _("the notification settings were not changed"),
    "lost": _("the attempt was interrupted; it may have arrived"),
    "rejected": _("rejected by the mail server"),
    "unanswered": _("the mail server did not confirm; it may have arrived"),
    "unreachable": _("the mail server was not reachable"),
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
