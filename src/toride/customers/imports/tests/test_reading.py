"""Any file that an office has is read; any that would harm is refused in words, with memory bounded."""

import codecs
from collections.abc import Iterator

import pytest

from toride.customers.imports import mapping, reading
from toride.customers.imports.tests.workbooks import cells, read, refused, sheet_xml, workbook

pytestmark = pytest.mark.requirement("C7")
TEXT = '顧客番号,氏名,備考\r\n1,髙橋 健一,"複数行の\r\n備考"\r\n2,佐藤 花子,~\r\n'
ROWS = [["顧客番号", "氏名", "備考"], ["1", "髙橋 健一", "複数行の\r\n備考"], ["2", "佐藤 花子", "~"]]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (TEXT.encode("cp932"), "cp932"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_encoding_is_found_out(content: bytes, encoding: str) -> None:
    rows, sheet = read(content)
    assert rows == ROWS
    assert sheet.encoding == encoding


@pytest.mark.parametrize("delimiter", ["\t", ";", "|", ","])
def test_delimiter_is_found_out(delimiter: str) -> None:
    content = "\n".join(delimiter.join((f"{n}", "佐藤 花子", "仙台市 青葉区")) for n in range(9)).encode()
    rows, sheet = read(content)
    assert sheet.delimiter == delimiter
    assert rows[3] == ["3", "佐藤 花子", "仙台市 青葉区"]


def test_multibyte_characters_across_pieces() -> None:
    text = "番号,氏名\n" + "".join(f"{n},齋藤惠美子{n}\n" for n in range(60_000))
    rows, _sheet = read(text.encode("cp932"))
    assert len(rows) == 60_001
    assert rows[-1] == ["59999", "齋藤惠美子59999"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        ('番号,"氏名\n1,佐藤\n2,鈴木\n'.encode(), "quotation"),
        ("番号,氏名\n1,佐\x00藤\n".encode(), "NUL"),
        ((",".join(map(str, range(10_000))) + "\n").encode(), "10000 columns"),
        (("番号,氏名\n1," + "あ" * 20_000 + "\n").encode(), "longer"),
        (b"\xff\x81\x00\xfe\x80\x8f\n" * 9, ""),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, ".xls"),
        (b"PK\x03\x04" + b"broken" * 99, "Excel"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00\x01", ""),
    ],
)
def test_unusable_text_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_broken_byte_late_in_the_file_names_its_place() -> None:
    content = ("番号,氏名\n" + "1,佐藤\n" * 60_000).encode() + b"2,\xff\xfe\n"
    assert "at byte" in refused(content)


def test_excel_is_read_as_text() -> None:
    rows, sheet = read(
        workbook(
            sheet_xml(cells("顧客番号", "氏名") + cells("0012", "髙橋") + "<row><c><v>7</v></c><c><v>1.5</v></c></row>")
        )
    )
    assert rows == [["顧客番号", "氏名"], ["0012", "髙橋"], ["7", "1.5"]]
    assert sheet.encoding == "xlsx"


def test_formula_cells_are_refused() -> None:
    assert "formulas" in refused(workbook(sheet_xml("<row><c><f>HYPERLINK(1)</f><v>1</v></c></row>")))


def test_zip_bomb_is_not_unpacked() -> None:
    bomb = workbook(sheet_xml(cells("1")), **{"xl/media/bomb.bin": b"\0" * 80_000_000})
    assert len(bomb) < 200_000
    assert "unusually large" in refused(bomb)


def test_entities_are_refused() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    assert "entities" in refused(workbook(bomb))


def test_sheet_with_a_cell_at_the_far_corner_ends_the_child_not_us() -> None:
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refused(workbook(sheet_xml(corner)))


def test_the_reader_has_neither_keys_nor_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its source imports nothing of ours, and its environment names no home, no key, no store."""
    import ast
    import pathlib

    folder, waiting, walked = pathlib.Path(reading.__file__).parent, ["parser"], set()
    while waiting:
        walked.add(name := waiting.pop())
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text())):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            aliases = [one.name for one in node.names]
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else aliases
            if isinstance(node, ast.ImportFrom) and node.level:  # one beside it
                waiting += [one for one in names if one not in walked]
            else:
                assert not [one for one in names if one.startswith(("toride", "django"))], name
    assert {"workbook", "vcards"} <= walked
    seen: dict[str, object] = {}
    popen = reading.subprocess.Popen

    def spy(*arguments: object, **options: object) -> object:
        seen.update(options["env"])
        return popen(*arguments, **options)

    monkeypatch.setattr(reading.subprocess, "Popen", spy)
    read(TEXT.encode())
    assert set(seen) == {"PYTHONPATH", "LC_ALL"}


def test_memory_stays_flat_for_a_large_file() -> None:
    import resource

    def content() -> Iterator[bytes]:
        yield "番号,氏名\n".encode()
        line = ("1," + "佐藤花子" * 20 + "\n").encode() * 1000
        for _ in range(300):
            yield line

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = sum(len(batch) for batch in reading.rows(content, reading.Sheet()))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert count == 300_001
    assert (after - before) < 80_000


@pytest.mark.requirement("C7")
def test_headings_as_old_systems_write_them_are_known() -> None:
    headings = [
        "顧客番号",
        "氏名漢字",
        "ｼﾒｲｶﾅ",
        "生年月日",
        "電話１",
        "電話２",
        "郵便番号",
        "住所１",
        "住所２",
        "預金残高",
        "備考",
    ]
    known = mapping.guess([headings, ["1", *"abcdefghij"]]).targets
    assert known == (
        "number", "name", "kana", "birth_date", "phones", "phones", "postcode", "address", "address2", "value", "note",
    )  # fmt: skip
