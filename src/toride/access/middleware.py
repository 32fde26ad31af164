"""The gate: no view runs without a declared action and a permit for it; what was read is recorded before it is sent."""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.translation import get_language

from toride import audit
from toride.access import responses
from toride.access.decide import decide
from toride.access.models import Person
from toride.access.origin import door
from toride.access.policy import called, current
from toride.access.signin import devices, proof, required, resume, rules
from toride.access.signin.rules import Bounds
from toride.access.sso.assertion import SIGN_ON
from toride.base import clock, guard
from toride.base.errors import Refused, TorideError, Unavailable
from toride.vault.permit import Actor

TOUCH = timedelta(minutes=1)


class Gate:
    """Middleware; last in the list, nearest to the views."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        permit = getattr(request, "permit", None)
        if permit is None or permit.ledger.is_empty():  # what was refused is recorded where it arose
            return response
        failed = response.status_code >= 400  # noqa: PLR2004 - a form that comes back shows what was read, too
        try:
            audit.commit(permit, outcome="failed" if failed else "ok", reason="form" if failed else "")
        except Unavailable as error:
            return getattr(request, "answer", responses.page)(request, error)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Decides before the view runs; None lets it run."""
        declared = guard.of(view)
        if declared is None:
            if guard.is_open(view):
                return None
            raise LookupError(f"{view} declares no action")
        try:
            hindrance = _hindrance(request, declared)
        except Unavailable as error:
            return responses.page(request, error)
        if hindrance is not None:
            return hindrance
        subject: UUID | None = kwargs.get(declared.subject) if declared.subject else None
        purpose = request.POST.get("for") or request.GET.get("for") or None
        origin, person = door(request), cast("Person", request.user)
        try:
            request.permit = decide(  # type: ignore[attr-defined]
                person,
                declared.action,
                door=origin,
                purpose=purpose,
                subject=subject,
            )
        except TorideError as error:
            audit.refuse(
                Actor(person.id, person.username, person.name),
                origin,
                declared.action,
                purpose=purpose or "",
                subject=subject,
                reason=str(error) or "scope",
            )
            return responses.page(request, error)
        return _proof(request) if declared.fresh else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """An expected error becomes a page; a refusal inside a view is recorded, too."""
        if not isinstance(error, TorideError):
            return None
        permit = getattr(request, "permit", None)
        if permit is not None:
            try:
                audit.commit(permit, outcome="refused" if error.status in (403, 404) else "failed", reason=str(error))
            except Unavailable as unavailable:
                return responses.page(request, unavailable)
        return responses.page(request, error)


def furnish(request: HttpRequest) -> None:
    """What the shell of a page shows: where the person belongs, and which menus their duties open."""
    person: Any = request.user
    held = tuple(person.roles)
    names = tuple(part.name for part in (person.branch, person.department) if part)
    try:
        version = current().version
        request.may = _may(version, held, person.rank)  # type: ignore[attr-defined]
        request.place = _place(version, get_language(), names, held)  # type: ignore[attr-defined]
    except Unavailable:  # the decision that follows says why
        request.may, request.place = frozenset(), ""  # type: ignore[attr-defined]
    request.who = resume.who(person)  # type: ignore[attr-defined]
    request.institution = settings.INSTITUTION  # type: ignore[attr-defined]


@lru_cache(maxsize=1_024)
def _may(_version: str, held: tuple[str, ...], rank: int) -> frozenset[str]:
    return current().actions(list(held), rank)


@lru_cache(maxsize=1_024)
def _place(_version: str, _language: str | None, names: tuple[str, ...], held: tuple[str, ...]) -> str:
    return " ".join([*names, *map(called, held)])


def _alive(request: HttpRequest) -> bool:
    """Is the session within its idle and absolute limits? Notes its use at most once a minute."""
    moment = clock.now().timestamp()
    born, seen = request.session.get("born", 0), request.session.get("seen", 0)
    limits = _bounds(request)
    if moment - born > limits.absolute.total_seconds() or moment - seen > limits.idle.total_seconds():
        devices.close(request.session.session_key)
        logout(request)
        return False
    if moment - seen > TOUCH.total_seconds():
        request.session["seen"] = moment
        devices.touch(request.session.session_key)
    return True


def _bounds(request: HttpRequest) -> Bounds:
    person: Any = request.user
    return rules.bounds(person.rules, tuple(person.roles))


def _hindrance(request: HttpRequest, declared: guard.Guard) -> HttpResponseBase | None:
    """What stands before the view: signing in, a place or hour at which these duties do not work, what the person must
    do first.
    """
    if not request.user.is_authenticated or not _alive(request):
        return _to_sign_in(request)
    request.user = getattr(request.user, "_wrapped", request.user)  # read by now, and asked for all over the page
    if sign_on := request.session.get(SIGN_ON):
        request.user.vouched = sign_on["vouched"]
    furnish(request)
    reason = _bounds(request).refusal(door(request).address, clock.now())
    if reason is not None:
        person: Any = request.user
        actor = Actor(person.id, person.username, person.name)
        audit.refuse(actor, door(request), declared.action, reason=reason)
        return responses.page(request, Refused(reason))
    first = required.of(request.user)
    if first is not None and declared.action not in first.actions:
        return _redirected(request, resolve_url(first.page))
    return None


def _proof(request: HttpRequest) -> HttpResponseBase | None:
    """The page that asks once more who this is, before a dangerous act; None where that is fresh."""
    try:
        return proof.awaited(request)
    except TorideError as error:
        return responses.page(request, error)


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    target = resolve_url(settings.LOGIN_URL)
    if request.headers.get("HX-Request"):
        return _redirected(request, target) if request.method == "GET" else resume.kept(401)
    back = request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(back, target)


def _redirected(request: HttpRequest, target: str) -> HttpResponseBase:
    if not request.headers.get("HX-Request"):
        return redirect(target)
    response = HttpResponse(status=401)
    response["HX-Redirect"] = target
    return response
