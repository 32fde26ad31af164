"""A doubtful optional cell does not cost the customer; it is named, and the same row, corrected, brings it in later."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.people import House
from toride.customers.fields import FIELDS
from toride.customers.imports import labels
from toride.customers.imports.tests.conftest import counts
from toride.customers.imports.tests.workbooks import values

pytestmark = pytest.mark.requirement("C3", "C7")
DOUBTFUL = {
    "kind": "会員", "kana": "hello?", "contact_person": "担" * 200, "gender": "会", "birth_date": "1981-02-29",
    "phones": "090-1234", "emails": "a@@b", "postcode": "12", "prefecture": "なにわ", "city": "市" * 200,
    "street": "番" * 300, "status": "処理中", "since": "32日", "value": "たくさん", "holdings": "品" * 200,
    "last_contact": "2024-13-01", "note": "記" * 3_000, "segment": "区" * 200, "score": "高",
    "health": "記" * 3_000,
}  # fmt: skip
FINE = {"kind": "個人", "gender": "女性", "status": "取引中", "prefecture": "宮城県"}
OPTIONAL = [name for name, spec in FIELDS.items() if spec.typed and not spec.must and name not in labels.SPECIAL]


def test_no_optional_cell_costs_the_customer(run: Callable[..., Result], tmp_path: Path) -> None:
    """A row for each field, in which that one is not in order."""
    text, mapping = io.StringIO(newline=""), tmp_path / "mapping.json"
    rows = [["number", "name", *OPTIONAL]]
    rows += [[f"G-{at}", "欠 一郎", *[DOUBTFUL[name] if one == name else FINE.get(one, "") for one in OPTIONAL]]
             for at, name in enumerate(OPTIONAL)]  # fmt: skip
    csv.writer(text).writerows(rows)
    mapping.write_text(json.dumps({name: name for name in rows[0]}))
    ran = run(text.getvalue(), "--mapping", str(mapping))
    assert counts(ran) == (len(OPTIONAL), 0, 0, 0)
    left = json.loads(ran.stdout)["left"]
    for at, name in enumerate(OPTIONAL):
        assert "left empty" in left[name], name
        assert f"(row {at + 2})" in left[name], name
    assert counts(run(text.getvalue(), "--dry-run", "--strict", "--mapping", str(mapping))) == (0, 0, len(OPTIONAL), 0)


def test_the_row_brings_the_cell_in_later(house: House, run: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "rejected.csv"
    ran = run(
        "顧客番号,氏名,電話番号,携帯\nG-1,欠 一郎,022-265-111,090-1234-5678\nG-2,欠 二郎,,\n", "--rejected", str(out)
    )
    assert counts(ran) == (2, 0, 0, 0)
    assert json.loads(ran.stdout)["rejected_file"] == str(out)
    [head, row] = list(csv.reader(out.read_text().splitlines()))
    assert (head[-1], row[:4]) == ("Reason", ["G-1", "欠 一郎", "022-265-111", "090-1234-5678"])
    assert "left empty" in row[-1]
    assert values(house, "G-1")["phones"] == ["090-1234-5678"]
    assert counts(run(out.read_text().replace("022-265-111,", "022-265-1111,"))) == (0, 1, 0, 0)
    assert values(house, "G-1")["phones"] == ["022-265-1111", "090-1234-5678"]


def test_what_costs_the_row_is_number_name_and_identity(run: Callable[..., Result]) -> None:
    text = "顧客番号,氏名,生年月日\n,欠 一郎,x\nG-2,,x\nあ,欠 三郎,x\nG-4,欠 四郎,x\ng4,欠 五郎,x\nG-4,欠 六郎,x\n"
    assert counts(run(text)) == (1, 0, 4, 1)
