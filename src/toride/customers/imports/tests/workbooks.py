"""Files as offices have them, and as they are read."""

import io
import zipfile

import pytest

from tests.people import House
from toride.base.errors import Invalid
from toride.customers import queries
from toride.customers.actions import Action
from toride.customers.imports import reading


def read(content: bytes, **options: str) -> tuple[list[list[str]], reading.Sheet]:
    sheet = reading.Sheet()
    rows = [row for batch in reading.rows(lambda: [content], sheet, **options) for row in batch]
    return rows, sheet


def refused(content: bytes, **options: str) -> str:
    with pytest.raises(Invalid) as invalid:
        read(content, **options)
    return str(invalid.value)


def sheet_xml(rows: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def workbook(sheet: str, **parts: bytes) -> bytes:
    found = io.BytesIO()
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in parts.items():
            archive.writestr(name, content)
    return found.getvalue()


def cells(*values: str) -> str:
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values) + "</row>"


def values(house: House, number: str) -> dict[str, object]:
    subject = queries.subject_of(number)
    assert subject is not None
    found = queries.profile(house.permit(house.manager, Action.PROFILE_READ, subject), subject)
    return {name: getattr(value, "content", "closed") for name, value in found.values.items()}
