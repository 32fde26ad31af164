"""One style sheet, one script, one sprite; served from memory under a name that holds their hash."""

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "assets"
LEFT_OUT = re.compile(rb"^[ \t]+|^[ \t]*(?://[^\n]*|/\*[^\n]*\*/[ \t]*)\n", re.MULTILINE)
SPACED = re.compile(rb"\s*([{};,])\s*")
TYPES = {"toride.css": "text/css", "toride.js": "text/javascript", "icons.svg": "image/svg+xml",
         "favicon.svg": "image/svg+xml"}  # fmt: skip


@cache
def content(name: str) -> bytes:
    """The bytes of an asset. Raises KeyError for any other name."""
    match name:
        case "toride.css":
            return SPACED.sub(rb"\1", b"\n".join(map(_lean, sorted(FOLDER.glob("*.css")))))
        case "toride.js":
            import django_htmx

            htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
            first, *own = map(_lean, sorted(FOLDER.glob("*.js")))
            return b"\n".join([first, htmx.read_bytes(), *own])
        case "icons.svg" | "favicon.svg":
            return (FOLDER / name).read_bytes()
    raise KeyError(name)


def _lean(path: Path) -> bytes:
    """A file without what only its readers need: indents, and lines that are a comment."""
    return LEFT_OUT.sub(b"", path.read_bytes())


@cache
def packed(name: str) -> bytes:
    """The same, gzipped. Only assets are: packing pages would tell their secrets by length (BREACH)."""
    return gzip.compress(content(name), mtime=0)


@cache
def mark(name: str) -> str:
    """The first 8 hex digits of the content's SHA-256."""
    return hashlib.sha256(content(name)).hexdigest()[:8]


def address(name: str) -> str:
    """The URL path of an asset."""
    return f"/static/{mark(name)}/{name}"
