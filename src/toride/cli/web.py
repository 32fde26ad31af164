"""The web process: the index is opened before any fork, so that the workers share its memory."""

import asyncio
import multiprocessing
import os
import resource
import signal
from pathlib import Path
from typing import Any

import django

WORKER_PATIENCE = 5  # whole seconds, below the supervisor's: a worker that does not end is killed by its own parent
HTTP2_STREAMS = 32  # at once, of one connection
CONNECTIONS = 4_096  # at once, of one worker; more wait


def serve(host: str, port: int, workers: int, certificate: str | None, key: str | None) -> None:
    """Serves until it is told to end; a worker that falls silent is replaced."""
    multiprocessing.set_start_method("fork")
    django.setup()
    from django.db import connections
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP2Settings
    from granian.server import Server

    from toride.asgi import application
    from toride.base import heartbeat
    from toride.cli.supervisor import die_with_parent
    from toride.vault import index
    from toride.vault.process import harden

    harden()
    index.open()
    connections.close_all()
    parent, line = os.getpid(), heartbeat.Line()

    def load() -> Any:
        die_with_parent(parent, signal.SIGKILL)  # until it serves, it would take SIGTERM for its parent's, and stay
        application.begin()
        asyncio.get_event_loop().create_task(heartbeat.beat(line, application.busy))
        return application

    server = Server(
        "toride.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.auto,
        http2_settings=HTTP2Settings(max_concurrent_streams=HTTP2_STREAMS, keep_alive_interval=20_000),
        workers=workers,
        backlog=CONNECTIONS,
        backpressure=_connections(),
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=WORKER_PATIENCE,
        log_enabled=False,
        ssl_cert=Path(certificate) if certificate else None,
        ssl_key=Path(key) if key else None,
    )
    heartbeat.watch(line, lambda: [(int(one.inner.pid), one.birth) for one in server.wrks])  # type: ignore[union-attr]
    server.serve(target_loader=load, wrap_loader=False)


def _connections() -> int:
    """As many as the system lets a process open files, with room for its stores."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else min(CONNECTIONS, soft // 2)
