"""What looks for leaks finds them."""

import base64
import json
import urllib.parse
from pathlib import Path

import pytest

from tests.processes.needles import Needles

TEXT = "瑠璃絵"
pytestmark = pytest.mark.requirement("K1")


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp932"),
        json.dumps({"name": f"鷲尾 {TEXT}"}).encode(),
        urllib.parse.urlencode({"name": f"鷲尾 {TEXT}"}).encode(),
        urllib.parse.urlencode({"name": TEXT}, encoding="cp932").encode(),
        TEXT.encode().hex().encode(),
        *(base64.b64encode(("x" * shift + f"{TEXT} さま").encode()) for shift in range(3)),
        *(base64.urlsafe_b64encode(("x" * shift + f"{TEXT} さま").encode()) for shift in range(3)),
    ],
)
def test_a_planted_text_is_found(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(b"\0" * 1000 + content + b"\0" * 1000)
    assert Needles([TEXT]).in_folder(tmp_path)
    assert not Needles(["別人の名"]).in_folder(tmp_path)
