"""Row scope as a condition on a query: the rows of a table that a permit reaches, and no other."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from toride.vault.permit import Permit

Row = TypeVar("Row", bound=Model)


def within(
    permit: Permit, queryset: QuerySet[Row], *, branch: str = "branch", owner: str = "owner", subject: str = "subject"
) -> QuerySet[Row]:
    """Those in the permit's rows, as `Rows.include` says of one. The names say by which column, or path of columns,
    a row belongs to a branch (its code), a person (id) and a subject (id); an empty name: it has none.
    """
    rows = permit.rows
    if rows.everything:
        return queryset
    sets = ((branch, rows.branches), (owner, rows.owners), (subject, rows.subjects))
    reach = Q(pk__in=())
    for name, values in sets:
        if name:
            reach |= Q((f"{name}__in", values))
    return queryset.filter(reach)
