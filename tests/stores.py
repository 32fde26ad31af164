"""Pytest plugin: lays out the stores once per process as the owner, then tests run as the app role."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as configured
from hypothesis import settings

if TYPE_CHECKING:
    from django.db.utils import ConnectionHandler

ROOT = Path(__file__).resolve().parents[1]
LAID_OUT = {"auth_permission", "django_content_type"}  # what `migrate` fills


def pytest_configure(config: pytest.Config) -> None:
    """What Hypothesis tries is the same in every run, so that none fails by chance; --full looks for more."""
    same = not config.getoption("--full", default=False)
    settings.register_profile("toride", deadline=None, derandomize=same)  # a busy machine is no finding
    settings.load_profile("toride")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    """Replaces pytest-django's: the databases are ours to lose, so there is no second set named test_…"""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "toride.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }
    subprocess.run([sys.executable, "-m", "toride", "migrate"], check=True, env=environment, cwd=ROOT)
    yield
    from django.db import connections

    connections.close_all()
    assert Path(os.environ["TORIDE_HOME"]) == configured.HOME


@pytest.fixture
def owner() -> Iterator["ConnectionHandler"]:
    """Connections as the owner of the stores: an attacker who has the database."""
    from django.db.utils import ConnectionHandler

    from toride.base import stores

    handler = ConnectionHandler(stores.databases(configured.HOME, "owner"))
    yield handler
    handler.close_all()


@pytest.fixture
def stores(django_db_setup: None, django_db_blocker: object, owner: "ConnectionHandler") -> Iterator[None]:
    """The stores with real commits, which other threads and processes see; afterwards they are as they were laid out."""
    from django.db import connections

    from toride.audit import writer

    with django_db_blocker.unblock():
        _forget()
        writer.forget()
        try:
            yield
        finally:
            connections.close_all()
            _empty(owner)
            _forget()
            writer.forget()


def _empty(owner: "ConnectionHandler") -> None:
    from django.apps import apps
    from django.db import router

    for alias in owner:
        store = owner[alias]
        store.set_autocommit(False)  # rows that refer to each other go together
        with store.cursor() as cursor:
            for table in (one._meta.db_table for one in apps.get_models() if router.db_for_write(one) == alias):
                if table not in LAID_OUT:
                    cursor.execute(f"DELETE FROM {store.ops.quote_name(table)}")
        store.commit()
        store.set_autocommit(True)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's clock stands still unless a test moves it: no test hangs on how long a step takes.

    Each reading is a microsecond after the one before, so that what came later stands later.
    """
    from toride.base import clock

    begin, readings = clock.now(), count()
    monkeypatch.setattr(clock, "now", lambda: begin + timedelta(microseconds=next(readings)))


@pytest.fixture
def house(db: None) -> object:
    """An institution with people, no customers yet (tests/people.py); what other tests left in memory is forgotten."""
    from tests.people import House

    _forget()
    return House()


@pytest.fixture(scope="session")
def on_postgres() -> bool:
    return os.environ.get("TORIDE_TEST_STORE") == "postgres"


def _forget() -> None:
    from django.utils import translation

    from toride.access import policy
    from toride.vault import keyring
    from toride.vault.index import process

    for one in (policy, keyring, process):
        one.forget()
    translation.deactivate()
