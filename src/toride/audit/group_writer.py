"""The one writer of an embedded installation: takes frames from all workers and commits what has come together."""

import fcntl
import logging
import os
import selectors
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event as Flag

from toride.audit import protocol
from toride.base.errors import Conflict

CLIENTS = 256
FRAME_SECONDS = 5.0
READ_BYTES = 262_144
TURN_SECONDS = 0.2
PEER = struct.Struct("3i")  # struct ucred of SO_PEERCRED, socket(7): pid, uid, gid
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Client:
    connection: socket.socket
    buffer: bytearray = field(default_factory=bytearray)
    since: float = 0.0

    def take(self) -> list[list[bytes]]:
        """The frames that have arrived in whole. Raises ValueError for one that no writer sends."""
        found = []
        while len(self.buffer) >= protocol.LENGTH.size:
            (length,) = protocol.LENGTH.unpack_from(self.buffer)
            if not 0 < length <= protocol.FRAME_BYTES:
                raise ValueError("length")
            end = protocol.LENGTH.size + length
            if len(self.buffer) < end:
                break
            found.append(protocol.rows_of(bytes(self.buffer[protocol.LENGTH.size : end])))
            del self.buffer[:end]
        return found


class Inlet:
    """Listens at `wire.address()`; only processes of `uid` are heard. `insert` commits rows or raises.

    Raises Conflict where another process listens already.
    """

    def __init__(self, insert: Callable[[Sequence[bytes]], None], uid: int) -> None:
        self.insert, self.uid = insert, uid
        self.selector = selectors.DefaultSelector()
        self.clients: dict[int, _Client] = {}
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.held = os.open(protocol.folder() / "writer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("Another process already writes this installation's audit trail.") from None
        (protocol.folder() / protocol.NAME).unlink(missing_ok=True)
        with protocol.address() as path:
            self.listener.bind(path)
        (protocol.folder() / protocol.NAME).chmod(0o600)
        self.listener.listen(CLIENTS)
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ)

    def serve(self, stop: Flag) -> None:
        """Commits what arrives, until told to stop; what was accepted by then is committed."""
        try:
            while not stop.is_set():
                self.turn()
        finally:
            (protocol.folder() / protocol.NAME).unlink(missing_ok=True)
            for client in list(self.clients.values()):
                self._drop(client)
            self.selector.close()
            self.listener.close()
            os.close(self.held)

    def turn(self) -> None:
        """One look at all clients: whatever has arrived is one transaction; then each is answered."""
        arrived: list[tuple[_Client, list[bytes]]] = []
        for key, _ in self.selector.select(TURN_SECONDS):
            if key.fileobj is self.listener:
                self._accept()
                continue
            client = self.clients[key.fd]
            try:
                arrived += [(client, rows) for rows in self._read(client)]
            except (OSError, ValueError):
                self._drop(client)
        self._commit(arrived)
        now = time.monotonic()
        for client in [one for one in self.clients.values() if one.buffer and now - one.since > FRAME_SECONDS]:
            self._drop(client)

    def _accept(self) -> None:
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        _, uid, _ = PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))
        if uid != self.uid or len(self.clients) >= CLIENTS:
            connection.close()
            return
        connection.setblocking(False)
        client = _Client(connection)
        self.clients[connection.fileno()] = client
        self.selector.register(connection, selectors.EVENT_READ)

    def _read(self, client: _Client) -> list[list[bytes]]:
        data = client.connection.recv(READ_BYTES)
        if not data:
            raise ConnectionResetError
        if not client.buffer:
            client.since = time.monotonic()
        client.buffer += data
        return client.take()

    def _commit(self, arrived: Sequence[tuple[_Client, list[bytes]]]) -> None:
        if not arrived:
            return
        try:
            self.insert([row for _, rows in arrived for row in rows])
            answer = protocol.ACCEPTED
        except Exception as error:  # noqa: BLE001 - whatever it was, every client must hear that nothing was written
            _log.error("audit: nothing was written: %s", type(error).__name__)
            answer = protocol.FAILED
        for client, _ in arrived:
            try:
                client.connection.send(answer)
            except OSError:
                self._drop(client)

    def _drop(self, client: _Client) -> None:
        if self.clients.pop(client.connection.fileno(), None) is not None:
            self.selector.unregister(client.connection)
            client.connection.close()
