"""What the source says without being run: which function calls which, and which of them write to a store.

Takes folders, so that a fence can be tried on a copy in which it is broken.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

APART = {"tests", "migrations"}
Place = tuple[str, str]  # of a function: its module, and its name there
Function = ast.FunctionDef | ast.AsyncFunctionDef
ORM = {
    "save", "asave", "create", "acreate", "delete", "adelete", "bulk_create", "abulk_create", "bulk_update",
    "abulk_update", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create", "executemany",
}  # fmt: skip
UPDATES = {"update", "aupdate"}
KEEPS_ITSELF = ("toride.audit", "toride.vault.keyring", "toride.vault.index")  # the trail; keys and blocks made at need
FILES = {("toride.vault.files", one) for one in ("keep", "extend", "drop")}  # sealed, beside the database
CHANGING = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|ALTER|DROP|CREATE)\b", re.IGNORECASE)


@dataclass(eq=False)
class Module:
    """One file."""

    name: str
    path: Path
    tree: ast.Module = field(repr=False)

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Those at its top, and those of its classes as `Class.name`."""
        found: dict[str, Function] = {}
        for node in self.tree.body:
            if isinstance(node, Function):
                found[node.name] = node
            elif isinstance(node, ast.ClassDef):
                found |= {f"{node.name}.{one.name}": one for one in node.body if isinstance(one, Function)}
        return found

    @cached_property
    def calls(self) -> dict[str, list[ast.Call]]:
        """Every call in every function."""
        return {
            name: [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            for name, function in self.functions.items()
        }

    @cached_property
    def imported(self) -> dict[str, str]:
        """Name → what it stands for, as far as it comes from elsewhere; imports within functions among them."""
        found: dict[str, str] = {}
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    found[one.asname or one.name.split(".")[0]] = one.name if one.asname else one.name.split(".")[0]
            elif isinstance(node, ast.ImportFrom):
                above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                source = ".".join([*above, *([node.module] if node.module else [])])
                found |= {one.asname or one.name: f"{source}.{one.name}" for one in node.names}
        return found

    @cached_property
    def imports(self) -> set[str]:
        """Whole modules that it imports by their name."""
        nodes = (node for node in ast.walk(self.tree) if isinstance(node, ast.Import))
        return {one.name for node in nodes for one in node.names}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Constants of text at its top."""
        return {
            target.id: text
            for node in self.tree.body
            if isinstance(node, ast.Assign) and (text := _text(node.value))
            for target in node.targets
            if isinstance(target, ast.Name)
        }


class Source:
    """Every module of one package, without tests and migrations."""

    def __init__(self, *folders: Path) -> None:
        """Folders of `toride`: what the first one lacks may stand in another."""
        self.modules = {one.name: one for folder in folders for one in _read(folder)}

    def functions(self) -> Iterator[tuple[Module, str, Function]]:
        for module in self.modules.values():
            for name, function in module.functions.items():
                yield module, name, function

    def write(self, module: Module, name: str) -> str | None:
        """The way to the nearest write that this function reaches, if it reaches any. Services that are recorded tell
        their own, and so does the trail.
        """
        return self._ways.get((module.name, name))

    def calls(self, module: Module, name: str) -> set[Place]:
        """Functions of the package that this one calls."""
        return {one for _node, ours in self._edges[module.name, name] for one in ours}

    @cached_property
    def _edges(self) -> dict[Place, list[tuple[ast.Call, list[Place]]]]:
        """Every call in every function, with the functions of the package that it may be."""
        return {
            (module.name, name): [(node, list(self._called(node, module, name))) for node in calls]
            for module in self.modules.values()
            for name, calls in module.calls.items()
        }

    @cached_property
    def _ways(self) -> dict[Place, str]:
        """Back from each write to whoever calls it."""
        callers: dict[Place, list[Place]] = {}
        ways = dict.fromkeys(FILES & self._edges.keys(), "a sealed file")
        for place, calls in self._edges.items():
            for node, ours in calls:
                if not ours and (own := _is_write(node, self.modules[place[0]])):
                    ways.setdefault(place, own)
                for target in ours:
                    if not self._tells(target):
                        callers.setdefault(target, []).append(place)
        open_ = list(ways)
        for place in open_:  # grows behind
            for caller in callers.get(place, ()):
                if caller not in ways:
                    ways[caller] = f"{'.'.join(place).removeprefix('toride.')} → {ways[place]}"
                    open_.append(caller)
        return ways

    def _tells(self, place: Place) -> bool:
        """Does whatever it writes reach the trail, or is it the trail's and the keys' own?"""
        module, name = place
        return module.startswith(KEEPS_ITSELF) or marked(self.modules[module].functions[name], "recorded")

    def _called(self, node: ast.Call, module: Module, within: str) -> Iterator[Place]:
        target = node.func
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
            name = f"{within.partition('.')[0]}.{target.attr}"
            if name in module.functions:
                yield module.name, name
            return
        name = dotted(target) or ""
        first, _, rest = name.partition(".")
        if not rest and first in module.functions:
            yield module.name, first
        if first in module.imported:
            whole = module.imported[first] + (f".{rest}" if rest else "")
            owner, _, called = whole.rpartition(".")
            if found := self._resolved(owner, called):
                yield found

    def _resolved(self, owner: str, called: str) -> Place | None:
        """The function behind a name, through packages that only pass it on."""
        seen = set()
        while (module := self.modules.get(owner)) and owner not in seen:
            seen.add(owner)
            if called in module.functions:
                return module.name, called
            owner, _, called = module.imported.get(called, "").rpartition(".")
        return None


def _read(folder: Path) -> Iterator[Module]:
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        if not APART & set(parts) and path.name != "conftest.py":
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield _module(name, path)


@cache
def _module(name: str, path: Path) -> Module:
    return Module(name, path, ast.parse(path.read_text(encoding="utf-8")))


def marked(function: Function, name: str) -> bool:
    """Does it carry this mark, called with arguments or bare?"""
    return any(name in (dotted(getattr(one, "func", one)) or "").split(".") for one in function.decorator_list)


def first_argument(function: Function) -> tuple[str, str]:
    """Its name, and its annotation as it is written."""
    for one in (*function.args.posonlyargs, *function.args.args):
        if one.arg not in ("self", "cls"):
            return one.arg, ast.unparse(one.annotation) if one.annotation else ""
    return "", ""


def dotted(node: ast.expr) -> str | None:
    """`a.b.c`, where it is nothing else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else None
    return None


def _is_write(node: ast.Call, module: Module) -> str | None:
    if not isinstance(node.func, ast.Attribute):
        return None
    name = node.func.attr
    if name in ORM or (name in UPDATES and not node.args and node.keywords):  # a mapping's takes it by position
        return ast.unparse(node.func)[-60:]
    if name == "execute" and node.args:
        text = _text(node.args[0]) or module.texts.get(dotted(node.args[0]) or "", "")
        return text[:40] if CHANGING.match(text) else None
    return None


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and node.values:
        return _text(node.values[0])
    if isinstance(node, ast.BinOp):
        return _text(node.left)
    return ""
