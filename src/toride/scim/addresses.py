"""What stands at each address of a directory; loaded when one first asks, for it is much to read."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from toride.base.guard import open_to_all


def address(**operations: tuple[str, str]) -> Callable[..., HttpResponse]:
    """One address: for each method the action under which it runs, and what answers it, as `module.function`."""

    def enter(request: HttpRequest, **named: Any) -> HttpResponse:
        from toride.scim import gateway

        return gateway.answer(request, operations, named)

    enter.operations = operations  # type: ignore[attr-defined]
    enter.csrf_exempt = True  # type: ignore[attr-defined] # nothing that a browser sends of itself counts here
    return open_to_all(enter)
