"""A new epoch shuts every older copy of the index."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toride.base.errors import TorideError
from toride.vault import index, keyring, kms
from toride.vault.aead import Unopenable
from toride.vault.index import All, Equals, compaction, database, epochs, lookup, process, sealing, segments
from toride.vault.index.models import Delta, IndexState, LookupToken, Segment
from toride.vault.index.run import Sort
from toride.vault.index.tests import naive
from toride.vault.index.tests.conftest import hanako, ids
from toride.vault.index.tests.workers import Worker
from toride.vault.keyring import Kind
from toride.vault.keystore.models import Generation, State

pytestmark = [pytest.mark.usefixtures("stores"), pytest.mark.store, pytest.mark.requirement("C9", "K1")]


def filled():
    people = ids(30)
    index.put((subject, hanako(number=str(number))) for number, subject in enumerate(people[:20]))
    index.compact()
    for number, subject in enumerate(people[20:], 20):
        index.put([(subject, hanako(number=str(number)))])
        lookup.claim("number", str(number), subject)
    return people


def test_rotation_keeps_every_row_and_token(permit):
    people = filled()
    number = epochs.rotate()
    assert [row.number for row in keyring.generations(Kind.INDEX, State.ACTIVE)] == [number]
    for _ in range(2):
        assert index.search(permit(), Equals("number", "25")).subjects == [people[25]]
        assert set(index.search(permit(), All()).subjects) == set(people)
        assert lookup.find("number", ["24", "25", "3"]) == {"24": people[24], "25": people[25]}
        process.forget()
    assert index.search(permit(), Equals("email", "hanako@example.com")).total == 30
    index.put([(people[0], hanako(number="again"))])
    assert index.search(permit(), Equals("number", "again")).subjects == [people[0]]


def test_old_copies_do_not_open_with_todays_keys():
    filled()
    pieces, deltas = list(Segment.objects.all()), list(Delta.objects.all())
    tokens, state = list(LookupToken.objects.all()), IndexState.objects.get()
    store = Generation.objects.get(kind=Kind.INDEX)
    assert len(pieces) > 0 < len(tokens)
    old = state.epoch
    assert sealing.open_(old, "salt", bytes(state.salt))
    epochs.rotate()
    keyring.forget()
    for row in pieces:
        with pytest.raises(Unopenable):
            sealing.open_(old, "segment", bytes(row.blob), row.edition, row.column, row.low.bytes, row.version)
    for delta in deltas:
        with pytest.raises(Unopenable):
            sealing.open_(old, "delta", bytes(delta.blob), delta.seq)
    for token in tokens:
        with pytest.raises(Unopenable):
            sealing.open_(old, "lookup.value", bytes(token.blob), token.kind, bytes(token.token))
    with pytest.raises(Unopenable):
        sealing.open_(old, "salt", bytes(state.salt))
    with pytest.raises(TorideError):  # even with an old copy of the key store
        kms.provider().unwrap(store.root_version, bytes(store.wrapped), store.kind, store.number)
    for model in (Segment, Delta, LookupToken):
        assert not model.objects.filter(epoch=old).exists()


@pytest.mark.parametrize("stop", ["_activate", "_move", "_move_tokens", "await_writers", "destroy"])
def test_interrupted_rotation_is_finished_and_followed_by_another(permit, monkeypatch, stop):
    people = filled()

    def interrupted(*_args):
        raise KeyboardInterrupt

    place = {"await_writers": database, "destroy": keyring}.get(stop, epochs)
    with monkeypatch.context() as patch:
        patch.setattr(place, stop, interrupted)
        with pytest.raises(KeyboardInterrupt):
            epochs.rotate()
    process.forget()
    assert index.search(permit(), All()).total == 30
    index.put([(people[0], hanako(number="between"))])
    lookup.claim("number", "between", people[0])
    number = epochs.rotate()
    living = keyring.generations(Kind.INDEX, State.PENDING, State.ACTIVE, State.RETIRING)
    assert [row.number for row in living] == [number]
    process.forget()
    assert index.search(permit(), Equals("number", "between")).subjects == [people[0]]
    assert lookup.find("number", ["between", "29"]) == {"between": people[0], "29": people[29]}
    assert LookupToken.objects.count() == 11


def test_claims_of_both_phases_of_a_rotation_exclude_each_other(permit, monkeypatch):
    her, him = ids(2)
    lookup.claim("number", "1", her)
    real = epochs._move_tokens

    def meanwhile(state):
        from toride.base.errors import Conflict

        lookup.claim("number", "2", her)
        lookup.release("number", "1", her)
        lookup.claim("number", "1", him)
        with pytest.raises(Conflict):
            lookup.claim("number", "2", him)
        assert lookup.find("number", ["1", "2"]) == {"1": him, "2": her}
        real(state)
        assert lookup.find("number", ["1", "2"]) == {"1": him, "2": her}

    monkeypatch.setattr(epochs, "_move_tokens", meanwhile)
    epochs.rotate()
    assert lookup.find("number", ["1", "2"]) == {"1": him, "2": her}
    assert LookupToken.objects.count() == 2


def test_cursor_of_a_destroyed_epoch_asks_to_start_again(permit):
    from toride.base.errors import Invalid

    filled()
    clerk = permit()
    cursor = index.search(clerk, All(), limit=5).cursor
    epochs.rotate()
    with pytest.raises(Invalid):
        index.search(clerk, All(), limit=5, after=cursor)


def test_two_rotations_at_once_leave_one_epoch(permit):
    people = filled()

    def rotating():
        yield epochs.rotate()

    workers = [Worker(rotating), Worker(rotating)]
    numbers = [number for worker in workers for number in worker.rest()]
    assert len(set(numbers)) == 2
    assert [row.number for row in keyring.generations(Kind.INDEX, State.ACTIVE)] == [max(numbers)]
    assert set(index.search(permit(), All()).subjects) == set(people)


_SUBJECTS = ids(12)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.dictionaries(st.sampled_from(_SUBJECTS), naive.rows, max_size=8)),
        st.tuples(st.just("remove"), st.lists(st.sampled_from(_SUBJECTS), max_size=3)),
        st.tuples(st.sampled_from(["compact", "rotate", "forget", "purge"]), st.none()),
    ),
    max_size=12,
)


@given(steps=_steps, expr=naive.exprs, sort=naive.sorts)
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
def test_whatever_was_written_folded_and_rotated_the_answer_is_a_plain_filters(permit, monkeypatch, steps, expr, sort):
    monkeypatch.setattr(segments, "SEGMENT_ROWS", 4)
    monkeypatch.setattr(segments, "SPLIT_ROWS", 3)
    monkeypatch.setattr(compaction, "BATCH_ROWS", 3)
    monkeypatch.setattr(sealing, "PACKED", 4)
    for model in (Segment, Delta, IndexState):
        model.objects.all()._raw_delete("default")
    table = {}
    for step, content in steps:
        if step == "put":
            index.put(content.items())
            table |= {subject.bytes: row for subject, row in content.items()}
        elif step == "remove":
            index.remove(content)
            for subject in content:
                table.pop(subject.bytes, None)
        elif step == "rotate":
            epochs.rotate()
        elif step == "forget":
            process.forget()
        else:
            index.compact(retain=-compaction.RETAIN if step == "purge" else compaction.RETAIN)
    found = index.search(permit(openings=naive.EVERYTHING), expr, sort=sort and tuple(Sort(*sort)), limit=50)
    assert [subject.bytes for subject in found.subjects] == naive.in_order(table, expr, sort, None)
