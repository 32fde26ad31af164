"""How a refusal or failure looks: one page for each kind, the same bytes whether a record is hidden or unknown."""

import hashlib
from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from toride.access.actions import Action
from toride.access.models import Person
from toride.access.policy import ALTERED, current
from toride.access.signin import resume
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused, TorideError, Unavailable
from toride.vault.aead import Unopenable

FEW = 3  # names of whom to ask


def digest(session: str) -> str:
    """A name for a session that cannot be used as one: 16 hex digits of SHA-256."""
    return hashlib.sha256(session.encode()).hexdigest()[:16] if session else ""


def page(request: HttpRequest, error: TorideError) -> HttpResponse:
    """The answer for an expected error."""
    asks = _grantors(request) if isinstance(error, Refused) and str(error) in ("duty", "scope", "") else ""
    return _page(request, *_words(error), error.status, asks)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer for a form without this session's token (OWASP: cross-site request forgery)."""
    if request.headers.get("HX-Request"):
        return resume.kept(Refused.status)
    advice = _(
        "This page was opened before you signed in, or came from another site. Nothing was changed. Reload the page."
    )
    return _page(request, _("This page has expired"), advice, Refused.status)


def _page(request: HttpRequest, title: str, advice: str, status: int, asks: str = "") -> HttpResponse:
    context = {"title": title, "advice": advice, "status": status, "asks": asks, "number": clock.minute()}
    name = "ui/fragment_error.html" if request.headers.get("HX-Request") else "ui/error.html"
    response = render(request, name, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _grantors(request: HttpRequest) -> str:
    """Who can ask for another role for this person."""
    from toride.access.people.registry import MOST_RANK  # people end sessions, whose pages these answers are

    if not request.user.is_authenticated:
        return ""
    rules = current()
    able = {code for code in rules.duties if Action.PERSON_CHANGE in rules.actions([code], MOST_RANK)}
    people = Person.objects.filter(is_active=True).order_by("name").values_list("name", "roles")
    names = list(islice((name for name, roles in people if able & set(roles)), FEW))
    return _("Administrator: %(names)s. Quote the number below.") % {"names": _(", ").join(names)} if names else ""


def onward(request: HttpRequest, target: str) -> HttpResponse:
    """To the page of that name or address, however the form was sent."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": resolve_url(target)})
    return redirect(target)


def sentence(error: TorideError) -> str:
    """An error in one sentence, for the command line."""
    match error:
        case Hidden():
            return str(error) or str(_("Not found, or no access. Check the address or search again."))
        case Refused():
            return _reason(str(error)) if str(error) in REASONS else str(error)
    return str(error)


def _words(error: TorideError) -> tuple[str, str]:
    match error:
        case Hidden():
            return _("Not found"), _("Not found, or no access. Check the address or search again.")
        case Refused():
            return _("No access"), _reason(str(error))
        case Conflict():
            return _("Someone else saved first"), str(error.reason) or _("Reload the page to see what changed.")
        case Invalid():
            return _("Check your entries"), str(error.reason)
        case Unavailable() | Unopenable():
            return _closed(error)
        case _:
            return _("Something went wrong"), _(
                "Nothing was changed. Try again. If the problem persists, contact your administrator."
            )


def _closed(error: TorideError) -> tuple[str, str]:
    """What is closed to everybody, now or until it is mended."""
    if isinstance(error, Unopenable):
        return _("This data cannot be decrypted"), str(UNOPENABLE_ADVICE)
    return _("Temporarily unavailable"), str(ALTERED_ADVICE if str(error) == ALTERED else UNAVAILABLE_ADVICE)


ALTERED_ADVICE = _lazy(
    "The stored access policy is not the one that was approved, so all access is blocked. To restore "
    "the last valid policy, a key holder runs: ./toride policy restore"
)
UNOPENABLE_ADVICE = _lazy(
    "The stored data was damaged or altered, so nothing can be shown or changed. This has been logged. Contact your "
    "administrator. The operator can find damaged records with: ./toride customers verify"
)
UNAVAILABLE_ADVICE = _lazy(
    "The audit trail or the encryption keys are unavailable, so nothing can be shown. Try again in a "
    "minute. If the problem persists, contact your administrator."
)
REASONS = {
    "duty": _lazy("Your role doesn't include access to this. If you need it, contact your administrator."),
    "purpose": _lazy("Not available for this purpose of use. Choose another purpose."),
    "closed-column": _lazy(
        "This list is filtered or sorted by a field that your role or this purpose of use cannot access."
    ),
    "network": _lazy("Your role can't be used from this network. Sign in from an allowed network."),
    "hours": _lazy(
        "Your role can't be used at this time. Try again during your working hours, or contact your administrator."
    ),
    "altered": _lazy("Your stored roles are not the ones that were approved. Contact your administrator."),
    "inactive": _lazy("Your account has been deactivated."),
    "expired": _lazy("This page has expired. Reload it."),
    "second-person": _lazy("A second person must decide. The requester and the people affected can't."),
    "scope": _lazy("This is outside the branches and people your role covers."),
}


def _reason(code: str) -> str:
    return str(REASONS.get(code, _("Your role or purpose of use doesn't include access to this.")))
