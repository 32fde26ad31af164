"""The trail's own process: the writer's socket (embedded stores) and the sequencer, until SIGTERM."""

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from threading import Event as Flag
from typing import Any

from django.db import connections

from toride.audit import store, writer
from toride.audit.actions import System
from toride.audit.events import SYSTEM, Event
from toride.audit.inlet import Inlet
from toride.audit.sequencer import Sequencer
from toride.base import stores
from toride.base.errors import TorideError

TICK_SECONDS = 1.0
BEAT_SECONDS = 60.0
RETRY_SECONDS = 2.0
_log = logging.getLogger(__name__)


def run() -> None:
    """Serves until SIGTERM or SIGINT; then enters what waits and leaves. Waits while another sequencer is at work."""
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    serve(stop)


def serve(stop: Flag) -> None:
    """The same, until the flag is set."""
    lock = threading.Lock()
    if stores.is_server("audit"):
        _sequence(stop, lock)
        return
    insert = _locked(lock)
    with store.exclusively(connections["audit"]) as held:
        if not held:
            raise TorideError("Another process of this installation writes the trail already.")
        inlet = Inlet(insert, os.geteuid())
        ended = Flag()
        worker = threading.Thread(target=_loop, args=(stop, ended, lock), name="sequencer")
        worker.start()
        try:
            inlet.serve(ended)
        finally:
            stop.set()
            worker.join()


def _locked(lock: threading.Lock) -> Any:
    def insert(rows: Sequence[bytes]) -> None:
        with lock:
            writer.insert(rows)

    return insert


def _sequence(stop: Flag, lock: threading.Lock) -> None:
    while not stop.is_set():
        audit = store.as_sequencer()("audit")
        with store.exclusively(audit) as held:
            if held:
                _loop(stop, Flag(), lock)
        stop.wait(RETRY_SECONDS)


def _loop(stop: Flag, ended: Flag, lock: threading.Lock) -> None:
    """Ticks about every second, beats when idle; at the end once more, so that nothing is left waiting."""
    try:
        sequencer = Sequencer(lock)
        beat = time.monotonic()
        while not stop.is_set():
            began = time.monotonic()
            if _tick(sequencer):
                beat = time.monotonic()
            elif time.monotonic() - beat >= BEAT_SECONDS:
                _say(System.TRAIL_BEAT)
                beat = time.monotonic()
            stop.wait(max(0.0, TICK_SECONDS - (time.monotonic() - began)))
        writer.close()
        while _tick(sequencer):
            pass
    finally:
        ended.set()
        connections.close_all()


def _tick(sequencer: Sequencer) -> int:
    try:
        return sequencer.tick()
    except TorideError as error:
        _log.error("audit: %s", error)
        return 0


def _say(action: System) -> None:
    try:
        writer.record([Event(action=action, door=SYSTEM)])
    except TorideError as error:
        _log.error("audit: %s", error)
