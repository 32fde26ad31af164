"""The one way out for mail: to the server of the institution, its certificate verified, within limits."""

import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.utils.translation import gettext as _

from toride.base import outgoing
from toride.base.config import MAIL_ADDRESS, MailServer
from toride.base.errors import Invalid, TorideError, Unavailable

SECONDS = 20.0  # that a server may take for one mail
READY, GO_ON, PERMANENT = 250, 354, 500  # RFC 5321, section 4.2


class Rejected(TorideError):  # noqa: N818 - as the other answers of a server
    """The server does not take this mail, now or later."""


class Uncertain(TorideError):  # noqa: N818 - it is one
    """The server had all of it and did not answer: it may have arrived."""


def send(server: MailServer, *, sender: str, recipient: str, message: bytes, trusted: str | None = None) -> None:
    """Hands one mail over.

    Raises Rejected where it is not taken, Unavailable where it may be later, Uncertain where nobody can tell.
    """
    if not (MAIL_ADDRESS.fullmatch(sender) and MAIL_ADDRESS.fullmatch(recipient)):
        raise Rejected(_("This is not a mail address."))
    whole = False
    try:
        with _connected(server, sender.rpartition("@")[2], trusted) as client:
            _expect(client.docmd(f"MAIL FROM:<{sender}>"), READY)
            _expect(client.docmd(f"RCPT TO:<{recipient}>"), READY)
            _expect(client.docmd("DATA"), GO_ON)
            client.send(_quoted(message))
            whole = True
            _expect(client.getreply(), READY)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        if whole:
            raise Uncertain(type(error).__name__) from None
        raise Unavailable(_("The mail server did not respond."), cause=type(error).__name__) from None


def check(server: MailServer, *, sender: str, trusted: str | None = None) -> None:
    """Does it answer, prove who it is, and let us in? Raises Unavailable or Rejected with the reason."""
    try:
        with _connected(server, sender.rpartition("@")[2], trusted) as client:
            _expect(client.docmd("NOOP"), READY)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Unavailable(_("The mail server did not respond."), cause=type(error).__name__) from None


@contextmanager
def _connected(server: MailServer, me: str, trusted: str | None) -> Iterator[smtplib.SMTP]:
    address = _checked(server)
    context = ssl.create_default_context()
    if trusted:
        context.load_verify_locations(trusted)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    client: smtplib.SMTP = _Plain(address, me)
    if server.scheme == "smtps":
        client = _Secure(address, me, context)
    with outgoing.within(SECONDS, lambda: client.sock):
        try:
            client.connect(server.host, server.port)
            client._host = server.host  # type: ignore[attr-defined] # noqa: SLF001 - whose certificate STARTTLS expects
            client.ehlo_or_helo_if_needed()
            if server.scheme == "smtp+tls":
                client.starttls(context=context)  # raises where the server offers none
                client.ehlo()
            if server.user:
                client.login(server.user, server.password)
            yield client
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            client.close()


class _Plain(smtplib.SMTP):
    """Connects to the address that was checked; the name stays what its certificate is compared with."""

    def __init__(self, address: str, me: str) -> None:
        super().__init__(local_hostname=me, timeout=SECONDS)
        self._address = address

    def _get_socket(self, _host: str, port: int, timeout: float) -> Any:
        return socket.create_connection((self._address, port), timeout)


class _Secure(_Plain):
    """As `_Plain`, with TLS from the first byte."""

    def __init__(self, address: str, me: str, context: ssl.SSLContext) -> None:
        super().__init__(address, me)
        self._context = context

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return self._context.wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


def _checked(server: MailServer) -> str:
    """The first of its addresses; a house's own network is fine, a link, a group or nothing in particular is not."""
    found = outgoing.resolved(server.host, server.port)
    for one in found:
        if server.scheme == "smtp" and not one.is_loopback:
            raise Invalid(_("Mail without TLS goes to this very machine only."))
        plain = one.ipv4_mapped or one if isinstance(one, ipaddress.IPv6Address) else one
        if plain.is_link_local or plain.is_multicast or plain.is_unspecified:
            raise Invalid(_("This address can't be a mail server's."))
    return str(found[0])


def _expect(answer: tuple[int, bytes], wanted: int) -> None:
    """Raises Rejected for a lasting refusal, Unavailable for one of now; their words may quote, so none is kept."""
    code = answer[0]
    if code == wanted or (wanted == READY and code // 10 == READY // 10):
        return
    if code >= PERMANENT:
        raise Rejected(str(code))
    raise Unavailable(_("The mail server can't take mail now."), cause=str(code))


def _quoted(message: bytes) -> bytes:
    """Ends as RFC 5321 says, section 4.5.2: lines that begin with a dot get another."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message).removesuffix(b"\r\n")
    return re.sub(rb"(?m)^\.", b"..", lines) + b"\r\n.\r\n"
