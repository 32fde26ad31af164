"""The home folder of an installation: its layout, its mark, its secrets."""

import os
import secrets
from pathlib import Path

from toride.base.errors import ConfigurationError

MARK = "INSTALLATION"
FOLDERS = ("data", "keys", "audit", "kms", "run", "log", "tls", "backup")


def create(home: Path, *, demo: bool, institution: str = "Toride") -> None:
    """Lays out an empty home, mode 0700, and marks it once and for ever as demo or real."""
    mark = home / MARK
    if mark.exists():
        raise ConfigurationError(f"{home} already holds an installation.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    for folder in FOLDERS:
        (home / folder).mkdir(exist_ok=True, mode=0o700)
    _write_private(mark, "demo\n" if demo else "real\n")
    _write_private(home / "NAME", institution + "\n")
    for name in ("session",):
        _write_private(home / "kms" / f"{name}.secret", secrets.token_urlsafe(64))


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


def _write_private(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
