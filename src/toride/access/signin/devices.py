"""Where somebody is signed in: each session from its beginning, seen, ended; what is new is told."""

import re
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from toride import audit
from toride.access.actions import Action
from toride.access.models import Person, StartCode, Visit
from toride.access.signin import rules, tokens
from toride.access.signin.sessions import digest
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Hidden
from toride.vault.permit import Actor, Door, Permit

KEPT = timedelta(days=90)
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
           ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def begin(request: HttpRequest, person: Person, door: Door) -> None:
    """Notes a session that has just begun; ends the oldest above the limit of the person's duties."""
    moment = clock.now()
    earlier = Visit.objects.filter(person=person.pk)
    earlier.filter(born__lt=moment - KEPT).delete()
    browser = family(door.agent)
    news = earlier.exists() and not earlier.filter(browser=browser, address=door.address).exists()
    Visit.objects.create(
        person=person, session=digest(request.session.session_key), browser=browser, address=door.address,
        born=moment, seen=moment, news=news,
    )  # fmt: skip
    actor = Actor(person.id, person.username, person.name)
    if news:
        audit.note(actor, door, "auth:device:meet", facts={"browser": browser})
    most = rules.bounds(rules.content(), tuple(person.roles)).sessions
    for visit in living(person.pk)[most:]:
        audit.note(actor, door, "auth:session:close", reason="concurrent")
        _end([visit])


def living(person: UUID) -> list[Visit]:
    """The person's sessions that are not over, the last used first."""
    moment = clock.now()
    found = Visit.objects.filter(person=person, ended=None, born__gt=moment - settings.SESSION_ABSOLUTE)
    rows = list(found.order_by("-seen", "-born"))
    stand = set(
        Session.objects.filter(session_key__in=[one.session for one in rows], expire_date__gt=moment).values_list(
            "session_key", flat=True
        )
    )
    return [one for one in rows if one.session in stand]


def news(person: UUID, session: str | None) -> list[Visit]:
    """Sign-ins from new devices that the person has not seen told; never told by the new session itself."""
    return list(Visit.objects.filter(person=person, news=True).exclude(session=digest(session)).order_by("-born")[:5])


def touch(session: str | None) -> None:
    """The session was used."""
    Visit.objects.filter(session=digest(session)).update(seen=clock.now())


def close(session: str | None) -> None:
    """The session is over by itself."""
    Visit.objects.filter(session=digest(session), ended=None).update(ended=clock.now())


def move(before: str | None, after: str | None) -> bool:
    """The session goes on under another key; False where it was ended meanwhile."""
    mine = Visit.objects.filter(session=digest(before))
    if mine.exclude(ended=None).exists():
        return False
    mine.update(session=digest(after))
    return True


@recorded(Action.SESSION_END)
def end(permit: Permit, *, visit: UUID) -> None:
    """Ends one of one's own sessions, for every process with its next request. Hidden for any other."""
    row = Visit.objects.filter(person=permit.actor.id, pk=visit, ended=None).first()
    if row is None:
        raise Hidden
    permit.ledger.facts |= {"sessions": _end([row]), "address": row.address, "browser": row.browser}


@recorded(Action.SESSION_END)
def end_others(permit: Permit, *, session: str | None) -> None:
    """Ends all of one's own sessions but this one."""
    mine = Visit.objects.filter(person=permit.actor.id, ended=None).exclude(session=digest(session))
    permit.ledger.facts["sessions"] = _end(list(mine))


@recorded(Action.ACCOUNT_READ, did="recognise")
def recognise(permit: Permit, *, session: str | None) -> None:
    """What was told of new devices, and of a new password, is the person's own doing."""
    told = Visit.objects.filter(person=permit.actor.id, news=True).exclude(session=digest(session))
    set_anew = StartCode.objects.filter(person=permit.actor.id, known=False).exclude(used=None)
    permit.ledger.facts["recognised"] = told.update(news=False) + set_anew.update(known=True)


@recorded(Action.PERSON_MANAGE, did="sign-out")
def end_of(permit: Permit, *, person: Person) -> None:
    """An administrator ends every session and token of a person."""
    ended = {"sessions": end_all(person.id), "tokens": tokens.end_all(person)}
    permit.ledger.facts |= {"person": str(person.id), "username": person.username, **ended}


def end_all(person: UUID) -> int:
    """Ends every session of a person in the caller's transaction; how many."""
    return _end(list(Visit.objects.filter(person=person, ended=None)))


def family(agent: str) -> str:
    """Which browser on which system a user agent says it is; "?" for what is not known."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "?")
    system = next((name for mark, name in SYSTEMS if re.search(rf"\b{mark}", agent)), "")
    return ", ".join(part for part in (browser, system) if part)


def _end(visits: list[Visit]) -> int:
    Session.objects.filter(session_key__in=[one.session for one in visits]).delete()
    return Visit.objects.filter(pk__in=[one.pk for one in visits], ended=None).update(ended=clock.now())
