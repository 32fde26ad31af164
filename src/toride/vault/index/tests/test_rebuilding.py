"""The index anew from the records, beside the work."""

from dataclasses import replace
from uuid import uuid4

import pytest

from toride.base import clock
from toride.base.errors import ConfigurationError, Unavailable
from toride.vault import index, keyring
from toride.vault.index import All, Contains, Equals, columns, compaction, database, epochs, process, rebuilding
from toride.vault.index.models import Delta, Segment
from toride.vault.index.tests import naive
from toride.vault.index.tests.conftest import hanako, ids
from toride.vault.keyring import Kind
from toride.vault.models import Subject

pytestmark = [pytest.mark.usefixtures("stores"), pytest.mark.store, pytest.mark.requirement("C9")]
NEWER = replace(naive.SCHEMA, version="2")


def test_rebuild_replaces_what_was_there(permit):
    old, kept = ids(2)
    index.put([(old, hanako()), (kept, hanako())])
    index.compact()
    assert index.rebuild([(kept, hanako(name="田中一郎"))]) == 1
    for _ in range(2):
        assert index.search(permit(), All()).subjects == [kept]
        assert index.search(permit(), Contains("name", "田中")).total == 1
        process.forget()
    assert Segment.objects.values("edition").distinct().count() == 1
    index.put([(old, hanako())])
    index.compact()
    process.forget()
    assert index.search(permit(), All()).total == 2


def test_changes_written_during_a_rebuild_come_on_top(permit, monkeypatch):
    monkeypatch.setattr(compaction, "BATCH_ROWS", 2)
    monkeypatch.setattr(rebuilding, "BATCH_ROWS", 2)
    people = ids(6)
    index.put((subject, hanako()) for subject in people)

    def rows():
        for number, subject in enumerate(people):
            if number == 4:
                index.remove([people[1]])
                index.put([(people[2], hanako(number="later"))])
                index.compact()  # another's, who got the lock while this process had lost it
                assert index.search(permit(), Equals("number", "later")).total == 1
            yield subject, hanako()

    index.rebuild(rows())
    for _ in range(2):
        assert set(index.search(permit(), All()).subjects) == set(people) - {people[1]}
        assert index.search(permit(), Equals("number", "later")).subjects == [people[2]]
        index.compact(retain=-compaction.RETAIN)
        process.forget()


def test_interrupted_rebuild_changes_nothing(permit):
    her = uuid4()
    index.put([(her, hanako())])

    def rows():
        yield uuid4(), hanako()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(rows())
    for _ in range(2):
        assert index.search(permit(), All()).subjects == [her]
        index.compact(retain=-compaction.RETAIN)
        process.forget()
    index.rebuild([(her, hanako())])
    assert index.search(permit(), All()).subjects == [her]
    assert Delta.objects.count() == 0


def test_other_columns_are_refused_until_the_start_rebuilds_from_the_records(permit):
    her, him, erased = ids(3)
    now = clock.now()
    Subject.objects.bulk_create(
        [Subject(id=one, created=now, erased=now if one == erased else None) for one in (her, him, erased)]
    )
    index.put([(her, hanako())])
    naive.declare(NEWER, lambda subjects: [(one, hanako(number=one.hex)) for one in subjects if one != him])
    with pytest.raises(Unavailable):
        index.search(permit(), All())
    with pytest.raises(Unavailable):
        index.put([(her, hanako())])
    index.open()
    assert index.search(permit(), All()).subjects == [her]
    assert index.search(permit(), Equals("number", her.hex)).subjects == [her]
    index.put([(him, hanako())])
    assert index.search(permit(), All()).total == 2


def test_nothing_declared_cannot_be_rebuilt():
    naive.declare(NEWER)
    with pytest.raises(ConfigurationError):
        index.rebuild()


def test_index_whose_epoch_was_destroyed_since_the_backup_is_rebuilt(permit):
    her = uuid4()
    index.put([(her, hanako())])
    index.compact()
    state = database.state()
    keyring.create(Kind.INDEX)
    keyring.destroy(Kind.INDEX, state.epoch)
    process.forget()
    index.rebuild([(her, hanako())])
    assert index.search(permit(), All()).subjects == [her]
    index.put([(uuid4(), hanako())])
    epochs.rotate()
    assert index.search(permit(), All()).total == 2


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(ConfigurationError):
        naive.declare(columns.Schema((naive.SCHEMA.columns[0],) * 2, "1"))
