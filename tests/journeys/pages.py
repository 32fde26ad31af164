"""Waiting for what another process is about to do."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from tests.processes.tree import until


def loaded_until(page: object, true: Callable[[], object]) -> None:
    """Loads the page again and again, until it shows it."""

    def look() -> object:
        page.reload()
        return true()

    until(look)


def entered(home: Path, action: str) -> bool:
    """Does an event of this action have its place in the trail?"""
    with sqlite3.connect(home / "audit" / "audit.db", timeout=60) as trail:
        found = trail.execute("SELECT COUNT(*) FROM audit_listed WHERE action = ?", [action]).fetchone()
    return bool(found[0])
