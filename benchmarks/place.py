"""A home, and on PostgreSQL two clusters, made for one run and thrown away after it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import cluster, running

DURABLE = "-c max_connections=60 -c shared_buffers=256MB"  # fsync stays on: what is measured is what is kept
PLAIN = "plain"
LONGEST = 14_400.0  # seconds; a million customers on a busy machine


class Place:
    """`variables` configure the product; `plain` names the database of the reference: a path or a URL."""

    def __init__(self, folder: Path, variables: dict[str, str], plain: str) -> None:
        self.folder, self.home, self.variables, self.plain = folder, folder / "home", variables, plain

    def toride(self, *arguments: str, timeout: float = LONGEST) -> "subprocess.CompletedProcess[str]":
        """One command, as a person types it."""
        return running.toride(self.home, *arguments, timeout=timeout, **self.variables)

    def serve(self) -> running.Served:
        """The product's processes over this home."""
        return running.Served(self.home, **self.variables)

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[bytes]":
        """A process in this home; the caller ends it."""
        return subprocess.Popen([sys.executable, "-m", *arguments], cwd=running.ROOT, env=self._environment() | more)

    def section(self, name: str, *arguments: str) -> Any:
        """Runs `benchmarks.<name>` inside this home; what it prints last, as JSON."""
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", *arguments], cwd=running.ROOT, env=self._environment(),
            stdout=subprocess.PIPE, text=True, check=True, timeout=LONGEST,
        )  # fmt: skip
        return json.loads(done.stdout.splitlines()[-1])

    def _environment(self) -> dict[str, str]:
        own = {"DJANGO_SETTINGS_MODULE": "toride.settings", "BENCH_PLAIN": self.plain}
        own["PYTHONPATH"] = f"{running.ROOT / 'src'}:{running.ROOT}"
        return running.environment(self.home, **self.variables) | own


@contextmanager
def made(store: str) -> Iterator[Place]:
    """An empty place for `sqlite` or `postgres`."""
    folder = Path(tempfile.mkdtemp(prefix="toride-bench-"))
    servers: list[cluster.Cluster] = []
    try:
        if store == "sqlite":
            yield Place(folder, {}, str(folder / "plain.db"))
        else:
            servers += [cluster.start(DURABLE), cluster.start(DURABLE)]
            yield Place(folder, *_laid_out(*servers))
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _laid_out(data: cluster.Cluster, keys: cluster.Cluster) -> tuple[dict[str, str], str]:
    data.create("toride", "toride_audit", PLAIN)
    keys.create("toride_keys")
    variables = {"TORIDE_DEMO_ON_SERVER": "1"}
    for name, server, database in (
        ("TORIDE_DATABASE", data, "toride"),
        ("TORIDE_AUDIT", data, "toride_audit"),
        ("TORIDE_KEYS", keys, "toride_keys"),
    ):
        variables[f"{name}_URL"] = server.url(database)
        variables[f"{name}_OWNER_URL"] = server.url(database, "owner")
        variables[f"{name}_SEQUENCER_URL"] = server.url(database, "sequencer")
    if data.sql("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'") == "1":
        data.sql("CREATE EXTENSION pg_trgm", PLAIN)
    return variables, data.url(PLAIN, "owner")


def plain() -> str:
    """Where the reference lies, inside a section."""
    return os.environ["BENCH_PLAIN"]
