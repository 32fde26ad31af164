"""How the index is sealed: under its epoch's key, each blob to its place, padded."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from toride.vault import keyring
from toride.vault.aead import Part as Context
from toride.vault.aead import Unopenable, derive, header, key_id, nonces, pack, seal, seal_packed, unpad, unseal
from toride.vault.index.columns import Row, Schema
from toride.vault.index.part import Part, load_all
from toride.vault.keyring import Kind

PACKED = 64  # changes in one delta from which columns are smaller and faster than rows
DELTA_BLOCK = 256
SEGMENT_BLOCK = 1_024
_ROWS, _COLUMNS = b"R", b"C"


def key(epoch: int, label: str) -> bytes:
    """The epoch's key for one use. Unopenable when the epoch has been destroyed."""
    return _derived(keyring.secret(Kind.INDEX, epoch), label)


@lru_cache(maxsize=16)
def _derived(secret: bytes, label: str) -> bytes:
    """Saves a third of the time of reading a delta; the secret's lifetime is kept by `key`, which asks each time."""
    return derive(secret, f"index.{label}")


def close(epoch: int, label: str, content: bytes, *place: Context, block: int = DELTA_BLOCK) -> bytes:
    """`content` padded to whole blocks (ISO/IEC 7816-4) and sealed under `epoch` to `place`."""
    return seal(key(epoch, label), _padded(content, block), label, *place, key_id=epoch)


def close_each(epoch: int, label: str, items: Sequence[tuple[bytes, bytes]], *, block: int) -> list[bytes]:
    """As `close` for many contents, each with its place as `pack` gives it."""
    cipher, head, begin = AESGCM(key(epoch, label)), header(epoch), pack(label)
    return [
        seal_packed(cipher, head, nonce, _padded(content, block), begin + place)
        for nonce, (content, place) in zip(nonces(len(items)), items, strict=True)
    ]


def open_(epoch: int, label: str, blob: bytes, *place: Context) -> bytes:
    """What `close` was given; Unopenable anywhere else."""
    if key_id(blob) != epoch:
        raise Unopenable
    return unpad(unseal(key(epoch, label), blob, label, *place))


def moved(blob: bytes, label: str, old: int, new: int, *place: Context, block: int = DELTA_BLOCK) -> bytes:
    """The same content at the same place under another epoch."""
    return close(new, label, open_(old, label, blob, *place), *place, block=block)


def dump_delta(schema: Schema, rows: Mapping[bytes, Row | None]) -> bytes:
    """Encoded rows by subject (None: gone) as bytes: few as rows, many as columns."""
    if len(rows) < PACKED:
        return _ROWS + orjson.dumps([[subject.hex(), row] for subject, row in rows.items()])
    return dump_part(schema, Part.build(schema, rows))


def dump_part(schema: Schema, part: Part) -> bytes:
    """Rows as columns, as bytes."""
    columns = orjson.dumps([[column.name, column.type.value] for column in schema.columns])
    return _COLUMNS + len(columns).to_bytes(4) + columns + part.dump_all(schema)


def load_delta(content: bytes) -> dict[bytes, Row | None] | Part:
    """What `dump_delta` was given, as rows or as columns."""
    form, body = content[:1], content[1:]
    if form == _ROWS:
        return {bytes.fromhex(subject): row for subject, row in orjson.loads(body)}
    size = int.from_bytes(body[:4])
    return load_all(orjson.loads(body[4 : 4 + size]), body[4 + size :])


def _padded(content: bytes, block: int) -> bytes:
    return content + b"\x80" + bytes(-(len(content) + 1) % block)


def encoded(rows: Iterable[tuple[UUID, Any]]) -> dict[bytes, Any]:
    """By the subject's 16 bytes."""
    return {subject.bytes: row for subject, row in rows}
