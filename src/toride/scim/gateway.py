"""What stands before every address of a directory: HTTPS, the key, its rate, the permit; errors as RFC 7644 says."""

import logging
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import translation
from django.utils.module_loading import import_string
from pydantic import ValidationError
from scim2_models import Context, Error, InvalidSyntaxException, PreconditionFailedException, SCIMException

from toride import audit
from toride.access import responses
from toride.access.machines import requests
from toride.access.machines.authentication import RATE, TooMany, Unknown
from toride.base.errors import Conflict, Hidden, Invalid, Refused, TorideError, Unavailable
from toride.base.ids import parsed
from toride.scim.shapes import PROVIDER
from toride.vault.permit import Permit

MEDIA = "application/scim+json"
OK = 200
MOST_OPERATIONS = 1_000
READ = frozenset({MEDIA, "application/json"})
NOT_FOUND = "There is nothing here that this key can open."
TOLD: dict[type[TorideError], str] = {
    Unknown: "Send a valid key: Authorization: Bearer toride_ak_…",
    TooMany: f"At most {RATE} requests a minute, few without a valid key. Wait as Retry-After says.",
    Hidden: NOT_FOUND,
    Unavailable: "What happens cannot be recorded or opened now, so nothing is told. Try again later.",
}
WHY = {
    "connection": "The scopes of this key do not include this.",
    "filter": "These are not filtered.",
    "own-person": "A key does not change the person behind it.",
    "not-listed": "This person holds a duty that is not on the list of this key; it may only end them.",
    "ended-here": "This person was ended here, not by the directory; people decide on a return.",
}
Operations = Mapping[str, tuple[str, str]]  # method → action, `module.function` here


def answer(request: HttpRequest, operations: Operations, named: dict[str, Any]) -> HttpResponse:
    """What the operation for this method answers, or what went wrong, as a directory reads it."""
    translation.activate("en")
    request.answer = refused  # type: ignore[attr-defined]
    try:
        with PROVIDER:
            response = _answered(request, operations, named)
    except (TorideError, SCIMException, ValidationError, RequestDataTooBig, UnreadablePostError) as error:
        response = _expected(request, error)
    except Exception:
        logging.getLogger("toride.scim").exception("an operation failed")
        response = _error(500, "Nothing was changed. If it stays, tell the administrator.")
    return requests.with_rate(request, response)


def body(request: HttpRequest) -> Any:
    """What was sent, read as JSON. Raises what `answer` tells."""
    if request.content_type not in READ:
        raise _Status(415, f"Send JSON: Content-Type: {MEDIA}.")
    try:
        return orjson.loads(request.body)
    except ValueError:
        raise InvalidSyntaxException(detail="The body is not JSON in UTF-8.") from None


def said(content: Any, *, status: int = 200, **headers: str) -> HttpResponse:
    """An answer; `content` is JSON already (bytes), or a dictionary."""
    packed = content if isinstance(content, bytes) else orjson.dumps(content)
    return HttpResponse(packed, status=status, content_type=MEDIA, headers={"Cache-Control": "no-store", **headers})


def number(text: str) -> UUID:
    """An id of ours. Raises Hidden for any other text."""
    found = parsed(text)
    if found is None:
        raise Hidden
    return found


