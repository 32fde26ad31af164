"""Attempts are counted by name and by address before they are tried; too many wait, longer each time."""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from toride.access.actions import Action
from toride.access.models import Lock, Person
from toride.audit import recorded
from toride.base import clock
from toride.vault.permit import Permit

FREE = {"name": 5, "factor": 5, "start": 5, "forgotten": 5, "address": 50, "machine": 50}  # a branch is one address
FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)

Key = tuple[str, str]


def by_name(username: str) -> Key:
    """Attempts at a sign-in name, whether anybody has it or not."""
    return "name", username.casefold()


def by_factor(person: UUID) -> Key:
    """Attempts at a person's second factor; a right password does not forgive them."""
    return "factor", str(person)


def by_start(username: str) -> Key:
    """Attempts at a start code, under any name."""
    return "start", username.casefold()


def by_forgotten(username: str) -> Key:
    """Requests for a new password under any name; the administrator sees those of people (`forgot`)."""
    return "forgotten", username.casefold()


def by_address(address: str) -> Key:
    """Attempts from an address; of IPv6 from its /64, which is one household."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "address", ""
    wide = ipaddress.ip_network((found, 64), strict=False) if found.version == 6 else found  # noqa: PLR2004
    return "address", str(wide)


def by_machine(address: str) -> Key:
    """Attempts with a key that is not good; apart from people's, who may sit behind the same address."""
    return "machine", by_address(address)[1]


def attempt(*keys: Key) -> bool:
    """May it be tried now? Counts it in either case but one: who has to wait does not wait longer for having tried."""
    moment = clock.now()
    with transaction.atomic():
        rows = [_row(key, moment) for key in sorted(keys)]
        if any(row.until and row.until > moment for row in rows):
            return False
        for (kind, _), row in zip(sorted(keys), rows, strict=True):
            row.attempts = row.attempts + 1 if moment - row.last < FORGOTTEN else 1
            row.last, row.until = moment, _until(row.attempts, FREE[kind], moment)
            row.save()
    return True


def forgive(*keys: Key) -> None:
    """It was right: the account's failures are forgotten, the address' only this one."""
    with transaction.atomic():
        for key in sorted(keys):
            if key[0] != "address":
                Lock.objects.filter(key=_digest(key)).delete()
            elif row := Lock.objects.select_for_update().filter(key=_digest(key)).first():
                row.attempts = max(0, row.attempts - 1)
                row.until = row.until if row.attempts >= FREE["address"] else None
                row.save()


@recorded(Action.PERSON_MANAGE, did="unlock")
def unlock(permit: Permit, *, person: Person) -> None:
    """An administrator unlocks an account."""
    release(person)
    permit.ledger.facts |= {"person": str(person.id), "username": person.username, "locked": False}


def release(person: Person) -> None:
    """Forgets the failures of an account, in the caller's transaction."""
    Lock.objects.filter(key__in=[_digest(key) for key in _of(person)]).delete()


def locked(people: list[Person]) -> set[UUID]:
    """Which of these accounts wait now."""
    places = {_digest(key): one.id for one in people for key in _of(one)}
    found = Lock.objects.filter(key__in=list(places), until__gt=clock.now()).values_list("key", flat=True)
    return {places[key] for key in found}


def forgot(names: Iterable[str]) -> list[str]:
    """Under which of these sign-in names a new password was asked for within FORGOTTEN."""
    asked = set(Lock.objects.filter(last__gt=clock.now() - FORGOTTEN).values_list("key", flat=True))
    return [one for one in names if _digest(by_forgotten(one)) in asked] if asked else []


def heard(person: Person) -> None:
    """Their request for a new password is dealt with."""
    Lock.objects.filter(key=_digest(by_forgotten(person.username))).delete()


def _of(person: Person) -> tuple[Key, ...]:
    """What an account may wait for."""
    return by_name(person.username), by_factor(person.id), by_start(person.username)


def _row(key: Key, moment: datetime) -> Lock:
    place = _digest(key)
    Lock.objects.filter(last__lt=moment - FORGOTTEN - LONGEST).delete()
    Lock.objects.bulk_create([Lock(key=place, last=moment)], ignore_conflicts=True)
    return Lock.objects.select_for_update().get(key=place)


def _until(attempts: int, free: int, moment: datetime) -> datetime | None:
    if attempts < free:
        return None
    doublings = min(attempts - free, 20)
    return moment + min(LONGEST, FIRST * (1 << doublings))


def _digest(key: Key) -> str:
    return salted_hmac("toride.access.locks", "\0".join(key), algorithm="sha256").hexdigest()
