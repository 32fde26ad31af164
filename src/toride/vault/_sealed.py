"""Sealed records without a permit: for the vault's own work (index, keys) and for nobody else."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from toride.base.errors import Invalid
from toride.vault import bundles, rows
from toride.vault.aead import (
    Unopenable,
    header,
    key_id,
    nonces,
    pack,
    pack_id,
    pad,
    seal_packed,
    unpad,
    unseal_packed,
)
from toride.vault.bundles import WHOLE, DataKey
from toride.vault.keystore.models import Erasure
from toride.vault.permit import Category

STORE = "default"
TABLE = "vault_sealedrecord"
COLUMNS = ("id", "subject_id", "category", "kind", "revision", "changed", "blob")
MAX_BYTES = 1_048_576
STREAM_SUBJECTS = 1_000
NEVER = datetime.fromtimestamp(0, UTC)
_SCHEMA = 1  # of what a record's seal covers; kept as a blob's first byte
_LABEL = "record"
_BEGIN = pack(_LABEL, _SCHEMA)
_OF = {category: pack(category) for category in Category}
_NUMBERED = {int(category): category for category in Category}
_HEAD = bytes([_SCHEMA])
New = tuple[bytes, bytes, bytes, Category, Mapping[str, Any]]  # secret, record, subject, category, content


class Place(NamedTuple):
    """Where a record belongs; sealed with it, so that it opens nowhere else."""

    id: UUID
    subject: UUID
    category: Category
    kind: str

    def context(self, revision: int) -> bytes:
        """What the seal covers beside the content, the format and the key's version; packed."""
        about, last = _OF[self.category], _end(revision, self.kind)
        return b"".join((_BEGIN, pack_id(self.subject.bytes), about, pack_id(self.id.bytes), last))


class Sealed(NamedTuple):
    """A record as it is kept; `blob` None where it was not fetched."""

    place: Place
    revision: int
    changed: datetime
    blob: bytes | None


def seal_record(key: DataKey, place: Place, revision: int, data: Mapping[str, Any]) -> bytes:
    """A record's blob: schema (1 byte), then the sealed, padded JSON. Invalid over MAX_BYTES."""
    head, nonce = header(key.version), next(nonces(1))
    return _HEAD + seal_packed(AESGCM(key.secret), head, nonce, dump(data), place.context(revision))


def seal_new(kind: str, drafts: Collection[New]) -> Iterator[bytes]:
    """As `seal_record` for first revisions of one kind under first keys, in a third of the time."""
    end, head = _end(1, kind), header(1)
    for nonce, (secret, record, subject, category, data) in zip(nonces(len(drafts)), drafts, strict=True):
        context = _BEGIN + pack_id(subject) + _OF[category] + pack_id(record) + end
        yield _HEAD + seal_packed(AESGCM(secret), head, nonce, dump(data), context)


def open_record(key: DataKey, row: Sealed) -> dict[str, Any]:
    """The content of one record; Unopenable where it does not belong."""
    blob = row.blob or b""
    if blob[:1] != _HEAD:
        raise Unopenable
    return load(unseal_packed(key.secret, blob[1:], row.place.context(row.revision)))


def open_records(sealed: Collection[Sealed], damaged: set[UUID] | None = None) -> dict[UUID, dict[str, Any]]:
    """The contents by record id; one query. Erased ones are left out, Unopenable where one does not belong; where
    `damaged` is given, its subject is put there instead, and nothing of that subject opened.
    """
    if not sealed:
        return {}
    lost: set[UUID] = set()
    keys = bundles.load({row.place.subject for row in sealed}, damaged=lost)
    found = {}
    keyless = []
    for row in sealed:
        if row.place.subject in lost:
            continue
        bundle = keys.get(row.place.subject)
        key = bundle.key(row.place.category) if bundle else None
        blob = row.blob or b""
        try:
            if key is None or (blob[:1] == _HEAD and key_id(blob[1:]) < key.version):
                keyless.append(row.place)
            else:
                found[row.place.id] = open_record(key, row)
        except Unopenable:
            lost.add(row.place.subject)
    lost |= _unexplained(keyless)
    if not lost:
        return found
    if damaged is None:
        raise Unopenable
    damaged |= lost
    return {
        row.place.id: found[row.place.id] for row in sealed if row.place.subject not in lost and row.place.id in found
    }


