"""A program for test_crash: forks the trail's process and clients, kills them with SIGKILL at random, again and again.

    python storm.py FOLDER KILLS SEED

It ends when so many of both kinds were killed, and a hundred events acknowledged: on a busy machine that takes longer.

Each client writes the ids of what was acknowledged into a file of its own in FOLDER.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import django

CLIENTS = 4
LEAST = 100


def client(folder: Path, seed: int) -> None:
    from django.db import transaction

    from toride.audit import record, stage
    from toride.audit.tests.acts import event
    from toride.base.errors import Unavailable

    chance = random.Random(seed)
    acknowledged = os.open(folder / f"acknowledged-{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    undone = os.open(folder / f"undone-{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while True:
        given = [event() for _ in range(chance.choice((1, 1, 1, 5)))]
        lines = "".join(f"{one.id}\n" for one in given).encode()
        try:
            if chance.random() < 0.7:
                record(given)
            else:
                with transaction.atomic():
                    stage(given)
                    back = chance.random() < 0.3
                    if back:
                        transaction.set_rollback(True)
                if back:
                    os.write(undone, lines)
                    continue
        except Unavailable:
            continue
        os.write(acknowledged, lines)


def trail() -> None:
    from toride.audit import process

    process.TICK_SECONDS = 0.1
    process.RETRY_SECONDS = 0.1
    process.run()


def spawn(kind: str, folder: Path, seed: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        trail() if kind == "trail" else client(folder, seed)
    finally:
        os._exit(1)


def acknowledged(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("acknowledged-*"))


def main(folder: Path, least: int, seed: int) -> None:
    django.setup()
    chance = random.Random(seed)
    running = {spawn(kind, folder, chance.random()): kind for kind in ("trail", *("client",) * CLIENTS)}
    kills = {"trail": 0, "client": 0}
    while min(kills.values()) < least or acknowledged(folder) <= LEAST:
        time.sleep(chance.uniform(0.05, 0.35))
        wanted = "trail" if chance.random() < 0.5 else "client"
        pid = chance.choice([pid for pid, kind in running.items() if kind == wanted])
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        kills[running.pop(pid)] += 1
        running[spawn(wanted, folder, chance.random())] = wanted
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    sys.stdout.write(f"{kills['trail']} {kills['client']}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
