"""Parts of the customer's record that other domains declare; each is read under a permit of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from toride.access.decide import decide
from toride.access.origin import door
from toride.base.errors import ConfigurationError, Hidden, Refused


@dataclass(frozen=True, slots=True)
class Panel:
    """`address`: the name of the page, of one `subject`, that gives the part; `action`: under which it runs."""

    code: str
    label: Any
    action: str
    address: str


_declared: list[Panel] = []


def declare(panel: Panel) -> Panel:
    """Registers a part of the record, at start. Raises ConfigurationError where one has its code."""
    if any(one.code == panel.code for one in _declared):
        raise ConfigurationError(f"two panels are declared as {panel.code}")
    _declared.append(panel)
    return panel


def of(request: HttpRequest, subject: UUID) -> Sequence[Panel]:
    """Those that the person may read of this subject; deciding opens nothing, and reading them decides again."""
    return [one for one in _declared if one.action in request.may and _opens(request, one, subject)]  # type: ignore[attr-defined]


def _opens(request: HttpRequest, panel: Panel, subject: UUID) -> bool:
    permit = request.permit  # type: ignore[attr-defined]
    try:
        decide(request.user, panel.action, door=door(request), purpose=permit.purpose, subject=subject)  # type: ignore[arg-type]
    except (Hidden, Refused):
        return False
    return True
