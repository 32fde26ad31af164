"""One parent over web, worker and trail: restarts what dies, stops all cleanly."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

import click

PATIENCE = 10.0
BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0)
HEALTHY = 5.0
PR_SET_PDEATHSIG = 1
# Whoever declares a handler of jobs.
JOBS = (
    "toride.access.policies.key_generations",
    *(f"toride.customers.imports.{name}" for name in ("running", "checking", "undoing")),
    "toride.customers.handing.running",
)


@dataclass
class Child:
    """One process: started, and started again."""

    name: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    def start(self) -> None:
        command = [sys.executable, "-m", "toride", "process", self.name, *self.arguments]
        tied = partial(die_with_parent, os.getpid())
        self.process = subprocess.Popen(command, env=os.environ | self.environment, preexec_fn=tied)  # noqa: PLW1509, S603
        self.started = time.monotonic()

    def look(self) -> None:
        """Starts it again when it has died, later each time until it has run for a while."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            self.failures = 0 if now - self.started > HEALTHY else self.failures + 1
            self.due = now + BACKOFF[min(self.failures, len(BACKOFF) - 1)]
            self.process = None
        if now >= self.due:
            self.start()


class Supervisor:
    """Runs the children until SIGTERM or SIGINT."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while not self.stopping:
            for child in self.children:
                child.look()
            time.sleep(0.1)
        self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        """Web first, so that the trail takes the last events."""
        for child in self.children:
            if child.process is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            try:
                child.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()


def die_with_parent(parent: int, how: int = signal.SIGTERM) -> None:
    """In a child of `parent`: end when it ends, however it ends (prctl(2)), and now if it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)
    os.setpgrp()
    if os.getppid() != parent:
        os._exit(1)


@click.group(hidden=True)
def process() -> None:
    """The processes under the supervisor."""
    from toride.base import logs

    logs.install()


@process.command()
@click.option("--host", required=True)
@click.option("--port", type=int, required=True)
@click.option("--workers", type=int, default=2)
@click.option("--certificate", type=click.Path())
@click.option("--key", type=click.Path())
def web(host: str, port: int, workers: int, certificate: str | None, key: str | None) -> None:
    """The pages."""
    from toride.cli import web as pages

    pages.serve(host, port, workers, certificate, key)


@process.command()
def worker() -> None:
    """The jobs, of every kind in JOBS; webhooks and mail in threads beside them, so that none waits for another."""
    import importlib
    import threading

    import django

    django.setup()
    for module in JOBS:
        importlib.import_module(module)
    from toride.cli.chores import chores
    from toride.disclosure import mail, sending
    from toride.jobs import running
    from toride.vault import index, rotation
    from toride.vault.process import harden

    harden()
    index.open()
    state = {"stop": False}
    signal.signal(signal.SIGTERM, lambda *_: state.update(stop=True))
    signal.signal(signal.SIGINT, lambda *_: state.update(stop=True))
    rotation.finish()
    for name, run in (("webhooks", sending.run), ("mail", mail.run)):
        threading.Thread(target=run, args=(lambda: state["stop"],), name=name, daemon=True).start()
    running.work(lambda: state["stop"], chores())


@process.command()
def trail() -> None:
    """The audit trail's writer and sequencer."""
    import django

    django.setup()
    from toride.audit import process as trail_process
    from toride.vault.process import harden

    harden()
    trail_process.run()
