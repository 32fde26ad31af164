"""What is kept of rows, cells and columns that are not in order or not brought in, in English; `wording` says it."""

from collections.abc import Iterable

# Cells that are not brought in; told in the result, too.
ERROR = "an error of the spreadsheet stands here; left empty"
NO_YEAR = "a birthday without a year; left empty"
BEHIND = "what was written beside the value was left out"
EMPLOYER = "the company was left out; the person is the customer"
EMPTIED = "left empty, as it is not in order"
NOBODY = "nobody of this name works at the branch; nobody is in charge yet"
SEVERAL = "several people of this name work at the branch; nobody is in charge yet"
LEFT = frozenset({ERROR, NO_YEAR, BEHIND, EMPLOYER, EMPTIED, NOBODY, SEVERAL})
GAPS = (EMPTIED, ERROR, NO_YEAR)  # the customer came in without a cell that can be brought in later
REMARKED = "what was written beside the value was added to the note"
# Problems and warnings of cells and rows.
ERROR_HERE = "an error of the spreadsheet stands here; mend it"
BEYOND = "the era had ended by then; taken as the day that was meant"
SHORT = "has fewer columns than the headings"
NOTHING = "this looks like a word for nothing, not like a name"
NO_NAME = "this looks like no name"
LOST = "a character was lost when the file was written; write it anew"
FORMULA = "this looks like a formula, not like a name"
TWICE = "stands twice in the file"
DAMAGED = "this customer's record cannot be opened; tell the administrator"
MOVED = "stands with another branch or person in charge, and stays there; hand customers over to move them"
# Doubts: kind → the field that it is about. A row is held back until somebody says otherwise.
DOUBTS = {"near": "number", "another": "name", "torn": "row", "company": "name", "place": "row", "quote": "row"}
MAY_BE_TAKEN = frozenset(DOUBTS) - {"company", "quote"}  # one is a choice of its own, the other is no row
NEAR_ROW = "nearly the same number as row %s of this file"
DECIMAL = "a number with .0 behind it comes from a program that took it for a decimal; write it as it is"
NEAR = "nearly the same number as a customer"
ANOTHER = "would become another person: name, reading, and birth date or phone differ"
TORN = "a row is cut in two here, or cells are missing"
QUOTE = "a quotation mark is opened and not closed, or text stands behind it; write the marks of a cell twice"
COMPANY_OR_PERSON = "company and person: say whom the row is about"
NO_BRANCH = "there is no such branch"
NOT_YOURS = "this branch is not yours to register for"
OF_DOUBT = {
    "near": (NEAR, DECIMAL, NEAR_ROW.partition("%")[0]), "another": (ANOTHER,), "torn": (TORN,),
    "company": (COMPANY_OR_PERSON,), "place": (NO_BRANCH, NOT_YOURS), "quote": (QUOTE,),
}  # fmt: skip
# Columns, sheets and rows that are not brought in.
UNKNOWN = "no field is known by this heading"
SECOND = "another column is this field already"
UNFIT = "none of its values fits the field"
NO_HEADING = "it has no heading"
NOT_TOLD = "it is not known what it holds"
BY_MAPPING = "left out by the mapping"
SHEET = "another sheet; save it as a file of its own"
UNSEEN = "a hidden sheet"
ABOVE = "stands above the headings"
HIDDEN = "hidden rows of the sheet"
PROPERTY = "no field is known for it"
COUNTED = "in %(count)d rows: %(why)s"
CELLS = "in %(count)d rows: %(why)s (%(rows)s)"


def emptied(why: str) -> str:
    """A cell was left empty, and why."""
    return f"{EMPTIED}: {why}"


def is_left(why: str) -> bool:
    """Does a warning say that something was not brought in?"""
    return why in LEFT or is_gap(why)


def is_gap(why: str) -> bool:
    """Does a warning say that a cell is missing, which can be brought in later?"""
    return why.startswith(GAPS)


def is_said(told: Iterable[str], doubt: str) -> bool:
    """Is one of these sentences said for this kind of doubt?"""
    return any(one.startswith(OF_DOUBT[doubt]) for one in told)
