"""The staff file of the personnel department: read within limits, compared, and not kept."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from toride.access.models import Branch, Department, Person
from toride.base import clock
from toride.base.errors import Invalid

LARGEST = 1_000_000  # bytes
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_CELL = 300
HEADINGS = {
    "username": ("社員番号", "職員番号", "行員番号", "従業員番号", "サインイン名", "ログインid", "username",
                 "user name", "sign-in name", "staff number", "employee number", "employee id"),
    "place": ("所属", "所属コード", "部店", "部店コード", "部店名", "部署", "部署コード", "部署名", "支店",
              "支店コード", "支店名", "店番", "branch", "branch code", "department", "department code", "unit"),
    "state": ("状態", "在籍状態", "在籍区分", "在籍状況", "state", "status"),
    "left": ("退職日", "退職年月日", "date of leaving", "leaving date", "end date"),
}  # fmt: skip
GONE = frozenset({"退職", "退職済", "退職済み", "離職", "解雇", "契約終了", "left", "leaver", "terminated", "retired"})
FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日")


@dataclass(frozen=True, slots=True)
class Row:
    """What the file says of somebody: gone or not, and where they work (codes or names, as written)."""

    gone: bool
    places: Sequence[str]


def read(content: bytes) -> dict[str, list[Row]]:
    """Rows by plain sign-in name. Raises Invalid where it is too large, no CSV, or lacks its columns."""
    if len(content) > LARGEST:
        raise Invalid(_("The staff file is larger than 1 MB."))
    lines = _lines(_text(content))
    columns = _columns(next(lines, []))
    found: dict[str, list[Row]] = {}
    for number, cells in enumerate(lines, start=2):
        if number > MOST_ROWS + 1:
            raise Invalid(_("The staff file has more than %(most)d rows.") % {"most": MOST_ROWS})
        values = {kind: [cells[at] for at in places if at < len(cells)] for kind, places in columns.items()}
        if name := plain("".join(values["username"])):
            found.setdefault(name, []).append(Row(_gone(values, number), [one for one in values["place"] if one]))
    if not found:
        raise Invalid(_("The staff file contains no people."))
    return found


def judge(rows: Sequence[Row] | None, person: Person) -> str:
    """The finding of this person: "stranger", "leaver", "mover", or ""."""
    if rows is None:
        return "stranger"
    staying = [row for row in rows if not row.gone]
    if not staying:
        return "leaver"
    return "" if any(_fits(row, person) for row in staying) else "mover"


def plain(text: str) -> str:
    """As two spellings of the same are compared."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _fits(row: Row, person: Person) -> bool:
    """Is every place in this row one of the person's? A row without any says nothing."""
    parts: list[Branch | Department | None] = [person.branch, person.department]
    own = {plain(text) for part in parts if part for text in (part.code, part.name)}
    return all(plain(place) in own for place in row.places)


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid(_("The staff file must be a CSV in UTF-8 or CP932."))


def _lines(text: str) -> Iterator[list[str]]:
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), strict=True):
            if len(cells) > MOST_COLUMNS or any(len(cell) > MOST_CELL for cell in cells):
                raise Invalid(_("A line of the staff file is too long."))
            if any(cells):
                yield [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
    except csv.Error:
        raise Invalid(_("The staff file must be a CSV in UTF-8 or CP932.")) from None


def _columns(headings: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {kind: [] for kind in HEADINGS}
    for at, heading in enumerate(headings):
        for kind, names in HEADINGS.items():
            if plain(heading) in names:
                found[kind].append(at)
    if len(found["username"]) != 1 or not (found["state"] or found["left"] or found["place"]):
        raise Invalid(
            _("The first line must contain one staff number column, and one column for branch, status or leaving date.")
        )
    return found


def _gone(values: dict[str, list[str]], number: int) -> bool:
    if any(plain(state) in GONE for state in values["state"]):
        return True
    return any(_day(text, number) <= clock.today() for text in values["left"] if text)


def _day(text: str, number: int) -> date:
    for form in FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day without a time
        except ValueError:
            continue
    raise Invalid(_("Row %(number)d: the leaving date can't be read.") % {"number": number})
