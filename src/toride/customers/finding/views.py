"""Pages on which customers are found: read the request, ask, show."""

import time
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride.access.decide import purposes
from toride.access.purposes import SHIPPED
from toride.access.responses import onward
from toride.base.errors import Hidden
from toride.base.guard import guarded
from toride.base.ids import parsed
from toride.customers import addresses, beyond, fields, queries, searching, showing
from toride.customers.actions import Action
from toride.customers.finding import chips, columns, saved, services, setting
from toride.customers.finding.saved import View
from toride.customers.finding.setting import Setting
from toride.customers.finding.side import views_of
from toride.customers.forms import asked
from toride.customers.searchable import NEEDED
from toride.vault.permit import Permit

PALETTE = 8
AGAIN = 6


@guarded(Action.SEARCH)
@require_http_methods(["GET", "POST"])
def customers(request: HttpRequest) -> HttpResponse:
    """The list; a search is posted, so that nothing of it stands in an address or a log."""
    if request.method == "POST":
        return _list(request, setting.sent(request.POST), _named_view(request))
    plainly = not {"all", "star", "gone"} & request.GET.keys()
    first = saved.first(_permit(request), _person(request)) if plainly else None
    blank = Setting(starred=request.GET.get("star") == "1")
    return _list(request, first.setting if first else blank, first)


@guarded(Action.SEARCH)
@require_GET
def view(request: HttpRequest, view: UUID) -> HttpResponse:
    """The list as a saved view sets it."""
    found = saved.view(_permit(request), _person(request), view)
    return _list(request, found.setting, found)


@guarded(Action.SEARCH)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The palette's customers: a few, as typed; before anything is typed, those starred or opened last."""
    permit, ask = _permit(request), asked(request.POST)
    number = [columns.COLUMNS["number"]]
    context: dict[str, Any] = {"ask": ask, "purposes": SHIPPED, "groups": [], "found": None}
    if ask.text.strip():
        found = queries.search(permit, replace(ask, filters={}, limit=PALETTE, shown=columns.categories(number)))
        context |= {
            "found": found,
            "rows": columns.rows(found, number),
            "number": beyond.number(request, ask.text, found),
        }
    else:
        permit.ledger.act, permit.ledger.did = ask.act, queries.LISTED
        context["groups"] = _again(request)
    return render(request, "customers/found.html", context)


@guarded(Action.PROFILE_PEEK, subject="subject")
@require_POST
def peek(request: HttpRequest, subject: UUID) -> HttpResponse:
    """The panel beside the list: the core of one record."""
    found = queries.profiles(_permit(request), [subject], NEEDED)
    if not found:
        raise Hidden
    context = {"customer": found[0], "starred": found[0].starred, "fields": showing}
    return render(request, "customers/peek.html", context)


@guarded(Action.STAR_SET, subject="subject")
@require_POST
def star(request: HttpRequest, subject: UUID) -> HttpResponse:
    on = request.POST.get("on") == "1"
    services.star(_permit(request), subject, on=on)
    if not request.headers.get("HX-Request"):
        return redirect("profile", subject=subject)
    return HttpResponse(status=204)


@guarded(Action.VIEW_SAVE)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """A new view, or one's own as the list is set now; under a new name where one was sent."""
    permit, over = _permit(request), parsed(request.POST.get("over"))
    former = saved.view(permit, _person(request), over) if over else None
    name = request.POST.get("name") or (former.name if former else "")
    first = request.POST.get("first") == "1"
    made = services.save(permit, name=name, setting=setting.sent(request.POST), view=over, first=first)
    return onward(request, reverse("view", kwargs={"view": made}))


@guarded(Action.VIEW_SHARE)
@require_POST
def share(request: HttpRequest, view: UUID) -> HttpResponse:
    """Who else sees one's view; as it was saved, or as the list is set now."""
    permit, person = _permit(request), _person(request)
    former = saved.view(permit, person, view)
    new = setting.sent(request.POST) if request.POST.get("over") else former.setting
    reach = request.POST.get("reach") or former.reach
    name = request.POST.get("name") or former.name
    services.share(permit, view=view, reach=reach, branch=person.branch_id, name=name, setting=new)
    return onward(request, reverse("view", kwargs={"view": view}))


