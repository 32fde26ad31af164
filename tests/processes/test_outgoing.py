"""The way out to a network, against real servers on this machine."""

import contextlib
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from toride.base import outgoing
from toride.base.errors import Invalid, Unavailable
from toride.vault import tls

Way = Callable[[http.server.BaseHTTPRequestHandler], None]


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    way: Way
    seen: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.seen.append((self.path, self.headers["Host"], self.rfile.read(length)))
        type(self).way(self)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None: ...


class Other:
    """The other side; `url` leads to it."""

    def __init__(self, scheme: str, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[tuple[str, str, bytes]] = []
        self.handler = type("Handler", (Door,), {"seen": self.seen, "way": says(b"well")})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self.server.daemon_threads = True
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{scheme}://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def does(self, way: Way) -> None:
        self.handler.way = way


def says(body: bytes, status: int = 200, **headers: str) -> Way:
    def way(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return way


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[Other]:
    found = Other("http")
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Other, str]]:
    (tmp_path / "ca").mkdir(mode=0o700)
    authority = tls.make_ca(tmp_path / "ca")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*tls.issue(tmp_path / "ca", ["localhost"]))
    found = Other("https", context)
    yield found, str(authority)
    found.server.shutdown()
    found.server.server_close()


def test_an_answer_comes_back_as_it_was_sent(other: Other) -> None:
    other.does(says(b"\x1f\x8bno gzip", 201, ETag='"1"'))
    found = outgoing.send("POST", other.url + "/a?b=c", body=b"{}", private=True)
    assert (found.status, found.body, found.headers["etag"]) == (201, b"\x1f\x8bno gzip", '"1"')
    assert other.seen == [("/a?b=c", other.url.removeprefix("http://"), b"{}")]


def test_a_certificate_that_is_not_trusted_is_refused(secure: tuple[Other, str]) -> None:
    other, authority = secure
    assert outgoing.send("GET", other.url, private=True, trusted=authority).body == b"well"
    with pytest.raises(Unavailable):
        outgoing.send("GET", other.url, private=True)
    with pytest.raises(Unavailable):  # issued for the name, not for the address
        outgoing.send("GET", other.url.replace("localhost", "127.0.0.1"), private=True, trusted=authority)
    assert len(other.seen) == 1


def test_a_redirect_is_an_answer_and_not_followed(other: Other) -> None:
    other.does(says(b"", 302, Location=other.url + "/elsewhere"))
    assert outgoing.send("GET", other.url + "/here", private=True).status == 302
    assert [path for path, _, _ in other.seen] == ["/here"]


def test_an_answer_that_is_too_large_is_dropped(other: Other) -> None:
    other.does(says(b"x" * 100_001))
    with pytest.raises(Unavailable):
        outgoing.send("GET", other.url, largest=100_000, private=True)
    other.does(says(b"x" * 100_000))
    assert len(outgoing.send("GET", other.url, largest=100_000, private=True).body) == 100_000


HEADS = {
    "in a header": b"HTTP/1.1 200 OK\r\nX: ",
    "in an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
    "in a last answer": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9999\r\n\r\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_side_that_drips_is_cut_off(other: Other, head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would drip for ever: that it ends is our doing. With `Connection: close` the answer alone holds the line."""
    dripping, ended = threading.Event(), threading.Event()
    allowed = []

    class Timer(threading.Thread):
        """Its time is over once the other side drips."""

        def __init__(self, seconds: float, act: Callable[[], None]) -> None:
            super().__init__(target=lambda: dripping.wait() and act(), daemon=True)
            allowed.append(seconds)

        def cancel(self) -> None: ...

    def drip(request: http.server.BaseHTTPRequestHandler) -> None:
        request.wfile.write(head)
        with contextlib.suppress(OSError):
            while True:
                request.wfile.write(b"x")
                dripping.set()
                time.sleep(0.01)
        request.close_connection = True
        ended.set()

    other.does(drip)
    monkeypatch.setattr(threading, "Timer", Timer)
    with pytest.raises(Unavailable):
        outgoing.send("GET", other.url, seconds=60, private=True)
    ended.wait()
    assert allowed == [60]


def test_a_half_answer_is_none(other: Other) -> None:
    def half(request: http.server.BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        request.close_connection = True

    other.does(half)
    with pytest.raises(Unavailable):
        outgoing.send("GET", other.url, private=True)


INSIDE = ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
          "fe80::1", "fd00::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a9fe:a9fe", "2001:0:1::1"]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads inside, beside a harmless address too."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    good = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
    for answers in ([(family, 1, 6, "", (address, 443))], [good, (family, 1, 6, "", (address, 443))]):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, answers=answers, **__: answers)
        monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("called"))
        with pytest.raises(Invalid):
            outgoing.send("GET", "https://hooks.example.com/")


def test_a_name_is_looked_up_once(other: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who answers first with a good address and then with another gains nothing (DNS rebinding)."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    outgoing.send("GET", other.url, private=True)
    assert asked[0] == "localhost"
    assert set(asked[1:]) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "https://", "https://a:b@example.com/", "https://exa mple.com/", "https://e.com:99999/",
     "https://e.com/\r\nX: y", "file:///etc/passwd", "http://93.184.216.34/", "localhost:80", "https://e.com/あ"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        outgoing.send("GET", url)


def test_a_header_cannot_bring_another(other: Other) -> None:
    with pytest.raises(Unavailable):
        outgoing.send("GET", other.url, headers={"X": "a\r\nY: b"}, private=True)
    assert other.seen == []
