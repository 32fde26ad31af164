"""What a machine's request says of itself: from where, with which key, how much of its rate is left."""

import ipaddress
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from toride.access.machines import authentication, keys, tokens
from toride.access.machines.authentication import RATE, WINDOW, TooMany
from toride.base.ids import ordered_id
from toride.vault.permit import Door, Permit

POLICY = f'"connection";q={RATE};w={WINDOW // 1_000_000}'
BEARER = "bearer "
LONGEST_KEY = 2_048


def origin(request: HttpRequest) -> Door:
    """From where a machine comes."""
    agent = request.META.get("HTTP_USER_AGENT", "")[:200]
    return Door("api", request.META.get("REMOTE_ADDR", ""), agent=agent, request=ordered_id().hex)


def permit(request: HttpRequest, action: str, subject: UUID | None = None) -> Permit:
    """Lets the machine in, takes one request from its rate, and decides; the request holds connection and permit.

    Raises as `entering` does.
    """
    door = origin(request)
    entry = authentication.enter(_bearer(request), door)
    door = replace(door, session=entry.connection.id)
    request.connection = entry.connection  # type: ignore[attr-defined]
    request.allowance = authentication.take(entry.connection)  # type: ignore[attr-defined]
    made = authentication.permit(entry, action, door, subject)
    request.permit = made  # type: ignore[attr-defined]
    return made


def in_clear(request: HttpRequest) -> bool:
    """Did it cross a network without HTTPS?"""
    return not request.is_secure() and not _is_loopback(request.META.get("REMOTE_ADDR", ""))


def in_address(request: HttpRequest) -> bool:
    """Does a key stand in the address, and so in logs?"""
    return any(prefix in request.get_full_path() for prefix in (keys.PREFIX, tokens.PREFIX))


def with_rate(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Tells what is left of the rate, as draft-ietf-httpapi-ratelimit-headers has it."""
    allowance: Any = getattr(request, "allowance", None)
    if not hasattr(request, "connection") or (allowance is None and response.status_code != TooMany.status):
        return response
    left, full = (allowance.left, allowance.full) if allowance else (0, int(response["Retry-After"]))
    response["RateLimit-Policy"] = POLICY
    response["RateLimit"] = f'"connection";r={left};t={full}'
    return response


def _bearer(request: HttpRequest) -> str:
    """The key or token that it sent; "" where there is none of a usable form."""
    sent = request.headers.get("Authorization", "")
    return sent[len(BEARER) :].strip() if sent[: len(BEARER)].lower() == BEARER and len(sent) < LONGEST_KEY else ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
