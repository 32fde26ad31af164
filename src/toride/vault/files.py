"""Files kept sealed in pieces: nothing of an upload ever stands on disk in clear."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from toride.base.ids import ordered_id
from toride.vault import keyring
from toride.vault.aead import Unopenable, key_id, seal, unseal
from toride.vault.keyring import Kind

PIECE = 1_048_576
_LABEL = "file"


def keep(content: Iterable[bytes], *, most: int) -> UUID:
    """Seals a stream under the current generation of FILES; the file's id. Raises OverflowError above `most` bytes.

    Each piece is sealed with the file's id, its place and whether it is the last (STREAM, Hoang et al. 2015), so that
    none can be dropped, moved or swapped. Durable when this returns.
    """
    file = ordered_id()
    key = keyring.current(Kind.FILES)
    target = _path(file)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    partial = target.with_suffix(".part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for place, piece, last in _pieces(content, most):
                blob = seal(key.secret, piece, _LABEL, file, place, int(last), key_id=key.number)
                out.write(len(blob).to_bytes(4) + blob)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return file


def content(file: UUID) -> Iterator[bytes]:
    """The pieces of a kept file, in order. Raises Unopenable where it was altered or cut, or its key is destroyed."""
    place = 0
    last = False
    with _path(file).open("rb") as source:
        while header := source.read(4):
            blob = source.read(int.from_bytes(header))
            following = source.read(1)
            last = not following
            source.seek(-1, os.SEEK_CUR) if following else None
            yield unseal(keyring.secret(Kind.FILES, key_id(blob)), blob, _LABEL, file, place, int(last))
            place += 1
    if not last:
        raise Unopenable


def drop(file: UUID) -> None:
    """Removes a kept file."""
    _path(file).unlink(missing_ok=True)


def _path(file: UUID) -> Path:
    return Path(settings.HOME) / "data" / "files" / f"{file}.sealed"


def _pieces(content: Iterable[bytes], most: int) -> Iterator[tuple[int, bytes, bool]]:
    kept, place, total = b"", 0, 0
    for chunk in content:
        total += len(chunk)
        if total > most:
            raise OverflowError(most)
        kept += chunk
        while len(kept) > PIECE:
            yield place, kept[:PIECE], False
            kept, place = kept[PIECE:], place + 1
    yield place, kept, True
