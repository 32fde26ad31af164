"""Whoever can write to the database cannot make a record of one place appear in another."""

from uuid import uuid4

import pytest

from toride.base import clock
from toride.vault import keyring, records, subjects
from toride.vault._sealed import Place, Sealed, open_record, seal_record
from toride.vault.aead import Unopenable
from toride.vault.bundles import DataKey
from toride.vault.keyring import Kind
from toride.vault.keystore.models import Generation, SubjectKeys
from toride.vault.models import SealedRecord
from toride.vault.permit import Category
from toride.vault.records import Draft
from toride.vault.tests.permits import SATO, TANIGUCHI, permit

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.requirement("K1")]
KINDS = ["person", "memo"]


@pytest.fixture
def people():
    pair = subjects.create(2)
    records.write(
        [
            Draft(subject=subject, category=category, kind=kind, data=data)
            for subject, data in zip(pair, (SATO, TANIGUCHI), strict=True)
            for category in (Category.BASIC, Category.DERIVED)
            for kind in KINDS
        ]
    )
    assert sum(len(found) for found in records.read(permit(), pair, kinds=KINDS).values()) == 8
    return pair


def refused(subject):
    with pytest.raises(Unopenable):
        records.read(permit(), [subject], kinds=KINDS)
    return True


def row(subject, category=Category.BASIC, kind="person"):
    return SealedRecord.objects.filter(subject=subject, category=category, kind=kind)


def put(target, **columns):
    assert target.update(**columns) == 1


@pytest.mark.parametrize(
    "source",
    [("other", Category.BASIC, "person"), ("own", Category.DERIVED, "person"), ("own", Category.BASIC, "memo")],
)
def test_blob_of_another_customer_category_or_record_is_refused(people, source):
    whose, category, kind = source
    blob = row(people[whose == "other"], category, kind).get().blob
    put(row(people[0]), blob=blob)
    assert refused(people[0])


@pytest.mark.parametrize("column", ["subject", "category", "kind", "revision", "id"])
def test_row_moved_to_another_place_is_refused(people, column):
    moved = {
        "subject": {"subject": people[0]},
        "category": {"category": Category.DERIVED},
        "kind": {"kind": "memo"},
        "revision": {"revision": 2},
        "id": {"id": people[0]},
    }[column]
    put(row(people[1]), **moved)
    assert refused(people[0] if column == "subject" else people[1])


def test_older_revision_put_back_is_refused(people):
    old = row(people[0]).get()
    draft = Draft(subject=people[0], category=Category.BASIC, kind="person", data=TANIGUCHI, record=old.id, revision=1)
    records.write([draft])
    put(row(people[0]), blob=old.blob)
    assert refused(people[0])


def test_altered_shortened_and_foreign_blobs_are_refused(people):
    blob = bytes(row(people[0]).get().blob)
    for altered in (blob[:-1], blob[:20], b"", b"\x02" + blob[1:], blob[:40] + bytes([blob[40] ^ 1]) + blob[41:]):
        put(row(people[0]), blob=altered)
        assert refused(people[0])


def test_keys_of_another_customer_or_with_another_mask_are_refused(people):
    own, other = SubjectKeys.objects.get(subject=people[0]), SubjectKeys.objects.get(subject=people[1])
    blob = bytes(own.keys)
    for altered in (bytes(other.keys), bytes([blob[0] ^ 2]) + blob[1:], blob[:-1], b""):
        put(SubjectKeys.objects.filter(subject=people[0]), keys=altered)
        assert refused(people[0])


def test_wrong_generation_is_refused(people):
    current = keyring.current(Kind.SUBJECTS).number
    following = keyring.create(Kind.SUBJECTS).number
    keys = bytes(SubjectKeys.objects.get(subject=people[0]).keys)
    assert int.from_bytes(keys[2:6]) == current
    for number in (following, following + 1):
        put(SubjectKeys.objects.filter(subject=people[0]), keys=keys[:2] + number.to_bytes(4) + keys[6:])
        assert refused(people[0])


def test_generations_that_changed_places_are_refused(people):
    keyring.create(Kind.SUBJECTS)
    first, second = Generation.objects.filter(kind=Kind.SUBJECTS).order_by("number")
    for one, other in ((first, second), (second, first)):
        put(Generation.objects.filter(pk=one.pk), wrapped=other.wrapped, root_version=other.root_version)
    keyring.forget()
    assert refused(people[0])


@pytest.mark.parametrize("changed", ["id", "subject", "category", "kind", "revision", "version"])
def test_each_part_of_a_place_is_sealed_even_under_one_key(changed):
    """Keys differ by customer and category already; the seal does not rely on that."""
    place, key = Place(uuid4(), uuid4(), Category.BASIC, "person"), DataKey(1, bytes(32))
    blob = seal_record(key, place, 1, SATO)
    assert open_record(key, Sealed(place, 1, clock.now(), blob)) == SATO
    other = {"id": uuid4(), "subject": uuid4(), "category": Category.SENSITIVE, "kind": "memo"}.get(changed)
    moved = place._replace(**{changed: other}) if other else place
    if changed == "version":
        blob = blob[:5] + b"\x02" + blob[6:]
    with pytest.raises(Unopenable):
        open_record(key, Sealed(moved, 2 if changed == "revision" else 1, clock.now(), blob))
