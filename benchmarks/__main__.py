"""`./toride bench`: builds a fictional institution in a place of its own, measures it, throws it away."""

import json
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks import keeping, place, serving
from benchmarks.place import Place
from benchmarks.timing import machine
from tests import cluster

CUSTOMERS = 100_000
QUICK = 2_000


@dataclass(frozen=True)
class Size:
    """How much is measured: customers, searches of each kind, rows of an import, seconds of each load."""

    customers: int
    searches: int = 30
    rows: int = 20_000
    seconds: float = 2.0
    pages: int = 300


def search(where: Place, size: Size) -> Any:
    return where.section("search", str(size.searches))


def importing(where: Place, size: Size) -> Any:
    return where.section("importing", str(size.rows))


def pages(where: Place, size: Size) -> Any:
    return serving.measure(where, size.seconds)


def auditing(where: Place, size: Size) -> Any:
    return where.section("auditing", str(size.pages))


def deciding(where: Place, size: Size) -> Any:
    return where.section("deciding", str(size.pages))


def care(where: Place, size: Size) -> Any:
    return keeping.measure(where, size.customers)


SECTIONS: dict[str, Callable[[Place, Size], Any]] = {
    "search": search,
    "pages": pages,
    "audit": auditing,
    "deciding": deciding,
    "care": care,
    "import": importing,
}


@click.command()
@click.option("--customers", type=click.IntRange(100, 1_000_000), default=CUSTOMERS, show_default=True)
@click.option("--store", type=click.Choice(["sqlite", "postgres", "both"]), default="both", show_default=True)
@click.option("--quick", is_flag=True, help=f"{QUICK:,} customers and short loads: does it run?")
@click.option("--only", type=click.Choice(list(SECTIONS)), multiple=True, help="Only these sections.")
@click.option("--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures to a file.")
def bench(customers: int, store: str, quick: bool, only: tuple[str, ...], out: Path | None) -> None:
    """Measure: every figure as a ratio to a reference of the same run."""
    size = Size(QUICK, 5, 2_000, 1.0, 40) if quick else Size(customers)
    stores = [store] if store != "both" else ["sqlite", "postgres"] if cluster.binaries() else ["sqlite"]
    found: dict[str, Any] = {"python": platform.python_version(), "customers": size.customers, "machine": machine()}
    show("machine", found)
    for one in stores:
        with place.made(one) as where:
            where.toride("demo", "--customers", str(size.customers), "--no-serve")
            found[one] = {}
            for name in only or SECTIONS:
                found[one][name] = SECTIONS[name](where, size)
                show(f"{one}: {name}", found[one][name])
    if out:
        out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def show(title: str, figures: Any) -> None:
    """One line for each figure; a table where the figures are tables."""
    click.echo(f"\n── {title}")
    for name, value in _flat(figures):
        click.echo(f"{name:44} {value}")
    sys.stdout.flush()


def _flat(figures: Any, before: str = "") -> list[tuple[str, Any]]:
    lines: list[tuple[str, Any]] = []
    for name, value in figures.items():
        if isinstance(value, dict) and any(isinstance(part, dict) for part in value.values()) and not before:
            lines += _flat(value, f"{name}: ")
        elif isinstance(value, dict):
            lines.append((before + name, "  ".join(f"{key} {_short(part)}" for key, part in value.items())))
        else:
            lines.append((before + name, _short(value)))
    return lines


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "/".join(str(part) for part in value.values())
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    bench(prog_name="toride bench")
