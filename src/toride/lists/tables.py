"""A page of a clear table: narrowed, ordered and continued by what stands in the last row, never by counting."""

import base64
from binascii import Error
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson
from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from toride.base.errors import Invalid
from toride.fields.kinds import DAMAGED
from toride.lists.ask import Ask, Found, note
from toride.lists.declaration import Filter, Sort
from toride.vault.permit import Permit

MOST_COUNTED = 1_000
MAX_CURSOR = 600
Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


def page(
    permit: Permit,
    ask: Ask,
    queryset: QuerySet[Row],
    sorts: Sequence[Sort],
    filters: Sequence[Filter],
    shown: Callable[[list[Row]], Sequence[Item]],
) -> Found[Item]:
    """Those of the queryset, which is within the permit's rows already, that answer; `shown` makes items of a page.

    Raises Invalid for a cursor that is of another question.
    """
    found = queryset
    for one in filters:
        if one.column and (value := ask.filters.get(one.name)):
            found = found.filter(_compared(permit, queryset, one, value))
    sort = next((one for one in sorts if one.name == ask.sort), sorts[0])
    total = found.count() if ask.exact_total else found[: MOST_COUNTED + 1].count()
    capped = not ask.exact_total and total > MOST_COUNTED
    note(permit, ask, min(total, MOST_COUNTED) if capped else total, capped=capped)
    order = F(sort.column)
    first, then = (order.desc(nulls_last=True), "-pk") if ask.descending else (order.asc(nulls_last=True), "pk")
    ordered = found.order_by(first, then).annotate(sort_key=order)
    if ask.after:
        ordered = ordered.filter(_behind(sort, ask, queryset))
    rows = list(ordered[: ask.limit + 1])
    after = _cursor(sort, ask, rows[ask.limit - 1]) if len(rows) > ask.limit else None
    items = shown(rows[: ask.limit])
    damaged = int(permit.ledger.facts.get(DAMAGED, 0))
    return Found(items, min(total, MOST_COUNTED) if capped else total, capped, after, damaged=damaged)


def _compared(permit: Permit, queryset: QuerySet[Row], one: Filter, value: str) -> Q:
    """`me` is whoever asks; a value that cannot be one of the column is nobody's."""
    field = _field(queryset, one.column)
    values = [str(permit.actor.id) if part == "me" else part for part in value.split(",")]
    if "\0" in value:  # which no column of text can hold
        return Q(pk__in=())
    try:
        return Q((f"{one.column}__in", [field.clean(part, None) for part in values]))
    except ValidationError:
        return Q(pk__in=())


def _behind(sort: Sort, ask: Ask, queryset: QuerySet[Row]) -> Q:
    """What comes after the last row of the former page; a row without a value comes last."""
    key, last = _opened(sort, ask)
    beyond = "lt" if ask.descending else "gt"
    tied = Q((f"pk__{beyond}", queryset.model._meta.pk.to_python(last)))  # noqa: SLF001 - public by habit
    if key is None:
        return Q(sort_key__isnull=True) & tied
    value = _field(queryset, sort.column).to_python(key)
    return Q((f"sort_key__{beyond}", value)) | (Q(sort_key=value) & tied) | Q(sort_key__isnull=True)


def _field(queryset: QuerySet[Row], path: str) -> Any:
    """The field behind a path of columns."""
    model: Any = queryset.model
    field: Any = model._meta.pk  # noqa: SLF001 - public by habit
    for part in path.split("__") if path != "pk" else ():
        field = model._meta.get_field(part)  # noqa: SLF001 - public by habit
        model = field.related_model
        field = field.target_field if model else field
    return field


def _cursor(sort: Sort, ask: Ask, row: Any) -> str:
    content = orjson.dumps([row.sort_key, str(row.pk)], default=str).decode()
    return base64.urlsafe_b64encode(f"{_seal(sort, ask, content)}{content}".encode()).decode()


def _opened(sort: Sort, ask: Ask) -> tuple[Any, Any]:
    try:
        text = base64.urlsafe_b64decode((ask.after or "")[:MAX_CURSOR].encode()).decode()
        if constant_time_compare(text[:32], _seal(sort, ask, text[32:])):
            key, last = orjson.loads(text[32:])
            return key, last
    except (ValueError, Error):
        pass
    raise Invalid(_("This page is no longer up to date. Search again."))


def _seal(sort: Sort, ask: Ask, content: str) -> str:
    """A keyed digest: a place is one that was given, and goes on only with the question that it was given for."""
    asked = orjson.dumps([content, sort.name, ask.descending, ask.text, sorted(ask.filters.items())]).decode()
    return salted_hmac("toride.lists.cursor", asked, algorithm="sha256").hexdigest()[:32]
