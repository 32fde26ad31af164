"""A provider that does not answer keeps one request waiting, not each that presses the button."""

from typing import Any

import pytest

from toride.access.sso import fetching
from toride.base import outgoing
from toride.base.errors import Unavailable

pytestmark = [pytest.mark.requirement("A6"), pytest.mark.requirement("K2")]


def test_it_is_asked_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def send(_method: str, url: str, **_more: Any) -> outgoing.Answer:
        asked.append(url)
        if "down" in url:
            raise Unavailable("away")
        return outgoing.Answer(200, {}, b"{}")

    monkeypatch.setattr(outgoing, "send", send)
    for _ in range(3):
        with pytest.raises(Unavailable):
            fetching.document("https://down.example.jp/a", inside=False)
        assert fetching.document("https://up.example.jp/a", inside=False) == {}
    assert asked == ["https://down.example.jp/a", "https://up.example.jp/a"]
    monkeypatch.setattr(fetching, "DOWN", 0.0)
    with pytest.raises(Unavailable):
        fetching.document("https://down.example.jp/a", inside=False)
    assert asked[-1] == "https://down.example.jp/a"
    fetching._kept.clear()
    fetching._down.clear()
