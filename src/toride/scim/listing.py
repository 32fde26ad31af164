"""A page of what matches: asked by address or, so that no address holds a name, by body (`/.search`)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from scim2_models import Context, ListResponse, Resource, ResponseParameters, SearchRequest, TooManyException
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator

from toride.scim import gateway
from toride.scim.shapes import MOST, stamped

MOST_LOOKED_AT = 20_000  # rows that one filter goes through
Row = TypeVar("Row", bound=Model)
Shown = Callable[[Sequence[Row]], list[Any]]


def asked(request: HttpRequest, shape: type[Resource[Any]]) -> SearchRequest[Any]:
    """The question of this request. Raises what `door.answer` tells."""
    sent = gateway.body(request) if request.method == "POST" else request.GET.dict()
    context = Context.SEARCH_REQUEST if request.method == "POST" else Context.DEFAULT
    found: SearchRequest[Any] = SearchRequest[shape].model_validate(sent, scim_ctx=context)  # type: ignore[valid-type]
    return found


def page(
    question: SearchRequest[Any], rows: QuerySet[Row], shape: type[Resource[Any]], shown: Shown[Row],
    columns: dict[str, str],
) -> tuple[HttpResponse, int]:  # fmt: skip
    """(The answer, how many it shows). `columns`: attributes whose equality the database finds.

    Raises TooManyException where a filter would go through more than MOST_LOOKED_AT rows.
    """
    start, count = question.start_index_0 or 0, MOST if question.count is None else min(question.count, MOST)
    if question.filter is None:
        total = rows.count()
        found = shown(list(rows[start : start + count]))
    else:
        near = list(_narrowed(rows, question.filter.ast, columns)[: MOST_LOOKED_AT + 1])
        if len(near) > MOST_LOOKED_AT:
            raise TooManyException(detail="Ask for less: by equality of a name or id.")
        matching = [one for one in shown(near) if question.filter.match(one)]
        total, found = len(matching), matching[start : start + count]
    told = ListResponse[shape](  # type: ignore[valid-type]
        total_results=total, start_index=start + 1, items_per_page=len(found), resources=[stamped(one) for one in found]
    )
    return gateway.said(told.model_dump(scim_ctx=Context.SEARCH_RESPONSE, response_parameters=question)), len(found)


def parts(request: HttpRequest, shape: type[Resource[Any]]) -> ResponseParameters[Any]:
    """Which attributes this request wants to see."""
    found: ResponseParameters[Any] = ResponseParameters[shape].model_validate(request.GET.dict())  # type: ignore[valid-type]
    return found


def _narrowed(rows: QuerySet[Row], node: FilterNode, columns: dict[str, str]) -> QuerySet[Row]:
    """Fewer rows, among them every one that matches."""
    terms = node.terms if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_ else (node,)
    for term in terms:
        if isinstance(term, Comparison) and term.op is CompareOperator.eq and isinstance(term.value, str):
            column = columns.get(str(term.attr_path).lower())
            if column and term.value.isascii() and term.value.isprintable():
                rows = rows.filter(**{column: term.value})
    return rows
