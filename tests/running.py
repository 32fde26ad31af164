"""Toride as a person starts it: the launcher in a home of its own, on a free port."""

import atexit
import fcntl
import hashlib
import os
import random
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PORTS = range(20_000, 32_000)  # below those that Linux gives out by itself
PATIENCE = 120.0  # seconds for which a test waits for an event; it never passes or fails by how many they were


def environment(home: Path, **more: str) -> dict[str, str]:
    """Without anything of the test run's own configuration."""
    apart = ("TORIDE_", "DJANGO_", "PYTEST", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(apart)}
    return kept | {"TORIDE_HOME": str(home), "PYTHONPATH": str(ROOT / "src")} | more


def toride(
    home: Path, *arguments: str, check: bool = True, timeout: float = 240, **more: str
) -> "subprocess.CompletedProcess[str]":
    """One command, as `./toride …` runs it."""
    return subprocess.run(
        [sys.executable, "-m", "toride", *arguments], cwd=ROOT, env=environment(home, **more), check=check,
        capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def shared() -> Path:
    """A folder of this person's that all processes of all runs share; nobody else reads it."""
    folder = Path(tempfile.gettempdir()) / f"toride-tests-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise RuntimeError(f"{folder} is not a folder of this person alone; remove it")
    return folder


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time, however the one before ended."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def _state() -> str:
    """Of everything that a demonstration is made from, and the day on which it is made."""
    found = hashlib.sha256(f"{sys.version} {datetime.now(UTC).date()}".encode())
    for path in sorted((ROOT / "src").rglob("*")):
        if path.is_file() and not {"tests", "__pycache__"} & set(path.parts):
            found.update(f"{path.relative_to(ROOT)} ".encode() + path.read_bytes())
    return found.hexdigest()[:20]


def demonstration(home: Path, customers: int) -> Path:
    """A demonstration of its own in `home`, copied from one that is built once for this state of the source."""
    folder = shared()
    with locked(folder / "demonstrations.lock"):
        built = folder / f"demonstration-{_state()}-{customers}"
        if not built.exists():
            for former in folder.glob("demonstration-*"):
                if former.is_dir() and _state() not in former.name:
                    shutil.rmtree(former)
            with tempfile.TemporaryDirectory(dir=folder) as apart:
                toride(Path(apart) / "home", "demo", "--no-serve", "--customers", str(customers))
                (Path(apart) / "home").rename(built)
        shutil.copytree(built, home)
    return home


def free_port() -> int:
    """A port that no other test takes, and that no system gives to whoever asks for any."""
    for port in random.sample(PORTS, len(PORTS)):
        lock = (shared() / f"port-{port}").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            lock.close()
        else:
            atexit.register(lock.close)
            return port
    raise RuntimeError("no port is free")


class Served:
    """A demonstration being served; `url` is where."""

    command = "demo"
    scheme = "http"

    def __init__(self, home: Path, *arguments: str, **more: str) -> None:
        self.home, self.port = home, free_port()
        self.url = f"{self.scheme}://localhost:{self.port}"
        self.log = (home.parent / f"{home.name}.log").open("w+")
        command = [sys.executable, "-m", "toride", self.command, "--port", str(self.port), *arguments]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(home, **more), stdout=self.log, stderr=self.log, start_new_session=True
        )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if self.answers():
                return
            time.sleep(0.1)
        self.log.seek(0)
        raise RuntimeError(self.log.read()[-4000:])

    def answers(self) -> bool:
        """Does a worker answer?"""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=PATIENCE):
                return True
        except OSError:
            return False

    def children(self) -> dict[str, list[int]]:
        """The pids under the supervisor, by name."""
        found: dict[str, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                home = f"TORIDE_HOME={self.home}".encode()
                if b"process" in words and home in (entry / "environ").read_bytes().split(b"\0"):
                    found.setdefault(words[words.index(b"process") + 1].decode(), []).append(int(entry.name))
            except (OSError, PermissionError):
                continue
        return found

    def output(self) -> str:
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        finally:
            self.log.close()
