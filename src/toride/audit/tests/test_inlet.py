"""The writer's socket hears only its own user, takes whole frames only, and nobody can hold up the others."""

import os
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest
from django.db import OperationalError, connections

from toride.audit import group_writer, proofs, protocol, record, writer
from toride.audit.group_writer import Inlet
from toride.audit.sequencer import settle
from toride.audit.tests.acts import event
from toride.base.errors import Conflict, Unavailable

pytestmark = pytest.mark.skipif(
    os.environ.get("TORIDE_TEST_STORE") == "postgres", reason="the socket belongs to the embedded store"
)


class Sink:
    """Takes rows as the store would; `delay` and `error` as a slow or full disk."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.delay, self.error = 0.0, None

    def __call__(self, rows):
        time.sleep(self.delay)
        if self.error:
            raise self.error
        self.batches.append(list(rows))


class Served:
    def __init__(self, insert, uid):
        self.stop = threading.Event()
        self.inlet = Inlet(insert, uid)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        self.inlet.serve(self.stop)
        connections.close_all()


@pytest.fixture
def serve(stores):
    running = []

    def start(insert, uid=None):
        running.append(Served(insert, os.geteuid() if uid is None else uid))
        return running[-1]

    yield start
    for one in running:
        one.stop.set()
        one.thread.join()
    protocol._drop()


def client():
    found = socket.socket(socket.AF_UNIX)
    found.settimeout(120)
    with protocol.address() as path:
        found.connect(path)
    return found


@pytest.mark.requirement("T1")
def test_recorded_event_goes_through_the_socket_to_the_disk(serve):
    serve(writer.insert)
    record([event()])
    assert getattr(protocol._kept, "connection", None) is not None
    record([event()])
    assert settle()
    report = proofs.check(None, signatures=True)
    assert (report.entries, report.findings) == (3, [])


@pytest.mark.requirement("T1")
def test_second_writer_is_turned_away(serve):
    serve(Sink())
    with pytest.raises(Conflict):
        Inlet(Sink(), os.geteuid())


@pytest.mark.requirement("T1")
def test_socket_is_closed_to_others_by_its_mode(serve):
    serve(Sink())
    assert (protocol.folder() / protocol.NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.requirement("T2")
@pytest.mark.parametrize(
    "frame",
    [
        struct.pack(">I", protocol.FRAME_BYTES + 1),
        struct.pack(">I", 0),
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff" * 64,
        struct.pack(">I", 3) + b"abc",
        struct.pack(">II", 8, 100) + b"abcd",
        struct.pack(">II", 4, 0),
    ],
)
def test_frame_that_no_writer_sends_ends_the_connection(serve, frame):
    sink = Sink()
    serve(sink)
    bad, good = client(), client()
    bad.sendall(frame)
    assert bad.recv(1) == b""
    good.sendall(protocol.frame([b"row"]))
    assert good.recv(1) == protocol.ACCEPTED
    assert sink.batches == [[b"row"]]


@pytest.mark.requirement("T2")
def test_other_user_is_not_heard(serve):
    sink = Sink()
    serve(sink, os.geteuid() + 1)
    stranger = client()
    try:
        stranger.sendall(protocol.frame([b"row"]))
        assert stranger.recv(1) == b""
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert sink.batches == []


@pytest.mark.requirement("T2")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
def test_process_of_another_user_is_not_heard_even_where_the_modes_let_it_in(serve):
    sink = Sink()
    serve(sink)
    folder = protocol.folder()
    opened = [folder / protocol.NAME, folder, folder.parent, folder.parent.parent]
    modes = [one.stat().st_mode for one in opened]
    try:
        for one in opened:
            one.chmod(0o777)
        script = (
            "import os,socket,sys; os.setgid(65534); os.setuid(65534); s=socket.socket(socket.AF_UNIX); s.settimeout(60)\n"
            "s.connect(sys.argv[1])\n"
            "try:\n s.sendall(bytes.fromhex(sys.argv[2])); print(s.recv(1))\n"
            "except OSError as e: print(b'')"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(opened[0]), protocol.frame([b"row"]).hex()],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
    finally:
        for one, mode in zip(opened, modes, strict=True):
            one.chmod(mode & 0o777)
    assert done.stdout.strip() == "b''"
    assert sink.batches == []


@pytest.mark.requirement("T2")
def test_slow_client_holds_nobody_up_and_is_left(serve, monkeypatch):
    monkeypatch.setattr(group_writer, "FRAME_SECONDS", 3_600)
    serve(Sink())
    slow = client()
    slow.sendall(protocol.frame([b"row"])[:6])
    record([event()])
    slow.setblocking(False)
    with pytest.raises(BlockingIOError):  # still there, while another was answered
        slow.recv(1)
    slow.setblocking(True)
    monkeypatch.setattr(group_writer, "FRAME_SECONDS", 0)
    assert slow.recv(1) == b""


@pytest.mark.requirement("T2")
def test_clients_beyond_the_limit_are_turned_away(serve, monkeypatch):
    monkeypatch.setattr(group_writer, "CLIENTS", 2)
    serve(Sink())
    first, second = client(), client()
    for one in (first, second):
        one.sendall(protocol.frame([b"row"]))
        assert one.recv(1) == protocol.ACCEPTED
    third = client()
    assert third.recv(1) == b""


@pytest.mark.requirement("T1")
def test_rows_that_come_together_are_one_commit(serve):
    sink = Sink()
    sink.delay = 0.05
    serve(sink)
    threads = [threading.Thread(target=lambda: [record([event()]) for _ in range(5)]) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(len(batch) for batch in sink.batches) == 41
    assert len(sink.batches) < 20


@pytest.mark.requirement("T1")
def test_client_hears_when_nothing_could_be_committed(serve):
    sink = Sink()
    serve(sink)
    sink.error = OperationalError("database or disk is full")
    with pytest.raises(Unavailable):
        record([event()])
    sink.error = None
    record([event()])
    assert len(sink.batches) == 1


@pytest.mark.requirement("T1")
def test_frame_larger_than_the_limit_is_written_directly(serve, monkeypatch):
    sink = Sink()
    serve(sink)
    monkeypatch.setattr(protocol, "FRAME_BYTES", 2_000)
    record([event() for _ in range(20)])
    assert sink.batches == []
    assert settle()
    assert proofs.check(None, signatures=True).entries == 21


@pytest.mark.requirement("T1")
def test_writer_that_went_away_is_replaced_by_direct_writing(serve):
    served = serve(writer.insert)
    record([event()])
    served.stop.set()
    served.thread.join()
    record([event()])
    assert settle()
    assert proofs.check(None, signatures=True).entries == 3


@pytest.mark.requirement("T1")
@pytest.mark.parametrize("limit", ["PRAGMA max_page_count=1", "PRAGMA query_only=ON"])
def test_full_or_read_only_disk_makes_the_act_fail(stores, limit):
    with connections["audit"].cursor() as cursor:
        cursor.execute("VACUUM")  # or pages that other tests freed would take the events
        cursor.execute(limit)
    many = [event(facts={"x": "y" * 2_900}) for _ in range(2_000)]
    with pytest.raises(Unavailable):
        record(many)
    connections["audit"].close()
    record([event()])
    assert settle()
    assert proofs.check(None, signatures=True).findings == []
