"""Backup and restore: online copies, each sealed under a key and a root of its own; data first, then keys, apart."""

import contextlib
import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from toride.base import clock
from toride.base.errors import ConfigurationError, Invalid
from toride.vault import kms, streams
from toride.vault.aead import random_key

MANIFEST = "manifest.json"
VERSION = 1
CHUNK = 1_048_576
DATA_PARTS = ("default", "audit", "files")
KEY_PARTS = ("keys", "secrets")
HOME_FILES = ("INSTALLATION", "NAME", "data/files")
SECRET_FILES = ("kms/audit.key", "kms/session.secret")
Say = Callable[[str], None]


@dataclass(slots=True)
class Manifest:
    """What a copy holds. `parts`: name → [bytes, SHA-256 of the sealed file]; `wrapped`: its key under `root`."""

    name: str
    created: str
    version: int = VERSION
    vendor: str = "sqlite"
    root: str = ""
    wrapped: str = ""
    parts: dict[str, list[Any]] = field(default_factory=dict)
    checkpoint: str = ""

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises Invalid where the folder holds no copy, or one of a later version."""
        try:
            found = cls(**orjson.loads((folder / MANIFEST).read_bytes()))
        except (OSError, ValueError, TypeError):
            raise Invalid(f"{folder} holds no backup: {MANIFEST} is missing or unreadable.") from None
        if found.version != VERSION:
            raise Invalid(f"{folder} was made by another version of Toride ({found.version}).")
        return found

    def moment(self) -> datetime:
        """When the copy was begun."""
        return datetime.fromisoformat(self.created)


class Copy:
    """A copy being written: a folder, a key, a manifest; complete only when its manifest stands."""

    def __init__(self, place: Path, name: str, vendor: str) -> None:
        self.folder = place / name
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.mkdir(mode=0o700)
        self.manifest = Manifest(name, clock.now().isoformat(), vendor=vendor)
        self.secret = random_key()
        provider = kms.provider()
        self.manifest.root = provider.create()
        self.manifest.wrapped = provider.wrap(self.manifest.root, self.secret, "backup", name).hex()

    def add(self, part: str, content: Iterable[bytes]) -> None:
        """Seals one part, then reads it back in full."""
        path = self.folder / f"{part}.sealed"
        with _new(path) as out:
            size = streams.write(out, content, self.secret, "backup", self.manifest.name, part)
        self.manifest.parts[part] = [size, _digest(path)]
        for _piece in opened(self.folder, self.manifest, self.secret, part):
            pass

    def close(self) -> None:
        """Now it is a copy."""
        with _new(self.folder / MANIFEST) as out:
            out.write(orjson.dumps(asdict(self.manifest), option=orjson.OPT_INDENT_2))


def create(home: Path, data: Path, keys: Path, *, work: Path, keep_keys: timedelta, checkpoint: str) -> Manifest:
    """Copies everything while it is in use; the manifest of the data. Raises ConfigurationError for unsafe places."""
    _apart(home, data, keys)
    from toride.base import stores

    name = f"toride-{clock.now():%Y%m%dT%H%M%S%fZ}"
    server = stores.is_server()
    vendor = "postgresql" if server else "sqlite"
    first = Copy(data, name, vendor)
    first.manifest.checkpoint = checkpoint
    dump = _dump if server else _snapshot
    for alias in ("default", "audit"):
        first.add(alias, dump(alias, work))
    first.add("files", _packed(home, HOME_FILES, work))
    second = Copy(keys, name, vendor)
    second.add("keys", dump("keys", work))
    second.add("secrets", _packed(home, SECRET_FILES, work))
    first.close()
    second.close()
    expire(keys, keep_keys, newest=name)
    return first.manifest


def expire(keys: Path, age: timedelta, *, newest: str) -> int:
    """Ends copies of the keys older than `age`: their root is destroyed, so every copy of them is dead. How many."""
    count = 0
    for folder in sorted(keys.glob("toride-*")):
        with contextlib.suppress(Invalid):
            manifest = Manifest.read(folder)
            if manifest.name != newest and clock.now() - manifest.moment() > age:
                kms.provider().destroy(manifest.root)
                shutil.rmtree(folder)
                count += 1
    return count


def unwrapped(manifest: Manifest) -> bytes:
    """The key of a copy. Raises Unopenable where its root was destroyed or the manifest altered."""
    return kms.provider().unwrap(manifest.root, bytes.fromhex(manifest.wrapped), "backup", manifest.name)


def opened(folder: Path, manifest: Manifest, secret: bytes, part: str) -> Iterator[bytes]:
    """A part's content. Raises Invalid where the file is not the one that was written."""
    path = folder / f"{part}.sealed"
    if part not in manifest.parts or not path.exists() or _digest(path) != manifest.parts[part][1]:
        raise Invalid(f"{path} is missing, cut or altered; this backup cannot be used.")
    with path.open("rb") as source:
        yield from streams.read(source, secret, "backup", manifest.name, part)


