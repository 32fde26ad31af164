"""A load of keep-alive requests over many connections, from a process of its own."""

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.timing import spread

RECEIVE = 262_144


@dataclass
class Line:
    """One connection: what it waits for, and since when."""

    socket: socket.socket
    begun: float = 0.0
    missing: int = -1
    received: bytearray = field(default_factory=bytearray)


def load(port: int, requests: list[bytes], connections: int, seconds: float) -> dict[str, Any]:
    """Requests per second and latencies (ms) of one load; any answer but 200 is counted as `wrong`."""
    chooser = selectors.DefaultSelector()
    lines = [Line(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
    times: list[float] = []
    wrong = sent = 0
    for line in lines:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        chooser.register(line.socket, selectors.EVENT_READ, line)
        _send(line, requests[sent % len(requests)])
        sent += 1
    start = time.perf_counter()
    while (now := time.perf_counter()) - start < seconds:
        for key, _events in chooser.select(0.5):
            if not _is_whole(key.data):
                continue
            now = time.perf_counter()
            times.append((now - key.data.begun) * 1000)
            wrong += not key.data.received.startswith(b"HTTP/1.1 200")
            _send(key.data, requests[sent % len(requests)])
            sent += 1
    for line in lines:
        line.socket.close()
    return {"rate": round(len(times) / (now - start), 1), **spread(times), "wrong": wrong}


def _send(line: Line, request: bytes) -> None:
    line.received.clear()
    line.missing, line.begun = -1, time.perf_counter()
    line.socket.sendall(request)


def _is_whole(line: Line) -> bool:
    chunk = line.socket.recv(RECEIVE)
    if not chunk:
        raise ConnectionError("the server closed a connection")
    line.received += chunk
    if line.missing < 0:
        end = line.received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(line.received[:end]).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        line.missing = end + 4 + length
    return len(line.received) >= line.missing


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    requests = [text.encode() for text in asked["requests"]]
    print(json.dumps(load(asked["port"], requests, asked["connections"], asked["seconds"])))