def fetch(
    subjects: Collection[UUID],
    kinds: Collection[str] | None,
    categories: Collection[Category],
    opened: Collection[Category],
    records: Collection[UUID] | None = None,
) -> list[Sealed]:
    """Records of `subjects` in `categories`, or only these `records`, oldest first, with the blobs of those in
    `opened`; one query.
    """
    condition, parameter = rows.among(STORE, subjects)
    blobs, wanted, changed = _numbers(opened), _numbers(categories), rows.moments(STORE, "changed")
    sql = (
        f"SELECT id, subject_id, category, kind, revision, {changed}, CASE WHEN category IN ({blobs}) THEN blob END"  # noqa: S608 - our names and numbers
        f" FROM vault_sealedrecord WHERE subject_id {condition} AND category IN ({wanted})"
    )
    parameters = [parameter]
    if kinds is not None:
        sql += f" AND kind IN ({', '.join(['%s'] * len(kinds)) or 'NULL'})"
        parameters += kinds
    if records is not None:
        condition, parameter = rows.among(STORE, records)
        sql, parameters = f"{sql} AND id {condition}", [*parameters, parameter]
    as_id = rows.id_maker(STORE)
    known = {as_id(subject): subject for subject in subjects}
    return [_row(found, known) for found in rows.fetch(STORE, sql + " ORDER BY id", parameters)]


def open_sealed(
    subjects: Collection[UUID] | None = None,
    kinds: Collection[str] | None = None,
    categories: Collection[Category] = tuple(Category),
) -> Iterator[tuple[UUID, Category, str, dict[str, Any]]]:
    """Every record (subject, category, kind, content), subject by subject, of all living subjects or of some.

    Three queries for each thousand subjects; a record written meanwhile may or may not come.
    """
    for batch in _living() if subjects is None else [list(subjects)]:
        found = fetch(batch, kinds, categories, categories)
        opened = open_records(found)
        for row in sorted(found, key=lambda row: row.place.subject):
            if row.place.id in opened:
                yield row.place.subject, row.place.category, row.place.kind, opened[row.place.id]


def examine() -> Iterator[tuple[int, set[UUID]]]:
    """For each thousand living subjects: how many there are, and whose records or keys do not open as sealed."""
    everything = tuple(Category)
    for batch in _living():
        damaged: set[UUID] = set()
        open_records(fetch(batch, None, everything, everything), damaged)
        yield len(batch), damaged


def dump(data: Mapping[str, Any]) -> bytes:
    """Padded JSON (dates and ids as text). Invalid over MAX_BYTES."""
    content = pad(orjson.dumps(data))
    if len(content) > MAX_BYTES:
        raise Invalid("this record is too long")
    return content


def load(content: bytes) -> dict[str, Any]:
    """What `dump` was given."""
    found: dict[str, Any] = orjson.loads(unpad(content))
    return found


def _numbers(categories: Collection[Category]) -> str:
    return ", ".join(str(int(category)) for category in categories) or "NULL"


@lru_cache(maxsize=256)
def _end(revision: int, kind: str) -> bytes:
    """The last part of a record's context."""
    return pack(revision, kind)


def _row(found: Iterable[Any], known: Mapping[Any, UUID]) -> Sealed:
    record, subject, category, kind, revision, changed, blob = found
    try:
        place = Place(rows.from_id(record), known[subject], _NUMBERED[category], kind)
        return Sealed(place, int(revision), rows.from_moment(changed), None if blob is None else bytes(blob))
    except (ValueError, TypeError, OverflowError):  # a column that holds something else than it should
        return Sealed(Place(UUID(int=0), known[subject], _NUMBERED[category], str(kind)), 0, NEVER, b"")


def _unexplained(keyless: Collection[Place]) -> set[UUID]:
    """A record may lack its key only because it was erased; whose record lacks it otherwise must show."""
    if not keyless:
        return set()
    erased = Erasure.objects.filter(subject__in={place.subject for place in keyless})
    noted = {(subject, category) for subject, category in erased.values_list("subject", "category")}
    return {place.subject for place in keyless if not noted & {(place.subject, WHOLE), (place.subject, place.category)}}


def _living() -> Iterator[list[UUID]]:
    last = UUID(int=0)
    sql = "SELECT id FROM vault_subject WHERE id > %s AND erased IS NULL ORDER BY id LIMIT %s"
    while found := rows.fetch(STORE, sql, [rows.to_id(STORE, last), STREAM_SUBJECTS]):
        batch = [rows.from_id(one) for (one,) in found]
        yield batch
        last = batch[-1]