@guarded(Action.VIEW_SAVE)
@require_POST
def remove(request: HttpRequest, view: UUID) -> HttpResponse:
    services.remove(_permit(request), view=view)
    return onward(request, f"{reverse('customers')}?gone={view}")


@guarded(Action.VIEW_SAVE)
@require_POST
def restore(request: HttpRequest, view: UUID) -> HttpResponse:
    services.restore(_permit(request), view=view)
    return onward(request, reverse("view", kwargs={"view": view}))


@guarded(Action.VIEW_SAVE)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """With which view the person's list begins."""
    permit, chosen = _permit(request), parsed(request.POST.get("view"))
    found = saved.view(permit, _person(request), chosen) if chosen else None
    services.prefer(permit, view=found.id if found else None)
    return onward(request, reverse("view", kwargs={"view": found.id}) if found else reverse("customers"))


def _list(request: HttpRequest, chosen: Setting, view: View | None) -> HttpResponse:
    permit, person, form = _permit(request), _person(request), request.POST
    partly = bool(request.headers.get("HX-Request"))
    shown = columns.chosen(permit, chosen.columns)
    stars = saved.stars(person) if chosen.starred else None
    ask = setting.question(chosen, form, stars, columns.categories(shown))
    begun = time.perf_counter()
    found = queries.search(permit, ask)
    seconds = time.perf_counter() - begun
    context = {
        "ask": ask, "found": found, "seconds": seconds, "setting": chosen, "view": view, "columns": shown,
        "rows": columns.rows(found, shown), "fields": showing, "kinds": fields.KIND_LABELS,
        "number": "" if chosen.filters or chosen.starred else beyond.number(request, chosen.text, found),
        "unasked": not found.total and searching.shut_off(permit, chosen.text),
        "altered": _altered(permit, chosen, view), "chips": chips.chips(permit, person, chosen),
        "again": [] if partly or view or chosen.asks() else _again(request),
    }  # fmt: skip
    if partly:
        return render(request, "customers/lines.html" if ask.after else "customers/rows.html", context)
    return render(request, "customers/list.html", context | _tools(request))


def _tools(request: HttpRequest) -> dict[str, Any]:
    """What only the whole page shows: choices of its panels."""
    permit, person = _permit(request), _person(request)
    return {
        "choices": purposes(person, Action.SEARCH),
        "purposes": SHIPPED,
        "prefectures": addresses.PREFECTURES,
        "branches": chips.branches(permit),
        "colleagues": chips.colleagues(permit, person),
        "every": [(column, column.reason(permit)) for column in columns.COLUMNS.values()],
        "sizes": setting.SIZES,
        "views": views_of(request),
        "gone": parsed(request.GET.get("gone")),
    }


def _altered(permit: Permit, chosen: Setting, view: View | None) -> bool:
    """Is the list set otherwise than the view says, as far as this permit can tell?"""
    former = view.setting if view else Setting(starred=chosen.starred)
    seen = [
        replace(one, columns=tuple(c.name for c in columns.chosen(permit, one.columns))) for one in (chosen, former)
    ]
    return seen[0] != seen[1]


def _again(request: HttpRequest) -> list[tuple[str, list[queries.Profile]]]:
    """Whom the person starred, and whom they opened last, as far as they are in scope now."""
    permit, starred = _permit(request), saved.stars(_person(request))[:AGAIN]
    recent = [one for one in saved.last_opened(permit) if one not in starred][:AGAIN]
    known = {one.subject: one for one in saved.named(permit, [*starred, *recent])}
    groups = (("star", starred), ("clock", recent))
    return [(symbol, [known[one] for one in ids if one in known]) for symbol, ids in groups]


def _named_view(request: HttpRequest) -> View | None:
    one = parsed(request.POST.get("view"))
    return saved.view(_permit(request), _person(request), one) if one else None


def _permit(request: HttpRequest) -> Permit:
    permit: Permit = request.permit  # type: ignore[attr-defined]
    return permit


def _person(request: HttpRequest) -> Any:
    return request.user
