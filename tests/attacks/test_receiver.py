"""The receiver by itself, on a clock of its own: deadlines, least rates, limits, slow readers, parallel acts."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toride.base.receiver import UNRECEIVED, Limits, Receiver

pytestmark = [pytest.mark.requirement("K2"), pytest.mark.requirement("A6")]
LIMITS = Limits(largest=lambda method: 400_000 if method == "PUT" else 100_000, patience=10, rate=1_000, held=500_000)
MANY = 90_000


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time passes only when it is told to."""

    moment = 0.0

    def time(self) -> float:
        return self.moment


def run(act: Callable[[Clock], Awaitable[Any]]) -> Any:
    loop = Clock()
    try:
        return loop.run_until_complete(asyncio.wait_for(act(loop), None))
    finally:
        loop.close()


def scope(method: str = "POST", version: str = "1.1", **headers: str) -> dict[str, Any]:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http", "method": method, "raw_path": b"/x", "query_string": b"", "http_version": version,
        "scheme": "https", "server": ("127.0.0.1", "1"), "client": ("127.0.0.9", "2"), "headers": sent,
    }  # fmt: skip


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start(f"{environ.get(UNRECEIVED, 200)} x", [])
    return [environ["wsgi.input"].read()]


@cache
def receiver(application: Any = echo) -> Receiver:
    made = Receiver(application, LIMITS)
    made.begin()
    return made


async def asked(
    made: Receiver, loop: Clock, parts: list[tuple[float, bytes]], how: dict[str, Any], *, end: bool
) -> tuple[int, bytes]:
    """The answer to a body whose parts come after so many seconds each; without `end`, nothing follows for ever."""
    waiting = iter(parts)
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        found = next(waiting, None)
        if found is None and not end:
            loop.moment += 10_000
            await asyncio.get_running_loop().create_future()
        if found is None:
            return {"type": "http.request", "body": b"", "more_body": False}
        loop.moment += found[0]
        for _ in range(3):
            await asyncio.sleep(0)
        return {"type": "http.request", "body": found[1], "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await made(how, receive, send)
    return said[0]["status"], b"".join(one.get("body", b"") for one in said[1:])


@given(st.lists(st.tuples(st.floats(0, 9), st.binary(min_size=1, max_size=30)), max_size=5), st.booleans())
def test_what_never_ends_is_given_up_and_whatever_came_is_let_go(parts: list[tuple[float, bytes]], http2: bool) -> None:
    made = receiver()
    how = scope(version="2") if http2 else scope(content_length="100000")
    assert run(lambda loop: asked(made, loop, parts, how, end=False)) == (408, b"")
    assert made.held == 0


@given(st.integers(1, 40), st.floats(0.001, 0.9))
def test_a_long_body_over_an_honest_line_arrives_however_long_it_takes(parts: int, share: float) -> None:
    each = b"x" * 9_000
    seconds = len(each) / LIMITS.rate * share
    sent = [(seconds, each)] * parts
    made = receiver()
    how = scope("PUT", content_length=str(parts * len(each)))
    assert run(lambda loop: asked(made, loop, sent, how, end=True)) == (200, each * parts)


def test_below_the_least_rate_it_is_given_up() -> None:
    sent = [(12.0, b"x" * 9_000)] * 40
    how = scope("PUT", content_length="360000")
    assert run(lambda loop: asked(receiver(), loop, sent, how, end=True))[0] == 408


@pytest.mark.parametrize(
    "how", [scope(content_length="100001"), scope(transfer_encoding="chunked"), scope(version="2")]
)
def test_one_that_is_too_large_is_not_kept(how: dict[str, Any]) -> None:
    made = receiver()
    assert run(lambda loop: asked(made, loop, [(0, b"x" * 50_001)] * 2, how, end=True)) == (413, b"")
    assert made.held == 0


def test_all_bodies_together_are_bounded_and_small_ones_pass() -> None:
    made = receiver()
    made.held = LIMITS.held
    try:
        _beside_others(made)
    finally:
        made.held = 0


def _beside_others(made: Receiver) -> None:
    large, small = [(0.0, b"x" * MANY)], [(0.0, b"x" * 900)]
    assert run(lambda loop: asked(made, loop, large, scope(version="2"), end=True))[0] == 503
    assert run(lambda loop: asked(made, loop, small, scope(version="2"), end=True))[0] == 200
    assert made.held == LIMITS.held


def test_who_leaves_takes_no_thread() -> None:
    acted: list[int] = []

    def application(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        acted.append(1)
        return []

    async def act(_loop: Clock) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        await receiver(application)(scope(content_length="9"), receive, None)  # type: ignore[arg-type]

    run(act)
    assert acted == []


class Streaming:
    """An answer in pieces, as Django's."""

    streaming = True

    def __init__(self) -> None:
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"a", b"b"])

    def close(self) -> None:
        self.closed.set()


def test_a_reader_that_stops_keeps_nobody_waiting() -> None:
    streamed = Streaming()

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            start("200 x", [])
            return streamed
        return echo(environ, start)

    made = receiver(application)

    async def act(loop: Clock) -> tuple[int, bytes]:
        stopped = asyncio.Event()

        async def send(message: dict[str, Any]) -> None:
            if message.get("body") == b"a":
                stopped.set()
                await loop.create_future()

        reading = asyncio.ensure_future(made(scope("GET"), None, send))  # type: ignore[arg-type]
        await stopped.wait()
        other = await asked(made, loop, [(0, b"x")], scope(content_length="1"), end=True)
        loop.moment += 11
        with pytest.raises(TimeoutError):
            await reading
        return other

    assert run(act) == (200, b"x")
    assert streamed.closed.is_set()


def test_a_header_cannot_pass_for_another() -> None:
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ)
        start("200 x", [])
        return []

    how = scope("GET") | {
        "headers": [(b"x-a", b"1"), (b"x_b", b"2"), (b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"x-a", b"3")]
    }
    run(lambda loop: asked(receiver(application), loop, [], how, end=True))
    assert (seen["HTTP_X_A"], seen["HTTP_COOKIE"]) == ("1,3", "a=1; b=2")
    assert "HTTP_X_B" not in seen
