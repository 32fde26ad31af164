"""What goes wrong as problem details (RFC 9457): the same bytes for hidden and unknown, never what was sent."""

import logging
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from ninja.errors import HttpError, ValidationError

from toride import audit
from toride.access import responses
from toride.access.machines.authentication import RATE, REASON, TooMany, Unknown
from toride.base.errors import Conflict, Hidden, Invalid, Refused, TorideError, Unavailable
from toride.customers.claims import NearNumber
from toride.vault.aead import Unopenable

MEDIA = "application/problem+json"
SPACE = "urn:toride:problem:"
TITLES = {
    "malformed": "Malformed",
    "unknown-key": "No valid key",
    "refused": "Not open to this key",
    "not-found": "Not found",
    "method": "No such operation here",
    "conflict": "In conflict with what stands",
    "near-number": "Nearly the number of another customer",
    "changed-since": "Changed since it was read",
    "too-large": "Too large",
    "media-type": "Not this kind of content",
    "invalid": "Cannot be used as it is",
    "if-match-missing": "If-Match is missing",
    "too-many": "Too many requests",
    "broken": "Something went wrong",
    "unavailable": "Not available now",
}
WORDS = {
    REASON: "The scopes of this key do not include this.",
    "https": "Only over HTTPS. Replace this key: it has crossed the network in clear.",
    "in-address": "A key stands in the address, and so in logs. Replace it, and send keys in a header.",
}
BROKEN = "Nothing was changed. If it stays, tell the administrator."
TOLD: dict[type[TorideError], tuple[str, str]] = {  # "" where the error has its own words
    Unknown: ("unknown-key", "Send a valid key: Authorization: Bearer toride_ak_…"),
    TooMany: ("too-many", f"At most {RATE} requests a minute, few without a valid key. Wait as Retry-After says."),
    Hidden: ("not-found", "There is nothing here that this key can open."),
    Refused: ("refused", ""),
    Conflict: ("conflict", ""),
    NearNumber: (
        "near-number",
        'A customer has nearly the same number. Check it; if it is meant, send "number_meant": true.',
    ),
    Invalid: ("invalid", ""),
    Unopenable: ("unavailable", "What is stored of it is not what was sealed. Tell the administrator."),
    Unavailable: ("unavailable", "What happens cannot be recorded or opened now, so nothing is told. Try again later."),
}


class Wrong(TorideError):  # noqa: N818 - as base.errors
    """A request that breaks the rules of the interface itself, with its status and the code of its title."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


def answer(request: HttpRequest, error: TorideError) -> HttpResponse:
    """The answer for an expected error."""
    code, detail = _told(error)
    members: dict[str, Any] = {}
    if isinstance(error, Refused):
        members["reason"] = str(error) or "duty"
    if isinstance(error, Conflict) and "stands" in error.facts:
        members["stands"] = error.facts["stands"]
    if isinstance(error, NearNumber):
        members["customer"] = str(error.facts["customer"])
    if isinstance(error, Invalid) and error.fields:
        members["errors"] = [{"field": field, "detail": str(advice)} for field, advice in error.fields.items()]
    response = problem(error.status, code, detail, **members)
    if isinstance(error, Unknown):
        response["WWW-Authenticate"] = 'Bearer realm="toride"'
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.facts["wait"])
    return response


def problem(status: int, code: str, detail: str, **members: Any) -> HttpResponse:
    """One problem as bytes."""
    body = {"type": SPACE + code, "title": TITLES[code], "status": status, "detail": detail, **members}
    return HttpResponse(orjson.dumps(body), status=status, content_type=MEDIA)


def expected(request: HttpRequest, error: TorideError) -> HttpResponse:
    """As `answer`; what was refused or failed under a permit is recorded first, and unrecorded nothing is told."""
    permit = getattr(request, "permit", None)
    if permit is not None and not isinstance(error, Wrong):
        try:
            audit.commit(permit, outcome="refused" if error.status in (403, 404) else "failed", reason=str(error))
        except Unavailable as unavailable:
            return answer(request, unavailable)
    return answer(request, error)


def unusable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What was sent has another form than described: where, and what is wanted, never the content."""
    found = [{"field": ".".join(map(str, one["loc"])), "detail": one["msg"]} for one in error.errors]
    return problem(422, "invalid", "What was sent does not have the form described.", errors=found)


def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON, or not said to be."""
    if isinstance(error.__cause__, Wrong):
        return answer(request, error.__cause__)
    return problem(400, "malformed", "The body is not JSON in UTF-8.")


def cut_short(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    """The connection ended before the body did."""
    return problem(400, "malformed", "The body did not arrive in full.")


def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """More than is ever read."""
    return problem(413, "too-large", "The body is larger than is read here.")


def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Nobody expected this: logged by type and place."""
    logging.getLogger("toride.api").error("an operation failed", exc_info=error)
    return problem(500, "broken", BROKEN)


def _told(error: TorideError) -> tuple[str, str]:
    """(code of the title, what to do about it)."""
    if isinstance(error, Wrong):
        return error.code, str(error)
    code, words = next((told for kind, told in TOLD.items() if isinstance(error, kind)), ("broken", BROKEN))
    if isinstance(error, Refused):
        return code, WORDS.get(str(error)) or responses.sentence(error)
    return code, words or str(error.reason)
