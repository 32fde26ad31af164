"""What leaves the trail to be checked elsewhere: a proof of one event, a witness, a whole export."""

import base64
import struct
from pathlib import Path
from uuid import UUID

import orjson

from toride.audit import checkpoints, tree
from toride.audit.events import decode
from toride.audit.store import Trail
from toride.audit.verifier import toride_verify
from toride.audit.verifier.toride_verify import HASH, PROOF, TILE, Head, Verification, path_of
from toride.base.errors import Conflict, Hidden, Invalid, Unavailable


def proof(event: UUID) -> str:
    """The event's C2SP tlog-proof under the newest checkpoint; its entry stands in the line `extra`.

    Raises Hidden where there is no such event, or it is not sealed yet, Unavailable where another stands in its place.
    """
    trail = Trail()
    index, note = trail.place(event), trail.newest()
    if index is None or note is None or index >= trail.size:
        raise Hidden("unknown")
    entry = next(data for at, data in trail.entries(index // TILE) if at == index)
    if decode(entry)[0].id != event:
        raise Unavailable("altered")
    path = tree.inclusion(trail.tile, index, trail.size)
    lines = [PROOF, f"extra {_text(entry)}", f"index {index}", *(_text(one) for one in path), "", note]
    return "\n".join(lines)


def witness() -> str:
    """The newest checkpoint. Raises Hidden while the trail is empty."""
    note = Trail().newest()
    if note is None:
        raise Hidden("The trail is empty.")
    return note


def kept(path: Path) -> Head:
    """A checkpoint that was kept outside. Raises Invalid where it is none of this trail's."""
    try:
        head = Head.read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, toride_verify.Unusable):
        raise Invalid(f"{path} is not a checkpoint.") from None
    if not head.signed_by(checkpoints.key()):
        raise Invalid(f"{path} is not signed by this trail's key: one of the two was replaced.")
    return head


def check(since: Head | None, *, signatures: bool) -> toride_verify.Report:
    """Verifies the whole trail as it stands now; `signatures` of every checkpoint, or of the newest alone."""
    return Verification(Trail(), checkpoints.key(), since, signatures=signatures).run()


def export(folder: Path) -> int:
    """Writes the sealed trail, its key and the verifier into a new folder; how many entries.

    Raises Conflict where the folder is not empty.
    """
    trail = Trail()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty.")
    size = trail.size
    with (folder / "ids").open("wb") as ids:
        for n in range((size + TILE - 1) // TILE):
            found = [(index, data) for index, data in trail.entries(n) if index < size]
            bundle = b"".join(struct.pack(">H", len(data)) + data for _, data in found)
            _put(folder / "tile" / "entries", n, min(TILE, size - n * TILE), bundle)
            ids.write(b"".join(UUID(orjson.loads(data)["id"]).bytes for _, data in found))
    level = 0
    while count := size >> level * tree.TILE_BITS:
        for n in range((count + TILE - 1) // TILE):
            width = min(TILE, count - n * TILE)
            _put(folder / "tile" / str(level), n, width, trail.tile(level, n)[: width * HASH])
        level += 1
    with (folder / "checkpoints").open("wb") as heads:
        for note in trail.heads():
            heads.write(orjson.dumps(note) + b"\n")
    (folder / "checkpoint").write_text(trail.newest() or "", encoding="utf-8")
    (folder / "key").write_text(checkpoints.key().text + "\n", encoding="utf-8")
    (folder / "toride_verify.py").write_bytes(Path(toride_verify.__file__).read_bytes())
    return size


def _put(folder: Path, n: int, width: int, data: bytes) -> None:
    path = folder / path_of(n)
    if width < TILE:
        path = path.with_name(path.name + ".p") / str(width)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
