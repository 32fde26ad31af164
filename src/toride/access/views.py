"""Home, the access matrix, and the personas of a demonstration."""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from toride.access import purposes
from toride.access.account import messages
from toride.access.actions import Action
from toride.access.exceptions import emergency_views, temporary_views
from toride.access.models import Person
from toride.access.policies import matrix, words
from toride.access.signin import devices, personas, recovery, required
from toride.base import actions
from toride.base.guard import guarded, open_to_all

WAYS = (
    (
        "customers:list:search",
        "customers",
        "search",
        lazy("Search customers"),
        lazy("By name, kana, phone or customer number; results appear as you type"),
    ),
    ("customers:file:import", "imports", "inbox", lazy("Imports"), lazy("Imported rows, error rows, undo")),
    ("audit:trail:read", "trail", "eye", lazy("Audit trail"), lazy("Who accessed which customer, when and why")),
    ("access:approval:decide", "approvals", "ok", lazy("Approvals"), lazy("Actions that need a second person")),
    ("access:glass:review", "glass_reviews", "warn", lazy("Emergency access"), lazy("Emergency access to review")),
    (
        "access:campaign:decide",
        "grants",
        "ok",
        lazy("Permissions to review"),
        lazy("Review whether each permission is still needed"),
    ),
    (
        "access:campaign:read",
        "campaigns",
        "list",
        lazy("Access reviews"),
        lazy("Review results by person and permission"),
    ),
    ("access:person:read", "people", "person", lazy("People"), lazy("Who can sign in, and their status.")),
    (
        "access:rules:change",
        "sign_in_rules",
        "lock",
        lazy("Sign-in policy"),
        lazy("Passwords, second factors, working hours"),
    ),
    ("access:matrix:read", "matrix", "grid", lazy("Access matrix"), lazy("Permissions of each role")),
)


@guarded(Action.HOME_OPEN)
def home(request: HttpRequest) -> HttpResponse:
    may = request.may  # type: ignore[attr-defined]
    ways = [way for action, *way in WAYS if action in may]
    person: Any = request.user
    context: dict[str, Any] = {"ways": ways, "opens": matrix.opened(person), "purposes": purposes.SHIPPED}
    context |= messages.ALL | {
        "news": devices.news(person.id, request.session.session_key),
        "starts": recovery.news(person.id),
        "deadline": required.deadline(person),
    }
    context |= temporary_views.notices(person, may)
    context |= emergency_views.notices(person, may)
    return render(request, "access/home.html", context | {"reaches": words.REACHES, "depths": words.DEPTHS})


@guarded(Action.MATRIX_READ)
def matrix_page(request: HttpRequest) -> HttpResponse:
    request.permit.ledger.facts["read"] = "matrix"  # type: ignore[attr-defined]
    context = {
        "matrix": matrix.table(),
        "reaches": words.REACHES,
        "purposes": purposes.SHIPPED,
        "label": actions.label,
        "from_rank": words.from_rank,
    }
    return render(request, "access/matrix.html", context)


@open_to_all
@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Signs in as a persona; exists only in a demonstration."""
    if not settings.DEMO:
        raise Http404
    person = Person.objects.filter(username=request.POST.get("persona", ""), username__in=personas.NAMES).first()
    if person is None:
        raise Http404
    person.backend = settings.AUTHENTICATION_BACKENDS[0]
    return perform_login(request, Login(user=person))  # type: ignore[no-any-return]
