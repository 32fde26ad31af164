"""Several at the same moment: each in a thread with database connections of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

from toride.base.errors import TorideError

One = TypeVar("One")


def race(act: Callable[[One, Callable[[], object]], object], ones: Sequence[One]) -> list[str]:
    """Calls `act(one, begin)` for all of `ones` at once; `begin()` waits for the others. How each ended, sorted: "done"
    or the name of its error.
    """
    start = Barrier(len(ones))

    def run(one: One) -> str:
        try:
            act(one, lambda: start.wait(120))
        except TorideError as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(ones)) as pool:
        return sorted(pool.map(run, ones))
