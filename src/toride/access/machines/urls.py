"""Addresses of the pages of connections."""

from django.urls import path

from toride.access.machines import views

urlpatterns = [
    path("connections/", views.connections, name="connections"),
    path("connections/new/", views.connection_new, name="connection_new"),
    path("connections/<slug:connection>/rotate/", views.connection_rotate, name="connection_rotate"),
    path("connections/<slug:connection>/revoke/", views.connection_revoke, name="connection_revoke"),
]
