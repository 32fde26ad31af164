"""Root keys in one private file, outside everything that is backed up with the data."""

import fcntl
import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.conf import settings

from toride.base import config
from toride.base.errors import ConfigurationError, Unavailable
from toride.vault.aead import Part, Unopenable, random_key, seal, unseal

FORMAT = 1
MAX_BYTES = 1_048_576
BACKED_UP = ("data", "keys", "audit", "backup")  # folders of a home whose copies must not open themselves
# Argon2id, RFC 9106 section 4, second recommended option: 3 passes, 4 lanes, 64 MiB.
PASSES, LANES, MEMORY_KIB, SALT = 3, 4, 65_536, 16

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW

Roots = dict[str, bytes]


def connect(place: str) -> "File":
    """The provider for `file:/absolute/path`; ConfigurationError where that place is not safe."""
    path = Path(place)
    if not path.is_absolute():
        raise ConfigurationError("TORIDE_KMS: the path after file: must be absolute.")
    return File(path)


class File:
    """A JSON file of root keys, 0600 in a 0700 folder of ours, optionally sealed under a passphrase."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> str:
        version = secrets.token_hex(8)
        with self._locked(fcntl.LOCK_EX):
            roots = self._load() if self.path.exists() else {}
            self._store(roots | {version: random_key()})
        return version

    def wrap(self, version: str, plaintext: bytes, *context: Part) -> bytes:
        return seal(self._root(version), plaintext, "root", version, *context)

    def unwrap(self, version: str, blob: bytes, *context: Part) -> bytes:
        return unseal(self._root(version), blob, "root", version, *context)

    def destroy(self, version: str) -> None:
        with self._locked(fcntl.LOCK_EX):
            roots = self._load()
            if roots.pop(version, None) is not None:
                self._store(roots)

    def versions(self) -> frozenset[str]:
        with self._locked(fcntl.LOCK_SH):
            return frozenset(self._load()) if self.path.exists() else frozenset()

    def ending(self) -> Mapping[str, datetime]:
        return {}

    def protect(self, former: str | None) -> None:
        """Rewrites the file under the configured passphrase (none: in clear); `former` is the one until now."""
        with self._locked(fcntl.LOCK_EX):
            self._store(self._opened(self._read(), former or _passphrase()))

    def _root(self, version: str) -> bytes:
        with self._locked(fcntl.LOCK_SH):
            root = self._load().get(version)
        if root is None:
            raise Unopenable
        return root

    @contextmanager
    def _locked(self, mode: int) -> Iterator[None]:
        guard(self.path)
        lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, mode)
            yield
        finally:
            os.close(lock)

    def _load(self) -> Roots:
        document = self._read()
        if document["kdf"] is None and _passphrase() is not None:
            raise ConfigurationError(f"{self.path} has no passphrase yet: run `toride keys protect`.")
        return self._opened(document, _passphrase())

    def _read(self) -> dict[str, Any]:
        try:
            document: dict[str, Any] = orjson.loads(self.path.read_bytes())
            known = document["format"] == FORMAT and {"kdf", "roots"} <= document.keys()
        except OSError as error:
            raise Unavailable(f"the KMS file {self.path} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._damaged() from None
        if not known:
            raise self._damaged()
        return document

    def _opened(self, document: dict[str, Any], passphrase: str | None) -> Roots:
        try:
            kept = document["roots"]
            if document["kdf"] is not None:
                kept = orjson.loads(_open(b64decode(kept), document["kdf"], passphrase))
            return {version: b64decode(root) for version, root in kept.items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._damaged() from None

    def _damaged(self) -> Unavailable:
        return Unavailable(f"the KMS file {self.path} is damaged; restore your copy of it")

    def _store(self, roots: Roots) -> None:
        kept: Any = {version: b64encode(root).decode() for version, root in sorted(roots.items())}
        passphrase, kdf = _passphrase(), None
        if passphrase is not None:
            kdf = {"name": "argon2id", "salt": b64encode(os.urandom(SALT)).decode()}
            kept = b64encode(seal(_stretch(passphrase, kdf["salt"]), orjson.dumps(kept), "kms-file", FORMAT)).decode()
        replace_private(self.path, orjson.dumps({"format": FORMAT, "kdf": kdf, "roots": kept}))


def guard(path: Path) -> None:
    """ConfigurationError, with what to do, unless only we can read `path` and no store's backup takes it along."""
    place = path.resolve()
    for name in BACKED_UP:
        if place.is_relative_to((Path(settings.HOME) / name).resolve()):
            raise ConfigurationError(
                f"{path} lies in {name}/, beside what it protects; move it elsewhere (TORIDE_KMS)."
            )
    _private(path.parent, stat.S_IFDIR, 0o700)
    if path.exists() or path.is_symlink():
        _private(path, stat.S_IFREG, 0o600)


def _private(path: Path, kind: int, mode: int) -> None:
    try:
        found = path.lstat()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; make the folder with mkdir -m 700.") from None
    if stat.S_IFMT(found.st_mode) != kind:
        raise ConfigurationError(f"{path} must be a plain {'folder' if kind == stat.S_IFDIR else 'file'}, not a link.")
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & ~mode:
        raise ConfigurationError(f"{path} can be reached by others: chown it to this user and chmod {mode:o} it.")


def _passphrase() -> str | None:
    return config.text("TORIDE_KMS_PASSPHRASE")


def _open(blob: bytes, kdf: dict[str, str], passphrase: str | None) -> bytes:
    if passphrase is None:
        raise ConfigurationError("the KMS file has a passphrase: set TORIDE_KMS_PASSPHRASE_FILE.")
    if kdf["name"] != "argon2id":
        raise ValueError(kdf["name"])
    try:
        return unseal(_stretch(passphrase, kdf["salt"]), blob, "kms-file", FORMAT)
    except Unopenable:
        raise ConfigurationError("TORIDE_KMS_PASSPHRASE does not open the KMS file.") from None


@lru_cache(maxsize=2)
def _stretch(passphrase: str, salt: str) -> bytes:
    return Argon2id(salt=b64decode(salt), length=32, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB).derive(
        passphrase.encode()
    )


def replace_private(path: Path, content: bytes) -> None:
    """Rewrites a file (0600), durable and atomic; overwrites its former copy in place, as far as the disk lets us."""
    new = path.with_name(path.name + ".new")
    former = path.open("r+b") if path.exists() else None
    with os.fdopen(os.open(new, _NEW, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync_folder(path.parent)
    if former is not None:
        with former:
            former.write(bytes(os.fstat(former.fileno()).st_size))
            former.flush()
            os.fsync(former.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
