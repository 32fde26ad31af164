"""Addresses of the trail's pages."""

from django.urls import path

from toride.audit import views

urlpatterns = [
    path("", views.trail, name="trail"),
    path("events/<uuid:event>/", views.event, name="audit_event"),
    path("events/<uuid:event>/proof", views.proof, name="audit_proof"),
    path("subjects/<uuid:subject>/", views.who_saw, name="who_saw"),
]
