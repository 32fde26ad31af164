"""Whoever sends without an end, over either protocol and before any sign-in, keeps nobody else waiting."""

import os
import signal
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lines import Http1, Http2
from tests.processes.tree import is_alive, named, until
from tests.running import PATIENCE, Served, demonstration, toride

pytestmark = [pytest.mark.requirement("K2"), pytest.mark.requirement("A6")]
ASKED = 12  # several for each worker: connections fall to either
NEVER = {"TORIDE_RECEIVE_SECONDS": "600"}  # so that no deadline helps the pages


class Secure(Served):
    """An installation for real use, over TLS."""

    command, scheme = "serve", "https"

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.home / "tls" / "ca.pem")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=PATIENCE, context=self.context):
                return True
        except OSError:
            return False


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(demonstration(tmp_path_factory.mktemp("slow") / "home", 0), **NEVER)
    yield server
    server.stop()


def csrf(server: Served, context: ssl.SSLContext | None = None) -> str:
    with urllib.request.urlopen(f"{server.url}/sign-in/", timeout=PATIENCE, context=context) as page:
        return str(page.headers["Set-Cookie"].split(";")[0])


def begin(
    port: int, cookies: str, *, lines: int, streams: int, context: ssl.SSLContext | None = None
) -> list[Http1 | Http2]:
    """Bodies that are begun and do not end, over both protocols."""
    begun: list[Http1 | Http2] = []
    for path in ("/sign-in/", "/api/v1/customers/search", "/scim/v2/Users"):
        for _ in range(lines):
            old = Http1(port, context)
            old.post(path, 100, cookies=cookies)
            old.send(b"a")
            new = Http2(port, context)
            for stream in range(1, 2 * streams, 2):
                new.post(stream, path, cookies=cookies)
                new.data(stream, b"a")
            begun += [old, new]
    return begun


def all_answer(server: Served) -> bool:
    return all(server.answers() for _ in range(ASKED))


def test_bodies_that_never_end(served: Served) -> None:
    begun = begin(served.port, csrf(served), lines=2, streams=3)
    assert all_answer(served)
    for line in begun:
        if isinstance(line, Http2):
            line.reset(3)
        line.close()
    assert all_answer(served)


def test_one_that_is_too_large_is_not_received(served: Served) -> None:
    line = Http1(served.port)
    line.post("/sign-in/", 2_000_000, cookies=csrf(served))
    assert line.status() == 413
    machine = Http1(served.port)
    machine.post("/api/v1/customers/search", 2_000_000)
    assert machine.status() == 413


@pytest.mark.parametrize("how", [Http1, Http2])
def test_a_body_in_time_is_answered(served: Served, how: type[Http1] | type[Http2]) -> None:
    line = how(served.port)
    if isinstance(line, Http2):
        line.post(1, "/sign-in/", cookies="toride-csrf=x")
        line.data(1, b"login=a")
        line.data(1, b"&password=b", end=True)
        assert line.answered()[0] == 1
    else:
        line.post("/sign-in/", 18, cookies="toride-csrf=x")
        line.send(b"login=a")
        line.send(b"&password=b")
        assert line.status() == 403


@pytest.mark.slow
def test_many_over_tls_after_their_deadline_and_after_they_have_gone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    init = ("init", "--institution", "青葉信用金庫", "--admin", "hayasaka", "--name", "早坂 健", "--branch", "本部")
    toride(home, *init, TORIDE_ADMIN_PASSWORD="Kuroshio-naga-9")
    server = Secure(home, TORIDE_RECEIVE_SECONDS="2")
    try:
        cookies = csrf(server, server.context)
        begun = begin(server.port, cookies, lines=40, streams=20, context=server.context)
        assert all_answer(server)
        slow = next(line for line in begun if isinstance(line, Http1))
        assert slow.status() == 408
        for line in begun:
            line.close()
        assert all_answer(server)
    finally:
        server.stop()


def test_a_worker_that_hangs_is_replaced(served: Served) -> None:
    parent, *workers = named(served.process.pid, "web")
    hanging = workers[0]
    os.kill(hanging, signal.SIGSTOP)
    until(lambda: not is_alive(hanging))
    until(lambda: len(named(parent, "web")) == len(workers))
    assert all_answer(served)
