"""What the pages of a draft sent, as the services take it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from toride.customers.fields import FIELDS
from toride.customers.imports import drafts, mapping, mending, preview, reading, saved
from toride.customers.imports.preview import Look
from toride.customers.imports.reasons import MAY_BE_TAKEN
from toride.customers.models import Import
from toride.vault.permit import Permit

MOST_DIGITS = 15
CELL = re.compile(r"cell-([0-9]{1,9})-([0-9]{1,3})")


def whole(sent: Mapping[str, str], name: str) -> int:
    """A figure of 0 or above; anything else is 0."""
    with suppress(ValueError):
        text = sent.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0
    return 0


def headings(source: Import, found: Look) -> list[str]:
    """What may be headings: the row that was chosen, or the first one."""
    return mapping.heading_texts(found.rows, source.above, double=source.double, width=found.width)


def first_columns(permit: Permit, source: Import) -> None:
    """Keeps what is found out about a file that has just arrived; a file that cannot be read is left for the page."""
    found = preview.look(permit, source, encoding="", delimiter="")
    if found.rows:
        _guessed(permit, source, found, header=None)


def columns(permit: Permit, source: Import, sent: Mapping[str, str]) -> Look:
    """Keeps what the page of columns sent, and reads the file accordingly. Another reading is guessed anew."""
    encoding, delimiter = sent.get("encoding", ""), sent.get("delimiter", "")
    if source.encoding in reading.FOUND_OUT[1:]:
        encoding, delimiter = source.encoding, ""
    header, above = _head(source, sent)
    if "hidden" in sent:
        source.hidden = sent["hidden"] == "1"  # of the two that are sent the last one counts
    found = preview.look(permit, source, encoding=encoding, delimiter=delimiter)
    if found.problem:
        drafts.decide_columns(
            permit, source=source, encoding=encoding, delimiter=delimiter, header=header, targets=source.targets,
            above=above, hidden=source.hidden, guessed=source.guessed,
        )  # fmt: skip
        return found
    before = (source.encoding, source.delimiter, source.header, source.above)
    if (found.encoding, found.delimiter, header, above) != before or found.width != len(source.targets):
        changed = (header, above) != before[2:]
        _guessed(permit, source, found, header=header if changed else None, above=above if changed else None)
        return found
    targets: list[str | None] = [sent.get(f"column-{at}") or None for at in range(found.width)]
    wanted = sent.get("use") or sent.get("other")
    chosen = next((one for one in saved.offered(permit, []) if wanted and str(one.number) == wanted), None)
    if chosen is not None:
        targets, header = saved.applied(chosen, headings(source, found)), True
    left = mapping.barred_columns(found.rows, header=header, above=above)
    targets = [None if at in left else target for at, target in enumerate(targets)]
    numbering = sent.get("numbering", "1" if source.numbered else "0") == "1"
    drafts.decide_columns(
        permit, source=source, encoding=found.encoding, delimiter=found.delimiter, header=header, targets=targets,
        above=above, double=source.double, numbering=numbering and "number" not in targets,
        company=sent.get("company", source.choices.get("company", "")), hidden=source.hidden,
        guessed=source.guessed and not sent.get("go"),
    )  # fmt: skip
    if "keep" in sent and header and (name := sent.get("mapping_name", "").strip()):
        saved.keep(permit, source=source, name=name, headings=headings(source, found))
    return found


def choices(sent: Mapping[str, str], source: Import) -> dict[str, Any]:
    """What the page of the check sent about kinds of problems and doubts."""
    empty = {name for name in FIELDS if sent.get(f"problem-{name}") == "empty"}
    taken = {kind for kind in MAY_BE_TAKEN if sent.get(f"doubt-{kind}") == "take"}
    return {"empty": sorted(empty), "taken": sorted(taken), "company": source.choices.get("company", "")}


def edits(sent: Mapping[str, str]) -> mending.Edits:
    """Cells that were written anew: `cell-<row>-<column>` where it differs from what the page showed (`was-…`)."""
    found: mending.Edits = {}
    for name, text in sent.items():
        if (asked := CELL.fullmatch(name)) and text != sent.get(f"was-{asked[1]}-{asked[2]}", ""):
            found.setdefault(int(asked[1]), {})[int(asked[2])] = text
    return found


def effect(source: Import, *, leave_out: bool) -> dict[str, int]:
    """What the import will do, from its check."""
    found = dict(source.trial.result) if source.trial else {}
    left = int(found.get("duplicates", 0)) if leave_out else 0
    return {
        "created": int(found.get("created", 0)) - left,
        "changed": int(found.get("changed", 0)),
        "unchanged": int(found.get("unchanged", 0)),
        "rejected": int(found.get("rejected", 0)),
        "held": int(found.get("held", 0)),
        "left": left,
    }


def _head(source: Import, sent: Mapping[str, str]) -> tuple[bool, int]:
    """(whether there are headings, how many rows stand above them), as the page sent it: the row of headings, or 0."""
    if "head" in sent:
        at = whole(sent, "head")
        return at > 0, max(0, at - 1)
    header = sent.get("header", "1") == "1"
    return header, source.above if header else 0


def _guessed(permit: Permit, source: Import, found: Look, *, header: bool | None, above: int | None = None) -> None:
    guess = mapping.guess(found.rows, header=header, above=above if header else None)
    drafts.decide_columns(
        permit,
        source=source,
        encoding=found.encoding,
        delimiter=found.delimiter,
        header=guess.header,
        targets=list(guess.targets),
        above=guess.above,
        double=guess.double,
        company=guess.company,
        hidden=source.hidden,
        guessed=bool(guess.doubts),
    )
