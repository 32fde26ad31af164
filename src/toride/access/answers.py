"""How a refusal or failure looks: one page for each kind, the same bytes whether a record is hidden or unknown."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from toride.access import again
from toride.access.policy import ALTERED
from toride.base.errors import Conflict, Hidden, Invalid, Refused, TorideError, Unavailable
from toride.vault.aead import Unopenable


def digest(session: str) -> str:
    """A name for a session that cannot be used as one: 16 hex digits of SHA-256."""
    return hashlib.sha256(session.encode()).hexdigest()[:16] if session else ""


def page(request: HttpRequest, error: TorideError) -> HttpResponse:
    """The answer for an expected error."""
    return _page(request, *_words(error), error.status)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer for a form without this session's token (OWASP: cross-site request forgery)."""
    if request.headers.get("HX-Request"):
        return again.kept(Refused.status)
    advice = _("It comes from before you signed in, or from elsewhere. Nothing was changed. Load it again.")
    return _page(request, _("This page is no longer good"), advice, Refused.status)


def _page(request: HttpRequest, title: str, advice: str, status: int) -> HttpResponse:
    name = "ui/fragment_error.html" if request.headers.get("HX-Request") else "ui/error.html"
    response = render(request, name, {"title": title, "advice": advice, "status": status}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def onward(request: HttpRequest, target: str) -> HttpResponse:
    """To the page of that name or address, however the form was sent."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": resolve_url(target)})
    return redirect(target)


def sentence(error: TorideError) -> str:
    """An error in one sentence, for the command line."""
    match error:
        case Hidden():
            return str(error) or str(_("There is nothing here that you can open. Check the number or search again."))
        case Refused():
            return _reason(str(error)) if str(error) in REASONS else str(error)
    return str(error)


def _words(error: TorideError) -> tuple[str, str]:
    match error:
        case Hidden():
            return _("Not found"), _("There is nothing here that you can open. Check the number or search again.")
        case Refused():
            return _("Not open to you"), _reason(str(error))
        case Conflict():
            return _("Somebody was first"), str(error.reason) or _("Open the page again to see what changed.")
        case Invalid():
            return _("This cannot be used as it is"), str(error.reason)
        case Unavailable() | Unopenable():
            return _closed(error)
        case _:
            return _("Something went wrong"), _("Nothing was changed. Try again; if it stays, tell the administrator.")


def _closed(error: TorideError) -> tuple[str, str]:
    """What is closed to everybody, now or until it is mended."""
    if isinstance(error, Unopenable):
        return _("This cannot be opened"), str(UNOPENABLE_ADVICE)
    return _("Not available now"), str(ALTERED_ADVICE if str(error) == ALTERED else UNAVAILABLE_ADVICE)


ALTERED_ADVICE = _lazy(
    "The stored policy is not what two people agreed upon, so nothing is decided and nothing shown. "
    "Whoever holds the keys goes back to the last good one with: ./toride policy restore"
)
UNOPENABLE_ADVICE = _lazy(
    "What is stored of it is not what was sealed, so nothing is shown or changed, and this is recorded. Tell the "
    "administrator; whoever runs Toride finds what is damaged with: ./toride customers verify"
)
UNAVAILABLE_ADVICE = _lazy(
    "The access cannot be recorded or the key cannot be reached, so nothing is shown. "
    "Try again in a minute; if it stays, tell the administrator."
)
REASONS = {
    "duty": _lazy("Your duties do not include this. If they should, ask the administrator."),
    "purpose": _lazy("Not for this purpose of use. Choose another purpose, or leave the page."),
    "closed-column": _lazy("This list is filtered or sorted by what your duties or this purpose of use do not open."),
    "network": _lazy("Your duties are not done from this network. Sign in from one that the institution named."),
    "hours": _lazy("Your duties are not done at this hour. Come back in your working hours, or ask the administrator."),
    "altered": _lazy("What is stored of your duties is not what was agreed upon. Tell the administrator."),
    "inactive": _lazy("Your account is no longer active."),
    "expired": _lazy("The permit has run out. Load the page again."),
    "second-person": _lazy("This needs a second person: neither who asks, nor whom it concerns, decides."),
    "scope": _lazy("This is outside the branches and people that your duties cover."),
}


def _reason(code: str) -> str:
    return str(REASONS.get(code, _("Your duties or your purpose of use do not open this.")))
