"""What was typed when a session ended stays in its form: whoever typed it signs in elsewhere, and sends it again."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_GET

from toride.base.guard import open_to_all

EVENT = "session-ended"  # what the page is told instead of an answer


def who(person: Any) -> str:
    """A mark of the person whom a page was made for; it names nobody."""
    return salted_hmac("toride.access.again", str(person.pk), algorithm="sha256").hexdigest()[:16]


def kept(status: int) -> HttpResponse:
    """Leaves the page as it is, and lets it say that the session has ended."""
    return HttpResponse(status=status, headers={"HX-Trigger": EVENT, "HX-Reswap": "none", "Cache-Control": "no-store"})


@open_to_all
@require_GET
def again(request: HttpRequest) -> HttpResponse:
    """Who is signed in now, and the token that forms of theirs need; readable by our own pages only."""
    signed_in = request.user.is_authenticated
    told = {"who": who(request.user) if signed_in else "", "token": get_token(request) if signed_in else ""}
    return JsonResponse(told, headers={"Cache-Control": "no-store"})
