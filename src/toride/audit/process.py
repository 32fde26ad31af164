"""The trail's own process: the writer's socket (embedded stores) and the sequencer, until SIGTERM."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from threading import Event as Flag

from django.db import Error, connections

from toride.audit import store, writer
from toride.audit.actions import System
from toride.audit.events import SYSTEM, Event
from toride.audit.group_writer import Inlet
from toride.audit.sequencer import BATCH, Sequencer
from toride.base import stores
from toride.base.errors import TorideError

TICK_SECONDS = 1.0
BEAT_SECONDS = 60.0
RETRY_SECONDS = 2.0
SWITCH_SECONDS = 0.0005  # how long the sequencer keeps the interpreter from the writer, for which a page waits
_log = logging.getLogger(__name__)


def run() -> None:
    """Serves until SIGTERM or SIGINT; then enters what waits and leaves. Waits while another sequencer is at work."""
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    serve(stop)


def serve(stop: Flag) -> None:
    """The same, until the flag is set."""
    if stores.is_server("audit"):
        _sequence(stop, threading.Lock())
    else:
        _write_and_sequence(stop)


def _write_and_sequence(stop: Flag) -> None:
    """Both write to one file: a lock of ours takes turns better than SQLite's polling."""
    lock, ended = threading.Lock(), Flag()
    sys.setswitchinterval(SWITCH_SECONDS)

    def insert(rows: Sequence[bytes]) -> None:
        with lock:
            writer.insert(rows)

    def sequence() -> None:
        try:
            _sequence(stop, lock)
        finally:
            ended.set()
            connections.close_all()

    inlet = Inlet(insert, os.geteuid())
    worker = threading.Thread(target=sequence, name="sequencer")
    worker.start()
    try:
        inlet.serve(ended)
    finally:
        stop.set()
        worker.join()


def _sequence(stop: Flag, lock: threading.Lock) -> None:
    """Sequences whenever no other process does; begins anew after a failure, as the right ends with its connection."""
    while not stop.is_set():
        try:
            with Sequencer(lock) as sequencer, store.exclusively(sequencer.audit) as held:
                if held:
                    _loop(stop, sequencer)
        except TorideError as error:
            _log.error("audit: %s", error)
        except Error as error:
            _log.error("audit: %s", type(error).__name__)
        stop.wait(RETRY_SECONDS)


def _loop(stop: Flag, sequencer: Sequencer) -> None:
    """Ticks about every second, beats when idle; at the end once more, so that nothing is left waiting."""
    beat = time.monotonic()
    while not stop.is_set():
        began = time.monotonic()
        count = sequencer.tick()
        if count:
            beat = time.monotonic()
        elif time.monotonic() - beat >= BEAT_SECONDS:
            writer.record([Event(action=System.TRAIL_BEAT, door=SYSTEM)])
            beat = time.monotonic()
        if count < BATCH:
            stop.wait(max(0.0, TICK_SECONDS - (time.monotonic() - began)))
    writer.close()
    while sequencer.tick():
        pass
