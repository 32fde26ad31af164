"""The one way out to a network: to the address that was checked, within limits, without detours."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from toride.base.errors import Invalid, Unavailable

NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last four bytes
GLOBAL = ipaddress.ip_network("2000::/3")  # RFC 4291: the only unicast addresses that are given out
NOT_OUTSIDE_4 = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24",
                                                 "192.88.99.0/24", "192.175.48.0/24")))  # fmt: skip
NOT_OUTSIDE_6 = tuple(map(ipaddress.ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48",
                                                 "3fff::/20", "3ffe::/16", "5f00::/16")))  # fmt: skip
HERE = (".localhost", ".local", ".internal", ".home.arpa")  # RFC 6761, 6762, 8375; ICANN has set .internal apart
CHUNK = 65_536

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Answer:
    """What came back; header names in small letters, the body as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = 5.0,
    largest: int = 1_000_000,
    private: bool = False,
    trusted: str | None = None,
) -> Answer:
    """One request, one answer of at most `largest` bytes, all within `seconds` of being connected.

    https only; http to this very machine with `private`, which also allows the addresses of a house's own network.
    Redirects are answers. `trusted` is a file of certificates instead of the system's. Raises Invalid for an address
    that cannot be used, Unavailable for everything that the other side does wrong.
    """
    scheme, host, port, target = _parts(url)
    address = _checked(host, port, scheme, private=private)
    connection = _connection(scheme, host, str(address), port, seconds, trusted)
    try:
        connection.connect()
        line = connection.sock  # which the connection lets go of when the answer is its last
        with within(seconds, lambda: line) as late:
            said = _headers(host, port, scheme, headers)
            connection.request(method, target, body=body, headers=said, preload_content=False)
            response = connection.getresponse()
            content = bytearray()
            while piece := response.read1(CHUNK, decode_content=False):
                content += piece
                if len(content) > largest:
                    raise Unavailable(_("The other system's response is too large."), cause="size")
        if late.is_set():
            raise TimeoutError
    except (HTTPError, OSError, ValueError) as error:
        raise Unavailable(_("The other system did not respond."), cause=type(error).__name__) from None
    finally:
        connection.close()
    return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, bytes(content))


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        found = urlsplit(url)
        port = found.port or {"https": 443, "http": 80}[found.scheme]
        host = (found.hostname or "").encode("idna").decode()
    except (ValueError, KeyError):
        raise Invalid(_("Enter a service address that starts with https://.")) from None
    clean = url.isascii() and url.isprintable() and " " not in url
    if not host or not clean or found.username is not None or found.password is not None:
        raise Invalid(_("Enter a service address that starts with https://."))
    return found.scheme, host, port, (found.path or "/") + (f"?{found.query}" if found.query else "")


def _checked(host: str, port: int, scheme: str, *, private: bool) -> Address:
    """The first of its addresses, when every one of them may be called."""
    found = resolved(host, port)
    if not private and not all(_is_public(one) for one in found):
        raise Invalid(_("This address is in a private network and can't be used."))
    if scheme == "http" and not (private and all(one.is_loopback for one in found)):
        raise Invalid(_("Only https:// is allowed."))
    return found[0]


def resolved(host: str, port: int) -> list[Address]:
    """Every address of a host. Raises Unavailable where it has none."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable(_("The other system's address can't be resolved."), cause="name") from None
    return [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]


def is_outside(url: str) -> bool:
    """Does an address, as far as it says so itself, lie outside every house's own network? Nobody is asked."""
    try:
        _scheme, host, *_rest = _parts(url)
        answers = socket.getaddrinfo(host.rstrip("."), None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except Invalid:
        return False
    except (OSError, UnicodeError):  # a name
        return "." in host.strip(".") and not f".{host.rstrip('.').lower()}".endswith(HERE)
    return all(_is_public(ipaddress.ip_address(str(one[4][0]).partition("%")[0])) for one in answers)


def _is_public(address: Address) -> bool:
    """Is it global unicast, and of no block with a special meaning? What is not known to be is not (IANA's registries
    of special-purpose addresses, RFC 6890).
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not any(address in one for one in NOT_OUTSIDE_4)
    inside = address.ipv4_mapped
    if address in NAT64:
        inside = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inside is not None:
        return _is_public(inside)
    return address in GLOBAL and address.is_global and not any(address in one for one in NOT_OUTSIDE_6)


def _connection(
    scheme: str, host: str, address: str, port: int, seconds: float, trusted: str | None
) -> HTTPConnection | HTTPSConnection:
    if scheme == "http":
        return HTTPConnection(address, port, timeout=seconds)
    context = ssl.create_default_context(cafile=trusted)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return HTTPSConnection(
        address, port, timeout=seconds, ssl_context=context, server_hostname=host, assert_hostname=host
    )


def _headers(host: str, port: int, scheme: str, headers: Mapping[str, str] | None) -> dict[str, str]:
    usual = {"https": 443, "http": 80}[scheme]
    name = f"[{host}]" if ":" in host else host
    fixed = {"Host": name if port == usual else f"{name}:{port}", "Accept-Encoding": "identity", "User-Agent": "Toride"}
    return fixed | dict(headers or {})


@contextmanager
def within(seconds: float, line: Callable[[], socket.socket | None]) -> Iterator[threading.Event]:
    """Cuts the line when the time is over, even when the other side sends a byte now and then."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        with suppress(OSError):
            if (found := line()) is not None:
                found.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
