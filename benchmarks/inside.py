"""A page of one query inside the product: its middleware and templates; nothing opened, nobody signed in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from toride.base.guard import open_to_all
from toride.urls import urlpatterns as product
from toride.vault import rows

SQL = "SELECT branch_id, created FROM customers_customer WHERE subject_id = %s"


@open_to_all
def one(request: HttpRequest, subject: Any) -> HttpResponse:
    """What a page costs before the product does anything for it."""
    branch, created = rows.fetch("default", SQL, [rows.to_id("default", subject)])[0]
    context = {"title": branch, "advice": str(created), "status": 200, "number": "", "asks": ""}
    return render(request, "ui/fragment_error.html", context)


urlpatterns = [path("inside/<uuid:subject>", one), *product]


def application() -> Any:
    """The product's own WSGI application, with this page beside its own."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    settings.ROOT_URLCONF = "benchmarks.inside"
    return get_wsgi_application()
