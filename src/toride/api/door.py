"""What stands before every operation: HTTPS, the key, its rate, the permit; no cookie opens anything here."""

import ipaddress
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Router
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from toride.access.machines import entering, keys, tokens
from toride.access.machines.entering import RATE, WINDOW, TooMany
from toride.api import problems
from toride.api.problems import Wrong
from toride.base.ids import ordered_id
from toride.vault.permit import Door, Permit

POLICY = f'"connection";q={RATE};w={WINDOW // 1_000_000}'
BEARER = "bearer "
JSON = "application/json"
LONGEST_KEY = 2_048

Operation = Callable[..., Any]


class Under:
    """Declares under which action an operation runs, and which part of its address names the customer."""

    def __init__(self, action: str, subject: str | None = None) -> None:
        self.action, self.subject = str(action), subject

    def __call__(self, request: HttpRequest) -> Permit:
        """Lets the machine in and decides; the permit is the operation's. Raises what `problems` answers."""
        door = origin(request)
        entry = entering.enter(_bearer(request), door)
        door = replace(door, session=entry.connection.id)
        request.connection = entry.connection  # type: ignore[attr-defined]
        request.allowance = entering.take(entry.connection)  # type: ignore[attr-defined]
        named = request.resolver_match.kwargs if request.resolver_match else {}
        subject = UUID(named[self.subject]) if self.subject else None  # ninja leaves it text
        permit = entering.permit(entry, self.action, door, subject)
        request.permit = permit  # type: ignore[attr-defined]
        return permit


def act(
    router: Router, method: str, path: str, action: str, *, answers: Any, status: int = 200, **more: Any
) -> Callable[[Operation], Operation]:
    """Adds an operation: the only way to, so that none is without its action."""
    under = Under(action, "customer" if "{uuid:customer}" in path else None)
    return router.api_operation([method], path, auth=under, response={status: answers}, by_alias=True, **more)


def entrance(view: Operation) -> Operation:
    """Around each address: what no key makes good is refused before one is read; the rate is told with each answer."""

    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        translation.activate("en")
        request.answer = problems.answer  # type: ignore[attr-defined]
        try:
            _must_be_safe(request)
        except Wrong as error:
            return problems.answer(request, error)
        response = view(request, *args, **kwargs)
        if response.status_code == 405:  # noqa: PLR2004 - the address has other operations
            allowed = response["Allow"]
            response = problems.problem(405, "method", "See Allow for what this address does.")
            response["Allow"] = allowed
        return _with_rate(request, response)

    enter.csrf_exempt = True  # type: ignore[attr-defined] # nothing that a browser sends of itself counts here
    return enter


class Json(Parser):
    """Bodies are JSON and say so."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises Wrong for another kind of content; what is no JSON is a ValueError."""
        if request.content_type != JSON:
            raise Wrong(415, "media-type", "Send JSON: Content-Type: application/json.")
        return orjson.loads(request.body)


class Written(BaseRenderer):
    """Answers as JSON; an opened value that nobody took out on purpose is an error, not text."""

    media_type = JSON

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


def _must_be_safe(request: HttpRequest) -> None:
    if not request.is_secure() and not _is_loopback(request.META.get("REMOTE_ADDR", "")):
        raise Wrong(403, "refused", problems.WORDS["https"])
    if any(prefix in request.get_full_path() for prefix in (keys.PREFIX, tokens.PREFIX)):
        raise Wrong(400, "malformed", problems.WORDS["in-address"])


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _bearer(request: HttpRequest) -> str:
    sent = request.headers.get("Authorization", "")
    return sent[len(BEARER) :].strip() if sent[: len(BEARER)].lower() == BEARER and len(sent) < LONGEST_KEY else ""


def origin(request: HttpRequest) -> Door:
    """From where a machine comes."""
    agent = request.META.get("HTTP_USER_AGENT", "")[:200]
    return Door("api", request.META.get("REMOTE_ADDR", ""), agent=agent, request=ordered_id().hex)


def _with_rate(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """As draft-ietf-httpapi-ratelimit-headers has it."""
    allowance = getattr(request, "allowance", None)
    if not hasattr(request, "connection") or (allowance is None and response.status_code != TooMany.status):
        return response
    left, full = (allowance.left, allowance.full) if allowance else (0, int(response["Retry-After"]))
    response["RateLimit-Policy"] = POLICY
    response["RateLimit"] = f'"connection";r={left};t={full}'
    return response
