"""Values as pages see them: text only in a template, dots everywhere else, by type."""

from typing import Any, NoReturn

from markupsafe import Markup

from toride.base.html import printed

DOTS = "•••••"


class Value:
    """A field of a sealed record. `str`, `repr`, format, JSON and pickling never give the content."""

    __slots__ = ()
    shown = False

    def __str__(self) -> str:
        return DOTS

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return DOTS

    def __reduce__(self) -> NoReturn:
        raise TypeError("an opened value is never stored or sent")

    def __html__(self) -> str:
        return DOTS


class Opened(Value):
    """Clear under the permit. Templates print it; code that must hand it over asks for `.content`."""

    __slots__ = ("content",)
    shown = True

    def __init__(self, content: Any) -> None:
        self.content = content

    def __html__(self) -> str:
        return "" if self.content is None else printed(self.content)

    def __bool__(self) -> bool:
        return bool(self.content)


class Masked(Value):
    """There is a value; it may be revealed by an act."""

    __slots__ = ()

    def __html__(self) -> str:
        return Markup("<span data-masked>•••••</span>")


class Closed(Value):
    """Closed to this duty and purpose; whether there is a value is not told."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False
