"""Who answers for whom: each person's superior, and a deputy while that one is away, from day to day."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from toride.access.actions import Action
from toride.access.models import Person
from toride.access.people.models import ReportingLine
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.vault.permit import Permit

MOST_DAYS = 366  # of one deputy
Kind = ReportingLine.Kind


def superior(person: UUID, day: date | None = None) -> Person | None:
    """Who answers for this person on a day (today): the nearest superior who works here; None at the top."""
    return next(iter(ladder(person, day)), None)


def ladder(person: UUID, day: date | None = None) -> list[Person]:
    """Everybody above this person on a day (today), the nearest first; a vacancy is passed over."""
    above = _superiors(day or clock.today())
    people: list[UUID] = []
    at = above.get(person)
    while at is not None and at != person and at not in people:
        people.append(at)
        at = above.get(at)
    known = Person.objects.filter(is_active=True).in_bulk(people)
    return [known[one] for one in people if one in known]


def standing_in(person: Person, day: date | None = None) -> Person:
    """The person, or on a day (today) on which a deputy stands in for them, that deputy, if they work here."""
    day = day or clock.today()
    line = _on(day).filter(person=person, kind=Kind.DEPUTY, to__is_active=True).select_related("to").first()
    return line.to if line else person


def answering(person: UUID, day: date | None = None) -> Person | None:
    """Whom to ask about this person on a day (today): their superior, or that one's deputy; None at the top."""
    found = superior(person, day)
    return standing_in(found, day) if found else None


def reports(person: UUID, day: date | None = None) -> list[Person]:
    """Those whose superior this person is on a day (today)."""
    lines = _on(day or clock.today()).filter(to=person, kind=Kind.SUPERIOR, person__is_active=True)
    return list(Person.objects.filter(pk__in=lines.values("person")).order_by("username"))


def lines(person: UUID) -> list[ReportingLine]:
    """What holds today or later, superiors first."""
    found = ReportingLine.objects.filter(Q(ends=None) | Q(ends__gte=clock.today()), person=person)
    return list(found.select_related("to").order_by("-kind", "begins"))


@recorded(Action.PERSON_MANAGE, did="superior")
def set_superior(permit: Permit, *, person: UUID, to: str, begins: date) -> None:
    """Another superior from that day on, by sign-in name; "": none. What was planned for later days goes.

    Raises Invalid where somebody would answer for themselves, be it through others, on that day or a later one.
    """
    found, chosen = _person(person), _named(to, "to") if to else None
    if begins < clock.today():
        raise _wrong("begins", _("Enter today or a later date."))
    theirs = ReportingLine.objects.select_for_update().filter(person=found, kind=Kind.SUPERIOR)
    theirs.filter(begins__gte=begins).delete()
    theirs.filter(Q(ends=None) | Q(ends__gte=begins)).update(ends=begins - timedelta(days=1))
    if chosen is not None:
        ReportingLine.objects.create(person=found, to=chosen, kind=Kind.SUPERIOR, begins=begins)
        _no_circle(found.pk, begins)
    permit.ledger.facts |= {
        "person": str(found.pk),
        "superior": str(chosen.pk) if chosen else "",
        "begins": str(begins),
    }


@recorded(Action.PERSON_MANAGE, did="deputy")
def set_deputy(permit: Permit, *, person: UUID, to: str, begins: date, ends: date) -> None:
    """Somebody stands in for a person, by sign-in name, on these days.

    Raises Invalid for days in the past, in the wrong order or more than MOST_DAYS, Conflict where another one does.
    """
    found, chosen = _person(person), _named(to, "deputy")
    if chosen.pk == found.pk:
        raise _wrong("deputy", _("Choose another person."))
    if ends < begins or ends < clock.today() or (ends - begins).days >= MOST_DAYS:
        raise _wrong("ends", _("Enter a last day from the first day on, at most a year later."))
    theirs = ReportingLine.objects.select_for_update().filter(person=found, kind=Kind.DEPUTY)
    if theirs.filter(begins__lte=ends, ends__gte=begins).exists():
        raise Conflict(_("There is already a deputy on these days. End that period first."))
    ReportingLine.objects.create(person=found, to=chosen, kind=Kind.DEPUTY, begins=begins, ends=ends)
    permit.ledger.facts |= {
        "person": str(found.pk), "deputy": str(chosen.pk), "begins": str(begins), "ends": str(ends),
    }  # fmt: skip


@recorded(Action.PERSON_MANAGE, did="deputy-end")
def end_deputy(permit: Permit, *, person: UUID, line: int) -> None:
    """A deputy stands in no more: from tomorrow where it has begun, not at all where it has not. Raises Hidden."""
    today = clock.today()
    found = ReportingLine.objects.filter(pk=line, person=person, kind=Kind.DEPUTY, ends__gte=today)
    row = found.select_for_update().first()
    if row is None:
        raise Hidden
    permit.ledger.facts |= {"person": str(person), "deputy": str(row.to_id), "ends": str(today)}
    if row.begins > today:
        row.delete()
    else:
        row.ends = today
        row.save(update_fields=["ends"])


def _on(day: date) -> QuerySet[ReportingLine]:
    return ReportingLine.objects.filter(Q(ends=None) | Q(ends__gte=day), begins__lte=day)


def _superiors(day: date) -> dict[UUID, UUID]:
    return dict(_on(day).filter(kind=Kind.SUPERIOR).values_list("person", "to"))


def _no_circle(person: UUID, begins: date) -> None:
    later = ReportingLine.objects.filter(kind=Kind.SUPERIOR, begins__gt=begins).values_list("begins", flat=True)
    for day in sorted({begins, *later}):
        above = _superiors(day)
        if person in _reached(above, above.get(person)):
            raise _wrong("to", _("This person already reports to them, directly or through others."))


def _reached(above: dict[UUID, UUID], at: UUID | None) -> Iterable[UUID]:
    seen: set[UUID] = set()
    while at is not None and at not in seen:
        seen.add(at)
        at = above.get(at)
    return seen


def _person(one: UUID) -> Person:
    found = Person.objects.filter(pk=one).first()
    if found is None:
        raise Hidden
    return found


def _named(username: str, field: str) -> Person:
    found = Person.objects.filter(username__iexact=username.strip(), is_active=True).first()
    if found is None:
        raise _wrong(field, _("No one active has this sign-in name."))
    return found


def _wrong(field: str, advice: str) -> Invalid:
    return Invalid(_("Please fix the highlighted fields."), {field: advice})