def must_match(request: HttpRequest, version: str) -> None:
    """Raises (412) where the request is meant for another version than stands (If-Match)."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and wanted.strip() != "*" and version not in map(str.strip, wanted.split(",")):
        raise PreconditionFailedException(detail="It was changed since it was read.")


def told(request: HttpRequest, content: Any, version: str, place: str, *, status: int) -> HttpResponse:
    """A resource as an answer, with its version and place; nothing where the asker has it already (If-None-Match)."""
    known = request.headers.get("If-None-Match", "")
    if request.method == "GET" and version in map(str.strip, known.split(",")):
        return HttpResponse(status=304, headers={"ETag": version, "Cache-Control": "no-store"})
    headers = {"ETag": version, "Content-Location" if status == OK else "Location": place}
    return said(content, status=status, **headers)


def operations(request: HttpRequest, kind: Any) -> Any:
    """The operations of a PATCH, as many as are looked at. Raises what `answer` tells."""
    sent = body(request)
    if isinstance(sent, dict) and len(_listed(sent)) > MOST_OPERATIONS:
        raise _Status(413, f"At most {MOST_OPERATIONS} operations at once.")
    return kind.model_validate(sent, scim_ctx=Context.RESOURCE_PATCH_REQUEST)


def everywhere(request: HttpRequest, permit: Permit) -> HttpResponse:
    """People and groups are asked for apart."""
    raise _Status(501, "Ask /Users/.search or /Groups/.search.")


def refused(request: HttpRequest, error: TorideError) -> HttpResponse:
    """The answer for an expected error of the house."""
    detail, kind, status = _told(error), None, error.status
    if isinstance(error, Invalid):
        status, kind = 400, "invalidValue"
    if isinstance(error, Conflict) and "unique" in error.facts:
        kind = "uniqueness"
    response = _error(status, detail, kind)
    if isinstance(error, Unknown):
        response["WWW-Authenticate"] = 'Bearer realm="toride"'
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.facts["wait"])
    return response


class _Status(SCIMException):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail=detail)
        self.status = status


def _listed(sent: dict[str, Any]) -> list[Any]:
    found: Any = next((value for name, value in sent.items() if name.lower() == "operations"), [])
    return found if isinstance(found, list) else []


def _answered(request: HttpRequest, operations: Operations, named: dict[str, Any]) -> HttpResponse:
    if requests.in_clear(request):
        raise _Status(403, "Only over HTTPS. Replace this key: it has crossed the network in clear.")
    if requests.in_address(request):
        raise _Status(400, "A key stands in the address, and so in logs. Replace it, and send keys in a header.")
    if not operations:
        raise Hidden
    found = operations.get(str(request.method))
    if found is None:
        response = _error(405, "See Allow for what this address does.")
        response["Allow"] = ", ".join(operations)
        return response
    action, name = found
    operation: Callable[..., HttpResponse] = import_string(f"toride.scim.{name}")
    return operation(request, requests.permit(request, action), **named)


def _expected(request: HttpRequest, error: Exception) -> HttpResponse:
    """What goes wrong under a permit is recorded first, by its kind and never by its content."""
    if isinstance(error, RequestDataTooBig):
        error = _Status(413, "The body is larger than is read here.")
    if isinstance(error, UnreadablePostError):
        error = InvalidSyntaxException(detail="The body did not arrive in full.")
    permit = getattr(request, "permit", None)
    if permit is not None:
        known = isinstance(error, TorideError)
        outcome = "refused" if getattr(error, "status", 400) in (403, 404) else "failed"
        reason = str(error) if known else getattr(error, "scim_type", "") or "malformed"
        try:
            audit.commit(permit, outcome=outcome, reason=reason)
        except Unavailable as unavailable:
            return refused(request, unavailable)
    if isinstance(error, TorideError):
        return refused(request, error)
    if isinstance(error, SCIMException):
        return _error(error.status, error.detail, error.scim_type or None)
    told = Error.from_validation_errors(error)[0]  # type: ignore[arg-type] # a ValidationError is left
    return _error(told.status or 400, told.detail or "", told.scim_type)


def _told(error: TorideError) -> str:
    found = next((words for kind, words in TOLD.items() if isinstance(error, kind)), "")
    if isinstance(error, Refused):
        return WHY.get(str(error)) or str(responses.sentence(error))
    if isinstance(error, Invalid) and error.fields:
        return "; ".join(f"{name}: {advice}" for name, advice in error.fields.items())
    return found or str(error.reason)


def _error(status: int, detail: str, kind: str | None = None) -> HttpResponse:
    return said(Error(status=status, detail=detail, scim_type=kind).model_dump(), status=status)
