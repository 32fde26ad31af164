"""Lays out and upgrades the three stores, as their owner, and gives each role just what it needs."""

import os
from typing import Any

import click

from toride.base import terminal

GRANTS = {
    "default": {
        "app": ["GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app",
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO app"],
        "sequencer": ["GRANT SELECT, DELETE ON audit_outbox TO sequencer"],
    },
    "keys": {
        "app": ["GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app",
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO app"],
    },
    "audit": {
        "app": ["GRANT SELECT ON ALL TABLES IN SCHEMA public TO app",
                "GRANT INSERT ON audit_inbox TO app"],
        "sequencer": ["GRANT SELECT ON ALL TABLES IN SCHEMA public TO sequencer",
                      "GRANT INSERT ON audit_entry, audit_checkpoint, audit_tile, audit_inbox TO sequencer",
                      "GRANT DELETE ON audit_inbox TO sequencer",
                      "GRANT UPDATE ON audit_tile TO sequencer",
                      "GRANT INSERT, UPDATE, DELETE ON audit_listed, audit_touched, audit_projected TO sequencer"],
    },
}  # fmt: skip


@click.command(cls=terminal.Command)
def migrate() -> None:
    """Create or upgrade the databases (as their owner)."""
    layout()


def layout() -> None:
    """Migrates every store and grants; safe to repeat. Needs the owner's URLs on PostgreSQL."""
    os.environ["TORIDE_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toride.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from toride.base.stores import Router

    for alias in GRANTS:
        # A store that holds one package's tables takes that package's migrations: half the time of a first start.
        alone = [label for label, store in Router.stores.items() if store == alias and isinstance(label, str)]
        call_command("migrate", *alone, database=alias, verbosity=0, interactive=False)
        grant(connections[alias], alias)


def grant(connection: Any, alias: str) -> None:
    """Gives the app and sequencer roles exactly their rights; SQLite has no roles."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for role, statements in GRANTS[alias].items():
            cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            for statement in statements:
                cursor.execute(statement)
