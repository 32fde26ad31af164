"""The rules of sign-in, as two people agreed upon them: one text in the store, read with every request's person."""

import ipaddress
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from toride.access import integrity
from toride.access.models import Person, SignInRules
from toride.access.roles import SHIPPED
from toride.base import clock
from toride.base.errors import Invalid, Unavailable
from toride.vault.permit import Permit

ONLY = 1  # the one row
STRICT: dict[str, Any] = {"factor": True, "grace": 0, "since": "", "idle": 10, "hours": 8, "sessions": 1}
STRICT_PROOF = 5  # minutes
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Passwords:
    """What a password must be. `former`: so many are not taken again; `days`: then it must be changed (0: never).

    `classes`: of capitals, small letters, figures and others; `score`: zxcvbn's estimate from 0 to 4.
    """

    length: int = 12
    classes: int = 1
    former: int = 5
    days: int = 0
    score: int = 3


@dataclass(frozen=True, slots=True)
class Duty:
    """What holds for who has a role. `since`: when the second factor became required, ISO 8601; `begins` and `ends`:
    HH:MM in the institution's time zone, both or none; `weekdays`: 0 is Monday, none is every day.
    """

    factor: bool = False
    grace: int = 14
    since: str = ""
    idle: int = 30
    hours: int = 10
    sessions: int = 5
    networks: tuple[str, ...] = ()
    begins: str = ""
    ends: str = ""
    weekdays: tuple[int, ...] = ()


MADE = Duty(factor=True)
WIDE = ("steward", "dpo", "auditor", "admin")  # duties that reach every customer, the trail or the people


