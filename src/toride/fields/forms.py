"""The round trip of a form: shown, sent, shown again with advice and with what was typed, or done."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from toride import audit
from toride.base.errors import Conflict, Invalid
from toride.fields.kinds import Kind
from toride.vault.permit import Opening, Permit

LONGEST = 10  # figures of a revision
Show = Callable[[Mapping[str, str], Mapping[str, Any], int], HttpResponse]


def trip(request: HttpRequest, kind: Kind, act: Callable[[dict[str, str]], HttpResponse], show: Show) -> HttpResponse:
    """`act` on what was sent; `show(written, errors, status)` before that, and where it says Invalid or Conflict."""
    if request.method != "POST":
        return show({}, {}, 200)
    written = {name: request.POST[name] for name in kind.named if name in request.POST}
    try:
        return act(written)
    except (Invalid, Conflict) as error:
        audit.commit(request.permit, outcome="failed", reason="form")  # type: ignore[attr-defined]
        newer = {"": _("Someone else changed this record. Reload the page and try again.")}
        answer = show(written, getattr(error, "fields", None) or newer, error.status)
        audit.commit(request.permit)  # type: ignore[attr-defined] # what the form shows of the record was read anew
        return answer


def inputs(permit: Permit, kind: Kind) -> list[Any]:
    """The fields that a form shows: those that the permit opens in clear."""
    return [one for one in kind.fields if one.typed and kind.opening(permit, one.name) is Opening.CLEAR]


def revision(request: HttpRequest) -> int:
    """The revision that the person saw; 0, which none is, for any other text."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST else 0
