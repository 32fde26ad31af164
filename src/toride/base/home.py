"""The home folder of an installation: its layout, its mark, its secrets."""

import fcntl
import os
import secrets
import shutil
from pathlib import Path

from toride.base.errors import ConfigurationError

MARK = "INSTALLATION"
UNFINISHED = "UNFINISHED"
FOLDERS = ("data", "keys", "audit", "kms", "run", "log", "tls", "backup")


def create(home: Path, *, demo: bool, institution: str = "Toride") -> None:
    """Lays out an empty home, mode 0700, and marks it once and for ever as demo or real.

    Goes on with one that was not finished. Raises ConfigurationError for a finished one, or one of the other kind.
    """
    wanted = "demo" if demo else "real"
    if is_finished(home) or kind(home) not in {None, wanted}:
        raise ConfigurationError(f"{home} already holds an installation ({kind(home)}).")
    if kind(home) is None and home.exists() and any(_is_foreign(path) for path in home.iterdir()):
        raise ConfigurationError(f"{home} is not empty. Name an empty folder in TORIDE_HOME.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    _write_private(home / UNFINISHED, "")
    _write_private(home / MARK, wanted + "\n")
    for folder in FOLDERS:
        (home / folder).mkdir(exist_ok=True, mode=0o700)
    _write_private(home / "NAME", institution + "\n")
    secret_file = home / "kms" / "session.secret"
    if not secret_file.exists():
        _write_private(secret_file, secrets.token_urlsafe(64))


def clear(home: Path) -> None:
    """Empties a demonstration, to be made anew; what a kill interrupts is unfinished."""
    if not is_demo(home):
        raise ConfigurationError(f"{home} is no demonstration.")
    _write_private(home / UNFINISHED, "")
    for path in home.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in {UNFINISHED, MARK}:
            path.unlink()


def hold(home: Path) -> int:
    """The right to make or serve this home, until the descriptor or the process ends; ConfigurationError if taken."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ConfigurationError(
            f"{home} is in use by another toride that serves or makes it. Stop that first."
        ) from None
    return descriptor


def finish(home: Path) -> None:
    """Everything is in place: from now on it is served, and never made again."""
    (home / UNFINISHED).unlink()


def is_finished(home: Path) -> bool:
    """Is there an installation, made to its end?"""
    return kind(home) is not None and not (home / UNFINISHED).exists()


def kind(home: Path) -> str | None:
    """Which of "demo" and "real", or None where nothing was set up."""
    try:
        return (home / MARK).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def is_demo(home: Path) -> bool:
    """Was this home marked at creation as a demonstration?"""
    return kind(home) == "demo"


def institution(home: Path) -> str:
    """The institution's name, as given at creation."""
    try:
        return (home / "NAME").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return "Toride"


def secret(home: Path, name: str) -> str:
    """A random secret of this installation; an unusable random one where no home exists yet."""
    path = home / "kms" / f"{name}.secret"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return secrets.token_urlsafe(64)


def _is_foreign(path: Path) -> bool:
    """Is this anything but what a killed start of ours leaves?"""
    return path.name.removeprefix(".").removesuffix(".new") not in {MARK, UNFINISHED}


def _write_private(path: Path, content: str) -> None:
    """Whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
