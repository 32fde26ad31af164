"""The demonstration has life: requests wait, an emergency is to be reviewed, a review runs, an import had errors, records were read."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.running import toride

pytestmark = pytest.mark.requirement("C7", "A3", "A4", "A5", "T1")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("life") / "home"
    toride(place, "demo", "--no-serve", "--customers", "1000")
    return place


def asked(home: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{home}/data/toride.db?mode=ro", uri=True) as store:
        return store.execute(sql).fetchall()


def test_three_requests_wait(home: Path) -> None:
    found = asked(home, "SELECT kind FROM access_approval WHERE state = 'waiting'")
    assert sorted(kind for [kind] in found) == ["customers:handover", "person:change", "temporary:open"]


def test_an_emergency_ended_and_is_to_be_reviewed(home: Path) -> None:
    assert len(asked(home, "SELECT 1 FROM access_glass WHERE verdict = 'open' AND ends < datetime('now')")) == 1


def test_a_review_runs(home: Path) -> None:
    assert asked(home, "SELECT count(*) FROM access_campaign WHERE closed IS NULL") == [(1,)]


def test_an_import_had_errors(home: Path) -> None:
    [found] = json.loads(toride(home, "imports", "list", "--as", "steward", "--json").stdout)
    assert found["counts"]["created"] == 4
    assert found["counts"]["rejected"] == 1


def test_records_were_read_on_the_days_before_and_the_trail_is_whole(home: Path) -> None:
    assert toride(home, "audit", "verify", "--deep").returncode == 0
    since = (datetime.now(UTC) - timedelta(days=30)).date().isoformat()
    saw = json.loads(toride(home, "audit", "saw", "teller", "--from", since, "--json").stdout)
    assert len({one["first"][:10] for one in saw["subjects"]}) >= 5
    assert sum(one["refused"] for one in saw["subjects"]) == 1
