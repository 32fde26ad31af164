"""Every kind of sealed record, in every category: sealed at rest, and gone with its category and with its customer.

Kinds are found in the source, or declared: one that comes tomorrow is tried from its first day.
"""

import ast
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from tests.architecture.calls import Module, Source
from toride.fields.kinds import declared
from toride.vault import records, subjects
from toride.vault.models import SealedRecord
from toride.vault.permit import Category
from toride.vault.records import Draft
from toride.vault.tests.permits import permit

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.requirement("K1")]
SOURCE = Path(__file__).resolve().parents[1] / "src" / "toride"
NEEDLE = "瑠璃垣 螢"
NAMES = {"kind", "history"}  # of arguments that say which kind is written
WRITERS = {"Draft", "Amendment", "amend", "restore", "take_in"}


def kinds(source: Source) -> set[str]:
    """What the calls that write sealed records call them: as text, or by a constant of their module."""
    found = set()
    for module in source.modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in WRITERS:
                found |= {text for one in node.keywords if one.arg in NAMES and (text := _text(one.value, module))}
    return found


def _text(value: ast.expr, module: Module) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    return module.texts.get(getattr(value, "id", ""), "")  # a name of an argument is another call's to say


DECLARED = {name for one in declared().values() for name in (one.code, one.history)}
KINDS = sorted(kinds(Source(SOURCE)) | DECLARED)
EACH = list(product(KINDS, Category))


def keep(subject: UUID, kind: str, category: Category) -> None:
    records.write([Draft(subject=subject, category=category, kind=kind, data={"name": NEEDLE})])


def opened(subject: UUID, kind: str) -> set[Category]:
    return {one.category for one in records.read(permit(), [subject], kinds=[kind]).get(subject, ())}


def test_kinds_are_found() -> None:
    assert {"profile", "history", "apart", "deal", "deal-history"} <= set(KINDS)


@pytest.mark.parametrize(("kind", "category"), EACH)
def test_it_is_sealed_at_rest(kind: str, category: Category) -> None:
    (subject,) = subjects.create()
    keep(subject, kind, category)
    (row,) = SealedRecord.objects.filter(subject=subject).values()
    stored = b"".join(bytes(one) if isinstance(one, (bytes, memoryview)) else str(one).encode() for one in row.values())
    for encoding in ("utf-8", "utf-16-le", "cp932"):
        assert NEEDLE.encode(encoding) not in stored
    assert opened(subject, kind) == {category}


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_with_its_category_and_with_its_customer(
    kind: str, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    one, other = subjects.create(2)
    for subject, category in product((one, other), Category):
        keep(subject, kind, category)
    left = set(Category)
    for category in Category:
        with django_capture_on_commit_callbacks(using="default", execute=True):
            subjects.erase_category(one, category)
        left.remove(category)
        assert opened(one, kind) == left
        assert opened(other, kind) == set(Category)
    with django_capture_on_commit_callbacks(using="default", execute=True):
        subjects.erase([other])
    assert opened(other, kind) == set()
    assert not SealedRecord.objects.filter(subject=other).exists()
