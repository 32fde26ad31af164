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

from tests.running import ROOT, Served, environment, toride

pytestmark = [pytest.mark.requirement("A8"), pytest.mark.slow]


def examples() -> str:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 5
    return "\n".join(blocks).replace("./toride", f"{sys.executable} -m toride")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    found = Served(tmp_path_factory.mktemp("interface") / "home", "--customers", "60")
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
        line = http.client.HTTPConnection("localhost", port, timeout=30)
        line.request(environ["REQUEST_METHOD"], path, environ["wsgi.input"].read(), headers)
        answer = line.getresponse()
        body = answer.read()
        line.close()
        begin(f"{answer.status} {answer.reason}", answer.getheaders())
        return [body]

    return ask
