"""Cleans and folds rows in a process of its own, with limits and without keys, beside the writing of earlier ones.

In: the state of a sieve, then the messages of the parser. Out: {"batch": [[cells, row number, stored, problems,
warnings, folded, apart], …]} many times; then the end or error of the parser as it came.
"""

import gc
import resource
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
from django.conf import settings


def main() -> None:
    """Limits, as JSON in argv[1]: memory (bytes), seconds."""
    limits = orjson.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    settings.configure(USE_I18N=False)
    gc.disable()  # nothing here makes cycles to be looked for among a batch's million objects
    incoming = _messages(sys.stdin.buffer)
    try:
        _work(next(incoming), incoming)
    except MemoryError:
        _say(orjson.dumps({"error": "memory"}))
    except BrokenPipeError:
        raise SystemExit(0) from None


def _work(asked: bytes, incoming: Iterator[bytes]) -> None:
    from toride.customers.imports.sifting import Sieve

    sieve = Sieve.of(orjson.loads(asked))
    for content in incoming:
        message = orjson.loads(content)
        if "rows" in message:
            for batch in sieve.feed(message["rows"], message.get("broken", ())):
                _tell(*batch)
            continue
        if "end" in message:
            for batch in sieve.rest():
                _tell(*batch)
        _say(content)
        return


def _tell(cells: dict[int, list[str]], rows: list[Any]) -> None:
    batch = [[cells[one.number], *(getattr(one, name) for name in one.__slots__)] for one in rows]
    _say(orjson.dumps({"batch": batch}))


def _messages(source: BinaryIO) -> Iterator[bytes]:
    while header := source.read(4):
        yield source.read(int.from_bytes(header))


def _say(content: bytes) -> None:
    sys.stdout.buffer.write(len(content).to_bytes(4) + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
