"""Only CR, LF and CRLF end a row; what is cut in two, quoted wrongly, or no table at all is told as what it is."""

import codecs
import csv
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toride.base.errors import Invalid
from toride.customers.barred import Policy
from toride.customers.imports import mapping, reading, reasons, vcards
from toride.customers.imports.cleaning import Choices, Row
from toride.customers.imports.sifting import Sieve
from toride.customers.imports.tests.workbooks import cells, read, refused, sheet_xml, workbook

pytestmark = pytest.mark.requirement("C7")
CONTENT = st.text("あ髙1 \x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029\u200bé", min_size=1, max_size=6)


def sifted(text: str, **choices: object) -> list[Row]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    sieve = Sieve(mapping.guess(rows), 100, policy=Policy.REFUSE, choices=Choices(**choices))
    return [row for batch in (*sieve.feed(rows), *sieve.rest()) for row in batch[1]]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(CONTENT, CONTENT), min_size=1, max_size=4), st.sampled_from(["\r\n", "\n", "\r"]))
def test_nothing_but_cr_and_lf_ends_a_row(rows: list[tuple[str, str]], end: str) -> None:
    text = end.join(["番号,氏名", *(f"{at},{a}x{b}" for at, (a, b) in enumerate(rows))])
    found, _sheet = read(text.encode(), encoding="utf-8", delimiter=",")
    assert found == [["番号", "氏名"], *([str(at), f"{a}x{b}"] for at, (a, b) in enumerate(rows))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp932", "euc_jp", "iso2022_jp_ext"])
def test_line_ends_across_pieces(encoding: str) -> None:
    text = "番号,氏名\r\n" + "".join(f"{n},佐藤{'あ' * (n % 7)}\r\n" for n in range(40_000))
    found, _sheet = read(text.encode(encoding), encoding=encoding)
    assert len(found) == 40_001
    assert all(len(row) == 2 for row in found)


def test_marks_before_a_table_are_understood() -> None:
    for begin in (codecs.BOM_UTF8 * 2, codecs.BOM_UTF8 * 3, b"sep=;\r\n", codecs.BOM_UTF8 + b"sep=;\n"):
        found, _sheet = read(begin + "番号;氏名\n1;佐藤\n".encode())
        assert found == [["番号", "氏名"], ["1", "佐藤"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [('"番号"顧客,氏名\n1,砦\n', ["row 1", "behind"]), ('番号,"氏名\n1,a\n2,b\n', ["row 1", "never closed"])],
)
def test_a_quote_that_breaks_the_headings_refuses_the_file(text: str, words: list[str]) -> None:
    said = refused(text.encode())
    assert all(word in said for word in words), said


def office(*names: str) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return found.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"<html><body><table><tr><td>a</td></tr></table>", "HTML"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "HTML"),
        (b'<?xml version="1.0"?>\n<html xmlns="x">', "HTML"),
        (b'<?xml version="1.0"?><ContactXML/>', "XML"),
        (b'[{"a": 1}]', "JSON"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, ".xls"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (office("word/document.xml"), "Word"),
        (office("mimetype", "content.xml"), ".ods"),
        (office("Index/Document.iwa"), "Numbers"),
        (office("readme.txt"), "archive"),
        (office("xl/workbook.bin"), ".xlsb"),
    ],
)
def test_what_is_something_else_is_called_that(content: bytes, word: str) -> None:
    said = refused(content)
    assert word in said
    assert any(way in said for way in ("Save", "save", "Export", "Put", "Unpack"))


def test_a_western_file_is_not_taken_for_japanese() -> None:
    assert "encoding" in refused("number,name\n1,Andrés Lopes\n2,Zoé Martin\n".encode("cp1252"))
    found, _sheet = read("number,name\n1,Andrés Lopes\n".encode("cp1252"), encoding="cp1252")
    assert found[1] == ["1", "Andrés Lopes"]
    assert read("number,name\n1,a髙橋\n2,x山y田\n".encode("cp932"))[1].encoding == "cp932"


def test_both_halves_of_a_torn_row_are_held() -> None:
    text = "顧客番号,氏名,町名番地,電話番号\nA-1,佐藤 花子,本町1-2\nメゾン101,022-265-1111\nA-2,鈴木 太郎,本町3,022-265-2222\n"
    first, second, third = sifted(text)
    assert first.held == second.held == {"torn": reasons.TORN}
    assert not third.held
    assert first.warnings == [f"row: {reasons.SHORT}"]
    first, second, _third = sifted(text.replace("メゾン101", "101"))
    assert first.held == second.held == {"torn": reasons.TORN}


def test_a_short_row_alone_is_a_warning() -> None:
    rows = sifted("顧客番号,氏名,電話番号\nA-1,佐藤 花子\nA-2,鈴木 太郎\nA-3,林,022-265-1111\n")
    assert [bool(row.held or row.problems) for row in rows] == [False, False, False]
    assert [len(row.warnings) for row in rows] == [1, 1, 0]


