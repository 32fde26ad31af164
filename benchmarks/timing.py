"""Times, and what must be known of the machine to read them."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

FSYNCS = 40


def milliseconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1000


def spread(times: Sequence[float]) -> dict[str, float]:
    """p50 and p95, in the unit of `times`."""
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 3),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 3),
    }


def ratio(one: float, other: float) -> float:
    """How many times `other` fits into `one`."""
    return round(one / other, 2) if other else 0.0


def machine() -> dict[str, Any]:
    """Cores, and what a durable write of one page costs here (ms)."""
    return {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "fsync_ms": _fsync()}


def _fsync() -> dict[str, float]:
    with tempfile.NamedTemporaryFile(dir=tempfile.gettempdir()) as file:

        def write() -> None:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())

        return spread([milliseconds(write) for _ in range(FSYNCS)])


def cpu_of(pid: int) -> float:
    """Seconds of processor that a process has used (proc(5))."""
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
