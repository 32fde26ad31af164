"""The five keys of each subject, sealed together in one row of the key store; one of them can be destroyed alone."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from toride.vault import keyring, rows
from toride.vault.aead import KEY_BYTES, Unopenable, key_id, random_key, seal, unseal
from toride.vault.keyring import Key, Kind
from toride.vault.keystore.lock import STORE, reaching
from toride.vault.keystore.models import Erasure
from toride.vault.permit import Category

TABLE = "keystore_subjectkeys"
LOOKS = 3  # between our reading and our opening a rotation may move a row, or the store be restored
WHOLE = 0  # in place of a category: all of them
_LABEL = "subject-keys"
_SLOT = 1 + KEY_BYTES
Erased = tuple[UUID, int, int]  # whose, of which category or WHOLE, up to which version of the key


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one category of one subject; `version` counts the keys it had, from 1."""

    version: int
    secret: bytes = field(repr=False)


Bundle = Mapping[Category, DataKey]


def make(subjects: Collection[UUID]) -> None:
    """Gives new subjects their keys, committed when this returns: no data is ever without its key."""
    keyring.current(Kind.SUBJECTS)
    with reaching(), transaction.atomic(using=STORE, durable=True):
        key = keyring.held(Kind.SUBJECTS)
        made = [
            (rows.to_id(STORE, subject), key.number, _seal(key, subject, {each: _fresh(1) for each in Category}))
            for subject in subjects
        ]
        rows.insert(STORE, TABLE, ("subject", "generation", "keys"), made)


def load(subjects: Collection[UUID], looks: int = LOOKS) -> dict[UUID, Bundle]:
    """The keys of those subjects that have any; one query. Unopenable when a row is not what was sealed."""
    condition, parameter = rows.among(STORE, subjects)
    with reaching():
        found = rows.fetch(STORE, f"SELECT subject, keys FROM {TABLE} WHERE subject {condition}", [parameter])  # noqa: S608 - our names
    try:
        return dict(_unsealed(found))
    except Unopenable:
        if looks == 1:
            raise
        keyring.forget()
        return load(subjects, looks - 1)


def renew(subject: UUID, category: Category) -> None:
    """A new key for a category whose key was destroyed; nothing where it has one, or where the subject has none."""
    with reaching(), transaction.atomic(using=STORE):
        bundle = _held(subject)
        if bundle is not None and category not in bundle:
            last = Erasure.objects.filter(subject=subject, category=category).aggregate(last=Max("version"))["last"]
            _put(subject, {**bundle, category: _fresh((last or 0) + 1)})


def destroy(erased: Collection[Erased], at: datetime) -> None:
    """Ends these keys and notes it, in one transaction; a subject's other keys stay. Repeatable."""
    with reaching(), transaction.atomic(using=STORE):
        condition, parameter = rows.among(STORE, [subject for subject, category, _ in erased if category == WHOLE])
        rows.change(STORE, f"DELETE FROM {TABLE} WHERE subject {condition}", [[parameter]])  # noqa: S608 - our names
        for subject, category, version in erased:
            bundle = _held(subject) if category != WHOLE else None
            if bundle is not None:
                kept = {each: key for each, key in bundle.items() if each != category or key.version > version}
                _put(subject, kept)
        Erasure.objects.bulk_create(
            (
                Erasure(subject=subject, category=category, version=version, at=at)
                for subject, category, version in erased
            ),
            ignore_conflicts=True,
        )


def move(generation: int, limit: int) -> int:
    """Seals up to `limit` rows of `generation` anew under the current one, in one transaction; says how many."""
    with reaching(), transaction.atomic(using=STORE):
        key = keyring.held(Kind.SUBJECTS)
        sql = f"SELECT subject, keys FROM {TABLE} WHERE generation = %s ORDER BY subject LIMIT %s"  # noqa: S608 - our names
        found = rows.fetch(STORE, sql + rows.for_update(STORE), [generation, limit])
        _write(
            (key.number, _seal(key, subject, bundle), rows.to_id(STORE, subject))
            for subject, bundle in _unsealed(found)
        )
    return len(found)


def _fresh(version: int) -> DataKey:
    return DataKey(version, random_key())


def _held(subject: UUID) -> Bundle | None:
    sql = f"SELECT subject, keys FROM {TABLE} WHERE subject = %s"  # noqa: S608 - our names
    found = rows.fetch(STORE, sql + rows.for_update(STORE), [rows.to_id(STORE, subject)])
    return dict(_unsealed(found)).get(subject)


def _put(subject: UUID, bundle: Bundle) -> None:
    key = keyring.held(Kind.SUBJECTS)
    _write([(key.number, _seal(key, subject, bundle), rows.to_id(STORE, subject))])


def _write(changed: Iterable[tuple[int, bytes, Any]]) -> None:
    rows.change(STORE, f"UPDATE {TABLE} SET generation = %s, keys = %s WHERE subject = %s", list(changed))  # noqa: S608 - our names


def _seal(key: Key, subject: UUID, bundle: Bundle) -> bytes:
    """Presence mask (1 byte, bit = category), then the sealed slots: version (1), key (32), by category."""
    mask = sum(1 << category for category in bundle)
    slots = b"".join(bytes([bundle[each].version]) + bundle[each].secret for each in sorted(bundle))
    return bytes([mask]) + seal(key.secret, slots, _LABEL, subject, mask, key_id=key.number)


def _unsealed(found: Iterable[tuple[Any, Any]]) -> Iterator[tuple[UUID, Bundle]]:
    for raw, content in found:
        subject, blob = rows.from_id(raw), bytes(content)
        yield subject, _unseal(subject, blob[0] if blob else 0, blob[1:])


def _unseal(subject: UUID, mask: int, blob: bytes) -> Bundle:
    slots = unseal(keyring.secret(Kind.SUBJECTS, key_id(blob)), blob, _LABEL, subject, mask)
    present = [category for category in Category if mask >> category & 1]
    return {
        category: DataKey(slots[at], slots[at + 1 : at + _SLOT])
        for category, at in zip(present, range(0, len(slots), _SLOT), strict=True)
    }
