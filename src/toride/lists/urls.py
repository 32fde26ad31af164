"""Addresses of a list and its views, for the domain whose it is; the list's own is named by its code."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path

from toride.lists import views
from toride.lists.declaration import List


def addresses(of: List, view: Callable[..., HttpResponse]) -> list[URLPattern]:
    """`view` shows the list: (request), or (request, view=…) as a saved view sets it."""
    code = {"code": of.code}
    return [
        path("", view, name=of.code),
        path("views/", views.save, code, name=of.address("view_save")),
        path("views/first/", views.begin, code, name=of.address("view_begin")),
        path("views/<uuid:view>/", view, name=of.address("view")),
        path("views/<uuid:view>/share/", views.share, code, name=of.address("view_share")),
        path("views/<uuid:view>/remove/", views.remove, code, name=of.address("view_remove")),
        path("views/<uuid:view>/restore/", views.restore, code, name=of.address("view_restore")),
    ]
