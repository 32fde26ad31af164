"""TLS without a public authority: a client that trusts ours reaches our hosts, and no other."""

import socket
import ssl
import threading
from datetime import timedelta

import pytest

from toride.base import clock
from toride.base.errors import ConfigurationError, Invalid, Unavailable
from toride.vault import tls

pytestmark = pytest.mark.requirement("K2")
HOSTS = ["localhost", "crm.toride-ginko.example", "127.0.0.1", "::1"]


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o700)
    tls.make_ca(tmp_path)
    return tmp_path


def greeting(folder, name, trusted):
    """What a client hears that asks for `name` and trusts the authority at `trusted`."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem", folder / "server.key")
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    theirs.settimeout(10)

    def answer():
        try:
            with server.wrap_socket(ours, server_side=True) as connection:
                connection.sendall(b"toride")
        except (ssl.SSLError, OSError):
            ours.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with ssl.create_default_context(cafile=trusted).wrap_socket(theirs, server_hostname=name) as connection:
            return connection.recv(16), connection.version()
    finally:
        theirs.close()
        thread.join()


def test_client_that_trusts_our_authority_reaches_each_host(folder):
    tls.issue(folder, HOSTS)
    for host in HOSTS:
        assert greeting(folder, host, folder / "ca.pem") == (b"toride", "TLSv1.3")


def test_other_host_and_other_authority_are_refused(folder, tmp_path):
    tls.issue(folder, ["localhost"])
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname"):
        greeting(folder, "crm.toride-ginko.example", folder / "ca.pem")
    (tmp_path / "other").mkdir(mode=0o700)
    with pytest.raises(ssl.SSLCertVerificationError, match="verify failed"):
        greeting(folder, "localhost", tls.make_ca(tmp_path / "other"))


def test_private_keys_are_private_and_the_authority_is_never_replaced(folder):
    certificate, key = tls.issue(folder, HOSTS)
    assert {path.name: path.stat().st_mode & 0o777 for path in (key, folder / "ca.key")} == {
        "server.key": 0o600,
        "ca.key": 0o600,
    }
    before = (folder / "ca.pem").read_bytes()
    with pytest.raises(ConfigurationError, match="already"):
        tls.make_ca(folder)
    assert (folder / "ca.pem").read_bytes() == before
    (folder / "ca.key").chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod"):
        tls.issue(folder, HOSTS)
    (folder / "ca.key").unlink()
    with pytest.raises(Unavailable):
        tls.issue(folder, HOSTS)
    assert certificate.exists()


def test_certificate_is_due_in_time_and_for_other_hosts(folder, monkeypatch, tmp_path):
    assert tls.is_due(folder, HOSTS)
    _, key = tls.issue(folder, HOSTS)
    assert not tls.is_due(folder, HOSTS)
    assert tls.is_due(folder, HOSTS[:-1])
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=tls.SERVER_DAYS - tls.RENEW_DAYS - 1))
    assert not tls.is_due(folder, HOSTS)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=tls.SERVER_DAYS - tls.RENEW_DAYS, hours=1))
    assert tls.is_due(folder, HOSTS)
    monkeypatch.undo()
    kept = key.read_bytes()
    tls.issue(folder, HOSTS)
    key.write_bytes(kept)
    assert tls.is_due(folder, HOSTS)


@pytest.mark.parametrize(
    "host", ["", "a b", "-a.example", "a..b", "*.example", "銀行.example", "x" * 64, "a." * 127 + "aa", "1.2.3.4/8"]
)
def test_what_is_no_host_is_refused(folder, host):
    with pytest.raises(Invalid):
        tls.issue(folder, [host])
