"""A trail that does not answer holds one request for a moment, and the ones behind it for much less."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.people import House
from toride.audit import protocol, record
from toride.audit.group_writer import Inlet
from toride.audit.tests.acts import event
from toride.base import stores
from toride.base.errors import Unavailable

pytestmark = [
    pytest.mark.requirement("T1"),
    pytest.mark.requirement("K2"),
    pytest.mark.skipif(os.environ.get("TORIDE_TEST_STORE") == "postgres", reason="the socket is the embedded store's"),
]


@pytest.fixture
def silent(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A writer that takes connections and says nothing."""
    monkeypatch.setattr(protocol, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(protocol, "AGAIN_SECONDS", 0.05)
    listener = socket.socket(socket.AF_UNIX)
    with protocol.address() as path:
        listener.bind(path)
    listener.listen()
    yield listener
    listener.close()
    (protocol.folder() / protocol.NAME).unlink(missing_ok=True)
    protocol._drop()
    protocol._kept.__dict__.clear()


def test_the_second_waits_for_less_until_it_answers_again(silent: socket.socket) -> None:
    with pytest.raises(Unavailable):
        record([event()])
    assert protocol._connection().gettimeout() == protocol.AGAIN_SECONDS
    with pytest.raises(Unavailable):
        record([event()])
    silent.close()
    protocol._drop()
    inlet, stop = Inlet(lambda rows: None, os.geteuid()), threading.Event()
    thread = threading.Thread(target=inlet.serve, args=(stop,))
    thread.start()
    try:
        record([event()])
        assert protocol._connection().gettimeout() == protocol.ANSWER_SECONDS
    finally:
        stop.set()
        thread.join()


def test_no_wait_for_the_trail_is_long() -> None:
    assert protocol.ANSWER_SECONDS <= 5
    assert stores.WAITS["audit"] < protocol.ANSWER_SECONDS
