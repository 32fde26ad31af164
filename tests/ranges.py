"""A service of breached passwords, on this machine."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ranges(BaseHTTPRequestHandler):
    """Answers by range from `known`, with padding; keeps (path, headers in small letters) of what it heard."""

    heard: list[tuple[str, dict[str, str]]]
    known: tuple[str, ...] = ()
    padding: tuple[str, ...] = ()  # passwords whose digests are among the lines with a count of 0
    status, wait = 200, 0.0

    def do_GET(self) -> None:
        kind = type(self)
        kind.heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        time.sleep(kind.wait)
        lines = [f"{digest(one)[5:]}:7" for one in kind.known] + [f"{digest(one)[5:]}:0" for one in kind.padding]
        body = "\r\n".join(lines).encode()
        with suppress(BrokenPipeError):  # who asked has gone
            self.send_response(kind.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def digest(password: str) -> str:
    """SHA-1 in capitals, as the scheme has it."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@contextmanager
def answering() -> Iterator[tuple[type[Ranges], str]]:
    """A service, and its address."""
    kind = type("Heard", (Ranges,), {"heard": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield kind, f"http://localhost:{server.server_address[1]}/range/"
    finally:
        server.shutdown()
        server.server_close()
