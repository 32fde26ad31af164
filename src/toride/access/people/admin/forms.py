"""What the administrator typed becomes rules of sign-in; every figure within its limits, or advice by field."""

import ipaddress
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from toride.access.signin.rules import Duty, Passwords, Rules
from toride.base.errors import Invalid

LIMITS = {
    "length": (8, 64),
    "classes": (1, 4),
    "former": (0, 24),
    "days": (0, 730),
    "score": (2, 4),
    "proof": (1, 60),
    "grace": (0, 90),
    "idle": (1, 1_440),
    "hours": (1, 168),
    "sessions": (1, 20),
}
MOST_NETWORKS = 20
WEEK = 7
YES = frozenset(("true", "on", "yes", "はい"))


def passwords(before: Rules, typed: Mapping[str, str]) -> Rules:
    """`before` with what was typed about passwords, proofs, passkeys. Raises Invalid with the fields that are wrong."""
    errors: dict[str, str] = {}
    figures = {name: _figure(typed, name, errors) for name in ("length", "classes", "former", "days", "score")}
    proof = _figure(typed, "proof", errors)
    _end(errors)
    return replace(before, passwords=Passwords(**figures), proof=proof, passkeys=typed.get("passkeys") == "1")


def duty(before: Rules, role: str, typed: Any) -> Rules:
    """`before` with what was typed (a QueryDict) about one duty. Raises Invalid with the fields that are wrong."""
    errors: dict[str, str] = {}
    grace, idle, hours, sessions = (_figure(typed, name, errors) for name in ("grace", "idle", "hours", "sessions"))
    networks = _networks(typed.get("networks", ""), errors)
    begins, ends = _time(typed, "begins", errors), _time(typed, "ends", errors)
    if bool(begins) != bool(ends):
        errors["begins"] = _("Enter both times, or leave both empty.")
    weekdays = tuple(day for day in range(WEEK) if str(day) in typed.getlist("weekdays"))
    _end(errors)
    made = Duty(
        factor=typed.get("factor") == "1",
        networks=networks,
        begins=begins,
        ends=ends,
        weekdays=() if len(weekdays) == WEEK else weekdays,
        grace=grace,
        idle=idle,
        hours=hours,
        sessions=sessions,
    )
    return replace(before, duties={**before.duties, role: made})


def form(values: Mapping[str, Any], *names: str) -> QueryDict:
    """What a form would send for these of the values by dotted names, whole ones or beginnings that end in a dot."""
    sent = QueryDict(mutable=True)
    for name, value in values.items():
        if any(name == one or (one.endswith(".") and name.startswith(one)) for one in names):
            key = name.rpartition(".")[2]
            text = "1" if value is True or str(value).lower() in YES else "" if value is False else value
            listed = text.split(",") if key == "weekdays" and isinstance(text, str) else text
            if key == "weekdays":
                sent.setlist(key, [str(one).strip() for one in listed])
            else:
                sent[key] = "\n".join(text) if isinstance(text, list) else str(text)
    return sent


def _figure(typed: Mapping[str, str], name: str, errors: dict[str, str]) -> int:
    least, most = LIMITS[name]
    text = unicodedata.normalize("NFKC", typed.get(name, "")).strip()
    if text.isascii() and text.isdecimal() and len(text) <= 4 and least <= int(text) <= most:  # noqa: PLR2004
        return int(text)
    errors[name] = _("Enter %(least)d to %(most)d.") % {"least": least, "most": most}
    return least


def _networks(text: str, errors: dict[str, str]) -> tuple[str, ...]:
    lines = unicodedata.normalize("NFKC", text).replace(",", " ").split()
    if len(lines) > MOST_NETWORKS:
        errors["networks"] = _("Enter at most %(count)d networks.") % {"count": MOST_NETWORKS}
        return ()
    try:
        return tuple(dict.fromkeys(str(ipaddress.ip_network(line, strict=False)) for line in lines))
    except ValueError:
        errors["networks"] = _("Enter one network per line, such as 192.0.2.0/24.")
        return ()


def _time(typed: Mapping[str, str], name: str, errors: dict[str, str]) -> str:
    text = unicodedata.normalize("NFKC", typed.get(name, "")).strip()
    if not text:
        return ""
    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        errors[name] = _("Enter a time such as 08:30.")
        return ""


def _end(errors: dict[str, str]) -> None:
    if errors:
        raise Invalid(_("Please fix the highlighted fields."), errors)
