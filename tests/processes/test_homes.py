"""A home is made once, whole, and of one kind; what is wrong with it is said in one line before anything starts."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.processes.tree import until
from tests.running import PATIENCE, ROOT, Served, environment, free_port, toride

PASSWORD = "Kuroshio-naga-9"
INIT = ("init", "--institution", "青葉信用金庫", "--admin", "hayasaka", "--name", "早坂 健", "--branch", "本部")
SEARCH = ("customers", "search", "x", "--as", "hayasaka", "--purpose", "service")
pytestmark = pytest.mark.requirement("K1")


def said(home: Path, *arguments: str, **more: str) -> tuple[int, str]:
    """Exit code and what stands on standard error."""
    done = toride(home, *arguments, check=False, timeout=PATIENCE, **more)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("real") / "home"
    toride(home, *INIT, TORIDE_ADMIN_PASSWORD=PASSWORD)
    return home


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    toride(home, "demo", "--no-serve", "--customers", "0")
    return home


def ask(home: Path, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "data" / "toride.db") as connection:
        return connection.execute(statement).fetchall()


def test_a_demonstration_is_one_for_ever(demo: Path) -> None:
    code, words = said(demo, "serve")
    assert code == 78
    assert "can never be served" in words
    code, words = said(demo, *INIT, TORIDE_ADMIN_PASSWORD=PASSWORD)
    assert code == 78
    assert "already holds an installation (demo)" in words


def test_a_demonstration_never_touches_a_real_home(real: Path) -> None:
    before = ask(real, "SELECT username FROM access_person")
    for more in ([], ["--reset"], ["--no-serve"]):
        code, words = said(real, "demo", *more)
        assert (code, "production installation" in words) == (78, True)
    assert ask(real, "SELECT username FROM access_person") == before == [("hayasaka",)]


@pytest.mark.parametrize("command", [("demo", "--no-serve"), ("demo", "--reset", "--no-serve"), INIT])
def test_a_foreign_folder_is_left_alone(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    code, words = said(tmp_path, *command, TORIDE_ADMIN_PASSWORD=PASSWORD)
    assert (code, "is not empty" in words) == (78, True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_demonstration_without_customers_is_built_once_and_anew_when_asked(tmp_path: Path) -> None:
    home = tmp_path / "home"
    toride(home, "demo", "--no-serve", "--customers", "0")
    assert ask(home, "SELECT COUNT(*) FROM customers_customer") == [(0,)]
    people = ask(home, "SELECT id FROM access_person ORDER BY id")
    toride(home, "demo", "--no-serve", "--customers", "40")
    assert ask(home, "SELECT id FROM access_person ORDER BY id") == people
    toride(home, "demo", "--no-serve", "--customers", "40", "--reset")
    assert ask(home, "SELECT COUNT(*) FROM customers_customer") == [(40,)]
    assert ask(home, "SELECT id FROM access_person ORDER BY id") != people


def test_a_killed_build_is_begun_anew(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "toride", "demo", "--no-serve", "--customers", "3000"]
    building = subprocess.Popen(command, cwd=ROOT, env=environment(home), start_new_session=True,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        until((home / "data" / "toride.db").exists)
        code, words = said(home, "demo", "--no-serve")
        assert (code, "is in use by another toride" in words) == (78, True)
    finally:
        os.killpg(building.pid, signal.SIGKILL)
        building.wait()
    assert (home / "UNFINISHED").exists()
    toride(home, "demo", "--no-serve", "--customers", "20")
    assert ask(home, "SELECT COUNT(*) FROM customers_customer") == [(20,)]
    assert not (home / "UNFINISHED").exists()


def test_init_makes_keys_and_the_first_administrator(real: Path) -> None:
    assert ask(real, "SELECT username, name, roles FROM access_person") == [("hayasaka", "早坂 健", '["admin"]')]
    assert ask(real, "SELECT code, name FROM access_branch") == [("000", "本部")]
    found = toride(real, "keys", "status").stdout
    assert {line.split(":")[0] for line in found.splitlines() if "\tin use\t" in line} == {
        "subjects", "index", "terms", "files", "sign-in"
    }  # fmt: skip
    assert (real / "NAME").read_text() == "青葉信用金庫\n"
    modes = {oct(path.stat().st_mode & 0o077) for path in (real, *real.rglob("*"))}
    assert modes == {"0o0"}, "nobody else reads anything"


def test_a_weak_password_is_refused_and_the_next_try_goes_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    code, words = said(home, *INIT, TORIDE_ADMIN_PASSWORD="hayasaka")
    assert (code, "at least" in words) == (2, True)
    code, words = said(home, "serve")
    assert (code, "./toride init" in words) == (78, True)
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    toride(home, *INIT, TORIDE_ADMIN_PASSWORD_FILE=str(secret))
    assert ask(home, "SELECT username FROM access_person") == [("hayasaka",)]
    code, words = said(home, *INIT, TORIDE_ADMIN_PASSWORD=PASSWORD)
    assert (code, "already holds an installation (real)" in words) == (78, True)


def test_init_without_terminal_and_password_says_what_to_set(tmp_path: Path) -> None:
    code, words = said(tmp_path / "home", *INIT)
    assert (code, "TORIDE_ADMIN_PASSWORD_FILE" in words) == (78, True)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("at", [0.3, 0.8, 1.3, 1.8])
def test_a_killed_init_goes_on(tmp_path: Path, at: float) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "toride", *INIT]
    making = subprocess.Popen(command, cwd=ROOT, env=environment(home, TORIDE_ADMIN_PASSWORD=PASSWORD),
                              start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    time.sleep(at)
    os.killpg(making.pid, signal.SIGKILL)
    making.wait()
    done = toride(home, *INIT, check=False, TORIDE_ADMIN_PASSWORD=PASSWORD)
    assert done.returncode == 0 or "already holds" in done.stderr, done.stderr
    assert ask(home, "SELECT username FROM access_person") == [("hayasaka",)]
    assert not (home / "UNFINISHED").exists()


def test_serve_without_an_installation_says_what_to_do(tmp_path: Path) -> None:
    code, words = said(tmp_path / "home", "serve")
    assert (code, "./toride init" in words) == (78, True)


@pytest.mark.requirement("K2")
def test_without_tls_only_loopback_is_served(real: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        code, words = said(real, "serve", "--host", host, "--no-tls")
        assert (code, "only loopback" in words) == (78, True)


@pytest.mark.requirement("K2")
def test_a_certificate_without_its_key_is_refused(real: Path, tmp_path: Path) -> None:
    (tmp_path / "server.pem").write_text("")
    code, words = said(real, "serve", "--certificate", str(tmp_path / "server.pem"))
    assert (code, "belong together" in words) == (78, True)


def test_a_port_in_use_is_said_before_anything_is_built(tmp_path: Path, real: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        code, words = said(tmp_path / "home", "demo", "--port", port)
        assert (code, f"Port {port} is in use" in words) == (78, True)
        assert not (tmp_path / "home").exists()
        code, words = said(real, "serve", "--no-tls", "--port", port)
        assert (code, f"Port {port} is in use" in words) == (78, True)


def test_a_served_home_is_not_reset_under_its_server(demo: Path) -> None:
    server = Served(demo, "--workers", "1")
    try:
        code, words = said(demo, "demo", "--reset", "--no-serve")
        assert (code, "is in use" in words) == (78, True)
        code, words = said(demo, "demo", "--port", str(free_port()))
        assert (code, "is in use" in words) == (78, True)
    finally:
        server.stop()


@pytest.mark.requirement("T1")
class TestTokens:
    @staticmethod
    def token(home: Path, username: str = "hayasaka", password: str = PASSWORD) -> str:
        return toride(home, "token", username, TORIDE_PASSWORD=password).stdout.strip()

    def test_personas_exist_only_in_a_demonstration(self, real: Path) -> None:
        code, words = said(real, "customers", "search", "x", "--as", "teller", "--purpose", "service")
        assert (code, "own token" in words) == (3, True)
        port = free_port()
        command = [sys.executable, "-m", "toride", "serve", "--no-tls", "--port", str(port), "--workers", "1"]
        with (real.parent / "serve.log").open("w") as log:
            server = subprocess.Popen(command, cwd=ROOT, env=environment(real), stdout=log, stderr=log)
        try:
            answered = http(port, "POST /sign-in/persona/ HTTP/1.1\r\nContent-Length: 0")
            assert answered.startswith("HTTP/1.1 404"), answered[:200]
            assert "data-persona" not in http(port, "GET /sign-in/ HTTP/1.1")
        finally:
            server.terminate()
            assert server.wait(PATIENCE) == 0

    def test_a_command_needs_the_persons_own_token(self, real: Path) -> None:
        own = self.token(real)
        code, words = said(real, *SEARCH, TORIDE_TOKEN=own)
        assert (code, "token" in words) == (3, False), "the token is accepted; the duty decides"
        code, words = said(real, "customers", "search", "x", "--as", "konno", "--purpose", "service", TORIDE_TOKEN=own)
        assert (code, "someone other than konno" in words) == (3, True)
        code, words = said(real, *SEARCH,
                           TORIDE_TOKEN=own[:-1] + "_")  # fmt: skip
        assert (code, "not valid" in words) == (3, True)

    def test_an_expired_token_is_refused(self, real: Path, tmp_path: Path) -> None:
        secret = tmp_path / "token"
        secret.write_text(self.token(real))
        past = timedelta(hours=13).total_seconds()
        with sqlite3.connect(real / "data" / "toride.db") as connection:
            connection.execute(f"UPDATE access_personaltoken SET expires = datetime(expires, '-{past:.0f} seconds')")
        code, words = said(real, *SEARCH,
                           TORIDE_TOKEN_FILE=str(secret))  # fmt: skip
        assert (code, "not valid" in words) == (3, True)

    def test_a_wrong_password_gives_no_token(self, real: Path) -> None:
        code, words = said(real, "token", "hayasaka", TORIDE_PASSWORD="Oyashio-naga-9")
        assert (code, "do not match" in words) == (3, True)


def http(port: int, head: str) -> str:
    """One raw exchange; waits for the server to come up."""
    answers: list[bytes] = []

    def ask() -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("localhost", port), timeout=PATIENCE) as connection,
        ):
            connection.sendall(f"{head}\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
            answers.append(b"".join(iter(lambda: connection.recv(65_536), b"")))
        return bool(answers)

    until(ask)
    return answers[0].decode()


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ({"TORIDE_KMS_PASSPHRASE": "a", "TORIDE_KMS_PASSPHRASE_FILE": "/dev/null"}, "are both set"),
        ({"TORIDE_TOKEN": "a", "TORIDE_TOKEN_FILE": "/dev/null"}, "are both set"),
        ({"TORIDE_TOKEN_FILE": "/nowhere/token"}, "cannot be read"),
        ({"TORIDE_SESSION_HOURS": "two"}, "use a whole number"),
        ({"TORIDE_SESSION_IDLE_MINUTES": "0"}, "use 1 to 1440"),
        ({"TORIDE_IMPORT_MAX_MB": "4096"}, "use 1 to 2047"),
        ({"TORIDE_TLS": "yes"}, "use 1 or 0"),
        ({"TORIDE_KMS": "cloud:here"}, "TORIDE_KMS must be"),
        ({"TORIDE_DATABASE_URL": "postgresql://app@127.0.0.1:1/x"}, "TORIDE_KEYS_URL, TORIDE_AUDIT_URL is not set"),
        ({"TORIDE_AUDIT_URL": "postgresql://app@127.0.0.1:1/x", "TORIDE_KEYS_URL": "postgresql://app@127.0.0.1:1/x"},
         "TORIDE_DATABASE_URL is not set"),
        ({"TORIDE_DATABASE_URL": "mysql://x", "TORIDE_KEYS_URL": "mysql://x", "TORIDE_AUDIT_URL": "mysql://x"},
         "must start with postgresql://"),
    ],
)  # fmt: skip
def test_bad_configuration_stops_a_command_with_what_to_do(
    real: Path, configuration: dict[str, str], words: str
) -> None:
    acting = any(name.startswith("TORIDE_TOKEN") for name in configuration)
    code, found = said(real, *(SEARCH if acting else ("keys", "status")), **configuration)
    assert code == 78, found
    assert words in found


def test_serve_stops_at_the_same_mistakes(real: Path) -> None:
    code, words = said(real, "serve", "--no-tls", TORIDE_SESSION_HOURS="two")
    assert (code, "use a whole number" in words) == (78, True)


def test_a_kms_file_that_others_read_stops_the_start(real: Path) -> None:
    root = real / "kms" / "root.json"
    root.chmod(0o644)
    try:
        code, words = said(real, "serve", "--no-tls", "--port", str(free_port()))
        assert (code, "can be reached by others" in words) == (78, True)
    finally:
        root.chmod(0o600)


@pytest.mark.parametrize("folder", ["data", "keys", "audit", "backup"])
def test_a_kms_file_beside_what_it_protects_stops_the_start(real: Path, folder: str) -> None:
    place = real / folder / "root.json"
    code, words = said(real, "serve", "--no-tls", "--port", str(free_port()), TORIDE_KMS=f"file:{place}")
    assert (code, "beside what it protects" in words) == (78, True)
    assert not place.exists()


def test_a_lost_kms_file_stops_the_start_and_is_not_made_anew(real: Path) -> None:
    root = real / "kms" / "root.json"
    kept = root.rename(root.with_name("elsewhere.json"))
    try:
        code, words = said(real, "serve", "--no-tls", "--port", str(free_port()))
        assert code == 6, words
        assert not root.exists()
    finally:
        kept.rename(root)
