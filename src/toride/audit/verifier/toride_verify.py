"""Checks an export of Toride's audit trail without Toride, and names every entry that is not as it was sealed.

    python toride_verify.py EXPORT [--since OLD_CHECKPOINT] [--key PUBLIC_KEY] [--proof FILE] [--json]

Python 3.11 or newer and the package `cryptography` suffice. EXPORT is a folder in the layout of C2SP tlog-tiles:
`checkpoint`, `tile/<level>/<n>`, `tile/entries/<n>`; beside it `checkpoints` (all signed heads, oldest first), `ids`
(16 bytes per entry, only to name entries) and `key` (the log's public key; take it from a place of your own instead,
with --key). Exit status 0: unaltered; 1: findings; 2: not usable.
"""

import argparse
import base64
import hashlib
import json
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

TILE = 256
HASH = 32
EMPTY = hashlib.sha256(b"").digest()
DASH = "— "
ED25519 = b"\x01"
PROOF = "c2sp.org/tlog-proof@v1"
MOST_NAMED = 100_000
NOTHING = (None, None)
Fault = tuple[int, bytes | None, bytes | None]


class Unusable(Exception):  # noqa: N818 - a state of the input
    """The input is not what it should be; the text says what."""


# The tree: RFC 6962, section 2.1; verification of proofs: RFC 9162, sections 2.1.3.2 and 2.1.4.2.


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Range:
    """The compact form of a growing tree: the roots of its complete subtrees, largest first."""

    def __init__(self, size: int = 0, roots: list[bytes] | None = None) -> None:
        self.size, self.roots = size, roots or []

    def append(self, found: bytes) -> None:
        size = self.size
        while size & 1:
            found = node_hash(self.roots.pop(), found)
            size >>= 1
        self.roots.append(found)
        self.size += 1

    def root(self) -> bytes:
        if not self.roots:
            return EMPTY
        found = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            found = node_hash(left, found)
        return found

    def copy(self) -> "Range":
        return Range(self.size, list(self.roots))


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes (or over the roots of equal, complete subtrees)."""
    found = Range()
    for one in hashes:
        found.append(one)
    return found.root()


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does `proof` show that the entry with this leaf hash is at `index` in the tree of `size`?"""
    if not 0 <= index < size:
        return False
    first, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = node_hash(one, found)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            found = node_hash(found, one)
        first, last = first >> 1, last >> 1
    return last == 0 and found == root


def extends(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Does `proof` show that the tree of `new` entries begins with the tree of `old` entries?"""
    if old in (0, new):
        return not proof and old <= new and old_root == (EMPTY if old == 0 else new_root)
    if old > new or not proof:
        return False
    path = proof if old & (old - 1) else [old_root, *proof]
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            after = node_hash(after, one)
        first, last = first >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


# Signed heads: C2SP signed-note and tlog-checkpoint.


@dataclass(frozen=True)
class Key:
    """A log's public key; `text` is its C2SP form, name+id+base64."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> "Key":
        try:
            name, number, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            key = cls(name, raw[1:])
        except ValueError:
            raise Unusable("this is not a public key of a log") from None
        if raw[:1] != ED25519 or len(raw) != 1 + HASH or key.id.hex() != number:
            raise Unusable("this is not a public key of a log")
        return key


@dataclass(frozen=True)
class Head:
    """A tree head: its origin, how many entries, their root."""

    origin: str
    size: int
    root: bytes
    note: str

    @property
    def body(self) -> str:
        return self.note[: self.note.rindex("\n\n") + 1]

    @classmethod
    def read(cls, note: str) -> "Head":
        try:
            body = note[: note.rindex("\n\n") + 1]
            origin, size, root = body.split("\n")[:3]
            head = cls(origin, int(size), base64.b64decode(root, validate=True), note)
        except ValueError:
            raise Unusable("this is not a checkpoint") from None
        if str(head.size) != size or len(head.root) != HASH or not origin:
            raise Unusable("this is not a checkpoint")
        return head

    def signed_by(self, key: Key) -> bool:
        """Is there a signature of this key, and is the origin the key's name?"""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        for line in self.note[len(self.body) + 1 :].splitlines():
            name, _, encoded = line.removeprefix(DASH).rpartition(" ")
            try:
                raw = base64.b64decode(encoded, validate=True)
                if line.startswith(DASH) and name == key.name == self.origin and raw[:4] == key.id:
                    Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], self.body.encode())
                    return True
            except (ValueError, InvalidSignature):
                continue
        return False


# What is verified, and what is found.


