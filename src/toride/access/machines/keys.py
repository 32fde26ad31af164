"""Keys of connections as text: 256 random bits with a prefix and a check sum that scanners of secrets can find."""

import re
import secrets
import string
import zlib
from hmac import compare_digest

from django.utils.crypto import salted_hmac

PREFIX = "toride_ak_"
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
NAME, SECRET, CHECK = 12, 43, 6  # 43 of 62 signs hold 256 bits
NAME_SIGNS = string.digits + string.ascii_lowercase
FORM = re.compile(rf"{PREFIX}([0-9a-z]{{{NAME}}})_([0-9A-Za-z]{{{SECRET}}})([0-9A-Za-z]{{{CHECK}}})")
SALT = "toride.access.machines.key"


def name() -> str:
    """A public id for a connection."""
    return _signs(NAME_SIGNS, NAME)


def make(connection: str) -> str:
    """A new key of this connection."""
    text = f"{PREFIX}{connection}_{_signs(DIGITS, SECRET)}"
    return text + _check(text)


def owner(key: str) -> str | None:
    """Which connection a key names; None for anything that is no key."""
    found = FORM.fullmatch(key)
    if found is None or not compare_digest(_check(key[:-CHECK]), found[3]):
        return None
    return found[1]


def digest(key: str) -> bytes:
    """What is kept of a key: HMAC-SHA-256 under the installation's secret.

    A fast one is right: slow hashes protect what people choose and others guess; nobody guesses 256 random bits.
    """
    return salted_hmac(SALT, key, algorithm="sha256").digest()


def is_one(key: str, kept: bytes) -> bool:
    """Is this the key of which `kept` is the digest? Takes the same time whatever differs."""
    return compare_digest(digest(key), kept)


def _signs(choice: str, count: int) -> str:
    return "".join(secrets.choice(choice) for _ in range(count))


def _check(text: str) -> str:
    """CRC-32 in base 62: a scanner tells a key from what only looks like one."""
    number, signs = zlib.crc32(text.encode()), ""
    for _ in range(CHECK):
        number, rest = divmod(number, len(DIGITS))
        signs = DIGITS[rest] + signs
    return signs
