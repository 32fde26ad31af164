"""What is kept of a file is said in English; here it is said to a person, in their language, with what to do."""

import re

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from toride.customers.fields import FIELDS
from toride.customers.imports import labels, mapping, reading, reasons
from toride.fields import addresses

# Sentences with figures in them; the others are found in the catalogue as they are.
WITH_FIGURES = (
    _("Enter at most %(most)d characters"),
    _("write at most %(most)d"),
    _("this has %(digits)d digits; mobile numbers have 11, others 10"),
    _("has %(count)s columns; the first row has %(first)s"),
    _("The file is not valid %(encoding)s at byte %(byte)s. Choose another encoding above, or save it again."),
    _("In row %(row)s a quotation mark is not closed, or text follows it. Double the quotation marks inside the cell."),
    _("A cell near row %(row)s is longer than %(cell)s characters. Shorten it, or check the quotation marks."),
    _("The file cannot be read as CSV near line %(line)s."),
    _("The file has %(count)s columns; at most %(limit)s are read. Save the columns that you need."),
    _("nearly the same number as row %(row)s of this file"),
    _("same person as row %(row)s of this file: name and birth date"),
    _("same phone as row %(row)s of this file"),
    *mapping.TAKEN_OUT.values(),
    _("same e-mail as row %(row)s of this file"),
)
# What is only ever said in whole sentences, and where a page speaks otherwise than the command.
AS_KEPT = {
    reading.WORDS["encoding"]: _("The encoding of the file is not known. Choose it above, or save the file as UTF-8."),
    reading.WORDS["empty"]: _("The file is empty."),
    reading.WORDS["nul"]: _(
        "The file contains NUL bytes: it is not a text file, or it is damaged. Save it again as CSV."
    ),
    reading.WORDS["excel"]: _("The file is not a readable Excel workbook (.xlsx). Save it again, or as CSV."),
    reading.WORDS["old-excel"]: _("The old Excel format (.xls) is not read. Save it as .xlsx or CSV."),
    reading.WORDS["excel-size"]: _("The workbook is larger than 64 MB. Save it as CSV."),
    reading.WORDS["bomb"]: _(
        "The workbook is unusually large when unpacked, so it was not opened. Save it again, or as CSV."
    ),
    reading.WORDS["entities"]: _("The workbook defines XML entities, which no office program does. It was not opened."),
    reading.WORDS["formulas"]: _(
        "The sheet holds formulas. Paste it as values, or save it as CSV, so that what you see is imported."
    ),
    reading.WORDS["memory"]: _("The file needs more memory than an import may use. Split it, or save it as CSV."),
    reading.WORDS["protected"]: _(
        "The workbook is protected by a password. Open it in Excel, remove the password, and save it again."
    ),
    reading.WORDS["excel-binary"]: _("The binary Excel format (.xlsb) is not read. Save it as .xlsx or CSV."),
    reading.WORDS["opendocument"]: _("The file is an OpenDocument table (.ods). Save it as .xlsx or CSV."),
    reading.WORDS["numbers"]: _("The file is a Numbers document. Export it as .xlsx or CSV."),
    reading.WORDS["word"]: _("The file is a Word document. Put the table into Excel, and save it as .xlsx or CSV."),
    reading.WORDS["other-office"]: _(
        "The file is a presentation. Put the table into Excel, and save it as .xlsx or CSV."
    ),
    reading.WORDS["zip"]: _("The file is a compressed archive. Unpack it, and choose the file within."),
    reading.WORDS["html"]: _(
        "The file is a web page (HTML), whatever its ending says. Open it in Excel, and save it as .xlsx or CSV."
    ),
    reading.WORDS["xml"]: _(
        "The file is XML. Export the addresses as CSV or vCard, or open it in Excel and save it as .xlsx."
    ),
    reading.WORDS["json"]: _("The file is JSON. Export the customers as CSV."),
    reading.WORDS["pdf"]: _("The file is a PDF, which holds no table. Export the customers as CSV or .xlsx."),
    reading.WORDS["rtf"]: _(
        "The file is a formatted text (RTF). Put the table into Excel, and save it as .xlsx or CSV."
    ),
    reading.WORDS["image"]: _("The file is a picture. Export the customers as CSV or .xlsx."),
    reasons.ERROR_HERE: _("This cell has a spreadsheet error. Correct it."),
    reasons.ERROR: _("This cell has a spreadsheet error, so it was left empty."),
    reasons.NO_YEAR: _("A birthday without a year. It was left empty."),
    reasons.BEHIND: _("Text beside the value was left out."),
    reasons.REMARKED: _("Text beside the value was added to the note."),
    reasons.EMPLOYER: _("The company was left out; the person is the customer."),
    reasons.EMPTIED: _("It was left empty, as it is not in order."),
    reasons.BEYOND: _("The era had ended by then. It was taken as the day that was meant."),
    reasons.SHORT: _("The row has fewer columns than the headings."),
    reasons.COMPANY_OR_PERSON: _("Company and person: say whom the row is about."),
    reasons.QUOTE: _("A quotation mark is not closed, or text follows it. Double the quotation marks inside the cell."),
    reasons.TORN: _("A row is cut in two here, or cells are missing."),
    reasons.DECIMAL: _("The number ends in .0, as if a program had taken it for a decimal. Enter it as it is."),
    reasons.NEAR: _("Nearly the same number as a customer."),
    reasons.ANOTHER: _("It would become another person: name, reading, and birth date or phone differ."),
    addresses.NO_CITY: _("The city could not be identified. Enter the prefecture and city in full."),
    addresses.IS_FORMER: _("A former municipality. The present one was stored."),
    addresses.PREFECTURE_ADDED: _("The prefecture was filled in from the city."),
    reasons.NO_BRANCH: _("There is no such branch."),
    reasons.NOT_YOURS: _("This branch is not yours to register for."),
    reasons.NOBODY: _("No one of this name works at the branch, so no owner was set."),
    reasons.SEVERAL: _("Several people of this name work at the branch, so no owner was set."),
    reasons.MOVED: _("The branch or owner in the file differs and was not changed. To move customers, reassign them."),
    reasons.NOTHING: _("This looks like a word for nothing, not like a name."),
    reasons.LOST: _("A character was lost when the file was created. Enter it again."),
    reasons.FORMULA: _("This looks like a formula, not like a name."),
    reasons.NO_NAME: _("This looks like no name."),
    mapping.NO_NUMBER: _("No column holds the customer number. Choose one, or have the rows numbered."),
    mapping.NO_NAME: _("No column holds the name. Choose one."),
    reasons.UNKNOWN: _("No field is known by this heading."),
    reasons.SECOND: _("Another column is this field already."),
    reasons.UNFIT: _("None of its values fits the field."),
    reasons.NO_HEADING: _("It has no heading."),
    reasons.NOT_TOLD: _("It is not known what it holds."),
    reasons.BY_MAPPING: _("Left out by the mapping."),
    reasons.SHEET: _("Another sheet. Save it as a file of its own."),
    reasons.UNSEEN: _("A hidden sheet."),
    reasons.HIDDEN: _("Hidden rows of the sheet."),
    reasons.PROPERTY: _("No field is known for it."),
    reasons.ABOVE: _("Above the headings."),
    "is required": _("is required"),
    reasons.DAMAGED: _("This customer's record is damaged. Contact your administrator."),
    "is not available": _("This number is not available to you. Check it, or ask the branch it belongs to."),
    "stands twice in the file": _("This number appears twice in the file. Keep one of the rows."),
    "part of it is masked in the file": _("Part of this value is masked in the file. It was imported as is."),
    "lies in another prefecture than the address": _("The postcode and the address are in different prefectures."),
    "was left out as a likely duplicate": _("Skipped as a likely duplicate"),
    "same person as a customer: name and birth date": _("same person as a customer: name and birth date"),
    "same phone as a customer": _("same phone as a customer"),
    "same e-mail as a customer": _("same e-mail as a customer"),
    "changed since": _("changed since; not restored"),
    "a separately stored number remains": _("a separately stored number remains"),
}
DOUBTS = {
    "near": _("Nearly the same number as another customer"),
    "another": _("Would become another person"),
    "torn": _("Rows that are cut in two"),
    "place": _("Branches that can't be identified"),
}
_DIED = re.compile(re.escape(reading.WORDS["died"]).replace(re.escape("{status}"), r"-?\d+"))


def tell(kept: str) -> str:
    """A kept sentence in the active language; one that is not known comes back as it is."""
    if kept in AS_KEPT:
        return str(AS_KEPT[kept])
    if kept.startswith(emptied := reasons.emptied("")):
        return gettext("%(left)s %(why)s") % {"left": tell(reasons.EMPTIED), "why": tell(kept.removeprefix(emptied))}
    for pattern, sentence in _patterns():
        if found := pattern.fullmatch(kept):
            figures = {name: int(value) if value.isdigit() else value for name, value in found.groupdict().items()}
            return str(sentence) % figures
    if _DIED.fullmatch(kept):
        return gettext("The file could not be read to the end. Save it again as CSV.")
    return gettext(kept)


def failure(error: str) -> str:
    """Why a job failed, from what it keeps (a type and, where we said it, a sentence)."""
    kind, _colon, rest = error.partition(":")
    match kind:
        case "Invalid":
            return tell(rest.strip())
        case "Refused":
            return gettext("Your role doesn't include this. If you need it, contact your administrator.")
        case "TorideError":
            return gettext("The import was started several times and did not finish. Contact your administrator.")
    return gettext("The import stopped because of a system error. Rows imported so far are kept. Try to resume.")


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
