"""A whole home whose root keys are in Vault: built, asked, and closed while Vault is sealed."""

from pathlib import Path

import pytest

from tests import transit
from tests.running import toride

pytestmark = pytest.mark.requirement("K1")
SEARCH = ("customers", "search", "x", "--as", "steward", "--purpose", "data-care")


def test_home_lives_on_root_keys_elsewhere(tmp_path: Path) -> None:
    home, token = tmp_path / "home", tmp_path / "token"
    token.write_text(transit.TOKEN)
    with transit.serving() as (vault, url):
        place = {"TORIDE_KMS": f"transit:{url}", "TORIDE_KMS_TOKEN_FILE": str(token)}
        toride(home, "demo", "--no-serve", "--customers", "0", **place)
        assert not (home / "kms" / "root.json").exists()
        assert len(vault.keys) >= 3
        assert toride(home, *SEARCH, **place).returncode == 0
        vault.sealed = True
        done = toride(home, *SEARCH, check=False, **place)
        assert (done.returncode, "Traceback" in done.stderr) == (6, False), done.stderr
        assert transit.TOKEN not in done.stdout + done.stderr
