"""Another system that hears webhooks, on this machine."""

from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler

from tests.hearing import hearing


class Receiver(BaseHTTPRequestHandler):
    """Keeps (headers in small letters, body) of what it heard; answers `status`."""

    heard: list[tuple[dict[str, str], bytes]]
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(type(self).status)
        self.end_headers()


def receiving() -> AbstractContextManager[tuple[type[Receiver], str]]:
    """A receiver, and its address."""
    return hearing(Receiver, "/hook")
