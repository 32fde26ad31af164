"""A server on this machine that a test listens with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

Handler = TypeVar("Handler", bound=BaseHTTPRequestHandler)


@contextmanager
def hearing(handler: type[Handler], path: str) -> Iterator[tuple[type[Handler], str]]:
    """A handler of its own, whose `heard` is empty, and the address at which it answers."""
    kind = type("Heard", (handler,), {"heard": [], "log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield kind, f"http://localhost:{server.server_address[1]}{path}"
    finally:
        server.shutdown()
        server.server_close()
