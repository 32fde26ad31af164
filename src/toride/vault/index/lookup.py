"""Unique values: who has this customer number, and nobody else may take it."""

import hmac
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from toride.base.errors import Taken
from toride.vault import rows
from toride.vault.aead import TOKEN_BYTES, hmac128, pack
from toride.vault.index import database, sealing
from toride.vault.index.database import STORE, State, fetch, run
from toride.vault.index.store import writing

BULK = 1_000  # values in one question
_COLUMNS = "epoch, kind, token, subject, blob"
_ADD = f"INSERT INTO vault_lookuptoken ({_COLUMNS}) "
_BLOCK = 64


def claim(kind: str, value: str, subject: UUID) -> None:
    """`value` belongs to `subject` from the caller's transaction on. Taken where it belongs to another."""
    claim_many(kind, [(value, subject)])


def claim_many(kind: str, values: Iterable[tuple[str, UUID]]) -> None:
    """As `claim`, for any number at once: all, or Taken and none."""
    wanted: dict[str, UUID] = {}
    for value, subject in values:
        if wanted.setdefault(value, subject) != subject:
            raise Taken("this number is not available")
    with database.atomic():
        for epoch in writing().epochs:
            if _insert(_Tokens(epoch, kind), wanted):
                raise Taken("this number is not available")


def claim_free(kind: str, values: Iterable[tuple[str, UUID]]) -> None:
    """As `claim_many`, of those values that nobody has; the others stay with whom they are, and nobody is told."""
    wanted: dict[str, UUID] = {}
    for value, subject in values:
        wanted.setdefault(value, subject)
    with database.atomic():
        for epoch in writing().epochs:
            keys = _Tokens(epoch, kind)
            ordered = dict(sorted(keys.tokens(wanted).items()))
            _add(keys, list(ordered), [wanted[value].hex for value in ordered.values()], keys.seal(ordered))


def release(kind: str, value: str, subject: UUID) -> None:
    """`value` of `subject` is free again when the caller's transaction commits."""
    with database.joined():
        for epoch in writing().epochs:
            run(
                "DELETE FROM vault_lookuptoken WHERE epoch = %s AND kind = %s AND token = %s AND subject = %s",
                epoch, kind, _Tokens(epoch, kind).token(value), database.to_subject(subject),
            )  # fmt: skip


def release_subject(kind: str, subject: UUID) -> None:
    """As `release`, for all values of this kind."""
    with database.atomic():
        for epoch in writing().epochs:
            run(
                "DELETE FROM vault_lookuptoken WHERE epoch = %s AND kind = %s AND subject = %s",
                epoch, kind, database.to_subject(subject),
            )  # fmt: skip


def release_all(subjects: Collection[UUID]) -> None:
    """As `release`, for all values of every kind (erasure); one statement for any number."""
    condition, parameter = rows.among(STORE, subjects)
    with database.atomic():
        for epoch in writing().epochs:
            run(f"DELETE FROM vault_lookuptoken WHERE epoch = %s AND subject {condition}", epoch, parameter)  # noqa: S608


def find(kind: str, values: Iterable[str]) -> dict[str, UUID]:
    """Whose the values are; those of nobody are left out. Any number of values, a query for each 1,000."""
    wanted = list(dict.fromkeys(values))
    while True:
        state = database.state()
        if state is None:
            return {}
        found = _find(_Tokens(state.epochs[0], kind), wanted)
        now = database.state()
        if now is not None and now.phase == state.phase:
            return found


class _Tokens:
    """Makes tokens of one kind under one epoch."""

    def __init__(self, epoch: int, kind: str) -> None:
        self.epoch, self.kind = epoch, kind
        self._key = sealing.key(epoch, "lookup")

    def token(self, value: str) -> bytes:
        return hmac128(self._key, self.kind, value)

    def tokens(self, values: Iterable[str]) -> dict[bytes, str]:
        """Value by token."""
        key, begin = self._key, pack(self.kind)
        return {hmac.digest(key, begin + pack(value), "sha256")[:TOKEN_BYTES]: value for value in values}

    def seal(self, values: Mapping[bytes, str]) -> list[bytes]:
        """Each value sealed to its token."""
        return sealing.close_each(
            self.epoch,
            "lookup.value",
            [(value.encode(), pack(self.kind, token)) for token, value in values.items()],
            block=_BLOCK,
        )


def rekey(state: State, after: int, size: int) -> int | None:
    """Gives up to `size` tokens of the previous epoch, from id `after` on, their twins of the new one.

    In the caller's transaction. Returns the last id, None when there are no more.
    """
    old, new = state.epochs
    sql = f"SELECT id, {_COLUMNS} FROM vault_lookuptoken WHERE epoch = %s AND id > %s ORDER BY id LIMIT %s"  # noqa: S608
    owners: dict[str, dict[str, UUID]] = {}
    last = None
    for last, _, kind, token, subject, blob in fetch(sql + rows.for_update(STORE), [old, after, size]):  # noqa: B007
        value = sealing.open_(old, "lookup.value", bytes(blob), kind, bytes(token)).decode()
        owners.setdefault(kind, {})[value] = database.subject(subject)
    for kind, values in owners.items():
        _insert(_Tokens(new, kind), values)
    return last


def _insert(keys: _Tokens, values: Mapping[str, UUID]) -> set[str]:
    """The values that another has. Waits for a transaction that is about to take one."""
    ordered = dict(sorted(keys.tokens(values).items()))  # one order for all: no two wait for each other
    owners = [values[value].hex for value in ordered.values()]
    if _add(keys, list(ordered), owners, keys.seal(ordered)) == len(values):
        return set()
    found = _find(keys, values)
    return {value for value, subject in values.items() if found.get(value) != subject}


def _add(keys: _Tokens, tokens: list[bytes], owners: list[str], blobs: list[bytes]) -> int:
    """How many were not there yet."""
    end = " ON CONFLICT DO NOTHING"
    if database.is_server():
        sql = f"{_ADD}SELECT %s, %s, t, s, b FROM unnest(%s::bytea[], %s::uuid[], %s::bytea[]) AS n(t, s, b){end}"  # noqa: S608 - our names
        return run(sql, keys.epoch, keys.kind, tokens, owners, blobs)
    each = [(keys.epoch, keys.kind, *one) for one in zip(tokens, owners, blobs, strict=True)]
    return rows.change(STORE, f"{_ADD}VALUES (%s, %s, %s, %s, %s){end}", each)


def _find(keys: _Tokens, values: Iterable[str]) -> dict[str, UUID]:
    by_token = keys.tokens(values)
    wanted = list(by_token)
    sql = "SELECT token, subject FROM vault_lookuptoken WHERE epoch = %s AND kind = %s AND token IN "
    found = []
    for start in range(0, len(wanted), BULK):
        chunk = wanted[start : start + BULK]
        found += fetch(f"{sql}({', '.join(['%s'] * len(chunk))})", [keys.epoch, keys.kind, *chunk])
    return {by_token[bytes(token)]: database.subject(subject) for token, subject in found}
