"""What the pages of a draft sent, as the services take it."""

from collections.abc import Mapping
from contextlib import suppress

from toride.customers.imports import drafts, mapping, preview, saved
from toride.customers.imports.preview import Look
from toride.customers.models import Import
from toride.vault.permit import Permit

MOST_DIGITS = 15


def whole(sent: Mapping[str, str], name: str) -> int:
    """A figure of 0 or above; anything else is 0."""
    with suppress(ValueError):
        text = sent.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0
    return 0


def headings(found: Look) -> list[str]:
    """What may be headings: the first row."""
    return list(found.rows[0]) if found.rows else []


def first_columns(permit: Permit, source: Import) -> None:
    """Keeps what is found out about a file that has just arrived; a file that cannot be read is left for the page."""
    found = preview.look(permit, source, encoding="", delimiter="")
    if found.rows:
        _guessed(permit, source, found, header=None)


def columns(permit: Permit, source: Import, sent: Mapping[str, str]) -> Look:
    """Keeps what the page of columns sent, and reads the file accordingly. Another reading is guessed anew."""
    encoding, delimiter = sent.get("encoding", ""), sent.get("delimiter", "")
    if source.encoding == "xlsx":
        encoding, delimiter = "xlsx", ""
    header = sent.get("header", "1") == "1"
    found = preview.look(permit, source, encoding=encoding, delimiter=delimiter)
    if found.problem:
        drafts.decide_columns(
            permit, source=source, encoding=encoding, delimiter=delimiter, header=header, targets=source.targets
        )
        return found
    count = len(found.rows[0]) if found.rows else 0
    same = (found.encoding, found.delimiter, header) == (source.encoding, source.delimiter, source.header)
    if not same or count != len(source.targets):
        _guessed(permit, source, found, header=header if header != source.header else None)
        return found
    targets: list[str | None] = [sent.get(f"column-{at}") or None for at in range(count)]
    wanted = sent.get("use") or sent.get("other")
    chosen = next((one for one in saved.offered(permit, []) if wanted and str(one.number) == wanted), None)
    if chosen is not None:
        targets, header = saved.applied(chosen, headings(found)), True
    left = mapping.barred_columns(found.rows, header=header)
    targets = [None if at in left else target for at, target in enumerate(targets)]
    drafts.decide_columns(
        permit, source=source, encoding=found.encoding, delimiter=found.delimiter, header=header, targets=targets
    )
    if "keep" in sent and header and (name := sent.get("mapping_name", "").strip()):
        saved.keep(permit, source=source, name=name, headings=headings(found))
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
        "left": left,
    }


def _guessed(permit: Permit, source: Import, found: Look, *, header: bool | None) -> None:
    guess = mapping.guess(found.rows, header=header)
    drafts.decide_columns(
        permit,
        source=source,
        encoding=found.encoding,
        delimiter=found.delimiter,
        header=guess.header,
        targets=list(guess.targets),
    )
