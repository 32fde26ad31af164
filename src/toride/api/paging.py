"""Cursors: signed for the connection and the question, so that one is good for the next page only."""

from django.core import signing
from django.http import HttpRequest

from toride.access.models import Connection
from toride.base.errors import Invalid

SALT = "toride.api.paging"


def cursor(request: HttpRequest, place: int | str | None) -> str | None:
    """Asks for what stands after `place`; None: there is no more."""
    return None if place is None else signing.dumps([_question(request), place], salt=SALT)


def place(request: HttpRequest, sent: str | None) -> int | str | None:
    """Where the page begins. Raises Invalid for a cursor of another question, or none of ours."""
    if not sent:
        return None
    try:
        question, found = signing.loads(sent, salt=SALT)
    except (signing.BadSignature, ValueError):
        question, found = None, None
    if question != _question(request):
        raise Invalid("this page is no longer available; start again")
    return found  # type: ignore[no-any-return]


def _question(request: HttpRequest) -> list[str]:
    connection: Connection = request.connection  # type: ignore[attr-defined]
    asked = request.GET.copy()
    asked.pop("after", None)
    return [connection.id, request.path, asked.urlencode()]
