"""What providers publish about themselves: fetched within limits, kept for a few minutes in memory."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import orjson

from toride.base import outgoing
from toride.base.errors import Invalid, Unavailable

KEPT = 600.0  # seconds
DOWN = 10.0  # seconds for which nobody waits again for one that did not answer
AGAIN = 30.0  # seconds before the same is fetched anew, whoever asks for it
LARGEST = 200_000  # bytes
MOST = 64  # documents

_kept: dict[tuple[str, bool], tuple[float, Mapping[str, Any]]] = {}
_down: dict[tuple[str, bool], float] = {}
_lock = threading.Lock()


def document(url: str, *, inside: bool, anew: bool = False) -> Mapping[str, Any]:
    """A JSON object at an address. `anew`: not the kept one, unless that is younger than AGAIN.

    Raises Unavailable for everything that is not one.
    """
    moment = time.monotonic()
    at, found = _kept.get((url, inside), (0.0, None))
    if found is not None and moment - at < (AGAIN if anew else KEPT):
        return found
    if moment - _down.get((url, inside), -DOWN) < DOWN:
        raise Unavailable("the provider did not answer a moment ago")
    try:
        fresh = _fetched(url, inside=inside)
    except Unavailable:
        _down[url, inside] = time.monotonic()
        raise
    with _lock:
        if len(_kept) >= MOST:
            _kept.clear()
            _down.clear()
        _kept[url, inside] = moment, fresh
    return fresh


def _fetched(url: str, *, inside: bool) -> Mapping[str, Any]:
    try:
        answer = outgoing.send("GET", url, headers={"Accept": "application/json"}, largest=LARGEST, private=inside)
        found = orjson.loads(answer.body) if answer.status == 200 else None  # noqa: PLR2004
    except (Invalid, ValueError):
        found = None
    if not isinstance(found, dict):
        raise Unavailable("unexpected response from the identity provider")
    return found
