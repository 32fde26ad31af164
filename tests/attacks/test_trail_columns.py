"""Every column of every table of the trail, altered once by whoever has the database, is found by `audit verify`."""

import json
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.apps import apps

from toride.audit import commands, proofs, queries, record
from toride.audit.events import decode
from toride.audit.recorded import reading
from toride.audit.sequencer import settle
from toride.audit.store import Trail
from toride.audit.tests.acts import TARO, event, permit
from toride.base.errors import Unavailable
from toride.vault.permit import Category, Mode

pytestmark = [pytest.mark.requirement("T2"), pytest.mark.requirement("T1")]
BEFORE = {"inbox", "outbox"}  # what is not sealed yet
SUBJECT = UUID("33333333-3333-4333-8333-333333333333")
COLUMNS = [
    (model._meta.db_table, field.column)
    for model in apps.get_app_config("audit").get_models()
    if model._meta.model_name not in BEFORE
    for field in model._meta.concrete_fields
    if field.column
]


@pytest.fixture
def sealed(stores: None) -> list[UUID]:
    """A few sealed readings of two people, in several rounds."""
    for _ in range(2):
        for actor in (TARO, None):
            given = permit("customers:profile:read", **({"actor": actor} if actor else {}))
            with reading(given):
                given.ledger.touch(SUBJECT, Mode.CLEAR, Category.BASIC)
        record([event(purpose="service")])
        settle()
    assert verify()[0] == 0
    return [decode(data)[0].id for _, data in Trail().entries(0)]


def verify(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    done = CliRunner().invoke(commands.audit, ["verify", "--json", *arguments])
    return done.exit_code, json.loads(done.stdout)["findings"]


def altered(kept: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(kept, int):
        return kept + 1_000
    if isinstance(kept, str):
        return kept[:-1] + chr(ord(kept[-1]) ^ 1) if kept else "x"
    if kept is None:
        return bytes(16)
    found = bytes(kept)
    return found[:-1] + bytes([found[-1] ^ 1])


def sql(owner: Any, text: str, *values: object) -> list[Any]:
    with owner["audit"].cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("which", ["first", "last"])
@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=str)
def test_each_column(sealed: list[UUID], owner: Any, table: str, column: str, which: str) -> None:
    order = "" if which == "first" else " DESC"
    keys = {"audit_tile": ["level", "n"], "audit_touched": ["idx", "subject", "mode"], "audit_checkpoint": ["size"],
            "audit_projected": ["id"]}.get(table, ["idx"])  # fmt: skip
    first = f"{', '.join(f'{key}{order}' for key in keys)}"
    kept, *at = sql(owner, f"SELECT {column}, {', '.join(keys)} FROM {table} ORDER BY {first} LIMIT 1")[0]
    where = " AND ".join(f"{key} = %s" for key in keys)
    new = altered(kept) if column != "note" else kept[:-6] + "AAAA=\n"
    assert new != kept
    older = (table, column, which) == ("audit_checkpoint", "note", "first")  # the signature of one is for --deep
    for how in ["--deep"] if older else ["--deep", "--json"]:
        sql(owner, f"UPDATE {table} SET {column} = %s WHERE {where}", new, *at)
        assert verify(how)[0] == 1


@pytest.mark.parametrize("table", sorted({table for table, _ in COLUMNS}))
def test_each_row_removed(sealed: list[UUID], owner: Any, table: str) -> None:
    key = {"audit_tile": "level", "audit_checkpoint": "size", "audit_projected": "id"}.get(table, "idx")
    [(last,)] = sql(owner, f"SELECT MAX({key}) FROM {table}")
    sql(owner, f"DELETE FROM {table} WHERE {key} = %s", last)
    found = verify()
    if table == "audit_projected":  # how far the look-ups have come, not what they say
        assert not any(one["kind"] == "altered" for one in found[1])
    assert found[0] == 1


def test_two_ids_swapped_show_neither_for_the_other(sealed: list[UUID], owner: Any) -> None:
    one, other = sealed[1], sealed[2]
    for id_, index in ((bytes(16), 1), (one.bytes, 2), (other.bytes, 1)):
        sql(owner, "UPDATE audit_entry SET event = %s WHERE idx = %s", id_, index)
    for asked in (one, other):
        with pytest.raises(Unavailable):
            proofs.proof(asked)
        with pytest.raises(Unavailable):
            queries.entry(permit("audit:trail:read"), asked)
    assert {found["event"] for found in verify()[1]} == {str(one), str(other)}
    assert verify("--deep")[0] == 1


def test_an_id_of_another_shape_is_named(sealed: list[UUID], owner: Any) -> None:
    sql(owner, "UPDATE audit_entry SET event = %s WHERE idx = 1", b"x")
    assert [one["kind"] for one in verify()[1]] == ["id"]
