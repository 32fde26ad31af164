"""Each web worker says that it still answers; one that has fallen silent is killed, and started again by its parent."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

EVERY = 1.0
SILENT = 15.0  # seconds without a word, after which a worker is replaced
LONGEST = 60.0  # seconds that one request may take; a worker that takes longer says nothing


class Line:
    """The line from the workers to their parent, made before they are forked."""

    def __init__(self) -> None:
        self._parent, self._worker = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._parent.settimeout(EVERY)
        self._worker.setblocking(False)

    def tell(self) -> None:
        """In a worker: this process answers."""
        with suppress(OSError):
            self._worker.send(str(os.getpid()).encode())

    def heard(self) -> int | None:
        """In the parent: who spoke; None after a while of silence."""
        try:
            return int(self._parent.recv(16))
        except TimeoutError:
            return None


async def beat(line: Line, since: Callable[[], float | None]) -> None:
    """Tells `line` each second, for as long as no request has been running for too long; `since` says since when."""
    while True:
        begun = since()
        if begun is None or time.monotonic() - begun < LONGEST:
            line.tell()
        await asyncio.sleep(EVERY)


def watch(line: Line, workers: Callable[[], Iterable[tuple[int, float]]]) -> None:
    """In a thread of the parent: kills each of `workers` (process, born when) that says nothing for too long."""
    last: dict[int, float] = {}

    def look() -> None:
        while True:
            if (process := line.heard()) is not None:
                last[process] = time.monotonic()
            _replace(last, workers())

    threading.Thread(target=look, name="heartbeats", daemon=True).start()


def _replace(last: dict[int, float], workers: Iterable[tuple[int, float]]) -> None:
    now = time.monotonic()
    standing = dict(workers)
    for process in last.keys() - standing.keys():
        del last[process]
    for process, born in standing.items():
        if now - last.get(process, born) > SILENT:
            last[process] = now  # once; its successor has a process of its own
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