@dataclass(frozen=True, slots=True)
class Rules:
    """All of them. `proof`: minutes for which a proof of who one is stays fresh; `passkeys`: one alone signs in."""

    passwords: Passwords = Passwords()
    proof: int = 15
    duties: dict[str, Duty] = field(default_factory=lambda: {code: Duty(factor=code in WIDE) for code in SHIPPED})
    passkeys: bool = True

    def of(self, role: str) -> Duty:
        """What holds for a duty; one that the institution made, and has set nothing for, needs a second factor."""
        return self.duties.get(role, MADE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The strictest of what a person's duties ask; `networks` and `times` must each be kept."""

    grace: timedelta | None
    since: datetime | None
    idle: timedelta
    absolute: timedelta
    sessions: int
    networks: tuple[tuple[Network, ...], ...]
    times: tuple[tuple[time, time, frozenset[int]], ...]

    def refusal(self, address: str, moment: datetime) -> str | None:
        """Why nobody with these duties works from this address or at this moment: "network", "hours", or None."""
        try:
            place = ipaddress.ip_address(address)
            place = getattr(place, "ipv4_mapped", None) or place
        except ValueError:
            place = None
        if any(place is None or not any(place in one for one in networks) for networks in self.networks):
            return "network"
        here = timezone.localtime(moment)
        return None if all(_within(here, *window) for window in self.times) else "hours"


def current() -> Rules:
    """The rules in force."""
    return read(content())


def content() -> str | None:
    """Their text, which `read` and `bounds` take; every request's person comes with it."""
    row = SignInRules.objects.filter(pk=ONLY).values_list("content", "seal").first()
    return believed(*row) if row else None


@lru_cache(maxsize=8)
def believed(text: str | None, seal: str | None) -> str | None:
    """The text where it is what two people agreed upon; else one of the strictest rules."""
    if text is None or integrity.is_rules(text, seal or ""):
        return text
    return _text(strictest(text))


def strictest(text: str) -> Rules:
    """A second factor for every duty, at once, in short sessions; networks and hours as this text has them, for what
    they are worth.
    """
    try:
        said = read(text)
    except Unavailable:
        said = Rules()
    return Rules(
        passwords=Passwords(length=max(said.passwords.length, 12), former=max(said.passwords.former, 5), score=4),
        proof=STRICT_PROOF,
        duties={code: replace(one, **STRICT) for code, one in (said.duties | dict.fromkeys(SHIPPED, Duty())).items()},
        passkeys=said.passkeys,
    )


def standing() -> Rules:
    """The rules as they stand in the store, believed or not. Raises Unavailable as `read`."""
    return read(SignInRules.objects.filter(pk=ONLY).values_list("content", flat=True).first())


def differing(one: Rules, other: Rules | None = None) -> dict[str, Any]:
    """What stands in `one` otherwise than in the other, or than as shipped, as a flat list of names and values."""
    mine, theirs = flat(asdict(one)), flat(asdict(other or Rules()))
    return {name: value for name, value in mine.items() if theirs.get(name) != value}


def stand() -> bool:
    """Are the rules what two people agreed upon, or none set at all?"""
    row = SignInRules.objects.filter(pk=ONLY).first()
    return row is None or integrity.is_rules(row.content, row.seal)


@lru_cache(maxsize=8)
def read(text: str | None) -> Rules:
    """The rules in a text of the data store; None: as shipped. Raises Unavailable where they cannot be understood."""
    if text is None:
        return Rules()
    try:
        return from_dict(orjson.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable("the sign-in policy cannot be read") from None


def from_dict(content: Mapping[str, Any]) -> Rules:
    """The rules of what `asdict` made; a duty that it does not name is as shipped."""
    duties = {code: Duty(**_tuples(one)) for code, one in content["duties"].items()}
    whole = Rules().duties | duties
    return Rules(Passwords(**content["passwords"]), content["proof"], whole, content.get("passkeys", True))


@lru_cache(maxsize=1_024)
def bounds(text: str | None, roles: tuple[str, ...]) -> Bounds:
    """What holds for a person with these roles."""
    return _together(read(text), roles)


def _together(rules: Rules, roles: tuple[str, ...]) -> Bounds:
    held = [rules.of(role) for role in roles] or [Duty()]
    asking = [one for one in held if one.factor]
    since = [datetime.fromisoformat(one.since) for one in asking if one.since]
    return Bounds(
        grace=min((timedelta(days=one.grace) for one in asking), default=None),
        since=min(since, default=None) if len(since) == len(asking) else None,
        idle=min(settings.SESSION_IDLE, *(timedelta(minutes=one.idle) for one in held)),
        absolute=min(settings.SESSION_ABSOLUTE, *(timedelta(hours=one.hours) for one in held)),
        sessions=min(one.sessions for one in held),
        networks=tuple(tuple(map(ipaddress.ip_network, one.networks)) for one in held if one.networks),
        times=tuple(
            (
                time.fromisoformat(one.begins or "00:00"),
                time.fromisoformat(one.ends or "00:00"),
                frozenset(one.weekdays),
            )
            for one in held
            if one.begins or one.weekdays
        ),
    )


def locked() -> Rules:
    """The rules in force, kept from others until the transaction ends."""
    SignInRules.objects.select_for_update().filter(pk=ONLY).first()
    return current()


def put(permit: Permit, before: Rules, after: Rules) -> None:
    """Puts rules in force, everywhere with the next request; the permit's event tells what was and what is.

    Raises Invalid where they would shut out whoever puts them in force.
    """
    found = stored(before, after)
    keeps(permit, found)
    permit.ledger.facts |= {"from": differing(before, found), "to": differing(found, before)}


def stored(before: Rules, after: Rules) -> Rules:
    """Writes and seals rules; as they are in force now, with the moments from which second factors are required."""
    moment = clock.now()
    duties = {code: _since(before.of(code), one, moment) for code, one in after.duties.items()}
    found = replace(after, duties=duties)
    text = _text(found)
    SignInRules.objects.update_or_create(
        pk=ONLY, defaults={"content": text, "changed": moment, "seal": integrity.of_rules(text)}
    )
    return found


def keeps(permit: Permit, after: Rules) -> None:
    """Raises Invalid where these rules would shut out who acts, from this address at this moment."""
    roles = Person.objects.values_list("roles", flat=True).get(pk=permit.actor.id)
    reason = _together(after, tuple(roles)).refusal(permit.door.address, clock.now())
    if reason is not None:
        field = {"network": "networks", "hours": "begins"}[reason]
        advice = _("This would lock you out of this session.")
        raise Invalid(advice, {field: advice})


def _text(rules: Rules) -> str:
    return orjson.dumps(asdict(rules), option=orjson.OPT_SORT_KEYS).decode()


def _since(before: Duty, after: Duty, moment: datetime) -> Duty:
    """The grace begins when the second factor becomes required, and not again with every change."""
    if not after.factor:
        return replace(after, since="")
    return replace(after, since=before.since if before.factor else moment.isoformat())


def flat(content: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Values by dotted names."""
    found: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = list(value) if isinstance(value, tuple) else value
    return found


def _tuples(content: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}


def _within(here: datetime, begins: time, ends: time, weekdays: frozenset[int]) -> bool:
    """A window that ends before it begins goes over midnight, and belongs to the day on which it begins."""
    clock_time, day = here.time(), here.weekday()
    if begins < ends:
        inside = begins <= clock_time < ends
    else:
        inside = clock_time >= begins or clock_time < ends
        day = day if clock_time >= begins else (day - 1) % 7
    return inside and (not weekdays or day in weekdays)
