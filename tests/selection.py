"""Pytest plugin: which tests run, where, and in which order.

Every run leaves out what is marked `slow`, and on PostgreSQL what does the same there as on SQLite; `--full` runs all.
Whoever names a file or a test gets all of it.
"""

import os
import random

import pytest

from tests.scale import VARIABLE

DIFFERENT = (  # on PostgreSQL: own SQL, own transactions, own locks; the rest speaks through Django
    "src/toride/vault", "src/toride/audit", "src/toride/jobs", "src/toride/customers/tests", "src/toride/customers/handing",
    "src/toride/customers/finding/tests/test_saved.py", "src/toride/lists/tests", "src/toride/fields/tests",
    "src/toride/sales/tests/test_deals.py",
    "src/toride/customers/imports/tests/test_importing.py",
    "src/toride/scim/tests/test_groups.py", "src/toride/access/tests/test_waiting.py", "src/toride/access/tests/test_devices.py",
    "src/toride/access/tests/test_emergencies.py", "src/toride/access/tests/test_signin.py",
    "src/toride/access/tests/test_versions.py", "src/toride/api/tests/test_people_and_trail.py",
    "src/toride/api/tests/test_once.py", "tests/attacks", "tests/processes",
    "src/toride/work/tests", "src/toride/disclosure/tests/test_mail.py",
)  # fmt: skip
LEFT_OUT = pytest.StashKey[int]()
LONGEST_FIRST = ("tests/journeys", "tests/processes", "tests/attacks", "src/toride/vault", "src/toride/audit")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="leave nothing out: slow tests, every test on both databases")
    parser.addoption(
        "--shuffle", type=int, default=None, metavar="SEED", help="run files, and tests in them, in another order"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requirement(*ids): the rows of the requirements that this test shows")
    config.addinivalue_line("markers", "store: touches a store; runs on SQLite and on PostgreSQL")
    config.addinivalue_line("markers", "journey: drives a real browser")
    config.addinivalue_line("markers", "slow: too long for every run, which has a smaller one; runs with --full")
    if config.getoption("--full"):
        os.environ[VARIABLE] = "1"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "house" in getattr(item, "fixturenames", ()) and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(databases="__all__"))
        if {"db", "transactional_db", "stores"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.store)
    if not (config.getoption("--full") or any(".py" in one for one in config.args)):
        left_out = [item for item in items if not _is_usual(item)]
        config.stash[LEFT_OUT] = len(left_out)
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _is_usual(item)]
    _order(config, items)


def _is_usual(item: pytest.Item) -> bool:
    if item.get_closest_marker("slow"):
        return False
    place = item.nodeid.split("@")[0]
    return os.environ.get("TORIDE_TEST_STORE") != "postgres" or place.startswith(DIFFERENT)


def _order(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first, so that no process is left alone with one at the end; or as chance has it."""
    if (seed := config.getoption("--shuffle")) is not None:
        chance = random.Random(seed)
        files = {path: chance.random() for path in sorted({item.path for item in items})}
        items.sort(key=lambda item: (files[item.path], chance.random()))
        return
    places = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: next((at for one, at in places.items() if item.nodeid.startswith(one)), len(places)))
