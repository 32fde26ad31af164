"""People learn of what waits for them: once each, in a mail that gathers, at most one an hour, in business hours."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from toride.access.models import Person
from toride.base import clock
from toride.base.config import MAIL_ADDRESS
from toride.base.ids import ordered_id
from toride.jobs.models import Mail
from toride.ui.side import Waiting
from toride.vault import persons
from toride.work import calendar, items, today
from toride.work.models import Contact, Notice
from toride.work.today import Open

DIGEST = "work.digest"
APART = timedelta(hours=1)  # between two mails to one person
KEPT = timedelta(days=90)
LINES = 10
Step = Notice.Step


def tick() -> None:
    """Escalates, notes what is new or late, and writes the mails that are due. A chore."""
    items.escalate()
    among = today.everything()
    announce(among)
    write(among)


def announce(among: Sequence[Open]) -> int:
    """Notes for whom something waits that nobody was told of, and what has become late; how many notices."""
    found = [(row, waits, show(row)) for row, waits, show in among]
    known = set(
        Notice.objects.filter(about__in={one.about for *_rest, one in found}).values_list("kind", "about", "step")
    )
    now = clock.now()
    fresh = [
        (row, waits, one, step)
        for row, waits, one in found
        for step in ((Step.NEW, Step.LATE) if one.due <= now else (Step.NEW,))
        if (one.kind, one.about, str(step)) not in known
    ]
    people = list(Person.objects.filter(is_active=True)) if fresh else []
    notices = [
        Notice(person=person, kind=one.kind, about=one.about, step=step, at=now)
        for row, waits, one, step in fresh
        for person in people
        if waits(person, row)
    ]
    return len(Notice.objects.bulk_create(notices, ignore_conflicts=True))


def write(among: Sequence[Open]) -> int:
    """One mail to each person of whose notices none was mailed; how many. None without a server, none out of hours."""
    if settings.MAIL is None or not calendar.current().is_open(clock.now()):
        return 0
    waiting = Person.objects.filter(pk__in=Notice.objects.filter(mailed=None).values("person"), is_active=True)
    return sum(_written(person, today.of(person, among)) for person in waiting if MAIL_ADDRESS.fullmatch(person.email))


def forget() -> int:
    """Drops notices that are KEPT old; how many. A chore."""
    return Notice.objects.filter(at__lt=clock.now() - KEPT).delete()[0]


def _written(person: Person, waiting: Sequence[Waiting]) -> bool:
    """In one transaction, so that two workers write one mail; False where the last is less than APART ago."""
    now = clock.now()
    contact = Contact.objects.get_or_create(person=person, defaults={"language": settings.LANGUAGE_CODE})[0]
    with transaction.atomic():
        free = Contact.objects.filter(Q(mailed=None) | Q(mailed__lte=now - APART), pk=person.pk)
        if waiting and not free.update(mailed=now):
            return False
        told = Notice.objects.filter(person=person, mailed=None).update(mailed=now)
        if not told or not waiting:
            return False
        number = ordered_id()
        content = _content(contact.language, waiting, now)
        blob = persons.seal_for(person.pk, f"mail:{number}", content)
        Mail.objects.create(pk=number, person=person.pk, kind=DIGEST, blob=blob, created=now, due=now)
    return True


def _content(language: str, waiting: Sequence[Waiting], now: datetime) -> dict[str, Any]:
    """What waits, by kind, and no name of anybody."""
    with translation.override(language):
        late = sum(one.due <= now for one in waiting)
        title = _("Tasks waiting for you: %(count)d") % {"count": sum(one.many for one in waiting)}
        counts = Counter[tuple[str, str]]()
        for one in waiting:
            counts[one.kind, str(one.label)] += one.many
        lines = []
        for (kind, label), count in counts.most_common(LINES):
            first = next(one for one in waiting if one.kind == kind)
            due = formats.date_format(timezone.localtime(first.due), "DATETIME_FORMAT")
            said = _("%(what)s: %(count)d (due %(moment)s)") % {"what": label, "count": count, "moment": due}
            lines.append([said, first.address if count == 1 else "/"])
        if late:
            title = _("%(title)s, %(late)d overdue") % {"title": title, "late": late}
        foot = _("This message was sent automatically. Sign in to see the details.")
        return {"language": language, "title": title, "lines": lines, "foot": foot}
