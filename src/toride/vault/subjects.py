"""Subjects: made with their keys, and erased by destroying them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from toride.base import clock
from toride.base.ids import near_ids, ordered_ids
from toride.vault import bundles, rows
from toride.vault._sealed import COLUMNS, TABLE, seal_new
from toride.vault.bundles import WHOLE, Bundle, Erased
from toride.vault.keystore.lock import reaching
from toride.vault.keystore.models import Erasure as KeyErasure
from toride.vault.models import Erasure, SealedRecord, Subject
from toride.vault.permit import Category

STORE = "default"
REPLAY_BATCH = 1_000


def create(count: int = 1) -> list[UUID]:
    """New subjects, ascending. Their keys are committed at once, the subjects with the caller's transaction."""
    made = near_ids(count)
    _begin(made)
    return made


def take_in(profiles: Sequence[Mapping[Category, Mapping[str, Any]]], *, kind: str) -> list[UUID]:
    """As `create`, one for each of `profiles`, with its records of `kind`; their keys are never read back for that."""
    made = near_ids(len(profiles))
    kept = _begin(made)
    drafts = []
    fresh = iter(ordered_ids(sum(map(len, profiles))))
    for subject, bundle, profile in zip(made, kept, profiles, strict=True):
        secrets, raw = bundle.secrets(), subject.bytes
        drafts += [(secrets[category - 1], next(fresh), raw, category, data) for category, data in profile.items()]
    now = rows.to_moment(STORE, clock.now())
    sealed = [
        (record.hex(), subject.hex(), int(category), kind, 1, now, blob)
        for (_, record, subject, category, _), blob in zip(drafts, seal_new(kind, drafts), strict=True)
    ]
    rows.insert(STORE, TABLE, COLUMNS, sealed)
    return made


def exists(subject: UUID) -> bool:
    """Is there such a subject, not erased?"""
    return Subject.objects.filter(pk=subject, erased=None).exists()


def erase(subjects: Collection[UUID]) -> None:
    """Ends everything sealed of these subjects: records with the caller's transaction, keys right after its commit.

    Where the process dies between the two, `replay` ends the keys. Copies of the key store open them until the
    next rotation of the subjects' generation.
    """
    _erase([(subject, WHOLE, 0) for subject in subjects])


def erase_category(subject: UUID, category: Category) -> None:
    """Ends one category of a living subject, as `erase` does; `restart_category` allows it anew."""
    bundle = bundles.load([subject]).get(subject)
    key = bundle.key(category) if bundle else None
    if key:
        _erase([(subject, int(category), key.version)])


def restart_category(subject: UUID, category: Category) -> None:
    """Gives an erased category of a living subject a new key; what was erased stays closed."""
    bundles.renew(subject, category)


def replay() -> int:
    """Erases again what only one store says was erased, after a restore or a crash; says how many erasures."""
    in_data = _noted(Erasure)
    with reaching():
        in_keys = _noted(KeyErasure)
    for batch in _batches(in_data - in_keys):
        bundles.destroy(batch, clock.now())
    for batch in _batches(in_keys - in_data):
        with transaction.atomic(using=STORE):
            _remove(batch, clock.now())
    return len(in_data ^ in_keys)


def _begin(made: Sequence[UUID]) -> list[Bundle]:
    kept = bundles.make(made)
    now = rows.to_moment(STORE, clock.now())
    with transaction.atomic(using=STORE):
        rows.insert(STORE, "vault_subject", ("id", "created"), [(one.hex, now) for one in made])
    return kept


def _erase(erased: list[Erased]) -> None:
    now = clock.now()
    with transaction.atomic(using=STORE):
        _remove(erased, now)
        transaction.on_commit(partial(bundles.destroy, erased, now), using=STORE)


def _remove(erased: Collection[Erased], at: datetime) -> None:
    whole = [subject for subject, category, _ in erased if category == WHOLE]
    condition, parameter = rows.among(STORE, whole)
    rows.change(STORE, f"DELETE FROM vault_sealedrecord WHERE subject_id {condition}", [[parameter]])  # noqa: S608
    moment = rows.to_moment(STORE, at)
    sql = f"UPDATE vault_subject SET erased = %s WHERE erased IS NULL AND id {condition}"  # noqa: S608
    rows.change(STORE, sql, [[moment, parameter]])
    for subject, category, _ in erased:
        if category != WHOLE:
            SealedRecord.objects.filter(subject=subject, category=category).delete()
    Erasure.objects.bulk_create(
        (Erasure(subject=subject, category=category, version=version, at=at) for subject, category, version in erased),
        ignore_conflicts=True,
    )


def _noted(model: type[Erasure] | type[KeyErasure]) -> set[Erased]:
    return set(model.objects.values_list("subject", "category", "version"))


def _batches(erased: set[Erased]) -> Iterator[list[Erased]]:
    todo = sorted(erased)
    return (todo[start : start + REPLAY_BATCH] for start in range(0, len(todo), REPLAY_BATCH))
