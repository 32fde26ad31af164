"""What care of the store takes: new keys for everybody, the whole trail verified, a backup; each for 100,000."""

import json
import time
from typing import Any

from benchmarks.place import Place

EACH = 100_000
SHORTEST = 1.0  # seconds; below, the start of Python hides what is measured
COMMANDS = {
    "new keys of subjects": ("keys", "rotate", "--kind", "subjects"),
    "new epoch of the index": ("keys", "rotate", "--kind", "index"),
    "backup": ("backup",),
}


def measure(place: Place, customers: int) -> dict[str, Any]:
    """Seconds for each command, and scaled to 100,000 customers or entries; starting Python is taken off."""
    idle = _timed(place, "keys", "status")[0]
    found: dict[str, Any] = {}
    for name, command in COMMANDS.items():
        took = max(0.01, _timed(place, *command)[0] - idle)
        found[name] = {"seconds": round(took, 2), "per_100000": round(took * EACH / customers, 1)}
    took, text = _timed(place, "audit", "verify", "--json")
    entries = int(json.loads(text)["size"])
    took = max(0.01, took - idle)
    rate = round(entries / took) if took > SHORTEST else "too few entries"
    found["trail verified"] = {"seconds": round(took, 2), "entries": entries, "entries_s": rate}
    return found


def _timed(place: Place, *command: str) -> tuple[float, str]:
    begin = time.perf_counter()
    done = place.toride(*command)
    return time.perf_counter() - begin, done.stdout
