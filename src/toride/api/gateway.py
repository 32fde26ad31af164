"""What stands before every operation: HTTPS, the key, its rate, the permit; no cookie opens anything here."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Router
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from toride.access.machines import requests
from toride.api import problems
from toride.api.problems import Wrong
from toride.vault.permit import Permit

JSON = "application/json"

Operation = Callable[..., Any]


class Under:
    """Declares under which action an operation runs, and which part of its address names the customer."""

    def __init__(self, action: str, subject: str | None = None) -> None:
        self.action, self.subject = str(action), subject

    def __call__(self, request: HttpRequest) -> Permit:
        """Lets the machine in and decides; the permit is the operation's. Raises what `problems` answers."""
        named = request.resolver_match.kwargs if request.resolver_match else {}
        subject = UUID(named[self.subject]) if self.subject else None  # ninja leaves it text
        return requests.permit(request, self.action, subject)


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
        return requests.with_rate(request, response)

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
    if requests.in_clear(request):
        raise Wrong(403, "refused", problems.WORDS["https"])
    if requests.in_address(request):
        raise Wrong(400, "malformed", problems.WORDS["in-address"])
