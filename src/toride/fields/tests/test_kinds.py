"""Every declared kind, field by field: cleaned, sealed, shown as far as a permit opens it, and never under another's rule."""

from dataclasses import replace

import pytest

from tests.people import House
from toride.access import facts
from toride.base.errors import ConfigurationError, Hidden, Refused
from toride.fields import kinds, types
from toride.fields.kinds import Kind
from toride.fields.types import Field
from toride.vault.models import SealedRecord
from toride.vault.permit import Category, Opening
from toride.vault.values import DOTS, Masked

pytestmark = [pytest.mark.requirement("C8", "K1"), pytest.mark.store]
SAMPLES = {types.YEN.clean: "1,200円", types.DAY.clean: "令和9年3月1日", types.KANA.clean: "サトウ"}
EACH = pytest.mark.parametrize("kind", kinds.declared().values(), ids=lambda kind: kind.code)


def sample(of: Field) -> str:
    return next(iter(of.type.options), "") or SAMPLES.get(of.type.clean, "件名の一例")


@EACH
def test_what_is_kept_is_sealed_and_opens_as_far_as_its_own_rules(house: House, kind: Kind) -> None:
    subject = house.customer()
    asked = house.permit(house.manager, "customers:profile:read", subject)
    record = kinds.add(asked, kind, subject, {one.name: sample(one) for one in kind.fields})
    blob = bytes(SealedRecord.objects.get(pk=record).blob)
    assert not [one.name for one in kind.fields if sample(one).encode() in blob]
    for one, opening in ((one, how) for one in kind.fields for how in (Opening.MASKED, Opening.CLOSED)):
        narrow = replace(asked, fields={kind.needs(one.name)[0]: opening})
        held = kinds.read(narrow, kind, {record: subject})[record]
        assert {name for name in kind.named if not held.values[name].shown} == {one.name}
        assert set(held.written()) == set(held.shape(narrow)["values"]) == set(kind.named) - {one.name}
        assert held.shape(narrow)["withheld"].keys() == {one.name}
        assert {str(held[name]) for name in kind.named} <= {DOTS, ""}
        with pytest.raises(Refused):
            kinds.change(narrow, held, {one.name: "別の値"}, revision=1, note={})
    elsewhere = replace(asked, fields={(kind.category, kind.fields[0].name): Opening.MASKED})  # another kind's field
    assert kinds.read(elsewhere, kind, {record: subject})[record].values[kind.fields[0].name].shown


@EACH
def test_each_change_is_in_the_history_and_masked_there_too(house: House, kind: Kind) -> None:
    subject = house.customer()
    asked = house.permit(house.manager, "customers:profile:read", subject)
    record = kinds.add(asked, kind, subject, {one.name: sample(one) for one in kind.fields})
    held = kinds.read(asked, kind, {record: subject})[record]
    assert kinds.change(asked, held, held.written(), revision=1, note={}) == []
    emptied = {one.name: "" for one in kind.fields if not one.must}
    assert set(kinds.change(asked, held, emptied, revision=1, note={"who": "大久保 誠"})) == set(emptied)
    (change,) = kinds.history(asked, held)
    assert {one.name for one, old, new in change.fields if old and not new} == set(emptied)
    masked = replace(asked, fields={kind.needs(name)[0]: Opening.MASKED for name in kind.named})
    (hidden,) = kinds.history(masked, held)
    assert all(isinstance(value, Masked) for _one, *pair in hidden.fields for value in pair)


@EACH
def test_a_record_of_another_customer_opens_nothing(house: House, kind: Kind) -> None:
    subject, other = house.customer(), house.customer("2")
    asked = house.permit(house.manager, "customers:profile:read", subject)
    record = kinds.add(asked, kind, subject, {one.name: sample(one) for one in kind.fields})
    everywhere = house.permit(house.steward, "customers:list:search")
    assert kinds.read(everywhere, kind, {record: other}) == {}
    held = kinds.read(asked, kind, {record: subject})[record]
    with pytest.raises(Hidden):
        kinds.change(asked, replace(held, subject=other), {kind.fields[0].name: "別"}, revision=None, note={})


@EACH
def test_rules_call_its_fields_by_the_kind(kind: Kind) -> None:
    labels = {str(facts.fields[kind.needs(name)[0]]) for name in kind.named}
    assert labels == {f"{kind.label}: {one.label}" for one in kind.fields}


def test_a_kind_is_declared_once_and_in_one_category() -> None:
    one, two = (Field(str(category), category, "", types.TEXT) for category in (Category.BASIC, Category.DERIVED))
    for wrong in (Kind("two", "", (one, two)), Kind("twice", "", (one, one)), *kinds.declared().values()):
        before = dict(facts.fields)
        with pytest.raises(ConfigurationError):
            kinds.declare(wrong)
        assert facts.fields == before
