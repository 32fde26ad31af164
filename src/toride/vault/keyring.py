"""The generations of keys: made, opened for a limited time, and destroyed together with their root."""

import time
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from toride.base import clock, stores
from toride.base.errors import Conflict, Unavailable
from toride.vault import kms
from toride.vault.aead import Unopenable, random_key
from toride.vault.keystore.lock import STORE, exclusive, reaching
from toride.vault.keystore.models import Generation, State

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # runs on while the machine sleeps
_ACTIVE = "SELECT * FROM keystore_generation WHERE kind = %s AND state = %s"  # asked for by every search


class Kind(StrEnum):
    """What a generation's secret is for."""

    SUBJECTS = "subjects"
    INDEX = "index"
    TERMS = "terms"
    FILES = "files"
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Key:
    """An opened generation: its number and its 256-bit secret."""

    number: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Opened:
    root: str
    secret: bytes = field(repr=False)
    at: float

    def is_fresh(self) -> bool:
        return time.clock_gettime(_CLOCK) - self.at < settings.KEY_LIFETIME.total_seconds()


_opened: dict[tuple[str, int], _Opened] = {}


def current(kind: Kind) -> Key:
    """The generation that seals now; made where there is none. TERMS has one for each month (UTC), number yyyymm.

    Asks the store each time, so that a rotation elsewhere is seen at once.
    """
    row = _active(kind)
    if row is None or _is_over(row):
        row = _succeed(kind)
    return Key(row.number, _open(row))


def held(kind: Kind) -> Key:
    """As `current`, inside a transaction on the key store: this generation cannot retire before its end."""
    row = _active(kind, hold=True) or _active(kind, hold=True)  # the second look sees what the first waited for
    if row is None:
        raise Unavailable(f"the key store has no active generation of {kind}")
    return Key(row.number, _open(row))


def secret(kind: Kind, number: int) -> bytes:
    """The secret of one generation. Unopenable when it is destroyed or unknown, Unavailable when the KMS is away."""
    cached = _opened.get((kind, number))
    if cached is not None and cached.is_fresh():
        return cached.secret
    with reaching():
        row = Generation.objects.filter(kind=kind, number=number).first()
    if row is None:
        raise Unopenable
    return _open(row)


def create(kind: Kind) -> Key:
    """A new generation becomes the current one; the one before goes on opening until it is destroyed."""
    with exclusive(kind):
        return activate(prepare(kind))


def prepare(kind: Kind) -> Generation:
    """The pending generation, made where there is none; nothing uses it yet."""
    with exclusive(kind), reaching():
        rows = Generation.objects.filter(kind=kind)
        pending = rows.filter(state=State.PENDING).first()
        if pending is not None:
            return pending
        provider = kms.provider()
        _refuse_foreign(provider, rows)
        number = _next_number(kind, rows)
        root = provider.create()
        wrapped = provider.wrap(root, random_key(), kind, number)
        return Generation.objects.create(
            kind=kind, number=number, root_version=root, wrapped=wrapped, state=State.PENDING, created=clock.now()
        )


def activate(pending: Generation) -> Key:
    """From here on `pending` seals, and the generation before it only opens."""
    kind = Kind(pending.kind)
    opened = Key(pending.number, _open(pending))
    with exclusive(kind), reaching(), transaction.atomic(using=STORE):
        Generation.objects.filter(kind=kind, state=State.ACTIVE).update(state=State.RETIRING)
        Generation.objects.filter(pk=pending.pk, state=State.PENDING).update(state=State.ACTIVE)
    return opened


def generations(kind: Kind | None = None, *states: State) -> list[Generation]:
    """What the store says of its generations, oldest first."""
    with reaching():
        found = Generation.objects.order_by("kind", "number")
        found = found.filter(kind=kind) if kind else found
        return list(found.filter(state__in=states) if states else found)


def living() -> tuple[int, list[str]]:
    """How many generations still open something, and of which of them the KMS no longer has the root."""
    roots = kms.provider().versions()
    found = generations(None, State.ACTIVE, State.RETIRING)
    return len(found), [f"{row.kind}:{row.number}" for row in found if row.root_version not in roots]


