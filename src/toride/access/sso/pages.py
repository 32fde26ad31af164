"""The administrator's pages of single sign-on; a change is asked for, and a second person decides."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods

from toride import audit
from toride.access import integrity, policy
from toride.access.actions import Action
from toride.access.models import Branch, Provider
from toride.access.people.registry import MOST_RANK
from toride.access.responses import onward
from toride.access.sso import config, forms, providers, xml
from toride.access.sso.config import Config
from toride.access.sso.saml import NAME_ID
from toride.access.sso.views import here, place, places
from toride.base.errors import Conflict, Invalid
from toride.base.guard import guarded
from toride.base.ids import parsed, random_id

SPARE = 3  # empty rows for groups


@guarded(Action.PROVIDER_CHANGE)
@require_GET
def providers_page(request: HttpRequest) -> HttpResponse:
    """Those that were taken up."""
    request.permit.ledger.facts["read"] = "providers"  # type: ignore[attr-defined]
    rows = [(one, config.read(one.content)) for one in providers.every()]
    context = {"rows": rows, "kinds": providers.KINDS, "mapped": providers.mapped, "most": providers.MOST}
    context["confirmed"] = integrity.is_provider
    return render(request, "access/providers.html", context)


@guarded(Action.PROVIDER_CHANGE, fresh=True)
@require_http_methods(["GET", "POST"])
def provider_new(request: HttpRequest) -> HttpResponse:
    """The form; what was typed survives an error."""
    return _new(request, Provider.Kind.OIDC, Config("", ""))


@guarded(Action.PROVIDER_CHANGE, fresh=True)
@require_http_methods(["GET", "POST"])
def provider_new_saml(request: HttpRequest) -> HttpResponse:
    """The same for SAML, where that is installed."""
    if not xml.is_installed():
        request.permit.ledger.facts["read"] = "provider"  # type: ignore[attr-defined]
        return render(request, "access/provider_extra.html")
    return _new(request, Provider.Kind.SAML, Config("", "", claim=NAME_ID))


@guarded(Action.PROVIDER_CHANGE, fresh=True)
@require_http_methods(["GET", "POST"])
def provider_change(request: HttpRequest, provider: UUID) -> HttpResponse:
    """The same form for one that stands."""
    found = providers.find(provider)
    if request.method == "POST":
        return _asked(request, found)
    request.permit.ledger.facts |= {"read": "provider", "provider": str(provider)}  # type: ignore[attr-defined]
    rows = [(one.group, one.role, str(one.rank)) for one in config.read(found.content).mapped]
    return _form(request, found, _values(found), rows)


def _new(request: HttpRequest, kind: str, blank: Config) -> HttpResponse:
    pk = _number(request.POST.get("number", ""))
    found = Provider(pk=pk, kind=kind, name="", content=blank.text())
    return _asked(request, found) if request.method == "POST" else _form(request, found, _values(found), [])


def _number(typed: str) -> UUID:
    """The number that the form was given, so that the provider can be told its address before it is asked for."""
    return parsed(typed) or random_id()


def _asked(request: HttpRequest, found: Provider) -> HttpResponse:
    sent, permit = request.POST, request.permit  # type: ignore[attr-defined]
    try:
        wanted = forms.provider(sent, found)
        row = providers.ask(permit, provider=found.pk, reason=sent.get("reason", ""), **wanted)
    except (Invalid, Conflict) as error:
        audit.commit(permit, outcome="failed", reason="provider")
        rows = list(zip(*(sent.getlist(name) for name in ("group", "role", "rank")), strict=False))
        unticked = dict.fromkeys(("active", "sole", "inside"), "")
        values = _values(found) | unticked | sent.dict() | {"own": sent.getlist("own")}
        errors = getattr(error, "fields", {}) or {"": error.reason}
        return _form(request, found, values, [one for one in rows if one[0]], errors, error.status)
    return onward(request, reverse("approval", kwargs={"number": row.pk}))


def _values(found: Provider) -> dict[str, Any]:
    one = config.read(found.content)
    texts = {name: getattr(one, name) for name in ("issuer", "client", "claim", "groups", "branch")}
    flags = {"active": found.active, "sole": found.sole, "inside": one.inside}
    ticks = {name: "1" if on else "" for name, on in flags.items()}
    return {"name": found.name, "vouching": " ".join(one.vouching), "own": list(one.own), **texts, **ticks}


def _form(
    request: HttpRequest, found: Provider, values: dict[str, Any], rows: list[Any],
    errors: dict[str, Any] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    fresh = found._state.adding  # noqa: SLF001 - Django's own name
    branches = Branch.objects.order_by("code").values_list("code", "name")
    duties = [(code, duty.label) for code, duty in policy.current().duties.items()]
    context = {
        "provider": found, "fresh": fresh, "values": values, "errors": errors or {}, "duties": duties,
        "rows": [*rows, *[("", "", "0")] * SPARE], "roles": [("", lazy("Choose")), *duties],
        "ranks": [("0", lazy("unchanged")), *((str(one), one) for one in range(1, MOST_RANK + 1))],
        "branches": [("", lazy("denied")), *branches], "back": place(request, found),
        "places": places(request, found), "end": here(request, "sign_on_end", found), "longest": forms.LONGEST,
    }  # fmt: skip
    return render(request, "access/provider.html", context, status=status)
