"""Pages of the business calendar, of one's own notifications, and of items."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from toride import audit
from toride.base.calendar import WEEK
from toride.base.errors import Conflict, Invalid
from toride.base.guard import guarded
from toride.work import calendar, items, services
from toride.work.actions import Action

YEAR_ENDS = (
    ("31", lazy("December 31 to January 3 (banks)")),
    ("30", lazy("December 30 to January 3")),
    ("29", lazy("December 29 to January 3 (authorities)")),
    ("0", lazy("No closure")),
)


@guarded(Action.CALENDAR_CHANGE)
@require_http_methods(["GET", "POST"])
def business_calendar(request: HttpRequest) -> HttpResponse:
    """Hours, year-end closure and closing days; what was typed survives an error."""
    sent = request.POST
    if request.method == "GET":
        content = calendar.to_content(calendar.current())
        hours = [one or ("", "") for one in content["hours"]]
        lines = [f"{day} {name}" for day, name in content["closed"]]
        typed = {"closed": "\n".join(lines), "year_end": str(content["year_end"])}
        return _calendar(request, hours, typed, {})
    hours = [(sent.get(f"begins{day}", ""), sent.get(f"ends{day}", "")) for day in range(WEEK)]
    typed = {name: sent.get(name, "") for name in ("closed", "year_end")}
    try:
        services.change_calendar(_permit(request), hours=hours, **typed)
    except Invalid as error:
        audit.commit(_permit(request), outcome="failed", reason="calendar")
        return _calendar(request, hours, typed, error.fields or {"": error.reason}, status=422)
    messages.success(request, _("Changes saved."))
    return redirect("business_calendar")


@guarded(Action.CONTACT_CHANGE, fresh=True)
@require_http_methods(["GET", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """Where and in which language one is written to."""
    person: Any = request.user
    sent = request.POST
    if request.method == "GET":
        return _contact(request, {"email": person.email, "language": services.language(person.pk)}, {})
    typed = {name: sent.get(name, "") for name in ("email", "language")}
    try:
        services.change_contact(_permit(request), **typed)
    except (Invalid, Conflict) as error:
        audit.commit(_permit(request), outcome="failed", reason="contact")
        return _contact(request, typed, getattr(error, "fields", {}) or {"email": error.reason}, status=error.status)
    messages.success(request, _("Changes saved."))
    return redirect("notifications")


@guarded(Action.ITEM_FINISH)
@require_POST
def item_finish(request: HttpRequest, item: UUID) -> HttpResponse:
    """Somebody has done what waited for them."""
    items.finish(_permit(request), item)
    messages.success(request, _("Marked as done."))
    return redirect("home")


def _calendar(
    request: HttpRequest, hours: list[Any], typed: dict[str, Any], errors: dict[str, Any], status: int = 200
) -> HttpResponse:
    _permit(request).ledger.facts["read"] = "calendar"
    days = [(day, WEEKDAYS[day], *hours[day]) for day in range(WEEK)]
    context = {"days": days, "typed": typed, "errors": errors, "year_ends": YEAR_ENDS}
    return render(request, "work/calendar.html", context, status=status)


def _contact(request: HttpRequest, typed: dict[str, Any], errors: dict[str, Any], status: int = 200) -> HttpResponse:
    _permit(request).ledger.facts["read"] = "contact"
    language = translation.get_language() or settings.LANGUAGE_CODE
    typed["language"] = typed["language"] or language
    context = {"typed": typed, "errors": errors, "choices": settings.LANGUAGES, "is_set_up": settings.MAIL is not None}
    context["kept"] = hasattr(request.user, "provisioned")
    return render(request, "work/notifications.html", context, status=status)


def _permit(request: HttpRequest) -> Any:
    return request.permit  # type: ignore[attr-defined]