def retire(kind: Kind, number: int) -> None:
    """The generation seals no more; it opens until it is destroyed."""
    with exclusive(kind), reaching():
        Generation.objects.filter(kind=kind, number=number, state=State.ACTIVE).update(state=State.RETIRING)


def destroy(kind: Kind, number: int) -> None:
    """Ends a generation and its root version: nothing sealed under it opens again, in whatever copy. Repeatable.

    What it still seals is lost; `rotation` moves that to another generation first.
    """
    with exclusive(kind), reaching():
        row = Generation.objects.filter(kind=kind, number=number).exclude(state=State.DESTROYED).first()
        if row is None:
            return
        retire(kind, number)
        provider = kms.provider()
        for root in filter(None, (row.former_root, row.root_version)):
            provider.destroy(root)
        _opened.pop((kind, number), None)
        Generation.objects.filter(pk=row.pk).update(
            state=State.DESTROYED, wrapped=b"", former_root="", destroyed=clock.now()
        )


def rewrap(kind: Kind) -> int:
    """Puts each living generation under a new root version, destroys the former one; says how many. Repeatable."""
    with exclusive(kind), reaching():
        _finish_rewrap(kind)
        living = generations(kind, State.PENDING, State.ACTIVE, State.RETIRING)
        provider = kms.provider()
        for row in living:
            plain = provider.unwrap(row.root_version, bytes(row.wrapped), kind, row.number)
            root = provider.create()
            Generation.objects.filter(pk=row.pk).update(
                root_version=root,
                wrapped=provider.wrap(root, plain, kind, row.number),
                former_root=row.root_version,
            )
        _finish_rewrap(kind)
    return len(living)


def forget() -> None:
    """Drops every opened secret from memory; the next use asks the KMS."""
    _opened.clear()


def _finish_rewrap(kind: Kind) -> None:
    for row in Generation.objects.filter(kind=kind).exclude(former_root=""):
        kms.provider().destroy(row.former_root)
        Generation.objects.filter(pk=row.pk).update(former_root="")


def _active(kind: Kind, *, hold: bool = False) -> Generation | None:
    # SQLite's transactions are IMMEDIATE: they hold everything.
    shared = " FOR SHARE" if hold and stores.is_server(STORE) else ""
    with reaching():
        return next(iter(Generation.objects.raw(_ACTIVE + shared, [kind.value, State.ACTIVE.value])), None)


def _succeed(kind: Kind) -> Generation:
    """The first generation, or the next month's; another process may be faster."""
    with exclusive(kind):
        while (row := _active(kind)) is None or _is_over(row):
            activate(prepare(kind))
        return row


def _open(row: Generation) -> bytes:
    place = (row.kind, row.number)
    cached = _opened.get(place)
    if cached is not None and cached.root == row.root_version and cached.is_fresh():
        return cached.secret
    _opened.pop(place, None)
    if row.state == State.DESTROYED:
        raise Unopenable
    opened = kms.provider().unwrap(row.root_version, bytes(row.wrapped), row.kind, row.number)
    _opened[place] = _Opened(row.root_version, opened, time.clock_gettime(_CLOCK))
    return opened


def _is_over(row: Generation) -> bool:
    return row.kind == Kind.TERMS and row.number < _month()


def _month() -> int:
    today = clock.now()
    return today.year * 100 + today.month


def _next_number(kind: Kind, rows: QuerySet[Generation]) -> int:
    last = rows.order_by("-number").values_list("number", flat=True).first() or 0
    if kind is not Kind.TERMS:
        return last + 1
    if last >= _month():
        raise Conflict(f"{kind} has a generation for this month")
    return _month()


def _refuse_foreign(provider: kms.Kms, rows: QuerySet[Generation]) -> None:
    """A KMS that lost the roots in use, or somebody else's: making new ones there would hide the loss."""
    used = set(rows.filter(state=State.ACTIVE).values_list("root_version", flat=True))
    if used - provider.versions():
        raise Unavailable("the KMS does not know the root in use; check TORIDE_KMS or restore its file")
