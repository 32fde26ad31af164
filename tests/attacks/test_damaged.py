"""One damaged record closes itself and is named; it never closes the list, the branch or the search."""

import json
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from tests.kit import enter, told
from tests.people import House
from toride.api.tests.machines import SEARCH, Machine, one
from toride.customers import commands
from toride.customers.actions import Action
from toride.customers.imports.tests.wizard import Wizard
from toride.vault import rows
from toride.vault.permit import Category

pytestmark = [pytest.mark.requirement("K5"), pytest.mark.requirement("A6")]
STORE = "default"


def flipped(blob: bytes) -> bytes:
    return blob[:-1] + bytes([blob[-1] ^ 1])


def damage(subject: UUID, how: str) -> None:
    """What whoever has a database, or a failing disk, may do to one customer."""
    if how == "keys":
        table, column, key, alias = "keystore_subjectkeys", "keys", "subject", "keys"
    else:
        table, column, key, alias = "vault_sealedrecord", "blob", "subject_id", "default"
    at = rows.to_id(alias, subject)
    with _cursor(alias) as cursor:
        extra = "" if how == "keys" else f" AND category = {int(Category.BASIC)} AND kind = 'profile'"
        cursor.execute(f"SELECT {column} FROM {table} WHERE {key} = %s{extra}", [at])
        kept = bytes(cursor.fetchone()[0])
        new = {
            "keys": flipped(kept),
            "bit": flipped(kept),
            "cut": kept[:20],
            "empty": b"",
            "format": b"\xff" + kept[1:],
        }
        if how in new:
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s{extra}", [new[how], at])
        elif how == "revision":
            cursor.execute(f"UPDATE {table} SET revision = revision + 1 WHERE {key} = %s{extra}", [at])


def _cursor(alias: str) -> Any:
    from django.db import connections

    return connections[alias].cursor()


HOW = ["bit", "cut", "empty", "format", "revision", "keys"]


@pytest.fixture
def three(house: House) -> list[UUID]:
    return [house.customer(str(number), name=f"斎藤 {number}", kana=f"サイトウ {number}") for number in range(3)]


@pytest.mark.parametrize("how", HOW)
def test_pages(house: House, three: list[UUID], how: str) -> None:
    client = enter(house.teller)
    damage(three[1], how)
    page = client.post("/customers/", {"q": "斎藤"})
    assert page.status_code == 200
    text = page.content.decode()
    assert str(three[0]) in text
    assert str(three[2]) in text
    assert str(three[1]) not in text
    assert "1件の情報を復号できません" in text
    assert client.get(f"/customers/{three[0]}/").status_code == 200
    closed = client.get(f"/customers/{three[1]}/")
    assert closed.status_code == 503
    assert "customers verify" in closed.content.decode()
    named = [one for one in told(Action.SEARCH) if one.outcome == "failed"]
    assert [[subject for subject, _mode, _mask in one.subjects] for one in named] == [[three[1]]]
    assert [one.subjects[0][0] for one in told(Action.PROFILE_READ) if one.outcome == "failed"] == [three[1]]


@pytest.mark.parametrize("how", HOW)
def test_machines(house: House, three: list[UUID], how: str) -> None:
    machine = Machine(house)
    damage(three[1], how)
    found = machine("POST", SEARCH, {"text": "斎藤"}).json()
    assert [item["id"] for item in found["items"]] == [str(three[0]), str(three[2])]
    assert found["unopenable"] == 1
    closed = machine("GET", one(three[1]))
    assert closed.status_code == 503
    assert closed.json()["type"].endswith("unavailable")


@pytest.mark.parametrize("how", HOW)
def test_a_change_of_it_changes_nothing_and_of_others_goes_on(house: House, three: list[UUID], how: str) -> None:
    client = enter(house.teller)
    damage(three[1], how)
    sent = {"part": "contact", "revision-1": "1", "city": "別の市"}
    assert client.post(f"/customers/{three[1]}/change/", sent).status_code == 503
    assert client.post(f"/customers/{three[0]}/change/", sent).status_code in (200, 302)


@pytest.mark.parametrize("how", HOW)
def test_the_command_names_it(house: House, three: list[UUID], how: str) -> None:
    assert CliRunner().invoke(commands.customers, ["verify"]).exit_code == 0
    damage(three[1], how)
    done = CliRunner().invoke(commands.customers, ["verify", "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (1, {"customers": 3, "unopenable": [str(three[1])]})
    assert told(Action.RECORDS_VERIFY)[-1].facts["subjects"] == [str(three[1])]


@pytest.mark.parametrize("how", ["bit", "keys"])
def test_an_import_leaves_out_its_row_only(house: House, how: str) -> None:
    ids = [house.customer(f"A-{number}", name=f"名 {number}", kana="", birth_date=None, phones=[]) for number in (1, 2)]
    damage(ids[0], how)
    steward = Wizard(house.steward)
    text = "顧客番号,氏名,住所,備考\nA-1,名 1,宮城県石巻市1-2,x\nA-2,名 2,宮城県石巻市1-3,y\nA-3,林 大樹,宮城県石巻市1-2,z\n"
    source = steward.check(steward.begin(text))
    assert (source.trial.result["created"], source.trial.result["changed"], source.trial.result["rejected"]) == (
        1,
        1,
        1,
    )
    assert "破損しているため表示できません" in steward.text("check", source)
    source = steward.run(source)
    assert (source.counts["created"], source.counts["changed"], source.counts["rejected"]) == (1, 1, 1)
    assert ids[0] in {subject for one in told(Action.FILE_IMPORT) for subject, *_rest in one.subjects}


def test_the_index_is_built_anew_without_it(house: House, three: list[UUID]) -> None:
    from toride.vault import projecting

    damage(three[1], "bit")
    found = dict(projecting.project(three))
    assert set(found) == {three[0], three[2]}
