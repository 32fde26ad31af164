"""Erased is erased: with its keys, alone or whole, and again after a crash or a restore."""

import pytest
from django.db import transaction

from toride.base import clock
from toride.base.errors import Hidden, Refused
from toride.vault import bundles, keyring, records, subjects
from toride.vault._sealed import open_sealed
from toride.vault.aead import Unopenable
from toride.vault.keyring import Kind
from toride.vault.keystore.models import Erasure as KeyErasure
from toride.vault.keystore.models import Generation, SubjectKeys
from toride.vault.models import Erasure, SealedRecord, Subject
from toride.vault.permit import Category
from toride.vault.records import Draft
from toride.vault.tests.permits import SATO, TANIGUCHI, permit

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.requirement("K1")]
BASIC, SENSITIVE = Category.BASIC, Category.SENSITIVE
ILLNESS = {"illness": "喘息"}


@pytest.fixture
def people():
    """Satō and Taniguchi, each with basic and sensitive records."""
    pair = subjects.create(2)
    for subject, data in zip(pair, (SATO, TANIGUCHI), strict=True):
        keep(subject, BASIC, data)
        keep(subject, SENSITIVE, ILLNESS)
    return pair


def keep(subject, category, data):
    records.write([Draft(subject=subject, category=category, kind="person", data=data)])


def seen(*asked):
    found = records.read(permit(), asked, kinds=["person"])
    return {one: sorted(record.category for record in found[one]) for one in asked}


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(using="default", execute=True)


def test_erased_customer_has_neither_records_nor_keys(people, committed):
    sato, taniguchi = people
    detail = records.seal_for([(sato, BASIC, SATO)], b"act")[0]
    with committed():
        subjects.erase([sato])
    assert not subjects.exists(sato)
    assert subjects.exists(taniguchi)
    assert not SealedRecord.objects.filter(subject=sato).exists()
    assert bundles.load([sato]) == {}
    assert seen(sato, taniguchi) == {sato: [], taniguchi: [BASIC, SENSITIVE]}
    with pytest.raises(Unopenable):
        records.open_for(permit(), sato, BASIC, detail, b"act")
    assert records.open_each(permit(), [(sato, BASIC, detail, b"act")]) == [None]
    with pytest.raises(Hidden):
        keep(sato, BASIC, SATO)


def test_erasure_that_is_rolled_back_ends_no_key(people):
    with transaction.atomic():
        subjects.erase(people)
        transaction.set_rollback(True)
    assert seen(*people) == {people[0]: [BASIC, SENSITIVE], people[1]: [BASIC, SENSITIVE]}
    assert not Erasure.objects.exists()


def test_one_category_is_erased_alone_and_starts_anew_under_another_key(people, committed):
    sato, taniguchi = people
    old = SealedRecord.objects.get(subject=sato, category=SENSITIVE)
    detail = records.seal_for([(sato, SENSITIVE, ILLNESS)], b"act")[0]
    with committed():
        subjects.erase_category(sato, SENSITIVE)
    assert seen(sato, taniguchi) == {sato: [BASIC], taniguchi: [BASIC, SENSITIVE]}
    assert bundles.load([sato])[sato].key(SENSITIVE) is None
    with pytest.raises(Refused):
        keep(sato, SENSITIVE, ILLNESS)
    subjects.restart_category(sato, SENSITIVE)
    bundles.destroy([(sato, SENSITIVE, 1)], clock.now())
    assert bundles.load([sato])[sato].key(SENSITIVE).version == 2
    keep(sato, SENSITIVE, {"illness": "花粉症"})
    old.save(force_insert=True)
    assert seen(sato) == {sato: [BASIC, SENSITIVE]}
    assert records.open_each(permit(), [(sato, SENSITIVE, detail, b"act")]) == [None]
    with committed():
        subjects.erase_category(sato, SENSITIVE)
    subjects.restart_category(sato, SENSITIVE)
    assert bundles.load([sato])[sato].key(SENSITIVE).version == 3


def test_crash_between_the_two_commits_is_made_good(people):
    sato, taniguchi = people
    subjects.erase([sato])
    subjects.erase_category(taniguchi, SENSITIVE)
    assert set(bundles.load(people)) == set(people)
    assert subjects.replay() == 2
    assert set(bundles.load(people)) == {taniguchi}
    assert [each for each in Category if not bundles.load(people)[taniguchi].key(each)] == [SENSITIVE]
    assert subjects.replay() == 0


def test_restored_data_is_erased_again(people, committed):
    sato, taniguchi = people
    backup = list(SealedRecord.objects.all())
    with committed():
        subjects.erase([sato])
        subjects.erase_category(taniguchi, SENSITIVE)
    Erasure.objects.all().delete()
    SealedRecord.objects.all().delete()
    Subject.objects.update(erased=None)
    SealedRecord.objects.bulk_create(backup)
    assert seen(sato, taniguchi) == {sato: [], taniguchi: [BASIC]}
    assert subjects.replay() == 2
    assert SealedRecord.objects.count() == 1
    assert not subjects.exists(sato)


def test_restored_keys_are_destroyed_again(people, committed):
    backup = list(SubjectKeys.objects.all())
    with committed():
        subjects.erase([people[0]])
        subjects.erase_category(people[1], SENSITIVE)
    KeyErasure.objects.all().delete()
    SubjectKeys.objects.all().delete()
    SubjectKeys.objects.bulk_create(backup)
    assert subjects.replay() == 2
    assert seen(*people) == {people[0]: [], people[1]: [BASIC]}
    assert [len(bundle.slots) for bundle in bundles.load(people).values()] == [4 * 33]


def test_lost_keys_without_an_erasure_are_an_error_and_not_an_empty_page(people):
    SubjectKeys.objects.filter(subject=people[0]).delete()
    with pytest.raises(Unopenable):
        seen(*people)
    assert seen(people[1]) == {people[1]: [BASIC, SENSITIVE]}


def test_stream_gives_the_living_only(people, committed):
    with committed():
        subjects.erase([people[0]])
    found = [(subject, category, data) for subject, category, _, data in open_sealed()]
    assert sorted(found, key=lambda row: row[1]) == [
        (people[1], BASIC, TANIGUCHI),
        (people[1], SENSITIVE, ILLNESS),
    ]
    assert list(open_sealed(subjects=people, kinds=["person"], categories=[BASIC])) == [
        (people[1], BASIC, "person", TANIGUCHI)
    ]


def test_key_store_restored_under_a_running_process_is_noticed(people):
    """Generation 1 of the restored store is another one than generation 1 in memory."""
    generations, keys = list(Generation.objects.all()), list(SubjectKeys.objects.all())
    Generation.objects.all().delete()
    keyring.create(Kind.SUBJECTS)
    Generation.objects.all().delete()
    Generation.objects.bulk_create(generations)
    SubjectKeys.objects.all().delete()
    SubjectKeys.objects.bulk_create(keys)
    assert seen(people[0]) == {people[0]: [BASIC, SENSITIVE]}
