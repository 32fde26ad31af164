"""Toride as a person starts it: the launcher in a home of its own, on a free port."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


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


@cache
def _built(customers: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="toride-demonstration-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    toride(folder / "home", "demo", "--no-serve", "--customers", str(customers))
    return folder / "home"


def demonstration(home: Path, customers: int) -> Path:
    """A demonstration of its own in `home`, copied from one that this process builds once."""
    shutil.copytree(_built(customers), home)
    return home


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        end = time.monotonic() + 90
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
            with urllib.request.urlopen(f"{self.url}/health", timeout=2):
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
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        finally:
            self.log.close()
