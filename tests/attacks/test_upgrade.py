"""Sign-in rules and a provider that nobody sealed, as an older installation had them: shown once, confirmed, nobody locked out."""

import sqlite3
from pathlib import Path

import pytest

from tests.processes.client import Client
from tests.running import Served, toride

pytestmark = [pytest.mark.requirement("A7"), pytest.mark.requirement("A6")]
PASSWORD = "Kuroshio-naga-9"
CONTENT = (
    '{"address":"","branch":"","certificates":[],"claim":"sub","client":"toride","groups":"","inside":false,'
    '"issuer":"https://login.example.jp","mapped":[],"own":[],"vouching":[]}'
)
RULES = '{"duties":{"admin":{"factor":false,"hours":9}},"passwords":{"length":12},"proof":60}'


class Real(Served):
    """An installation for real use, without TLS on this machine."""

    command = "serve"


@pytest.fixture
def before(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    init = ("init", "--institution", "青葉信用金庫", "--admin", "hayasaka", "--name", "早坂 健", "--branch", "本部")
    toride(home, *init, TORIDE_ADMIN_PASSWORD=PASSWORD)
    with sqlite3.connect(home / "data" / "toride.db") as store:
        store.execute(
            "INSERT INTO access_provider (id, kind, name, content, blob, active, sole, changed, seal)"
            " VALUES (?, 'oidc', 'Hausdienst', ?, x'', 1, 0, '2026-11-01 00:00:00', '')",
            ["0" * 31 + "1", CONTENT],
        )
        store.execute(
            "INSERT INTO access_signinrules (id, content, changed, seal) VALUES (1, ?, '2026-11-01 00:00:00', '')",
            [RULES],
        )
    store.close()
    return home


def test_shown_once_and_confirmed(before: Path) -> None:
    server = Real(before, "--no-tls")
    try:
        assert "Hausdienst is not confirmed" in server.output()
        assert "sign-in policy is not confirmed" in server.output()
        client = Client(server.url)
        assert "Hausdienst" not in client.get("/sign-in/").text
        assert client.post("/sign-in/", login="hayasaka", password=PASSWORD).status == 302
        assert client.get("/people/").location.startswith("/me/factor/")
        shown = toride(before, "sign-in", "show", LC_ALL="C").stdout
        assert "https://login.example.jp" in shown
        assert "roles.admin.factor" in shown
        toride(before, "sign-in", "accept", "rules", "--confirm", "rules")
        toride(before, "sign-in", "accept", "Hausdienst", "--confirm", "Hausdienst")
        assert "Everything is confirmed." in toride(before, "sign-in", "show", LC_ALL="C").stdout
        assert "Hausdienst" in Client(server.url).get("/sign-in/").text
        assert toride(before, "audit", "verify").returncode == 0
    finally:
        server.stop()
