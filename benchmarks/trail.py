"""How fast the audit trail is: one event's latency, events per second of eight clients, verification; fsync beside.

    PYTHONPATH=src:. TORIDE_TEST_STORE=sqlite|postgres TORIDE_TEST_FSYNC=1 python benchmarks/trail.py

Uses the test suite's throw-away stores; on PostgreSQL with fsync on.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

CLIENTS, SECONDS, SINGLE = 8, 6.0, 400


def main() -> None:
    if os.environ.get("TORIDE_TEST_STORE") == "postgres":
        from tests import cluster

        cluster.FAST = "-c max_connections=60 -c shared_buffers=64MB"
        cluster.start.__defaults__ = (cluster.FAST,)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "toride.settings"}
    subprocess.run([sys.executable, "-m", "toride", "migrate"], check=True, env=environment)
    print("fsync of 4 KiB, ms:", shown(fsyncs()))
    print("one client, direct, ms:", shown(latencies()))
    print("eight clients, direct, events/s:", rate())
    process = fork(serve)
    time.sleep(1)
    print("one client, with the trail's process, ms:", shown(latencies()))
    print("eight clients, with the trail's process, events/s:", rate())
    print("eight clients, events of 20 subjects, events/s:", rate(20))
    from django.db import connections

    from toride.audit import projections

    print("behind at the end of the load:", projections.lag(connections["audit"]))
    time.sleep(2)
    print("two seconds later:", projections.lag(connections["audit"]))
    connections.close_all()
    os.kill(process, signal.SIGTERM)
    os.waitpid(process, 0)
    verified()


def fsyncs() -> list[float]:
    with tempfile.NamedTemporaryFile(dir="/tmp") as file:
        found = []
        for _ in range(200):
            file.write(b"x" * 4096)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            found.append(time.perf_counter() - began)
        return found


def one(subjects: int = 1):
    from uuid import uuid4

    from toride.audit.tests.acts import event

    return event(subjects=tuple((uuid4(), "clear", 2) for _ in range(subjects)))


def latencies() -> list[float]:
    from toride.audit import record

    record([one()])
    found = []
    for _ in range(SINGLE):
        began = time.perf_counter()
        record([one()])
        found.append(time.perf_counter() - began)
    from django.db import connections

    connections.close_all()
    return found


def rate(subjects: int = 1) -> str:
    pipes = []
    for _ in range(CLIENTS):
        read, write = os.pipe()
        pipes.append((fork(lambda out=write: client(out, subjects)), read))
        os.close(write)
    total, worst = 0, []
    for pid, read in pipes:
        with os.fdopen(read) as answer:
            count, p50, p99 = answer.read().split()
        os.waitpid(pid, 0)
        total += int(count)
        worst.append((float(p50), float(p99)))
    p50, p99 = statistics.median(one for one, _ in worst), max(one for _, one in worst)
    return f"{total / SECONDS:.0f} (p50 {p50:.1f} ms, p99 {p99:.1f} ms)"


def client(out: int, subjects: int) -> None:
    from toride.audit import record

    record([one(subjects)])
    taken, until = [], time.perf_counter() + SECONDS
    while (began := time.perf_counter()) < until:
        record([one(subjects)])
        taken.append(time.perf_counter() - began)
    taken.sort()
    os.write(out, f"{len(taken)} {taken[len(taken) // 2] * 1e3} {taken[len(taken) * 99 // 100] * 1e3}".encode())


def serve() -> None:
    from toride.audit import process

    process.run()


def fork(action) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        action()
    finally:
        os._exit(0)


def verified() -> None:
    from toride.audit import proofs
    from toride.audit.sequencer import settle
    from toride.audit.store import Trail

    began = time.perf_counter()
    settle(60)
    print(f"settle: {time.perf_counter() - began:.1f} s")
    for signatures in (False, True):
        began = time.perf_counter()
        report = proofs.check(None, signatures=signatures)
        took = time.perf_counter() - began
        name = "every signature" if signatures else "newest signature"
        print(
            f"verify, {name}: {report.entries} entries, {report.heads} heads, {report.entries / took:.0f} entries/s, "
            f"{len(report.findings)} findings"
        )
    trail, began = Trail(), time.perf_counter()
    for index in range(0, trail.length(), max(trail.length() // 200, 1)):
        proofs.tree.inclusion(trail.tile, index, trail.size)
    print(f"inclusion proof: {(time.perf_counter() - began) / 200 * 1e3:.2f} ms")


def shown(found: list[float]) -> str:
    found = sorted(found)
    return f"p50 {found[len(found) // 2] * 1e3:.2f}, p99 {found[len(found) * 99 // 100] * 1e3:.2f}"


if __name__ == "__main__":
    main()
