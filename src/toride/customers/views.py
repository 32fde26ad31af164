"""Pages about customers: read the request, ask, show."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from toride import audit
from toride.access.decide import purposes
from toride.access.models import Branch
from toride.access.purposes import SHIPPED
from toride.access.responses import onward
from toride.base import clock
from toride.base.errors import Conflict, Doubtful, Invalid, Taken
from toride.base.guard import guarded
from toride.base.ids import parsed
from toride.customers import apart, barred, fields, queries, services, sheets, showing
from toride.customers.actions import Action
from toride.customers.claims import NearNumber
from toride.customers.forms import revisions, written
from toride.customers.handing import listing
from toride.fields import addresses, folding
from toride.fields.types import Field
from toride.panels.record import of as panels_of
from toride.vault.permit import Category, Opening, Permit

REVEALED_SECONDS = 300


@guarded(Action.PROFILE_READ, subject="subject")
def profile(request: HttpRequest, subject: UUID) -> HttpResponse:
    """The record; or one part of it, for a page that shows the rest."""
    permit = request.permit  # type: ignore[attr-defined]
    if part := _part(request):
        return _one_part(request, subject, part)
    found = queries.profile(permit, subject)
    context = {
        "customer": found,
        "starred": found.starred,
        "sheets": sheets.sheets(permit, found),
        "company": showing.is_company(found),
        "panels": panels_of(request, subject),
    }
    return render(request, "customers/profile.html", _context(request, Action.PROFILE_READ, **context))


@guarded(Action.HISTORY_READ, subject="subject")
def history(request: HttpRequest, subject: UUID) -> HttpResponse:
    permit = request.permit  # type: ignore[attr-defined]
    found = queries.profile(permit, subject)
    changes = queries.history(permit, subject)
    return render(
        request, "customers/history.html", _context(request, Action.HISTORY_READ, customer=found, changes=changes)
    )


@guarded(Action.FIELD_REVEAL, subject="subject")
@require_POST
def reveal(request: HttpRequest, subject: UUID) -> HttpResponse:
    """One masked field, opened as an act."""
    name = request.POST.get("field", "")
    value = services.reveal(request.permit, subject, name=name)  # type: ignore[attr-defined]
    shown = {
        "shown": showing.display(name, value),
        "seconds": REVEALED_SECONDS,
        "time": timezone.localtime(clock.now()),
    }
    return render(request, "customers/revealed.html", shown)


@guarded(Action.PROFILE_CREATE)
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """The form for a new customer; what was typed survives an error."""
    if request.method == "GET":
        return _form(request, Action.PROFILE_CREATE, {}, {})
    permit = request.permit  # type: ignore[attr-defined]
    values = written(request.POST, permit, least=Opening.MASKED)
    try:
        branch, owner = _place(request)
        subject = services.register(
            permit, branch=branch, owner=owner, written=values, source="form", number_meant=_is_meant(request)
        )
    except (Invalid, Taken) as error:
        return _form(request, Action.PROFILE_CREATE, values, **_told(error))
    messages.success(request, _("Registered."))
    return _to_profile(request, subject)


@guarded(Action.PROFILE_CREATE)
@require_POST
def owners(request: HttpRequest) -> HttpResponse:
    """Who of a branch may be in charge, for the form."""
    return render(request, "customers/owners.html", {"owners": listing.owners(request.POST.get("branch", ""))})


@guarded(Action.SEARCH)
@require_POST
def likely(request: HttpRequest) -> HttpResponse:
    """Who in reach has the name, phone or mail that is being typed into the form."""
    found = queries.likely(request.permit, request.POST)  # type: ignore[attr-defined]
    return render(request, "customers/likely.html", {"found": found})


@guarded(Action.PROFILE_CHANGE, subject="subject")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, subject: UUID) -> HttpResponse:
    """The form for an existing customer, whole or one part in its place."""
    permit = request.permit  # type: ignore[attr-defined]
    if request.method == "GET":
        found = queries.profile(permit, subject)
        return _form(request, Action.PROFILE_CHANGE, _shown(found), {}, customer=found)
    values = written(request.POST, permit)
    try:
        changed = services.change(
            permit, subject, written=values, revisions=revisions(request.POST), source="form",
            confirmed=request.POST.get("confirmed") == "1", number_meant=_is_meant(request),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        audit.commit(permit, outcome="failed", reason="form")
        found = queries.profile(permit, subject)
        audit.commit(permit)
        shown, told = _shown(found) | values, _told(error, values, found)
        return _form(request, Action.PROFILE_CHANGE, shown, **told, customer=found, typed=sorted(values))
    if part := _part(request):
        return _one_part(request, subject, part)
    messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
    return _to_profile(request, subject)


@guarded(Action.APART_READ, subject="subject")
def set_apart(request: HttpRequest, subject: UUID) -> HttpResponse:
    """The numbers that were sealed apart from this record."""
    permit = request.permit  # type: ignore[attr-defined]
    found = queries.profile(permit, subject, (Category.BASIC,))
    context = _context(request, Action.APART_READ, customer=found, numbers=apart.of(permit, subject))
    return render(request, "customers/apart.html", context | {"kinds": barred.LABELS})


@guarded(Action.APART_END, subject="subject")
@require_POST
def end_apart(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Ends them."""
    count = apart.end(request.permit, subject)  # type: ignore[attr-defined]
    messages.success(request, _("%(count)d numbers were deleted.") % {"count": count})
    return redirect("customer_apart", subject=subject)


