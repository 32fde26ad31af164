"""Files kept sealed: nothing of an upload ever stands on disk in clear."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from toride.base.ids import ordered_id
from toride.vault import keyring, streams
from toride.vault.keyring import Kind

_LABEL = "file"


def keep(content: Iterable[bytes], *, most: int) -> UUID:
    """Seals a stream under the current generation of FILES, durably; its id. OverflowError above `most` bytes."""
    file = ordered_id()
    key = keyring.current(Kind.FILES)
    target = _path(file)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    partial = target.with_suffix(".part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            streams.write(out, _bounded(content, most), key.secret, _LABEL, file, key=key.number)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return file


def content(file: UUID) -> Iterator[bytes]:
    """The pieces of a kept file, in order. Raises Unopenable where it was altered or cut, or its key is destroyed."""
    with _path(file).open("rb") as source:
        secret = keyring.secret(Kind.FILES, streams.peek_key(source))
        yield from streams.read(source, secret, _LABEL, file)


def drop(file: UUID) -> None:
    """Removes a kept file."""
    _path(file).unlink(missing_ok=True)


def _path(file: UUID) -> Path:
    return Path(settings.HOME) / "data" / "files" / f"{file}.sealed"


def _bounded(content: Iterable[bytes], most: int) -> Iterator[bytes]:
    total = 0
    for chunk in content:
        total += len(chunk)
        if total > most:
            raise OverflowError(most)
        yield chunk
