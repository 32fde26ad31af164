"""Sealing of long content in pieces, none of which can be dropped, moved or swapped (STREAM, Hoang et al. 2015)."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from toride.vault.aead import OVERHEAD, Part, Unopenable, key_id, seal, unseal

PIECE = 1_048_576
MOST_BLOB = PIECE + 1024
STORED = 4 + PIECE + OVERHEAD  # bytes of a whole piece, sealed


def write(out: BinaryIO, content: Iterable[bytes], secret: bytes, *context: Part, key: int = 0) -> int:
    """Writes `content` sealed; how many bytes of content. `context` says what it is and must be told again to read."""
    total = 0
    for place, piece, last in _pieces(content):
        put(out, piece, secret, *context, place=place, last=last, key=key)
        total += len(piece)
    return total


def put(out: BinaryIO, piece: bytes, secret: bytes, *context: Part, place: int, last: bool, key: int) -> None:
    """Writes one piece, sealed for its place; all but the last hold PIECE bytes."""
    blob = seal(secret, piece, *context, place, int(last), key_id=key)
    out.write(len(blob).to_bytes(4) + blob)


def read(source: BinaryIO, secret: bytes, *context: Part) -> Iterator[bytes]:
    """The content in pieces. Raises Unopenable where it was altered, reordered, cut or is something else."""
    place, following = 0, source.read(4)
    while following:
        length = int.from_bytes(following)
        if length > MOST_BLOB:
            raise Unopenable
        blob = source.read(length)
        following = source.read(4)
        yield unseal(secret, blob, *context, place, int(not following))
        place += 1
    if not place:
        raise Unopenable


def peek_key(source: BinaryIO) -> int:
    """Which key sealed a stream; leaves the place where it was."""
    start = source.tell()
    header = source.read(4)
    blob = source.read(min(int.from_bytes(header), MOST_BLOB))
    source.seek(start)
    return key_id(blob)


def _pieces(content: Iterable[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    kept, place = bytearray(), 0
    for chunk in content:
        kept += chunk
        while len(kept) > PIECE:
            yield place, bytes(kept[:PIECE]), False
            del kept[:PIECE]
            place += 1
    yield place, bytes(kept), True
