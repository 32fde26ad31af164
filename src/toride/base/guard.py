"""Declares under which action a view runs. `access` enforces it: a view without a declaration never runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Guard:
    """The declaration: the action, which URL argument names the subject (None: no subject), and whether who asks must
    have proved lately who they are.
    """

    action: str
    subject: str | None
    fresh: bool = False


def guarded(action: str, *, subject: str | None = None, fresh: bool = False) -> Callable[[View], View]:
    """The view runs only with a permit for `action`; `request.permit` holds it. `fresh`: a dangerous act, before which
    the person proves once more who they are.
    """

    def mark(view: View) -> View:
        view.guard = Guard(str(action), subject, fresh)  # type: ignore[attr-defined]
        return view

    return mark


def of(view: Any) -> Guard | None:
    """The declaration of a view, if it has one."""
    return getattr(view, "guard", None)


_open: set[str] = set()


def open_to_all(view: View) -> View:
    """Allow-lists a view that runs without a permit (sign-in, health). Named in the architecture test."""
    _open.add(_name(view))
    return view


def is_open(view: Any) -> bool:
    """May this view run without a permit?"""
    return _name(view) in _open


def _name(view: Any) -> str:
    kind = getattr(view, "view_class", view)
    return f"{kind.__module__}.{kind.__qualname__}"
