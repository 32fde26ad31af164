"""An installation made step by step takes the one step that replaced them, and nothing is laid out twice."""

from importlib import import_module

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tests.people import House

STEP = import_module("toride.access.migrations.0001_initial")


def test_who_took_the_steps_has_taken_the_one_that_replaced_them(house: House) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("access", "0001_initial")
    for name in STEP.REPLACED:
        recorder.record_applied("access", name)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert ("access", "0001_initial") in recorder.applied_migrations()
    executor.loader.check_consistent_history(connection)
