"""The five keys of each subject, sealed together in one row of the key store; one of them can be destroyed alone."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.db.models import Max

from toride.vault import keyring, rows
from toride.vault.aead import (
    KEY_BYTES,
    Unopenable,
    header,
    key_id,
    nonces,
    pack,
    pack_id,
    random_key,
    seal,
    seal_packed,
    unseal_packed,
)
from toride.vault.keyring import Key, Kind
from toride.vault.keystore.lock import STORE, reaching
from toride.vault.keystore.models import Erasure
from toride.vault.permit import Category

TABLE = "keystore_subjectkeys"
LOOKS = 3  # between our reading and our opening a rotation may move a row, or the store be restored
WHOLE = 0  # in place of a category: all of them
_LABEL = "subject-keys"
_SLOT = 1 + KEY_BYTES
_CATEGORIES = tuple(int(category) for category in Category)
_ALL = sum(1 << category for category in _CATEGORIES)
Erased = tuple[UUID, int, int]  # whose, of which category or WHOLE, up to which version of the key


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one category of one subject; `version` counts the keys it had, from 1."""

    version: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A subject's keys. `mask`: which there are (bit = category). `slots`: version (1 byte), key (32), by category."""

    mask: int
    slots: bytes = field(repr=False)

    def key(self, category: int) -> DataKey | None:
        """The key of a category; None when it was destroyed."""
        if not self.mask >> category & 1:
            return None
        at = self._place(category)
        return DataKey(self.slots[at], self.slots[at + 1 : at + _SLOT])

    def secrets(self) -> list[bytes]:
        """The keys of all categories, in order, of a bundle that has them all."""
        return [self.slots[at : at + KEY_BYTES] for at in range(1, len(self.slots), _SLOT)]

    def without(self, category: int) -> "Bundle":
        """The same, less one key."""
        at = self._place(category)
        return Bundle(self.mask & ~(1 << category), self.slots[:at] + self.slots[at + _SLOT :])

    def added(self, category: int, version: int) -> "Bundle":
        """The same, and a new key for a category that has none."""
        at = self._place(category)
        return Bundle(self.mask | 1 << category, self.slots[:at] + _new_slot(version) + self.slots[at:])

    def _place(self, category: int) -> int:
        return _SLOT * (self.mask & (1 << category) - 1).bit_count()


def make(subjects: Collection[UUID]) -> list[Bundle]:
    """Gives new subjects their keys, committed when this returns: no data is ever without its key. In order."""
    keyring.current(Kind.SUBJECTS)
    made = _new_bundles(len(subjects))
    with reaching(), transaction.atomic(using=STORE, durable=True):
        key = keyring.held(Kind.SUBJECTS)
        cipher, head, end = AESGCM(key.secret), header(key.number), pack(_ALL)
        before, mask = pack(_LABEL), bytes([_ALL])
        kept = [
            (
                subject.hex,
                key.number,
                mask + seal_packed(cipher, head, nonce, bundle.slots, before + pack_id(subject.bytes) + end),
            )
            for subject, bundle, nonce in zip(subjects, made, nonces(len(made)), strict=True)
        ]
        rows.insert(STORE, TABLE, ("subject", "generation", "keys"), kept)
    return made


def load(subjects: Collection[UUID], looks: int = LOOKS, damaged: set[UUID] | None = None) -> dict[UUID, Bundle]:
    """The keys of those subjects that have any; one query. Unopenable when a row is not what was sealed; where
    `damaged` is given, its subject is put there instead.
    """
    condition, parameter = rows.among(STORE, subjects)
    with reaching():
        found = rows.fetch(STORE, f"SELECT subject, keys FROM {TABLE} WHERE subject {condition}", [parameter])  # noqa: S608
    try:
        return dict(_unsealed(found))
    except Unopenable:
        if looks > 1:
            keyring.forget()
            return load(subjects, looks - 1, damaged)
        if damaged is None:
            raise
        return _sound(found, damaged)


def renew(subject: UUID, category: Category) -> None:
    """A new key for a category whose key was destroyed; nothing where it has one, or where the subject has none."""
    with reaching(), transaction.atomic(using=STORE):
        bundle = _held(subject)
        if bundle is not None and bundle.key(category) is None:
            last = Erasure.objects.filter(subject=subject, category=category).aggregate(last=Max("version"))["last"]
            _put(subject, bundle.added(category, (last or 0) + 1))


