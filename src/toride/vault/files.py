"""Files kept sealed: nothing of an upload ever stands on disk in clear."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from toride.base.errors import Conflict, Invalid
from toride.base.ids import ordered_id
from toride.vault import keyring, streams
from toride.vault.keyring import Key, Kind

PART = 8 * streams.PIECE
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


def extend(file: UUID, offset: int, part: bytes, *, size: int) -> int:
    """Seals the next part of a file of `size` bytes that arrives in parts of PART; how many bytes stand, durably.

    The part that reaches `size` makes it a kept file. Raises Conflict (`facts["stands"]`) where `offset` is not what
    stands, Invalid for a part of another length.
    """
    target, partial = _path(file), _path(file).with_suffix(".part")
    target.parent.mkdir(mode=0o700, exist_ok=True)
    if target.exists():
        raise Conflict("this file stands already", stands=size)
    end = offset + len(part)
    if not part or end > size or len(part) != min(PART, size - offset):
        raise Invalid("a part of the file has a wrong length")
    with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        stands = _stands(out)
        if offset != stands:
            raise Conflict("another part is awaited", stands=stands)
        key = _key_of(out) if stands else keyring.current(Kind.FILES)
        out.seek(stands // streams.PIECE * streams.STORED)
        out.truncate()
        for at in range(0, len(part), streams.PIECE):
            place, last = (offset + at) // streams.PIECE, offset + at + streams.PIECE >= size
            piece = part[at : at + streams.PIECE]
            streams.put(out, piece, key.secret, _LABEL, file, place=place, last=last, key=key.number)
        out.flush()
        os.fsync(out.fileno())
    if end == size:
        partial.rename(target)
    return end


def stands(file: UUID) -> int | None:
    """How many bytes of a file that arrives in parts stand; None when it is whole."""
    if _path(file).exists():
        return None
    try:
        with _path(file).with_suffix(".part").open("rb") as partial:
            return _stands(partial)
    except FileNotFoundError:
        return 0


def content(file: UUID) -> Iterator[bytes]:
    """The pieces of a kept file, in order. Raises Unopenable where it was altered or cut, or its key is destroyed."""
    with _path(file).open("rb") as source:
        secret = keyring.secret(Kind.FILES, streams.peek_key(source))
        yield from streams.read(source, secret, _LABEL, file)


def drop(file: UUID) -> None:
    """Removes a kept file, or what came of one."""
    for path in (_path(file), _path(file).with_suffix(".part")):
        path.unlink(missing_ok=True)


def _stands(partial: BinaryIO) -> int:
    """Content in whole pieces; what was cut short is sealed anew."""
    return partial.seek(0, os.SEEK_END) // streams.STORED * streams.PIECE


def _key_of(partial: BinaryIO) -> Key:
    """One generation seals all of a file."""
    partial.seek(0)
    number = streams.peek_key(partial)
    return Key(number, keyring.secret(Kind.FILES, number))


def _path(file: UUID) -> Path:
    return Path(settings.HOME) / "data" / "files" / f"{file}.sealed"


def _bounded(content: Iterable[bytes], most: int) -> Iterator[bytes]:
    total = 0
    for chunk in content:
        total += len(chunk)
        if total > most:
            raise OverflowError(most)
        yield chunk
