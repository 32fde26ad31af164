"""What runs on PostgreSQL in every run is there, and holds whatever speaks SQL of its own."""

from pathlib import Path

from tests.architecture import fences
from tests.architecture.calls import Source
from tests.selection import DIFFERENT

ROOT = Path(__file__).resolve().parents[2]
COVERED = {  # a package with SQL of its own → tests of it that run there
    "access": "src/toride/access/tests/", "api": "src/toride/api/tests/", "audit": "src/toride/audit",
    "cli": "tests/processes", "customers": "src/toride/customers/tests", "fields": "src/toride/fields/tests",
    "lists": "src/toride/lists/tests",
    "vault": "src/toride/vault",
}  # fmt: skip


def test_every_place_is_there() -> None:
    assert [place for place in DIFFERENT if not (ROOT / place).exists()] == []


def test_whoever_speaks_sql_is_tried_on_both_databases() -> None:
    found = {
        fences.package(module)
        for module in Source(ROOT / "src" / "toride").modules.values()
        if fences.speaks_sql(module)
    }
    assert found == set(COVERED)
    assert [one for one in COVERED.values() if not any(place.startswith(one) for place in DIFFERENT)] == []
