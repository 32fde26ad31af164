"""Addresses of the customers' pages."""

from django.urls import path

from toride.customers import views
from toride.customers.imports.views import imports

urlpatterns = [
    path("customers/", views.customers, name="customers"),
    path("customers/new/", views.create, name="customer_new"),
    path("customers/postcode/", views.postcode, name="postcode"),
    path("imports/", imports, name="imports"),
    path("customers/<uuid:subject>/", views.profile, name="profile"),
    path("customers/<uuid:subject>/change/", views.change, name="customer_change"),
    path("customers/<uuid:subject>/history/", views.history, name="customer_history"),
    path("customers/<uuid:subject>/reveal/", views.reveal, name="customer_reveal"),
]
