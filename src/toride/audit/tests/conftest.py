"""Stores with real commits, and a trail that begins anew with each test."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.db.utils import ConnectionHandler

from toride.audit import writer
from toride.base import stores as base

AUDIT = ("inbox", "entry", "tile", "checkpoint", "listed", "touched", "projected")


@pytest.fixture
def owner() -> Iterator[ConnectionHandler]:
    """Connections as the owner of the stores: an attacker who has the database."""
    handler = ConnectionHandler(base.databases(settings.HOME, "owner"))
    yield handler
    handler.close_all()


@pytest.fixture
def stores(django_db_setup: None, django_db_blocker: pytest.FixtureRequest, owner: ConnectionHandler) -> Iterator[None]:
    """Every store with commits that last, empty of events, before and after."""
    with django_db_blocker.unblock():
        _wipe(owner)
        yield
        _wipe(owner)


def _wipe(owner: ConnectionHandler) -> None:
    connections.close_all()
    for alias, tables in (("audit", [f"audit_{one}" for one in AUDIT]), ("default", ["audit_outbox"])):
        with owner[alias].cursor() as cursor:
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")
    writer.forget()


@pytest.fixture(scope="session")
def on_postgres() -> bool:
    return os.environ.get("TORIDE_TEST_STORE") == "postgres"
