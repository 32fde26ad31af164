"""The trail's pages: the list, one event with its proof, and who has seen a customer. Reading them is an event, too."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from toride.audit import commit, labels, naming, proofs, queries, store
from toride.audit.actions import Action
from toride.audit.queries import Filters, Line, Page
from toride.base import actions, clock
from toride.base.errors import Hidden
from toride.base.guard import guarded
from toride.base.ids import parsed
from toride.vault.permit import Permit

FILTERS = ("since", "until", "actor", "action", "outcome", "routine", "changes")


@guarded(Action.TRAIL_READ)
@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """The list, newest first, with filters."""
    sent, permit = request.GET, request.permit  # type: ignore[attr-defined]
    if quoted := sent.get("number", "").strip():
        return _quoted(quoted)
    named = sent.get("actor", "").strip()
    context = _labels(
        page=None, sent=sent, actor=named, errors={}, known=actions.declared(), kept=partial(_kept, sent)
    )  # fmt: skip
    try:
        actor = _actor(permit, named)
    except Hidden:
        commit(permit, outcome="failed", reason="actor")
        context["errors"] = {"actor": _("No one has this sign-in name")}
        return render(request, "audit/trail.html", context, status=422)
    filters = Filters(
        since=_day(sent.get("since", "")),
        until=_day(sent.get("until", ""), end=True),
        actor=actor,
        action=sent.get("action", "").strip()[:60],
        outcome=sent["outcome"] if sent.get("outcome") in labels.OUTCOMES else "",
        views=sent.get("changes") != "1",
        routine=sent.get("routine") == "1" or sent.get("action", "").startswith("system:"),
    )
    page = queries.entries(permit, filters, _whole(sent.get("after", "")))
    if parsed(named) and page.lines and (who := page.lines[0].event.actor):
        context["actor"] = who.username
    return render(request, "audit/trail.html", context | {"page": page, "acts": acts(page)})


@guarded(Action.TRAIL_READ)
@require_GET
def event(request: HttpRequest, event: UUID) -> HttpResponse:
    """One event, what the permit opens of it, and whether it is sealed."""
    found = queries.entry(request.permit, event)  # type: ignore[attr-defined]
    return render(request, "audit/event.html", _labels(entry=found, telling=labels))


@guarded(Action.EVENT_PROVE)
@require_GET
def proof(request: HttpRequest, event: UUID) -> HttpResponse:
    """The inclusion proof as a file (C2SP tlog-proof); holds no personal data in clear."""
    queries.within(request.permit, event, store.Trail().place(event))  # type: ignore[attr-defined]
    text = proofs.proof(event)
    headers = {"Content-Disposition": f'attachment; filename="{event}.tlog-proof"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@guarded(Action.SUBJECT_READ, subject="subject")
@require_GET
def who_saw(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Every event that touched a customer."""
    permit = request.permit  # type: ignore[attr-defined]
    page = queries.who_saw(permit, subject, after=_whole(request.GET.get("after", "")))
    context = _labels(page=page, acts=acts(page), subject=subject, kept=partial(_kept, {}))
    return render(request, "audit/who_saw.html", context)


def acts(page: Page) -> list[tuple[Line, int]]:
    """The lines with those of one act (a search typed letter by letter, a large import) gathered under the newest."""
    found: dict[UUID, list[Line]] = {}
    for line in page.lines:
        found.setdefault(line.event.act, []).append(line)
    return [(lines[0], len(lines)) for lines in found.values()]


def touched(event: Any, subject: UUID | None = None) -> list[tuple[Any, list[Any]]]:
    """(mode, categories) of an event's touches, of one subject or of all; as labels."""
    found: dict[Any, int] = {}
    for one, mode, mask in event.subjects:
        if subject is None or one == subject:
            found[mode] = found.get(mode, 0) | mask
    return [
        (labels.MODES[mode], [label for category, label in labels.CATEGORIES.items() if mask >> category & 1])
        for mode, mask in found.items()
    ]


def whom(event: Any) -> int:
    """How many subjects an event touched."""
    return len({one for one, _mode, _mask in event.subjects})


def moment(micros: int) -> datetime:
    """An event's time."""
    return datetime.fromtimestamp(micros / 1_000_000, UTC)


def _quoted(number: str) -> HttpResponse:
    """The event of this number, or the refusals of the day that an answer for what is not there named."""
    if event := parsed(number):
        return redirect("audit_event", event=event)
    try:
        day = datetime.strptime(number, clock.MINUTE).date().isoformat()  # noqa: DTZ007 - a day is all that is asked
    except ValueError:
        raise Hidden from None
    return redirect(f"{reverse('trail')}?{urlencode({'since': day, 'until': day, 'outcome': 'refused'})}")


def _labels(**context: Any) -> dict[str, Any]:
    words = {
        "outcomes": labels.OUTCOMES,
        "doors": labels.DOORS,
        "purposes": naming.purposes,
        "act": labels.act,
        "label": actions.label,
    }
    return {**words, "touched": touched, "at": moment, "whom": whom, **context}


def _actor(permit: Permit, named: str) -> UUID | None:
    """Whom a sign-in name means, or an id; None for none. Raises Hidden where unknown or out of the permit's rows."""
    if not named:
        return None
    found = naming.person(named) if named.isprintable() else None
    if found is None or not (permit.rows.everything or found in permit.rows.owners):
        raise Hidden("unknown")
    return found


def _kept(sent: Mapping[str, str], **change: UUID | int) -> str:
    """The filters as a link keeps them, with what it changes."""
    kept = {name: sent[name] for name in FILTERS if sent.get(name)}
    return urlencode(kept | {name: str(value) for name, value in change.items()})


def _day(text: str, *, end: bool = False) -> datetime | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    if found is None:
        return None
    start = datetime(found.year, found.month, found.day, tzinfo=timezone.get_current_timezone())
    return start + timedelta(days=1) if end else start


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 - 63 bits
