"""Builds the demonstration: people first, then customers in batches, then some changes so that histories exist."""

import random
import time
from collections.abc import Callable, Iterator
from uuid import UUID

from django.db import transaction

from toride import audit
from toride.access.command_line import door
from toride.access.models import Person
from toride.customers import bulk
from toride.customers.bulk import New
from toride.demo import fiction, life, people, sales
from toride.vault import index
from toride.vault.amending import Amendment, amend
from toride.vault.permit import Category
from toride.vault.projecting import refresh

SEED = 20261101
BATCH = 5_000
ORIGIN = {"source": "demo", "by": "Toride", "at": "2026-11-01T00:00:00+09:00"}


def build(count: int, say: Callable[[str], None]) -> None:
    """Makes everything in an empty home; the same content each time, under new keys."""
    chance = random.Random(SEED)
    start = time.monotonic()
    with transaction.atomic():
        sellers = people.build(chance)
    ids: list[UUID] = []
    for batch in _batches(fiction.customers(count, chance)):
        with transaction.atomic():
            made = [New(one.branch, _owner(chance, sellers[one.branch]), one.values) for one in batch]
            ids += bulk.add(made, origin=ORIGIN)
        say(f"customers: {len(ids):,} of {count:,}")
    _histories(chance, ids[:: max(1, len(ids) // 300)])
    life.build(chance, ids)
    sales.build(random.Random(SEED), ids)
    index.compact()
    audit.note(None, door(), "system:home:build", facts={"customers": len(ids)})
    say(f"built in {time.monotonic() - start:.1f} s")


def _batches(made: Iterator[fiction.Fictional]) -> Iterator[list[fiction.Fictional]]:
    batch: list[fiction.Fictional] = []
    for one in made:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _owner(chance: random.Random, sellers: list[Person]) -> UUID | None:
    return chance.choice(sellers).id if sellers and chance.random() < 0.8 else None


def _histories(chance: random.Random, subjects: list[UUID]) -> None:
    """A new phone number here, a moved household there."""
    amendments = [
        Amendment(
            subject=subject,
            category=Category.BASIC,
            kind="profile",
            changes={"phones": [f"090-0{chance.randrange(1000):03}-{chance.randrange(10000):04}"]},
        )
        for subject in subjects
    ]
    with transaction.atomic():
        amend(amendments, history="history", note={"who": "長谷川 由美", "who_id": "", "source": "demo"})
        refresh(subjects)
