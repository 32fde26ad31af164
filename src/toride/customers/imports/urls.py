"""Addresses of the pages of imports."""

from django.urls import path

from toride.customers.imports import views
from toride.customers.imports.listing import IMPORTS
from toride.lists.urls import addresses

urlpatterns = [
    *addresses(IMPORTS, views.imports),
    path("new/", views.begin, name="import_new"),
    path("<uuid:number>/", views.result, name="import_result"),
    path("<uuid:number>/file/", views.file, name="import_file"),
    path("<uuid:number>/columns/", views.columns, name="import_columns"),
    path("<uuid:number>/check/", views.check, name="import_check"),
    path("<uuid:number>/check/progress/", views.checking, name="import_checking"),
    path("<uuid:number>/run/", views.run, name="import_run"),
    path("<uuid:number>/progress/", views.going, name="import_going"),
    path("<uuid:number>/cancel/", views.cancel, name="import_cancel"),
    path("<uuid:number>/resume/", views.resume, name="import_resume"),
    path("<uuid:number>/undo/", views.undo, name="import_undo"),
    path("<uuid:number>/discard/", views.discard, name="import_discard"),
    path("<uuid:number>/rejected/", views.rejected, name="import_rejected"),
]
