"""Requests are received whole, under a deadline and a least rate, before the application's thread is taken.

Between the server (ASGI) and the application (WSGI, one thread): whoever sends or reads slowly keeps a few bytes of
this process, and keeps nobody waiting.
"""

import asyncio
import contextvars
import io
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any
from urllib.parse import unquote_to_bytes

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

UNRECEIVED = "toride.unreceived"  # in an environ: the status that the application answers, without any body
TOO_SLOW, TOO_LARGE, TOO_BUSY = 408, 413, 503
SMALL = 65_536  # a body up to here is received however much this process holds
FIXED: Environ = {
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": False,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class Gone(Exception):  # noqa: N818 - a state
    """The other side has left."""


class Unreceived(Exception):  # noqa: N818
    """The body is too slow, too large, or too much beside all others."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What sending and reading may take: seconds from the start, prolonged by what has passed at `rate` bytes a second;
    bytes of one body, by method; bytes of all bodies.
    """

    largest: Callable[[str], int]
    patience: float = 10.0
    rate: int = 16_384
    held: int = 134_217_728


@dataclass
class Answer:
    """What the application answers: whole, or beginning, with the pieces that follow."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    pieces: Iterator[bytes] | None = None
    close: Callable[[], None] | None = None

    def start(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


class Receiver:
    """An ASGI application around a WSGI one."""

    def __init__(self, application: Application, limits: Limits) -> None:
        self.application, self.limits = application, limits
        self.waiting: SimpleQueue[Any] = SimpleQueue()
        self.held = 0
        self.since: float | None = None

    def begin(self) -> None:
        """Starts the application's thread; in the process that answers, after any fork."""
        threading.Thread(target=self._work, name="requests", daemon=True).start()

    def busy(self) -> float | None:
        """Since when the application's thread does what it does now; None where it does nothing."""
        return self.since

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        environ = environ_of(scope)
        taken: list[bytes] = []
        try:
            await self._receive(environ, receive, taken)
            context = contextvars.copy_context()
            answer = await self._in_thread(context, self._run, environ)
        except Gone:
            return
        finally:
            self.held -= sum(map(len, taken))
        await self._send(context, answer, send)

    async def _receive(self, environ: Environ, receive: Receive, taken: list[bytes]) -> None:
        """Puts the body into the environ, or why there is none."""
        if _is_bare(environ):
            environ["wsgi.input"] = io.BytesIO()
            return
        try:
            async with asyncio.timeout(self.limits.patience) as deadline:
                await self._collect(environ, receive, taken, deadline)
        except TimeoutError:
            environ[UNRECEIVED] = TOO_SLOW
        except Unreceived as error:
            environ[UNRECEIVED] = error.args[0]
        body = b"" if UNRECEIVED in environ else b"".join(taken)
        environ["CONTENT_LENGTH"], environ["wsgi.input"] = str(len(body)), io.BytesIO(body)

    async def _collect(self, environ: Environ, receive: Receive, taken: list[bytes], deadline: asyncio.Timeout) -> None:
        begun = asyncio.get_running_loop().time() + self.limits.patience
        most, size = self.limits.largest(environ["REQUEST_METHOD"]), 0
        if int(environ.get("CONTENT_LENGTH") or 0) > most:
            raise Unreceived(TOO_LARGE)
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise Gone
            if part := message.get("body", b""):
                taken.append(part)
                size += len(part)
                self.held += len(part)
                deadline.reschedule(begun + size / self.limits.rate)
            if size > most:
                raise Unreceived(TOO_LARGE)
            if self.held > self.limits.held and size > SMALL:
                raise Unreceived(TOO_BUSY)
            if not message.get("more_body"):
                return

    async def _in_thread(self, context: contextvars.Context, what: Callable[..., Any], *arguments: Any) -> Any:
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting.put((done, context, what, arguments))
        return await done

    def _work(self) -> None:
        """The application's thread."""
        while True:
            done, context, what, arguments = self.waiting.get()
            self.since = time.monotonic()
            try:
                told: Callable[..., None] = _succeed
                result: Any = context.run(what, *arguments)
            except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
                told, result = _fail, error
            self.since = None
            done.get_loop().call_soon_threadsafe(told, done, result)
            del done, context, what, arguments, result

    def _run(self, environ: Environ) -> Answer:
        answer = Answer()
        result = self.application(environ, answer.start)
        close = getattr(result, "close", None)
        if getattr(result, "streaming", False):
            answer.pieces, answer.close = iter(result), close
            return answer
        try:
            answer.body = b"".join(result)
        finally:
            if close is not None:
                close()
        return answer

    async def _send(self, context: contextvars.Context, answer: Answer, send: Send) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.pieces is None:
            await send({"type": "http.response.body", "body": answer.body})
            return
        try:
            while (piece := await self._in_thread(context, next, answer.pieces, None)) is not None:
                async with asyncio.timeout(self.limits.patience + len(piece) / self.limits.rate):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            if answer.close is not None:
                await self._in_thread(context, answer.close)


def _succeed(done: "asyncio.Future[Any]", result: Any) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: "asyncio.Future[Any]", error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)


def _is_bare(environ: Environ) -> bool:
    """Does the head say that no body follows (RFC 9112, section 6.3)? Over HTTP/2 it does not."""
    lengths = environ.keys() & {"CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"}
    return not lengths and environ["SERVER_PROTOCOL"] in ("HTTP/1.0", "HTTP/1.1")


def environ_of(scope: Message) -> Environ:
    """The request's head as WSGI has it (PEP 3333); headers with an underscore could pass for others: left out."""
    host, port = scope.get("server") or ("localhost", "0")
    environ = FIXED | {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": scope["client"][0] if scope.get("client") else "",
        "wsgi.url_scheme": scope["scheme"],
    }
    for name, value in scope["headers"]:
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    return environ
