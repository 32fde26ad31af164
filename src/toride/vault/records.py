"""Sealed records: anyone may have them sealed, only a permit opens them, and only as far as it says."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction

from toride.base import clock
from toride.base.errors import Conflict, Hidden, Refused
from toride.base.ids import ordered_id
from toride.vault import bundles, keyring, rows
from toride.vault._sealed import COLUMNS, STORE, TABLE, Place, Sealed, dump, fetch, load, open_records, seal_record
from toride.vault._sealed import examine as examined
from toride.vault.aead import Part, Unopenable, key_id, seal, unseal
from toride.vault.bundles import Bundle, DataKey
from toride.vault.keyring import Kind
from toride.vault.permit import Category, Mode, Opening, Permit
from toride.vault.values import Closed, Masked, Opened, Value

_UPDATE = (
    "UPDATE vault_sealedrecord SET revision = %s, changed = %s, blob = %s"
    " WHERE id = %s AND subject_id = %s AND category = %s AND kind = %s AND revision = %s"
)
_DETAIL = "detail"
Fields = Mapping[Category, Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What shall be kept. `revision` is the one that the writer has read, 0 for a new record."""

    subject: UUID
    category: Category
    kind: str
    data: Mapping[str, Any] = field(repr=False)
    record: UUID | None = None
    revision: int = 0


class Values(Mapping[str, Value]):
    """Fields as the permit shows them; any other name gives what an empty field would.

    Holds only contents that the permit opens; each becomes a value when it is asked for.
    """

    __slots__ = ("_category", "_contents", "_kind", "_permit", "_whole")

    def __init__(
        self, permit: Permit, category: Category, kind: str, contents: Mapping[str, Any], *, whole: bool
    ) -> None:
        """`whole`: every field of the category is open in clear."""
        self._permit, self._category, self._kind, self._contents, self._whole = permit, category, kind, contents, whole

    def __getitem__(self, name: str) -> Value:
        if self._whole:
            return Opened(self._contents.get(name))
        return _show(self._permit.opening(self._category, name, self._kind), self._contents.get(name))

    def __contains__(self, name: object) -> bool:
        return name in self._contents

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents)

    def __len__(self) -> int:
        return len(self._contents)

    def __reduce__(self) -> NoReturn:
        raise TypeError("opened values are never stored or sent")


class Record(NamedTuple):
    """One record as the permit shows it."""

    id: UUID
    subject: UUID
    category: Category
    kind: str
    revision: int
    changed: datetime
    values: Values


def examine() -> Iterator[tuple[int, set[UUID]]]:
    """As `_sealed.examine`; nothing that is opened leaves the vault."""
    yield from examined()


def write(drafts: Sequence[Draft]) -> list[UUID]:
    """Seals and keeps `drafts` in the caller's transaction; their record ids, in order.

    Hidden for a subject without keys (unknown, erased), Refused for an erased category, Invalid for a record over
    1 MiB, Conflict when a record was changed since it was read: then none is kept.
    """
    keys = bundles.load({draft.subject for draft in drafts})
    as_id, now = rows.id_maker(STORE), rows.to_moment(STORE, clock.now())
    made: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    fresh = iter(sorted(ordered_id() for draft in drafts if draft.record is None))
    ids = [draft.record or next(fresh) for draft in drafts]
    for record, draft in zip(ids, drafts, strict=True):
        revision = draft.revision + 1
        key = _key(keys.get(draft.subject), draft.category)
        blob = seal_record(key, Place(record, draft.subject, draft.category, draft.kind), revision, draft.data)
        place = (as_id(record), as_id(draft.subject), int(draft.category), draft.kind)
        if draft.revision:
            changed.append((revision, now, blob, *place, draft.revision))
        else:
            made.append((*place, revision, now, blob))
    _keep(made, changed)
    return ids


def remove(permit: Permit, subject: UUID, category: Category, kind: str) -> int:
    """Deletes the records of one kind in the caller's transaction; how many. Refused unless the permit opens it."""
    permit.check(subject)
    if permit.opening(category) is not Opening.CLEAR:
        raise Refused("category")
    sql = f"DELETE FROM {TABLE} WHERE subject_id = %s AND category = %s AND kind = %s"  # noqa: S608 - our name
    return rows.change(STORE, sql, [(rows.to_id(STORE, subject), int(category), kind)])


def read(
    permit: Permit,
    subjects: Collection[UUID],
    *,
    kinds: Collection[str],
    categories: Collection[Category] = tuple(Category),
    fields: Fields | None = None,
    records: Collection[UUID] | None = None,
    damaged: set[UUID] | None = None,
) -> dict[UUID, list[Record]]:
    """The records of each of `subjects` as `permit` shows them, oldest first by the millisecond; a query for each
    kind, and one for the keys. `records`: only these of theirs; of any other nothing is fetched, opened or told.

    What is closed is not fetched, what is masked not decrypted: its values are dots for each of `fields`. The
    permit's ledger notes what was opened. Erased records are left out; Unopenable where one was tampered with: its
    subject stands in the ledger then, or in `damaged` where that is given, and not in what is returned.
    """
    permit.check()
    for subject in subjects:
        permit.check(subject)
    excepted = {kind: permit.excepted(kind) for kind in kinds}
    found = [row for kind in kinds for row in _fetch(permit, subjects, kind, categories, excepted[kind], records)]
    if len(excepted) > 1:
        found.sort(key=lambda row: row.place.id)
    lost: set[UUID] = set()
    opened = open_records([row for row in found if row.blob is not None], lost)
    if lost and damaged is None:
        for subject in lost:
            permit.ledger.touch(subject, Mode.LISTED)
        raise Unopenable
    shown: dict[UUID, list[Record]] = {subject: [] for subject in subjects if subject not in lost}
    if damaged is not None:
        damaged |= lost
    for (record, subject, category, kind), revision, changed, blob in found:
        if subject in lost:
            continue
        if blob is None:
            contents: Mapping[str, Any] = dict.fromkeys((fields or {}).get(category, ()))
        elif (content := opened.get(record)) is not None:
            contents = _opened(permit, category, kind, content) if category in excepted[kind] else content
        else:
            continue
        whole = category not in excepted[kind] and blob is not None
        clear = bool(contents) if category not in excepted[kind] else _is_clear(permit, category, kind, contents)
        permit.ledger.touch(subject, Mode.CLEAR if clear and blob is not None else Mode.MASKED, category)
        values = Values(permit, category, kind, contents, whole=whole)
        shown[subject].append(Record(record, subject, category, kind, revision, changed, values))
    return shown


