"""How a value becomes text of a page: escaped, unless it says itself how it is written."""

from typing import Any

from markupsafe import Markup
from markupsafe import _escape_inner as escaped  # type: ignore[attr-defined]  # what `markupsafe.escape` calls, without an object around each text

__all__ = ["escaped", "printed"]


def printed(value: Any) -> str:
    """As `markupsafe.escape`, in a fifth of the time: every output of every template passes here."""
    kind = type(value)
    if kind is str:
        return escaped(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if hasattr(value, "__html__"):
        return value.__html__()  # type: ignore[no-any-return]
    return escaped(str(value))
