"""Other processes on the same stores, which send what they have done and may be killed at any moment."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections

FORK = multiprocessing.get_context("fork")


class Worker:
    """Runs `work` in a process of its own; `sent` is what it yielded so far."""

    def __init__(self, work: Callable[[], Iterator[Any]]) -> None:
        connections.close_all()
        self.pipe, sender = FORK.Pipe(duplex=False)
        self.process = FORK.Process(target=_work, args=(work, sender))
        self.process.start()
        sender.close()

    def next(self) -> Any:
        """The next thing it sends; EOFError when it has ended."""
        if not self.pipe.poll(60):
            raise TimeoutError
        return self.pipe.recv()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.join()

    def rest(self) -> list[Any]:
        """Waits for its end; all that it sent and nobody has read."""
        found = []
        with contextlib.suppress(EOFError):
            while True:
                found.append(self.next())
        self.process.join()
        return found


def _work(work: Callable[[], Iterator[Any]], sender: Connection) -> None:
    for sent in work():
        sender.send(sent)
