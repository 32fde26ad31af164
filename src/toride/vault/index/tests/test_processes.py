"""Several processes, slow transactions, and processes that are killed."""

import random
import time
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.scale import scaled
from toride.base import stores
from toride.base.errors import Conflict
from toride.vault import index
from toride.vault.index import All, Contains, Equals, compaction, epochs, lookup, process, segments
from toride.vault.index.models import Delta
from toride.vault.index.tests.conftest import hanako, ids
from toride.vault.index.tests.workers import FORK, Worker

pytestmark = [pytest.mark.usefixtures("stores"), pytest.mark.store, pytest.mark.requirement("C9")]
KILLS = scaled(4, 24)


def found(permit, expr=None):
    return set(index.search(permit(), expr or All(), limit=10_000).subjects)


def test_own_write_is_seen_at_once_and_anothers_at_the_next_search(permit):
    (mine,) = ids(1)
    index.put([(mine, hanako())])
    assert found(permit) == {mine}

    def other():
        (theirs,) = ids(1)
        assert found(permit) == {mine}
        index.put([(theirs, hanako())])
        yield theirs
        assert found(permit) == {mine, theirs}
        yield "saw both"

    worker = Worker(other)
    theirs = worker.next()
    assert found(permit) == {mine, theirs}
    assert worker.rest() == ["saw both"]


def test_catching_up_asks_once_when_nothing_is_new(permit):
    index.put([(uuid4(), hanako())])
    index.catch_up()
    with CaptureQueriesContext(connection) as queries:
        index.catch_up()
    assert len(queries) == 1


def test_what_is_rolled_back_is_forgotten_and_its_number_used_again(permit):
    kept, dropped, later = ids(3)
    index.put([(kept, hanako())])
    index.catch_up()
    with transaction.atomic():
        index.put([(dropped, hanako())])
        assert found(permit) == {kept, dropped}
        transaction.set_rollback(True)
    assert found(permit) == {kept}
    index.put([(later, hanako())])
    assert found(permit) == {kept, later}


def test_slow_transaction_that_commits_after_a_fast_one_is_not_lost(permit, monkeypatch):
    if not stores.is_server():
        pytest.skip("SQLite has one writer at a time")
    slow, fast = ids(2)
    index.catch_up()

    go = FORK.Event()

    def slowly():
        with transaction.atomic():
            index.put([(slow, hanako())])
            yield "written"
            go.wait()
        yield "committed"

    worker = Worker(slowly)
    assert worker.next() == "written"
    index.put([(fast, hanako())])
    assert found(permit) == {fast}
    with monkeypatch.context() as patch:
        patch.setattr(process, "apply", None)  # what was read is not read twice
        assert found(permit) == {fast}
    index.compact()
    assert found(permit) == {fast}
    go.set()
    assert worker.next() == "committed"
    assert found(permit) == {slow, fast}
    worker.rest()
    index.compact()
    process.forget()
    assert found(permit) == {slow, fast}


def test_rotation_waits_for_a_transaction_that_writes_under_the_old_epoch(permit):
    index.put([(uuid4(), hanako())])
    (slow,) = ids(1)

    def slowly():
        with transaction.atomic():
            index.put([(slow, hanako())])
            lookup.claim("number", "slow", slow)
            yield "written"
            time.sleep(0.7)  # or longer: the rotation waits for its end, whenever that is

    worker = Worker(slowly)
    assert worker.next() == "written"
    epochs.rotate()
    worker.rest()
    for _ in range(2):
        assert len(found(permit)) == 2
        assert lookup.find("number", ["slow"]) == {"slow": slow}
        process.forget()


def test_interrupted_compaction_loses_nothing_and_is_finished_later(permit, monkeypatch):
    monkeypatch.setattr(segments, "SEGMENT_ROWS", 4)
    monkeypatch.setattr(segments, "SPLIT_ROWS", 4)
    monkeypatch.setattr(segments, "GROUP", 1)
    people = ids(20)
    index.put((subject, hanako(number="before")) for subject in people)
    index.compact(retain=-compaction.RETAIN)
    index.put((subject, hanako(number="after")) for subject in people)
    index.remove(people[:3])
    real = segments._fold_group
    rounds = iter([True, True, False])

    def interrupted(*arguments):
        if not next(rounds):
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(segments, "_fold_group", interrupted)
    with pytest.raises(KeyboardInterrupt):
        index.compact()
    monkeypatch.setattr(segments, "_fold_group", real)
    for _ in range(2):
        process.forget()
        assert found(permit, Equals("number", "after")) == set(people[3:])
        assert found(permit) == set(people[3:])
        index.compact(retain=-compaction.RETAIN)
    assert not Delta.objects.exists()