def unpack(home: Path, data: Path, keys: Path) -> Manifest:
    """Puts the stores and files of a copy into an empty home, after reading all of it once; the data's manifest."""
    manifest, key_manifest = Manifest.read(data), Manifest.read(keys)
    if key_manifest.moment() < manifest.moment():
        raise Invalid("The copy of the keys is older than the data. Use one made with it, or later.")
    if manifest.vendor != key_manifest.vendor or manifest.vendor != _vendor():
        raise Invalid(f"This backup is of {manifest.vendor}; the installation is set up for {_vendor()}.")
    secret, key_secret = unwrapped(manifest), unwrapped(key_manifest)
    for folder, one, key, parts in ((data, manifest, secret, DATA_PARTS), (keys, key_manifest, key_secret, KEY_PARTS)):
        for part in parts:
            for _piece in opened(folder, one, key, part):
                pass
    load = _load_dump if manifest.vendor == "postgresql" else _place(home)
    for alias in ("default", "audit"):
        load(alias, opened(data, manifest, secret, alias))
    load("keys", opened(keys, key_manifest, key_secret, "keys"))
    _unpacked(home, opened(data, manifest, secret, "files"))
    _unpacked(home, opened(keys, key_manifest, key_secret, "secrets"))
    return manifest


def _apart(home: Path, data: Path, keys: Path) -> None:
    data, keys = data.resolve(), keys.resolve()
    if data == keys or data in keys.parents or keys in data.parents:
        raise ConfigurationError("Data and keys must go to separate places: whoever finds one must not find the other.")
    for place in (data, keys):
        if place == home or any(place.is_relative_to(home / part) for part in ("data", "keys", "audit", "kms")):
            raise ConfigurationError(f"{place} lies inside the stores that it is to save. Name another place.")


def _vendor() -> str:
    from toride.base import config

    return "postgresql" if config.text("TORIDE_DATABASE_URL") else "sqlite"


def _snapshot(alias: str, work: Path) -> Iterator[bytes]:
    """SQLite's online backup: a consistent copy beside the writers (sqlite.org/backup.html)."""
    from django.conf import settings

    target = work / f"{alias}.db"
    source = sqlite3.connect(settings.DATABASES[alias]["NAME"], timeout=60)
    with contextlib.closing(source), contextlib.closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=4096)
        copy.execute("PRAGMA journal_mode=DELETE")
    yield from _chunks(target)
    target.unlink()


def _place(home: Path) -> Callable[[str, Iterable[bytes]], None]:
    from toride.base.stores import FILES

    def load(alias: str, content: Iterable[bytes]) -> None:
        target = home / FILES[alias]
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _new(target) as out:
            out.writelines(content)

    return load


def _dump(alias: str, work: Path) -> Iterator[bytes]:
    """One consistent snapshot of a database by pg_dump, as its owner."""
    command, environment = _client("pg_dump", alias)
    command += ["--format=custom", "--no-owner", "--no-privileges"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:  # noqa: S603
        if child.stdout is None or child.stderr is None:
            raise OSError("no pipes")
        while chunk := child.stdout.read(CHUNK):
            yield chunk
        problem = child.stderr.read().decode(errors="replace").strip()
    if child.returncode:
        raise ConfigurationError(f"pg_dump could not copy {alias}: {problem[-300:]}")


def _load_dump(alias: str, content: Iterable[bytes]) -> None:
    command, environment = _client("pg_restore", alias)
    command += ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as child:  # noqa: S603
        if child.stdin is None or child.stderr is None:
            raise OSError("no pipes")
        with contextlib.suppress(BrokenPipeError):
            for chunk in content:
                child.stdin.write(chunk)
            child.stdin.close()
        problem = child.stderr.read().decode(errors="replace").strip()
    if child.returncode:
        raise ConfigurationError(f"pg_restore could not fill {alias}; is the database empty? {problem[-300:]}")


def _client(program: str, alias: str) -> tuple[list[str], dict[str, str]]:
    from toride.base import config
    from toride.base.stores import ALIASES

    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    path = str(found[-1]) if found else shutil.which(program)
    if path is None:
        raise ConfigurationError(f"{program} is not installed (Debian: apt install postgresql-client).")
    url = config.text(f"{ALIASES[alias]}_OWNER_URL") or config.text(f"{ALIASES[alias]}_URL")
    import dj_database_url

    parsed: dict[str, Any] = dict(dj_database_url.parse(str(url)))
    options = ["--host", str(parsed["HOST"]), "--port", str(parsed["PORT"] or 5432), "--username", str(parsed["USER"])]
    return [path, *options, "--dbname", str(parsed["NAME"])], os.environ | {"PGPASSWORD": str(parsed["PASSWORD"])}


def _packed(home: Path, names: Iterable[str], work: Path) -> Iterator[bytes]:
    target = work / "files.tar"
    with tarfile.open(target, "w") as archive:
        for name in names:
            if (home / name).exists():
                archive.add(home / name, name)
    yield from _chunks(target)
    target.unlink()


def _unpacked(home: Path, content: Iterable[bytes]) -> None:
    with tarfile.open(fileobj=io.BytesIO(b"".join(content))) as archive:
        archive.extractall(home, filter="data")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
