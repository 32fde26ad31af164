"""Imports by machine: sent in parts, sealed as they arrive, checked, run; no wider than the connection."""

from uuid import uuid4

import pytest

from tests.people import House
from toride.api.tests.files import IMPORTS, RAW, begun, kept, loader
from toride.api.tests.machines import SEARCH
from toride.customers.imports.tests.wizard import again, work
from toride.customers.models import Import
from toride.vault import files
from toride.vault.permit import Category

pytestmark = pytest.mark.requirement("A8", "C7")


def test_file_becomes_customers(house: House) -> None:
    machine = loader(house)
    address = begun(machine)
    decided = machine("GET", f"{address}/columns").json()
    assert decided["targets"] == ["number", "name", "kana", "birth_date", "phones", "emails", "value", "note"]
    assert decided["lacking"] == []
    assert machine("POST", f"{address}/run", {}).status_code == 422
    assert machine("POST", f"{address}/check").status_code == 202
    work(kept(address))
    found = machine("GET", f"{address}/check").json()
    assert found["state"] == "done"
    assert found["counts"]["created"] == 5
    assert machine("POST", SEARCH, {}).json()["total"] == 0
    assert machine("POST", f"{address}/run", {"leave_out_duplicates": True}).status_code == 202
    work(kept(address))
    told = machine("GET", address).json()
    assert (told["state"], told["counts"]["created"]) == ("done", machine("POST", SEARCH, {}).json()["total"])
    assert machine("GET", IMPORTS).json()["items"][0]["id"] == told["id"]
    assert machine("POST", f"{address}/run", {}).status_code == 409


def test_columns_are_decided_by_hand(house: House) -> None:
    machine = loader(house)
    address = begun(machine)
    targets = ["number", "name", None, None, None, None, None, None]
    found = machine("PUT", f"{address}/columns", {"targets": targets})
    assert (found.status_code, found.json()["targets"]) == (200, targets)
    for wrong in (["password"], ["health_"], [1], "number", ["x"] * 501):
        assert machine("PUT", f"{address}/columns", {"targets": wrong}).status_code == 422
    machine("PUT", f"{address}/columns", {"targets": [None] * 8})
    assert machine("POST", f"{address}/check").status_code == 422


def test_parts_come_in_order_and_of_the_announced_size(house: House) -> None:
    machine = loader(house)
    made = machine("POST", IMPORTS, {"branch": "002", "name": "a.csv", "size": files.PART + 5})
    address = f"{made['Location']}/file"
    wrong = machine("PUT", f"{address}?offset=0", b"short", Content_Type=RAW)
    assert wrong.status_code == 422
    early = machine("PUT", f"{address}?offset={files.PART}", b"12345", Content_Type=RAW)
    assert (early.status_code, early.json()["stands"]) == (409, 0)
    assert machine("PUT", f"{address}?offset=0", b"x" * files.PART, Content_Type=RAW).json()["stands"] == files.PART
    assert machine("PUT", f"{address}?offset=-1", b"x", Content_Type=RAW).status_code == 422
    assert machine("PUT", f"{address}?offset=0", b"{}").status_code == 415
    assert machine("GET", f"{made['Location']}/columns").status_code == 422
    last = machine("PUT", f"{address}?offset={files.PART}", b"12345", Content_Type=RAW)
    assert last.json()["stands"] == files.PART + 5


def test_file_does_not_write_what_the_connection_keeps_closed(house: House) -> None:
    machine = loader(house, categories=[Category.BASIC, Category.TRANSACTIONS])
    address = begun(machine)
    found = machine("POST", f"{address}/check")
    assert (found.status_code, found.json()["reason"]) == (403, "connection")
    targets = ["number", "name", "kana", "birth_date", "phones", "emails", "value", None]
    machine("PUT", f"{address}/columns", {"targets": targets})
    assert machine("POST", f"{address}/check").status_code == 202


def test_draft_is_thrown_away(house: House) -> None:
    machine = loader(house)
    address = begun(machine)
    source = kept(address)
    done = machine("DELETE", address)
    assert (done.status_code, done.content) == (204, b"")
    assert machine("DELETE", address).status_code == 404
    assert not Import.objects.filter(pk=source.pk).exists()


def test_unknown_import_is_unknown_everywhere(house: House) -> None:
    machine, here = loader(house), uuid4()
    for method, tail, sent in (("GET", "", None), ("DELETE", "", None), ("GET", "/columns", None),
                               ("PUT", "/columns", {"targets": []}), ("POST", "/check", None), ("GET", "/check", None),
                               ("POST", "/run", {})):  # fmt: skip
        assert machine(method, f"{IMPORTS}/{here}{tail}", sent).status_code == 404, (method, tail)


