"""What goes wrong is logged by type and place: the words of an exception may hold personal data."""

import logging
import sys
import threading
import traceback
from types import TracebackType


class Line(logging.Formatter):
    """One line; below it the exception's types and places, never its words."""

    def formatException(  # noqa: N802 - logging's own name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        return described(ei[1]) if ei[1] is not None else ""


def described(error: BaseException) -> str:
    """Its type and where it came from, and the same of what caused it."""
    parts = []
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        places = [f"  {at.filename}:{at.lineno} {at.name}" for at in traceback.extract_tb(found.__traceback__)]
        parts.append("\n".join([type(found).__qualname__, *places]))
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\ncaused by ".join(parts)


def install() -> None:
    """The same for what nobody catches, in this process's threads, too. For processes whose output is a log."""

    def tell(error: BaseException | None) -> None:
        if error is not None and not isinstance(error, KeyboardInterrupt):
            print(described(error), file=sys.stderr)  # noqa: T201 - logging may be what failed

    sys.excepthook = lambda _type, error, _traceback: tell(error)
    sys.unraisablehook = lambda found: tell(found.exc_value)
    threading.excepthook = lambda found: tell(found.exc_value)
