"""A broken quotation mark costs the rows that it touches: no half of a row comes in, and the others do."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from toride.customers.imports import quoting, reasons
from toride.customers.imports.tests.conftest import counts

pytestmark = pytest.mark.requirement("C7")
HEAD = "番号,氏名,備考"


def read(lines: list[str], *, width_of: int = 200) -> tuple[list[list[str]], list[list[str]]]:
    """(rows, broken rows)."""
    ended = [f"{line}\n" for line in lines]
    found = list(quoting.rows(iter(ended), quoting.Form(",", ended[:width_of])))
    return [cells for cells, broken in found if not broken], [cells for cells, broken in found if broken]


def numbered(count: int) -> list[str]:
    return [f"{at},氏{at},備{at}" for at in range(1, count + 1)]


@pytest.mark.parametrize(
    ("broken", "lost"),
    [
        (['7,砦,"砦"ビル2階'], 1),
        (['7,砦,"砦 \\"A\\" 館"'], 1),
        (['7,"砦,備'], 1),
        (['"7,砦,備'], 1),
        (['7,砦,"備'], 1),
        (['7,"砦,備', '8,"森",備'], 1),
        (['7,"砦,備', '8,森",備'], 2),
        (['7,砦,"一行目', "二行目", '三行目" と "続き'], 3),
        (['7,砦,"一行目', "9,偽,行", '三行目" と'], 3),
        (['7,砦,"一行目"の', '二行目,""x'], 2),
    ],
)
def test_a_broken_quote_holds_its_rows_and_the_rest_comes_in(broken: list[str], lost: int) -> None:
    before, after = numbered(6), [f"{at},氏{at},備{at}" for at in range(20, 26)]
    rows, held = read([HEAD, *before, *broken, *after])
    assert [",".join(cells) for cells in rows if cells[0] not in ("番号", "8")] == [*before, *after]
    assert len(held) == lost


def test_a_quote_opened_early_in_a_long_file_holds_one_row() -> None:
    lines = numbered(50_000)
    lines[0] = '1,"氏1,備1'
    rows, held = read([HEAD, *lines])
    assert (len(rows), held) == (50_000, [["1", '"氏1', "備1"]])
    lines[40_000] = '40001,"氏","備"'
    rows, held = read([HEAD, *lines])
    assert (len(rows), len(held)) == (50_000, 1)


def test_what_follows_a_torn_row_never_begins_one() -> None:
    rows, held = read([HEAD, *numbered(3), '7,砦,"備"考', '8,"林', '緑",備', "9,森,", "x,y", "10,谷,備"])
    assert [cells[0] for cells in rows] == ["番号", "1", "2", "3", "8", "9", "x", "10"]
    rows, held = read([HEAD, *numbered(3), '7,砦,"備"考', "残り", '2階",z', "9,森,備"])
    assert [cells[0] for cells in rows] == ["番号", "1", "2", "3", "9"]
    assert len(held) == 3


def test_a_row_of_several_lines_behind_a_slip_comes_in() -> None:
    rows, held = read([HEAD, *numbered(3), '7,"砦,備', '8,林,"一行目', '二行目"', "9,森,備"])
    assert ([cells[0] for cells in rows], len(held)) == (["番号", "1", "2", "3", "8", "9"], 1)
    assert rows[4][2] == "一行目\n二行目"


@given(
    st.lists(
        st.tuples(st.text("ab1,\"'\n 砦", max_size=8), st.text("ab1,\"'\n 砦", max_size=8)), min_size=1, max_size=12
    )
)
def test_a_file_in_order_is_read_as_it_is(cells: list[tuple[str, str]]) -> None:
    table = [["番号", "氏名", "備考", "区分"], *([str(at), *pair, "甲"] for at, pair in enumerate(cells))]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    lines = text.getvalue().splitlines(keepends=True)
    found = list(quoting.rows(iter(lines), quoting.Form(",", lines)))
    assert found == [(row, False) for row in table]


@given(st.integers(0, 19), st.integers(0, 8), st.data())
def test_one_mark_too_many_brings_in_no_row_that_nobody_wrote(at: int, place: int, data: st.DataObject) -> None:
    lines = [f'{row},"氏,{row}",備{row}' if row % 3 else f"{row},氏{row},備{row}" for row in range(20)]
    meant = {tuple(next(csv.reader([line]))) for line in lines}
    place = min(place, len(lines[at]))
    lines[at] = f'{lines[at][:place]}"{lines[at][place:]}'
    own = tuple(next(csv.reader([lines[at]])))
    rows, held = read([HEAD, *lines])
    wrong = [cells for cells in rows[1:] if tuple(cells) not in meant and tuple(cells) != own]
    assert not wrong
    assert len(rows) + len(held) == 21
    assert len(held) <= 3


def test_held_rows_are_told_with_their_places_and_come_in_once_corrected(run: Callable[..., Result]) -> None:
    text = '顧客番号,氏名,町名番地\nQ-1,引用 一郎,"砦"ビル2階\nQ-2,引用 二郎,本町1-1\nQ-3,引用 三郎,"砦 \\"A\\" 館"\n'
    ran = run(text)
    assert counts(ran) == (1, 0, 0, 2)
    assert json.loads(ran.stdout)["left"] == {"rows 2, 4": reasons.QUOTE}
    assert counts(run(text, "--dry-run", "--take", "torn")) == (0, 0, 0, 2)
    assert counts(run(text.replace('"砦"ビル2階', '"""砦""ビル2階"'), "--dry-run")) == (1, 0, 0, 1)
