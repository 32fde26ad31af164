"""The fences: each takes the source and gives what stands outside, so that a package that comes tomorrow is inside."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.architecture.calls import Function, Module, Source, dotted, first_argument, marked

GROUND = {"base", "jobs", "ui", "vault", "audit", "access", "api", "scim", "demo", "cli"}
FLOORS = (("urls",), ("views", "api", "tasks", "commands"), ("forms", "holdings", "panels", "facts"), ("services",),
          ("queries",), ("models",), ("actions",))  # fmt: skip
FLOOR = {name: floor for floor, names in enumerate(FLOORS) for name in names}
PLACED = {"branch", "owner", "subject", "customer"}  # columns by which a row belongs to somebody's scope
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SCOPES = {"within"}
ASKING = {"views", "forms", "urls", "api"}


def is_public(name: str) -> bool:
    return not name.rpartition(".")[2].startswith("_")


def package(module: Module) -> str:
    """The room: `customers` for `toride.customers.imports.views`."""
    return [*module.name.split("."), ""][1]


def domains(source: Source) -> set[str]:
    """Every package that does the work: not the ground, the keep, or a door."""
    return {package(one) for one in source.modules.values() if one.name.count(".") > 1} - GROUND


def unrecorded(source: Source) -> dict[str, str]:
    """Public functions that take a permit and write without telling it → the way to the write."""
    found = {}
    for module, name, function in source.functions():
        argument, kind = first_argument(function)
        takes = argument == "permit" or kind.split(".")[-1].strip("'\"") == "Permit"
        if (
            is_public(name)
            and takes
            and not marked(function, "recorded")
            and not module.name.startswith("toride.vault")
            and (way := source.write(module, name))
        ):
            found[f"{module.name.removeprefix('toride.')}.{name}"] = way
    return found


def writing_views(source: Source) -> dict[str, str]:
    """Guarded views that write without a service that is recorded → the way to the write."""
    return {
        f"{module.name.removeprefix('toride.')}.{name}": way
        for module, name, function in source.functions()
        if marked(function, "guarded") and (way := source.write(module, name))
    }


def placed_models(source: Source) -> set[str]:
    """Models of domains whose rows belong to a branch, an owner or a customer."""
    found = set()
    for module in source.modules.values():
        if package(module) in domains(source):
            for node in module.tree.body:
                if isinstance(node, ast.ClassDef) and PLACED & set(_columns(node)):
                    found.add(node.name)
    return found


def _columns(model: ast.ClassDef) -> Iterator[str]:
    for node in model.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            kind = (dotted(node.value.func) or "").split(".")[-1]
            if kind.endswith(("Field", "ForeignKey")):
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def unscoped(source: Source) -> set[str]:
    """Functions of domains that ask for rows of somebody's scope, and neither call `within` nor ask for rows that are
    the actor's own, the job's, or held already.
    """
    placed, found = placed_models(source), set()
    for module in source.modules.values():
        if package(module) not in domains(source):
            continue
        for name, function in module.functions.items():
            asked = [one for one in _managers(function) if one.value.id in placed]
            if asked and not _calls(function) & SCOPES and not all(_is_held(one, function) for one in asked):
                found.add(f"{module.name.removeprefix('toride.')}.{name}")
    return found


def _managers(function: Function) -> Iterator[ast.Attribute]:
    """`Model.objects`, wherever it stands, and what Django calls it else."""
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS and isinstance(node.value, ast.Name):
            yield node


def _asks(function: Function) -> set[str]:
    return {node.value.id for node in _managers(function)}


def _is_held(manager: ast.Attribute, function: Function) -> bool:
    """`Model.objects.filter(person=permit.actor.id)`, `.get(job=run.job)`, `.filter(pk=source.pk)`; and a row made."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and manager in ast.walk(node.func):
            if node.func.attr in ("create", "bulk_create"):
                return True
            values = [dotted(one.value) or "" for one in node.keywords]
            if any(one in ("permit.actor.id", "run.job") or one.endswith(".pk") for one in values):
                return True
    return False


@cache
def _calls(function: Function) -> set[str]:
    """The last name of whatever it calls."""
    return {
        getattr(node.func, "attr", getattr(node.func, "id", ""))
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    }


def asking_views(source: Source) -> set[str]:
    """Functions of views and forms of domains, and operations of the doors, that ask a table themselves."""
    found = set()
    for module, name, function in source.functions():
        page = package(module) in domains(source) and module.name.split(".")[-1] in ASKING
        if (page or marked(function, "act")) and _asks(function):
            found.add(f"{module.name.removeprefix('toride.')}.{name}")
    return found


def climbing(source: Source) -> set[str]:
    """Imports against the order within a domain: urls → views → forms, facts → services → queries → models → actions."""
    found = set()
    for module in source.modules.values():
        folder, _, name = module.name.rpartition(".")
        if package(module) not in domains(source) or name not in FLOOR:
            continue
        for target in module.imported.values():
            for whole in (target, target.rpartition(".")[0]):
                other_folder, _, other = whole.rpartition(".")
                if other_folder == folder and whole in source.modules and FLOOR.get(other, 99) < FLOOR[name]:
                    found.add(f"{module.name.removeprefix('toride.')} → {other}")
    return found


def makers_of_permits(source: Source) -> set[str]:
    """Modules that make a permit, beside the type's own."""
    return {
        module.name.removeprefix("toride.")
        for module in source.modules.values()
        if module.name != "toride.vault.permit"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and (dotted(node.func) or "").split(".")[-1] == "Permit"
    }


KEYS = {"toride.vault.keyring": {"Kind", "generations", "living"}, "toride.vault.aead": {"Unopenable"}}


def holders_of_keys(source: Source) -> set[str]:
    """What is taken from the vault's modules of keys, outside of it, beside names that hold none."""
    return {
        f"{module.name.removeprefix('toride.')}: {taken.removeprefix('toride.vault.')}"
        for module in source.modules.values()
        if package(module) != "vault"
        for taken in _taken(module)
        for owner, allowed in KEYS.items()
        if taken.startswith(f"{owner}.") and taken.removeprefix(f"{owner}.").split(".")[0] not in allowed
    }


@cache
def _taken(module: Module) -> set[str]:
    """Whole names: what is imported, and what is asked of a module that is imported."""
    found = {*module.imports, *module.imported.values()}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and (name := dotted(node)):
            first, _, rest = name.partition(".")
            if first in module.imported:
                found.add(f"{module.imported[first]}.{rest}")
    return found


def openers_of_addresses(source: Source) -> set[str]:
    """Who fetches by the standard library, past the one way out."""
    return {
        module.name.removeprefix("toride.")
        for module in source.modules.values()
        if any(one.startswith(("urllib.request", "http.client")) for one in _taken(module))
    }


RAW = {"cursor", "execute", "executemany", "raw", "extra", "RawSQL"}


def speaks_sql(module: Module) -> bool:
    """Words of its own to a database, or the vault's help for such."""
    helped = any(one.startswith("toride.vault.rows") for one in module.imported.values())
    return helped or any(_calls(function) & RAW for function in module.functions.values())


def writers_of_sql(source: Source) -> set[str]:
    """Modules of domains that speak SQL, where no scope helps."""
    return {
        module.name.removeprefix("toride.")
        for module in source.modules.values()
        if package(module) in domains(source) and speaks_sql(module)
    }
