"""What was written beside a value (内線123, 妻; a former address) goes to the note, if the permit may write it."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from toride.customers.fields import FIELDS
from toride.customers.imports import reasons
from toride.customers.imports.cleaning import Row
from toride.fields.types import TEXT_LENGTH
from toride.vault.amending import Amendment, judged
from toride.vault.permit import Opening, Permit

NOTE = "note"
CATEGORY = FIELDS[NOTE].category


def of(row: Row) -> list[str]:
    """Each as a clerk would write it, with the number that it belongs to: 022-265-1111（内線123）."""
    return [f"{value}（{words}）" for _name, value, words in row.beside]


def added(note: str, lines: Iterable[str]) -> str:
    """A remark with these lines, those that it says already left out; as it was where it would become too long."""
    parts = [note] if note else []
    parts += [line for line in dict.fromkeys(lines) if line not in note]
    found = "\n".join(parts)
    return found if len(found) <= TEXT_LENGTH else note


def into_new(permit: Permit, rows: Sequence[Row]) -> None:
    """Writes it into the remarks of new customers; where it cannot stand, it is told as left."""
    for row in rows:
        if row.beside:
            before = row.stored.get(NOTE) or ""
            row.stored[NOTE] = added(before, of(row)) if _may(permit) else row.stored.get(NOTE)
            _tell(row, row.stored[NOTE] or "")


def into_known(permit: Permit, known: Sequence[tuple[UUID, Row]]) -> dict[UUID, str]:
    """Customer → the remark as it becomes: what the file says of it, else what stands, and the lines behind it."""
    found = [(subject, row) for subject, row in known if row.beside]
    if not _may(permit):
        for _subject, row in found:
            _tell(row, "")
        return {}
    lines = {subject: of(row) for subject, row in found}
    asked = [
        Amendment(subject=subject, category=CATEGORY, kind="profile", changes=_said(subject, row, lines))
        for subject, row in found
    ]
    notes = judged(asked, lambda standing, said: added(said[NOTE] or standing.get(NOTE) or "", said["lines"]))
    for subject, row in found:
        _tell(row, notes[subject])
    return notes


def _said(subject: UUID, row: Row, lines: Mapping[UUID, list[str]]) -> dict[str, object]:
    return {NOTE: row.stored.get(NOTE) or "", "lines": lines[subject]}


def _may(permit: Permit) -> bool:
    return permit.opening(CATEGORY, NOTE) is Opening.CLEAR


def _tell(row: Row, note: str) -> None:
    kept = all(line in note for line in of(row))
    for name in {name for name, _value, _words in row.beside}:
        row.warn(name, reasons.REMARKED if kept else reasons.BEHIND)
