"""A list as a board: a lane for each value of one of its filters, cards that move from lane to lane."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from toride.access.decide import purposes
from toride.access.purposes import SHIPPED
from toride.base.errors import Hidden
from toride.lists.ask import Ask, Found, note
from toride.lists.chips import chips
from toride.lists.columns import categories, chosen
from toride.lists.declaration import Column, List, Option
from toride.lists.setting import linked, question, sent
from toride.vault.permit import Permit

EACH = 20  # cards of a lane, before more are asked for


@dataclass(frozen=True, slots=True)
class Lane:
    """One value, what pages call it, its first cards, and how many there are."""

    value: str
    label: Any
    found: Found[Any]
    cards: list[tuple[Any, str]]


def page(request: HttpRequest, of: List, *, action: str, move: Callable[[Any], str]) -> HttpResponse:
    """The board, the lanes as its chips ask for them, or more cards of one lane. Raises Hidden for an unknown lane.

    `move`: where a card's new lane is posted to, under the name of the list's `board`, by whoever may do `action`.
    """
    permit: Permit = request.permit  # type: ignore[attr-defined]
    person: Any = request.user
    setting = sent(of, request.POST) if request.method == "POST" else linked(of, request.GET)
    setting = replace(setting, filters={name: text for name, text in setting.filters.items() if name != of.board})
    options = next(one.options(permit, person) for one in of.filters if one.name == of.board and one.options)
    columns = [one for one in chosen(of, permit, ()) if one.name != of.board]
    ask = replace(question(setting, request.POST, categories(columns)), limit=EACH)
    only = request.POST.get("lane", "")
    if only and only not in dict(options):
        raise Hidden
    lanes = [_lane(of, permit, ask, option, columns, move) for option in options if only in ("", option[0])]
    total = sum(lane.found.total for lane in lanes)
    note(permit, ask, total, capped=any(lane.found.capped for lane in lanes))
    context = {
        "of": of, "lanes": lanes, "columns": columns, "setting": setting, "options": options,
        "moving": action in request.may,  # type: ignore[attr-defined]
        "chips": [one for one in chips(permit, person, setting) if one.name != of.board],
        "filters": [one for one in of.filters if one.name != of.board],
        "choices": purposes(person, of.action), "purposes": SHIPPED,
    }  # fmt: skip
    if only:
        return render(request, "lists/cards.html", context | {"lane": lanes[0]})
    return render(request, f"lists/{'lanes' if request.headers.get('HX-Request') else 'board'}.html", context)


def _lane(
    of: List, permit: Permit, ask: Ask, option: Option, columns: Sequence[Column], move: Callable[[Any], str]
) -> Lane:
    value, label = option
    found = of.source.ask(permit, replace(ask, filters={**ask.filters, of.board: value}))
    return Lane(value, label, found, [(row, move(row.item)) for row in of.source.rows(of, permit, found, columns)])
