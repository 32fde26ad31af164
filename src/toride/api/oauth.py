"""OAuth 2.0 client credentials (RFC 6749, 4.4): a key against a token for a quarter of an hour, with fewer scopes."""

import base64
import binascii
from urllib.parse import unquote_plus

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, QueryDict

from toride import audit
from toride.access.machines import authentication, tokens
from toride.access.machines.authentication import Entry, TooMany, Unknown
from toride.access.machines.requests import origin
from toride.api import problems
from toride.base.errors import Refused, Unavailable

FORM = "application/x-www-form-urlencoded"
BASIC = "basic "
LONGEST = 2_048
ASKED = frozenset({"grant_type", "scope"})


def token(request: HttpRequest) -> HttpResponse:
    """The token endpoint. The client's id is the connection's, its secret is the key, both in the header only."""
    if request.method != "POST":
        refused = problems.problem(405, "method", "See Allow for what this address does.")
        refused["Allow"] = "POST"
        return refused
    try:
        entry = _client(request)
        authentication.take(entry.connection)
        asked = _asked(request)
        if isinstance(asked, HttpResponse):
            return asked
        return _granted(request, entry, asked or entry.connection.scopes)
    except Unknown:
        found = _error(401, "invalid_client")
        found["WWW-Authenticate"] = 'Basic realm="toride"'
        return found
    except (TooMany, Refused, Unavailable) as error:
        return problems.answer(request, error)


def _client(request: HttpRequest) -> Entry:
    sent = request.headers.get("Authorization", "")
    if sent[: len(BASIC)].lower() != BASIC or len(sent) > LONGEST:
        raise Unknown
    try:
        both = base64.b64decode(sent[len(BASIC) :].strip(), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise Unknown from None
    name, _, secret = (unquote_plus(part) for part in both.partition(":"))
    entry = authentication.enter(secret, origin(request))
    if entry.connection.id != name or not entry.digest:  # a token is not exchanged for another
        raise Unknown
    return entry


def _asked(request: HttpRequest) -> list[str] | HttpResponse:
    """The scopes asked for, none for all; or the refusal."""
    try:
        sent = QueryDict(request.body) if request.content_type == FORM else QueryDict()
    except (RequestDataTooBig, OSError):
        sent = QueryDict()
    if set(sent) - ASKED or any(len(sent.getlist(name)) > 1 for name in sent) or "grant_type" not in sent:
        return _error(400, "invalid_request")
    if sent["grant_type"] != "client_credentials":
        return _error(400, "unsupported_grant_type")
    return sent.get("scope", "").split()


def _granted(request: HttpRequest, entry: Entry, wanted: list[str]) -> HttpResponse:
    one = entry.connection
    if set(wanted) - set(one.scopes):
        return _error(400, "invalid_scope")
    issued = tokens.issue(one, entry.digest, sorted(set(wanted)))
    audit.note(entry.actor, origin(request), "auth:token:issue", facts={"connection": one.id, "scopes": wanted})
    return _json(
        200,
        {
            "access_token": issued,
            "token_type": "Bearer",
            "expires_in": int(tokens.LIFETIME.total_seconds()),
            "scope": " ".join(sorted(set(wanted))),
        },
    )


def _error(status: int, code: str) -> HttpResponse:
    return _json(status, {"error": code})


def _json(status: int, content: dict[str, object]) -> HttpResponse:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return HttpResponse(orjson.dumps(content), status=status, content_type="application/json", headers=headers)
