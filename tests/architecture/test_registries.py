"""Many domains declare to one floor: a second declaration adds to the first or fails loudly, and never replaces it."""

import ast
import importlib
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from toride.access import facts
from toride.access.approvals import requests as approvals
from toride.access.facts import Facts
from toride.audit import naming
from toride.base import actions
from toride.base.errors import ConfigurationError
from toride.fields import kinds
from toride.lists import declaration as lists
from toride.panels import record as panels
from toride.ui import side
from toride.vault import projecting
from toride.vault.index import columns
from toride.work import kinds as work

pytestmark = pytest.mark.requirement("A1")
SOURCE = Path(__file__).resolve().parents[2] / "src" / "toride"
Named = tuple[ModuleType, str]


def registries() -> Iterator[Named]:
    """Every function of a floor that takes a declaration: named so, and with something to declare."""
    for path in sorted(SOURCE.rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.split("_")[0] in {"declare", "register", "describe"}:
                arguments = [*node.args.args, *node.args.kwonlyargs]
                if arguments and arguments[0].arg != "permit" and not node.decorator_list:
                    name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
                    yield importlib.import_module(name), node.name


class Second(StrEnum):
    OTHER = "second:thing:do"


def _nobody(*_: Any) -> None:
    return None


def _nothing(*_: Any) -> list[Any]:
    return []


LOUD: dict[Named, Callable[[], Any]] = {
    (actions, "declare"): lambda: actions.declare(StrEnum("Again", {"READ": next(iter(actions.declared()))})),
    (actions, "describe"): lambda: actions.describe({Second.OTHER: actions.happening("")}),
    (approvals, "declare"): lambda: approvals.declare(replace(next(iter(approvals._acts.values())))),
    (facts, "declare_fields"): lambda: facts.declare_fields(dict.fromkeys([*facts.fields][-1:], "another")),
    (lists, "declare"): lambda: lists.declare(next(iter(lists.declared().values()))),
    (kinds, "declare"): lambda: kinds.declare(next(iter(kinds.declared().values()))),
    (work, "declare"): lambda: work.declare(next(iter(work.kinds().values()))),
    (work, "declare_source"): lambda: work.declare_source(next(iter(work.sources().values()))),
    (panels, "declare"): lambda: panels.declare(replace(panels._declared[0], address="other")),
    (naming, "register"): lambda: naming.register(subject=lambda _text: uuid4()),
    (naming, "register_purposes"): lambda: naming.register_purposes(dict.fromkeys([*naming.purposes][:1], "another")),
    (columns, "declare"): lambda: columns.declare(columns.Schema((), "2")),
    (projecting, "declare"): lambda: projecting.declare(
        columns.Schema((), "2"), projecting.Projection("second", (), lambda _ids: {}, lambda _clear, _profile: {})
    ),
}
ADDS: dict[Named, tuple[str, Callable[[], Any]]] = {
    (facts, "declare"): ("_answers", lambda: facts.declare(_nobody, _nothing)),
    (side, "declare"): ("_answers", lambda: side.declare(_nothing)),
    (side, "declare_today"): ("_today", lambda: side.declare_today(_nothing)),
    (side, "declare_waiting"): ("_counts", lambda: side.declare_waiting(_nothing)),
}


def kept(module: ModuleType) -> dict[str, Any]:
    return {name: copy(value) for name, value in vars(module).items() if isinstance(value, dict | list)}


def test_every_registry_is_looked_at() -> None:
    assert set(registries()) == {*LOUD, *ADDS}


@pytest.mark.parametrize("registry", LOUD, ids=lambda one: f"{one[0].__name__}.{one[1]}")
def test_a_second_declaration_that_cannot_be_added_fails_and_changes_nothing(registry: Named) -> None:
    before = kept(registry[0])
    with pytest.raises((ConfigurationError, ValueError)):
        LOUD[registry]()
    assert kept(registry[0]) == before


@pytest.mark.parametrize("registry", ADDS, ids=lambda one: f"{one[0].__name__}.{one[1]}")
def test_a_second_declaration_adds_to_the_first(registry: Named, monkeypatch: pytest.MonkeyPatch) -> None:
    module, (name, declare) = registry[0], ADDS[registry]
    before = list(getattr(module, name))
    assert before
    monkeypatch.setattr(module, name, list(before))
    declare()
    assert getattr(module, name)[: len(before)] == before
    assert len(getattr(module, name)) == len(before) + 1
    with pytest.raises(ConfigurationError):
        declare()


def test_a_subject_of_a_second_domain_is_known_beside_those_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    customer, employee, nobody = uuid4(), uuid4(), uuid4()
    here, there = Facts("002", None), Facts("003", employee)
    monkeypatch.setattr(facts, "_answers", [])
    for known in ({customer: here}, {employee: there, customer: there}):
        facts.declare(known.get, lambda ids, known=known: {one: known[one] for one in ids if one in known})
    assert [facts.of(one) for one in (customer, employee, nobody)] == [here, there, None]
    assert facts.of_each([nobody, employee, customer]) == {customer: here, employee: there}
