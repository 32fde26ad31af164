"""The administrator's pages of webhooks: the list, a new one, its secret, a test, the end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride import audit
from toride.base.errors import Conflict, Invalid
from toride.base.guard import guarded
from toride.disclosure import hooks
from toride.disclosure.actions import Action
from toride.disclosure.models import Hook


@guarded(Action.HOOK_MANAGE)
@require_GET
def webhooks(request: HttpRequest) -> HttpResponse:
    found = hooks.every(_permit(request))
    _permit(request).ledger.facts["hooks"] = len(found)
    return render(request, "disclosure/hooks.html", {"hooks": found, "kinds": hooks.KINDS})


@guarded(Action.HOOK_MANAGE, fresh=True)
@require_http_methods(["GET", "POST"])
def webhook_new(request: HttpRequest) -> HttpResponse:
    """The form; what was typed survives an error. A second person decides."""
    sent = request.POST
    if request.method == "GET":
        return _form(request, {"kinds": list(hooks.KINDS)}, {})
    try:
        asked = hooks.propose(
            _permit(request), connection=sent.get("connection", ""), address=sent.get("address", "").strip(),
            kinds=sent.getlist("kinds"), inside=sent.get("inside") == "1", reason=sent.get("reason", ""),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        audit.commit(_permit(request), outcome="failed", reason="hook")
        errors = getattr(error, "fields", {}) or {"": error.reason}
        return _form(request, {**sent.dict(), "kinds": sent.getlist("kinds")}, errors, status=error.status)
    return redirect("approval", number=asked.pk)


@guarded(Action.HOOK_MANAGE, fresh=True)
@require_POST
def webhook_secret(request: HttpRequest, hook: UUID) -> HttpResponse:
    secret = hooks.take_secret(_permit(request), hook=hook)
    found = Hook.objects.select_related("connection").get(pk=hook)
    return render(request, "disclosure/hook_secret.html", {"hook": found, "secret": secret, "kinds": hooks.KINDS})


@guarded(Action.HOOK_MANAGE)
@require_POST
def webhook_test(request: HttpRequest, hook: UUID) -> HttpResponse:
    hooks.try_out(_permit(request), hook=hook)
    messages.success(request, _("Test sent. Reload the page to see whether it was delivered."))
    return redirect("hooks")


@guarded(Action.HOOK_MANAGE, fresh=True)
@require_POST
def webhook_end(request: HttpRequest, hook: UUID) -> HttpResponse:
    hooks.end(_permit(request), hook=hook)
    return redirect("hooks")


def _permit(request: HttpRequest) -> Any:
    return request.permit  # type: ignore[attr-defined]


def _form(request: HttpRequest, sent: dict[str, Any], errors: dict[str, Any], *, status: int = 200) -> HttpResponse:
    choices = [("", lazy("Choose")), *((one.pk, f"{one.name} ({one.person.name})") for one in hooks.usable())]
    context = {"sent": sent, "errors": errors, "connections": choices, "kinds": hooks.KINDS, "longest": hooks.LONGEST}
    return render(request, "disclosure/hook_new.html", context, status=status)
