"""One list as a page, or the part of it that a form of that page asked for."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from toride.access.decide import purposes
from toride.access.purposes import SHIPPED
from toride.base.ids import parsed
from toride.fields import display
from toride.lists import saved
from toride.lists.ask import Ask, Found
from toride.lists.chips import chips
from toride.lists.columns import categories, chosen
from toride.lists.declaration import List, reason
from toride.lists.links import views_of
from toride.lists.saved import View
from toride.lists.setting import SIZES, Setting, linked, question, sent
from toride.vault.permit import Permit


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows: the list as it is set, what was asked, what was found."""

    setting: Setting
    view: View | None
    ask: Ask
    found: Found[Any]


def page(
    request: HttpRequest,
    of: List,
    view: UUID | None = None,
    also: Callable[[HttpRequest, Shown], Mapping[str, Any]] = lambda _request, _shown: {},
    templates: str = "lists",
) -> HttpResponse:
    """The list as a saved view, a form or the person's first view sets it. `templates`: a folder whose `list`, `rows`
    and `lines` stand for those of this package; `also`: what else they print.

    A search is posted, so that nothing of it stands in an address or a log. Raises Hidden for a view of somebody else.
    """
    permit, setting, saved_as = _permit(request), *_set(request, of, view)
    columns = chosen(of, permit, setting.columns)
    ask = question(setting, request.POST, categories(columns))
    begun = time.perf_counter()
    found = of.source.ask(permit, ask)
    seconds = time.perf_counter() - begun
    context = {
        "of": of, "ask": ask, "found": found, "seconds": seconds, "setting": setting, "view": saved_as,
        "columns": columns, "rows": of.source.rows(of, permit, found, columns), "parts": _parts(templates),
        "altered": _altered(permit, setting, saved_as), "chips": chips(permit, _person(request), setting),
    }  # fmt: skip
    context |= also(request, Shown(setting, saved_as, ask, found))
    if request.headers.get("HX-Request"):
        return render(request, _parts(templates)["lines" if ask.after else "rows"], context)
    return render(request, _parts(templates)["list"], context | _tools(request, of))


@cache
def _parts(folder: str) -> Mapping[str, str]:
    """For each part of the page the domain's own template, or this package's."""
    return {name: _part(folder, name) for name in ("list", "rows", "lines")}


def _part(folder: str, name: str) -> str:
    own = f"{folder}/{name}.html"
    try:
        get_template(own)
    except TemplateDoesNotExist:
        return f"lists/{name}.html"
    return own


def _set(request: HttpRequest, of: List, view: UUID | None) -> tuple[Setting, View | None]:
    permit, person = _permit(request), _person(request)
    if request.method == "POST":
        named = view or parsed(request.POST.get("view"))
        return sent(of, request.POST), saved.view(permit, person, named, of) if named else None
    asked = linked(of, request.GET)
    if view is None and (asked.filters or {"all", "gone"} & request.GET.keys()):
        return asked, None
    found = saved.view(permit, person, view, of) if view else saved.first(permit, person, of)
    return (found.setting, found) if found else (asked, None)


def _tools(request: HttpRequest, of: List) -> dict[str, Any]:
    """What only the whole page shows: choices of its panels."""
    permit, person = _permit(request), _person(request)
    return {
        "choices": purposes(person, of.action),
        "purposes": SHIPPED,
        "filters": {
            one.name: (one, one.options(permit, person) if one.options else None)
            for one in of.filters
            if not reason(permit, one.needs)
        },
        "reason_words": display.reason,
        "every": [(column, column.reason(permit)) for column in of.columns],
        "sizes": SIZES,
        "views": views_of(request, of),
        "gone": parsed(request.GET.get("gone")),
        "board": of.board,
    }


def _altered(permit: Permit, setting: Setting, view: View | None) -> bool:
    """Is the list set otherwise than the view says, as far as this permit can tell?"""
    plain = {
        one.name: setting.filters[one.name] for one in setting.of.filters if one.linked and one.name in setting.filters
    }
    former = view.setting if view else Setting(setting.of, filters=plain)
    seen = [
        replace(one, columns=tuple(column.name for column in chosen(one.of, permit, one.columns)))
        for one in (setting, former)
    ]
    return seen[0] != seen[1]


def _permit(request: HttpRequest) -> Permit:
    permit: Permit = request.permit  # type: ignore[attr-defined]
    return permit


def _person(request: HttpRequest) -> Any:
    return request.user
