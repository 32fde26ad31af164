"""Looks for texts in files, in every form in which they could stand there."""

import base64
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from pathlib import Path

RAW = ("utf-8", "utf-16-le", "utf-16-be", "cp932")
LEAST = 6  # bytes; fewer occur in ciphertext by chance


def forms(text: str) -> dict[str, bytes]:
    """`text` as bytes, by the name of the form."""
    found = {encoding: text.encode(encoding) for encoding in RAW}
    found |= {f"hex {encoding}": found[encoding].hex().encode() for encoding in RAW}
    for encoding in ("utf-8", "cp932"):
        quoted = urllib.parse.quote(found[encoding], safe="")
        found |= {f"percent {encoding}": quoted.encode(), f"percent lower {encoding}": _lower(quoted).encode()}
    escaped = text.encode("ascii", "backslashreplace")
    wide = "".join(f"\\u{ord(one):04x}" if ord(one) > 0x7F else one for one in text)
    found |= {"json": wide.encode(), "json upper": _upper(wide).encode(), "escaped": escaped}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + found["utf-8"])
        # Only the characters that these bytes alone decide.
        inner = whole[-(-8 * shift // 6) : (8 * (shift + len(found["utf-8"]))) // 6]
        found |= {f"base64 {shift}": inner, f"base64 url {shift}": inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return {name: needle for name, needle in found.items() if len(needle) >= LEAST}


def _lower(quoted: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)


def _upper(escaped: str) -> str:
    return re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), escaped)


class Needles:
    """Several texts at once; `hits` says which, in which form, where."""

    def __init__(self, texts: Iterable[str], *, raw: bool = False) -> None:
        """`raw`: only as encoded text, for large files whose content is looked at in another way, too."""
        self.names: dict[bytes, str] = {}
        for text in texts:
            for form, needle in forms(text).items():
                if form in RAW or not raw:
                    self.names.setdefault(needle, f"{text} ({form})")

    def in_bytes(self, content: bytes, place: str) -> Iterator[str]:
        for needle, name in self.names.items():
            if needle in content:
                yield f"{name} in {place}"

    def in_folder(self, folder: Path) -> list[str]:
        found: list[str] = []
        for path in sorted(folder.rglob("*")):
            found += self.in_bytes(str(path.relative_to(folder)).encode(), f"the name of {path}")
            if path.is_file() and not path.is_symlink():
                try:
                    found += self.in_bytes(path.read_bytes(), str(path))
                except FileNotFoundError:
                    continue
        return found

    def in_processes(self, pids: Iterable[int]) -> list[str]:
        """Command lines and environments; what the kernel does not let us read, nobody of our rank reads."""
        found: list[str] = []
        for pid in pids:
            for name in ("cmdline", "environ"):
                try:
                    found += self.in_bytes(Path(f"/proc/{pid}/{name}").read_bytes(), f"{name} of {pid}")
                except OSError:
                    continue
        return found