@guarded(Action.PROFILE_CREATE)
@require_POST
def postcode(request: HttpRequest) -> JsonResponse:
    """The area of a postcode, for the form."""
    found = addresses.area(folding.digits(request.POST.get("code", "")))
    if found is None:
        return JsonResponse({}, status=404)
    return JsonResponse({"prefecture": found.prefecture, "city": found.city, "street": found.street})


def _context(request: HttpRequest, action: Action, **context: Any) -> dict[str, Any]:
    """What every page of this package shows: purposes to choose from, labels."""
    return {
        "choices": purposes(request.user, action),  # type: ignore[arg-type]
        "purposes": SHIPPED,
        "fields": showing,
        "branches": _branches,  # asked only where a page shows them
        **context,
    }


def _place(request: HttpRequest) -> tuple[str, UUID | None]:
    """Branch and person in charge as chosen. Raises Invalid."""
    branch, owner = request.POST.get("branch", ""), request.POST.get("owner", "")
    if not Branch.objects.filter(code=branch).exists():
        raise Invalid(_("Please fix the highlighted fields."), {"branch": _("Choose a branch")})
    if owner and owner not in dict(listing.owners(branch)):
        raise Invalid(_("Please fix the highlighted fields."), {"owner": _("Choose a person of this branch")})
    return branch, parsed(owner) if owner else None


def _is_meant(request: HttpRequest) -> bool:
    """Has the person said that a number, nearly the same as another, is meant?"""
    return request.POST.get("number_meant") == "1"


def _branches() -> dict[str, str]:
    """Codes and names, for a choice."""
    return dict(Branch.objects.order_by("code").values_list("code", "name"))


def _told(error: Invalid | Conflict, typed: dict[str, str] | None = None, found: Any = None) -> dict[str, Any]:
    """What the form says: advice by field, its status, and whether somebody else changed the record meanwhile."""
    if isinstance(error, NearNumber):
        return {"errors": error.fields, "status": error.status, "near": error.facts["customer"]}
    if isinstance(error, Invalid):
        return {"errors": error.fields, "status": error.status, "doubtful": isinstance(error, Doubtful)}
    if isinstance(error, Taken):
        return {"errors": {"number": _("This number is already in use. Enter another one.")}, "status": error.status}
    return {"errors": _newer(typed or {}, _shown(found)), "status": error.status, "newer": True}


def _newer(typed: dict[str, str], standing: dict[str, str]) -> dict[str, Any]:
    """Beside each field in which the record, as somebody else saved it, differs from what was typed: what stands."""
    return {
        name: _("Current value: %(value)s") % {"value": standing.get(name) or "—"}
        for name, value in typed.items()
        if value.strip() != standing.get(name, "").strip()
    }


def _to_profile(request: HttpRequest, subject: UUID) -> HttpResponse:
    return onward(request, reverse("profile", kwargs={"subject": subject}))


def _form(
    request: HttpRequest,
    action: Action,
    values: dict[str, str],
    errors: dict[str, Any],
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    permit = request.permit  # type: ignore[attr-defined]
    least = Opening.MASKED if "customer" not in context else Opening.CLEAR
    shown = [
        (category, fields.CATEGORY_LABELS[category], [one for one in fields.of(category) if _open(permit, one, least)])
        for category in Category
    ]
    if "customer" not in context:
        chosen = request.POST.get("branch") or request.user.branch_id or ""  # type: ignore[union-attr]
        context |= {"owners": listing.owners(chosen), "branch": chosen}
    context |= {"values": values, "errors": errors, "groups": [group for group in shown if group[2]]}
    if "customer" in context and (part := _part(request)):
        context |= {"part": part, "specs": _of_part(permit, part, context["customer"])}
        return render(request, "customers/amend.html", _context(request, action, **context), status=status)
    name = "customers/fields.html" if request.headers.get("HX-Request") else "customers/form.html"
    return render(request, name, _context(request, action, **({"customer": None} | context)), status=status)


def _one_part(request: HttpRequest, subject: UUID, part: showing.Part) -> HttpResponse:
    permit = request.permit  # type: ignore[attr-defined]
    found = queries.profile(permit, subject, (part.category,))
    return render(request, "customers/part.html", {"customer": found, "sheet": sheets.sheet(permit, found, part)})


def _of_part(permit: Permit, part: showing.Part, customer: queries.Profile) -> list[Field]:
    """The fields of a part that a form shows: opened ones, and of a person only what a person has."""
    foreign = fields.OF_A_PERSON if showing.is_company(customer) else fields.OF_A_COMPANY
    return [
        spec
        for spec in (fields.FIELDS[name] for name in part.names if name not in foreign)
        if _open(permit, spec, Opening.CLEAR)
    ]


def _part(request: HttpRequest) -> showing.Part | None:
    """Which part of the record an answer is for; None: all of it."""
    if not request.headers.get("HX-Request"):
        return None
    return showing.PARTS.get(request.POST.get("part") or request.GET.get("part", ""))


def _open(permit: Permit, spec: Field, least: Opening) -> bool:
    return spec.typed and bool(permit.opening(spec.category, spec.name) >= least)


def _shown(found: queries.Profile) -> dict[str, str]:
    """Opened values as a form writes them."""
    return {name: showing.as_written(value.content) for name, value in found.values.items() if value.shown}  # type: ignore[attr-defined]
