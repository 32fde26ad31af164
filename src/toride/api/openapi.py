"""The description of the interface: what each operation takes, and every answer that it can give."""

from functools import cache
from typing import Any

import orjson
from ninja import NinjaAPI

from toride.access.machines.scopes import SCOPES
from toride.api.problems import MEDIA, SPACE, TITLES

PREFIX = "/api/v1"
EVERYWHERE = {400: "malformed", 401: "unknown-key", 403: "refused", 404: "not-found", 429: "too-many",
              500: "broken", 503: "unavailable"}  # fmt: skip
WITH_BODY = {413: "too-large", 415: "media-type", 422: "invalid", 409: "conflict"}
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [SPACE + code for code in TITLES]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string", "description": "Why it is refused: duty, purpose, connection, …"},
        "customer": {"type": "string", "format": "uuid", "description": "Who has nearly the same number."},
        "stands": {"type": "integer", "description": "How many bytes of a file stand."},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": {"type": "string"}, "detail": {"type": "string"}}},
        },
    },
}
OAUTH = "/api/oauth/token"
KEY = {"type": "http", "scheme": "bearer", "bearerFormat": "toride_ak_…"}


@cache
def described(api: NinjaAPI) -> bytes:
    """As JSON (OpenAPI 3.1)."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=PREFIX))
    parts = found.setdefault("components", {})
    flow = {"tokenUrl": OAUTH, "scopes": {code: str(scope.label) for code, scope in SCOPES.items()}}
    parts["securitySchemes"] = {"key": KEY, "token": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    found["security"] = [{"key": []}, {"token": []}]
    found["servers"] = [{"url": "/"}]
    for address in found["paths"].values():
        for operation in address.values():
            _complete(operation)
    return orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS)


def _complete(operation: dict[str, Any]) -> None:
    """Adds the problems that any operation may answer, and those of one that takes something."""
    takes = "requestBody" in operation or "parameters" in operation
    codes = EVERYWHERE | (WITH_BODY if takes else {}) | operation.pop("x-problems", {})
    answers = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, code in codes.items():
        operation["responses"].setdefault(status, {"description": TITLES[code], "content": answers})
    operation["responses"] = {str(status): one for status, one in operation["responses"].items()}
    operation.pop("security", None)
