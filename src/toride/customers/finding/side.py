"""A person's stars and saved views in the sidebar; opens no customer."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from toride.customers.actions import Action
from toride.customers.finding import saved
from toride.customers.finding.saved import View
from toride.ui import side
from toride.ui.side import Way


def views_of(request: HttpRequest) -> list[View]:
    """The views that the person may open, asked once for each page."""
    if not hasattr(request, "saved_views"):
        request.saved_views = saved.views(request.permit, request.user)  # type: ignore[attr-defined, arg-type]
    found: list[View] = request.saved_views  # type: ignore[attr-defined]
    return found


def declare() -> None:
    """Called once, when the applications are ready."""
    side.declare(_ways)


def _ways(request: HttpRequest) -> list[Way]:
    if not hasattr(request, "permit") or Action.SEARCH not in getattr(request, "may", ()):
        return []
    views = [Way(reverse("view", kwargs={"view": one.id}), "list", one.name) for one in views_of(request)]
    return [Way(f"{reverse('customers')}?star=1", "star", _("Starred")), *views]
