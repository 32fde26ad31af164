"""What is done with the views of a list: each address belongs to one list, whose code it hands over."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from toride.access.responses import onward
from toride.base.guard import guarded
from toride.base.ids import parsed
from toride.lists import saved, services, setting
from toride.lists.actions import Action
from toride.lists.declaration import declared


@guarded(Action.VIEW_SAVE)
@require_POST
def save(request: HttpRequest, code: str) -> HttpResponse:
    """A new view, or one's own as the list is set now; under a new name where one was sent."""
    permit, of, over = _permit(request), declared()[code], parsed(request.POST.get("over"))
    former = saved.view(permit, _person(request), over, of) if over else None
    name = request.POST.get("name") or (former.name if former else "")
    first = request.POST.get("first") == "1"
    made = services.save(permit, name=name, setting=setting.sent(of, request.POST), view=over, first=first)
    return _to_view(request, code, made)


@guarded(Action.VIEW_SHARE)
@require_POST
def share(request: HttpRequest, code: str, view: UUID) -> HttpResponse:
    """Who else sees one's view; as it was saved, or as the list is set now."""
    permit, person, of = _permit(request), _person(request), declared()[code]
    former = saved.view(permit, person, view, of)
    new = setting.sent(of, request.POST) if request.POST.get("over") else former.setting
    reach = request.POST.get("reach") or former.reach
    name = request.POST.get("name") or former.name
    services.share(permit, view=view, reach=reach, branch=person.branch_id, name=name, setting=new)
    return _to_view(request, code, view)


@guarded(Action.VIEW_SAVE)
@require_POST
def remove(request: HttpRequest, code: str, view: UUID) -> HttpResponse:
    services.remove(_permit(request), declared()[code], view=view)
    return onward(request, f"{reverse(code)}?gone={view}")


@guarded(Action.VIEW_SAVE)
@require_POST
def restore(request: HttpRequest, code: str, view: UUID) -> HttpResponse:
    services.restore(_permit(request), declared()[code], view=view)
    return _to_view(request, code, view)


@guarded(Action.VIEW_SAVE)
@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """With which view the person's list begins."""
    permit, of, chosen = _permit(request), declared()[code], parsed(request.POST.get("view"))
    found = saved.view(permit, _person(request), chosen, of) if chosen else None
    services.prefer(permit, of, view=found.id if found else None)
    return _to_view(request, code, found.id) if found else onward(request, reverse(code))


def _to_view(request: HttpRequest, code: str, view: UUID) -> HttpResponse:
    return onward(request, reverse(declared()[code].address("view"), kwargs={"view": view}))


def _permit(request: HttpRequest) -> Any:
    return request.permit  # type: ignore[attr-defined]


def _person(request: HttpRequest) -> Any:
    return request.user
