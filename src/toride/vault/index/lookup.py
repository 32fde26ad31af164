"""Unique values: who has this customer number, and nobody else may take it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from toride.base.errors import Conflict
from toride.vault import rows
from toride.vault.aead import hmac128
from toride.vault.index import database, sealing
from toride.vault.index.database import STORE, State, fetch, run
from toride.vault.index.store import writing

BULK = 1_000  # values in one statement
_COLUMNS = "epoch, kind, token, subject, blob"


def claim(kind: str, value: str, subject: UUID) -> None:
    """`value` belongs to `subject` from the caller's transaction on. Conflict where it belongs to another."""
    claim_many(kind, [(value, subject)])


def claim_many(kind: str, values: Iterable[tuple[str, UUID]]) -> None:
    """As `claim`, for any number at once: all, or Conflict and none."""
    wanted: dict[str, UUID] = {}
    for value, subject in values:
        if wanted.setdefault(value, subject) != subject:
            raise Conflict("this number is not available")
    with database.atomic():
        for epoch in writing().epochs:
            if _insert(_Tokens(epoch, kind), wanted):
                raise Conflict("this number is not available")


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

    def seal(self, value: str) -> bytes:
        return sealing.close(self.epoch, "lookup.value", value.encode(), self.kind, self.token(value), block=64)


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
    by_token = {keys.token(value): value for value in values}
    added: set[str] = set()
    ordered = sorted(by_token)  # one order for all: no two wait for each other
    for start in range(0, len(ordered), BULK):
        chunk = ordered[start : start + BULK]
        parameters: list[Any] = []
        for token in chunk:
            value = by_token[token]
            parameters += [keys.epoch, keys.kind, token, database.to_subject(values[value]), keys.seal(value)]
        places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(chunk))
        sql = f"INSERT INTO vault_lookuptoken ({_COLUMNS}) VALUES {places} ON CONFLICT DO NOTHING RETURNING token"  # noqa: S608
        added |= {by_token[bytes(token)] for (token,) in fetch(sql, parameters)}
    refused = [value for value in values if value not in added]
    owners = _find(keys, refused)
    return {value for value in refused if owners.get(value) != values[value]}


def _find(keys: _Tokens, values: list[str]) -> dict[str, UUID]:
    owners = {}
    for start in range(0, len(values), BULK):
        by_token = {keys.token(value): value for value in values[start : start + BULK]}
        places = ", ".join(["%s"] * len(by_token))
        sql = f"SELECT token, subject FROM vault_lookuptoken WHERE epoch = %s AND kind = %s AND token IN ({places})"  # noqa: S608
        for token, subject in fetch(sql, [keys.epoch, keys.kind, *by_token]):
            owners[by_token[bytes(token)]] = database.subject(subject)
    return owners
