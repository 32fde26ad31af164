"""Ed25519 signatures (RFC 8032) whose private key is a file outside every store."""

import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from toride.base.errors import ConfigurationError, Unavailable
from toride.vault.kms.file import guard

KEY_BYTES = 32


class Signer:
    """Holds a private key; shows only the public one, 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._key.sign(message)

    def derive(self, use: str) -> bytes:
        """A symmetric key for one use, 32 bytes, which follows from the private one and tells nothing of it."""
        return hmac.digest(self._key.private_bytes_raw(), f"toride: {use}".encode(), "sha256")


def generate(path: Path) -> Signer:
    """Makes a key and keeps it at `path`, 0600 in a 0700 folder. ConfigurationError where there is one already."""
    guard(path)
    seed = os.urandom(KEY_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ConfigurationError(f"{path} exists already.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(seed)
        file.flush()
        os.fsync(file.fileno())
    return Signer(seed)


def load(path: Path) -> Signer:
    """The key at `path`. Unavailable where it cannot be read, ConfigurationError where others could read it too."""
    guard(path)
    try:
        seed = path.read_bytes()
    except OSError as error:
        raise Unavailable(f"the signing key {path} cannot be read: {error.strerror}") from None
    if len(seed) != KEY_BYTES:
        raise ConfigurationError(f"{path} is not a signing key.")
    return Signer(seed)


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Did the holder of the private key to `public` (32 bytes) sign `message`?"""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
