"""Pytest plugin: lays out the stores once per process as the owner, then tests run as the app role."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    settings.register_profile("toride", deadline=None)  # a busy machine is no finding
    settings.load_profile("toride")
    config.addinivalue_line("markers", "requirement(*ids): the rows of the requirements that this test shows")
    config.addinivalue_line("markers", "store: touches a store; runs on SQLite and on PostgreSQL")
    config.addinivalue_line("markers", "journey: drives a real browser")
    config.addinivalue_line("markers", "slow: takes more than a few seconds")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "house" in getattr(item, "fixturenames", ()) and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(databases="__all__"))
        if {"db", "transactional_db", "stores"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.store)


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
def house(db: None) -> object:
    """An institution with people, no customers yet (tests/people.py); what other tests left in memory is forgotten."""
    from tests.people import House
    from toride.access import policy
    from toride.vault import keyring
    from toride.vault.index import process

    process.forget()
    keyring.forget()
    policy.forget()
    return House()
