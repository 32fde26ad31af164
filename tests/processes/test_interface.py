"""The examples of docs/api.md as they stand there, and the public checker of SCIM, against a served demonstration."""

import http.client
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server
from standardwebhooks import Webhook

from tests.processes.client import Client
from tests.processes.tree import until
from tests.receiver import receiving
from tests.running import PATIENCE, ROOT, Served, demonstration, environment, toride

pytestmark = pytest.mark.requirement("A8")


def examples() -> str:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 5
    return "\n".join(blocks).replace("./toride", f"{sys.executable} -m toride")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    found = Served(demonstration(tmp_path_factory.mktemp("interface") / "home", 300))
    yield found
    found.stop()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_example_does_what_it_says(served: Served, tmp_path: Path) -> None:
    script = "set -eo pipefail\n" + examples() + '\necho "$KEY"'
    given = environment(served.home, URL=served.url, FILE=str(tmp_path / "nightly.csv"))
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=given, capture_output=True, text=True, timeout=120, check=False
    )
    log = served.output()
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    assert '"changed":["phones"]' in done.stdout
    assert '"targets":["number","name"]' in done.stdout
    assert done.stdout.count("試験 太郎") == 1  # read with the token
    assert '"displayName":"GG-Tellers"' in done.stdout
    assert '"active":false' in done.stdout
    key = done.stdout.strip().splitlines()[-1].rpartition("}")[2]
    assert re.fullmatch(r"toride_ak_[0-9a-z]{12}_[0-9A-Za-z]{49}", key)
    assert key not in log


def test_a_webhook_is_agreed_upon_on_the_pages_and_hears_of_a_new_customer(served: Served) -> None:
    """Asked by one, approved by another, its secret taken; then the running worker tells it, signed."""
    created = toride(served.home, "api-key", "create", "--for", "teller", "--scope", "customers.read",
                     "--purpose", "service", "--name", "core")  # fmt: skip
    connection = re.search(r"toride_ak_([0-9a-z]{12})_", created.stdout)[1]
    with receiving() as (kind, address):
        admin, dpo, teller = (signed_in(served, name) for name in ("admin", "dpo", "teller"))
        sent = {"connection": connection, "address": address, "inside": "1", "kinds": "customer.created"}
        asked = admin.post("/webhooks/new/", **sent, reason="基幹系へ新しいお客さまを伝えるため。").location
        page = dpo.get(asked).text
        digest = re.search(r'name="digest" value="([0-9a-f]+)"', page)[1]
        assert dpo.post(f"{asked}decide/", decision="approve", digest=digest, count="1").status == 302
        hook = re.search(r"/webhooks/([0-9a-f-]{36})/secret/", admin.get("/webhooks/").text)[1]
        secret = re.search(r"whsec_[\w+/=]+", admin.post(f"/webhooks/{hook}/secret/").text)[0]
        teller.get("/customers/new/")
        new = {"branch": "002", "name": "月岡 照子", "kana": "ツキオカ テルコ", "number": "0777-314199"}
        assert teller.post("/customers/new/", **new).status in {200, 302}
        until(lambda: kind.heard)
    headers, body = kind.heard[0]
    assert Webhook(secret).verify(body, headers)["type"] == "customer.created"
    assert "月岡" not in body.decode()


def signed_in(served: Served, persona: str) -> Client:
    client = Client(served.url)
    client.become(persona)
    return client


@pytest.mark.requirement("A6")
def test_public_checker_finds_nothing_wrong_with_the_running_server(served: Served) -> None:
    """scim2-tester, over the network; on both databases in scim/tests/test_conformance.py."""
    made = toride(served.home, "api-key", "create", "--for", "admin", "--scope", "scim", "--purpose", "administration")
    client = WSGISCIMClient(forwarded(served.port), base_url=f"{served.url}/scim/v2")
    client.headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    found = check_server(client)
    assert len(found) > 60
    assert not [one.reason for one in found if one.status in (Status.ERROR, Status.CRITICAL)]


def forwarded(port: int) -> Callable[[dict[str, Any], Any], list[bytes]]:
    """An application that asks the server on this port."""

    def ask(environ: dict[str, Any], begin: Any) -> list[bytes]:
        names = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name[:5] == "HTTP_"}
        headers = names | {"Content-Type": environ.get("CONTENT_TYPE", ""), "Host": f"localhost:{port}"}
        path = quote(environ["PATH_INFO"].encode("latin-1")) + (
            f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
        )
        line = http.client.HTTPConnection("localhost", port, timeout=PATIENCE)
        line.request(environ["REQUEST_METHOD"], path, environ["wsgi.input"].read(), headers)
        answer = line.getresponse()
        body = answer.read()
        line.close()
        begin(f"{answer.status} {answer.reason}", answer.getheaders())
        return [body]

    return ask