def test_a_torn_row_over_the_end_of_a_batch_is_held() -> None:
    rows = [
        ["顧客番号", "氏名", "町名番地"],
        *([f"A-{n}", "佐藤", "x"] for n in range(3)),
        ["B-1", "佐藤"],
        ["室", "y"],
    ]
    sieve = Sieve(mapping.guess(rows), 4, policy=Policy.REFUSE)
    found = [batch for row in rows for batch in sieve.feed([row])] + list(sieve.rest())
    assert [row.number for _cells, part in found for row in part if row.held] == [5, 6]


STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="0000000"/><numFmt numFmtId="165" formatCode="000\\-0000"/></numFmts>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def test_a_number_is_read_as_it_is_shown() -> None:
    row = '<row><c s="1"><v>4321</v></c><c s="2"><v>600001</v></c><c><v>4321</v></c><c s="1" t="inlineStr"><is><t>7</t></is></c></row>'
    found, _sheet = read(workbook(sheet_xml(cells("a", "b", "c", "d") + row), **{"xl/styles.xml": STYLES.encode()}))
    assert found[1] == ["0004321", "060-0001", "4321", "7"]


def test_hidden_rows_are_told_and_left_unless_asked_for() -> None:
    rows = "".join(
        cells(f"A-{n}", "佐藤").replace("<row>", '<row hidden="1">' if n in (1, 3) else "<row>") for n in range(5)
    )
    book = workbook(sheet_xml(cells("顧客番号", "氏名") + rows))
    found, sheet = read(book)
    assert sheet.hidden == [3, 5]
    assert [row[0] for row in found if row] == ["顧客番号", "A-0", "A-2", "A-4"]
    assert found[2] == []
    whole = [row for part in reading.rows(lambda: [book], reading.Sheet(), hidden=True) for row in part]
    assert len([row for row in whole if row]) == 6


def test_errors_of_cells_are_read_as_what_they_are() -> None:
    row = '<row><c t="inlineStr"><is><t>A-1</t></is></c><c t="e"><v>#REF!</v></c></row>'
    found, _sheet = read(workbook(sheet_xml(cells("顧客番号", "電話") + row)))
    assert found[1] == ["A-1", "#REF!"]


CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:佐藤;花子;;;\r\nFN:佐藤 花子\r\nTEL;TYPE=CELL:090-1111-2222\r\nitem1.TEL:022-265-1111\r\n"
    "EMAIL;TYPE=INTERNET:h@example.jp\r\nADR;TYPE=HOME:;;国分町3-7-1\\, 砦ビル;仙台市青葉区;宮城県;980-0803;日本\r\n"
    "NOTE:一行目\\n二行\r\n 目\r\nBDAY:1980-03-04\r\nPHOTO;ENCODING=b:AAAA\r\n"
    "X-PHONETIC-LAST-NAME:サトウ\r\nX-PHONETIC-FIRST-NAME:ハナコ\r\nEND:VCARD\r\n"
)


def test_address_cards_become_a_table() -> None:
    rows, left = vcards.table(CARD.encode() * 2, 1_000)
    head, first, _second = rows
    told = dict(zip(head, first, strict=True))
    assert told["氏名"] == "佐藤 花子"
    assert told["フリガナ"] == "サトウ ハナコ"
    assert told["電話番号"] == "090-1111-2222\n022-265-1111"
    assert (told["町名番地"], told["市区町村"], told["郵便番号"]) == ("国分町3-7-1, 砦ビル", "仙台市青葉区", "980-0803")
    assert told["備考"] == "一行目\n二行目"
    assert left == {"PHOTO": 2}
    old = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8D=B2=93=A1;=89=D4=\n=8Eq;;;\nSOUND;X-IRMC-N:ｻﾄｳ;ﾊﾅｺ;;;\nBDAY:16040229\nEND:VCARD\n"
    rows, left = vcards.table(old.encode("cp932"), 1_000)
    told = dict(zip(*rows, strict=True))
    assert (told["氏名"], told["フリガナ"], told["生年月日"]) == ("佐藤 花子", "ｻﾄｳ ﾊﾅｺ", "--02-29")
    assert mapping.guess([list(vcards.COLUMNS)]).targets.count(None) == 0


def test_a_damaged_card_is_no_crash() -> None:
    for cut in range(0, len(CARD), 7):
        rows, _left = vcards.table(CARD.encode()[:cut] + b"\r\n:;:;\r\nEND:VCARD", 100)
        assert all(len(row) == len(vcards.COLUMNS) for row in rows)
    with pytest.raises(Invalid):
        mapping.check(mapping.guess([["氏名"], ["佐藤"]]))