def test_compaction_that_was_overtaken_writes_nothing(permit, monkeypatch):
    """The lock of the work may be lost with its connection; the segments keep their own order."""
    her, him = ids(2)
    index.put([(her, hanako(number="1"))])
    real = segments._merged

    def overtaken(*arguments):
        sealed = real(*arguments)
        monkeypatch.setattr(segments, "_merged", real)
        index.put([(her, hanako(number="2")), (him, hanako())])
        index.compact()
        return sealed

    monkeypatch.setattr(segments, "_merged", overtaken)
    with pytest.raises(Conflict):
        index.compact()
    index.compact()
    process.forget()
    assert found(permit, Equals("number", "2")) == {her}
    assert found(permit) == {her, him}


def test_process_that_slept_through_a_purge_loads_the_index_again(permit):
    first, second = ids(2)
    index.put([(first, hanako())])

    go = FORK.Event()

    def sleeper():
        assert found(permit) == {first}
        yield "read"
        go.wait()
        yield found(permit)

    worker = Worker(sleeper)
    assert worker.next() == "read"
    index.remove([first])
    index.put([(second, hanako())])
    index.compact(retain=-compaction.RETAIN)
    go.set()
    assert worker.rest() == [{second}]


def test_purge_of_what_was_read_does_not_load_again(permit, monkeypatch):
    index.put((subject, hanako()) for subject in ids(3))
    index.catch_up()
    index.compact(retain=-compaction.RETAIN)
    monkeypatch.setattr(process, "_load", None)
    assert len(found(permit)) == 3


def test_writers_go_on_during_compaction_and_rotation(permit, monkeypatch):
    monkeypatch.setattr(compaction, "BATCH_ROWS", 20)
    monkeypatch.setattr(segments, "SEGMENT_ROWS", 16)
    monkeypatch.setattr(segments, "SPLIT_ROWS", 12)
    monkeypatch.setattr(epochs, "STEP", 2)

    def writer():
        for _ in range(60):
            made = ids(3)
            with transaction.atomic():
                index.put((subject, hanako()) for subject in made)
                time.sleep(0.005)
            yield made

    workers = [Worker(writer), Worker(writer)]
    while any(worker.process.is_alive() for worker in workers):
        index.compact()
        epochs.rotate()
    wanted = {subject for worker in workers for made in worker.rest() for subject in made}
    assert len(wanted) == 360
    assert found(permit) == wanted
    process.forget()
    assert found(permit) == wanted


def writing(known: dict[UUID, int]):
    def work():
        rng = random.Random()
        while True:
            subject = rng.choice([*known, uuid4()]) if known else uuid4()
            amount = None if rng.random() < 0.2 else rng.randrange(10**9)
            yield "about to", subject, amount
            with transaction.atomic():
                if amount is None:
                    index.remove([subject])
                else:
                    index.put([(subject, hanako(number=subject.hex, assets=amount))])
            known[subject] = amount
            yield "done", subject, amount

    return work


def maintaining():
    compaction.BATCH_ROWS = 15
    segments.SEGMENT_ROWS = 12
    segments.SPLIT_ROWS = 8
    segments.GROUP = 1
    epochs.STEP = epochs.TOKEN_STEP = 3
    while True:
        index.compact(retain=-compaction.RETAIN)
        epochs.rotate()
        yield "round"


def test_killed_at_any_moment_the_index_agrees_with_what_was_acknowledged(permit):
    known: dict[UUID, int | None] = {}
    rng = random.Random(7)
    for kill in range(KILLS):
        writer, keeper = Worker(writing(dict(known))), Worker(maintaining)
        told = [writer.next() for _ in range(rng.randrange(2, 60))]
        first, second = (writer, keeper) if kill % 2 else (keeper, writer)
        first.kill()
        time.sleep(rng.random() * 0.05)  # where the other one is by then is chance
        second.kill()
        pending = None
        for state, subject, amount in told + writer.rest():
            pending = (subject, amount) if state == "about to" else None
            if state == "done":
                known[subject] = amount
        if kill % 3 == 0:
            process.forget()
        if pending is not None:
            subject, amount = pending
            if holds(permit, subject, amount):
                known[subject] = amount
        assert found(permit) == {subject for subject, amount in known.items() if amount is not None}
        assert all(holds(permit, subject, amount) for subject, amount in known.items())
    assert len(known) > KILLS
    epochs.rotate()
    index.compact()
    process.forget()
    assert all(holds(permit, subject, amount) for subject, amount in known.items())


def holds(permit, subject, amount):
    here = found(permit, Equals("number", subject.hex))
    if amount is None:
        return not here
    return here == {subject} == found(permit, All(Equals("number", subject.hex), Equals("assets", amount)))


def test_worker_forked_after_opening_shares_and_follows(permit):
    index.put((subject, hanako()) for subject in ids(50))
    index.open()

    def worker():
        yield len(found(permit, Contains("name", "佐藤")))
        index.put([(uuid4(), hanako())])
        yield len(found(permit, Contains("name", "佐藤")))

    assert Worker(worker).rest() == [50, 51]
    assert len(found(permit)) == 51
