"""The whole index anew from the records, beside the work: after a restore, or when other columns are declared."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from toride.base.errors import ConfigurationError
from toride.vault import keyring
from toride.vault.aead import Unopenable
from toride.vault.index import database, epochs
from toride.vault.index.columns import encode_row, projector, schema
from toride.vault.index.compaction import BATCH_ROWS, WORK
from toride.vault.index.database import State, fetch, run
from toride.vault.index.part import Part
from toride.vault.index.process import begin, catch_up
from toride.vault.index.segments import fold
from toride.vault.keyring import Kind
from toride.vault.keystore.lock import exclusive

BATCH_SUBJECTS = 1_000  # projected at once
STEP = 64  # columns of segments deleted in one transaction


def open_index() -> None:
    """Opens the index before a server forks its workers, so that they share it; rebuilds it for other columns."""
    begin()
    if epochs.required().served != schema().fingerprint():
        with exclusive(WORK):
            if epochs.required().served != schema().fingerprint():
                rebuild()
    catch_up()


def rebuild(rows: Iterable[tuple[UUID, Mapping[str, Any]]] | None = None) -> int:
    """Replaces the index by these rows, by default the declared projection of all living subjects; says how many.

    Fastest in the order of subjects. Changes that are written meanwhile come on top. The earlier index serves until
    the new one is complete, unless its columns are others. Killed, it has no effect.
    """
    begin()
    with exclusive(WORK):
        edition = _start()
        count = _fill(edition, iter(rows if rows is not None else projected()))
        _flip(edition)
        _drop_others(edition)
    return count


def _start() -> int:
    """Writers write for the declared columns from here on; what they wrote before is in the records."""
    edition = database.new_edition()
    with database.atomic():
        state = database.state(lock=True) or epochs.required()
        _renew_salt(state)
        run(
            "UPDATE vault_indexstate SET building = %s, schema = %s, phase = phase + 1",
            edition, schema().fingerprint(),
        )  # fmt: skip
    database.await_writers(state.phase)
    run("UPDATE vault_delta SET stale = %s", edition)
    return edition


def _renew_salt(state: State) -> None:
    """After a restore the epoch may have been destroyed since: the index begins again under the current one."""
    try:
        state.salt()
    except Unopenable:
        epoch = keyring.current(Kind.INDEX).number
        run("UPDATE vault_indexstate SET epoch = %s, previous = NULL, salt = %s", epoch, database.new_salt(epoch))


def _fill(edition: int, rows: Iterator[tuple[UUID, Mapping[str, Any]]]) -> int:
    columns, salt = schema(), epochs.required().salt()
    count = 0
    while chunk := list(islice(rows, BATCH_ROWS)):
        encoded = {subject.bytes: encode_row(columns, row, salt) for subject, row in chunk}
        fold(columns, edition, Part.build(columns, encoded))
        count += len(chunk)
    return count


def _flip(edition: int) -> None:
    with database.atomic():
        database.state(lock=True)
        run("DELETE FROM vault_delta WHERE stale = %s", edition)
        run("UPDATE vault_delta SET batch = NULL, folded = NULL")  # what the former edition held, this one does not
        changed = run(
            "UPDATE vault_indexstate SET edition = building, building = NULL, served = schema, version = version + 1"
            " WHERE building = %s",
            edition,
        )
        if changed != 1:
            raise ConfigurationError("another rebuild took over")


def _drop_others(edition: int) -> None:
    while run(
        "DELETE FROM vault_segment WHERE id IN (SELECT id FROM vault_segment WHERE edition <> %s LIMIT %s)",
        edition, STEP,
    ):  # fmt: skip
        pass


def projected() -> Iterator[tuple[UUID, Mapping[str, Any]]]:
    """The declared rows of all living subjects, in their order."""
    project = projector()
    if project is None:
        raise ConfigurationError("no domain declares what is searchable")
    last = UUID(int=0)
    sql = "SELECT id FROM vault_subject WHERE id > %s AND erased IS NULL ORDER BY id LIMIT %s"
    while found := fetch(sql, [database.to_subject(last), BATCH_SUBJECTS]):
        batch = [database.subject(one) for (one,) in found]
        yield from project(batch)
        last = batch[-1]
