"""Authenticated encryption: one format, explicit key ids, unambiguous context; a blob opens whole or not at all."""

import hmac
import os
import struct
from collections.abc import Iterator
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from toride.base.errors import TorideError

KEY_BYTES = 32
TOKEN_BYTES = 16
BLOCK = 64
FORMAT = 1  # AES-256-GCM, random 96-bit nonce, 128-bit tag (NIST SP 800-38D)
_HEADER = struct.Struct(">BI")
_INTEGER = struct.Struct(">cIq")
_UUID_PREFIX = b"u" + (16).to_bytes(4)
_NONCE = 12
_TAG = 16
OVERHEAD = _HEADER.size + _NONCE + _TAG
Part = bytes | str | int | UUID


class Unopenable(TorideError):  # noqa: N818
    """Wrong key, wrong place, altered, cut short or destroyed: which of them is not told."""

    status = 503
    exit_code = 6

    def __init__(self) -> None:
        super().__init__("sealed data cannot be opened")


def random_key() -> bytes:
    """256 random bits."""
    return os.urandom(KEY_BYTES)


def derive(secret: bytes, label: str) -> bytes:
    """A 256-bit key for one use (HKDF-SHA-256, RFC 5869); different labels give independent keys."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"toride:" + label.encode()).derive(secret)


def hmac128(key: bytes, *parts: Part) -> bytes:
    """128 bits of HMAC-SHA-256 over `parts`; `key` comes from `derive`, once per batch, with a label of its own."""
    return hmac.digest(key, pack(*parts), "sha256")[:TOKEN_BYTES]


def pack(*parts: Part) -> bytes:
    """`parts` as bytes such that no two different sequences give the same: each with its type and length."""
    packed = []
    for part in parts:
        if isinstance(part, int):
            packed.append(_INTEGER.pack(b"i", 8, part))
        elif isinstance(part, UUID):
            packed.append(pack_id(part.bytes))
        else:
            content = part if isinstance(part, bytes) else part.encode()
            packed.append((b"b" if content is part else b"s") + len(content).to_bytes(4) + content)
    return b"".join(packed)


def pack_id(one: bytes) -> bytes:
    """What `pack` makes of an id of these 16 bytes."""
    return _UUID_PREFIX + one


def seal(key: bytes, plaintext: bytes, *context: Part, key_id: int = 0) -> bytes:
    """Format (1 byte), `key_id` (4), nonce (12), ciphertext and tag (16); `key_id` and `context` are authenticated.

    A key may seal 2**32 times before the random nonces' collision bound (NIST SP 800-38D, 8.3).
    """
    header = _HEADER.pack(FORMAT, key_id)
    nonce = os.urandom(_NONCE)
    return header + nonce + AESGCM(key).encrypt(nonce, plaintext, header + pack(*context))


def nonces(count: int) -> Iterator[bytes]:
    """Random nonces for `seal_packed`, asked of the system at once."""
    drawn = os.urandom(_NONCE * count)
    return (drawn[at : at + _NONCE] for at in range(0, len(drawn), _NONCE))


def header(key_id: int) -> bytes:
    """What a blob begins with."""
    return _HEADER.pack(FORMAT, key_id)


def seal_packed(cipher: AESGCM, head: bytes, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
    """As `seal`, for many: with a key made ready, a `header`, one of `nonces`, and a context from `pack`."""
    return head + nonce + cipher.encrypt(nonce, plaintext, head + context)


def unseal(key: bytes, blob: bytes, *context: Part) -> bytes:
    """What `seal` was given, under the same key and context; otherwise Unopenable."""
    return unseal_packed(key, blob, pack(*context))


def unseal_packed(key: bytes, blob: bytes, context: bytes) -> bytes:
    """As `unseal`, with a context from `pack`."""
    key_id(blob)
    head = _HEADER.size + _NONCE
    try:
        return AESGCM(key).decrypt(blob[_HEADER.size : head], blob[head:], blob[: _HEADER.size] + context)
    except InvalidTag:
        raise Unopenable from None


def key_id(blob: bytes) -> int:
    """Which key sealed this blob; Unopenable when it is cut short or of an unknown format."""
    if len(blob) < OVERHEAD or blob[0] != FORMAT:
        raise Unopenable
    return int(_HEADER.unpack_from(blob)[1])


def pad(data: bytes) -> bytes:
    """Filled up to whole blocks of 64 bytes (ISO/IEC 7816-4), so that a length says little."""
    return data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)


def unpad(data: bytes) -> bytes:
    """What `pad` was given."""
    stripped = data.rstrip(b"\x00")
    if not stripped.endswith(b"\x80"):
        raise Unopenable
    return stripped[:-1]
