"""Who is whose child, and waiting for something to become true."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.running import PATIENCE


def descendants(pid: int) -> dict[int, list[str]]:
    """The words of each process below `pid`, by pid; zombies are none."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (state := _state(int(entry.name))):
            parents[int(entry.name)] = state
    found, waiting = {}, [pid]
    while waiting:
        parent = waiting.pop()
        children = [child for child, its in parents.items() if its == parent]
        waiting += children
        found |= {child: words(child) for child in children}
    return found


def named(pid: int, name: str) -> list[int]:
    """The processes `toride process NAME` below `pid`, parents before their children."""
    return [one for one, said in descendants(pid).items() if said[2:5] == ["toride", "process", name]]


def words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    except OSError:
        return []


def on_port(port: int) -> list[int]:
    """Every `toride process web` for this port, whoever its parent is."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if {"process", "web", str(port)} <= set(words(pid)) and is_alive(pid)]


def is_alive(pid: int) -> bool:
    return _state(pid) is not None


def until(true: Callable[[], object], *, seconds: float = PATIENCE) -> float:
    """Waits; how long it took. TimeoutError after `seconds`."""
    start = time.monotonic()
    while not true():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - start


def _state(pid: int) -> int | None:
    """Its parent; None for a zombie or nobody (proc(5), stat)."""
    try:
        after = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if after[0] in {b"Z", b"X"} else int(after[1])
