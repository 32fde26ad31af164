"""Addresses of the assets."""

from django.urls import path

from toride.ui import views

urlpatterns = [
    path("static/<str:mark>/<str:name>", views.asset, name="asset"),
    path("ui/", views.book, name="book"),
    path("looks/", views.looks, name="looks"),
]
