"""The examples of docs/api.md, as they stand there, against a served demonstration."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT, Served, environment

pytestmark = [pytest.mark.requirement("A8"), pytest.mark.slow]


def examples() -> str:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 5
    return "\n".join(blocks).replace("./toride", f"{sys.executable} -m toride")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_example_does_what_it_says(tmp_path: Path) -> None:
    served = Served(tmp_path / "home", "--customers", "60")
    script = "set -eo pipefail\n" + examples() + '\necho "$KEY"'
    given = environment(served.home, URL=served.url, FILE=str(tmp_path / "nightly.csv"))
    try:
        done = subprocess.run(
            ["bash", "-c", script], cwd=ROOT, env=given, capture_output=True, text=True, timeout=120, check=False
        )
        log = served.output()
    finally:
        served.stop()
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    assert '"changed":["phones"]' in done.stdout
    assert '"targets":["number","name"]' in done.stdout
    assert done.stdout.count("試験 太郎") == 1  # read with the token
    key = done.stdout.strip().splitlines()[-1].rpartition("}")[2]
    assert re.fullmatch(r"toride_ak_[0-9a-z]{12}_[0-9A-Za-z]{49}", key)
    assert key not in log
