"""Many subjects with their first records at once are kept exactly as one by one."""

import secrets

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from toride.base.errors import Invalid
from toride.base.ids import near_ids, ordered_id, ordered_ids
from toride.vault import _sealed, aead, records, subjects
from toride.vault.bundles import load
from toride.vault.models import SealedRecord
from toride.vault.permit import Category
from toride.vault.records import Draft
from toride.vault.tests.permits import SATO, TANIGUCHI, permit

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.requirement("K1")]
BASIC, SENSITIVE = Category.BASIC, Category.SENSITIVE


def contents(subject):
    found = records.read(permit(), [subject], kinds=["person"])[subject]
    return {one.category: {name: value.content for name, value in one.values.items()} for one in found}


def test_each_gets_its_own_records_under_its_own_keys():
    made = subjects.take_in([{BASIC: SATO, SENSITIVE: TANIGUCHI}, {BASIC: TANIGUCHI}] * 150, kind="person")
    assert made == sorted(set(made))
    assert contents(made[0]) == {BASIC: SATO, SENSITIVE: TANIGUCHI}
    assert contents(made[299]) == {BASIC: TANIGUCHI}
    keys = [bundle.key(category).secret for bundle in load(made).values() for category in Category]
    assert len(set(keys)) == 300 * len(Category)
    nonces = [bytes(blob)[6:18] for blob in SealedRecord.objects.values_list("blob", flat=True)]
    assert len(set(nonces)) == 450


def test_they_are_changed_like_any_other():
    (subject,) = subjects.take_in([{BASIC: SATO}], kind="person")
    (kept,) = SealedRecord.objects.filter(subject=subject)
    records.write([Draft(subject=subject, category=BASIC, kind="person", data=TANIGUCHI, record=kept.pk, revision=1)])
    assert contents(subject) == {BASIC: TANIGUCHI}


def test_a_record_moved_to_another_place_does_not_open():
    one, other = subjects.take_in([{BASIC: SATO}, {BASIC: TANIGUCHI}], kind="person")
    mine, theirs = (SealedRecord.objects.get(subject=subject) for subject in (one, other))
    SealedRecord.objects.filter(pk=mine.pk).update(blob=theirs.blob)
    with pytest.raises(aead.Unopenable):
        contents(one)


def test_keys_are_not_read_back():
    with CaptureQueriesContext(connections["keys"]) as asked:
        subjects.take_in([{BASIC: SATO}] * 3, kind="person")
    assert not [one["sql"] for one in asked if "SELECT" in one["sql"] and "keystore_subjectkeys" in one["sql"]]


def test_a_record_that_is_too_long_is_refused():
    with pytest.raises(Invalid):
        subjects.take_in([{BASIC: {"text": "x" * _sealed.MAX_BYTES}}], kind="person")


def test_packed_seals_are_the_same_format():
    key, place = secrets.token_bytes(32), ("label", 1, b"bytes")
    blob = aead.seal_packed(aead.AESGCM(key), aead.header(7), next(aead.nonces(1)), b"text", aead.pack(*place))
    assert aead.unseal(key, blob, *place) == b"text"
    assert aead.key_id(blob) == 7
    with pytest.raises(aead.Unopenable):
        aead.unseal(key, blob, "label", 1, b"other")


def test_ids_of_one_moment_ascend_and_none_comes_twice():
    near, ordered = near_ids(5_000), ordered_ids(5_000)
    assert near == sorted(set(near))
    assert {(one.version, one.bytes[:3]) for one in near} == {(4, near[0].bytes[:3])}
    assert near_ids(1)[0].bytes[:3] != near[0].bytes[:3] or near_ids(1)[0].bytes[:3] != near[0].bytes[:3]
    assert ordered == sorted(set(ordered))
    assert {(one[6] >> 4, one[8] >> 6) for one in ordered} == {(7, 2)}
    assert ordered_id().bytes[:6] >= ordered[-1][:6]