class Source(Protocol):
    """Where a trail is read from."""

    def heads(self) -> Iterator[str]:
        """Every checkpoint, oldest first."""

    def tile(self, level: int, n: int) -> bytes:
        """The hashes of a tile, as far as it has grown; nothing where it is missing."""

    def entries(self, n: int) -> list[tuple[int, bytes]]:
        """The entries that stand at the places n * 256 to n * 256 + 255, with their place."""

    def length(self) -> int:
        """One more than the place of the last entry."""

    def name(self, index: int) -> str | None:
        """The id of the event that was entered at `index`, where a list of them is kept."""


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was sealed. `index` and `event` name the entry, where one can be named."""

    kind: str
    text: str
    index: int | None = None
    event: str | None = None


@dataclass
class Report:
    """The outcome: how many `entries` under how many `heads` are as sealed up to `size`, and what is not."""

    size: int = 0
    root: str = ""
    entries: int = 0
    heads: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: str, text: str, index: int | None = None, event: str | None = None) -> None:
        if len(self.findings) < MOST_NAMED:
            self.findings.append(Finding(kind, text, index, event))


class Writers:
    """Each writer numbers its events without a gap: a missing number was removed before it was sealed."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, set[int]]] = {}
        self.lost: dict[str, set[int]] = {}
        self.staged: dict[str, int] = {}

    def note(self, index: int, event: dict[str, Any], report: Report) -> None:
        writer, number, staged = event["writer"]
        if number is None:
            self.staged[writer] = self.staged.get(writer, 0) + 1
            return
        due, early = self.seen.setdefault(writer, (0, set()))
        early.add(number)
        while due in early:
            early.discard(due)
            due += 1
        self.seen[writer] = due, early
        if event["action"] == "system:writer:lose":
            self.lost.setdefault(writer, set()).update(event["facts"]["numbers"])
        missing = staged - self.staged.get(writer, 0)
        if missing > 0:
            text = f"writer {writer}: {missing} staged events that it counted before this entry were removed"
            report.add("gap", text, index, event["id"])
            self.staged[writer] = staged

    def finish(self, report: Report) -> None:
        for writer, (due, early) in self.seen.items():
            lost = self.lost.get(writer, set())
            for number in sorted(set(range(due, max(early, default=due))) - early - lost):
                report.add("gap", f"writer {writer}: its event number {number} was removed before it was sealed")


