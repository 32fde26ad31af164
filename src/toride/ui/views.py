"""Assets, and the pages for what is not there or went wrong."""

import logging
import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from toride.base import clock
from toride.base.guard import open_to_all
from toride.base.ids import request_number
from toride.base.receiver import TOO_BUSY, TOO_LARGE, TOO_SLOW
from toride.ui import assets
from toride.ui.looks import LOOKS

MACHINES = ("/api/", "/scim/")
NOT_FOUND = 404
log = logging.getLogger("toride.failure")


@open_to_all
def asset(request: HttpRequest, mark: str, name: str) -> HttpResponse:
    """An asset; its name changes with its content, so it may be kept for a year."""
    if name not in assets.TYPES or mark != assets.mark(name):
        raise Http404
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    return HttpResponse(
        assets.packed(name) if packs else assets.content(name),
        content_type=f"{assets.TYPES[name]}; charset=utf-8",
        headers=headers | ({"Content-Encoding": "gzip"} if packs else {}),
    )


@open_to_all
def book(request: HttpRequest) -> HttpResponse:
    """Every part in every state; holds nobody's data."""
    return render(request, "ui/book.html")


@open_to_all
@require_POST
def looks(request: HttpRequest) -> HttpResponse:
    """Light or dark, menu whole or folded, for this session; the browser keeps nothing."""
    chosen = {name: request.POST[name] for name, known in LOOKS.items() if request.POST.get(name) in known}
    if not chosen:
        return HttpResponse(status=422)
    request.session.update(chosen)
    return HttpResponse(status=204)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 outside any view."""
    advice = _("Not found, or no access. Check the address or search again.")
    return _error(request, _("Not found"), advice, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500, or 503 where a store cannot be reached: says nothing of what happened; the log names its type."""
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        advice = _("The database is unavailable. Nothing was shown or changed. Try again in a minute.")
        return _error(request, _("Temporarily unavailable"), advice, 503)
    log.error("answered 500 under number %s", request_number(request))
    advice = _("Nothing was changed. Try again. If the problem persists, contact your administrator.")
    return _error(request, _("Something went wrong"), advice, 500)


def bad(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 outside any view: the request is not read again, since that may be what failed."""
    if isinstance(exception, RequestDataTooBig):
        return unreceived(request, TOO_LARGE)
    advice = _("The request could not be read. Nothing was changed. Reload the page and try again.")
    return _error(request, _("Invalid request"), advice, 400)


def unreceived(request: HttpRequest, status: int) -> HttpResponse:
    """A body that was too slow, too large, or too much beside all others; it is not there to be read."""
    title, advice = {
        TOO_SLOW: (_("Request timed out"), _("Nothing was changed. Check your connection and try again.")),
        TOO_LARGE: (
            _("Request too large"),
            _("Nothing was changed. Send less data at a time. To send a file, import it."),
        ),
    }.get(status, (_("Temporarily unavailable"), _("The server is receiving too much data. Try again in a minute.")))
    response = (
        _problem(title, advice, status) if request.path.startswith(MACHINES) else _error(request, title, advice, status)
    )
    if status == TOO_BUSY:
        response["Retry-After"] = "60"
    return response


def _problem(title: str, advice: str, status: int) -> HttpResponse:
    """The same for a machine (RFC 9457)."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": advice}
    return JsonResponse(content, status=status, content_type="application/problem+json")


def _error(request: HttpRequest, title: str, advice: str, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        "title": title,
        "advice": advice,
        "status": status,
        "number": clock.minute() if status == NOT_FOUND else request_number(request),
        "asks": "",
    }
    return render(request, "ui/error.html", context, status=status)
