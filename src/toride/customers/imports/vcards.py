"""Address cards (vCard 2.1, RFC 2426, RFC 6350) as a table, in the parser's process. Imports nothing of ours."""

import quopri
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCARD\s", re.IGNORECASE)
LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;(?:[^\":;]|\"[^\"]*\")*)*):(?P<value>.*)", re.DOTALL
)
PARAMETER = re.compile(r";([\w-]+)(?:=((?:[^\";]|\"[^\"]*\")*))?")
CHARSET = re.compile(r";CHARSET=\"?([\w-]+)", re.IGNORECASE)
PART = re.compile(r"(?<!\\);")
ESCAPE = re.compile(r"\\([nN,;\\:])")
WITHOUT_YEAR = re.compile(r"(?:1604|--)-?(\d{2})-?(\d{2})")  # Apple writes 1604 where the year is not known
COLUMNS = (
    "氏名",
    "フリガナ",
    "会社名",
    "生年月日",
    "電話番号",
    "メールアドレス",
    "郵便番号",
    "都道府県",
    "市区町村",
    "町名番地",
    "備考",
)
_SILENT_WORDS = "BEGIN END VERSION PRODID REV N FN X-ABLABEL X-ABADR X-ABUID X-ABSHOWAS SORT-STRING KIND"
SILENT = frozenset(_SILENT_WORDS.split())
MOST_LEFT = 40


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    parameters: str
    value: str

    def parts(self) -> list[str]:
        """Components of a value, their escapes undone."""
        return [_plain(one).strip() for one in PART.split(self.value)]

    def text(self) -> str:
        """The whole value, its escapes undone."""
        return _plain(self.value).strip()


def is_one(head: bytes) -> bool:
    """Does a file begin as cards do?"""
    return bool(BEGIN.match(head))


def table(content: bytes, longest: int) -> tuple[Iterator[list[str]], dict[str, int]]:
    """Headings and one row for each card; how many cards hold each property that has no column here."""
    cards = list(_cards(_text(content)))
    left: Counter[str] = Counter()
    made = [_row(card, left, longest) for card in cards]
    return iter([list(COLUMNS), *made]), dict(left.most_common(MOST_LEFT))


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")


def _cards(text: str) -> Iterator[list[_Line]]:
    card: list[_Line] | None = None
    for line in _unfolded(text):
        found = LINE.fullmatch(line)
        if found is None:
            continue
        name = found["name"].upper()
        if name == "BEGIN":
            card = []
        elif name == "END" and card is not None:
            yield card
            card = None
        elif card is not None:
            card.append(_Line(name, found["parameters"], _decoded(found["parameters"], found["value"])))


def _unfolded(text: str) -> Iterator[str]:
    """Lines in one piece: one that begins with a blank goes on, and so does a quoted one that ends with =."""
    kept = ""
    for line in re.split(r"\r\n|\r|\n", text):
        quoted = "QUOTED-PRINTABLE" in kept.upper() and kept.endswith("=")
        if kept and (quoted or line.startswith((" ", "\t"))):
            kept = kept[:-1] + line if quoted else kept + line[1:]
            continue
        if kept:
            yield kept
        kept = line
    if kept:
        yield kept


def _decoded(parameters: str, value: str) -> str:
    if "QUOTED-PRINTABLE" not in parameters.upper():
        return value
    charset = CHARSET.search(parameters)
    content = quopri.decodestring(value.encode("ascii", errors="ignore"))
    try:
        return content.decode(charset[1] if charset else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return content.decode("cp932", errors="replace")


def _plain(text: str) -> str:
    return ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def _row(card: list[_Line], left: Counter[str], longest: int) -> list[str]:
    of: dict[str, list[_Line]] = {}
    for line in card:
        of.setdefault(line.name, []).append(line)
    address = next((line.parts() for line in of.get("ADR", ()) if any(line.parts())), [])
    address += [""] * (7 - len(address))
    taken = {"TEL", "EMAIL", "ORG", "BDAY", "NOTE", "X-PHONETIC-LAST-NAME", "X-PHONETIC-FIRST-NAME", "SOUND", *SILENT}
    left.update(name for name in of if name not in {*taken, "ADR"})
    left.update({"ADR": 1} if sum(any(line.parts()) for line in of.get("ADR", ())) > 1 else {})
    cells = [
        _name(of), _reading(of), " ".join(part for line in of.get("ORG", ())[:1] for part in line.parts() if part),
        _born(of), _many(of, "TEL"), _many(of, "EMAIL"), address[5], address[4], address[3],
        " ".join(part for part in (address[2], address[1]) if part).replace("\n", " "),
        "\n".join(line.text() for line in of.get("NOTE", ())),
    ]  # fmt: skip
    return [cell[:longest] for cell in cells]


def _name(of: dict[str, list[_Line]]) -> str:
    for line in of.get("N", ()):
        family, given, *more = [*line.parts(), "", ""]
        if family or given:
            return " ".join(part for part in (family, given, more[0] if more else "") if part)
    return next((line.text() for line in of.get("FN", ())), "")


def _reading(of: dict[str, list[_Line]]) -> str:
    found = [line.text() for name in ("X-PHONETIC-LAST-NAME", "X-PHONETIC-FIRST-NAME") for line in of.get(name, ())[:1]]
    if not found:
        found = [part for line in of.get("SOUND", ()) if "X-IRMC-N" in line.parameters.upper() for part in line.parts()]
    return " ".join(part for part in found if part)


def _born(of: dict[str, list[_Line]]) -> str:
    text = next((line.text() for line in of.get("BDAY", ())), "")
    no_year = WITHOUT_YEAR.match(text)
    return f"--{no_year[1]}-{no_year[2]}" if no_year else text


def _many(of: dict[str, list[_Line]], name: str) -> str:
    return "\n".join(dict.fromkeys(line.text().removeprefix("tel:") for line in of.get(name, ()) if line.text()))
