"""A person's saved views in the sidebar; opens no record."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from toride.lists import saved
from toride.lists.declaration import List, declared
from toride.lists.saved import View
from toride.ui import side
from toride.ui.side import Way


def views_of(request: HttpRequest, of: List) -> list[View]:
    """The views of one list that the person may open."""
    return [one for one in _every(request) if one.setting.of is of]


def declare() -> None:
    """Called once, when the applications are ready."""
    side.declare(_ways)


def _ways(request: HttpRequest) -> list[Way]:
    may: frozenset[str] = getattr(request, "may", frozenset())
    if not hasattr(request, "permit") or not any(one.action in may for one in declared().values()):
        return []
    return [
        Way(reverse(one.setting.of.address("view"), kwargs={"view": one.id}), "list", one.name)
        for one in _every(request)
        if one.setting.of.action in may
    ]


def _every(request: HttpRequest) -> Sequence[View]:
    """Asked once for each page."""
    if not hasattr(request, "saved_views"):
        request.saved_views = saved.views(request.permit, request.user)  # type: ignore[attr-defined, arg-type]
    found: Sequence[View] = request.saved_views  # type: ignore[attr-defined]
    return found
