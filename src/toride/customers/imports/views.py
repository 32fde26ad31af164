"""The page of imports: what came, what was rejected, and how to bring a file in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from toride.access.models import Person
from toride.base.guard import guarded
from toride.customers.actions import Action
from toride.customers.models import Import

SHOWN = 100


@guarded(Action.IMPORT_READ)
def imports(request: HttpRequest) -> HttpResponse:
    found = list(Import.objects.select_related("job", "branch").order_by("-created")[:SHOWN])
    people = dict(Person.objects.filter(id__in={one.person for one in found}).values_list("id", "name"))
    request.permit.ledger.facts["imports"] = len(found)  # type: ignore[attr-defined]
    return render(request, "customers/imports.html", {"imports": found, "people": people})
