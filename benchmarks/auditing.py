"""What the event costs: processor time of a record page with it and without it, and of the trail's process."""
# ruff: noqa: E402

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import django

django.setup()

from django.test import Client

from benchmarks.timing import cpu_of, milliseconds, ratio, spread
from toride import audit
from toride.base import stores
from toride.customers.models import Customer
from toride.vault import index
from toride.vault.permit import Permit

BLOCK = 20
WAIT = 3.0


def signed_in() -> Client:
    client = Client(headers={"host": "localhost", "accept-language": "ja"})
    client.post("/sign-in/persona/", {"persona": "manager"})
    return client


def cpu(action: Callable[[], object]) -> float:
    """Milliseconds of this process's processor time."""
    begin = time.process_time()
    action()
    return (time.process_time() - begin) * 1000


def main(pages: int) -> None:
    trail = subprocess.Popen([sys.executable, "-m", "toride", "process", "trail"],
                             env=os.environ | {"TORIDE_DB_ROLE": "sequencer"})  # fmt: skip
    try:
        time.sleep(WAIT)
        print(json.dumps(_measured(pages, trail.pid)))
    finally:
        trail.terminate()
        trail.wait()


def _measured(pages: int, trail: int) -> dict[str, object]:
    index.open()
    client, commit = signed_in(), audit.commit
    subjects = [str(one) for one in Customer.objects.filter(branch="002").values_list("subject", flat=True)[:500]]
    chance = random.Random(3)
    wrong, apart, waited = [], [], []

    def page() -> None:
        wrong.append(client.get(f"/customers/{chance.choice(subjects)}/").status_code != 200)

    def timed(permit: Permit, **said: str) -> None:
        waited.append(milliseconds(lambda: apart.append(cpu(lambda: commit(permit, **said)))))

    for _ in range(BLOCK):
        page()
    cases = {"with": timed, "without": lambda _permit, **_said: None}
    taken: dict[str, list[float]] = {name: [] for name in cases}
    before = cpu_of(trail)
    for _ in range(max(1, pages // BLOCK)):
        for name, chosen in cases.items():
            audit.commit = chosen  # type: ignore[assignment]
            taken[name] += [cpu(page) for _ in range(BLOCK)]
    audit.commit = commit
    time.sleep(WAIT)
    moved = (cpu_of(trail) - before) * 1000 / len(apart)
    whole = median(taken["with"])
    return {
        "pages": len(apart), "wrong": sum(wrong), "server": stores.is_server("audit"),
        "page_cpu_ms": round(whole, 3), "page_without_ms": round(median(taken["without"]), 3),
        "event_cpu_ms": round(median(apart), 3), "trail_cpu_ms": round(moved, 3),
        "share_in_page": ratio(median(apart), whole), "share_with_trail": ratio(median(apart) + moved, whole),
        "event_wait_ms": spread(waited),
    }  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
