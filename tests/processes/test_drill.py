"""Nothing acknowledged is lost, whatever dies; the long form is `python -m tests.processes.drill`."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from tests.processes.drill import drill
from tests.processes.load import Acknowledged, Importer
from tests.processes.tree import until
from tests.running import PATIENCE, Served, toride
from tests.scale import scaled

SECONDS, SEED = 500.0, 20261101
KILLS, ROWS = scaled((7, 600), (14, 2_100))


@pytest.mark.store
@pytest.mark.timeout(900)
@pytest.mark.requirement("T1", "C7", "C9", "K1")
def test_nothing_acknowledged_is_lost_when_every_process_is_killed() -> None:
    found = drill(os.environ.get("TORIDE_TEST_STORE", "sqlite"), kills=KILLS, seconds=SECONDS, rows=ROWS, seed=SEED)
    assert found["wrong"] == []
    assert sum(found["killed"].values()) >= KILLS
    assert found["acknowledged"]["searched"]
    assert found["imports ended"]


ROWS_KILLED = scaled(8_000, 20_000)  # several batches


@pytest.mark.requirement("C7")
def test_a_killed_import_is_finished_by_the_worker_once_its_lease_is_over(tmp_path: Path) -> None:
    home, stop, noted = tmp_path / "home", threading.Event(), Acknowledged()
    toride(home, "demo", "--no-serve", "--customers", "0")
    importer = Importer(home, {}, ROWS_KILLED, noted, stop)
    importer.start()
    until(lambda: ask(home, "SELECT done FROM jobs_job WHERE done > 0"))
    stop.set()
    assert importer.kill()
    importer.join()
    (brought,) = ask(home, "SELECT COUNT(*) FROM customers_brought")[0]
    assert 0 < brought < ROWS_KILLED
    tell(home, "UPDATE jobs_job SET lease = datetime(lease, '-120 seconds')")
    server = Served(home, "--workers", "1")
    try:
        until(lambda: ask(home, "SELECT 1 FROM jobs_job WHERE state = 'done'"))
    finally:
        server.stop()
    assert ask(home, "SELECT COUNT(*) FROM customers_customer") == [(ROWS_KILLED,)]
    assert ask(home, "SELECT COUNT(DISTINCT row) FROM customers_brought WHERE made") == [(ROWS_KILLED,)]


def ask(home: Path, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "data" / "toride.db", timeout=PATIENCE) as connection:
        return connection.execute(statement).fetchall()


def tell(home: Path, statement: str) -> None:
    with sqlite3.connect(home / "data" / "toride.db", timeout=PATIENCE) as connection:
        connection.execute(statement)
