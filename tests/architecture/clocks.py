"""Which tests assert what a clock says: such a test tells how busy the machine is."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.calls import Function, dotted

CLOCKS = {
    f"{name}{unit}"
    for name in ("time.time", "time.monotonic", "time.perf_counter", "time.process_time", "time.thread_time")
    for unit in ("", "_ns")
} | {"time.clock_gettime", "os.times", "until", "tree.until"}
PARTS = {"ru_utime", "ru_stime"}  # of what getrusage(2) says; its memory is no clock

FURTHER = tuple(f".{name}" for name in CLOCKS if name.startswith("time."))  # of a module that imports it


def asserting(path: Path) -> Iterator[str]:
    """`test_x.py:12` for each assertion about what a clock said, by whatever name it goes there."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
        told = _told(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Assert) and _speaks(node.test, told):
                yield f"{path.name}:{node.lineno}"


def _told(function: Function) -> set[str]:
    """Names that hold what a clock said, or anything made from it."""
    told: set[str] = set()
    while True:
        more = {
            name
            for node in ast.walk(function)
            for target, value in _bound(node)
            if _speaks(value, told)
            for name in _names(target)
        }
        if more <= told:
            return told
        told |= more


def _bound(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is bound to what: by assignment, or by being put into a collection."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "add"):
        yield from ((node.func.value, one) for one in node.args)


def _names(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _speaks(value: ast.expr, told: set[str]) -> bool:
    for node in ast.walk(value):
        if isinstance(node, ast.Name) and node.id in told:
            return True
        if isinstance(node, ast.Call):
            name = dotted(node.func) or ""
            if name in CLOCKS or name.endswith(FURTHER):
                return True
        if isinstance(node, ast.Attribute) and node.attr in PARTS:
            return True
    return False
