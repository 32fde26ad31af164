"""Kills every process at random under load; then looks for anything that was acknowledged and is gone.

`python -m tests.processes.drill --kills 1000 --store sqlite`; exits 1 where something is, and prints what.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import cluster
from tests.processes.load import Acknowledged, Importer, Worker
from tests.processes.tree import named, on_port, until
from tests.running import Served, toride

CUSTOMERS = 300
PERSONAS = ("teller", "teller", "steward", "operator")
CALM_SECONDS = 30.0
BACK_SECONDS = 180.0  # a busy machine starts slowly; how long it took is told
TELL_EACH = 100  # kills
LEASE_SECONDS = 240.0
NAMES = {"TORIDE_DATABASE": 0, "TORIDE_AUDIT": 0, "TORIDE_KEYS": 1}


class Stores:
    """Where the drill's data stands: `more` is the environment; `clusters` the servers, if there are any."""

    def __init__(self, clusters: list[cluster.Cluster]) -> None:
        self.clusters = clusters
        self.more: dict[str, str] = {"TORIDE_DEMO_ON_SERVER": "1"} if clusters else {}
        for name, number in NAMES.items() if clusters else ():
            database = name.lower()
            clusters[number].create(database)
            self.more[f"{name}_URL"] = clusters[number].url(database)
            self.more[f"{name}_OWNER_URL"] = clusters[number].url(database, "owner")
            self.more[f"{name}_SEQUENCER_URL"] = clusters[number].url(database, "sequencer")


@contextmanager
def stores(kind: str) -> Iterator[Stores]:
    clusters: list[cluster.Cluster] = []
    try:
        if kind == "postgres":
            clusters += [cluster.start(), cluster.start()]
        yield Stores(clusters)
    finally:
        for one in clusters:
            one.stop()


