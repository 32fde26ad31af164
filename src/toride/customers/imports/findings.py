"""What the check found, row by row: kept without values in clear, shown under a permit, left out on wish."""

from collections.abc import Collection, Sequence

from toride.customers.imports.cleaning import Row
from toride.customers.models import Finding, Import

DUPLICATE = "duplicate"
LEFT_OUT = "was left out as a likely duplicate"


def leave_out(source: Import, rows: Sequence[Row]) -> None:
    """Rejects those of `rows` that the check called likely duplicates, where the person chose so."""
    if not source.leave_out or not rows:
        return
    for row in _duplicates(source, rows):
        row.problems.setdefault("row", LEFT_OUT)


def _duplicates(source: Import, rows: Sequence[Row]) -> Collection[Row]:
    found = Finding.objects.filter(
        source=source, kind=DUPLICATE, row__gte=rows[0].number, row__lte=rows[-1].number
    ).values_list("row", flat=True)
    numbers = set(found)
    return [row for row in rows if row.number in numbers]
