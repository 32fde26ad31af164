"""A service of breached passwords, on this machine."""

import hashlib
import time
from contextlib import AbstractContextManager, suppress
from http.server import BaseHTTPRequestHandler

from tests.hearing import hearing


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


def digest(password: str) -> str:
    """SHA-1 in capitals, as the scheme has it."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def answering() -> AbstractContextManager[tuple[type[Ranges], str]]:
    """A service, and its address."""
    return hearing(Ranges, "/range/")
