"""From where a request came."""

from django.http import HttpRequest

from toride.access import responses
from toride.base.ids import request_number
from toride.vault.permit import Door


def door(request: HttpRequest) -> Door:
    """The session is named by a digest: the trail must not hold a usable cookie."""
    return Door(
        kind="web",
        address=request.META.get("REMOTE_ADDR", ""),
        session=responses.digest(request.session.session_key or ""),
        agent=request.META.get("HTTP_USER_AGENT", "")[:200],
        request=request_number(request).hex,
    )
