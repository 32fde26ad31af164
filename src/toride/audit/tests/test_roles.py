"""On a server, nobody's database role can change what was entered."""

import os

import pytest
from django.conf import settings
from django.db import ProgrammingError, connections
from django.db.utils import ConnectionHandler

from tests import settings as tests_settings
from toride.audit import proofs, record
from toride.audit.sequencer import settle
from toride.audit.tests.acts import event
from toride.base import stores as base

pytestmark = pytest.mark.skipif(os.environ.get("TORIDE_TEST_STORE") != "postgres", reason="SQLite has no roles")

TABLES = ("inbox", "entry", "tile", "checkpoint", "listed", "touched", "projected")
CHANGES = ("UPDATE audit_{} SET {} = {}", "DELETE FROM audit_{}", "TRUNCATE audit_{}", "DROP TABLE audit_{}")
COLUMN = {"checkpoint": "size", "tile": "n", "inbox": "id", "projected": "id"}


def statements(table):
    column = COLUMN.get(table, "idx")
    return [text.format(table, column, column) for text in CHANGES]


def is_forbidden(connection, statement):
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


@pytest.mark.requirement("T2")
@pytest.mark.parametrize("table", TABLES)
def test_app_can_change_nothing(stores, table):
    record([event()])
    assert settle()
    for statement in statements(table):
        assert is_forbidden(connections["audit"], statement), statement


@pytest.mark.requirement("T2")
@pytest.mark.parametrize("table", [table for table in TABLES if table != "inbox"])
def test_app_can_enter_nothing_itself(stores, table):
    record([event()])
    assert settle()
    assert is_forbidden(connections["audit"], f"INSERT INTO audit_{table} SELECT * FROM audit_{table}")


@pytest.mark.requirement("T2")
@pytest.mark.parametrize("table", ["entry", "checkpoint"])
def test_sequencer_can_add_and_never_change(stores, table):
    record([event()])
    assert settle()
    handler = ConnectionHandler(base.databases(settings.HOME, "sequencer"))
    for statement in statements(table):
        assert is_forbidden(handler["audit"], statement), statement
    handler.close_all()


@pytest.mark.requirement("T2")
def test_sequencer_sees_nothing_of_the_data_but_the_outbox(stores):
    handler = ConnectionHandler(base.databases(settings.HOME, "sequencer"))
    assert is_forbidden(handler["default"], "SELECT * FROM access_person")
    assert is_forbidden(handler["default"], "INSERT INTO audit_outbox (bytes) VALUES ('')")
    assert not is_forbidden(handler["default"], "SELECT * FROM audit_outbox")
    handler.close_all()


@pytest.mark.requirement("T1")
def test_connection_that_the_server_dropped_is_made_anew(stores):
    record([event()])
    tests_settings.data_cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
    record([event()])
    connections.close_all()
    assert settle()
    report = proofs.check(None, signatures=True)
    assert (report.entries, report.findings) == (3, [])
