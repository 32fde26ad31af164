"""A mail server on this machine that a test sends to: a whole one, and those that behave as servers at times do."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from toride.base.config import MailServer
from toride.vault import tls

USER, PASSWORD = "toride", "secret and:@/ more"


@dataclass
class Box:
    """What a server took, and how it answers: `refused` at RCPT, `answer` at the end of the data."""

    taken: list[Envelope] = field(default_factory=list)
    refused: str = ""
    answer: str = "250 OK"
    on_data: Callable[[], Any] | None = None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        if self.refused:
            return self.refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Envelope) -> str:
        self.taken.append(envelope)
        if self.on_data:
            await asyncio.get_running_loop().run_in_executor(None, self.on_data)
        if self.answer == "drop":
            server.transport.abort()
        return self.answer

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(one.content, policy=default) for one in self.taken]


class OnFreePort(Controller):
    """On a port that the system gives."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(
    folder: Path, *, host: str = "localhost", scheme: str = "smtp+tls"
) -> Iterator[tuple[Box, MailServer, str]]:
    """Its box, where it is, and the certificate of its authority. `host`: for whom its certificate is."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if not (folder / "ca.pem").exists():
        tls.make_ca(folder)
    certificate, key = tls.issue(folder, [host])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    box = Box()

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.login == USER.encode() and data.password == PASSWORD.encode())

    secure: dict[str, Any] = {"smtp": {}, "smtp+tls": {"tls_context": context, "require_starttls": True},
                              "smtps": {"ssl_context": context}}[scheme]  # fmt: skip
    login: dict[str, Any] = {"auth_required": True, "authenticator": check} if scheme == "smtp+tls" else {}
    controller = OnFreePort(box, hostname="127.0.0.1", port=0, server_hostname="localhost", **secure, **login)
    controller.start()
    try:
        port = controller.server.sockets[0].getsockname()[1]
        user = (USER, PASSWORD) if login else ("", "")
        yield box, MailServer(scheme, "localhost", port, *user), str(folder / "ca.pem")
    finally:
        controller.stop()


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def take() -> None:
            with suppress(OSError):
                while True:
                    held.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            for one in held:
                one.close()
