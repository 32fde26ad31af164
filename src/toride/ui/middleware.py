"""Headers of every answer: nothing is cached, framed, sniffed or scripted inline (OWASP Secure Headers)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect

from toride.base.receiver import UNRECEIVED
from toride.ui import views

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
LOOPBACK = "127.0.0.1"
OUTSIDE = ("/health", "/api/")  # for machines, which keep no cookies apart by name


def _by_name(request: HttpRequest) -> HttpResponse | None:
    """To localhost, where an installation without a name of its own was asked for by its address: passkeys and cookies
    go by the name.
    """
    host, port = split_domain_port(request.META.get("HTTP_HOST", ""))
    nameless = settings.ALLOWED_HOSTS[0] in (LOOPBACK, "localhost")
    if host != LOOPBACK or not nameless or request.method != "GET" or request.path.startswith(OUTSIDE):
        return None
    return redirect(f"{request.scheme}://localhost{':' + port if port else ''}{request.get_full_path()}")


class Headers:
    """First in the list, so that refusals carry the headers, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = _by_name(request) or self.get_response(request)
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if settings.TLS:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}")
        return response


class Received:
    """Says why a request did not arrive; behind the language, before anything that reads a body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        status = request.META.get(UNRECEIVED)
        return self.get_response(request) if status is None else views.unreceived(request, status)
