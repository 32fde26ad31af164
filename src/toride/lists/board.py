"""A list as a board: a lane for each value of one of its filters, cards that move from lane to lane."""

from collections.abc import Callable
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
from toride.lists.declaration import List
from toride.lists.setting import linked, question, sent
from toride.vault.permit import Permit

EACH = 20  # cards of a lane, before more are asked for


@dataclass(frozen=True, slots=True)
class Board:
    """`by`: the filter with options whose values are the lanes; `address`: the name of its page; `move`: where a card's
    new lane is posted to, under the filter's name, by whoever may do `action`.
    """

    of: List
    by: str
    address: str
    action: str
    move: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Lane:
    """One value, what pages call it, its first cards, and how many there are."""

    value: str
    label: Any
    found: Found[Any]
    cards: list[tuple[Any, str]]


def page(request: HttpRequest, board: Board) -> HttpResponse:
    """The board, the lanes as its chips ask for them, or more cards of one lane. Raises Hidden for an unknown lane."""
    permit: Permit = request.permit  # type: ignore[attr-defined]
    person: Any = request.user
    form = request.POST
    setting = sent(board.of, form) if request.method == "POST" else linked(board.of, request.GET)
    setting = replace(setting, filters={name: text for name, text in setting.filters.items() if name != board.by})
    grouping = next(one for one in board.of.filters if one.name == board.by)
    options = grouping.options(permit, person) if grouping.options else ()
    columns = [one for one in chosen(board.of, permit, ()) if one.name != board.by]
    ask = replace(question(setting, form, categories(columns)), limit=EACH)
    only = form.get("lane", "")
    if only and only not in dict(options):
        raise Hidden
    lanes = [_lane(board, permit, ask, option, columns) for option in options if not only or option[0] == only]
    total = sum(lane.found.total for lane in lanes)
    note(permit, ask, total, capped=any(lane.found.capped for lane in lanes))
    context = {
        "of": board.of, "board": board, "lanes": lanes, "columns": columns, "setting": setting, "options": options,
        "chips": [one for one in chips(permit, person, setting) if one.name != board.by],
        "filters": [one for one in board.of.filters if one.name != board.by],
        "choices": purposes(person, board.of.action), "purposes": SHIPPED,
    }  # fmt: skip
    if only:
        return render(request, "lists/cards.html", context | {"lane": lanes[0]})
    partly = bool(request.headers.get("HX-Request"))
    return render(request, "lists/lanes.html" if partly else f"{board.of.templates}/board.html", context)


def _lane(board: Board, permit: Permit, ask: Ask, option: tuple[str, Any], columns: list[Any]) -> Lane:
    value, label = option
    narrowed = replace(ask, filters={**ask.filters, board.by: value})
    found = board.of.source.ask(permit, narrowed)
    rows = board.of.source.rows(board.of, permit, found, columns)
    return Lane(value, label, found, [(row, board.move(row.item)) for row in rows])
