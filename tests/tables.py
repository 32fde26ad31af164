"""The tables of all packages, joined."""

import importlib
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "toride"


def tables() -> Iterator[object]:
    for path in sorted(SOURCE.glob("*/tests/addresses.py")):
        yield importlib.import_module(f"toride.{path.parts[-3]}.tests.addresses")


TABLE = {one.name: one for table in tables() for one in getattr(table, "ADDRESSES", ())}
KNOWN = {name: make for table in tables() for name, make in table.KNOWN.items()}