class Killer:
    """Kills in turn, at random moments; `killed` counts."""

    def __init__(self, server: Served, importer: Importer, where: Stores, seed: int) -> None:
        self.server, self.importer, self.where = server, importer, where
        self.chance = random.Random(seed)
        self.killed: Counter[str] = Counter()
        self.targets: dict[str, Callable[[], bool]] = {
            "web worker": lambda: self._one("web", slice(1, None)),
            "web": lambda: self._one("web", slice(0, 1)),
            "worker": lambda: self._one("worker", slice(0, 1)),
            "trail": lambda: self._one("trail", slice(0, 1)),
            "import": importer.kill,
        }
        if where.clusters:  # first, while there is somebody connected
            self.targets = {"connection": self._connection, "backend": self._backend, **self.targets}

    def run(self, kills: int, seconds: float, noted: Acknowledged) -> None:
        """So many kills, and between two rounds somebody is answered: on a busy machine that takes longer."""
        end = time.monotonic() + seconds
        while (sum(self.killed.values()) < kills or not noted.searched) and time.monotonic() < end:
            before = noted.searched.total()
            for name in (*self.targets, "web worker", "web worker"):  # those answer people, and come back at once
                kill = self.targets[name]
                time.sleep(self.chance.uniform(0.05, 0.5))
                if kill():
                    self.killed[name] += 1
                    self._tell()
            with suppress(TimeoutError):
                until(lambda: noted.searched.total() > before, seconds=CALM_SECONDS)  # noqa: B023 - called here
            time.sleep(self.chance.uniform(0.2, 1.5))

    def _tell(self) -> None:
        if sum(self.killed.values()) % TELL_EACH == 0:
            print(f"{time.strftime('%H:%M:%S')} killed {dict(self.killed)}", file=sys.stderr, flush=True)

    def _one(self, name: str, which: slice) -> bool:
        found = named(self.server.process.pid, name)[which]
        if not found:
            return False
        try:
            os.kill(self.chance.choice(found), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _connection(self) -> bool:
        return self._backends("pg_terminate_backend(pid)") is not None

    def _backend(self) -> bool:
        """The server takes the death of one for a crash and recovers: a fifth of the time is enough."""
        pid = self._backends("pid") if self.chance.random() < 0.2 else None
        if pid is None:
            return False
        os.kill(int(pid), signal.SIGKILL)
        return True

    def _backends(self, what: str) -> str | None:
        statement = (
            f"SELECT {what} FROM pg_stat_activity WHERE usename IN ('app', 'sequencer') ORDER BY random() LIMIT 1"
        )
        try:
            return self.chance.choice(self.where.clusters).sql(statement) or None
        except subprocess.CalledProcessError:
            return None


def drill(kind: str, *, kills: int, seconds: float, rows: int, seed: int) -> dict[str, object]:
    """One drill in a folder of its own; what was done, and `wrong`: what should not be."""
    folder = Path(tempfile.mkdtemp(prefix="toride-drill-"))
    home = folder / "home"
    try:
        with stores(kind) as where:
            toride(home, "demo", "--no-serve", "--customers", str(CUSTOMERS), **where.more)
            server = Served(home, **where.more)
            try:
                noted, killer = _storm(server, where, kills=kills, seconds=seconds, rows=rows, seed=seed)
                waited = until(server.answers, seconds=BACK_SECONDS)
                settled = _await_imports(home, where.more)
            finally:
                server.stop()
            orphans = on_port(server.port)
            found = _compare(home, where.more, noted, folder)
            code = toride(home, "audit", "verify", "--deep", check=False, **where.more)
            found["wrong"] += [f"process {pid} outlived the server" for pid in orphans]
            if code.returncode:
                found["wrong"].append(f"audit verify: {code.stdout}{code.stderr}")
            return {"store": kind, "killed": dict(killer.killed), "back after seconds": round(waited, 1),
                    "imports settled after seconds": settled, "trail": code.stdout.strip().splitlines()[:1],
                    "statuses": dict(noted.statuses), "unanswered": dict(noted.unanswered), **found}  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _storm(
    server: Served, where: Stores, *, kills: int, seconds: float, rows: int, seed: int
) -> tuple[Acknowledged, Killer]:
    noted, stop = Acknowledged(), threading.Event()
    people = [Worker(number, server.url, persona, noted, stop) for number, persona in enumerate(PERSONAS, 1)]
    importer = Importer(server.home, where.more, rows, noted, stop)
    for thread in (*people, importer):
        thread.start()
    killer = Killer(server, importer, where, seed)
    killer.run(kills, seconds, noted)
    stop.set()
    for thread in (*people, importer):
        thread.join(120)
        if thread.is_alive():
            raise RuntimeError(f"{thread.name} hangs")
    return noted, killer


def _await_imports(home: Path, more: dict[str, str]) -> float:
    """Until every import has ended; what gave up is resumed, as its message says."""
    start, told = time.monotonic(), ""
    while time.monotonic() - start < LEASE_SECONDS:
        listed = json.loads(
            toride(home, "imports", "list", "--as", "steward", "--json", "--limit", "10000", **more).stdout
        )
        for one in listed:
            if one["state"] == "failed":
                resume = ("imports", "resume", one["import"], "--as", "steward", "--purpose", "data-care")
                told = toride(home, *resume, check=False, **more).stderr or told
        if all(one["state"] == "done" for one in listed):
            return round(time.monotonic() - start, 1)
        time.sleep(1)
    raise RuntimeError(f"an import does not end: {told}")


def _compare(home: Path, more: dict[str, str], noted: Acknowledged, folder: Path) -> dict[str, object]:
    """In a process of its own, which may open what it compares."""
    file = folder / "noted.json"
    file.write_text(
        json.dumps(
            {
                "created": {str(subject): number for subject, number in noted.created.items()},
                "phones": {str(subject): sorted(phones) for subject, phones in noted.phones.items()},
                "attempted": noted.attempted,
                "changed": [[name, str(subject), count] for (name, subject), count in noted.changed.items()],
                "viewed": [[name, str(subject), count] for (name, subject), count in noted.viewed.items()],
                "searched": dict(noted.searched),
                "imports": noted.imports,
                "before": CUSTOMERS,
            }
        )
    )
    from tests.running import ROOT, environment

    done = subprocess.run(
        [sys.executable, "-m", "tests.processes.comparing", str(file)], cwd=ROOT, capture_output=True, text=True,
        env=environment(home, **more) | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, timeout=600, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"wrong": [f"comparing failed: {done.stderr[-2000:]}"]}
    found: dict[str, object] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=7200)
    parser.add_argument("--rows", type=int, default=900)  # of each import; a long drill brings many
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", file=sys.stderr)
    found = drill(asked.store, kills=asked.kills, seconds=asked.seconds, rows=asked.rows, seed=asked.seed)
    print(json.dumps(found, indent=1, ensure_ascii=False))
    sys.exit(bool(found["wrong"]))


if __name__ == "__main__":
    main()
