"""A workbook's parts are looked at whatever they are called."""

import io
import zipfile

import pytest

from toride.customers.imports.tests.workbooks import cells, refused, sheet_xml, workbook

pytestmark = pytest.mark.requirement("C7")


def renamed(content: bytes, name: str, data: bytes | None = None) -> bytes:
    """The sheet under another name, to which the relationships lead."""
    source, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.infolist():
            body = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                archive.writestr(f"xl/{name}", data or body)
                continue
            archive.writestr(part.filename, body.replace(b"worksheets/sheet1.xml", name.encode()))
    return out.getvalue()


FORMULA = sheet_xml('<row><c t="str"><f>1+1</f><v>2</v></c></row>')
ENTITIES = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x "y">]>' + sheet_xml(cells("1")).partition("?>")[2]


@pytest.mark.parametrize(
    "name", ["worksheets/sheet1.xml", "worksheets/sheet1.XML", "worksheets/sheet1.dat", "sheets/sheet1.xml"]
)
@pytest.mark.parametrize(("sheet", "word"), [(FORMULA, "formulas"), (ENTITIES, "entities")])
def test_hidden(name: str, sheet: str, word: str) -> None:
    assert word in refused(renamed(workbook(sheet), name))
