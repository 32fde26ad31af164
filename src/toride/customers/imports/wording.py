"""What is kept of a file is said in English; here it is said to a person, in their language, with what to do."""

import re

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from toride.customers.fields import FIELDS
from toride.customers.imports import labels, mapping, reading

# Sentences with figures in them; the others are found in the catalogue as they are.
WITH_FIGURES = (
    _("write at most %(most)d characters"),
    _("write at most %(most)d"),
    _("this has %(digits)d digits; mobile numbers have 11, others 10"),
    _("has %(count)s columns; the first row has %(first)s"),
    _("The file is not valid %(encoding)s at byte %(byte)s. Choose another encoding above, or save it anew."),
    _("A quotation mark is opened and never closed, near line %(line)s. Check the quotation marks there."),
    _("A cell near row %(row)s is longer than %(cell)s characters. Shorten it, or check the quotation marks."),
    _("The file cannot be read as CSV near line %(line)s."),
    _("The file has %(count)s columns; at most %(limit)s are read. Save the columns that you need."),
    _("same person as row %(row)s of this file: name and birth date"),
    _("same phone as row %(row)s of this file"),
    *mapping.TAKEN_OUT.values(),
    _("same e-mail as row %(row)s of this file"),
)
# What is only ever said in whole sentences, and where a page speaks otherwise than the command.
AS_KEPT = {
    reading.WORDS["encoding"]: _("The encoding of the file is not known. Choose it above, or save the file as UTF-8."),
    reading.WORDS["empty"]: _("The file is empty."),
    reading.WORDS["nul"]: _("The file holds NUL bytes; it is no text file, or damaged. Save it anew as CSV."),
    reading.WORDS["excel"]: _("The file is not a readable Excel workbook (.xlsx). Save it anew, or as CSV."),
    reading.WORDS["old-excel"]: _("The old Excel format (.xls) is not read. Save it as .xlsx or CSV."),
    reading.WORDS["excel-size"]: _("The workbook is larger than 64 MB. Save it as CSV."),
    reading.WORDS["bomb"]: _(
        "The workbook unpacks to far more than it should. It was not opened. Save it anew, or as CSV."
    ),
    reading.WORDS["entities"]: _("The workbook defines XML entities, which no office program does. It was not opened."),
    reading.WORDS["formulas"]: _(
        "The sheet holds formulas. Paste it as values, or save it as CSV, so that what you see is imported."
    ),
    reading.WORDS["memory"]: _("The file needs more memory than an import may use. Split it, or save it as CSV."),
    "is required": _("is required"),
    "is not available": _("This number is not available to you. Check it, or ask the branch it belongs to."),
    "stands twice in the file": _("This number stands twice in the file. Keep one of the rows."),
    "part of it is masked in the file": _("Part of it is masked in the file. It is brought in as it stands."),
    "lies in another prefecture than the address": _("The postcode lies in another prefecture than the address."),
    "was left out as a likely duplicate": _("Left out as a likely duplicate"),
    "same person as a customer: name and birth date": _("same person as a customer: name and birth date"),
    "same phone as a customer": _("same phone as a customer"),
    "same e-mail as a customer": _("same e-mail as a customer"),
    "changed since": _("changed since; stays as it is"),
    "a number that was sealed apart stays": _("a number that was sealed apart stays"),
}
_DIED = re.compile(re.escape(reading.WORDS["died"]).replace(re.escape("{status}"), r"-?\d+"))


def tell(kept: str) -> str:
    """A kept sentence in the active language; one that is not known comes back as it is."""
    if kept in AS_KEPT:
        return str(AS_KEPT[kept])
    for pattern, sentence in _patterns():
        if found := pattern.fullmatch(kept):
            figures = {name: int(value) if value.isdigit() else value for name, value in found.groupdict().items()}
            return str(sentence) % figures
    if _DIED.fullmatch(kept):
        return gettext("The file could not be read: the reader gave up. Save it anew as CSV.")
    return gettext(kept)


def failure(error: str) -> str:
    """Why a job failed, from what it keeps (a type and, where we said it, a sentence)."""
    kind, _colon, rest = error.partition(":")
    match kind:
        case "Invalid":
            return tell(rest.strip())
        case "Refused":
            return gettext("Your duties do not include this. If they should, ask the administrator.")
        case "TorideError":
            return gettext("It was begun several times and never came to its end. Tell the administrator.")
    return gettext("It stopped for a reason of the machine. What is in stays; try to go on.")


def field(name: str) -> str:
    """The label of a field or special target; the whole row has none."""
    if name in FIELDS and name not in labels.SPECIAL:
        return str(FIELDS[name].label)
    return str(labels.SPECIAL.get(name, gettext("The whole row")))


_made: list[tuple[re.Pattern[str], object]] = []


def _patterns() -> list[tuple[re.Pattern[str], object]]:
    """Each sentence with figures as the command says it, and what the page says instead."""
    if not _made:
        with translation.override("en"):
            _made.extend((_pattern(str(sentence)), sentence) for sentence in WITH_FIGURES)
        for code, at in (("bytes", 4), ("quotes", 5)):
            _made.append((_pattern(re.sub(r"{(\w+)}", r"%(\1)s", reading.WORDS[code])), WITH_FIGURES[at]))
    return _made


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)[sd]", sentence)
    return re.compile("".join(rf"(?P<{part}>\S+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)))