class Verification:
    """One pass from head to head: the signed root decides whether the tiles, or the entries, are as sealed."""

    def __init__(self, source: Source, key: Key, since: Head | None = None, *, signatures: bool = True) -> None:
        self.source, self.key, self.since, self.signatures = source, key, since, signatures
        self.report, self.writers, self.tree = Report(), Writers(), Range()
        self.blocks: list[bytes] = []
        self.block: list[bytes] = []
        self.faults: list[Fault] = []
        self.broken = False
        self.places = lru_cache(maxsize=4)(self._places)
        self.tile = lru_cache(maxsize=4)(source.tile)

    def run(self) -> Report:
        newest: Head | None = None
        for head in self._heads():
            if self._segment(head):
                newest = head
        report, length = self.report, self.source.length()
        if newest is not None:
            report.size, report.root = newest.size, newest.root.hex()
            if not self.signatures and not newest.signed_by(self.key):
                report.add("checkpoint", f"checkpoint {newest.size} is not signed by {self.key.name}")
        elif length:
            report.add("checkpoint", "there are entries, and no checkpoint that is as sealed")
        for index in range(self.tree.size, length):
            found = self.places(index // TILE).get(index)
            if found:
                self._fault(index, None, found[1])
        self._upper()
        self._align()
        self.writers.finish(report)
        if self.since is not None and self.since.size > self.tree.size:
            text = f"rolled back: the older checkpoint has {self.since.size} entries, this trail has {self.tree.size}"
            report.add("rollback", text)
        return report

    def _heads(self) -> Iterator[Head]:
        size = 0
        for note in self.source.heads():
            self.report.heads += 1
            try:
                head = Head.read(note)
            except Unusable as error:
                self.report.add("checkpoint", f"checkpoint number {self.report.heads}: {error}")
                continue
            if self.signatures and not head.signed_by(self.key):
                self.report.add("checkpoint", f"checkpoint {head.size} is not signed by {self.key.name}")
            elif head.size <= size:
                self.report.add("checkpoint", f"checkpoint {head.size} stands after checkpoint {size}")
            else:
                size = head.size
                yield head

    def _segment(self, head: Head) -> bool:
        """Takes the entries up to this head; False where they are not what it signs."""
        start, size = self.tree.size, head.size
        tiles = [self._tile_hash(index) for index in range(start, size)]
        told = [self.places(index // TILE).get(index, NOTHING)[1] for index in range(start, size)]
        sealed = next((one for one in (tiles, told) if self._is_sealed(one, head)), None)
        if sealed is None and not self.broken:
            if not head.signed_by(self.key):
                self.report.add("checkpoint", f"checkpoint {size} is not signed by {self.key.name}")
                return False
            self.broken = True
            text = f"altered, removed or forged among the entries {start} to {size - 1}; their tiles were changed, too"
            self.report.add("altered", text, start, self._event(start))
        altered: set[int] = set()
        for index, (tile, entry) in enumerate(zip(tiles, told, strict=True), start):
            if tile != entry and sealed is told:
                altered.add(index // TILE)
            elif tile != entry:
                self._fault(index, tile, entry)
            self._grow((entry if sealed is told else tile) or EMPTY)
            self._read(index)
        for n in sorted(altered):
            self.report.add("tile", f"tile 0/{n} is altered")
        return sealed is not None

    def _is_sealed(self, hashes: list[bytes | None], head: Head) -> bool:
        tree = self.tree.copy()
        for one in hashes:
            if one is None:
                return False
            tree.append(one)
        return tree.root() == head.root

    def _tile_hash(self, index: int) -> bytes | None:
        at = index % TILE * HASH
        found = self.tile(0, index // TILE)[at : at + HASH]
        return found if len(found) == HASH else None

    def _places(self, n: int) -> dict[int, tuple[bytes | None, bytes | None]]:
        return {index: (data, leaf_hash(data)) for index, data in self.source.entries(n)}

    def _grow(self, found: bytes) -> None:
        self.tree.append(found)
        self.block.append(found)
        if len(self.block) == TILE:
            self.blocks.append(root_of(self.block))
            self.block = []
        if self.since is not None and self.tree.size == self.since.size and self.tree.root() != self.since.root:
            text = f"rewritten: the first {self.since.size} entries are not those of the older checkpoint"
            self.report.add("rollback", text)

    def _read(self, index: int) -> None:
        data = self.places(index // TILE).get(index, NOTHING)[0]
        if data is None:
            return
        self.report.entries += 1
        try:
            self.writers.note(index, json.loads(data), self.report)
        except (ValueError, KeyError, TypeError):
            self.report.add("altered", f"entry {index} is not an event", index)

    def _fault(self, index: int, sealed: bytes | None, found: bytes | None) -> None:
        if len(self.faults) < MOST_NAMED:
            self.faults.append((index, sealed, found))

    def _event(self, index: int, *, listed: bool = True) -> str | None:
        """The id of the event at `index`: as listed, or else as the bytes that stand there say."""
        name = self.source.name(index) if listed else None
        try:
            return name or str(json.loads(self.places(index // TILE).get(index, NOTHING)[0] or b"")["id"])
        except (ValueError, KeyError, TypeError):
            return None

    def _align(self) -> None:
        """Tells altered from moved, removed, forged and cut off, by looking for each sealed hash elsewhere."""
        wanted = {sealed: index for index, sealed, _ in self.faults if sealed}
        standing = {found for _, _, found in self.faults if found}
        end = self.source.length()
        for index, sealed, found in self.faults:
            own = self._event(index, listed=False)
            if found in wanted:
                self.report.add("moved", f"moved: the entry at {index} was sealed at {wanted[found]}", index, own)
            elif found and (sealed is None or sealed in standing):
                self.report.add("forged", f"forged: the entry at {index} was never sealed", index, own)
            elif found:
                self.report.add("altered", f"altered: entry {index}", index, self._event(index))
            if sealed and sealed not in standing and (found is None or found in wanted):
                kind = "truncated" if index >= end else "removed"
                self.report.add(kind, f"{kind}: entry {index} is missing", index, self.source.name(index))

    def _upper(self) -> None:
        level, hashes = 1, self.blocks
        while hashes and not self.broken:
            for n in range((len(hashes) - 1) // TILE + 1):
                due = b"".join(hashes[n * TILE : (n + 1) * TILE])
                if self.source.tile(level, n)[: len(due)] != due:
                    self.report.add("tile", f"tile {level}/{n} is altered")
            hashes = [root_of(hashes[n * TILE : (n + 1) * TILE]) for n in range(len(hashes) // TILE)]
            level += 1


# The export, the proof, the command.


def path_of(n: int) -> str:
    """A tile's number as a path: 1234067 is x001/x234/067 (C2SP tlog-tiles)."""
    text = f"{n % 1000:03d}"
    while n := n // 1000:
        text = f"x{n % 1000:03d}/{text}"
    return text


class Folder:
    """An export on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "checkpoint").is_file():
            raise Unusable(f"{folder} is not an export: it has no checkpoint")
        ids = folder / "ids"
        self.ids = ids.read_bytes() if ids.is_file() else b""

    def heads(self) -> Iterator[str]:
        newest = self._text("checkpoint")
        older = self.folder / "checkpoints"
        if older.is_file():
            for line in self._text("checkpoints").splitlines():
                note = str(json.loads(line))
                if note != newest:
                    yield note
        yield newest

    def tile(self, level: int, n: int) -> bytes:
        return self._grown(f"tile/{level}/{path_of(n)}")

    def entries(self, n: int) -> list[tuple[int, bytes]]:
        data, at = self._grown(f"tile/entries/{path_of(n)}"), 0
        found: list[tuple[int, bytes]] = []
        while at + 2 <= len(data):
            (length,) = struct.unpack_from(">H", data, at)
            found.append((n * TILE + len(found), data[at + 2 : at + 2 + length]))
            at += 2 + length
        return found

    def length(self) -> int:
        n = 0
        while self.entries(n + 1):
            n += 1
        return max((index + 1 for index, _ in self.entries(n)), default=0)

    def name(self, index: int) -> str | None:
        found = self.ids[index * 16 : index * 16 + 16]
        return str(UUID(bytes=found)) if len(found) == 16 else None  # noqa: PLR2004 - a UUID

    def _text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def _grown(self, path: str) -> bytes:
        """A file, or the widest of its partial forms, <path>.p/<width>."""
        whole = self.folder / path
        if whole.is_file():
            return whole.read_bytes()
        partial = sorted(self.folder.glob(f"{path}.p/*"), key=lambda one: int(one.name))
        return partial[-1].read_bytes() if partial else b""


def check_proof(text: str, entry: bytes, key: Key) -> int:
    """The index at which a C2SP tlog-proof shows this entry. Raises Unusable where it does not."""
    head, _, note = text.partition("\n\n")
    lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    try:
        index = int(lines[1].removeprefix("index "))
        path = [base64.b64decode(line, validate=True) for line in lines[2:]]
    except (ValueError, IndexError):
        raise Unusable("this is not a proof") from None
    if lines[0] != PROOF:
        raise Unusable("this is not a proof")
    checkpoint = Head.read(note)
    if not checkpoint.signed_by(key):
        raise Unusable("the proof's checkpoint is not signed by this key")
    if not includes(leaf_hash(entry), index, checkpoint.size, path, checkpoint.root):
        raise Unusable("the proof does not show this entry")
    return index


def proven(text: str) -> bytes:
    """The entry that a proof carries in its line `extra`."""
    for line in text.split("\n\n", 1)[0].splitlines():
        if line.startswith("extra "):
            return base64.b64decode(line[6:])
    raise Unusable("the proof carries no entry")


def main(arguments: list[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(description="Checks an export of Toride's audit trail.")
    parser.add_argument("export", type=Path, nargs="?", help="the folder; may be left out for a --proof alone")
    parser.add_argument("--since", type=Path, help="a checkpoint kept outside, which this trail must continue")
    parser.add_argument("--key", help="the log's public key (name+id+base64), or a file that holds it")
    parser.add_argument("--proof", type=Path, help="check a proof of one entry as well")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    given = parser.parse_args(arguments)
    try:
        report = _check(given)
    except (Unusable, OSError, ValueError) as error:
        sys.stderr.write(f"not usable: {error}\n")
        return 2
    if given.json:
        sys.stdout.write(json.dumps(asdict(report)) + "\n")
    else:
        for one in report.findings:
            sys.stdout.write(f"{one.text}{f' (event {one.event})' if one.event else ''}\n")
        verdict = f"ALTERED: {len(report.findings)} findings" if report.findings else "OK: unaltered"
        sys.stdout.write(f"{verdict}. {report.entries} entries, {report.heads} checkpoints, root {report.root}\n")
    return 1 if report.findings else 0


def _check(given: argparse.Namespace) -> Report:
    if given.export is None and not (given.proof and given.key):
        raise Unusable("name an export, or a --proof and a --key")
    text = given.key or (given.export / "key").read_text(encoding="utf-8")
    key = Key.read(Path(text).read_text(encoding="utf-8") if given.key and Path(text).is_file() else text)
    since = Head.read(given.since.read_text(encoding="utf-8")) if given.since else None
    if since is not None and not since.signed_by(key):
        raise Unusable("the older checkpoint is not signed by this key")
    report = Verification(Folder(given.export), key, since).run() if given.export else Report()
    if given.proof:
        proof = given.proof.read_text(encoding="utf-8")
        try:
            check_proof(proof, proven(proof), key)
        except Unusable as error:
            report.add("proof", str(error))
    return report


if __name__ == "__main__":
    sys.exit(main())
