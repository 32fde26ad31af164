"""The signed heads of the tree (C2SP tlog-checkpoint), what else is attested; the key is a file outside every store."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

from toride.audit.verifier.toride_verify import DASH, Key
from toride.base import config
from toride.base.errors import ConfigurationError, Invalid
from toride.vault import signing


def key() -> Key:
    """The public key under the trail's origin, which is TORIDE_AUDIT_ORIGIN or derived from the key."""
    public = _signer(_path()).public
    return Key(config.text("TORIDE_AUDIT_ORIGIN") or f"toride/{hashlib.sha256(public).hexdigest()[:16]}", public)


def sign(size: int, root: bytes) -> str:
    """The signed note that says: this many entries, this root."""
    own = key()
    body = f"{own.name}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = _signer(_path()).sign(body.encode())
    return f"{body}\n{DASH}{own.name} {base64.b64encode(own.id + signature).decode()}\n"


def attest(text: str) -> str:
    """A signed note (C2SP) by the trail's key of lines that are no head: the first of them is not the origin."""
    own = key()
    if text.partition("\n")[0] == own.name or not text.endswith("\n") or "\n\n" in text:
        raise Invalid("This cannot be attested.")
    return f"{text}\n{DASH}{own.name} {base64.b64encode(own.id + _signer(_path()).sign(text.encode())).decode()}\n"


def attested(note: str, by: Key | None = None) -> str | None:
    """The lines that this key (the trail's own, where none is given) attests; None where it does not."""
    own = by or key()
    text, gap, line = note.partition("\n\n")
    name, _, encoded = line.removeprefix(DASH).strip().rpartition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        return None
    message = f"{text}\n"
    known = gap and line.startswith(DASH) and name == own.name and raw[:4] == own.id
    return message if known and signing.verify(own.public, raw[4:], message.encode()) else None


def key_for(use: str) -> bytes:
    """A key for keyed digests of one use, which follows from the trail's."""
    return _signer(_path()).derive(use)


def _path() -> Path:
    return Path(settings.HOME) / "kms" / "audit.key"


@cache
def _signer(path: Path) -> signing.Signer:
    if not path.exists():
        try:
            return signing.generate(path)
        except ConfigurationError:  # another process was first, or the folder is not fit: load says which
            pass
    return signing.load(path)
