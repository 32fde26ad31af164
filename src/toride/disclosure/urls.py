"""Addresses of the pages of webhooks."""

from django.urls import path

from toride.disclosure import views

urlpatterns = [
    path("webhooks/", views.webhooks, name="hooks"),
    path("webhooks/new/", views.webhook_new, name="hook_new"),
    path("webhooks/<uuid:hook>/secret/", views.webhook_secret, name="hook_secret"),
    path("webhooks/<uuid:hook>/test/", views.webhook_test, name="hook_test"),
    path("webhooks/<uuid:hook>/end/", views.webhook_end, name="hook_end"),
]
