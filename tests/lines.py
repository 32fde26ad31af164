"""Raw lines to a server: requests over HTTP/1.1 and HTTP/2 whose bodies are sent as slowly as one likes."""

import socket
import ssl

from tests.running import PATIENCE

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # RFC 9113, section 3.4
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7  # section 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1


class Line:
    """One connection; over TLS with a context."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None, *, protocol: str = "http/1.1") -> None:
        plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            context.set_alpn_protocols([protocol])
        self.socket = plain if context is None else context.wrap_socket(plain, server_hostname="localhost")
        self.port = port

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def close(self) -> None:
        self.socket.close()

    def until_closed(self) -> bytes:
        """Everything that the other side still says."""
        received = b""
        try:
            while chunk := self.socket.recv(65_536):
                received += chunk
        except ConnectionError:
            pass
        return received


class Http1(Line):
    """A form of `length` bytes that is begun."""

    def post(self, path: str, length: int, *, cookies: str = "", method: str = "POST") -> None:
        self.send(
            f"{method} {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {cookies}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n".encode()
        )

    def status(self) -> int:
        """Of the answer that comes next."""
        received = b""
        while b"\r\n" not in received:
            chunk = self.socket.recv(65_536)
            if not chunk:
                raise ConnectionError("closed without an answer")
            received += chunk
        return int(received.split(b" ", 2)[1])


class Http2(Line):
    """Streams of one connection, by odd numbers."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        super().__init__(port, context, protocol="h2")
        self.send(PREFACE + frame(SETTINGS, 0, 0, b""))
        self.received = b""

    def post(self, stream: int, path: str, *, cookies: str = "", end: bool = False, method: str = "POST") -> None:
        fields = {
            ":method": method, ":scheme": "http", ":path": path, ":authority": f"localhost:{self.port}",
            "cookie": cookies, "content-type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        block = b"".join(b"\x00" + _text(name) + _text(value) for name, value in fields.items())
        self.send(frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block))

    def data(self, stream: int, content: bytes, *, end: bool = False) -> None:
        self.send(frame(DATA, END_STREAM if end else 0, stream, content))

    def reset(self, stream: int) -> None:
        self.send(frame(RST_STREAM, 0, stream, (8).to_bytes(4)))

    def answered(self) -> tuple[int, bytes]:
        """The next stream that is answered, and the head of its answer as it was sent."""
        while True:
            head = self._exactly(9)
            kind, flags, stream = head[3], head[4], int.from_bytes(head[5:9]) & 0x7FFF_FFFF
            content = self._exactly(int.from_bytes(head[:3]))
            if kind == SETTINGS and not flags & ACK:
                self.send(frame(SETTINGS, ACK, 0, b""))
            if kind == PING and not flags & ACK:
                self.send(frame(PING, ACK, 0, content))
            if kind == HEADERS:
                return stream, content
            if kind == GOAWAY:
                raise ConnectionError("the server has ended the connection")

    def _exactly(self, count: int) -> bytes:
        while len(self.received) < count:
            chunk = self.socket.recv(65_536)
            if not chunk:
                raise ConnectionError("closed")
            self.received += chunk
        found, self.received = self.received[:count], self.received[count:]
        return found


def frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return len(content).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + content


def _text(value: str) -> bytes:
    """A literal without Huffman coding (RFC 7541, section 5.2); below 127 bytes, or with one continued length."""
    content = value.encode()
    if len(content) < 127:
        return bytes([len(content)]) + content
    rest, length = len(content) - 127, b"\x7f"
    while rest >= 128:
        length += bytes([rest % 128 + 128])
        rest //= 128
    return length + bytes([rest]) + content
