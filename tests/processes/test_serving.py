"""It serves over TLS 1.3 and HTTP/2, stops cleanly, comes back from every kill, and starts fast."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.client import Client
from tests.processes.tree import descendants, is_alive, named, on_port, until
from tests.running import PATIENCE, ROOT, Served, demonstration, environment, toride

PASSWORD = "Kuroshio-naga-9"
NAME = "crm.aoba.example.jp"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # RFC 9113, section 3.4
HEADERS, SETTINGS, STATUS_200 = 1, 4, 0x88  # RFC 9113, section 6; RFC 7541, appendix A
MODULES = 1_060  # a tenth above what was counted
pytestmark = pytest.mark.requirement("K2")


class Real(Served):
    """An installation for real use, over TLS."""

    command = "serve"
    scheme = "https"

    def trusted(self, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.home / "tls" / "ca.pem")
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = version
        return context

    def connect(self, context: ssl.SSLContext, name: str = "localhost") -> ssl.SSLSocket:
        return context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE), server_hostname=name
        )

    def client(self) -> Client:
        return Client(self.url, self.trusted())

    def answers(self) -> bool:
        try:
            return self.client().get("/health").status == 200
        except OSError:
            return False

    def raw(self, head: str, host: str) -> str:
        with self.connect(self.trusted()) as connection:
            connection.sendall(f"{head} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    home = tmp_path_factory.mktemp("real") / "home"
    init = ("init", "--institution", "青葉信用金庫", "--admin", "hayasaka", "--name", "早坂 健", "--branch", "本部")
    toride(home, *init, TORIDE_ADMIN_PASSWORD=PASSWORD)
    server = Real(home, "--name", NAME)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demonstration(tmp_path_factory.mktemp("demo") / "home", 300)


@pytest.fixture
def served(demo_home: Path) -> Iterator[Served]:
    server = Served(demo_home)
    yield server
    if server.process.poll() is None:
        server.stop()


def test_tls_13_with_the_installations_own_authority(real: Real) -> None:
    for name in ("localhost", "127.0.0.1", NAME):
        with real.connect(real.trusted(), name) as connection:
            assert connection.version() == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        real.connect(real.trusted(), "evil.example.jp")
    with pytest.raises(ssl.SSLCertVerificationError):
        real.connect(ssl.create_default_context())


def test_tls_12_is_refused(real: Real) -> None:
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
        real.connect(real.trusted(ssl.TLSVersion.TLSv1_2))


def test_plain_http_gets_no_answer(real: Real) -> None:
    with socket.create_connection(("127.0.0.1", real.port), timeout=PATIENCE) as connection:
        connection.sendall(b"GET /sign-in/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            assert b"HTTP/1.1 200" not in connection.recv(65_536)


def test_http_2_is_negotiated_and_spoken(real: Real) -> None:
    context = real.trusted()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with real.connect(context) as connection:
        assert connection.selected_alpn_protocol() == "h2"
        # :method GET, :scheme https, :path /health, :authority localhost, as literals of RFC 7541, section 6.2.2
        request = b"\x82\x87\x04\x07/health\x01\x09localhost"
        connection.sendall(PREFACE + frame(SETTINGS, 0, 0, b"") + frame(HEADERS, 5, 1, request))
        received = b""
        while True:
            kind, stream, content = read_frame(connection)
            received += bytes([kind])
            if kind == HEADERS and stream == 1:
                assert content[0] == STATUS_200, content
                return


def frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return len(content).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + content


def read_frame(connection: ssl.SSLSocket) -> tuple[int, int, bytes]:
    def exactly(count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = connection.recv(count - len(found))
            assert piece, "closed early"
            found += piece
        return found

    head = exactly(9)
    return head[3], int.from_bytes(head[5:9]), exactly(int.from_bytes(head[:3]))


def test_http_11_is_spoken_where_nothing_else_is_offered(real: Real) -> None:
    context = real.trusted()
    context.set_alpn_protocols(["http/1.1"])
    with real.connect(context) as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"


def test_headers_and_cookies_are_for_tls_only(real: Real) -> None:
    client = real.client()
    answer = client.get("/sign-in/")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "no-store" in answer.headers["Cache-Control"]
    answer = client.post("/sign-in/", login="hayasaka", password=PASSWORD)
    assert (answer.status, answer.location) == (302, "/")
    cookies = {cookie.name: cookie for cookie in client.jar}
    assert set(cookies) == {"__Host-toride", "__Host-csrf"}
    for cookie in cookies.values():
        assert cookie.secure
        assert cookie.path == "/"
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "Lax"
        assert not cookie.domain_specified
    assert cookies["__Host-toride"].expires is None, "ends with the browser"


def test_only_hosts_that_were_named_are_answered(real: Real) -> None:
    assert " 400 " in real.raw("GET /sign-in/", "evil.example.jp").splitlines()[0]
    assert " 400 " in real.raw("GET /sign-in/", f"{NAME}.evil.example.jp").splitlines()[0]
    assert " 200 " in real.raw("GET /sign-in/", NAME).splitlines()[0]
    assert "evil" not in real.output(), "what strangers send does not fill the log"


def test_a_new_name_gets_a_new_certificate_of_the_same_authority(tmp_path: Path, real: Real) -> None:
    home = tmp_path / "home"
    shutil.copytree(real.home, home, ignore=shutil.ignore_patterns("*.sock"))
    before = {name: (home / "tls" / name).read_bytes() for name in ("ca.pem", "server.pem")}
    again = Real(home, "--name", NAME)
    again.stop()
    assert (home / "tls" / "server.pem").read_bytes() == before["server.pem"]
    other = Real(home, "--name", "toride.aoba.example.jp")
    with other.connect(other.trusted(), "toride.aoba.example.jp") as connection:
        assert connection.version() == "TLSv1.3"
    other.stop()
    assert (home / "tls" / "server.pem").read_bytes() != before["server.pem"]
    assert (home / "tls" / "ca.pem").read_bytes() == before["ca.pem"]


def test_the_demonstration_has_one_name(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET /sign-in/?a=1 HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
        answer = connection.recv(65_536).decode()
    assert answer.startswith("HTTP/1.1 302")
    assert f"location: {served.url}/sign-in/?a=1" in answer.lower()


def test_it_stops_cleanly_and_leaves_nothing_behind(served: Served) -> None:
    client = Client(served.url)
    assert client.become("teller").status == 200
    under = list(descendants(served.process.pid))
    assert len(under) >= 5
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(PATIENCE) == 0
    assert not [pid for pid in under if is_alive(pid)]
    with (
        sqlite3.connect(served.home / "audit" / "audit.db") as audit,
        sqlite3.connect(served.home / "data" / "toride.db") as data,
    ):
        assert audit.execute("SELECT COUNT(*) FROM audit_inbox").fetchone() == (0,)
        assert data.execute("SELECT COUNT(*) FROM audit_outbox").fetchone() == (0,)
    assert served.output().count("Traceback") == 0, served.output()


def test_no_process_survives_a_killed_supervisor(served: Served) -> None:
    under = list(descendants(served.process.pid))
    served.process.kill()
    served.process.wait()
    until(lambda: not [pid for pid in under if is_alive(pid)])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", served.port))


@pytest.mark.parametrize("name", ["web", "worker", "trail"])
def test_the_supervisor_restarts_what_is_killed(served: Served, name: str) -> None:
    client = Client(served.url)
    client.become("steward")
    for _ in range(2):
        before = named(served.process.pid, name)
        os.kill(before[0], signal.SIGKILL)
        until(lambda gone=before: set(named(served.process.pid, name)) - set(gone))
        until(lambda: works(client))
    until(lambda: not [pid for pid in before if is_alive(pid)])


def test_signing_in_while_signed_in_ends_the_session_that_stood(served: Served) -> None:
    client = Client(served.url)
    client.become("steward")
    (former,) = [one.value for one in client.jar if one.name == "toride"]
    assert client.become("steward").status == 200
    other = Client(served.url)
    for cookie in client.jar:
        cookie.value = former if cookie.name == "toride" else cookie.value
        other.jar.set_cookie(cookie)
    assert other.get("/").location.startswith("/sign-in/")


def test_web_workers_are_made_anew(served: Served) -> None:
    client = Client(served.url)
    client.become("steward")
    for _ in range(3):
        _, *workers = named(served.process.pid, "web")
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        until(lambda gone=workers: len(set(named(served.process.pid, "web")[1:]) - set(gone)) == 2)
        until(lambda: works(client))


def test_a_web_worker_that_cannot_react_does_not_outlive_its_parent(served: Served) -> None:
    parent, *workers = named(served.process.pid, "web")
    until(lambda: all(len(list(Path(f"/proc/{pid}/task").iterdir())) > 1 for pid in workers))
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    os.kill(parent, signal.SIGKILL)
    until(lambda: not [pid for pid in workers if is_alive(pid)])
    until(served.answers)
    assert set(on_port(served.port)) == set(named(served.process.pid, "web"))


def test_a_child_whose_parent_is_gone_already_ends() -> None:
    code = "from toride.cli.supervisor import die_with_parent; die_with_parent(2**22); print('lives')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False,
                          env={"PYTHONPATH": str(ROOT / "src")})  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")


def works(client: Client) -> bool:
    """Does a search, which needs a worker, the index, the keys and the trail, give a page?"""
    try:
        return client.get("/customers/").status == 200
    except OSError:
        return False


def test_a_command_starts_fast(demo_home: Path, tmp_path: Path) -> None:
    """What it costs to start is what it reads: modules, counted, so that it is the same on every machine."""
    command = [str(ROOT / "toride"), "customers", "search", "さとう", "--as", "teller", "--purpose", "service"]
    given = environment(demo_home, PYTHONPROFILEIMPORTTIME="1") | prepared(tmp_path)
    done = subprocess.run(command, env=given, check=True, capture_output=True, text=True)
    read = sum(line.startswith("import time:") for line in done.stderr.splitlines())
    assert 500 < read < MODULES


def prepared(folder: Path) -> dict[str, str]:
    """An environment that the launcher takes for prepared, with this Python in it."""
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    stamp = subprocess.run(["cksum", ROOT / "requirements.txt"], capture_output=True, text=True, check=True).stdout
    (folder / ".toride-requirements.txt").write_text("-".join(stamp.split()[:2]))
    return {"TORIDE_VENV": str(folder)}


def test_health_says_only_that_it_lives(served: Served) -> None:
    answer = Client(served.url).get("/health")
    assert (answer.status, answer.text) == (200, "ok\n")
