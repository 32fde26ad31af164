"""What is kept of rows, cells and columns that are not in order or not brought in, in English; `wording` says it."""

from collections.abc import Iterable

# Cells that are not brought in; told in the result, too.
ERROR = "an error of the spreadsheet stands here; left empty"
NO_YEAR = "a birthday without a year; left empty"
BEHIND = "what stands beside the number was left out"
EMPLOYER = "the company was left out; the person is the customer"
EMPTIED = "not in order; left empty, as was chosen"
NOBODY = "nobody of this name works at the branch; nobody is in charge yet"
SEVERAL = "several people of this name work at the branch; nobody is in charge yet"
LEFT = frozenset({ERROR, NO_YEAR, BEHIND, EMPLOYER, EMPTIED, NOBODY, SEVERAL})
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
DOUBTS = {"near": "number", "another": "name", "torn": "row", "company": "name", "place": "row"}
MAY_BE_TAKEN = frozenset(DOUBTS) - {"company"}  # company or person is a choice of its own
NEAR_ROW = "nearly the same number as row %s of this file"
DECIMAL = "a number with .0 behind it comes from a program that took it for a decimal; write it as it is"
NEAR = "nearly the same number as a customer"
ANOTHER = "would become another person: name, reading, and birth date or phone differ"
TORN = "a row is cut in two here, or cells are missing"
COMPANY_OR_PERSON = "company and person: say whom the row is about"
NO_BRANCH = "there is no such branch"
NOT_YOURS = "this branch is not yours to register for"
OF_DOUBT = {
    "near": (NEAR, DECIMAL, NEAR_ROW.partition("%")[0]), "another": (ANOTHER,), "torn": (TORN,),
    "company": (COMPANY_OR_PERSON,), "place": (NO_BRANCH, NOT_YOURS),
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
CELLS = "in %(count)d rows: %(why)s"


def is_said(told: Iterable[str], doubt: str) -> bool:
    """Is one of these sentences said for this kind of doubt?"""
    return any(one.startswith(OF_DOUBT[doubt]) for one in told)
