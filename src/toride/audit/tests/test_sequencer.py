"""Each committed event is entered once, in a dense order, whatever the rows look like and whoever else tries."""

import os
import subprocess
import sys
import threading
from uuid import UUID

import pytest
from django.db import DatabaseError, OperationalError, connections, transaction

from toride.audit import process, projections, proofs, record, stage, store, writer
from toride.audit import sequencer as sequencer_module
from toride.audit.events import Stamp, decode, encode
from toride.audit.sequencer import BATCH, Sequencer, settle
from toride.audit.store import Trail
from toride.audit.tests.acts import event
from toride.base import config
from toride.base.errors import Unavailable


def entered():
    trail = Trail()
    return [decode(data) for n in range(trail.length() // 256 + 1) for _, data in trail.entries(n)]


def actions():
    return [one.action for one, _ in entered()]


def is_sound():
    return proofs.check(None, signatures=True).findings == []


@pytest.mark.requirement("T1")
def test_order_is_dense_and_in_order_of_commit(stores):
    given = [event() for _ in range(BATCH + 20)]
    record(given[:5])
    record(given[5:])
    assert settle()
    assert [one.id for one, _ in entered()][1:] == [one.id for one in given]
    assert [index for index, _ in Trail().entries(0)] == list(range(256))
    assert [stamp.number for _, stamp in entered()] == list(range(BATCH + 21))


@pytest.mark.requirement("T1")
def test_staged_event_stands_before_whatever_its_writer_recorded_later(stores):
    with transaction.atomic():
        stage([event("customers:phone:change")])
    record([event("customers:profile:read")])
    assert settle()
    assert actions() == ["customers:phone:change", "system:writer:open", "customers:profile:read"]


@pytest.mark.requirement("T1")
def test_outbox_row_that_was_moved_and_not_deleted_is_entered_once(stores):
    """As after a kill between the trail's commit and the outbox's."""
    with transaction.atomic():
        stage([event("customers:phone:change")])
    ((data,),) = store.rows(connections["default"], "SELECT bytes FROM audit_outbox")
    assert settle()
    with connections["default"].cursor() as cursor:
        cursor.execute("INSERT INTO audit_outbox (bytes) VALUES (%s)", [bytes(data)])
    assert settle()
    assert actions() == ["customers:phone:change"]
    assert store.rows(connections["default"], "SELECT id FROM audit_outbox") == []


@pytest.mark.requirement("T1")
def test_event_that_was_sent_twice_is_entered_once(stores):
    data = encode(event(), Stamp("0" * 16, 0))
    writer.insert([data, data])
    assert settle()
    writer.insert([data])
    assert settle()
    assert actions() == ["customers:profile:read"]


@pytest.mark.requirement("T2")
@pytest.mark.parametrize("data", [b"", b"\x00", b"{}", b"[1]", b"x" * 70_000])
def test_row_that_is_no_event_is_refused_and_holds_nobody_up(stores, data):
    record([event()])
    writer.insert([data])
    record([event()])
    assert settle()
    assert sorted(actions()) == [
        "customers:profile:read", "customers:profile:read", "system:row:refuse", "system:writer:open",
    ]  # fmt: skip
    assert is_sound()


@pytest.mark.requirement("T2")
def test_other_event_under_a_known_id_is_refused(stores):
    true = event()
    record([true])
    assert settle()
    forged = encode(event("customers:phone:read", id=true.id), Stamp("f" * 16, 0))
    writer.insert([forged])
    assert settle()
    assert actions() == ["system:writer:open", "customers:profile:read", "system:row:refuse"]


@pytest.mark.requirement("T1")
def test_same_subject_twice_in_an_event_holds_nobody_up(stores):
    one = UUID(int=5)
    record([event(subjects=((one, "clear", 2), (one, "clear", 4)))])
    assert settle()
    assert store.rows(connections["audit"], "SELECT mask FROM audit_touched") == [(6,)]


@pytest.mark.requirement("T1")
def test_only_one_sequencer_works_at_a_time(stores):
    sequencer = Sequencer()
    with store.exclusively(sequencer.audit) as held:
        assert held
        answers = []

        def other():
            with store.exclusively(store.as_sequencer()("audit")) as also:
                answers.append(also)
            connections.close_all()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert answers == [False]
        record([event()])
        assert not settle(seconds=0.2) or os.environ.get("TORIDE_TEST_STORE") == "postgres"


@pytest.mark.requirement("T1")
def test_second_sequencer_that_slipped_in_is_fenced_off(stores):
    """It took its place in the order before the other wrote there: the primary key stops it, nothing is half-done."""
    record([event()])
    first, second = Sequencer(), Sequencer()
    first.tick()
    record([event()])
    assert second.tick() == 1
    record([event()])
    assert first.tick() == 1
    with pytest.raises(DatabaseError), store.transaction(first.audit), first.audit.cursor() as cursor:
        cursor.execute("INSERT INTO audit_entry (idx, event, bytes) VALUES (0, %s, %s)", [b"0" * 16, b""])
    assert is_sound()
    assert len(entered()) == 4


@pytest.mark.requirement("T1")
def test_numbers_whose_commit_failed_are_told_and_leave_no_false_alarm(stores, owner):
    record([event()])
    with owner["audit"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_inbox RENAME TO audit_gone")
    with pytest.raises(Unavailable):
        record([event(), event()])
    with owner["audit"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_gone RENAME TO audit_inbox")
    record([event()])
    assert settle()
    assert is_sound()
    (lost,) = [one for one, _ in entered() if one.action == "system:writer:lose"]
    assert lost.facts["numbers"] == [2, 3]


@pytest.mark.requirement("T1")
def test_idle_process_beats_and_leaves_nothing_waiting(stores, monkeypatch):
    monkeypatch.setattr(process, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(process, "TICK_SECONDS", 0.05)
    stop = threading.Event()

    def serve():
        process.serve(stop)
        connections.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert wait_for(lambda: "system:trail:beat" in actions())
        record([event()])
        assert wait_for(lambda: "customers:profile:read" in actions())
    finally:
        stop.set()
        thread.join()
    assert not thread.is_alive()
    assert store.rows(connections["audit"], "SELECT id FROM audit_inbox") == []
    assert actions()[-1] == "system:writer:close"
    assert is_sound()


def wait_for(condition, seconds=120.0):
    waited = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if condition():
            return True
        waited.wait(0.05)
    return False


@pytest.mark.requirement("T1")
def test_process_told_to_stop_enters_what_waits_and_leaves(stores):
    root = config.ROOT
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "toride.settings", "PYTHONPATH": f"{root / 'src'}:{root}"}
    script = "import django; django.setup(); from toride.audit import process; process.run()"
    running = subprocess.Popen([sys.executable, "-c", script], env=environment)
    try:
        record([event()])
        assert wait_for(lambda: "customers:profile:read" in actions())
        for _ in range(20):
            record([event()])
        running.terminate()
        assert running.wait(120) == 0
    finally:
        running.kill()
        running.wait()
    assert store.rows(connections["audit"], "SELECT id FROM audit_inbox") == []
    assert actions().count("customers:profile:read") == 21
    assert is_sound()


@pytest.mark.requirement("T1")
def test_outbox_that_is_locked_holds_up_nothing_else(stores, owner, monkeypatch):
    with transaction.atomic():
        stage([event("customers:phone:change")])
    record([event()])
    sequencer = Sequencer()
    monkeypatch.setattr(sequencer_module, "_leave", deny_outbox(sequencer_module._leave))
    with pytest.raises(Unavailable):
        sequencer.tick()
    assert actions() == ["customers:phone:change", "system:writer:open", "customers:profile:read"]
    monkeypatch.undo()
    assert settle()
    assert len(actions()) == 3
    assert store.rows(connections["default"], "SELECT id FROM audit_outbox") == []


def deny_outbox(leave):
    def locked(connection, box, waiting):
        if box == "outbox":
            raise OperationalError("database is locked")
        leave(connection, box, waiting)

    return locked


@pytest.mark.requirement("T1")
def test_events_are_read_while_others_may_write(stores, monkeypatch):
    """Whoever waits for the lock has a person before them: it is held for writing only."""
    lock, held = threading.Lock(), []

    def seen(real):
        return lambda data: (held.append(lock.locked()), real(data))[1]

    for module in (sequencer_module, projections):
        monkeypatch.setattr(module, "decode", seen(module.decode))
    record([event() for _ in range(3)])
    with Sequencer(lock) as one:
        assert one.tick()
    assert len(held) >= 6
    assert not any(held)


@pytest.mark.requirement("T2")
def test_projections_that_were_forgotten_meanwhile_begin_anew(stores):
    record([event() for _ in range(3)])
    assert settle()
    with Sequencer() as one:
        projections.clear(one.audit)
        read = projections.upcoming(one.audit)
        projections.advance(one.audit, read)
        projections.advance(one.audit, read)
        assert not list(projections.differences(one.audit))
        projections.clear(one.audit)
        projections.advance(one.audit, read._replace(start=1))
        assert projections.upto(one.audit) == 0
    assert settle()