@pytest.mark.parametrize(
    ("more", "field"),
    [({"branch": "999"}, "branch"), ({"size": 0}, "file"), ({"size": 2**50}, "file"), ({"name": "a.exe"}, "file"),
     ({"person": "x"}, "person"), ({"branch": "\x00"}, "branch")],
)  # fmt: skip
def test_import_that_cannot_be_is_refused(house: House, more: dict[str, object], field: str) -> None:
    found = loader(house)("POST", IMPORTS, {"branch": "002", "name": "a.csv", "size": 5} | more)
    assert found.status_code == 422
    assert field in found.json()["errors"][0]["field"]


def test_import_is_begun_once(house: House) -> None:
    machine = loader(house)
    sent = {"branch": "002", "name": "a.csv", "size": 5}
    first, second = (machine("POST", IMPORTS, sent, Idempotency_Key="i-1") for _ in range(2))
    assert first.content == second.content
    assert Import.objects.count() == 1


def test_import_ends_when_its_person_does(house: House) -> None:
    machine = loader(house)
    address = begun(machine)
    machine("POST", f"{address}/check")
    work(kept(address))
    machine("POST", f"{address}/run", {})
    type(house.steward).objects.filter(pk=house.steward.pk).update(is_active=False)
    source = work(kept(address))
    assert again(source).job.state == "failed"
    assert not source.brought_set.exists()


def test_what_is_only_guessed_is_decided_before_it_is_checked(house: House) -> None:
    machine = loader(house)
    address = begun(machine, "得意先台帳,,\n顧客番号,氏名,旧区分\nA-1,佐藤 花子,甲\n")
    found = machine("GET", f"{address}/columns").json()
    assert (found["guessed"], found["heading_row"], found["targets"]) == (True, 2, ["number", "name", None])
    assert found["left"] == {"旧区分": "no field is known by this heading", "row 1": "stands above the headings"}
    assert machine("POST", f"{address}/check").status_code == 422
    found = machine("PUT", f"{address}/columns", {"targets": found["targets"], "heading_row": 2}).json()
    assert (found["guessed"], found["heading_row"]) == (False, 2)
    assert machine("POST", f"{address}/check").status_code == 202
    work(kept(address))
    assert machine("GET", f"{address}/check").json()["counts"]["created"] == 1


def test_result_names_what_was_held_and_left(house: House) -> None:
    house.customer("A-1")
    machine = loader(house)
    text = (
        "顧客番号,氏名,生年月日,旧区分\na1,鈴木 太郎,1975-06-07,甲\nB-1,佐藤 花子,1981-02-29,乙\nB-2,林 大樹,#REF!,丙\n"
    )
    address = begun(machine, text)
    sent = {"targets": ["number", "name", "birth_date", None], "leave_empty": ["birth_date"]}
    assert machine("PUT", f"{address}/columns", sent).status_code == 200
    machine("POST", f"{address}/check")
    work(kept(address))
    checked = machine("GET", f"{address}/check").json()
    machine("POST", f"{address}/run", {})
    work(kept(address))
    told = machine("GET", address).json()
    for found in (checked, told):
        assert {one: found["counts"][one] for one in ("created", "changed", "unchanged", "rejected", "held")} == {
            "created": 2, "changed": 0, "unchanged": 0, "rejected": 0, "held": 1,
        }  # fmt: skip
        assert found["left"] == {
            "旧区分": "no field is known by this heading",
            "生年月日": "in 1 rows: left empty, as it is not in order: enter a date such as 1980-03-04 or 昭和55年3月4日 "
            "(row 3); in 1 rows: an error of the spreadsheet stands here; left empty (row 4)",
        }
    for wrong in ({"take": ["x"]}, {"leave_empty": ["password"]}, {"heading_row": 0}, {"company_is": "x"}):
        again_at = begun(machine, text)
        assert machine("PUT", f"{again_at}/columns", {**sent, **wrong}).status_code == 422, wrong


def test_file_without_numbers_is_numbered_on_demand(house: House) -> None:
    machine = loader(house)
    address = begun(machine, "氏名,電話番号\n佐藤 花子,022-265-1111\n")
    assert machine("GET", f"{address}/columns").json()["lacking"] == ["Customer number"]
    sent = {"targets": ["name", "phones"], "number_them": True}
    assert machine("PUT", f"{address}/columns", sent).json()["lacking"] == []
    machine("POST", f"{address}/check")
    work(kept(address))
    assert machine("GET", f"{address}/check").json()["counts"]["created"] == 1


def test_a_doubtful_cell_costs_the_row_only_where_the_machine_says_so(house: House) -> None:
    text = "顧客番号,氏名,生年月日\nB-1,佐藤 花子,1981-02-29\nB-2,林 大樹,\n"
    for more, created in ((None, 2), ({}, 2), ({"leave_empty": ["birth_date"]}, 2), ({"leave_empty": []}, 1)):
        machine = loader(house)
        address = begun(machine, text)
        if more is not None:
            sent = {"targets": ["number", "name", "birth_date"], **more}
            assert machine("PUT", f"{address}/columns", sent).status_code == 200
        machine("POST", f"{address}/check")
        work(kept(address))
        told = machine("GET", f"{address}/check").json()
        assert told["counts"]["created"] == created, more
        assert ("生年月日" in told["left"]) == (created == 2)
