"""A long file is cleaned beside the writing, in a process without keys, exactly as a short one is cleaned here."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.people import House
from toride.base.errors import Invalid
from toride.customers import folded
from toride.customers.imports import reading, running, sifting
from toride.customers.imports.sifting import Batch
from toride.customers.models import Import

pytestmark = pytest.mark.requirement("C7")
HEADER = "顧客番号,氏名,氏名カナ,メール,備考\n"


def lines(count: int) -> list[str]:
    made = [f"N-{n:05},佐藤 花子{n},サトウ ハナコ,h{n}@example.jp,\n" for n in range(count)]
    made[40] = "\n,,,,\n"
    made[count - 2] = "N-00003,二度目,,,\n"
    made[count - 1] = f"N-{count:05},㈱髙﨑,タカサキ,broken@,\n"
    return made


def brought(house: House, content: bytes, skip: int = 0) -> list[Batch]:
    source = Import(branch=house.midoridai, person=house.steward.id)
    return list(running.batches(lambda: [content], source, {"mapping": None}, skip=skip))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Small batches, and the modules of the children that were begun."""
    begun: list[str] = []
    child = reading.Child

    def spy(module: str, *arguments: object) -> reading.Child:
        begun.append(module)
        return child(module, *arguments)

    monkeypatch.setattr(reading, "Child", spy)
    monkeypatch.setattr(running, "BATCH", 700)
    return begun


def test_beside_and_here_give_the_same(house: House, small: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    content = (HEADER + "".join(lines(3_500))).encode("cp932")
    beside = brought(house, content)
    assert small == ["toride.customers.imports.parser", "toride.customers.imports.cleaner"]
    assert [len(rows) for _cells, rows in beside] == [700, 700, 700, 700, 699]
    monkeypatch.setattr(running, "BATCH", 10_000)
    [(cells, here)] = brought(house, content)
    assert [row for _cells, rows in beside for row in rows] == here
    assert {number: row for found, _rows in beside for number, row in found.items()} == cells
    assert here[-2].problems == {"number": sifting.TWICE}
    assert set(here[-1].problems) == {"emails"}
    assert here[-1].folded is None
    assert here[5].folded == folded.cells(sifting.complete(here[5]))
    assert here[40].number == 44


def test_rows_before_the_checkpoint_count_only_for_their_numbers(house: House, small: list[str]) -> None:
    content = (HEADER + "".join(lines(3_500))).encode()
    left = [row for _cells, rows in brought(house, content, skip=2_500) for row in rows]
    assert left[0].number == 2_501
    assert left[-2].problems == {"number": sifting.TWICE}


def test_what_is_wrong_late_in_the_file_is_said_in_words(house: House, small: list[str]) -> None:
    content = (HEADER + "".join(lines(60_000))).encode() + b"1,\xff\xfe,,,\n"
    with pytest.raises(Invalid, match="at byte"):
        brought(house, content)


def test_a_child_that_dies_ends_the_import(house: House, small: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CLEANER_SECONDS", 1)
    content = (HEADER + "".join(lines(120_000))).encode()
    with pytest.raises(Invalid, match="gave up"):
        brought(house, content)


def test_long_cells_make_shorter_batches(house: House) -> None:
    row = "N-{},佐藤,,," + "長" * 2_000 + "\n"
    found = brought(house, (HEADER + "".join(row.format(n) for n in range(4_500))).encode())
    assert len(found) > 2
    assert max(sum(len(cell) for cells in part.values() for cell in cells) for part, _ in found) < sifting.LARGE + 9_000


def test_the_cleaner_loads_neither_keys_nor_models() -> None:
    asked = (
        "from django.conf import settings; settings.configure(USE_I18N=False);"
        "import toride.customers.imports.cleaner, toride.customers.imports.sifting, sys;"
        "print([name for name in sys.modules if name.startswith(('cryptography', 'django.db.models.base', 'psycopg'))"
        " or name.startswith('toride.vault.') and name not in ('toride.vault.permit', 'toride.vault.values')])"
    )
    child = subprocess.run(
        [sys.executable, "-c", asked],
        env={"PYTHONPATH": str(reading.SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout == "[]\n"
