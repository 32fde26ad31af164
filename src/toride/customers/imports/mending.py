"""Cells that a person wrote anew on the page of the check, sealed; they stand instead of those of the file."""

from django.utils.translation import gettext as _

from toride.base.errors import Invalid, Unavailable
from toride.customers.models import Import, Mended
from toride.vault import records
from toride.vault.keyring import Kind
from toride.vault.permit import Permit

MOST = 2_000  # rows of one import
LONGEST = 2_000
Edits = dict[int, dict[int, str]]


def of(permit: Permit, source: Import) -> Edits:
    """Row → column, from 0 → what stands there instead."""
    found: Edits = {}
    for one in Mended.objects.filter(source=source):
        content = records.open_with(permit, Kind.FILES, bytes(one.blob), source.pk)
        if content["at"] != one.row:
            raise Unavailable("altered")
        found[one.row] = {int(at): text for at, text in content["cells"].items()}
    return found


def keep(permit: Permit, source: Import, edits: Edits) -> None:
    """Keeps what is to stand in cells, in the caller's transaction. Raises Invalid where it cannot be."""
    kept = of(permit, source)
    for row, cells in edits.items():
        if row < 1 or not all(_is_cell(source, at) and len(text) <= LONGEST for at, text in cells.items()):
            raise Invalid(_("There is no such cell."))
        content = {"at": row, "cells": {str(at): text for at, text in {**kept.get(row, {}), **cells}.items()}}
        Mended.objects.update_or_create(
            source=source, row=row, defaults={"blob": records.seal_with(Kind.FILES, content, source.pk)}
        )
    if len(kept.keys() | edits.keys()) > MOST:
        raise Invalid(_("There are too many cells to correct here. Correct the file instead."))


def _is_cell(source: Import, column: int) -> bool:
    return 0 <= column < len(source.targets) and bool(source.targets[column])


def forget(source: Import) -> None:
    """Another file has other cells."""
    Mended.objects.filter(source=source).delete()