def seal_for(items: Sequence[tuple[UUID, Category, Mapping[str, Any]]], context: Part) -> list[bytes]:
    """Seals details that another floor keeps, each under a subject's key; `context` says where they belong.

    One query. Hidden for a subject without keys, Refused for an erased category.
    """
    keys = bundles.load({subject for subject, _, _ in items})
    blobs = []
    for subject, category, data in items:
        key = _key(keys.get(subject), category)
        blobs.append(seal(key.secret, dump(data), _DETAIL, subject, category, context, key_id=key.version))
    return blobs


def open_for(permit: Permit, subject: UUID, category: Category, blob: bytes, context: Part) -> dict[str, Any]:
    """What `seal_for` sealed. Refused unless the permit opens the category; Unopenable when altered or erased."""
    found = open_each(permit, [(subject, category, blob, context)])[0]
    if found is None:
        raise Unopenable
    return found


def open_each(permit: Permit, items: Sequence[tuple[UUID, Category, bytes, Part]]) -> list[dict[str, Any] | None]:
    """As `open_for` for many, in one query; None for each that was erased."""
    for subject, category, _, _ in items:
        permit.check(subject)
        if permit.opening(category) is not Opening.CLEAR:
            raise Refused("category")
    keys = bundles.load({subject for subject, _, _, _ in items})
    found: list[dict[str, Any] | None] = []
    for subject, category, blob, context in items:
        bundle = keys.get(subject)
        key = bundle.key(category) if bundle else None
        if key is None or key.version != key_id(blob):
            found.append(None)
            continue
        found.append(load(unseal(key.secret, blob, _DETAIL, subject, category, context)))
        permit.ledger.touch(subject, Mode.CLEAR, category)
    return found


def seal_with(kind: Kind, data: Mapping[str, Any], context: Part) -> bytes:
    """Seals data that belongs to no one subject under the current generation of `kind`."""
    return seal_each(kind, [data], context)[0]


def seal_each(kind: Kind, items: Sequence[Mapping[str, Any]], context: Part) -> list[bytes]:
    """As `seal_with` for many, under one key."""
    key = keyring.current(kind)
    return [seal(key.secret, dump(data), _DETAIL, kind, context, key_id=key.number) for data in items]


def open_with(permit: Permit, kind: Kind, blob: bytes, context: Part) -> dict[str, Any]:
    """What `seal_with` sealed. Unopenable when altered, or its generation is destroyed."""
    permit.check()
    return load(unseal(keyring.secret(kind, key_id(blob)), blob, _DETAIL, kind, context))


def _keep(made: list[tuple[Any, ...]], changed: list[tuple[Any, ...]]) -> None:
    try:
        with transaction.atomic(using=STORE):
            rows.insert(STORE, TABLE, COLUMNS, made)
            if changed and rows.change(STORE, _UPDATE, changed) != len(changed):
                raise Conflict("this record was changed by somebody else in the meantime")
    except IntegrityError:
        raise Conflict("this record exists") from None


def _key(bundle: Bundle | None, category: Category) -> DataKey:
    if bundle is None:
        raise Hidden
    key = bundle.key(category)
    if key is None:
        raise Refused("category-erased")
    return key


def _fetch(
    permit: Permit,
    subjects: Collection[UUID],
    kind: str,
    categories: Collection[Category],
    excepted: Mapping[Category, Opening],
    records: Collection[UUID] | None,
) -> list[Sealed]:
    """Records of one kind in what is not closed; with the sealed content where the most open field is clear."""
    depths = {one: max(permit.opening(one), excepted.get(one, Opening.CLOSED)) for one in categories}
    wanted = [one for one, depth in depths.items() if depth]
    return fetch(subjects, [kind], wanted, [one for one in wanted if depths[one] is Opening.CLEAR], records)


def _show(opening: Opening, content: Any) -> Value:
    if opening is Opening.CLEAR:
        return Opened(content)
    return Masked() if opening is Opening.MASKED else Closed()


def _opened(permit: Permit, category: Category, kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What may be shown of a category some of whose fields open otherwise than it does."""
    openings = {name: permit.opening(category, name, kind) for name in data}
    return {
        name: content if openings[name] is Opening.CLEAR else None for name, content in data.items() if openings[name]
    }


def _is_clear(permit: Permit, category: Category, kind: str, names: Iterable[str]) -> bool:
    return any(permit.opening(category, name, kind) is Opening.CLEAR for name in names)
