"""The administrator's pages of connections: the list, a new one, another key, the end."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride import audit
from toride.access import policy
from toride.access.actions import Action
from toride.access.machines import queries, scopes, services
from toride.access.models import Connection
from toride.access.purposes import SHIPPED
from toride.base import clock
from toride.base.errors import Conflict, Invalid
from toride.base.guard import guarded

DIGITS = 4


@guarded(Action.CONNECTION_MANAGE)
@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    found = queries.connections(_permit(request))
    return render(request, "access/connections.html", _context(connections=found, moment=clock.now()))


@guarded(Action.CONNECTION_MANAGE, fresh=True)
@require_http_methods(["GET", "POST"])
def connection_new(request: HttpRequest) -> HttpResponse:
    """The form; what was typed survives an error. A second person decides."""
    if request.method == "GET":
        sent = {"days": str(services.LIFETIME), "categories": [str(int(one)) for one in services.USUAL], "scopes": []}
        return _form(request, sent, {})
    try:
        asked = services.propose(_permit(request), **_asked(request))
    except (Invalid, Conflict) as error:
        audit.commit(_permit(request), outcome="failed", reason="connection")
        sent = {**request.POST.dict(), **{name: request.POST.getlist(name) for name in ("categories", "scopes")}}
        errors = getattr(error, "fields", {}) or {"": error.reason}
        return _form(request, sent, errors, status=error.status)
    return redirect("approval", number=asked.pk)


@guarded(Action.CONNECTION_MANAGE, fresh=True)
@require_POST
def connection_rotate(request: HttpRequest, connection: str) -> HttpResponse:
    key = services.rotate(_permit(request), connection=connection)
    return _shown(request, Connection.objects.select_related("person").get(pk=connection), key)


@guarded(Action.CONNECTION_MANAGE, fresh=True)
@require_POST
def connection_revoke(request: HttpRequest, connection: str) -> HttpResponse:
    services.revoke(_permit(request), connection=connection)
    return redirect("connections")


def _permit(request: HttpRequest) -> Any:
    return request.permit  # type: ignore[attr-defined]


def _context(**context: Any) -> dict[str, Any]:
    named = {"scopes": scopes.SCOPES, "purposes": SHIPPED, "categories": services.CATEGORIES}
    return named | {"roles": policy.current().duties} | context


def _form(request: HttpRequest, sent: dict[str, Any], errors: dict[str, Any], *, status: int = 200) -> HttpResponse:
    context = _context(sent=sent, errors=errors, longest=services.LONGEST, length=services.NAME_LENGTH)
    context |= {
        "scope_choices": [(code, scope.label) for code, scope in scopes.SCOPES.items()],
        "purpose_choices": [("", _("Choose")), *((code, one.label) for code, one in SHIPPED.items())],
        "category_choices": [(int(category), label) for category, label in services.CATEGORIES.items()],
    }
    return render(request, "access/connection_new.html", context, status=status)


def _shown(request: HttpRequest, made: Connection, key: str) -> HttpResponse:
    return render(request, "access/connection_key.html", _context(connection=made, key=key))


def _asked(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST
    return {
        "username": sent.get("person", "").strip(),
        "name": sent.get("name", "").strip(),
        "wanted": sent.getlist("scopes"),
        "purpose": sent.get("purpose", ""),
        "categories": [_whole(one) for one in sent.getlist("categories")],
        "addresses": sent.get("addresses", "").splitlines(),
        "duties": sent.get("duties", "").splitlines(),
        "days": _whole(sent.get("days", "")),
        "any_hour": sent.get("any_hour") == "1",
        "reason": sent.get("reason", ""),
    }


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else 0