def destroy(erased: Collection[Erased], at: datetime) -> None:
    """Ends these keys and notes it, in one transaction; a subject's other keys stay. Repeatable."""
    with reaching(), transaction.atomic(using=STORE):
        condition, parameter = rows.among(STORE, [subject for subject, category, _ in erased if category == WHOLE])
        rows.change(STORE, f"DELETE FROM {TABLE} WHERE subject {condition}", [[parameter]])  # noqa: S608
        for subject, category, version in erased:
            bundle = _held(subject) if category != WHOLE else None
            key = bundle.key(category) if bundle else None
            if bundle and key and key.version <= version:
                _put(subject, bundle.without(category))
        Erasure.objects.bulk_create(
            (
                Erasure(subject=subject, category=category, version=version, at=at)
                for subject, category, version in erased
            ),
            ignore_conflicts=True,
        )


def move(generation: int, limit: int) -> int:
    """Seals up to `limit` rows of `generation` anew under the current one, in one transaction; says how many."""
    as_id = rows.id_maker(STORE)
    with reaching(), transaction.atomic(using=STORE):
        key = keyring.held(Kind.SUBJECTS)
        sql = f"SELECT subject, keys FROM {TABLE} WHERE generation = %s ORDER BY subject LIMIT %s"  # noqa: S608
        found = rows.fetch(STORE, sql + rows.for_update(STORE), [generation, limit])
        _write([(key.number, _seal(key, subject, bundle), as_id(subject)) for subject, bundle in _unsealed(found)])
    return len(found)


def _sound(found: Iterable[tuple[Any, Any]], damaged: set[UUID]) -> dict[UUID, Bundle]:
    """Those that open; whose keys do not is put into `damaged`."""
    opened: dict[UUID, Bundle] = {}
    for row in found:
        try:
            opened.update(_unsealed([row]))
        except Unopenable:
            damaged.add(rows.from_id(row[0]))
    return opened


def _new_bundles(count: int) -> list[Bundle]:
    """Whole ones; their random bits are asked of the system at once."""
    drawn = os.urandom(len(_CATEGORIES) * KEY_BYTES * count)
    slots = b"\x01".join([b"", *(drawn[at : at + KEY_BYTES] for at in range(0, len(drawn), KEY_BYTES))])
    size = len(_CATEGORIES) * _SLOT
    return [Bundle(_ALL, slots[at : at + size]) for at in range(0, len(slots), size)]


def _new_slot(version: int) -> bytes:
    return bytes([version]) + random_key()


def _held(subject: UUID) -> Bundle | None:
    sql = f"SELECT subject, keys FROM {TABLE} WHERE subject = %s"  # noqa: S608
    found = rows.fetch(STORE, sql + rows.for_update(STORE), [rows.to_id(STORE, subject)])
    return dict(_unsealed(found)).get(subject)


def _put(subject: UUID, bundle: Bundle) -> None:
    key = keyring.held(Kind.SUBJECTS)
    _write([(key.number, _seal(key, subject, bundle), rows.to_id(STORE, subject))])


def _write(changed: Sequence[tuple[int, bytes, Any]]) -> None:
    rows.change(STORE, f"UPDATE {TABLE} SET generation = %s, keys = %s WHERE subject = %s", changed)  # noqa: S608


def _seal(key: Key, subject: UUID, bundle: Bundle) -> bytes:
    """The mask (1 byte), then the sealed slots."""
    sealed = seal(key.secret, bundle.slots, _LABEL, subject, bundle.mask, key_id=key.number)
    return bytes([bundle.mask]) + sealed


def _unsealed(found: Iterable[tuple[Any, Any]]) -> Iterator[tuple[UUID, Bundle]]:
    secrets: dict[int, bytes] = {}
    label = pack(_LABEL)
    for raw, content in found:
        subject, kept = rows.from_id(raw), bytes(content)
        mask, blob = kept[0] if kept else 0, kept[1:]
        generation = key_id(blob)
        if generation not in secrets:
            secrets[generation] = keyring.secret(Kind.SUBJECTS, generation)
        context = label + pack_id(subject.bytes) + pack(mask)
        yield subject, Bundle(mask, unseal_packed(secrets[generation], blob, context))
