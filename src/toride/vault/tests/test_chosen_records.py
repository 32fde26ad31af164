"""A permit opens the records that were asked for, and of each kind the fields that its own rules name."""

from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from toride.base.errors import Refused
from toride.vault import records, subjects
from toride.vault.permit import PROFILE, Category, Mode, Opening, ruled
from toride.vault.records import Draft
from toride.vault.tests.permits import SATO, TANIGUCHI, permit
from toride.vault.values import Masked, Opened

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.store, pytest.mark.requirement("K1", "C8")]
BASIC, TRANSACTIONS = Category.BASIC, Category.TRANSACTIONS
KINDS = (PROFILE, "deal", "sales.deal", "deal.line")


def keep(subject, kind="deal", data=SATO, category=TRANSACTIONS):
    return records.write([Draft(subject=subject, category=category, kind=kind, data=data)])[0]


def test_only_the_records_asked_for_are_opened_and_told():
    sato, taniguchi = subjects.create(2)
    wanted, other = keep(sato), keep(sato)
    keep(taniguchi)
    asked = permit()
    found = records.read(asked, [sato, taniguchi], kinds=["deal"], records=[wanted])
    assert {subject: [one.id for one in those] for subject, those in found.items()} == {sato: [wanted], taniguchi: []}
    assert asked.ledger.touches == {(sato, Mode.CLEAR): 1 << TRANSACTIONS}
    assert {one.id for one in records.read(asked, [sato], kinds=["deal"])[sato]} == {wanted, other}
    assert records.read(asked, [sato], kinds=["deal"], records=[]) == {sato: []}


@pytest.mark.requirement("A1")
def test_a_record_of_another_subject_kind_or_category_opens_nothing():
    sato, taniguchi = subjects.create(2)
    theirs = keep(taniguchi)
    profile = keep(sato, PROFILE, SATO, BASIC)
    closed = keep(sato, "deal", SATO, BASIC)
    asked = permit({TRANSACTIONS: Opening.CLEAR})
    for stolen in (theirs, profile, closed, uuid4()):
        assert records.read(asked, [sato], kinds=["deal"], records=[stolen]) == {sato: []}
        assert asked.ledger.touches == {}
    of_one = permit(subject=sato)
    with pytest.raises(Refused):
        records.read(of_one, [taniguchi], kinds=["deal"], records=[theirs])
    assert of_one.ledger.touches == {}


def test_a_rule_about_one_kind_says_nothing_of_another():
    (subject,) = subjects.create()
    for kind in KINDS:
        keep(subject, kind, TANIGUCHI, BASIC)
    for ruling, opening in product(KINDS, (Opening.MASKED, Opening.CLOSED)):
        asked = permit(fields={(BASIC, ruled(ruling, "phone")): opening})
        found = {one.kind: one.values["phone"] for one in records.read(asked, [subject], kinds=KINDS)[subject]}
        assert {kind for kind, value in found.items() if not isinstance(value, Opened)} == {ruling}


@pytest.mark.requirement("A1")
def test_a_field_that_is_open_in_one_kind_opens_nothing_of_another():
    (subject,) = subjects.create()
    for kind in KINDS:
        keep(subject, kind, TANIGUCHI, BASIC)
    for base, ruling in product((Opening.CLOSED, Opening.MASKED), KINDS):
        asked = permit({BASIC: base}, {(BASIC, ruled(ruling, "phone")): Opening.CLEAR})
        found = {one.kind: one.values for one in records.read(asked, [subject], kinds=KINDS)[subject]}
        assert isinstance(found[ruling]["phone"], Opened)
        assert not isinstance(found[ruling]["name"], Opened)
        rest = {kind: values["phone"] for kind, values in found.items() if kind != ruling}
        assert set(rest) == (set() if base is Opening.CLOSED else set(KINDS) - {ruling})
        assert all(isinstance(value, Masked) for value in rest.values())


NAMES = some.sampled_from(["name", "phone", "fax"])
RULES = some.dictionaries(
    some.tuples(some.just(BASIC), some.builds(ruled, some.sampled_from(KINDS), NAMES)), some.sampled_from(list(Opening))
)


@given(base=some.sampled_from(list(Opening)), rules=RULES, kind=some.sampled_from(KINDS), name=NAMES)
def test_excepted_says_what_opening_says(base, rules, kind, name):
    asked = permit({BASIC: base}, rules)
    mine = {key: opening for key, opening in rules.items() if key[1] in {ruled(kind, one) for one in (*SATO, "fax")}}
    assert asked.excepted(kind) == ({BASIC: max(mine.values())} if mine else {})
    assert asked.opening(BASIC, name, kind) == mine.get((BASIC, ruled(kind, name)), base)
